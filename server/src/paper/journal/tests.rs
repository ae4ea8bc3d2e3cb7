//! A journal done again comes to the same bytes, and says where it doesn't.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::handler::Handler as _;
use axum::routing::any_service;
use shared::units::Timestamp;
use shared::wire::{CreateOrderAnswer, KEY_HEADER};

use super::{Again, Said, replay};
use crate::clock::Clock;
use crate::paper::KeyKind;
use crate::paper::hub::{ClientNumber, Line};
use crate::paper::keys::FreshKey;
use crate::paper::rest::{Shared, router};
use crate::paper::run::Settings;
use crate::paper::stream::carry_out;

const ORDERS: &str = "/trade-api/v2/portfolio/events/orders";
const KEY: &str = "00000007-0000-4000-c001-000000000000";

/// A file that is gone when this is.
struct Fleeting(PathBuf);

impl Fleeting {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("tauroi-journal-{}-{name}.jsonl", std::process::id())))
    }
}

impl Drop for Fleeting {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A linear congruence.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

async fn ask(router: &Router, method: &str, path: &str, body: String) -> (u16, Vec<u8>) {
    let request = Request::builder().method(method).uri(path).header(KEY_HEADER, KEY);
    let mut request = request.body(Body::from(body)).unwrap();
    request.extensions_mut().insert(Again { key_id: Some(KEY.to_owned()) });
    let response = any_service(router.clone()).call(request, ()).await;
    let status = response.status().as_u16();
    (status, to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
}

/// A client of the stream.
struct Listener {
    shared: Arc<Shared>,
    line: Line,
    heard: usize,
}

impl Listener {
    fn join(shared: &Arc<Shared>) -> Self {
        let line = shared.heed(|| Said::Join { member: 0 }, |core| core.hub.join(0));
        Self { shared: Arc::clone(shared), line, heard: 0 }
    }

    fn client(&self) -> ClientNumber {
        self.line.client
    }

    fn say(&mut self, text: &str) {
        let client = self.client();
        let said = || Said::Command { client: client.number(), text: text.to_owned(), too_many: false };
        self.shared.heed(said, |core| carry_out(core, client, text, false));
    }

    fn hear(&mut self) {
        while self.line.frames.try_recv().is_ok() {
            self.heard += 1;
        }
    }

    fn leave(self) {
        let client = self.client();
        self.shared.heed(|| Said::Leave { client: client.number() }, |core| core.hub.leave(client));
    }
}

/// Trades for some days, badly, and returns how many frames were heard.
async fn trade(journal: &Path) -> usize {
    let begin: Timestamp = "2026-11-02T10:00:00.000001Z".parse().unwrap();
    let clock = Clock::by_hand(begin);
    let journal = Some(journal.to_owned());
    let settings = Settings { days: 2, past_days: 0, journal, ..Settings::demo(7, clock.clone()) };
    let open = settings.open(FreshKey::generate(KeyKind::Ed25519).unwrap().public, None).unwrap();
    let (router, mut dice) = (router(Arc::clone(&open.shared)), Dice(1));
    let mut early = Listener::join(&open.shared);
    let mut listener = Listener::join(&open.shared);
    early.say(r#"{"id":1,"cmd":"subscribe","params":{"channels":["trade"]}}"#);
    listener.say(r#"{"id":1,"cmd":"subscribe","params":{"channels":["trade","fill","user_orders"]}}"#);
    listener.say(
        r#"{"id":2,"cmd":"subscribe","params":{"channels":["orderbook_delta"],"market_tickers":["KXTOPMONTHLY-SIM-AUR","KXTOPMONTHLY-SIM-BRA"],"use_yes_price":true}}"#,
    );
    listener.say("no command");
    let (mut early, mut orders, mut taken) = (Some(early), Vec::new(), 0);
    for k in 0..150 {
        clock.put_on(clock.now().checked_add_micros(1 + dice.roll(1_800_000_000) as i64).unwrap());
        let artist = ["AUR", "BRA", "CEL", "NOBODY"][dice.roll(4) as usize];
        let (side, price) = (["bid", "ask"][dice.roll(2) as usize], 1 + dice.roll(99));
        let (method, path, body) = match dice.roll(6) {
            0 => ("GET", "/trade-api/v2/portfolio/balance".to_owned(), String::new()),
            1 => ("GET", format!("/trade-api/v2/markets?limit={}", dice.roll(4)), String::new()),
            2 if !orders.is_empty() => {
                let order = &orders[dice.roll(orders.len() as u64) as usize];
                ("DELETE", format!("{ORDERS}/{order}"), String::new())
            }
            _ => {
                // Names are used twice now and then.
                let name = dice.roll(120);
                let body = format!(
                    r#"{{"ticker":"KXTOPMONTHLY-SIM-{artist}","client_order_id":"{name}","side":"{side}","count":"{}","price":"0.{price:02}","time_in_force":"good_till_canceled","self_trade_prevention_type":"taker_at_cross"}}"#,
                    1 + dice.roll(40)
                );
                ("POST", ORDERS.to_owned(), body)
            }
        };
        let (status, answer) = ask(&router, method, &path, body).await;
        if let (201, Ok(placed)) = (status, serde_json::from_slice::<CreateOrderAnswer>(&answer)) {
            taken += usize::from(!placed.fill_count.is_zero());
            orders.push(placed.order_id);
        }
        listener.hear();
        if k == 70 {
            early.take().unwrap().leave();
        }
    }
    assert!(orders.len() > 20 && taken > 3, "{} {taken}", orders.len());
    // What nobody asked for happens as well.
    clock.put_on(clock.now().checked_add_micros(3_600_000_000).unwrap());
    open.finish().unwrap();
    listener.hear();
    listener.heard
}

#[tokio::test]
async fn what_clients_did_comes_to_the_same_bytes_again() {
    let (one, two) = (Fleeting::new("one"), Fleeting::new("two"));
    let heard = trade(&one.0).await;
    let replayed = replay(&one.0).await.unwrap();
    assert!(replayed.answers == 150 && !replayed.is_torn, "{replayed}");
    assert!(replayed.frames >= heard as u64 && heard > 1_000, "{replayed}, {heard}");
    // Two joined, one left, four commands were sent.
    assert_eq!(replayed.entries, 150 + 7);
    trade(&two.0).await;
    let text = std::fs::read_to_string(&one.0).unwrap();
    assert_eq!(text, std::fs::read_to_string(&two.0).unwrap());

    // A process that is killed leaves less, which is done again as far as it goes.
    for kept in [text.len() / 3, text.len() / 2 + 1, text.len() - 1] {
        std::fs::write(&two.0, &text[..kept]).unwrap();
        let part = replay(&two.0).await.unwrap();
        assert!(part.is_torn && part.entries <= replayed.entries && part.answers > 20, "{kept}: {part}");
    }
}

#[tokio::test]
async fn what_is_not_the_same_is_named() {
    let file = Fleeting::new("other");
    trade(&file.0).await;
    let text = std::fs::read_to_string(&file.0).unwrap();
    let why = async |changed: String| {
        assert_ne!(changed, text);
        std::fs::write(&file.0, changed).unwrap();
        format!("{:#}", replay(&file.0).await.unwrap_err())
    };
    // Another world answers otherwise.
    let other = why(text.replacen("\"rng_seed\":7", "\"rng_seed\":8", 1)).await;
    assert!(other.contains("frames for client") || other.contains("was answered"), "{other}");
    // An order for what is not listed is another order.
    let [from, to] = ["BRA", "BRO"].map(|artist| format!(r#"-SIM-{artist}\",\"client_order_id"#));
    let changed = why(text.replacen(&from, &to, 1)).await;
    assert!(changed.starts_with("entry ") && changed.contains("was answered 201"), "{changed}");
    let broken = why(text.replacen("{\"answer\"", "{\"anser\"", 1)).await;
    assert!(broken.contains("line "), "{broken}");
    let newer = why(text.replacen("\"schema\":1", "\"schema\":2", 1)).await;
    assert!(newer.contains("its format is 2"), "{newer}");
}
