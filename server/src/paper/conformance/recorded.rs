//! A session that was recorded at Kalshi's demo exchange in June 2026, done again here: the same contract with the same
//! book, the same requests in the same order, and the same answers, but for what has changed since.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use shared::exchange::matching::{AccountNumber, Listing, NewOrder};
use shared::fees::{FeeMultiplier, FeeSchedule, FeeType};
use shared::market::{Action, PriceGrid};
use shared::units::{Price, Quantity, Timestamp};
use tokio::net::TcpListener;

use super::client::Client;
use crate::clock::Clock;
use crate::corpus;
use crate::paper::catalogue::NewEvent;
use crate::paper::core::Core;
use crate::paper::credentials::Credentials;
use crate::paper::ids::Ids;
use crate::paper::keys::{FreshKey, KeyKind};
use crate::paper::rest::{Shared, router};
use crate::paper::tier::Tier;

const TICKER: &str = "KXWTACHALLENGERMATCH-26JUN11JIMLEP-LEP";
const EVENT: &str = "KXWTACHALLENGERMATCH-26JUN11JIMLEP";
const SERIES: &str = "KXWTACHALLENGERMATCH";

/// Fields whose values are other ones each time: ids, times, and places in lists.
const OTHER_EACH_TIME: &[&str] = &[
    "created_time",
    "cursor",
    "fill_id",
    "last_update_time",
    "last_updated_ts",
    "order_id",
    "trade_id",
    "ts",
    "ts_ms",
    "updated_ts",
    "user_id",
];

/// What has changed from June to October 2026, by the name of the field, and where that is said: in Kalshi's changelog of
/// the day that is named, or in its `OpenAPI` document 3.34.0.
const CHANGED: &[(&str, Change, &str)] = &[
    (
        "self_trade_prevention_type",
        Change::New,
        "2026-06-18: what is no more, orders of the first version, had none",
    ),
    ("service", Change::Gone, "2026-08-06: left out of error bodies"),
    ("resting_orders_count", Change::Gone, "2026-07-09: left out of positions"),
    ("fractional_trading_enabled", Change::Gone, "2026-07-09: left out of markets"),
    ("response_price_units", Change::Gone, "2026-07-09: left out of markets"),
    ("liquidity_dollars", Change::Gone, "2026-10-01: left out of markets"),
    ("exchange_index", Change::New, "2026-08-20: fills, orders and positions name their shard"),
    ("cancel_order_on_pause", Change::New, "3.34.0: orders say whether a pause cancels them"),
    ("client_order_id", Change::New, "3.34.0: a cancellation names the order as its owner does"),
    ("value", Change::New, "3.34.0: settlements say what a YES contract paid"),
    (
        "bucket_capacity",
        Change::Value,
        "page on rate limits, October 2026: a Basic read bucket holds three seconds",
    ),
    ("settlement_bounds_type", Change::New, "2026-10-01: markets have bounds of settlement"),
];

/// How something has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// It is not told any more.
    Gone,
    /// It was not told then.
    New,
    /// It has another value.
    Value,
}

/// What of a market is told only of some, and not of those here.
const OF_SOME_MARKETS: &[&str] = &[
    "cap_strike",
    "custom_strike",
    "early_close_condition",
    "floor_strike",
    "is_provisional",
    "mve_collection_ticker",
    "mve_selected_legs",
    "occurrence_datetime",
    "primary_participant_key",
    "settlement_ts",
    "settlement_value_dollars",
];

/// Recordings whose lists hold other contracts than the one here: their fields are compared, and not their values.
const SHAPES: &[&str] = &[
    "account__endpoint_costs",
    "markets__garbage_cursor",
    "markets__page1",
    "markets__page2",
    "markets__page3",
    "markets__single",
    "markets__single_filter_lastpage",
    "markets__status_closed",
    "markets__status_open",
    "markets__status_settled",
    "markets__unauth_list",
    "markets__unauth_single",
    "trades__public_recorded",
];

/// Recordings of a moment that isn't had here, and why: their fields are compared, and not their values.
const OF_A_MOMENT: &[(&str, &str)] =
    &[("orders__get_after_cancel", "an order was still told as resting 360 ms after it had been cancelled")];

/// Recordings that can't be done again, and why.
const NOT_AGAIN: &[(&str, &str)] = &[
    ("session__manifest", "no exchange of its own: the list of the others"),
    ("ws__orderbook_trade_noleg", "frames of the stream, which other tests read"),
    ("ws__orderbook_trade_yes", "frames of the stream, which other tests read"),
];

/// Requests whose answer is another one since: the status, and the word for it.
const GONE: &[(&str, &str)] = &[
    ("orders__legacy_create", "from about 2026-06-18 on, writes of the first version are answered with 410"),
    ("orders__legacy_cancel", "from about 2026-06-18 on, writes of the first version are answered with 410"),
];

/// What was sent, and what came back.
struct Recording {
    name: String,
    /// When, in milliseconds since 1970; the latest if it is not told.
    at: i64,
    sent: Value,
    answer: Value,
}

/// Reads all recordings, in the order in which they were made.
fn recordings(folder: &Path) -> Vec<Recording> {
    let mut all: Vec<Recording> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name()?.to_str()?.strip_suffix(".meta.json")?.to_owned();
            let read = |path: &Path| serde_json::from_slice(&std::fs::read(path).ok()?).ok();
            let sent: Value = read(&path).unwrap();
            let at = sent["recorded_at_epoch_ms"].as_i64().unwrap_or(i64::MAX);
            let answer = read(&path.with_file_name(format!("{name}.json"))).unwrap_or_default();
            Some(Recording { name, at, sent, answer })
        })
        .collect();
    all.sort_by(|a, b| (a.at, &a.name).cmp(&(b.at, &b.name)));
    all
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn count(text: &str) -> Quantity {
    text.parse().unwrap()
}

/// Lets another account's order rest.
fn rests(core: &mut Core, account: AccountNumber, action: Action, at: &str, contracts: &str) {
    let now = core.exchange.now();
    let order = NewOrder::resting(0, action, price(at), count(contracts));
    core.exchange.place(now, account, &order).unwrap();
    core.publish();
}

/// Returns the exchange as it stood when the session began: the book of its one contract had three contracts on each side,
/// and `before` are the member's orders until then, the oldest first, of which two had traded.
fn exchange(credentials: &Credentials, key: FreshKey, before: &[Value]) -> Core {
    let began: Timestamp = "2026-06-11T06:25:00Z".parse().unwrap();
    let mut core = Core::new(began, Ids(1));
    core.catalogue.list_series(SERIES, "Challenger matches", FeeType::Quadratic, FeeMultiplier::ONE);
    core.catalogue.events.push(NewEvent {
        ticker: EVENT.parse().unwrap(),
        series: SERIES.to_owned(),
        title: "A match".to_owned(),
        exclusive: true,
        settles: "2026-06-25T16:00:00Z".parse().unwrap(),
    });
    let fees = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).unwrap();
    let closes = Some("2026-06-25T16:00:00Z".parse().unwrap());
    core.exchange.list(began, Listing { grid: PriceGrid::linear_cent(), fees, closes });
    core.catalogue.list(TICKER.parse().unwrap(), 0, "Lepchenko", began);
    let number = core.register(&credentials.key_id, key.public, "100".parse().unwrap()).unwrap();
    let member = core.members[number].account;
    let other = core.exchange.open_account();
    core.exchange.pay(other, "1000".parse().unwrap()).unwrap();
    for order in before {
        let now = core.exchange.now();
        let text = |field: &str| order[field].as_str().unwrap();
        let action = if text("book_side") == "bid" { Action::Buy } else { Action::Sell };
        let is_filled = text("status") == "executed";
        if is_filled {
            rests(&mut core, other, Action::Sell, text("yes_price_dollars"), text("initial_count_fp"));
        }
        let asked =
            NewOrder::resting(0, action, price(text("yes_price_dollars")), count(text("initial_count_fp")));
        let name = Some(text("client_order_id"));
        let placed = core.order(name, |exchange| exchange.place(now, member, &asked)).unwrap();
        if !is_filled {
            core.exchange.cancel(now, member, placed.order).unwrap();
            core.publish();
        }
    }
    rests(&mut core, other, Action::Buy, "0.47", "3.00");
    rests(&mut core, other, Action::Sell, "0.52", "3.00");
    core
}

/// Says where two answers differ, names and values of fields, and forgives what has changed.
fn differences(then: &Value, now: &Value, values: bool, at: &str, found: &mut Vec<String>) {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            for (name, value) in then {
                let change = CHANGED.iter().find(|change| change.0 == name).map(|change| change.1);
                match now.get(name) {
                    None if change == Some(Change::Gone) => {}
                    None if !values && OF_SOME_MARKETS.contains(&name.as_str()) => {}
                    None => found.push(format!("{at}/{name} is gone")),
                    Some(_) if change == Some(Change::Gone) => {
                        found.push(format!("{at}/{name} is still there"));
                    }
                    Some(value_now) => {
                        let values = values
                            && change != Some(Change::Value)
                            && !OTHER_EACH_TIME.contains(&name.as_str());
                        differences(value, value_now, values, &format!("{at}/{name}"), found);
                    }
                }
            }
            for name in now.keys().filter(|name| values && !then.contains_key(*name)) {
                if !CHANGED.iter().any(|change| change.0 == name && change.1 == Change::New) {
                    found.push(format!("{at}/{name} is new"));
                }
            }
        }
        (Value::Array(then), Value::Array(now)) if values => {
            if then.len() != now.len() {
                found.push(format!("{at}: {} and not {}", now.len(), then.len()));
            }
            for (k, (then, now)) in then.iter().zip(now).enumerate() {
                differences(then, now, values, &format!("{at}/{k}"), found);
            }
        }
        (Value::Array(then), Value::Array(now)) => {
            if let (Some(then), Some(now)) = (then.first(), now.first()) {
                differences(then, now, values, &format!("{at}/0"), found);
            }
        }
        (then, now) if values && then != now => found.push(format!("{at}: {now} and not {then}")),
        (then, now) if core::mem::discriminant(then) != core::mem::discriminant(now) => {
            found.push(format!("{at}: {now} is of another type than {then}"));
        }
        _ => {}
    }
}

/// Returns how a recorded request was signed, by its kind: with which age in milliseconds.
fn age(name: &str) -> i64 {
    match name {
        "auth__skew_minus5s" => 5_000,
        "auth__skew_plus5s" => -5_000,
        "auth__skew_minus30s" => 30_000,
        "auth__skew_minus5min" => 300_000,
        "auth__skew_plus5min" => -300_000,
        _ => 0,
    }
}

#[tokio::test]
async fn a_recorded_session_is_answered_as_it_was() {
    let Some(path) = corpus::path("data/kalshi-recorded/session__manifest.meta.json") else { return };
    let recordings = recordings(path.parent().unwrap());
    let key = FreshKey::generate(KeyKind::Ed25519).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let credentials = Credentials {
        key_id: "00000000-0000-4000-8000-0000000000aa".to_owned(),
        private_pem: key.private_pem.clone(),
        api_base: format!("http://{}/trade-api/v2", listener.local_addr().unwrap()),
        ws_url: String::new(),
        control_token: String::new(),
    };
    let listed = recordings.iter().find(|recording| recording.name == "portfolio__orders_list").unwrap();
    let mut before: Vec<Value> = listed.answer["orders"].as_array().unwrap().clone();
    before.retain(|order| order["created_time"].as_str() < Some("2026-06-11T06:29"));
    before.reverse();
    let clock = Clock::by_hand("2026-06-11T06:29:08Z".parse().unwrap());
    let core = exchange(&credentials, key, &before);
    let shared = Arc::new(Shared::new(core, clock.clone(), Some(Tier::Basic)));
    let serving = tokio::spawn(axum::serve(listener, router(shared)).into_future());
    let mut client = Client::new(&credentials);
    let mut ours: BTreeMap<String, String> = BTreeMap::new();
    let (mut wrong, mut done) = (Vec::new(), 0);
    for (k, Recording { name, sent, answer, .. }) in recordings.iter().enumerate() {
        if NOT_AGAIN.iter().any(|skipped| skipped.0 == name) {
            continue;
        }
        // As much time passes as then, and more than a second, so that no bucket is empty.
        let ten_seconds = 10_000_000 * i64::try_from(k + 1).unwrap();
        let began: Timestamp = "2026-06-11T06:29:08Z".parse().unwrap();
        clock.put_on(began.checked_add_micros(ten_seconds).unwrap());
        let method = sent["method"].as_str().unwrap();
        let mut path = sent["path"].as_str().unwrap().strip_prefix("/trade-api/v2").unwrap().to_owned();
        for (theirs, our) in &ours {
            path = path.replace(theirs.as_str(), our);
        }
        let body =
            if sent["request_body"].is_null() { String::new() } else { sent["request_body"].to_string() };
        client.age_ms = age(name);
        let mut headers =
            client.headers(method, &format!("/trade-api/v2{}", path.split('?').next().unwrap()));
        match sent["auth"].as_str().unwrap() {
            "signed" | "signed-skewed" => {}
            "bad-signature" => headers[1].1 = client.headers(method, "/another/path")[1].1.clone(),
            "unknown-key-id" => headers[0].1 = "00000000-0000-0000-0000-000000000000".to_owned(),
            "missing-signature-header" => drop(headers.remove(1)),
            // "unauthenticated", and a longer text that begins with "NONE".
            _ => headers.clear(),
        }
        let told = client.send(method, &path, &headers, &body).await;
        done += 1;
        if GONE.iter().any(|gone| gone.0 == name) {
            assert_eq!(
                (told.status, &told.body["error"]["code"]),
                (410, &json!("deprecated_v1_order_endpoint"))
            );
            continue;
        }
        if u64::from(told.status) != sent["status"].as_u64().unwrap() {
            wrong.push(format!("{name}: {} {}", told.status, told.body));
        }
        if let (Some(theirs), Some(our)) = (answer["order_id"].as_str(), told.body["order_id"].as_str()) {
            ours.insert(theirs.to_owned(), our.to_owned());
        }
        let values = !SHAPES.contains(&name.as_str()) && !OF_A_MOMENT.iter().any(|moment| moment.0 == name);
        differences(answer, &told.body, values, name, &mut wrong);
    }
    serving.abort();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(done + NOT_AGAIN.len(), recordings.len());
}
