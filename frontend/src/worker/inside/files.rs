//! Files of trades, read as they stream in: nothing of them leaves the machine.

use js_sys::{Array, Function, Reflect, Uint8Array};
use shared::api::{EventSummary, Origin};
use shared::market::csv::{MarketsRead, TradeReader, TradesRead, read_markets};
use shared::market::{EventTape, count_once};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ReadableStream, ReadableStreamDefaultReader};

use super::{OPENED, OPENED_MARKETS, answer, bench, failed, is_current, now, pause};
use crate::worker::Answer;

const MEGABYTE: f64 = 1_048_576.0;
/// The largest file that is opened, in megabytes; unzipped text is bounded at as many times this as gzip makes of CSV.
const MOST_MEGABYTES: f64 = 256.0;
const MOST_TEXT_MEGABYTES: f64 = 1024.0;
/// How long a slice of reading lasts at least before the worker listens, in milliseconds.
const SLICE: f64 = 60.0;

/// How far reading is, over all files.
struct Progress {
    id: u32,
    read: f64,
    total: f64,
    trades: usize,
    told: f64,
}

/// Why a file was not read to its end.
enum Stopped {
    /// A newer question, or a stop.
    Superseded,
    /// What is wrong with the file.
    Unreadable(String),
}

/// Reads files of trades, keeps their tapes and answers with what they hold.
///
/// A file that can't be read is a problem, and the others are read all the same.
pub(super) async fn open(id: u32, files: Vec<File>) {
    let mut progress =
        Progress { id, read: 0.0, total: files.iter().map(|file| file.size()).sum(), trades: 0, told: now() };
    let mut found = TradesRead::default();
    let (mut problems, mut unreadable, mut known, mut starts) = (Vec::new(), Vec::new(), 0, Vec::new());
    for file in files {
        if holds_contracts(&file.name()) {
            match read_contracts(&file).await {
                Ok(MarketsRead { contracts, malformed }) => {
                    known += contracts.len();
                    found.malformed.count += malformed.count;
                    problems.extend(malformed.shown.iter().map(ToString::to_string));
                    bench::forget_filtered();
                    OPENED_MARKETS.with_borrow_mut(|opened| {
                        opened.retain(|old| !contracts.iter().any(|new| new.ticker == old.ticker));
                        opened.extend(contracts);
                    });
                }
                Err(reason) => unreadable.push(reason),
            }
            progress.read += file.size();
            continue;
        }
        match read(&file, &mut progress).await {
            Ok(read) => {
                found.malformed.count += read.malformed.count;
                problems.extend(read.malformed.shown.iter().map(ToString::to_string));
                starts.push(found.trades.len());
                found.trades.extend(read.trades);
            }
            Err(Stopped::Superseded) => return answer(id, failed("Reading was stopped.")),
            Err(Stopped::Unreadable(reason)) => unreadable.push(reason),
        }
        progress.trades = found.trades.len();
    }
    let again = count_once(&mut found.trades, &starts).len();
    if again > 0 {
        problems.push(format!("{again} trades are in two files, and count once"));
    }
    let tapes = match EventTape::group(found.trades) {
        Ok(tapes) => tapes,
        Err(invalid) => return answer(id, failed(invalid.to_string())),
    };
    let opened = |tape| EventSummary { origin: Origin::Opened, ..EventSummary::recorded(tape) };
    let events = tapes.iter().map(opened).collect();
    OPENED.with_borrow_mut(|opened| {
        opened.retain(|old| !tapes.iter().any(|new| new.event() == old.event()));
        opened.extend(tapes);
    });
    let malformed = usize::try_from(found.malformed.count).unwrap_or(usize::MAX);
    problems.extend(unreadable.iter().cloned());
    answer(id, Answer::Opened { events, malformed, contracts: known, problems, unreadable });
}

/// Returns whether a file says by its name that it holds what is known of contracts, and no trades.
fn holds_contracts(name: &str) -> bool {
    name.ends_with("markets.csv")
}

async fn read_contracts(file: &File) -> Result<MarketsRead, String> {
    let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
    let text = text.ok_or_else(|| format!("{} can't be read", file.name()))?;
    read_markets(text.as_bytes(), &file.name()).map_err(|error| error.to_string())
}

async fn read(file: &File, progress: &mut Progress) -> Result<TradesRead, Stopped> {
    let name = file.name();
    let unreadable = |reason: String| Stopped::Unreadable(reason);
    if file.size() > MOST_MEGABYTES * MEGABYTE {
        return Err(unreadable(format!("{name} is larger than {MOST_MEGABYTES} MB")));
    }
    // By its first bytes, whatever its name says.
    let head = file.slice_with_f64_and_f64(0.0, 2.0).map(|head| JsFuture::from(head.array_buffer()));
    let is_zipped = match head {
        Ok(head) => head.await.is_ok_and(|head| Uint8Array::new(&head).to_vec() == [0x1f, 0x8b]),
        Err(_) => false,
    };
    let begun = progress.read;
    let mut text_bytes = 0.0;
    let stream = if is_zipped { unzipped(file) } else { Ok(file.stream()) };
    let failed = || {
        let how = if is_zipped { " as gzip" } else { "" };
        unreadable(format!("{name} can't be read{how}"))
    };
    let pieces: ReadableStreamDefaultReader = stream.map_err(|_| failed())?.get_reader().unchecked_into();
    let mut reader = TradeReader::new(&name);
    let mut bytes = Vec::new();
    let mut listened = now();
    loop {
        let piece = JsFuture::from(pieces.read()).await.map_err(|_| failed())?;
        let value = |key: &str| Reflect::get(&piece, &JsValue::from_str(key)).unwrap_or_default();
        if value("done").is_truthy() {
            break;
        }
        let piece: Uint8Array = value("value").unchecked_into();
        bytes.resize(piece.length() as usize, 0);
        piece.copy_to(&mut bytes);
        reader.push(&bytes).map_err(|error| unreadable(error.to_string()))?;
        text_bytes += bytes.len() as f64;
        if text_bytes > MOST_TEXT_MEGABYTES * MEGABYTE {
            return Err(unreadable(format!("{name} holds more than {MOST_TEXT_MEGABYTES} MB of text")));
        }
        if now() - listened > SLICE {
            // How much of a zipped file was read is not known; its text is some six times its size.
            let read = if is_zipped { text_bytes / 6.0 } else { text_bytes };
            progress.tell(
                &name,
                begun + if read < file.size() { read } else { file.size() },
                reader.counts().0,
            );
            pause().await;
            if !is_current(progress.id) {
                // The rest is not wanted; the browser closes the file.
                let _ = pieces.cancel();
                return Err(Stopped::Superseded);
            }
            listened = now();
        }
    }
    progress.read = begun + file.size();
    reader.finish().map_err(|error| unreadable(error.to_string()))
}

impl Progress {
    /// Tells the page, ten times a second.
    fn tell(&mut self, name: &str, read: f64, trades: usize) {
        if now() - self.told > 100.0 {
            self.told = now();
            let share = read / self.total;
            let trades = (self.trades + trades) as f64;
            answer(self.id, Answer::Reading { name: name.to_owned(), share, trades });
        }
    }
}

/// Returns the file's content through the browser's own gzip.
fn unzipped(file: &File) -> Result<ReadableStream, JsValue> {
    // web-sys knows this class only behind a flag of the compiler.
    let class: Function =
        Reflect::get(&js_sys::global(), &JsValue::from_str("DecompressionStream"))?.dyn_into()?;
    let unzip = Reflect::construct(&class, &Array::of1(&JsValue::from_str("gzip")))?;
    Ok(file.stream().pipe_through(unzip.unchecked_ref()))
}
