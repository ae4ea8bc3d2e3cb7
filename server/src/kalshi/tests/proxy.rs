//! Something between client and exchange that loses what passes through.

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderMap;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{accept_hdr_async, connect_async};

/// What becomes of a frame of the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Pass,
    Lose,
    /// It comes twice.
    Double,
    /// Its amounts become lists, which nobody reads.
    Spoil,
    /// It is lost, and both connections with it.
    Cut,
    /// This comes instead of it.
    Instead(&'static str),
}

type Plan = Box<dyn FnMut(&str) -> Fate + Send>;

/// A proxy of the stream; it ends with its runtime.
pub(super) struct Proxy {
    pub(super) url: String,
    plan: Arc<Mutex<Plan>>,
}

impl Proxy {
    /// Starts a proxy of the stream at `to` that lets everything pass.
    pub(super) async fn start(to: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (_, path) = to.trim_start_matches("ws://").split_once('/').unwrap();
        let url = format!("ws://{}/{path}", listener.local_addr().unwrap());
        let plan: Arc<Mutex<Plan>> = Arc::new(Mutex::new(Box::new(|_| Fate::Pass)));
        let (to, shared) = (to.to_owned(), Arc::clone(&plan));
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                tokio::spawn(carry(socket, to.clone(), Arc::clone(&shared)));
            }
        });
        Self { url, plan }
    }

    /// Decides from now on what becomes of each frame; a ping is one without text.
    pub(super) fn plan(&self, plan: impl FnMut(&str) -> Fate + Send + 'static) {
        *self.plan.lock().unwrap() = Box::new(plan);
    }

    /// Does this once to the next frame of a kind, and lets everything else pass.
    pub(super) fn once(&self, kind: &str, fate: Fate) {
        let (kind, mut done) = (format!("{{\"type\":\"{kind}\""), false);
        self.plan(move |text| {
            let now = !done && text.starts_with(&kind);
            done |= now;
            if now { fate } else { Fate::Pass }
        });
    }
}

/// Carries frames both ways until either end has gone.
async fn carry(socket: TcpStream, to: String, plan: Arc<Mutex<Plan>>) {
    let mut headers = HeaderMap::new();
    #[expect(clippy::result_large_err, reason = "the library's own type")]
    let look = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        headers.clone_from(request.headers());
        Ok(response)
    };
    let Ok(mut client) = accept_hdr_async(socket, look).await else { return };
    let mut request = to.into_client_request().unwrap();
    for (name, value) in &headers {
        if name.as_str().starts_with("kalshi-") {
            request.headers_mut().insert(name, value.clone());
        }
    }
    let Ok((mut exchange, _)) = connect_async(request).await else { return };
    loop {
        tokio::select! {
            said = client.next() => match said {
                Some(Ok(message)) => if exchange.send(message).await.is_err() { return },
                _ => return,
            },
            heard = exchange.next() => {
                let Some(Ok(message)) = heard else { return };
                let fate = match &message {
                    Message::Text(text) => (plan.lock().unwrap())(text),
                    _ => (plan.lock().unwrap())(""),
                };
                let messages = match fate {
                    Fate::Pass => vec![message],
                    Fate::Lose => vec![],
                    Fate::Double => vec![message.clone(), message],
                    Fate::Spoil => vec![Message::Text(spoilt(&message.into_text().unwrap()))],
                    Fate::Cut => return,
                    Fate::Instead(text) => vec![Message::Text(text.into())],
                };
                for message in messages {
                    if client.send(message).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

fn spoilt(text: &str) -> Utf8Bytes {
    text.replace("\"delta_fp\":\"", "\"delta_fp\":[0],\"was\":\"")
        .replace("\"count_fp\":\"", "\"count_fp\":[0],\"was\":\"")
        .into()
}
