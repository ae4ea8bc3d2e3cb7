//! What must never be.

use core::fmt;

use crate::units::Timestamp;

/// Something that must never be, and was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// When, by the exchange's clock.
    pub at: Timestamp,
    /// What is violated.
    pub rule: Rule,
    /// What was seen.
    pub what: String,
}

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// After a calm time cash and positions are the exchange's to the microdollar.
    Account,
    /// No order is larger than one may be, nor can lead to a greater position than one may have.
    Limit,
    /// An order ends by itself: no later than `order_ttl_s` and a second after it was sent.
    Expiry,
    /// Once everything was taken back for a kill, nothing rests until a person arms the desk again.
    Kill,
    /// A desk that is stopped leaves nothing.
    Stop,
    /// An order, and what it is changed to, was written down before it was sent.
    Journal,
    /// Within no minute more messages are decided on than may be, but for cancels and what lessens a position.
    Messages,
    /// No order can make its event lose more than it may.
    EventLoss,
    /// An order of a run that was followed by another one doesn't come to rest.
    Fence,
    /// A run that nothing has befallen is neither lost nor halts.
    Calm,
    /// Nothing of an event rests while its quotes are pulled.
    Pull,
    /// No order is sent at a price that is known not to be one.
    Grid,
    /// What a run has left to the next one is gone on with once, and where nobody does it ends by itself.
    Handover,
    /// A fill is booked once.
    Fills,
    /// There is one order on a side of a contract, and a second one no longer than it takes to take it back.
    Doubled,
    /// What was written down decides the same when it is done again.
    Replay,
    /// The same schedule is the same simulation, to the last bit.
    Repeatable,
    /// A desk runs again when nothing is wrong any more.
    Recovery,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}: {}", self.rule, self.at, self.what)
    }
}
