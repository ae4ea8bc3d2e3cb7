//! The socket of the stream, made again whenever it is lost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use shared::units::Timestamp;
use shared::wire::Command;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{timeout, timeout_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::ask::Ask;
use super::backoff::Backoff;
use super::commands::Change;
use super::session::{Do, Session};
use super::{Heard, Pulse, What};
use crate::clock::Clock;
use crate::kalshi::access::Access;
use crate::kalshi::rest::Client;

/// How long a connection and its handshake may take, and after it all confirmations together, in the machine's time.
const CONNECT: Duration = Duration::from_secs(10);
const CONFIRM: Duration = Duration::from_secs(10);
/// A silence that is longer is a cut: the exchange pings every ten seconds.
const SILENCE: Duration = Duration::from_secs(30);
/// How often books that are missing are asked for again.
const REMIND: Duration = Duration::from_secs(10);
/// How much is read at a time, in bytes: some dozens of frames. The library clears as much before each time, its default of
/// 128 KiB for a frame of 250 bytes, and with it what the processor's caches hold of the desk.
const AT_A_TIME: usize = 8 << 10;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Whoever listened has gone.
struct Gone;

/// What keeps the connection up.
pub(super) struct Actor {
    access: Access,
    url: Uri,
    ask: Ask,
    /// What waits between connections go by: on a world that runs a thousand times as fast, so does its exchange.
    clock: Clock,
    heard: mpsc::Sender<Heard>,
    pulse: Arc<Pulse>,
    backoff: Backoff,
}

impl Actor {
    /// Returns an actor that has not connected yet.
    pub(super) fn new(
        client: &Client,
        ask: Ask,
        heard: mpsc::Sender<Heard>,
        pulse: Arc<Pulse>,
    ) -> anyhow::Result<Self> {
        let (access, url) = (client.access()?.clone(), client.ws_url()?.clone());
        let clock = client.clock().clone();
        Ok(Self { access, url, ask, clock, heard, pulse, backoff: Backoff::default() })
    }

    /// Keeps the connection up until nobody listens.
    pub(super) async fn run(mut self, mut changes: mpsc::UnboundedReceiver<Change>) {
        while self.once(&mut changes).await.is_ok() {
            // Without entropy the wait is the longest, which is safe.
            let random = getrandom::u32().unwrap_or(u32::MAX);
            let wait = i64::try_from(self.backoff.next(random).as_micros()).unwrap_or(i64::MAX);
            let until = self.clock.now().checked_add_micros(wait);
            self.clock.reached(until.unwrap_or(Timestamp::MAX)).await;
        }
    }

    /// Connects, and listens until the connection is lost.
    async fn once(&mut self, changes: &mut mpsc::UnboundedReceiver<Change>) -> Result<(), Gone> {
        let mut up = None;
        let why = match timeout(CONNECT, self.connect()).await {
            Ok(Ok(mut socket)) => self.listen(&mut socket, &mut up, changes).await?,
            Ok(Err(error)) => error,
            Err(_) => anyhow::anyhow!("no connection within {} s", CONNECT.as_secs()),
        };
        if let Some(up) = up {
            let held = u64::try_from(self.clock.now().micros_since(up)).unwrap_or(0);
            self.backoff.held(Duration::from_micros(held));
        }
        let why = format!("{why:#}");
        tracing::warn!("the stream is down: {why}");
        self.say(Instant::now(), What::Down(why)).await
    }

    /// Connects, with a signature of now.
    async fn connect(&self) -> anyhow::Result<Socket> {
        let mut request = self.url.clone().into_client_request()?;
        self.access.sign("GET", self.url.path(), request.headers_mut()).await?;
        // Answers are small and wanted at once. The library's limit for a message is Kalshi's, 64 MiB.
        let config = WebSocketConfig::default().read_buffer_size(AT_A_TIME);
        let (socket, _) = connect_async_with_config(request, Some(config), true).await?;
        Ok(socket)
    }

    /// Listens, and returns why it has ended. `up` is when all was confirmed, by the clock.
    async fn listen(
        &mut self,
        socket: &mut Socket,
        up: &mut Option<Timestamp>,
        changes: &mut mpsc::UnboundedReceiver<Change>,
    ) -> Result<anyhow::Error, Gone> {
        // What was asked for while there was no connection is asked for with the rest.
        while let Ok(change) = changes.try_recv() {
            change.apply(&mut self.ask);
        }
        let (mut session, commands) = Session::begin(&self.ask);
        for command in &commands {
            if let Err(error) = send(socket, command).await {
                return Ok(error);
            }
        }
        let mut deadline = tokio::time::Instant::now() + CONFIRM;
        let mut reminder = tokio::time::interval(REMIND);
        reminder.reset();
        loop {
            let (at, todo) = tokio::select! {
                text = timeout_at(deadline, next(socket, &self.pulse)) => {
                    let text = match text {
                        Ok(Ok(text)) => text,
                        Ok(Err(error)) => return Ok(error),
                        Err(_) if up.is_some() => {
                            return Ok(anyhow::anyhow!("nothing was heard for {} s", SILENCE.as_secs()));
                        }
                        Err(_) => {
                            return Ok(anyhow::anyhow!("not all was confirmed within {} s", CONFIRM.as_secs()));
                        }
                    };
                    if up.is_some() {
                        // What else is done meanwhile doesn't end a silence of the exchange's.
                        deadline = tokio::time::Instant::now() + SILENCE;
                    }
                    let Some((at, text)) = text else { continue };
                    let todo = session.hear(&text);
                    if self.ask.keeps_frames {
                        self.say(at, What::Frame(text)).await?;
                    }
                    (at, todo)
                }
                Some(change) = changes.recv(), if up.is_some() => {
                    change.apply(&mut self.ask);
                    (Instant::now(), session.change(&change))
                }
                _ = reminder.tick() => (Instant::now(), session.remind()),
            };
            for what in todo {
                match what {
                    Do::Say(what) => self.say(at, what).await?,
                    Do::Send(command) => {
                        if let Err(error) = send(socket, &command).await {
                            return Ok(error);
                        }
                    }
                    Do::Cut(why) => return Ok(anyhow::Error::msg(why)),
                }
            }
            if up.is_none() && session.is_up() {
                *up = Some(self.clock.now());
                deadline = tokio::time::Instant::now() + SILENCE;
                tracing::info!("the stream is up");
            }
        }
    }

    async fn say(&self, at: Instant, what: What) -> Result<(), Gone> {
        self.heard.send(Heard { at, what }).await.map_err(|_| Gone)
    }
}

/// Waits for the next message, and returns a frame and when the socket gave it, or `None` where it was something else.
async fn next(
    socket: &mut Socket,
    pulse: &Pulse,
) -> anyhow::Result<Option<(Instant, tokio_tungstenite::tungstenite::Utf8Bytes)>> {
    let message = socket.next().await.context("the exchange hung up")??;
    let at = Instant::now();
    pulse.beat(at);
    match message {
        Message::Text(text) => Ok(Some((at, text))),
        Message::Close(frame) => {
            bail!("the exchange hung up{}", frame.map(|frame| format!(": {frame}")).unwrap_or_default())
        }
        // A pong goes out when the next message is waited for.
        Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => Ok(None),
    }
}

async fn send(socket: &mut Socket, command: &Command) -> anyhow::Result<()> {
    Ok(socket.send(Message::text(serde_json::to_string(command)?)).await?)
}
