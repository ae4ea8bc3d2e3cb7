//! One decision: its inputs, and each side's way from the fair value to the quote, in exact amounts.

use super::amount::Nano;
use super::{Belief, Position, Quote, Quotes};
use crate::market::Action;
use crate::units::{Price, Timestamp};

/// What made quotes change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        }
    }
}

/// How quotes are made at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Regime {
    /// As usual.
    Calm,
    /// At twice the half-spread, as the last print surprised.
    Widened,
    /// Not at all, as the last print may have been stray or a jump, which the next one tells.
    Alarmed,
    /// Not at all, until the move that surprised has settled.
    Pulled,
    /// Not at all, as the account is beyond one of its limits.
    Halted,
}

impl Regime {
    /// Returns its name in decision logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Widened => "widened",
            Self::Alarmed => "alarmed",
            Self::Pulled => "pulled",
            Self::Halted => "halted",
        }
    }
}

/// Why a side has no quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// The last prints were toxic.
    Toxic,
    /// The last print may have been stray or a jump.
    Alarm,
    /// The account is beyond one of its limits.
    Account,
    /// The position is beyond `pull_at`, and this side adds to it.
    Exposure,
    /// The position limit leaves no room on this side.
    PositionLimit,
    /// There is no price of the grid as far out as this side must be.
    NoPrice,
    /// There is no price of the grid that would rest.
    WouldCross,
}

impl Withheld {
    /// Returns its name in decision logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Toxic => "toxic",
            Self::Alarm => "alarm",
            Self::Account => "account",
            Self::Exposure => "exposure",
            Self::PositionLimit => "position_limit",
            Self::NoPrice => "no_price",
            Self::WouldCross => "would_cross",
        }
    }
}

/// A step from the fair value to a quote, in the order they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The fair value.
    Fair,
    /// The event's probabilities are made to add up.
    Coherence,
    /// The inventory moves the centre.
    Inventory,
    /// This quote would itself add to the inventory.
    Lot,
    /// The half-spread, or the offset that the rate of fills decides.
    HalfSpread,
    /// Belief volatility scales the half-spread.
    Dynamic,
    /// The dynamic half-spread is kept within its bounds.
    Bounds,
    /// A surprising print doubles the half-spread.
    Toxicity,
    /// The fee is paid for.
    Fee,
    /// Outward to the price grid.
    Grid,
    /// Away from the other side of the book.
    PostOnly,
}

impl Stage {
    /// All stages in their order.
    pub const ALL: [Self; 11] = [
        Self::Fair,
        Self::Coherence,
        Self::Inventory,
        Self::Lot,
        Self::HalfSpread,
        Self::Dynamic,
        Self::Bounds,
        Self::Toxicity,
        Self::Fee,
        Self::Grid,
        Self::PostOnly,
    ];
}

/// The amounts that the stages add, in billionths of a dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ladder {
    amounts: [Nano; Stage::ALL.len()],
    /// What they add up to: to read again what was just written would wait for it.
    sum: Nano,
}

impl Ladder {
    /// Adds `amount` at `stage`.
    #[inline]
    pub(super) fn add(&mut self, stage: Stage, amount: Nano) {
        self.amounts[stage as usize] += amount;
        self.sum += amount;
    }

    /// Starts over.
    #[inline]
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Returns what `stage` adds.
    #[inline]
    pub(super) fn amount(&self, stage: Stage) -> Nano {
        self.amounts[stage as usize]
    }

    /// Returns the sum of all stages.
    #[inline]
    pub(super) fn sum(&self) -> Nano {
        self.sum
    }
}

/// The ways of bid and ask, to be written where they are kept.
pub(super) type Ladders<'a> = [&'a mut Ladder; 2];

/// How one side was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SideDecision {
    pub(super) ladder: Ladder,
    /// The quote, or why there is none.
    pub quote: Result<Quote, Withheld>,
}

/// How a contract's quotes were decided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// When.
    pub at: Timestamp,
    /// Why then.
    pub reason: Reason,
    /// What was believed.
    pub belief: Belief,
    /// What was held of the contract.
    pub position: Position,
    /// In which regime.
    pub regime: Regime,
    /// What was known of the others' highest bid and lowest offer.
    pub book: (Option<Price>, Option<Price>),
    /// The bid for YES.
    pub bid: SideDecision,
    /// The offer of YES.
    pub ask: SideDecision,
}

impl Decision {
    /// Returns a decision for no quotes at all.
    pub(super) fn none(at: Timestamp, reason: Reason, belief: Belief) -> Self {
        let side = SideDecision { ladder: Ladder::default(), quote: Err(Withheld::NoPrice) };
        let (position, regime, book) = (Position::FLAT, Regime::Calm, (None, None));
        Self { at, reason, belief, position, regime, book, bid: side, ask: side }
    }

    /// Returns the side that buys or sells YES.
    pub const fn side(&self, action: Action) -> &SideDecision {
        match action {
            Action::Buy => &self.bid,
            Action::Sell => &self.ask,
        }
    }

    /// Returns the quotes that were decided.
    pub fn quotes(&self) -> Quotes {
        Quotes { bid: self.bid.quote.ok(), ask: self.ask.quote.ok() }
    }

    /// Returns the centre of the quotes in dollars: the fair value, moved by coherence and inventory.
    pub fn centre(&self) -> f64 {
        let ladder = &self.bid.ladder;
        let centre = [Stage::Fair, Stage::Coherence, Stage::Inventory].map(|stage| ladder.amount(stage));
        centre.iter().sum::<Nano>() as f64 / 1e9
    }
}
