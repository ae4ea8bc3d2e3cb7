//! A member of the paper exchange: it signs, asks, and listens.

#![allow(dead_code, reason = "each test uses a part of this module")]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use futures_util::{SinkExt as _, StreamExt as _};
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _};
use serde::de::DeserializeOwned;
use shared::units::Timestamp;
use shared::wire::{Frame, KEY_HEADER, Order, OrdersPage, SIGNATURE_HEADER, TIMESTAMP_HEADER, signed_text};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::{Answer, Server};

/// A private key of either kind.
pub(crate) enum Key {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Rsa(Box<rsa::pss::SigningKey<sha2::Sha256>>),
}

/// A member, its exchange, and what it was given.
pub(crate) struct Member {
    pub(crate) server: Server,
    pub(crate) key_id: String,
    pub(crate) env: PathBuf,
    key: Key,
    ws_url: String,
}

/// The machine's time, in milliseconds.
pub(crate) fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

impl Member {
    /// Starts an exchange with these options and becomes its member.
    pub(crate) fn join(name: &str, options: &[&str]) -> Self {
        let env = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.env"));
        // What an earlier run has left, open to everybody.
        std::fs::write(&env, "OLD=1\n").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        command
            .args(["paper", "--port", "0", "--tier", "unlimited", "--env"])
            .arg(&env)
            .args(options)
            .stderr(Stdio::null());
        let server = Server::run(command);
        let text = std::fs::read_to_string(&env).unwrap();
        let variable = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
        };
        assert_eq!(variable("KALSHI_API_BASE"), format!("http://{}/trade-api/v2", server.address()));
        let pem = std::fs::read_to_string(variable("KALSHI_API_SECRET_FILE")).unwrap();
        let key = match ed25519_dalek::SigningKey::from_pkcs8_pem(&pem) {
            Ok(key) => Key::Ed25519(Box::new(key)),
            Err(_) => {
                let key = rsa::PrivateKey::from_pkcs1_pem(&pem).unwrap();
                Key::Rsa(Box::new(rsa::pss::SigningKey::new(key)))
            }
        };
        Self { server, key_id: variable("KALSHI_ACCESS_KEY"), env, key, ws_url: variable("KALSHI_WS_URL") }
    }

    /// Returns the signature of a text, in base64.
    pub(crate) fn sign(&self, text: &str) -> String {
        match &self.key {
            Key::Ed25519(key) => STANDARD.encode(key.sign(text.as_bytes()).to_bytes()),
            Key::Rsa(key) => {
                let mut random = rsa::rand_core::UnwrapErr(getrandom::SysRng);
                STANDARD.encode(key.sign_with_rng(&mut random, text.as_bytes()).to_bytes())
            }
        }
    }

    /// Returns the three headers of a request, signed `age_ms` ago.
    pub(crate) fn headers(&self, method: &str, path: &str, age_ms: i64) -> [(&'static str, String); 3] {
        let timestamp = (now_ms() - age_ms).to_string();
        let signature = self.sign(&signed_text(&timestamp, method, path));
        [(KEY_HEADER, self.key_id.clone()), (SIGNATURE_HEADER, signature), (TIMESTAMP_HEADER, timestamp)]
    }

    /// Returns what the exchange knows whoever may meddle with it by.
    pub(crate) fn token(&self) -> String {
        let text = std::fs::read_to_string(&self.env).unwrap();
        text.lines().find_map(|line| line.strip_prefix("TAUROI_PAPER_TOKEN=")).unwrap().to_owned()
    }

    /// Asks the exchange itself, as whoever may meddle with it; null is no body.
    pub(crate) fn control(&self, method: &str, path: &str, body: &serde_json::Value) -> Answer {
        let bearer = format!("Bearer {}", self.token());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.server.send(method, path, &[("Authorization", &bearer)], body.as_bytes())
    }

    /// Asks, signed.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let path = format!("/trade-api/v2{path}");
        let headers = self.headers(method, &path, 0);
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.server.send(method, &path, &headers, body.as_bytes())
    }

    /// Asks and reads an answer of this status.
    pub(crate) fn read<T: DeserializeOwned>(&self, status: u16, method: &str, path: &str, body: &str) -> T {
        let answer = self.ask(method, path, body);
        let text = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, status, "{method} {path}: {text}");
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{method} {path}: {why}: {text}"))
    }

    /// Returns its orders, the newest first: all of them, or with `status=resting` those.
    pub(crate) fn orders(&self, query: &str) -> Vec<Order> {
        let (mut cursor, mut orders) = (String::new(), Vec::new());
        loop {
            let path = format!("/portfolio/orders?limit=1000&cursor={cursor}&{query}");
            let page: OrdersPage = self.read(200, "GET", path.trim_end_matches('&'), "");
            orders.extend(page.orders);
            cursor = page.cursor;
            if cursor.is_empty() {
                return orders;
            }
        }
    }

    /// Returns the exchange's time, by the clock that it hands on.
    pub(crate) fn exchange_time(&self) -> Timestamp {
        let text = std::fs::read_to_string(&self.env).unwrap();
        let clock = text.lines().find_map(|line| line.strip_prefix("TAUROI_PAPER_CLOCK=")).unwrap();
        let (shown, rest) = clock.split_once('@').unwrap();
        let (machine, speed) = rest.split_once('*').unwrap();
        let [shown, machine] = [shown, machine].map(|text| text.parse::<i64>().unwrap());
        let passed = (now_ms() * 1_000 - machine) as f64 * speed.parse::<f64>().unwrap();
        Timestamp::from_micros(shown + passed as i64).unwrap()
    }

    /// Returns what is answered to a request that is refused.
    pub(crate) fn refused(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let answer = self.ask(method, path, body);
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    /// Runs a command of `tauroi` in the member's environment.
    pub(crate) fn tauroi(&self, arguments: &[&str]) -> std::process::Output {
        let text = std::fs::read_to_string(&self.env).unwrap();
        let variables = text.lines().filter_map(|line| line.split_once('='));
        let mut command = Command::new(env!("CARGO_BIN_EXE_tauroi"));
        command.args(arguments).env_remove("KALSHI_API_SECRET").envs(variables).output().unwrap()
    }

    /// Opens the stream.
    pub(crate) async fn listen(&self) -> Listener {
        self.knock().await.unwrap()
    }

    /// Opens the stream, or returns the status with which that is refused.
    pub(crate) async fn knock(&self) -> Result<Listener, u16> {
        let mut request = ClientRequestBuilder::new(self.ws_url.parse().unwrap());
        for (name, value) in self.headers("GET", "/trade-api/ws/v2", 0) {
            request = request.with_header(name, value);
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Listener { socket, until: Instant::now() + LONGEST, silence: SILENCE }),
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }
}

/// How long a frame is waited for.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a stream is listened to, whatever comes on it: a test whose frame never comes fails and doesn't hang.
const LONGEST: Duration = Duration::from_mins(5);

/// A member's end of the stream.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    until: Instant,
    silence: Duration,
}

impl Listener {
    /// Listens for so much longer, however long nothing comes.
    pub(crate) fn for_longer(mut self, lasts: Duration) -> Self {
        self.until += lasts;
        self.silence = lasts;
        self
    }

    /// Sends a command.
    pub(crate) async fn say(&mut self, command: &str) {
        self.socket.send(Message::text(command)).await.unwrap();
    }

    /// Subscribes to channels that are of no contract, and waits until each is: what happens from now on is told.
    pub(crate) async fn subscribe(&mut self, channels: &[&str]) {
        let command = serde_json::json!({ "id": 1, "cmd": "subscribe", "params": { "channels": channels } });
        self.say(&command.to_string()).await;
        for _ in channels {
            self.until(|frame| matches!(frame, Frame::Subscribed { .. }).then_some(())).await;
        }
    }

    /// Waits for the next frame.
    pub(crate) async fn hear(&mut self) -> Frame {
        let text = self.text().await;
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text}"))
    }

    /// Waits for the next frame, and returns it as it was sent.
    pub(crate) async fn text(&mut self) -> String {
        // Heartbeats are no frames: they don't prolong the wait.
        let until = self.until.min(Instant::now() + self.silence);
        loop {
            let message = tokio::time::timeout_at(until.into(), self.socket.next()).await;
            match message.expect("no frame in time").expect("the stream has ended").unwrap() {
                Message::Text(text) => {
                    assert!(text.ends_with('\n'));
                    return text.to_string();
                }
                Message::Ping(payload) => assert_eq!(&payload[..], b"heartbeat"),
                other => panic!("{other:?}"),
            }
        }
    }

    /// Waits until the stream has ended.
    pub(crate) async fn ended(&mut self) {
        let until = self.until.min(Instant::now() + SILENCE);
        loop {
            match tokio::time::timeout_at(until.into(), self.socket.next()).await.expect("no end in time") {
                None | Some(Err(_) | Ok(Message::Close(_))) => return,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Waits for a frame that is wanted, and passes over the others.
    pub(crate) async fn until<T>(&mut self, mut wanted: impl FnMut(Frame) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(self.hear().await) {
                return found;
            }
        }
    }
}
