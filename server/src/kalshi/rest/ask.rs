//! A request before it is signed: what it asks, what it is paid from, who may ask it.

use anyhow::Context;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Request, Url};
use serde::Serialize;

use super::sent::Written;
use crate::kalshi::budget::Kind;

/// The body of a request without one.
pub(super) const NONE: Option<&()> = None;

/// A request that is not signed yet.
pub(super) struct Ask<'a, B> {
    pub(super) method: Method,
    /// The parts of its path behind the base; they may hold anything.
    pub(super) path: &'a [&'a str],
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) body: Option<&'a B>,
    /// How many things it asks for at once; each is paid.
    pub(super) items: u64,
}

impl<'a> Ask<'a, ()> {
    /// Returns a question.
    pub(super) const fn question(path: &'a [&'a str], query: &'a [(&'a str, &'a str)]) -> Self {
        Self { method: Method::GET, path, query, body: NONE, items: 1 }
    }
}

impl<B: Serialize> Ask<'_, B> {
    /// Returns what it is called in an error.
    pub(super) fn name(&self) -> String {
        format!("{} /{}", self.method, self.path.join("/"))
    }

    /// Returns what it is paid from.
    pub(super) fn kind(&self) -> Kind {
        if self.method == Method::GET {
            let is_balance = self.path == ["portfolio", "balance"];
            return if is_balance { Kind::Balance } else { Kind::Read };
        }
        let cancels = self.method == Method::DELETE
            && matches!(self.path, ["portfolio", "events", "orders", ..])
            || matches!(self.path, ["portfolio", "order_groups", _, "trigger"]);
        if cancels { Kind::Cancel } else { Kind::Write }
    }

    /// Returns whether anybody may ask it, by what Kalshi's `OpenAPI` document says of security.
    pub(super) fn is_public(&self) -> bool {
        let is_own = matches!(
            self.path,
            ["portfolio" | "api_keys" | "communications", ..]
                | ["account", "limits" | "api_usage_level", ..]
                | ["historical", "fills" | "orders" | "positions"]
        );
        self.method == Method::GET && !is_own
    }

    /// Returns it without its signature.
    pub(super) fn request(&self, api_base: &Url, written: &Written) -> anyhow::Result<Request> {
        let mut url = api_base.clone();
        url.path_segments_mut().ok().context("the base has no path")?.extend(self.path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(self.query);
        }
        let mut request = Request::new(self.method.clone(), url);
        if let Some(body) = self.body {
            *request.body_mut() = Some(written.body(serde_json::to_vec(body)?));
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_paid_from_its_own_bucket() {
        let kind = |method, path: &[&str]| Ask { method, path, query: &[], body: NONE, items: 1 }.kind();
        let orders = ["portfolio", "events", "orders"];
        assert_eq!(kind(Method::GET, &["portfolio", "balance"]), Kind::Balance);
        assert_eq!(kind(Method::GET, &["portfolio", "orders", "x"]), Kind::Read);
        assert_eq!(kind(Method::POST, &orders), Kind::Write);
        assert_eq!(kind(Method::POST, &["portfolio", "events", "orders", "x", "amend"]), Kind::Write);
        assert_eq!(kind(Method::DELETE, &orders), Kind::Cancel);
        assert_eq!(kind(Method::DELETE, &["portfolio", "events", "orders", "batched"]), Kind::Cancel);
        assert_eq!(kind(Method::PUT, &["portfolio", "order_groups", "x", "trigger"]), Kind::Cancel);
        assert_eq!(kind(Method::DELETE, &["portfolio", "order_groups", "x"]), Kind::Write);
    }
}
