//! A request's query: by name, in whatever order, what is not known passed over.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::units::Timestamp;

use super::refusal::Refusal;

/// A query.
pub(super) struct Query(BTreeMap<String, String>);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|query| Self(query.0))
            .map_err(|_| Refusal::query("query", "form"))
    }
}

impl Query {
    /// Returns a parameter that is there and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Returns whether a parameter is `true`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// Returns whether a list with commas is not there, or holds `text`.
    pub(super) fn admits(&self, name: &str, text: &str) -> bool {
        self.text(name).is_none_or(|list| list.split(',').any(|one| one == text))
    }

    /// Returns a number up to `most`.
    pub(super) fn number(&self, name: &str, default: usize, most: usize) -> Result<usize, Refusal> {
        let Some(text) = self.text(name) else { return Ok(default) };
        let number: usize = text.parse().map_err(|_| Refusal::query(name, "numeric"))?;
        if number <= most { Ok(number) } else { Err(Refusal::query(name, "lte")) }
    }

    /// Returns whether an instant lies after `min_ts` and before `max_ts`, in seconds, where they are there.
    pub(super) fn spans(&self, at: Timestamp) -> Result<bool, Refusal> {
        let second = |name: &str| {
            let text = self.text(name);
            text.map(|text| text.parse::<i64>().map_err(|_| Refusal::query(name, "numeric"))).transpose()
        };
        let at = at.micros().div_euclid(1_000_000);
        Ok(second("min_ts")?.is_none_or(|least| at >= least)
            && second("max_ts")?.is_none_or(|most| at <= most))
    }

    /// Cuts a page out of `all`: up to `limit` of those behind the cursor. `place` names each by a number that stays its
    /// own and falls along the list. Returns the page with the cursor of the next; empty on the last.
    /// A cursor that can't be read is none, as Kalshi does.
    pub(super) fn page<T>(
        &self,
        all: impl Iterator<Item = T>,
        place: impl Fn(&T) -> u64,
        limit: usize,
    ) -> (Vec<T>, String) {
        let cursor = self.text("cursor").and_then(|text| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            String::from_utf8(bytes).ok()?.parse::<u64>().ok()
        });
        let mut all = all.peekable();
        if let Some(cursor) = cursor {
            // The last that was told may be gone: then up to where it would be.
            while all.next_if(|one| place(one) >= cursor).is_some() {}
        }
        let page: Vec<T> = all.by_ref().take(limit).collect();
        let more = all.peek().is_some();
        let next = page.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(place(last).to_string()));
        (page, next.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> Query {
        Query(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn pages_follow_each_other_and_the_last_says_so() {
        let numbers = [9_u64, 7, 4, 2];
        let mut cursor = String::new();
        let mut read = Vec::new();
        for _ in 0..2 {
            let (page, next) = query(&[("cursor", &cursor)]).page(numbers.iter(), |number| **number, 2);
            read.extend(page);
            cursor = next;
        }
        assert_eq!((read, cursor.as_str()), (numbers.iter().collect(), ""));
        let (page, _) = query(&[("cursor", "garbage!")]).page([3_u64, 2, 1].iter(), |number| **number, 2);
        assert_eq!(page, [&3, &2]);
    }

    #[test]
    fn a_number_beyond_its_bound_is_refused() {
        assert_eq!(query(&[("limit", "5")]).number("limit", 100, 1_000).unwrap(), 5);
        assert!(query(&[("limit", "1001")]).number("limit", 100, 1_000).is_err());
        assert!(query(&[("limit", "-1")]).number("limit", 100, 1_000).is_err());
        assert!(query(&[("tickers", "A,B")]).admits("tickers", "B"));
        assert!(!query(&[("tickers", "A,B")]).admits("tickers", "AB"));
    }
}
