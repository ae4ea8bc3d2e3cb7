//! How long the client takes from the bytes of a frame to the bytes of the order that comes of it: the frame is read, its
//! book kept, an order written and signed. No socket is in it, no decision, no journal, and no bucket is empty.
//!
//! Orders come one at a time, every 5 ms, or one after the other without a pause. Beside them stands what the machine itself
//! does to some 20 µs of arithmetic that touches no memory, as often and in the same way: whatever of the tail it has too is
//! not the client's.
//!
//! `cargo run --release -p server --example order_path`

#![expect(dead_code, unused_imports, reason = "it takes modules of a program whole")]
#![expect(clippy::print_stdout, reason = "it is what it is for")]

#[path = "../src/clock.rs"]
mod clock;
#[path = "../src/database.rs"]
mod database;
#[path = "../src/environment.rs"]
mod environment;
#[path = "../src/kalshi/mod.rs"]
mod kalshi;

/// What the client knows of the paper exchange.
#[path = "../src/paper"]
mod paper {
    mod credentials;
    mod keys;

    pub(crate) use self::credentials::{CLOCK_VARIABLE, Credentials};
    pub(crate) use self::keys::{FreshKey, KeyKind};
}

use std::time::{Duration, Instant};

use anyhow::Context;
use shared::wire::{BookSide, CreateOrder, SelfTradePrevention, TimeInForce};

use clock::{Clock, machine_time};
use kalshi::{Client, Config, OrderPath, What};
use paper::{Credentials, FreshKey, KeyKind};

const TICKER: &str = "KXTOPMONTHLY-26NOV-BRU";
const ORDERS: u64 = 5_000;
/// As many orders a second as a desk of a high tier may send: what was signed ahead is made anew meanwhile.
const PAUSE: Duration = Duration::from_micros(5_000);

/// What is written in `number`'s frame: a contract more or less at one price.
fn frame(number: u64) -> String {
    let delta = if number.is_multiple_of(2) { "1.00" } else { "-1.00" };
    format!(
        "{{\"type\":\"orderbook_delta\",\"sid\":1,\"seq\":{number},\"msg\":{{\"market_ticker\":\"{TICKER}\",\
         \"market_id\":\"9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1\",\"price_dollars\":\"0.4700\",\
         \"delta_fp\":\"{delta}\",\"side\":\"yes\",\"ts\":\"2026-11-16T10:00:00.123456Z\",\"ts_ms\":1794823200123}}}}\n"
    )
}

fn order(number: u64, what: &What) -> anyhow::Result<CreateOrder> {
    let What::Level(level) = what else { anyhow::bail!("a change was heard as {what:?}") };
    Ok(CreateOrder {
        ticker: level.market_ticker.clone(),
        client_order_id: Some(format!("tauroi-{number:020}")),
        side: BookSide::Bid,
        count: "10.00".parse()?,
        price: level.price_dollars,
        time_in_force: TimeInForce::GoodTillCanceled,
        self_trade_prevention_type: SelfTradePrevention::TakerAtCross,
        post_only: Some(true),
        expiration_time: None,
        cancel_order_on_pause: Some(true),
        reduce_only: None,
        order_group_id: None,
        subaccount: None,
        exchange_index: None,
    })
}

/// Returns a client with a key, whose buckets are never empty.
fn client(private_pem: String) -> anyhow::Result<Client> {
    let credentials = Credentials {
        key_id: "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1".to_owned(),
        private_pem,
        api_base: "http://127.0.0.1:9/trade-api/v2".to_owned(),
        ws_url: "ws://127.0.0.1:9/trade-api/ws/v2".to_owned(),
        control_token: String::new(),
    };
    Client::new(Config::of_paper(&credentials)?, Clock::scaled(machine_time(), 1e6))
}

/// Returns how long each order took and how long the arithmetic, in order of size, in tenths of microseconds.
async fn measure(private_pem: String, pause: Option<Duration>) -> anyhow::Result<[Vec<u128>; 2]> {
    let mut path = OrderPath::new(client(private_pem)?, vec![TICKER.parse()?]);
    for (channel, sid) in
        [("orderbook_delta", 1), ("fill", 2), ("user_orders", 3), ("trade", 4), ("market_lifecycle_v2", 5)]
    {
        path.hear(&format!(
            "{{\"type\":\"subscribed\",\"id\":{sid},\"msg\":{{\"channel\":\"{channel}\",\"sid\":{sid}}}}}"
        ));
    }
    path.hear(&format!(
        "{{\"type\":\"orderbook_snapshot\",\"sid\":1,\"seq\":1,\"msg\":{{\"market_ticker\":\"{TICKER}\",\
         \"market_id\":\"x\",\"yes_dollars_fp\":[[\"0.4700\",\"30.00\"]],\"no_dollars_fp\":[[\"0.5200\",\"9.00\"]]}}}}"
    ));
    let (mut took, mut alone) = (Vec::new(), Vec::new());
    for number in 2..ORDERS + 2 {
        let frame = frame(number);
        let began = Instant::now();
        let heard = path.hear(&frame);
        let bytes = path.bytes(&order(number, heard.first().context("nothing was heard")?)?).await?;
        took.push(began.elapsed().as_nanos() / 100);
        anyhow::ensure!(bytes.len() > 300, "no order was written");
        rest(pause).await;
        let began = Instant::now();
        std::hint::black_box(arithmetic(std::hint::black_box(number)));
        alone.push(began.elapsed().as_nanos() / 100);
        rest(pause).await;
    }
    took.sort_unstable();
    alone.sort_unstable();
    Ok([took, alone])
}

async fn rest(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        // Whoever signs ahead gets a turn.
        None => tokio::task::yield_now().await,
    }
}

/// Some 20 µs of multiplications, each of which waits for the one before.
fn arithmetic(seed: u64) -> u64 {
    (0..16_000).fold(seed, |state, _| state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    println!("load: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    for (name, kind) in [("ed25519", KeyKind::Ed25519), ("rsa", KeyKind::Rsa)] {
        for (how, pause) in [("every 5 ms", Some(PAUSE)), ("without a pause", None)] {
            if pause.is_none() && matches!(kind, KeyKind::Rsa) {
                // Signatures are made ahead at a thousand a second or so: what is measured then is how fast they are made.
                continue;
            }
            let measured = measure(FreshKey::generate(kind)?.private_pem, pause).await?;
            for (what, took) in [name, "alone"].into_iter().zip(measured) {
                let at = |share: usize| {
                    took.get(took.len() * share / 1_000).copied().unwrap_or_default() as f64 / 10.0
                };
                println!(
                    "{what:8} {how:16} p50 {:.1} µs, p90 {:.1} µs, p99 {:.1} µs, p99.9 {:.1} µs",
                    at(500),
                    at(900),
                    at(990),
                    at(999)
                );
            }
        }
    }
    Ok(())
}
