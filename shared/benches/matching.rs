//! How fast the exchange with books is, on one core, with fees and collateral: `cargo bench -p shared --bench matching
//! [-- --json] [--seed=N] [FILTER…]`.
//!
//! What is done is drawn before, a pass at a time, and then done again at a copy of the exchange: the time of an action has
//! what reads the events that come of it in it, but not what makes it up. Where it says "with its drawing", it has both. The
//! percentiles are of single actions, with a clock read between any two of them, and whatever else the machine did meanwhile
//! is in them.

#![allow(clippy::unwrap_used, reason = "a benchmark of bad inputs should stop")]
#![allow(clippy::print_stdout, reason = "the figures are for the terminal")]
#![allow(clippy::disallowed_methods, reason = "only here time is measured, not decided on")]

use std::time::Instant;

#[path = "support/orders.rs"]
mod orders;
mod support;

use orders::{Day, Deed};
use shared::exchange::matching::{Event, Matching};
use shared::units::Timestamp;
use support::Harness;

/// How many actions are done before it is measured, so that the books are full.
const WARM: usize = 200_000;
/// How many actions a pass has that is measured, and how many are done before them at the copy, for its lists to have room.
/// A pass takes a few milliseconds: longer ones are seldom undisturbed where other programs run.
const PASS: usize = 20_000;
const BEFORE: usize = 2_000;
/// How many passes are measured; the fastest counts, as only disturbances make one slower.
const PASSES: usize = 120;

/// How many orders rest: ten at each of ten prices on both sides of ten contracts, and ten times as many.
const DEPTH: usize = 2_000;
const DEEP: usize = 20_000;

/// A copy of the exchange at which all is done again that was drawn before.
struct Again {
    exchange: Matching,
    events: Vec<Event>,
    trades: u64,
}

impl Again {
    fn act(&mut self, (now, deed): &(Timestamp, Deed)) {
        deed.perform(&mut self.exchange, *now);
        self.exchange.drain_into(&mut self.events);
        self.trades += orders::trades(&self.events);
    }
}

fn main() {
    let seed = std::env::args().find_map(|argument| argument.strip_prefix("--seed=")?.parse().ok());
    let harness = Harness::from_arguments();
    for (name, depth) in [("an order action", DEPTH), ("an order action in deep books", DEEP)] {
        let name = format!("matching: {name}");
        let drawn = format!("{name}, with its drawing");
        let names = [("median", 0.5), ("p99", 0.99), ("p99.9", 0.999)]
            .map(|(percentile, share)| (format!("{name}, {percentile}"), share));
        let [median, p99, p999] = names.clone().map(|named| named.0);
        if !harness.wants_any(&[name.clone(), drawn.clone(), median, p99, p999]) {
            continue;
        }
        let mut day = Day::new(seed.unwrap_or(1), depth).unwrap();
        (0..WARM).for_each(|_| day.act());
        let mut best = f64::INFINITY;
        let mut times: Vec<u32> = Vec::with_capacity(PASSES / 2 * PASS);
        for pass in 0..PASSES {
            let (exchange, trades) = (day.exchange().clone(), day.done.trades);
            let mut again = Again { exchange, events: Vec::new(), trades };
            let deeds: Vec<(Timestamp, Deed)> = (0..BEFORE + PASS).map(|_| day.record()).collect();
            let (before, deeds) = deeds.split_at(BEFORE);
            before.iter().for_each(|deed| again.act(deed));
            let start = Instant::now();
            if pass % 2 == 0 {
                deeds.iter().for_each(|deed| again.act(deed));
                best = best.min(start.elapsed().as_secs_f64() * 1e9 / PASS as f64);
            } else {
                let mut last = start;
                for deed in deeds {
                    again.act(deed);
                    let now = Instant::now();
                    times.push((now - last).as_nanos() as u32);
                    last = now;
                }
            }
            assert_eq!((again.exchange.seq(), again.trades), (day.exchange().seq(), day.done.trades));
        }
        harness.time(&name, best);
        times.sort_unstable();
        for (name, share) in &names {
            harness.time(name, f64::from(times[(share * times.len() as f64) as usize]));
        }
        harness.measure(&drawn, PASS, || (0..PASS).for_each(|_| day.act()));
        assert!(day.balances());
        harness.remark(&format!("{:?}", day.done));
    }
}
