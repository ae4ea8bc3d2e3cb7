//! Answers of Kalshi's real exchange, recorded from January to August 2026 by others: what is there in both is of the same
//! type and has as many decimals. What is there in one alone is held against Kalshi's document elsewhere.

use std::path::Path;

use serde_json::Value;

use super::client::Client;
use super::{Tier, exchange};
use crate::corpus;

/// The file, where in it the answer is, and what is asked here.
const ASKED: &[(&str, &str, &str)] = &[
    (
        "cockpit_2026-08__candlesticks_pregame_mlb",
        "/candlesticks_response",
        "/series/KXTOPMONTHLY/markets/{ticker}/candlesticks?{span}",
    ),
    ("cockpit_2026-08__market_single", "/single", "/markets/{ticker}"),
    ("cockpit_2026-08__market_single", "/orderbook", "/markets/{ticker}/orderbook"),
    (
        "golden_2026-01__candlesticks_batch_response",
        "/response",
        "/markets/candlesticks?market_tickers={ticker}&{span}",
    ),
    (
        "golden_2026-01__event_candlesticks_response",
        "/response",
        "/series/KXTOPMONTHLY/events/{event}/candlesticks?{span}",
    ),
    ("golden_2026-01__event_metadata_response", "/response", "/events/{event}/metadata"),
    ("golden_2026-01__event_single_response", "/response", "/events/{event}"),
    ("golden_2026-01__events_list_response", "/response", "/events?with_nested_markets=true"),
    ("golden_2026-01__exchange_schedule_response", "/response", "/exchange/schedule"),
    ("golden_2026-01__exchange_status_response", "/response", "/exchange/status"),
    ("golden_2026-01__incentive_programs_response", "/response", "/incentive_programs"),
    ("golden_2026-01__market_single_response", "/response", "/markets/{ticker}"),
    ("golden_2026-01__markets_list_response", "/response", "/markets?limit=5"),
    ("golden_2026-01__orderbook_response", "/response", "/markets/{ticker}/orderbook"),
    (
        "golden_2026-01__series_candlesticks_response",
        "/response",
        "/series/KXTOPMONTHLY/markets/{ticker}/candlesticks?{span}",
    ),
    ("golden_2026-01__series_fee_changes_response", "/response", "/series/fee_changes"),
    ("golden_2026-01__series_list_response", "/response", "/series"),
    ("golden_2026-01__series_single_response", "/response", "/series/KXTOPMONTHLY"),
    ("golden_2026-01__trades_list_response", "/response", "/markets/trades?limit=5"),
    ("pmvl_2026-07__kalshi_events", "", "/events?with_nested_markets=true&with_milestones=true"),
    ("pmvl_2026-07__kalshi_markets", "", "/markets"),
    ("pmvl_2026-07__kalshi_orderbook", "", "/markets/{ticker}/orderbook"),
    ("pmvl_2026-07__kalshi_series", "", "/series/KXTOPMONTHLY"),
    ("pmvl_2026-07__kalshi_trades", "", "/markets/trades"),
    ("soccer_2026-03__kalshi_orderbook", "", "/markets/{ticker}/orderbook"),
];

/// Files that no answer can be compared with, and why.
const NOT_ASKED: &[(&str, &str)] = &[
    ("cockpit_2026-08__candlesticks_mlb", "parts of several answers; the next file has the same"),
    ("cockpit_2026-08__combo_orderbooks", "books of several legs, which there are none of here"),
    ("cockpit_2026-08__markets_settled", "parts of several answers"),
    ("cockpit_2026-08__price_grids", "parts of several answers"),
    ("cockpit_2026-08__series_fee_fields", "parts of several answers"),
    ("golden_2026-01___recording_summary", "no answer"),
    ("golden_2026-01__multivariate_event_collections_list_response", "not served here"),
    ("golden_2026-01__tags_by_categories_response", "not served here"),
    (
        "soccer_2026-03__kalshi_market",
        "a contract without the answer around it; `kalshi_market_single` has one",
    ),
    ("soccer_2026-03__kalshi_markets", "contracts without the answer around them"),
    ("soccer_2026-03__kalshi_trades", "trades without the answer around them"),
];

/// What has another type since, and where that is said.
const CHANGED: &[(&str, &str)] = &[];

/// Returns how many decimals a text has that is a number.
pub(super) fn decimals(text: &str) -> Option<usize> {
    let (whole, fraction) = text.strip_prefix('-').unwrap_or(text).split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(fraction)).then_some(fraction.len())
}

/// Says where what both have is of another form.
fn unlike(then: &Value, now: &Value, at: &str, found: &mut Vec<String>) {
    match (then, now) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(then), Value::Object(now)) => {
            for (name, value) in then {
                if let Some(value_now) = now.get(name)
                    && !CHANGED.iter().any(|changed| changed.0 == name)
                {
                    unlike(value, value_now, &format!("{at}/{name}"), found);
                }
            }
        }
        (Value::Array(then), Value::Array(now)) => {
            if let (Some(then), Some(now)) = (then.first(), now.first()) {
                unlike(then, now, &format!("{at}/0"), found);
            }
        }
        (Value::String(then), Value::String(now)) => {
            // What is no number in both, as titles are, may be anything.
            if let (Some(a), Some(b)) = (decimals(then), decimals(now))
                && a != b
            {
                found.push(format!("{at}: {now} and not as {then}"));
            }
        }
        (then, now) if core::mem::discriminant(then) != core::mem::discriminant(now) => {
            found.push(format!("{at}: {now} is of another type than {then}"));
        }
        _ => {}
    }
}

#[tokio::test]
async fn answers_have_the_form_of_recorded_ones() {
    let Some(path) = corpus::path("data/kalshi-responses/pmvl_2026-07__kalshi_trades.json") else { return };
    let folder: &Path = path.parent().unwrap();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<String> =
        files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    files.retain(|file| {
        !ASKED.iter().any(|asked| asked.0 == file) && !NOT_ASKED.iter().any(|not| not.0 == file)
    });
    assert!(files.is_empty(), "nothing is said of {files:?}");
    let (running, clock) = exchange(Some(Tier::Prestige)).await;
    clock.put_on("2026-11-17T10:00:00Z".parse().unwrap());
    let mut client = Client::new(running.credentials());
    let events = client.get(200, "GET", "/events?with_nested_markets=true", "").await;
    let event = events["events"][0]["event_ticker"].as_str().unwrap();
    // A contract that has traded.
    let trades = client.get(200, "GET", "/markets/trades?limit=1", "").await;
    let ticker = trades["trades"][0]["ticker"].as_str().unwrap();
    let mut wrong = Vec::new();
    for (file, pointer, question) in ASKED {
        let text = std::fs::read(folder.join(format!("{file}.json"))).unwrap();
        let recorded: Value = serde_json::from_slice(&text).unwrap();
        let then = recorded.pointer(pointer).unwrap_or_else(|| panic!("{file} has no {pointer}"));
        let question = question
            .replace("{ticker}", ticker)
            .replace("{event}", event)
            .replace("{span}", "start_ts=1763280000&end_ts=1800000000&period_interval=60");
        let now = client.get(200, "GET", &question, "").await;
        unlike(then, &now, file, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    running.stop().await.unwrap();
}
