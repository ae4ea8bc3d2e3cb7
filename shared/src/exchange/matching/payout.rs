//! What a settled position pays.

use crate::market::Position;
use crate::units::{Cash, Price};

/// What a settled position pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Payout {
    /// What the account gets: whole cents.
    pub(super) paid: Cash,
    /// What was rounded away, in microdollars.
    pub(super) rounded: i64,
}

impl Payout {
    /// Returns what a position pays where a YES contract pays `value`, down to the cent.
    pub(super) fn of(position: Position, value: Price) -> Self {
        let each = if position.hundredths() < 0 { value.complement() } else { value };
        let (exact, rounded) =
            (each.cost(position.size()).microdollars(), position.residue(value).microdollars());
        Self { paid: Cash::from_microdollars(exact - rounded), rounded }
    }
}
