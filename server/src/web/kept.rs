//! Answers that are rendered once and kept: what was read at the start doesn't change.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shared::codec::Codec;

use super::error::ApiError;

/// Answers by what they are of, each rendered when it is first asked for.
pub(super) struct Shelf<K> {
    kept: Mutex<BTreeMap<K, Arc<Cell>>>,
}

/// An answer, or why there is none: what is rendered never changes, so it would fail again.
type Cell = OnceLock<Result<Kept, String>>;

/// One answer.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    bytes: Bytes,
    mime: &'static str,
    tag: String,
}

impl<K: Ord> Shelf<K> {
    /// Returns a shelf with nothing on it.
    pub(super) fn new() -> Self {
        Self { kept: Mutex::new(BTreeMap::new()) }
    }

    /// Returns the answer called `key`, which `render` makes of nothing but what never changes.
    ///
    /// It is made on a thread that may be busy for long, so that other requests don't wait for it; who asks for the
    /// same in the meantime waits for the one that is being made.
    ///
    /// # Errors
    ///
    /// Fails when `render` fails or panics.
    pub(super) async fn get(
        &self,
        key: K,
        render: impl FnOnce() -> Result<Kept, String> + Send + 'static,
    ) -> Result<Kept, ApiError> {
        let cell = {
            // A panic under the lock could only be of memory that ran out, and leaves the map as it was.
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(kept.entry(key).or_default())
        };
        let result = match cell.get() {
            Some(result) => result.clone(),
            None => tokio::task::spawn_blocking(move || cell.get_or_init(render).clone())
                .await
                .unwrap_or_else(|error| Err(error.to_string())),
        };
        result.map_err(ApiError::Failed)
    }
}

impl Kept {
    /// Returns a message of the codec as an answer: one of bytes alone.
    pub(super) fn message(message: &impl Codec) -> Self {
        Self::of("application/octet-stream", message.to_message().bytes)
    }

    /// Returns a CSV file as an answer.
    pub(super) fn csv(text: String) -> Self {
        Self::of("text/csv; charset=utf-8", text.into_bytes())
    }

    /// Returns a message as an answer.
    ///
    /// # Errors
    ///
    /// Says why it can't be written as JSON.
    pub(super) fn json(message: &impl Serialize) -> Result<Self, String> {
        let bytes = serde_json::to_vec(message).map_err(|error| error.to_string())?;
        Ok(Self::of("application/json", bytes))
    }

    fn of(mime: &'static str, bytes: Vec<u8>) -> Self {
        let mut hash = DefaultHasher::new();
        bytes.hash(&mut hash);
        Self { bytes: bytes.into(), mime, tag: format!("\"{:016x}\"", hash.finish()) }
    }

    /// Returns the response to a request with these headers: empty where the browser still has the answer.
    pub(super) fn response(self, request: &HeaderMap) -> Response {
        // A tag that is no text is none of ours.
        let known = request.get_all(IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok()).any(|tags| {
            // A proxy that packed the answer marks the tag as weak.
            tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == self.tag)
        });
        let mut response = if known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(CONTENT_TYPE, HeaderValue::from_static(self.mime))], self.bytes).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        // A tag is hexadecimal digits in quotes: it is always a header's value.
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            headers.insert(ETAG, tag);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    /// On one thread, so that an answer that is made on it would keep the other from being made.
    #[tokio::test]
    async fn an_answer_is_made_once_and_nobody_else_waits_for_it() {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let shelf = Arc::new(Shelf::new());
        let (release, released) = mpsc::channel();
        let released = Arc::new(Mutex::new(released));
        // Whichever of the two gets to a thread first makes it.
        let slow = || {
            let (shelf, released) = (Arc::clone(&shelf), Arc::clone(&released));
            tokio::spawn(async move {
                let render = move || {
                    MADE.fetch_add(1, Ordering::Relaxed);
                    let released = released.lock().unwrap().recv_timeout(Duration::from_secs(60));
                    released.map(|()| Kept::csv("slow".to_owned())).map_err(|error| error.to_string())
                };
                shelf.get("slow", render).await
            })
        };
        let (first, again) = (slow(), slow());
        let quick = shelf.get("quick", || Kept::json(&"quick")).await.unwrap();
        assert_eq!(quick.bytes.as_ref(), b"\"quick\"");
        // It may not even have begun; only now it can end.
        release.send(()).unwrap();
        for answer in [first, again] {
            assert_eq!(answer.await.unwrap().unwrap().bytes.as_ref(), b"slow");
        }
        assert_eq!(MADE.load(Ordering::Relaxed), 1);
        assert!(shelf.get("broken", || panic!("a fault")).await.is_err());
    }
}
