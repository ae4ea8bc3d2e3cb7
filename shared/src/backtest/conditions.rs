//! What a backtest assumes of the exchange.

use crate::Invalid;
use crate::fees::{FeeMultiplier, FeeSchedule, FeeType};
use crate::units::{Cash, Price, Quantity};

use super::prepared::Prepared;

/// How fills are charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeeMode {
    /// The series' own fee where it is known, else the mission's 0.0175 C P (1 - P); rounded as on the day of the trade,
    /// for a direct member, with one rounding account an order.
    Exact,
    /// The mission's formula for every contract, rounded up to the microdollar.
    Maker,
    /// This much a contract.
    Flat(Cash),
}

/// What a backtest assumes besides the tape and the quotes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conditions {
    /// How long a decision takes to reach the book, in microseconds.
    pub latency: i64,
    /// How many contracts stand before an order of ours that joins a price, for [`super::FillModel::Queue`].
    pub queue_ahead: Quantity,
    /// How much worse than quoted every fill is.
    pub slippage: Price,
    /// The fraction of prints that should have filled us and didn't.
    pub lost_fills: f64,
    /// How fills are charged.
    pub fee: FeeMode,
    /// The seed of what is left to chance.
    pub rng_seed: u64,
}

impl Default for Conditions {
    /// Nothing goes wrong; 25 contracts stand before an order. Of 15 078 sides of recorded books of winner-take-all
    /// events the median size at the best price is 26 contracts (quartiles 5 and 273).
    fn default() -> Self {
        Self {
            latency: 0,
            queue_ahead: Quantity::from_contracts(25).unwrap_or(Quantity::ZERO),
            slippage: Price::ZERO,
            lost_fills: 0.0,
            fee: FeeMode::Exact,
            rng_seed: 1,
        }
    }
}

/// What fills in one contract are charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charge {
    /// By this schedule, rounded by the trade's date, order by order.
    Exact(FeeSchedule),
    /// By this schedule, rounded up to the microdollar.
    Unrounded(FeeSchedule),
    /// Microdollars a contract.
    Flat(i64),
}

impl FeeMode {
    /// Returns what each contract is charged.
    pub(super) fn charges(self, prepared: &Prepared) -> Result<Vec<Charge>, Invalid> {
        let mission = FeeSchedule::new(FeeType::QuadraticWithMakerFees, FeeMultiplier::ONE)?;
        let charge = |known: Option<FeeSchedule>| match self {
            Self::Exact => Charge::Exact(known.unwrap_or(mission)),
            Self::Maker => Charge::Unrounded(mission),
            Self::Flat(fee) => Charge::Flat(fee.microdollars()),
        };
        Ok(prepared.contracts().iter().map(|contract| charge(contract.fees)).collect())
    }
}
