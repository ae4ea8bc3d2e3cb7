//! Numbers for who watches over this program, on a port of their own that only this machine reaches.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Router, middleware};
use tokio::net::TcpListener;

use super::guard::{self, Hosts};
use super::{connections, security};
use crate::metrics::Metrics;

/// The format's name, as Prometheus asks for it.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers `/metrics` and `/health` until the runtime ends.
pub(crate) async fn serve_metrics(listener: TcpListener, metrics: Arc<Metrics>) {
    let router = Router::new()
        .route("/metrics", get(told))
        .route("/health", get(|| async { "up\n" }))
        .with_state(metrics)
        // A page elsewhere that names this machine by a name of its own reads nothing.
        .layer(middleware::from_fn_with_state(Arc::new(Hosts::new(std::iter::empty())), guard::guard))
        .layer(middleware::from_fn(security::headers));
    connections::serve(listener, None, router, std::future::pending()).await;
}

async fn told(State(metrics): State<Arc<Metrics>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, FORMAT)], metrics.text())
}
