//! Behind a proxy: from whom a request comes is what the proxy says, and nobody but the proxy is answered.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::kalshi::Peer;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The addresses of the proxies in front of this server; none where it is reached as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxies(Vec<IpAddr>);

impl Proxies {
    /// Takes them.
    pub(crate) const fn new(addresses: Vec<IpAddr>) -> Self {
        Self(addresses)
    }

    fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|proxy| proxy.to_canonical() == address.to_canonical())
    }

    /// Returns who asks, by what the proxy says: the last of those that were passed on who is no proxy of ours. What stands before
    /// that was said by whoever asks, and could be anything.
    fn asker(&self, headers: &HeaderMap, peer: IpAddr) -> Result<IpAddr, &'static str> {
        if self.0.is_empty() {
            return Ok(peer);
        }
        if !self.contain(peer) {
            return Err("this server is reached through its proxy alone");
        }
        let proto = headers.get_all(FORWARDED_PROTO).iter().next_back().and_then(|proto| proto.to_str().ok());
        if proto.is_none_or(|proto| {
            !proto.rsplit(',').next().unwrap_or_default().trim().eq_ignore_ascii_case("https")
        }) {
            return Err(
                "the proxy must say X-Forwarded-Proto: https: what came to it without TLS was read by others",
            );
        }
        let all = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .rev()
            .flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
        for text in all {
            let address: IpAddr =
                text.trim().parse().map_err(|_| "the proxy must say X-Forwarded-For: ADDRESS")?;
            if !self.contain(address) {
                return Ok(address);
            }
        }
        Err("the proxy must say X-Forwarded-For: ADDRESS")
    }
}

/// Puts who asks in the place of the connection's other end, or refuses.
pub(super) async fn believe(
    State(proxies): State<Arc<Proxies>>,
    Extension(Peer(peer)): Extension<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    match proxies.asker(request.headers(), peer) {
        Ok(asker) => {
            request.extensions_mut().insert(Peer(asker));
            next.run(request).await
        }
        Err(why) => (StatusCode::FORBIDDEN, why).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_is_the_last_that_no_proxy_of_ours_is() {
        let proxies = Proxies::new(vec!["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()]);
        let asker = |peer: &str, proto: &str, said: &[&str]| {
            let mut headers = HeaderMap::new();
            headers.append(FORWARDED_PROTO, proto.parse().unwrap());
            for said in said {
                headers.append(FORWARDED_FOR, said.parse().unwrap());
            }
            proxies.asker(&headers, peer.parse().unwrap()).map(|asker| asker.to_string()).ok()
        };
        assert_eq!(asker("10.0.0.1", "https", &["203.0.113.9"]).as_deref(), Some("203.0.113.9"));
        assert_eq!(
            asker("10.0.0.1", "https", &["127.0.0.1, 203.0.113.9, 10.0.0.2"]).as_deref(),
            Some("203.0.113.9")
        );
        assert_eq!(asker("10.0.0.1", "https", &["1.1.1.1", "2001:db8::1"]).as_deref(), Some("2001:db8::1"));
        assert_eq!(asker("::ffff:10.0.0.1", "https", &["203.0.113.9"]).as_deref(), Some("203.0.113.9"));
        for (peer, proto, said) in [
            ("203.0.113.1", "https", &["127.0.0.1"][..]),
            ("10.0.0.1", "http", &["203.0.113.9"]),
            ("10.0.0.1", "https, http", &["203.0.113.9"]),
            ("10.0.0.1", "https", &[]),
            ("10.0.0.1", "https", &["unknown"]),
            ("10.0.0.1", "https", &["10.0.0.2"]),
        ] {
            assert_eq!(asker(peer, proto, said), None, "{peer} {proto} {said:?}");
        }
        let open = Proxies::default();
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, "1.1.1.1".parse().unwrap());
        assert_eq!(open.asker(&headers, [203, 0, 113, 9].into()), Ok([203, 0, 113, 9].into()));
    }
}
