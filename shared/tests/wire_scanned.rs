//! The quick reading of a frame against the general one: on recorded frames, and on what becomes of them when they are
//! changed at random.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;
mod frames;

use proptest::prelude::*;
use shared::wire::{Frame, ScannedDelta};

/// Checks that a frame that is read quickly is read the same way in general, and returns whether it was.
fn same(text: &str) -> bool {
    let Some(scanned) = ScannedDelta::of(text) else { return false };
    let general: Frame = serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"));
    let msg = scanned.owned(scanned.market_ticker.parse().unwrap());
    assert_eq!(Frame::OrderbookDelta { sid: scanned.sid, seq: scanned.seq, msg }, general, "{text}");
    true
}

/// Frames as Kalshi sends them, of each shape that was seen.
const SHAPES: [&str; 6] = [
    r#"{"type":"orderbook_delta","sid":1,"seq":10,"msg":{"market_ticker":"KXNEXTTEAMNBA-26LJAM-CLE","market_id":"7552b8d4-05de-4e41-84a8-97b0684da4a9","price_dollars":"0.7400","delta_fp":"-1.84","side":"no","ts":"2026-07-01T02:31:45.308599Z","ts_ms":1782873105308}}"#,
    r#"{"type":"orderbook_delta","sid":2,"seq":7,"msg":{"market_ticker":"KXTOPMONTHLY-26NOV-BRU","market_id":"m","clock":991,"price_dollars":"0.9600","delta_fp":"54.00","side":"yes","client_order_id":"a-1","subaccount":0,"ts_ms":1796000000000},"sending_ts_ms":1796000000001}"#,
    r#"{"type":"orderbook_delta","sid":2,"seq":7,"msg":{"market_ticker":"A","price_dollars":0.56,"delta_fp":-54,"side":"yes"}}"#,
    r#"{"seq":1,"msg":{"side":"no","delta_fp":0.5,"price_dollars":1,"market_ticker":"A.B_C-1","x":[1,{"y":null}]},"sid":0,"type":"orderbook_delta"}"#,
    r#"{"type":"orderbook_snapshot","sid":1,"seq":2,"msg":{"market_ticker":"A-B","yes_dollars_fp":[["0.0100","3.00"]]}}"#,
    r#"{"type":"trade","sid":11,"seq":2,"msg":{"trade_id":"t","market_ticker":"A-B","yes_price_dollars":"0.3600","no_price_dollars":"0.6400","count_fp":"13.00","taker_side":"no"}}"#,
];

#[test]
fn plain_changes_are_read_quickly_and_all_else_in_general() {
    let quick: Vec<bool> = SHAPES.iter().map(|text| same(text)).collect();
    assert_eq!(quick, [true, true, true, false, false, false]);
    assert!(SHAPES.iter().all(|text| serde_json::from_str::<Frame>(text).is_ok()));
    assert!(same(&format!("{}\n", SHAPES[0])));
}

#[test]
fn an_amount_is_a_text_or_a_number_and_its_unit_is_never_guessed() {
    let frame = |fields: &str| {
        format!(
            r#"{{"type":"orderbook_delta","sid":1,"seq":2,"msg":{{"market_ticker":"A-B",{fields},"side":"yes"}}}}"#
        )
    };
    for (fields, centicents, hundredths) in [
        (r#""price_dollars":"0.5600","delta_fp":"1.00""#, 5_600, 100),
        (r#""price_dollars":0.56,"delta_fp":1"#, 5_600, 100),
        (r#""price_dollars":0.5600,"delta_fp":-1.0"#, 5_600, -100),
        (r#""price_dollars":56e-2,"delta_fp":1.5e1"#, 5_600, 1_500),
        (r#""price_dollars":0.001,"delta_fp":-0"#, 10, 0),
        (r#""price_dollars":"00.56","delta_fp":"1.500""#, 5_600, 150),
        (r#""price_dollars":1,"delta_fp":16.90"#, 10_000, 1_690),
        (r#""price_dollars":0.575,"delta_fp":0.29"#, 5_750, 29),
    ] {
        let text = frame(fields);
        same(&text);
        let Frame::OrderbookDelta { msg, .. } = serde_json::from_str(&text).unwrap() else {
            panic!("{text}")
        };
        assert_eq!(
            (msg.price_dollars.centicents(), msg.delta_fp.hundredths()),
            (centicents, hundredths),
            "{text}"
        );
    }
    // Cents under their old name, a count under its, a price in cents, and what is finer than either unit.
    for fields in [
        r#""price":56,"delta_fp":"1.00""#,
        r#""price_dollars":"0.5600","delta":1"#,
        r#""price_dollars":56,"delta_fp":"1.00""#,
        r#""price_dollars":"0.5600","delta_fp":1.005"#,
        r#""price_dollars":0.56001,"delta_fp":1"#,
        r#""price_dollars":"","delta_fp":1"#,
        r#""price_dollars":null,"delta_fp":1"#,
        r#""price_dollars":"0.56","price_dollars":"0.57","delta_fp":1"#,
    ] {
        let text = frame(fields);
        assert!(!same(&text), "{text}");
        assert!(serde_json::from_str::<Frame>(&text).is_err(), "{text}");
    }
}

#[test]
fn every_recorded_change_is_read_quickly() {
    let Some(frames) = frames::recorded() else { return };
    let (mut changes, mut quick) = (0, 0);
    for text in frames.iter().flat_map(|file| &file.frames) {
        changes += u32::from(text.starts_with("{\"type\":\"orderbook_delta\""));
        quick += u32::from(same(text));
    }
    assert_eq!((changes, quick), (252_472, 252_472));
}

/// What is put into frames: parts of their grammar, and of others.
const PARTS: [&str; 28] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "-",
    ".",
    "0",
    "00",
    "1e5",
    "e",
    " ",
    "\n",
    "\u{1}",
    "é",
    "null",
    "true",
    "\"type\":\"trade\",",
    "\"seq\":3,",
    "\"side\":\"no\",",
    "\"\\u0061\"",
    "9999999999999999",
    "1.5",
    "\"x\":nul,",
    "\"x\":1e999,",
];

/// Changes a text at a place: something is put in, taken out, or both.
fn changed(text: &str, place: usize, out: usize, part: &str) -> String {
    let mut from = place % (text.len() + 1);
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    let mut to = (from + out).min(text.len());
    while !text.is_char_boundary(to) {
        to += 1;
    }
    [&text[..from], part, &text[to..]].concat()
}

/// Where a frame is changed, how much is taken out, and what is put in.
type Change = (usize, usize, usize);

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_read_quickly_is_read_the_same_in_general(
        shape in 0..SHAPES.len(),
        changes in prop::collection::vec((any::<usize>(), 0_usize..4, 0..PARTS.len() + 1), 1..4),
    ) {
        let mut text = SHAPES[shape].to_owned();
        let changes: Vec<Change> = changes;
        for (place, out, part) in changes {
            text = changed(&text, place, out, PARTS.get(part).copied().unwrap_or(""));
        }
        same(&text);
    }

    #[test]
    fn any_number_in_any_place_is_the_same_number(number in "-?[0-9]{1,6}(\\.[0-9]{0,5})?", is_text: bool, field in 0..5_usize) {
        let value = if is_text { format!("\"{number}\"") } else { number };
        let fields = ["\"0.7400\"", "\"-1.84\"", "1782873105308", ":1,", ":10,"];
        let put = if field < 3 { value } else { format!(":{value},") };
        same(&SHAPES[0].replacen(fields[field], &put, 1));
    }
}
