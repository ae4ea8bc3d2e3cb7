//! Whether what is answered is what Kalshi's own description of its API says, asked over a real socket.

mod client;
mod document;
mod everything;

use std::collections::{BTreeMap, BTreeSet};

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
    ("GetEvents", 429, "any operation may say that it is asked too much"),
    ("BatchCreateOrdersV2", 429, "any operation may say that it is asked too much"),
    ("GetBalance", 429, "any operation may say that it is asked too much"),
    ("GetBalance", 403, "a key whose scope is another one; the document lists it for writes alone"),
    ("GetApiKeys", 403, "a key whose scope is another one"),
];

/// What is never answered but by a refusal, and why.
const NEVER: &[(&str, &str)] = &[("GetHistoricalMarket", "nothing here is so old that it is kept apart")];

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
    wrong.dedup();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    running.stop().await.unwrap();
}
