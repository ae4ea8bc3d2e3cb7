//! What signals are asked of.

use super::decision::Quote;
use super::sized::Stake;
use crate::market::{EventTicker, Ticker};
use crate::nowcast::series::{History, ListenerEvent};
use crate::units::{Date, Timestamp};

/// One contract of the event, and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The contract.
    pub ticker: Ticker,
    /// Its artist.
    pub artist: String,
    /// What the market shows.
    pub quote: Quote,
    /// A count of listeners, for an artist without a history: it counts as one published on the day before.
    pub listeners: Option<f64>,
    /// Since when the source of its counts has failed, if it does.
    pub listeners_stale_since: Option<Timestamp>,
    /// Since when the source of its prices has failed, if it does.
    pub prices_stale_since: Option<Timestamp>,
}

/// What replaces what is known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Overrides {
    /// The strike of leader-strike values, and of nothing else.
    pub strike: Option<f64>,
    /// The leader's count, everywhere: the greatest count that isn't the target's.
    pub competitor_listeners: Option<f64>,
}

/// What signals are asked of.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The event.
    pub event: EventTicker,
    /// The day whose count settles it.
    pub settles: Date,
    /// When it settles; the end of that day where that isn't known.
    pub settles_at: Option<Timestamp>,
    /// Its contracts.
    pub candidates: &'a [Candidate],
    /// Histories of listeners; those of others are left alone.
    pub histories: &'a [History],
    /// What moves listeners, past and ahead.
    pub events: &'a [ListenerEvent],
    /// What replaces what is known.
    pub overrides: Overrides,
    /// What there is to bet with; nothing is sized without it.
    pub stake: Option<Stake>,
    /// The artist whose line alone is wanted.
    pub target: Option<&'a str>,
    /// The instant it is asked at: nothing later is looked at.
    pub now: Timestamp,
    /// Whether it is only tried.
    pub dry_run: bool,
    /// The run that asks.
    pub run: &'a str,
}
