//! How fast the bytes of frames become books, on one core: `cargo bench -p shared --bench stream [-- --json] [FILTER…]`, on
//! the recorded streams of the corpus, held in memory.
//!
//! A frame is checked to be text, read, checked for its number, and taken into the book of its contract, of which the best
//! prices are then looked at. The percentiles are of single frames, with a clock read between any two of them. `--passes=N`
//! only takes all frames N times: the processor's time of 40 passes less that of none, which `time` tells, divided by their
//! frames, is what a frame takes whatever else the machine does.

#![allow(clippy::unwrap_used, reason = "a benchmark of bad inputs should stop")]
#![allow(clippy::print_stdout, reason = "the figures are for the terminal")]
#![allow(clippy::disallowed_methods, reason = "only here time is measured, not decided on")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

#[path = "../tests/corpus/mod.rs"]
mod corpus;
#[path = "../tests/frames/mod.rs"]
mod frames;
mod support;

use shared::book::{Books, NoPrices};
use shared::market::{Action, Ticker};
use shared::wire::{Frame, ScannedDelta};
use support::Harness;

/// A stream, and the books that it becomes.
struct Stream {
    frames: Vec<Vec<u8>>,
    books: Books,
    seq: u64,
}

impl Stream {
    fn new(frames: &[String]) -> Self {
        let mut tickers: BTreeSet<Ticker> = BTreeSet::new();
        for text in frames {
            if let Ok(Frame::OrderbookSnapshot { msg, .. }) = serde_json::from_str(text) {
                tickers.insert(msg.market_ticker);
            }
        }
        let frames = frames.iter().map(|text| text.clone().into_bytes()).collect();
        Self { frames, books: Books::new(tickers, NoPrices::OfNo), seq: 0 }
    }

    /// Takes all frames, the quick way where it can or the general way always, and returns how many frames were lost.
    fn pass(&mut self, is_quick: bool, mut after: impl FnMut()) -> u64 {
        self.books.forget();
        let mut gaps = 0;
        for bytes in &self.frames {
            let text = std::str::from_utf8(bytes).unwrap();
            let seq = match ScannedDelta::of(text).filter(|_| is_quick) {
                Some(delta) => {
                    let book = self.books.change_scanned(&delta).unwrap();
                    black_box(book.map(|book| [book.best(Action::Buy), book.best(Action::Sell)]));
                    Some(delta.seq)
                }
                None => match serde_json::from_str(text) {
                    Ok(Frame::OrderbookDelta { seq, msg, .. }) => {
                        self.books.change(&msg).unwrap();
                        let book = self.books.get(msg.market_ticker.as_str());
                        black_box(book.map(|book| [book.best(Action::Buy), book.best(Action::Sell)]));
                        Some(seq)
                    }
                    Ok(Frame::OrderbookSnapshot { seq, msg, .. }) => {
                        self.books.replace(&msg).unwrap();
                        Some(seq)
                    }
                    _ => None,
                },
            };
            gaps += u64::from(seq.is_some_and(|seq| seq != self.seq + 1 && seq != 1));
            self.seq = seq.unwrap_or(self.seq);
            after();
        }
        gaps
    }
}

fn main() {
    let passes =
        std::env::args().find_map(|argument| argument.strip_prefix("--passes=")?.parse::<u64>().ok());
    let harness = Harness::from_arguments();
    let Some(recorded) = frames::recorded() else { return };
    if let Ok(load) = std::fs::read_to_string("/proc/loadavg") {
        harness.remark(&format!("load {}", load.trim()));
    }
    for file in &recorded {
        let name = file.name.split(['_', '.']).next().unwrap();
        let mut stream = Stream::new(&file.frames);
        let count = stream.frames.len();
        if let Some(passes) = passes {
            for _ in 0..passes {
                black_box(stream.pass(true, || ()));
            }
            println!("{name}: {passes} passes of {count} frames");
            continue;
        }
        if count < 1_000 {
            continue;
        }
        harness.measure(&format!("stream: {}: bytes to book", file.name), count, || {
            black_box(stream.pass(true, || ()));
        });
        harness.measure(&format!("stream: {}: the general way", file.name), count, || {
            black_box(stream.pass(false, || ()));
        });
        let mut times: Vec<u32> = Vec::with_capacity(count);
        let mut last = Instant::now();
        stream.pass(true, || {
            let now = Instant::now();
            times.push((now - last).as_nanos() as u32);
            last = now;
        });
        times.sort_unstable();
        for (part, share) in [("median", 0.5), ("p99", 0.99), ("p99.9", 0.999)] {
            let at = times[(share * (count - 1) as f64) as usize];
            harness.time(&format!("stream: {}: bytes to book, {part}", file.name), f64::from(at));
        }
    }
}
