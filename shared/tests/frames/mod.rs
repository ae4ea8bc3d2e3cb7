//! The recorded streams of the corpus as frames of the wire.

#![allow(dead_code, reason = "each test uses a part of this module")]

use std::io::Read as _;

use serde_json::{Map, Value, json};

/// The recorded streams. All of them tell bids for NO at NO's own prices.
const FILES: [&str; 5] = [
    "KXBTC-26APR1817.ws_frames",
    "KXBTC15M_20260511T053741Z-long900.ws",
    "KXBTC15M_20260513T211949Z.ws",
    "KXBTC15M_20260514T043808Z.ws",
    "KXNEXTTEAMNBA-26LJAM.ws",
];

/// A recorded stream.
pub(crate) struct Recorded {
    /// Its file.
    pub(crate) name: &'static str,
    /// Its frames, as the exchange sent them.
    pub(crate) frames: Vec<String>,
}

/// Returns all recorded streams, or says that the test is skipped.
pub(crate) fn recorded() -> Option<Vec<Recorded>> {
    FILES.iter().map(|name| read(name)).collect()
}

fn read(name: &'static str) -> Option<Recorded> {
    let bytes = crate::corpus::bytes(&format!("data/books/{name}.jsonl.gz"))?;
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    Some(Recorded { name, frames: text.lines().filter_map(frame).collect() })
}

/// Returns the frame of a line; lines of the recorder's own have none.
fn frame(line: &str) -> Option<String> {
    let value: Map<String, Value> = serde_json::from_str(line).unwrap();
    if let Some(raw) = value.get("raw") {
        return Some(raw.as_str().unwrap().trim_end().to_owned());
    }
    if !value.contains_key("recv_ns") {
        return Some(line.to_owned());
    }
    // One recorder took the frames apart: their fields are put together again, in the exchange's order.
    let (kind, seq, msg) =
        (value["type"].as_str().unwrap(), &value["seq"], value["msg"].as_object().unwrap());
    let field = |name: &str| msg.get(name).map(|value| format!("\"{name}\":{value}"));
    let msg = match kind {
        "orderbook_delta" => {
            let names = ["market_ticker", "price_dollars", "delta_fp", "side", "ts_ms"];
            let mut fields: Vec<String> = names.iter().filter_map(|name| field(name)).collect();
            // The exchange tells its id of the contract too.
            fields.insert(1, "\"market_id\":\"7552b8d4-05de-4e41-84a8-97b0684da4a9\"".to_owned());
            format!("{{{}}}", fields.join(","))
        }
        "orderbook_snapshot" => json!(msg).to_string(),
        _ => return None,
    };
    Some(format!(r#"{{"type":"{kind}","sid":1,"seq":{seq},"msg":{msg}}}"#))
}
