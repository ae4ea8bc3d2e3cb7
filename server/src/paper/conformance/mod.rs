//! Whether what is answered is what Kalshi's own description of its API says, asked over a real socket.

mod client;
mod document;
mod everything;
mod recorded;
mod responses;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use shared::units::Timestamp;

use self::client::Client;
use self::document::{Document, Expected, wrongs};
use super::rest::OPERATIONS;
use super::{Running, Settings, Tier, start};
use crate::clock::Clock;

/// Starts an exchange on a clock that is moved by hand.
async fn exchange(tier: Option<Tier>) -> (Running, Clock) {
    let began: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
    let clock = Clock::by_hand(began);
    let settings = Settings { days: 3, past_days: 0, tier, ..Settings::demo(20, clock.clone()) };
    (start(settings).await.unwrap(), clock)
}

/// What the document doesn't list, and why it is answered all the same.
const UNLISTED: &[(&str, u16, &str)] = &[
    (
        "CreateOrderV2",
        404,
        "a contract that there is not: `market_not_found`, of which only the name is known",
    ),
    ("AmendOrderV2", 409, "a name that is taken, as when an order is created"),
    ("GetSeries", 404, "a series that there is not: `not_found`, as of other things"),
    ("GetMarketCandlesticksByEvent", 404, "an event that there is not, as `GetEvent` has it"),
    ("GetApiKeys", 403, "a key with another scope; the document lists that for writes alone"),
];

/// What is never answered but by a refusal, and why.
const NEVER: &[(&str, &str)] = &[
    ("GetHistoricalMarket", "nothing here is so old that it is kept apart"),
    ("GetMarketCandlesticksHistorical", "nothing here is so old that it is kept apart"),
];

#[tokio::test]
async fn all_that_is_answered_is_as_kalshi_describes_it() {
    let Some(document) = Document::read() else { return };
    let (running, clock) = exchange(None).await;
    let mut client = Client::new(running.credentials());
    everything::ask(&mut client, &clock).await;
    let mut wrong = Vec::new();
    let mut exercised = BTreeSet::new();
    let mut known = BTreeMap::new();
    for told in &client.told {
        let operation = told.operation;
        let (method, path, name) = (operation.method, operation.path, operation.name);
        if name.is_empty() {
            assert_eq!(document.name(method, path), None, "{method} {path} is not gone");
            assert_eq!(told.status, 410);
            exercised.insert((method, path));
            continue;
        }
        if document.name(method, path) != Some(name) {
            wrong.push(format!("{method} {path} is not {name}"));
            continue;
        }
        if told.status < 300 {
            exercised.insert((method, path));
        }
        let status = told.status;
        let expected = known.entry((method, path, status));
        match expected.or_insert_with(|| document.expected(method, path, status)) {
            Expected::Unlisted if UNLISTED.iter().any(|entry| entry.0 == name && entry.1 == status) => {}
            Expected::Unlisted => wrong.push(format!("{name}: {status} is not listed: {}", told.body)),
            Expected::Anything => {}
            Expected::Form(validator) => {
                let found = wrongs(validator, &told.body);
                wrong.extend(found.iter().map(|found| format!("{name} {status}: {found}")));
            }
        }
    }
    for operation in OPERATIONS {
        let never = NEVER.iter().any(|known| known.0 == operation.name);
        if exercised.contains(&(operation.method, operation.path)) == never {
            wrong.push(format!("{} {} was asked with success: {}", operation.method, operation.path, !never));
        }
    }
    for (name, status, _) in UNLISTED {
        if !client.told.iter().any(|told| told.operation.name == *name && told.status == *status) {
            wrong.push(format!("{name} was not answered with {status}"));
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn who_asks_for_too_much_at_once_is_told_so_and_nothing_is_done() {
    let (running, _) = exchange(Some(Tier::Basic)).await;
    let mut client = Client::new(running.credentials());
    let limits = client.get(200, "GET", "/account/limits", "").await;
    assert_eq!(limits["write"], json!({ "refill_rate": 100, "bucket_capacity": 100 }));
    let order = json!({
        "ticker": "KXTOPMONTHLY-SIM-AUR", "side": "bid", "count": "1", "price": "0.01",
        "time_in_force": "good_till_canceled", "self_trade_prevention_type": "taker_at_cross",
    });
    // More than the bucket ever holds.
    let orders = json!({ "orders": vec![order; 11] }).to_string();
    let refused = client.get(429, "POST", "/portfolio/events/orders/batched", &orders).await;
    assert_eq!(refused, json!({ "error": "too many requests" }));
    assert_eq!(client.get(200, "GET", "/portfolio/orders", "").await["orders"], json!([]));
    // Of two questions for the balance within a second, the second one is refused.
    let mut asked = Vec::new();
    while asked.len() < 50 && !asked.contains(&429) {
        asked.push(client.ask("GET", "/portfolio/balance", "").await.status);
    }
    assert_eq!((asked.first(), asked.last()), (Some(&200), Some(&429)));
    running.stop().await.unwrap();
}
