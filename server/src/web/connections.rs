//! Connections: taken, served, given up on when they stall, and closed in order.
//!
//! axum's own loop sets no timer, so that half a head keeps a connection for ever. This one does what it does, with one.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tower_layer::Layer as _;
use tracing::{debug, warn};

use super::kalshi::Peer;

/// How long the head of a request may take to come, and how long a connection is kept for the next one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it waits for a place when the system has none for another connection.
const NO_PLACE: Duration = Duration::from_secs(1);

/// Serves until it is told to `stop`; then takes no new connection, finishes the requests that are under way and returns. With `tls`
/// it is spoken on every connection.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let mut http = auto::Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            stream = accept(&listener) => stream,
            () = &mut stop => break,
        };
        let service = TowerToHyperService::new(Extension(Peer(peer.ip())).layer(router.clone()));
        let (http, watcher, tls) = (http.clone(), open.watcher(), tls.clone());
        tokio::spawn(async move {
            let ended = match tls {
                None => {
                    watcher
                        .watch(
                            http.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned(),
                        )
                        .await
                }
                Some(tls) => match tokio::time::timeout(HEAD_TIMEOUT, tls.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        watcher
                            .watch(
                                http.serve_connection_with_upgrades(TokioIo::new(stream), service)
                                    .into_owned(),
                            )
                            .await
                    }
                    Ok(Err(error)) => Err(error.into()),
                    Err(_) => Err("it has said no hello of TLS".into()),
                },
            };
            if let Err(error) = ended {
                debug!("a connection ended early: {error}");
            }
        });
    }
    drop(listener);
    open.shutdown().await;
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
