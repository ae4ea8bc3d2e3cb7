//! A client's socket.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse as _, Response};

use super::command::carry_out;
use crate::paper::faults::failure;
use crate::paper::hub::{Line, Queued};
use crate::paper::journal::Said;
use crate::paper::rest::{Refusal, Shared, Signed};

/// How often a client is asked whether it is there, in the machine's time.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// The longest command, in bytes.
const MAX_COMMAND: usize = 1 << 20;

/// How many commands a client may send within a second of the machine's time.
const COMMANDS: u32 = 10_000;

/// Answers a handshake.
pub(in crate::paper) async fn open(
    State(shared): State<Arc<Shared>>,
    Signed(member): Signed,
    upgrade: WebSocketUpgrade,
) -> Response {
    let refused = shared.with_quietly(|core| {
        let status = core.hub.faults.handshake(core.exchange.now());
        if core.hub.has_room(member) {
            status.map(failure)
        } else {
            Some(Refusal::too_many().into_response())
        }
    });
    if let Some(refused) = refused {
        return refused;
    }
    upgrade.max_message_size(MAX_COMMAND).on_upgrade(move |socket| serve(shared, member, socket))
}

/// How many commands have come within the second that is under way.
struct Pace {
    began: Instant,
    count: u32,
}

impl Pace {
    fn new() -> Self {
        Self { began: Instant::now(), count: 0 }
    }

    /// Takes a command in, and returns whether it is one too many.
    fn is_exceeded(&mut self, now: Instant) -> bool {
        if now.saturating_duration_since(self.began) >= Duration::from_secs(1) {
            (self.began, self.count) = (now, 0);
        }
        self.count = self.count.saturating_add(1);
        self.count > COMMANDS
    }
}

/// Serves a client until it goes, is cut off, or the exchange ends.
async fn serve(shared: Arc<Shared>, member: usize, mut socket: WebSocket) {
    let Line { client, mut frames, mut cut } =
        shared.heed(|| Said::Join { member }, |core| core.hub.join(member));
    let mut pace = Pace::new();
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.tick().await;
    // The next frame, while it is on its way.
    let mut next: Option<Queued> = None;
    loop {
        tokio::select! {
            // Whoever is cut off hears no more of what is in the queue.
            biased;
            _ = &mut cut => break,
            frame = frames.recv(), if next.is_none() => {
                let Some(frame) = frame else { break };
                next = Some(frame);
            }
            () = reached(&shared, next.as_ref()), if next.is_some() => {
                let Some(Queued { text, .. }) = next.take() else { continue };
                let sent = tokio::select! {
                    biased;
                    _ = &mut cut => break,
                    sent = socket.send(Message::Text(text.into())) => sent,
                };
                if sent.is_err() {
                    break;
                }
            }
            heard = socket.recv() => match heard {
                Some(Ok(Message::Text(text))) => {
                    let too_many = pace.is_exceeded(Instant::now());
                    let said = || {
                        let text = text.as_str().to_owned();
                        Said::Command { client: client.number(), text, too_many }
                    };
                    shared.heed(said, |core| carry_out(core, client, &text, too_many));
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                // Pings are answered by the library.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_))) => {}
            },
            _ = heartbeat.tick() => {
                if socket.send(Message::Ping(Bytes::from_static(b"heartbeat"))).await.is_err() {
                    break;
                }
            }
        }
    }
    shared.heed(|| Said::Leave { client: client.number() }, |core| core.hub.leave(client));
}

/// Waits until a frame is due.
async fn reached(shared: &Shared, frame: Option<&Queued>) {
    if let Some(frame) = frame
        && shared.clock.now() < frame.due
    {
        shared.clock.reached(frame.due).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_commands_a_second_are_taken() {
        let mut pace = Pace::new();
        let began = pace.began;
        assert!((0..COMMANDS).all(|_| !pace.is_exceeded(began)));
        assert!(pace.is_exceeded(began + Duration::from_millis(999)));
        assert!(!pace.is_exceeded(began + Duration::from_secs(1)));
    }
}
