//! A client's socket.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;

use super::command::carry_out;
use crate::paper::hub::Line;
use crate::paper::journal::Said;
use crate::paper::rest::{Shared, Signed};

/// How often a client is asked whether it is there, in the machine's time.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// The longest command, in bytes.
const MAX_COMMAND: usize = 1 << 20;

/// Answers a handshake.
pub(in crate::paper) async fn open(
    State(shared): State<Arc<Shared>>,
    Signed(member): Signed,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.max_message_size(MAX_COMMAND).on_upgrade(move |socket| serve(shared, member, socket))
}

/// Serves a client until it goes, is cut off, or the exchange ends.
async fn serve(shared: Arc<Shared>, member: usize, mut socket: WebSocket) {
    let Line { client, mut frames, mut cut } =
        shared.heed(|| Said::Join { member }, |core| core.hub.join(member));
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.tick().await;
    loop {
        tokio::select! {
            // Whoever is cut off hears no more of what is in the queue.
            biased;
            _ = &mut cut => break,
            frame = frames.recv() => {
                let Some(frame) = frame else { break };
                let sent = tokio::select! {
                    biased;
                    _ = &mut cut => break,
                    sent = socket.send(Message::Text(frame.into())) => sent,
                };
                if sent.is_err() {
                    break;
                }
            }
            heard = socket.recv() => match heard {
                Some(Ok(Message::Text(text))) => {
                    let said = || Said::Command { client: client.number(), text: text.as_str().to_owned() };
                    shared.heed(said, |core| carry_out(core, client, &text));
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
