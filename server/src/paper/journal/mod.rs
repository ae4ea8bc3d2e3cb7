//! The journal: what clients asked of the exchange and in which order it happened, so that all of it can happen again.
//!
//! Whatever a client does has its effect under the one lock of the core, at one instant of the exchange's clock. There it is
//! noted, in the order of the lock; what is answered, and what clients are told on the stream, is noted as a digest. With the
//! settings, which say the world, [`replay()`] comes to the same bytes. What never reaches the exchange, as a request that is
//! not signed, and what becomes of an answer on its way are not in it.

mod entry;
mod replay;
mod write;

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use shared::units::Timestamp;
use shared::wire::KEY_HEADER;

pub(super) use self::entry::{Header, SCHEMA, Said};
pub(super) use self::replay::Again;
pub(crate) use self::replay::replay;
use self::write::Note;
pub(super) use self::write::Written;
use super::faults::Lag;

/// The largest body that is noted; no handler takes a larger one.
const MAX_BODY_BYTES: usize = 1 << 20;

/// The exchange's end of a journal: notes are handed to a thread that writes them.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    writer: SyncSender<Note>,
    /// The number of the last entry.
    last: Arc<AtomicU64>,
}

tokio::task_local! {
    /// The request that a task is about to do something for.
    static ASKED: Asked;
}

/// A request until it has its effect, then its number.
struct Asked {
    request: RefCell<Option<Said>>,
    number: Cell<Option<u64>>,
}

impl Journal {
    /// Begins a journal.
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(super) fn begin(file: &Path, header: &Header) -> anyhow::Result<(Self, Written)> {
        let (writer, written) = write::begin(file, header)?;
        Ok((Self { writer, last: Arc::default() }, written))
    }

    /// Notes that something is done now; to be called under the core's lock, before it is done.
    pub(super) fn say(&self, at: Timestamp, said: Said) -> u64 {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        self.note(Note::Said(number, at, said));
        number
    }

    /// Notes the request that this task does something for, if it is not noted yet.
    pub(super) fn say_asked(&self, at: Timestamp) {
        // Outside of a request time alone passes.
        let _ = ASKED.try_with(|asked| {
            if let Some(request) = asked.request.take() {
                asked.number.set(Some(self.say(at, request)));
            }
        });
    }

    /// Notes what a client is told.
    pub(super) fn heard(&self, client: u64, frame: &str) {
        self.note(Note::Frame(client, frame.to_owned()));
    }

    /// Notes that the exchange ends.
    pub(super) fn end(&self, at: Timestamp) {
        self.note(Note::End(at));
    }

    fn note(&self, note: Note) {
        // A file that is full is told of once, at the end.
        let _ = self.writer.send(note);
    }
}

/// Answers a request and notes both, if it has an effect or learns something.
pub(super) async fn ask(State(journal): State<Journal>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let said = Said::Request {
        key_id: parts.headers.get(KEY_HEADER).and_then(|id| id.to_str().ok()).map(str::to_owned),
        method: parts.method.to_string(),
        path: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        body: String::from_utf8_lossy(&body).into_owned(),
        lag: parts.extensions.get::<Lag>().map_or(0, |lag| lag.0),
    };
    let asked = Asked { request: RefCell::new(Some(said)), number: Cell::new(None) };
    let request = Request::from_parts(parts, Body::from(body));
    let (response, number) = ASKED
        .scope(asked, async {
            let response = next.run(request).await;
            (response, ASKED.with(|asked| asked.number.get()))
        })
        .await;
    let Some(number) = number else { return response };
    let (parts, body) = response.into_parts();
    // Handlers answer from memory.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_else(|_| Bytes::new());
    journal.note(Note::Answer(number, parts.status.as_u16(), body.clone()));
    Response::from_parts(parts, Body::from(body))
}

#[cfg(test)]
mod tests;
