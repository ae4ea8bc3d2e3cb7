//! What pages and programs ask of this server.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _};

use super::tracer;

/// Makes a span of a request, named by its route: no address and no part of it that somebody chose is in it.
pub(crate) async fn note(request: Request, next: Next) -> Response {
    let Some(tracer) = tracer() else { return next.run(request).await };
    let route = request.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let span = tracer.span_builder(format!("{method} {route}")).with_kind(SpanKind::Server);
    let about = [KeyValue::new("http.request.method", method), KeyValue::new("http.route", route)];
    let mut span = span.with_attributes(about).start(tracer);
    let response = next.run(request).await;
    let status = response.status();
    span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
    if status.is_server_error() {
        span.set_status(Status::error(""));
    }
    span.end();
    response
}
