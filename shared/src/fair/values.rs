//! The way of a fair value to who quotes about it: what is known of an event as it becomes known, and what follows.

use serde::{Deserialize, Serialize};

use super::instant::{Instant, Known};
use super::pool::Pool;
use crate::calibrated::{Category, Prior};
use crate::market::EventTicker;
use crate::math::{max, min};
use crate::quoting::Fair;
use crate::units::{Price, Timestamp};

/// Microseconds in a day.
const DAY: f64 = 86_400_000_000.0;

/// How many days are left of an event of which nobody knows when it settles.
const UNKNOWN: f64 = 15.0;

/// The least and the greatest fair value.
const CLIP: (f64, f64) = (0.001, 0.999);

/// What had been learned from studies and settled events before an event began.
#[derive(Debug, Clone)]
pub struct Learned {
    /// How prices are corrected.
    pub prior: Prior,
    /// How much each source counts.
    pub pool: Pool,
}

impl Learned {
    /// Returns what had been published by a time, and weights that nothing has taught.
    pub fn published(at: Timestamp) -> Self {
        Self { prior: Prior::known_at(at), pool: Pool::new() }
    }
}

/// What an event's contracts are worth by what `fair` asks for, as it becomes known.
///
/// A backtest's tape and a desk's engine both hear of fair values here and nowhere else, so that they quote about the same.
/// A contract's value changes with its own prints, its own book and its own nowcast, never with another's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Values {
    event: EventTicker,
    settles: Option<Timestamp>,
    known: Vec<Known>,
    /// When the first print was: what is learned is of before.
    began: Option<Timestamp>,
    #[serde(skip)]
    learned: Option<Learned>,
}

impl Values {
    /// Returns those of an event of which nothing is known. What had been published by its first print is what it learns from.
    pub fn new(event: &EventTicker, settles: Option<Timestamp>, contracts: usize) -> Self {
        Self {
            event: event.clone(),
            settles,
            known: vec![Known::default(); contracts],
            began: None,
            learned: None,
        }
    }

    /// Returns them as they are for who has learned this from events that had settled before.
    #[must_use]
    pub fn with(self, learned: Learned) -> Self {
        Self { learned: Some(learned), ..self }
    }

    /// Lists a contract behind those there are.
    pub fn list(&mut self) {
        self.known.push(Known::default());
    }

    /// Returns of how many contracts they are.
    pub const fn contracts(&self) -> usize {
        self.known.len()
    }

    /// Takes note of when the event settles.
    pub const fn settle(&mut self, settles: Option<Timestamp>) {
        self.settles = settles;
    }

    /// Takes note of what a contract traded at last in an instant, and of what is believed after it, from 0 to 1 dollar.
    pub fn print(&mut self, contract: usize, at: Timestamp, last: Price, belief: f64) {
        self.began.get_or_insert(at);
        if let Some(known) = self.known.get_mut(contract) {
            (known.last, known.belief) = (Some(last.to_dollars()), Some(belief));
        }
    }

    /// Takes note of all that is known of a contract at an instant of a tape; where no price is told the last one stands.
    pub(crate) fn heard(&mut self, contract: usize, at: Timestamp, heard: Known) {
        self.began.get_or_insert(at);
        if let Some(known) = self.known.get_mut(contract) {
            *known = heard.after(*known);
        }
    }

    /// Takes note of the best bid and offer of others in a contract's book, and tells whether its middle is another.
    pub fn book(&mut self, contract: usize, bid: Option<Price>, ask: Option<Price>) -> bool {
        let Some(known) = self.known.get_mut(contract) else { return false };
        let middle = bid.zip(ask).map(|(bid, ask)| f64::midpoint(bid.to_dollars(), ask.to_dollars()));
        core::mem::replace(&mut known.middle, middle) != middle
    }

    /// Takes note of what the nowcast says of a contract, from 0 to 1 dollar; `None` where it says nothing any more.
    pub fn nowcast(&mut self, contract: usize, p: Option<f64>) {
        if let Some(known) = self.known.get_mut(contract) {
            known.nowcast = p;
        }
    }

    /// Returns what a contract is worth at an instant by what `fair` asks for, from a tenth of a cent to as much below a
    /// dollar; `None` where that says nothing of it.
    pub fn of(&mut self, fair: Fair, contract: usize, at: Timestamp) -> Option<f64> {
        let own = *self.known.get(contract)?;
        let value = match fair {
            Fair::Belief => return own.belief,
            Fair::Market => own.market(),
            Fair::Nowcast => own.nowcast,
            Fair::Calibrated | Fair::Blend => {
                let instant = self.at(at);
                let began = self.began.unwrap_or(at);
                let learned = self.learned.get_or_insert_with(|| Learned::published(began));
                // Only a nowcast is ever refused.
                instant.said(fair, &learned.prior, &learned.pool).ok()?.get(contract).copied()?
            }
        };
        value.map(|value| min(max(value, CLIP.0), CLIP.1))
    }

    fn at(&self, at: Timestamp) -> Instant {
        let left = self.settles.map_or(UNKNOWN, |settles| settles.micros_since(at) as f64 / DAY);
        Instant {
            category: Category::of(&self.event),
            days_left: max(left, 0.0),
            is_exclusive: self.known.len() > 1,
            contracts: self.known.clone(),
        }
    }
}
