//! Connections: taken, served, given up on when they stall, and closed in order.
//!
//! axum's own loop sets no timer, so that half a head keeps a connection for ever; and hyper-util's way to serve whatever version is
//! spoken waits for ever for the first byte. This one speaks HTTP/1.1, with a timer from the beginning.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::middleware::AddExtension;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tower_layer::Layer as _;
use tracing::{debug, warn};

use super::kalshi::Peer;

/// How long the head of a request may take to come, and how long a connection is kept for the next one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it waits for a place when the system has none for another connection.
const NO_PLACE: Duration = Duration::from_secs(1);

/// How much may wait in the system to be sent on a connection, in bytes. A page that reads slowly finds out there what is new, and
/// not what was new when the first of a long queue was written.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 64 << 10;

/// Serves until it is told to `stop`; then takes no new connection, finishes the requests that are under way and returns. With `tls`
/// it is spoken on every connection.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let (stopping, told) = watch::channel(());
    // Nothing is sent: it ends with the last connection that holds the other end.
    let (open, mut all_ended) = mpsc::channel::<Infallible>(1);
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            stream = accept(&listener) => stream,
            () = &mut stop => break,
        };
        let service = Extension(Peer(peer.ip())).layer(router.clone());
        let (http, tls, told, open) = (http.clone(), tls.clone(), told.clone(), open.clone());
        tokio::spawn(async move {
            let ended = match tls {
                None => answer(&http, stream, service, told).await,
                Some(tls) => match tokio::time::timeout(HEAD_TIMEOUT, tls.accept(stream)).await {
                    Ok(Ok(stream)) => answer(&http, stream, service, told).await,
                    Ok(Err(error)) => Err(error.into()),
                    Err(_) => Err(anyhow::anyhow!("it has said no hello of TLS")),
                },
            };
            if let Err(error) = ended {
                debug!("a connection ended early: {error:#}");
            }
            drop(open);
        });
    }
    drop((listener, stopping, open));
    // Nobody sends: it is over once all are.
    let _ = all_ended.recv().await;
}

/// Answers what is asked on a connection until it ends; once the server stops, what is under way and no more.
async fn answer(
    http: &http1::Builder,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    service: AddExtension<Router, Peer>,
    mut stopping: watch::Receiver<()>,
) -> anyhow::Result<()> {
    let service = TowerToHyperService::new(service);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    tokio::select! {
        ended = &mut connection => return Ok(ended?),
        _ = stopping.changed() => connection.as_mut().graceful_shutdown(),
    }
    Ok(connection.await?)
}

/// Returns the next connection, and whose it is. One that is gone before it was taken is nobody's loss.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are written whole: waiting for more to send with them only delays.
                if let Err(error) = stream.set_nodelay(true) {
                    debug!("a connection may be slower: {error}");
                }
                #[cfg(target_os = "linux")]
                if let Err(error) = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT) {
                    debug!("what is old may wait on a connection: {error}");
                }
                return (stream, peer);
            }
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionRefused
                        | io::ErrorKind::ConnectionReset
                ) => {}
            Err(error) => {
                warn!("no connection can be taken: {error}");
                tokio::time::sleep(NO_PLACE).await;
            }
        }
    }
}
