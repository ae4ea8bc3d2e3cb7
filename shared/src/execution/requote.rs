//! Whether what rests is still good enough: to move an order costs its place in the queue.

use serde::{Deserialize, Serialize};

use super::Settings;
use crate::quoting::{Nano, Regime, nano_of_cents};
use crate::units::Timestamp;

/// When quotes are decided anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patience {
    /// How far the value they were made for may drift.
    pub drift: Nano,
    /// How long after a decision what held a quote back is looked at again, in microseconds.
    pub refresh: i64,
}

impl Patience {
    /// Returns the settings as numbers.
    pub fn new(settings: &Settings) -> Self {
        Self { drift: nano_of_cents(settings.drift_cents), refresh: settings.refresh_s.units() * 1_000_000 }
    }
}

/// What made quotes change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The first belief of the contract.
    Start,
    /// The value the quotes were made for had drifted.
    Drift,
    /// One of our orders traded.
    Fill,
    /// A print was toxic, or the move it was part of has settled.
    Regime,
    /// What held a quote back was looked at again.
    Refresh,
    /// The account passed one of its limits, or came back within.
    Account,
    /// What may move the event's artists was seen, or that is over.
    Catalyst,
    /// The settings, the contract's terms or what is held of it were changed from outside.
    Told,
}

impl Reason {
    /// Returns its name in decision logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Drift => "drift",
            Self::Fill => "fill",
            Self::Regime => "regime",
            Self::Refresh => "refresh",
            Self::Account => "account",
            Self::Catalyst => "catalyst",
            Self::Told => "told",
        }
    }
}

/// What a contract's quotes were made for, and what has happened since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requote {
    /// When they were decided, and in which regime; none before the first decision.
    decided: Option<(Timestamp, Regime)>,
    /// The value that they were made for.
    made_for: Nano,
    /// Whether one of our orders has traded.
    filled: bool,
    /// Whether something was changed from outside.
    told: bool,
    /// Whether the book held a quote back, and whether it has changed.
    held_back: bool,
    book_changed: bool,
}

impl Requote {
    /// Nothing was decided yet.
    pub const NEVER: Self = Self {
        decided: None,
        made_for: 0,
        filled: false,
        told: false,
        held_back: false,
        book_changed: false,
    };

    /// Takes note of a trade of one of our orders.
    pub fn note_fill(&mut self) {
        self.filled = true;
    }

    /// Takes note of a change from outside.
    pub fn note_told(&mut self) {
        self.told = true;
    }

    /// Takes note that the book has changed.
    pub fn note_book(&mut self) {
        self.book_changed = true;
    }

    /// Returns whether anything but a drift may already be a reason.
    #[inline]
    pub fn is_stirred(&self) -> bool {
        self.filled || self.told || self.book_changed
    }

    /// Returns whether the last decision holds until something happens: nothing of it ends by itself.
    #[inline]
    pub fn is_calm(&self) -> bool {
        self.regime() == Some(Regime::Calm) && !self.book_changed
    }

    /// Returns the value that the quotes were made for.
    #[inline]
    pub const fn made_for(&self) -> Nano {
        self.made_for
    }

    /// Returns the regime of the last decision.
    #[inline]
    pub fn regime(&self) -> Option<Regime> {
        self.decided.map(|decided| decided.1)
    }

    /// Returns why the quotes must be decided anew, if they must.
    #[inline]
    pub fn reason(&self, now: Timestamp, value: Nano, regime: Regime, patience: &Patience) -> Option<Reason> {
        let Some((_, last)) = self.decided else { return Some(Reason::Start) };
        if last != regime {
            let turned = [last, regime];
            Some(if turned.contains(&Regime::Halted) {
                Reason::Account
            } else if turned.contains(&Regime::Catalyst) {
                Reason::Catalyst
            } else {
                Reason::Regime
            })
        } else if self.filled {
            Some(Reason::Fill)
        } else if self.told {
            Some(Reason::Told)
        } else if (value - self.made_for).abs() > patience.drift {
            Some(Reason::Drift)
        } else if self.held_since().is_some_and(|at| now.micros_since(at) >= patience.refresh) {
            Some(Reason::Refresh)
        } else {
            None
        }
    }

    /// Takes note of a decision; `held_back` says that the book kept a quote from where it should be.
    #[inline]
    pub fn decided(&mut self, now: Timestamp, value: Nano, regime: Regime, held_back: bool) {
        *self = Self { decided: Some((now, regime)), made_for: value, held_back, ..Self::NEVER };
    }

    /// Returns when the quotes were decided, if the book held one of them back and has changed since.
    #[inline]
    pub fn held_since(&self) -> Option<Timestamp> {
        let (at, _) = self.decided.filter(|_| self.held_back && self.book_changed)?;
        Some(at)
    }
}
