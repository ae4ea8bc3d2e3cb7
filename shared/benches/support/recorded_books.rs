//! The recorded books, decoded, where the corpus is there.

use std::collections::BTreeMap;
use std::io::Read as _;

use serde_json::Value;
use shared::exchange::books::{BookTape, Decoder, Delay, Event, Level};
use shared::market::Action;
use shared::units::{Price, Quantity, Timestamp};

/// The recordings of one contract that have the time of each frame. Bids for NO are told at NO's own prices.
pub(crate) const FILES: [&str; 3] =
    ["KXBTC15M_20260511T053741Z-long900.ws", "KXBTC15M_20260513T211949Z.ws", "KXBTC15M_20260514T043808Z.ws"];

/// Reads a recording as if it had happened when it was received, in multiples of `tick` microseconds; the first event is
/// half a tick earlier. `None` without the corpus.
pub(crate) fn read(name: &str, tick: i64, feed: i64) -> Option<BookTape> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let folder = std::env::var("TAUROI_CORPUS").unwrap_or_else(|_| beside.to_owned());
    let bytes = std::fs::read(format!("{folder}/data/books/{name}.jsonl.gz")).ok()?;
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).ok()?;
    let mut decoder = Decoder::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).ok()?;
        let Some(received) = line["recv_ns"].as_i64() else { continue };
        let (at, msg) = (Timestamp::from_micros(received / 1_000 / tick * tick).ok()?, &line["msg"]);
        let Some(ticker) = msg["market_ticker"].as_str() else { continue };
        let place = places.len();
        let place = *places.entry(ticker.to_owned()).or_insert(place);
        let yes = |price: &Value, is_no: bool| {
            let price: Price = price.as_str()?.parse().ok()?;
            Some(if is_no { price.complement() } else { price })
        };
        match line["type"].as_str()? {
            "orderbook_snapshot" => {
                let mut levels = Vec::new();
                for (name, side) in [("yes_dollars_fp", Action::Buy), ("no_dollars_fp", Action::Sell)] {
                    for level in msg[name].as_array().into_iter().flatten() {
                        let price = yes(&level[0], side == Action::Sell)?;
                        let size: Quantity = level[1].as_str()?.parse().ok()?;
                        levels.push(Level { side, price, size });
                    }
                }
                decoder.snapshot(at, at, place, &levels);
            }
            "orderbook_delta" => {
                let side = if msg["side"] == "no" { Action::Sell } else { Action::Buy };
                let price = yes(&msg["price_dollars"], side == Action::Sell)?;
                let change = msg["delta_fp"].as_str()?;
                let size: Quantity = change.trim_start_matches('-').parse().ok()?;
                let sign = if change.starts_with('-') { -1 } else { 1 };
                decoder.change(at, at, place, (side, price), sign * size.hundredths()).ok()?;
            }
            _ => {}
        }
    }
    let all = decoder.tape(places.len()).ok()?;
    let mut events: Vec<Event> = (0..all.len()).filter_map(|place| all.event(place).ok()).collect();
    // Of the contracts that it went through, the one with most events.
    let count = |place: usize| events.iter().filter(|event| event.contract == place).count();
    let most = (0..places.len()).max_by_key(|place| count(*place))?;
    events.retain(|event| event.contract == most);
    events.iter_mut().for_each(|event| event.contract = 0);
    let first = events.first_mut()?;
    first.at = first.at.checked_add_micros(-tick / 2)?;
    Some(BookTape::new(1, events).ok()?.heard_after(Delay::Constant(feed)))
}
