//! A page's socket.
//!
//! What is told is written to it as it was made for all pages, header included: no buffer of a socket's own holds it, so
//! that a page costs no more for what it is told. Only what a page says goes through a buffer, which is small.

use std::io::IoSlice;
use std::time::Duration;

use anyhow::{Context, ensure};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::Response;
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message};

/// The longest message that a page sends: the name of a topic.
const MAX_MESSAGE: usize = 1 << 10;
/// How much of what a page says is kept until it is whole.
const BUFFER: usize = 2 << 10;
/// How long a page may take to take what it is sent.
const SLOW: Duration = Duration::from_secs(10);
/// The first byte of a frame that is a whole message of bytes, and the lengths that stand for longer ones to follow
/// ([RFC 6455](https://www.rfc-editor.org/rfc/rfc6455#section-5.2)).
const BINARY: u8 = 0x82;
const LENGTH_U16: u8 = 126;
const LENGTH_U64: u8 = 127;

/// Returns the answer to whoever asks for a WebSocket, and what becomes one once that was sent.
///
/// # Errors
///
/// Says why it is no such request.
pub(super) fn shake_hands(request: &mut Request) -> tungstenite::Result<(Response<Body>, OnUpgrade)> {
    let answer = create_response_with_body(request, Body::empty)?;
    Ok((answer, hyper::upgrade::on(request)))
}

/// Returns a message as the frame that all are sent.
pub(super) fn frame(message: &[u8]) -> Bytes {
    let mut frame = Vec::with_capacity(message.len() + 10);
    frame.push(BINARY);
    match (u8::try_from(message.len()), u16::try_from(message.len())) {
        (Ok(length @ ..LENGTH_U16), _) => frame.push(length),
        (_, Ok(length)) => {
            frame.push(LENGTH_U16);
            frame.extend(length.to_be_bytes());
        }
        (_, Err(_)) => {
            frame.push(LENGTH_U64);
            frame.extend((message.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(message);
    frame.into()
}

/// Returns the message that such a frame has.
pub(super) fn message(frame: &Bytes) -> Bytes {
    let header = match frame.get(1) {
        Some(&LENGTH_U64) => 10,
        Some(&LENGTH_U16) => 4,
        _ => 2,
    };
    frame.slice(header.min(frame.len())..)
}

/// A page's socket.
pub(super) struct Socket {
    stream: WebSocketStream<TokioIo<Upgraded>>,
}

impl Socket {
    /// Waits until the answer to the handshake was sent.
    ///
    /// # Errors
    ///
    /// Says that whoever asked is gone.
    pub(super) async fn open(upgrade: OnUpgrade) -> anyhow::Result<Self> {
        let opened = tokio::time::timeout(SLOW, upgrade).await.context("it did not take the handshake")??;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE))
            .read_buffer_size(BUFFER)
            // Of its own it only answers: pings, and an end.
            .write_buffer_size(0)
            .max_write_buffer_size(BUFFER);
        let stream = WebSocketStream::from_raw_socket(TokioIo::new(opened), Role::Server, Some(config)).await;
        Ok(Self { stream })
    }

    /// Waits for what the page says next; nothing once it has ended.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it, or that the connection is.
    pub(super) async fn hear(&mut self) -> tungstenite::Result<Option<Message>> {
        self.stream.next().await.transpose()
    }

    /// Sends frames at once.
    ///
    /// # Errors
    ///
    /// Says that the page is gone, or does not take them: nothing can be sent after part of a frame.
    pub(super) async fn tell(&mut self, frames: &[Bytes]) -> anyhow::Result<()> {
        let told = tokio::time::timeout(SLOW, self.write(frames)).await;
        told.with_context(|| format!("it did not take what it was told for {} s", SLOW.as_secs()))?
    }

    async fn write(&mut self, frames: &[Bytes]) -> anyhow::Result<()> {
        // What answers a ping goes before, whole.
        self.stream.flush().await?;
        let stream = self.stream.get_mut();
        let mut slices: Vec<IoSlice<'_>> = frames.iter().map(|frame| IoSlice::new(frame)).collect();
        let mut left = slices.as_mut_slice();
        while !left.is_empty() {
            let written = stream.write_vectored(left).await?;
            ensure!(written > 0, "the connection takes nothing any more");
            IoSlice::advance_slices(&mut left, written);
        }
        Ok(stream.flush().await?)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use tokio_tungstenite::tungstenite::WebSocket;

    use super::*;

    #[test]
    fn a_client_reads_frames_of_all_lengths() {
        for length in [0, 1, 125, 126, 127, 128, 255, 256, 65_535, 65_536, 200_000] {
            let message: Vec<u8> = (0..length).map(|k: u32| k as u8).collect();
            assert_eq!(super::message(&frame(&message)), message);
            let mut sent = frame(&message).to_vec();
            sent.extend_from_slice(&frame(b"next"));
            let mut client = WebSocket::from_raw_socket(Cursor::new(sent), Role::Client, None);
            assert_eq!(client.read().unwrap(), Message::Binary(message.into()), "{length}");
            assert_eq!(client.read().unwrap(), Message::Binary(b"next".as_slice().into()));
        }
    }
}
