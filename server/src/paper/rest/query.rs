//! A request's query: by name, in whatever order, what is not known passed over.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::units::Timestamp;

use super::operations::Operation;
use super::refusal::Refusal;

/// How many names a list may have.
const MOST_NAMES: usize = 100;

/// A query.
pub(super) struct Query {
    /// The operation that is asked for, as its refusals name it.
    operation: &'static str,
    /// In the order in which they were sent.
    pairs: Vec<(String, String)>,
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let operation = parts.extensions.get::<&'static Operation>().map_or("", |operation| operation.name);
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|query| Self { operation, pairs: query.0 })
            .map_err(|_| Refusal::query(operation, "query", "form"))
    }
}

/// The bounds of a page's length, and the words that a refusal has for them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    default: usize,
    least: (i64, &'static str),
    most: (i64, &'static str),
}

impl Limit {
    /// What lists of contracts and trades have.
    pub(super) const MARKETS: Self = Self { default: 100, least: (0, "gte"), most: (1_000, "lte") };
    /// What most lists have.
    pub(super) const LISTS: Self = Self { default: 100, least: (1, "min"), most: (1_000, "max") };
    /// What the list of events has.
    pub(super) const EVENTS: Self = Self { default: 200, least: (1, "min"), most: (200, "max") };
    /// What lists of payments have.
    pub(super) const MONEY: Self = Self { default: 100, least: (1, "min"), most: (500, "max") };
    /// What the list of incentives has.
    pub(super) const INCENTIVES: Self = Self { default: 100, least: (1, "min"), most: (10_000, "max") };
    /// How deep a book is told; 0 is all of it.
    pub(super) const DEPTH: Self = Self { default: 0, least: (0, "min"), most: (100, "max") };
}

impl Query {
    /// Returns a parameter that is there and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.all(name).find(|text| !text.is_empty())
    }

    /// Returns all values of a parameter that may be there several times.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(move |pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    /// Returns whether a parameter is `true`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// Returns whether a list with commas is not there, or holds `text`.
    pub(super) fn admits(&self, name: &str, text: &str) -> bool {
        self.text(name).is_none_or(|list| list.split(',').any(|one| one == text))
    }

    /// Refuses a list with commas that is too long.
    pub(super) fn few(&self, name: &str) -> Result<(), Refusal> {
        match self.text(name).map_or(0, |list| list.split(',').count()) {
            0..=MOST_NAMES => Ok(()),
            _ => Err(self.refuse(name, "max")),
        }
    }

    /// Returns a whole number, if it is there.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.text(name).map(|text| text.parse().map_err(|_| self.refuse(name, "numeric"))).transpose()
    }

    /// Returns a whole number that must be there.
    pub(super) fn required(&self, name: &str) -> Result<i64, Refusal> {
        self.integer(name)?.ok_or_else(|| self.refuse(name, "required"))
    }

    /// Returns how long a page may be. Zero is as if it were not there.
    pub(super) fn number(&self, name: &str, limit: Limit) -> Result<usize, Refusal> {
        let number = self.integer(name)?.unwrap_or(0);
        if number == 0 {
            return Ok(limit.default);
        }
        if number < limit.least.0 {
            return Err(self.refuse(name, limit.least.1));
        }
        if number > limit.most.0 {
            return Err(self.refuse(name, limit.most.1));
        }
        Ok(usize::try_from(number).unwrap_or(limit.default))
    }

    /// Returns a parameter that is one of these words, or not there.
    pub(super) fn word(&self, name: &str, words: &[&str]) -> Result<Option<&str>, Refusal> {
        match self.text(name) {
            Some(text) if !words.contains(&text) => Err(self.refuse(name, "oneof")),
            text => Ok(text),
        }
    }

    /// Returns the refusal of a parameter.
    pub(super) fn refuse(&self, name: &str, tag: &str) -> Refusal {
        Refusal::query(self.operation, name, tag)
    }

    /// Returns the stretch of time from `min_…` to `max_…`, in seconds, where they are there.
    pub(super) fn span(&self, min: &str, max: &str) -> Result<Span, Refusal> {
        Ok(Span { least: self.integer(min)?, most: self.integer(max)? })
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

/// A stretch of time in whole seconds, both ends included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    least: Option<i64>,
    most: Option<i64>,
}

impl Span {
    /// Returns whether an instant lies in it. Kalshi doesn't say whether the ends belong to it; here they do.
    pub(super) fn holds(self, at: Timestamp) -> bool {
        let second = at.micros().div_euclid(1_000_000);
        self.least.is_none_or(|least| second >= least) && self.most.is_none_or(|most| second <= most)
    }

    /// Returns whether it has an end.
    pub(super) const fn is_bounded(self) -> bool {
        self.least.is_some() || self.most.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> Query {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Query { operation: "GetMarkets", pairs }
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
        let number = |text: &str, limit| query(&[("limit", text)]).number("limit", limit).ok();
        assert_eq!(number("5", Limit::MARKETS), Some(5));
        assert_eq!(number("0", Limit::LISTS), Some(100));
        assert_eq!(number("1000", Limit::LISTS), Some(1_000));
        assert_eq!(number("1001", Limit::LISTS), None);
        assert_eq!(number("-1", Limit::MARKETS), None);
        assert_eq!(number("x", Limit::MARKETS), None);
    }

    #[test]
    fn lists_and_words_are_read() {
        let two = query(&[("tickers", "A,B"), ("tickers", "C"), ("status", "open")]);
        assert!(two.admits("tickers", "B") && !two.admits("tickers", "AB"));
        assert_eq!(two.all("tickers").collect::<Vec<_>>(), ["A,B", "C"]);
        assert_eq!(two.word("status", &["open", "closed"]).unwrap(), Some("open"));
        assert!(two.word("status", &["closed"]).is_err());
        assert!(query(&[("ticker", &"A,".repeat(100))]).few("ticker").is_err());
    }
}
