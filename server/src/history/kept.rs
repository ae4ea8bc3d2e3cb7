//! What earlier fetches have brought: of which contract what is known in which time, and what was written.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use shared::market::Ticker;
use shared::units::Timestamp;

use super::question::Minutes;

/// The version of the file's form.
const SCHEMA: u32 = 1;

/// A time in which all is known: from an instant on, or from the beginning, until before another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Span {
    pub(super) from: Option<Timestamp>,
    pub(super) until: Timestamp,
}

impl Span {
    /// Returns whether it has all of another one.
    pub(super) fn holds(self, other: Self) -> bool {
        self.begins_by(other.from) && self.until >= other.until
    }

    /// Returns whether an instant lies in it.
    pub(super) fn holds_at(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from) && at < self.until
    }

    /// Returns whether it begins at an instant or earlier.
    pub(super) fn begins_by(self, from: Option<Timestamp>) -> bool {
        match (self.from, from) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(from)) => own <= from,
        }
    }

    /// Returns both as one if there is no hole between them, else the other one: what was known before is then asked again
    /// one day, which is no harm.
    fn joined(self, other: Self) -> Self {
        let is_apart = |from: Option<Timestamp>, until: Timestamp| from.is_some_and(|from| from > until);
        if is_apart(self.from, other.until) || is_apart(other.from, self.until) {
            return other;
        }
        Self { from: self.from.min(other.from), until: self.until.max(other.until) }
    }
}

/// What is known of a contract.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trades: Option<Span>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    candles: BTreeMap<Minutes, Span>,
}

impl Known {
    /// Returns the time in which candles of a length are known.
    pub(super) fn candles(&self, minutes: Minutes) -> Option<Span> {
        self.candles.get(&minutes).copied()
    }

    /// Returns this with all that another one knows.
    #[must_use]
    pub(super) fn with(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.add(other.trades, None);
        for (minutes, span) in &other.candles {
            both.add(None, Some((*minutes, *span)));
        }
        both
    }

    /// Takes in what else is known.
    pub(super) fn add(&mut self, trades: Option<Span>, candles: Option<(Minutes, Span)>) {
        if let Some(span) = trades {
            self.trades = Some(self.trades.map_or(span, |known| known.joined(span)));
        }
        if let Some((minutes, span)) = candles {
            let known = self.candles.get(&minutes).map_or(span, |known| known.joined(span));
            self.candles.insert(minutes, known);
        }
    }
}

/// A file as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

/// What earlier fetches have brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    schema: u32,
    /// The number of the last fetch that came to its end.
    pub(super) completed: u64,
    pub(super) contracts: BTreeMap<Ticker, Known>,
    /// By path below the folder.
    pub(super) files: BTreeMap<String, Written>,
    /// How many rows were left out.
    pub(super) odd: u64,
}

impl Default for Kept {
    fn default() -> Self {
        Self { schema: SCHEMA, completed: 0, contracts: BTreeMap::new(), files: BTreeMap::new(), odd: 0 }
    }
}

impl Kept {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// Says that it is of another version, or nothing that can be read.
    pub(super) fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let kept: Self = serde_json::from_slice(bytes).context("is no state of a fetch")?;
        ensure!(kept.schema == SCHEMA, "is of version {}, this program knows {SCHEMA}", kept.schema);
        Ok(kept)
    }

    /// Returns it as it is written.
    pub(super) fn text(&self) -> anyhow::Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    fn span(from: Option<i64>, until: i64) -> Span {
        Span { from: from.map(at), until: at(until) }
    }

    #[test]
    fn times_are_joined_unless_a_hole_is_between_them() {
        assert_eq!(span(Some(2), 5).joined(span(Some(5), 9)), span(Some(2), 9));
        assert_eq!(span(None, 5).joined(span(Some(3), 4)), span(None, 5));
        assert_eq!(span(Some(2), 5).joined(span(Some(6), 9)), span(Some(6), 9));
        assert_eq!(span(Some(6), 9).joined(span(None, 5)), span(None, 5));
        assert!(span(None, 5).holds(span(Some(1), 5)) && !span(Some(1), 5).holds(span(None, 4)));
        assert!(!span(Some(1), 5).holds(span(Some(1), 6)));
    }

    #[test]
    fn what_is_kept_is_read_back_and_another_version_is_refused() {
        let mut kept = Kept::default();
        let known = kept.contracts.entry("KXA-26-B".parse().unwrap()).or_default();
        known.add(Some(span(None, 5)), Some((Minutes::Sixty, span(Some(1), 3))));
        assert_eq!(Kept::read(&kept.text().unwrap()).unwrap(), kept);
        let later =
            String::from_utf8(kept.text().unwrap()).unwrap().replace("\"schema\": 1", "\"schema\": 2");
        assert!(Kept::read(later.as_bytes()).unwrap_err().to_string().contains("version 2"));
    }
}
