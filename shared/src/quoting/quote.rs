//! What should rest, and why something should not.

use serde::{Deserialize, Serialize};

use crate::units::{Price, Quantity};

/// One side of a quote, at the YES price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The YES price.
    pub price: Price,
    /// How many contracts.
    pub count: Quantity,
}

/// What should rest in the book for one contract, post-only; a side that is none is cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Quotes {
    /// The bid for YES.
    pub bid: Option<Quote>,
    /// The offer of YES, shown to people as a bid for NO at its complement.
    pub ask: Option<Quote>,
}

/// How quotes are made at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Regime {
    /// As usual.
    Calm,
    /// At twice the half-spread, as the last print surprised.
    Widened,
    /// Not at all, as the last print may have been stray or a jump, which the next one tells.
    Alarmed,
    /// Not at all, until the move that surprised has settled.
    Pulled,
    /// Not at all, as the account is beyond one of its limits, or the contract can't be traded.
    Halted,
    /// Not at all until a time that was said, as what may move the event's artists was seen.
    Catalyst,
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
            Self::Catalyst => "catalyst",
        }
    }
}

/// Why a side has no quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Withheld {
    /// The last prints were toxic.
    Toxic,
    /// The last print may have been stray or a jump.
    Alarm,
    /// The account is beyond one of its limits.
    Account,
    /// What may move the event's artists was seen.
    Catalyst,
    /// The position is beyond `pull_at`, and this side adds to it.
    Exposure,
    /// The position limit leaves no room on this side.
    PositionLimit,
    /// There is no price of the grid as far out as this side must be.
    NoPrice,
    /// There is no price of the grid that would rest.
    WouldCross,
    /// The contract can't be traded now.
    Closed,
    /// What quoting rests on is not known to be so.
    FailedClosed,
    /// Another limit of the gate speaks against it.
    Limit,
    /// With what is held, Kelly's rule sells none at this price.
    Kelly,
}

impl Withheld {
    /// Returns its name in decision logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Toxic => "toxic",
            Self::Alarm => "alarm",
            Self::Account => "account",
            Self::Catalyst => "catalyst",
            Self::Exposure => "exposure",
            Self::PositionLimit => "position_limit",
            Self::NoPrice => "no_price",
            Self::WouldCross => "would_cross",
            Self::Closed => "closed",
            Self::FailedClosed => "failed_closed",
            Self::Limit => "limit",
            Self::Kelly => "kelly",
        }
    }
}
