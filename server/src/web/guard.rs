//! Who may ask at all: requests to a name that is ours, from pages that are ours.
//!
//! A page elsewhere can make a browser send requests here, and a name elsewhere can be made to lead here (rebinding). The
//! first shows in `Origin`, the second in `Host`: both are checked on every route, before anything is read.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The names that this server goes by.
#[derive(Debug, Clone)]
pub(crate) struct Hosts(Vec<String>);

impl Hosts {
    /// Returns this machine's own names and those that were given.
    pub(crate) fn new(given: impl IntoIterator<Item = String>) -> Self {
        let own = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        Self(own.into_iter().chain(given.into_iter().map(|name| name.to_ascii_lowercase())).collect())
    }

    fn contain(&self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        self.0.contains(&name)
    }

    /// Returns why a request is refused, if it is.
    fn refuse(&self, headers: &HeaderMap) -> Option<(StatusCode, &'static str)> {
        let one = |name: &HeaderName| {
            let mut all = headers.get_all(name).iter();
            match (all.next(), all.next()) {
                (None, _) => Ok(None),
                (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
                _ => Err(()),
            }
        };
        let Ok(Some(host)) = one(&header::HOST) else {
            return Some((StatusCode::BAD_REQUEST, "a request must name one host"));
        };
        if !self.contain(host) {
            return Some((
                StatusCode::MISDIRECTED_REQUEST,
                "this server does not go by that name: start it with --host",
            ));
        }
        let is_ours = match one(&header::ORIGIN) {
            Ok(None) => true,
            Ok(Some(origin)) => {
                let at = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
                at.is_some_and(|at| at.eq_ignore_ascii_case(host))
            }
            Err(()) => false,
        };
        if !is_ours {
            return Some((StatusCode::FORBIDDEN, "another site's page may ask nothing here"));
        }
        None
    }
}

/// Returns a host's name without its port.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Refuses what is not for us or not from us. What changes something is refused to other sites of this machine's browser
/// also where it has no `Origin`.
pub(super) async fn guard(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    if let Some(refused) = hosts.refuse(request.headers()) {
        return refused.into_response();
    }
    if !request.method().is_safe() && is_of_another_site(request.headers()) {
        return (StatusCode::FORBIDDEN, "another site's page may ask nothing here").into_response();
    }
    next.run(request).await
}

/// Returns whether a browser says that a page of another site has asked.
pub(super) fn is_of_another_site(headers: &HeaderMap) -> bool {
    let site = headers.get(FETCH_SITE).and_then(|site| site.to_str().ok());
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(hosts: &Hosts, headers: &[(HeaderName, &str)]) -> Option<u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value.parse().unwrap());
        }
        hosts.refuse(&map).map(|(status, _)| status.as_u16())
    }

    #[test]
    fn only_our_names_and_our_pages_are_let_in() {
        let hosts = Hosts::new(["Desk.Example.com".to_owned()]);
        let host = |name| (header::HOST, name);
        let origin = |name| (header::ORIGIN, name);
        for name in ["127.0.0.1:8080", "localhost", "[::1]:9", "desk.example.com", "DESK.example.com:443"] {
            assert_eq!(refused(&hosts, &[host(name)]), None, "{name}");
        }
        for name in
            ["evil.example", "127.0.0.1.evil.example:8080", "localhost.evil", "desk.example.com.evil", ""]
        {
            assert_eq!(refused(&hosts, &[host(name)]), Some(421), "{name}");
        }
        assert_eq!(refused(&hosts, &[]), Some(400));
        assert_eq!(refused(&hosts, &[host("localhost"), host("evil.example")]), Some(400));
        let here = host("127.0.0.1:8080");
        assert_eq!(refused(&hosts, &[here.clone(), origin("http://127.0.0.1:8080")]), None);
        for from in [
            "http://127.0.0.1:8081",
            "http://localhost:8080",
            "null",
            "https://evil.example",
            "file://127.0.0.1:8080",
        ] {
            assert_eq!(refused(&hosts, &[here.clone(), origin(from)]), Some(403), "{from}");
        }
        assert_eq!(refused(&hosts, &[here, origin("http://127.0.0.1:8080"), origin("null")]), Some(403));
    }
}
