//! A server that answers what it is told to, one answer a connection, and writes down what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::clock::Clock;
use crate::kalshi::{Client, Config};
use crate::paper::{Credentials, FreshKey, KeyKind};

/// A server; it ends with its runtime.
pub(super) struct Scripted {
    pub(super) api_base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    /// Starts one. When it has given all its answers, it hangs up on whoever asks.
    pub(super) async fn start(answers: impl IntoIterator<Item = String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_base = format!("http://{}/trade-api/v2", listener.local_addr().unwrap());
        let mut answers: VecDeque<String> = answers.into_iter().collect();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let Some(head) = head(&mut socket).await else { continue };
                noted.lock().unwrap().push(head.lines().next().unwrap().to_owned());
                if let Some(answer) = answers.pop_front() {
                    let _ = socket.write_all(answer.as_bytes()).await;
                }
            }
        });
        Self { api_base, asked }
    }

    /// Returns the first lines of what it was asked, in order.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Returns a member of this server, whose budget goes by a clock.
    pub(super) fn member(&self, clock: Clock) -> Client {
        member(&self.api_base, clock)
    }
}

/// Returns a member of a server that may not be there.
pub(super) fn member(api_base: &str, clock: Clock) -> Client {
    let key = FreshKey::generate(KeyKind::Ed25519).unwrap();
    let credentials = Credentials {
        key_id: "a key".to_owned(),
        private_pem: key.private_pem,
        api_base: api_base.to_owned(),
        ws_url: api_base.replace("http://", "ws://"),
        control_token: String::new(),
    };
    Client::new(Config::of_paper(&credentials).unwrap(), clock).unwrap()
}

/// Reads the head of a request, and its body if its length is told.
async fn head(socket: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    socket.read_exact(&mut body).await.ok()?;
    Some(head)
}

/// Returns an answer with a status line, further headers and a body.
pub(super) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}
