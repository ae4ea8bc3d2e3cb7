//! What surprises bots although nothing is wrong: oddities of Kalshi's exchange, each of which can be turned off.

use serde::{Deserialize, Deserializer, Serialize, de};
use shared::units::Price;

use super::faults::Draws;

/// How the exchange behaves where it could do better. The default is what has been seen of Kalshi.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Behaviour {
    /// By how many milliseconds positions are behind fills, where they are read. Seen: about a second.
    #[serde(deserialize_with = "lag")]
    pub(crate) positions_lag_ms: u32,
    /// By how many milliseconds an order that is asked for by its id is behind what was done to it. Seen: 360 ms after it was
    /// cancelled one still rested, where the list of orders had it right.
    #[serde(deserialize_with = "lag")]
    pub(crate) order_lag_ms: u32,
    /// By how many milliseconds books are behind, where they are read: an order may then fill in a book that looks empty. That
    /// such orders fill was seen, and not how long it takes.
    #[serde(deserialize_with = "lag")]
    pub(crate) book_lag_ms: u32,
    /// For how many milliseconds a contract that has settled is still listed, first, among those that are open. Seen: about
    /// 30 s.
    #[serde(deserialize_with = "lag")]
    pub(crate) settled_as_open_ms: u32,
    /// At which price an offer is told that there is not.
    pub(crate) no_offer: NoOffer,
    /// The share of settled contracts that are not found any more, ever, when they are asked for by ticker. That there are
    /// some was seen, and not how many.
    #[serde(deserialize_with = "share")]
    pub(crate) vanished: f64,
    /// The share of the stream's frames in which prices and counts are numbers instead of strings. That was reported once;
    /// Kalshi's description of its stream has strings alone, so there are none unless one asks for them.
    #[serde(deserialize_with = "share")]
    pub(crate) numbers: f64,
    /// After how many hours trades, and contracts that have settled, are told by the historical tier alone; 0 is never. At
    /// Kalshi it is weeks to months, which is longer than an event here lasts.
    pub(crate) live_hours: u32,
    /// For how many days from its beginning members' location is attested, without which Kalshi trades nothing of music; 0 is
    /// never. That is told (`GET /api_keys`), and nobody is refused for it: how Kalshi does that is not known.
    pub(crate) attested_days: u32,
}

/// How an offer is told that there is not; its size is 0.00 in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NoOffer {
    /// At 1.0000, as Kalshi's demo exchange does.
    #[default]
    One,
    /// At 0.0000, as its real one was seen to.
    Zero,
}

impl NoOffer {
    /// Returns the price.
    pub(super) const fn price(self) -> Price {
        match self {
            Self::One => Price::ONE,
            Self::Zero => Price::ZERO,
        }
    }
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            positions_lag_ms: 1_000,
            order_lag_ms: 400,
            book_lag_ms: 200,
            settled_as_open_ms: 30_000,
            no_offer: NoOffer::One,
            vanished: 0.05,
            numbers: 0.0,
            live_hours: 0,
            attested_days: 400,
        }
    }
}

impl Behaviour {
    /// Returns an exchange that surprises nobody.
    pub(crate) const fn plain() -> Self {
        Self {
            positions_lag_ms: 0,
            order_lag_ms: 0,
            book_lag_ms: 0,
            settled_as_open_ms: 0,
            no_offer: NoOffer::One,
            vanished: 0.0,
            numbers: 0.0,
            live_hours: 0,
            attested_days: 400,
        }
    }

    /// Returns whether a settled contract is not found any more: of one seed always the same ones.
    pub(super) fn has_vanished(&self, rng_seed: u64, ticker: &str) -> bool {
        self.vanished > 0.0 && Draws::named(rng_seed, &format!("vanished {ticker}")).is_within(self.vanished)
    }
}

/// The longest lag, in milliseconds: what was further back is not kept.
pub(super) const LONGEST_LAG_MS: u32 = 60_000;

fn lag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let ms = u32::deserialize(deserializer)?;
    if ms <= LONGEST_LAG_MS {
        Ok(ms)
    } else {
        Err(de::Error::custom(format!("{ms} ms is more than {LONGEST_LAG_MS}")))
    }
}

fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let share = f64::deserialize(deserializer)?;
    let is_right = (0.0..=1.0).contains(&share);
    is_right.then_some(share).ok_or_else(|| de::Error::custom(format!("{share} is not a share from 0 to 1")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_contracts_vanish_and_always_the_same() {
        let behaviour = Behaviour { vanished: 0.25, ..Behaviour::plain() };
        let gone = |rng_seed: u64| -> Vec<usize> {
            (0..400).filter(|k| behaviour.has_vanished(rng_seed, &format!("A-B-{k}"))).collect()
        };
        assert!((70..130).contains(&gone(20).len()));
        assert_eq!(gone(20), gone(20));
        assert_ne!(gone(20), gone(21));
        assert!(!Behaviour::plain().has_vanished(20, "A-B-C"));
    }

    #[test]
    fn what_is_not_said_is_as_at_kalshi() {
        let read: Behaviour = toml::from_str("book_lag_ms = 0\nno_offer = \"zero\"").unwrap();
        assert_eq!(read, Behaviour { book_lag_ms: 0, no_offer: NoOffer::Zero, ..Behaviour::default() });
        for text in ["vanished = 1.5", "numbers = -1", "lag = 3", "positions_lag_ms = 99999999"] {
            assert!(toml::from_str::<Behaviour>(text).is_err(), "{text}");
        }
    }
}
