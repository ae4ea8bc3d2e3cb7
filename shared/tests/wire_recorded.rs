//! The wire's types on what was recorded of Kalshi: each payload is read, and what is written again says the same.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use std::collections::BTreeMap;
use std::io::Read;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::market::{Action, PriceGrid, Side, Ticker};
use shared::units::Price;
use shared::wire::{
    Balance, BookSide, CancelOrderAnswer, CreateOrder, CreateOrderAnswer, ErrorAnswer, EventAnswer,
    EventsPage, ExchangeStatus, FillsPage, Frame, MarketAnswer, MarketStatus, MarketsPage, OrderAnswer,
    OrderStatus, OrderbookAnswer, OrdersPage, PositionsPage, SeriesAnswer, SettlementsPage, TradesPage,
};

/// Returns where `written` says something that `read` doesn't.
fn departure(written: &Value, read: &Value, place: &str) -> Option<String> {
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => written.iter().find_map(|(key, value)| {
            let place = format!("{place}.{key}");
            departure(value, read.get(key).unwrap_or(&Value::Null), &place)
        }),
        (Value::Array(written), Value::Array(read)) if written.len() == read.len() => {
            let pairs = written.iter().zip(read).enumerate();
            pairs
                .into_iter()
                .find_map(|(k, (written, read))| departure(written, read, &format!("{place}[{k}]")))
        }
        _ => (written != read).then(|| format!("{place}: {written} is not {read}")),
    }
}

/// Reads a payload, checks that writing and reading it changes nothing, and returns it.
fn both_ways<T: DeserializeOwned + Serialize + PartialEq + core::fmt::Debug>(
    name: &str,
    payload: &Value,
) -> T {
    let read: T = serde_json::from_str(&payload.to_string()).unwrap_or_else(|why| panic!("{name}: {why}"));
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(departure(&written, payload, name), None);
    let again: T = serde_json::from_str(&written.to_string()).unwrap_or_else(|why| panic!("{name}: {why}"));
    assert_eq!(read, again, "{name}");
    read
}

/// Returns a payload recorded from the exchange's demo, without the field that error bodies have lost since.
fn recorded(name: &str) -> Option<Value> {
    let text = corpus::read(&format!("data/kalshi-recorded/{name}.json"))?;
    let mut payload: Value = serde_json::from_str(&text).unwrap();
    if let Some(error) = payload.get_mut("error").and_then(Value::as_object_mut) {
        error.remove("service");
    }
    Some(payload)
}

macro_rules! recorded {
    ($name:literal as $type:ty) => {
        match recorded($name) {
            Some(payload) => both_ways::<$type>($name, &payload),
            None => return,
        }
    };
}

#[test]
fn what_an_account_has() {
    let balance = recorded!("auth__balance_ok" as Balance);
    assert_eq!(balance.balance_dollars.unwrap().0.to_string(), "98.018600");
    let positions = recorded!("portfolio__positions" as PositionsPage);
    assert_eq!(positions.market_positions[0].position_fp.position().unwrap().hundredths(), 300);
    let fills = recorded!("fills__after_taker" as FillsPage);
    assert_eq!((fills.fills.len(), fills.fills[0].fee_cost.to_string()), (3, "0.017500".to_owned()));
    let orders = recorded!("portfolio__orders_list" as OrdersPage);
    assert!(orders.orders.len() > 3);
    assert!(orders.orders.iter().all(|order| !matches!(order.status, OrderStatus::Other(_))));
    recorded!("settlements__page" as SettlementsPage);
    recorded!("exchange__status" as ExchangeStatus);
}

#[test]
fn what_became_of_an_order() {
    let rests = recorded!("orders__create_v2_maker" as CreateOrderAnswer);
    assert_eq!((rests.fill_count.hundredths(), rests.average_fill_price), (0, None));
    let filled = recorded!("orders__create_v2_taker_ioc" as CreateOrderAnswer);
    assert_eq!(filled.average_fill_price.unwrap().to_string(), "0.5200");
    recorded!("orders__stp_self_cross" as CreateOrderAnswer);
    recorded!("orders__settlement_seed" as CreateOrderAnswer);
    recorded!("orders__cancel_v2" as CancelOrderAnswer);
    for name in ["orders__get_after_create", "orders__get_after_cancel", "orders__stp_resting_after"] {
        let Some(payload) = recorded(name) else { return };
        let OrderAnswer { order } = both_ways(name, &payload);
        assert_eq!((order.status, order.book_side), (OrderStatus::Resting, BookSide::Bid));
    }
    // An order of the time before self-trade prevention.
    recorded!("orders__legacy_create" as OrderAnswer);
}

#[test]
fn what_was_asked_is_read_as_it_was_sent() {
    for name in ["orders__create_v2_maker", "orders__post_only_cross", "orders__stp_self_cross"] {
        let Some(text) = corpus::read(&format!("data/kalshi-recorded/{name}.meta.json")) else { return };
        let meta: Value = serde_json::from_str(&text).unwrap();
        both_ways::<CreateOrder>(name, &meta["request_body"]);
    }
    let Some(text) = corpus::read("data/kalshi-recorded/orders__numeric_field_types.meta.json") else {
        return;
    };
    let meta: Value = serde_json::from_str(&text).unwrap();
    let refused = serde_json::from_str::<CreateOrder>(&meta["request_body"].to_string());
    assert!(refused.unwrap_err().to_string().contains("a number of contracts as a string"));
}

#[test]
fn what_was_refused_and_why() {
    for (name, code, text) in [
        ("auth__bad_signature", "authentication_error", "authentication_error: INCORRECT_API_KEY_SIGNATURE"),
        (
            "auth__missing_signature_header",
            "signature_is_missing_from_headers",
            "signature is missing from headers",
        ),
        ("auth__skew_minus30s", "header_timestamp_expired", "header timestamp expired"),
        ("orders__cancel_unknown_id", "not_found", "not found"),
        ("orders__duplicate_client_order_id", "order_already_exists", "order already exists"),
        ("orders__insufficient_balance", "insufficient_balance", "insufficient balance"),
        ("orders__invalid_price_structure", "invalid_price", "invalid price"),
        ("orders__post_only_cross", "invalid_order", "invalid order: post only cross"),
    ] {
        let Some(payload) = recorded(name) else { return };
        let error: ErrorAnswer = both_ways(name, &payload);
        assert!(matches!(error, ErrorAnswer::Nested { .. }), "{name}");
        assert_eq!((error.code(), error.text().as_str()), (code, text), "{name}");
    }
    let flat = recorded!("orders__numeric_field_types" as ErrorAnswer);
    assert!(matches!(flat, ErrorAnswer::Flat(_)));
    let query = recorded!("markets__limit_over_max" as ErrorAnswer);
    assert!(matches!(query, ErrorAnswer::Query { .. }));
    let busy: ErrorAnswer = both_ways("429", &serde_json::json!({"error": "too many requests"}));
    assert_eq!(busy.text(), "too many requests");
}

#[test]
fn what_is_listed() {
    let one = recorded!("markets__single" as MarketAnswer);
    assert_eq!(
        (one.market.status, one.market.price_ranges),
        (MarketStatus::Active, Some(PriceGrid::linear_cent()))
    );
    let mut read = 0;
    for name in [
        "markets__page1",
        "markets__page2",
        "markets__page3",
        "markets__status_open",
        "markets__status_closed",
        "markets__status_settled",
        "markets__unauth_list",
        "markets__high_temp",
        "markets__garbage_cursor",
    ] {
        let Some(payload) = recorded(name) else { return };
        let page: MarketsPage = both_ways(name, &payload);
        read += page.markets.len();
        assert!(page.markets.iter().all(|market| !matches!(market.status, MarketStatus::Other(_))), "{name}");
    }
    assert!(read > 10, "{read}");
    recorded!("orderbook__base" as OrderbookAnswer);
    let trades = recorded!("trades__public_recorded" as TradesPage);
    let print = trades.trades[0].print().unwrap();
    assert_eq!((print.taker_side, print.count.to_string()), (Some(Side::Yes), "7.77".to_owned()));
    assert_eq!(BookSide::Ask.action(), Action::Sell);
}

/// Returns a public answer that somebody kept, from within what they kept it in.
fn kept(name: &str) -> Option<Value> {
    let payload: Value =
        serde_json::from_str(&corpus::read(&format!("data/kalshi-responses/{name}.json"))?).unwrap();
    Some(payload.get("response").cloned().unwrap_or(payload))
}

#[test]
fn answers_of_other_months_are_read_too() {
    let Some(events) = kept("pmvl_2026-07__kalshi_events") else { return };
    let events: EventsPage = both_ways("July's events", &events);
    let mars = &events.events[0];
    assert_eq!((mars.event_ticker.as_str(), mars.mutually_exclusive), ("KXELONMARS-99", false));
    // An event of one contract, which bears its ticker.
    assert_eq!(mars.markets.as_ref().unwrap()[0].ticker.as_str(), "KXELONMARS-99");
    both_ways::<MarketsPage>("July's markets", &kept("pmvl_2026-07__kalshi_markets").unwrap());
    both_ways::<OrderbookAnswer>("July's book", &kept("pmvl_2026-07__kalshi_orderbook").unwrap());
    both_ways::<TradesPage>("July's trades", &kept("pmvl_2026-07__kalshi_trades").unwrap());
    let series: SeriesAnswer =
        both_ways("January's series", &kept("golden_2026-01__series_single_response").unwrap());
    assert_eq!(series.series.fee_type().unwrap().to_string(), "quadratic");
    both_ways::<EventsPage>("January's events", &kept("golden_2026-01__events_list_response").unwrap());
    let event: EventAnswer =
        both_ways("January's event", &kept("golden_2026-01__event_single_response").unwrap());
    assert!(!event.markets.unwrap().is_empty());
    // Before there were exact counts an empty book was null: that is no book, and not an empty one.
    let old = kept("golden_2026-01__orderbook_response").unwrap();
    assert!(serde_json::from_str::<OrderbookAnswer>(&old.to_string()).is_err());
}

#[test]
fn recorded_frames() {
    for name in ["ws__orderbook_trade_noleg", "ws__orderbook_trade_yes"] {
        let Some(text) = corpus::read(&format!("data/kalshi-recorded/{name}.jsonl")) else { return };
        let (mut next, mut deltas) = (1, 0);
        for line in text.lines().filter(|line| !line.is_empty()) {
            let frame: Frame = both_ways(name, &serde_json::from_str(line).unwrap());
            match frame {
                Frame::OrderbookSnapshot { seq, .. } => assert_eq!((seq, next), (1, 1)),
                Frame::OrderbookDelta { seq, .. } => {
                    assert_eq!(seq, next);
                    deltas += 1;
                }
                Frame::Subscribed { .. } | Frame::Trade { .. } | Frame::Ok { .. } => continue,
                other => panic!("{other:?}"),
            }
            next += 1;
        }
        assert!(deltas > 1, "{name}");
    }
}

#[test]
fn a_recorded_stream_is_a_book_at_every_frame() {
    let Some(bytes) = corpus::bytes("data/books/KXNEXTTEAMNBA-26LJAM.ws.jsonl.gz") else { return };
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    let mut levels: BTreeMap<(Ticker, Side, Price), i64> = BTreeMap::new();
    let (mut numbered, mut deltas) = (0, 0);
    for line in text.lines() {
        let number = match both_ways::<Frame>("books", &serde_json::from_str(line).unwrap()) {
            Frame::OrderbookSnapshot { seq, msg, .. } => {
                levels.retain(|(ticker, ..), _| *ticker != msg.market_ticker);
                for (side, bids) in [(Side::Yes, &msg.yes_dollars_fp), (Side::No, &msg.no_dollars_fp)] {
                    for level in bids {
                        levels.insert((msg.market_ticker.clone(), side, level.0), level.1.hundredths());
                    }
                }
                seq
            }
            Frame::OrderbookDelta { seq, msg, .. } => {
                let level = levels.entry((msg.market_ticker, msg.side, msg.price_dollars)).or_insert(0);
                *level += msg.delta_fp.hundredths();
                assert!(*level >= 0, "a negative level after {deltas} changes");
                deltas += 1;
                seq
            }
            // The answer to an update of a subscription takes a number of it.
            Frame::Ok { seq: Some(seq), .. } => seq,
            Frame::Subscribed { .. } => continue,
            other => panic!("{other:?}"),
        };
        numbered += 1;
        assert_eq!(number, numbered);
    }
    assert_eq!(deltas, 2_885);
}

#[test]
fn what_is_unknown_is_passed_over_and_what_is_missing_is_not_zero() {
    let frame = r#"{"type":"ticker_v9","sid":3,"seq":4,"msg":{"anything":[1]}}"#;
    assert_eq!(serde_json::from_str::<Frame>(frame).unwrap(), Frame::Unknown);
    // A level without its size, a price that is none, a fill without its fee: no guess is made.
    for text in [
        r#"{"type":"orderbook_delta","sid":1,"seq":2,"msg":{"market_ticker":"A-B","price_dollars":"0.5","side":"yes"}}"#,
        r#"{"type":"orderbook_delta","sid":1,"seq":2,"msg":{"market_ticker":"A-B","price_dollars":0.00005,"delta_fp":"1.00","side":"yes"}}"#,
        r#"{"type":"fill","sid":1,"msg":{"trade_id":"t","order_id":"o","market_ticker":"A-B","is_taker":false,"outcome_side":"yes","book_side":"bid","yes_price_dollars":"0.5","count_fp":"1.00","post_position_fp":"1.00"}}"#,
    ] {
        assert!(serde_json::from_str::<Frame>(text).is_err(), "{text}");
    }
}
