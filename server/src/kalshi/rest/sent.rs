//! What a request waits for before it leaves, and when it was where on its way to the socket.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::body::Bytes;
use reqwest::Body;

/// A request on its way.
#[derive(Default)]
pub(crate) struct Sending {
    /// When it was where.
    pub(crate) at: SentAt,
    /// Says, once it is ready, whether it may leave.
    after: Option<Pin<Box<dyn Future<Output = bool> + Send>>>,
}

impl Sending {
    /// Returns a request that waits, signed and complete, until `after` is ready, and leaves if that says so.
    pub(crate) fn after(after: impl Future<Output = bool> + Send + 'static) -> Self {
        Self { at: SentAt::default(), after: Some(Box::pin(after)) }
    }

    /// Waits until it may leave, and returns whether it may.
    pub(crate) async fn may_go(&mut self) -> bool {
        let may_go = match self.after.take() {
            Some(after) => after.await,
            None => true,
        };
        self.at.let_go = Some(Instant::now());
        may_go
    }
}

/// When a request was where on its way. That something is there doesn't say that it arrived: the failure does.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct SentAt {
    /// It was signed and complete, and handed to the HTTP client.
    pub(crate) signed: Option<Instant>,
    /// What it waited for was there.
    pub(crate) let_go: Option<Instant>,
    /// The socket had taken the last byte of its body, or its connection was given up. Without a body it isn't known.
    pub(crate) written: Option<Instant>,
}

/// Takes note of when a body is let go.
#[derive(Debug, Clone, Default)]
pub(super) struct Written(Arc<OnceLock<Instant>>);

impl Written {
    /// Returns a body of these bytes, which is written once.
    pub(super) fn body(&self, bytes: Vec<u8>) -> Body {
        let bytes = Bytes::from_owner(Watched { bytes, written: self.clone() });
        // Wrapped, it can't be cloned: the HTTP client would keep one for a redirection until the answer has come.
        Body::wrap(Body::from(bytes))
    }

    /// Returns when it was let go, if it was.
    pub(super) fn at(&self) -> Option<Instant> {
        self.0.get().copied()
    }
}

/// Bytes that the HTTP client lets go of once the socket has taken them.
struct Watched {
    bytes: Vec<u8>,
    written: Written,
}

impl AsRef<[u8]> for Watched {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.written.0.get_or_init(Instant::now);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_body_is_written_before_anything_is_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let written = Written::default();
        let serve = async {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            while !heard.ends_with(b"to the last byte") {
                heard.push(socket.read_u8().await.unwrap());
            }
            // Told by its length, as the exchange wants it.
            let heard = String::from_utf8(heard).unwrap();
            assert!(heard.contains("content-length: 16\r\n"), "{heard}");
            while written.at().is_none() {
                tokio::task::yield_now().await;
            }
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        };
        let ask = reqwest::Client::new()
            .post(format!("http://{address}/"))
            .body(written.body(b"to the last byte".to_vec()))
            .send();
        let both = async { tokio::join!(ask, serve) };
        let (answered, ()) = tokio::time::timeout(Duration::from_secs(10), both).await.unwrap();
        assert!(answered.unwrap().status().is_success());
    }
}
