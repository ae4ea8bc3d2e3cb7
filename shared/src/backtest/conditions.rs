//! What a backtest assumes of the exchange.

use crate::Invalid;
use crate::exchange::Assumptions;
use crate::fees::{FeeMultiplier, FeeSchedule, FeeType};
use crate::settings::Fee;
use crate::units::{Price, Quantity};

use super::prepared::Prepared;

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
    /// For how long, in the middle of each event, no belief reaches the strategy, in microseconds.
    pub blackout: i64,
    /// How fills are charged. The exact fee is rounded as on the day of the trade, for a direct member, with one rounding
    /// account an order; the maker's is rounded up to the microdollar.
    pub fee: Fee,
    /// The seed of what is left to chance.
    pub rng_seed: u64,
}

impl Conditions {
    /// Returns what is assumed, and `rng_seed`, as the loop takes it.
    pub fn of(assumptions: &Assumptions, rng_seed: u64) -> Self {
        Self {
            latency: assumptions.latency_ms.units().saturating_mul(1_000),
            queue_ahead: assumptions.queue_ahead,
            slippage: assumptions.slippage(),
            lost_fills: assumptions.lost_fills_pct.units() as f64 / 1_000.0,
            blackout: assumptions.blackout_h.units().saturating_mul(360_000_000),
            fee: assumptions.fee,
            rng_seed,
        }
    }
}

impl Default for Conditions {
    /// The usual assumptions.
    fn default() -> Self {
        Self::of(&Assumptions::default(), 1)
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

/// Returns what each contract is charged.
pub(super) fn charges(fee: Fee, prepared: &Prepared) -> Result<Vec<Charge>, Invalid> {
    let mission = FeeSchedule::new(FeeType::QuadraticWithMakerFees, FeeMultiplier::ONE)?;
    let charge = |known: Option<FeeSchedule>| match fee {
        Fee::Exact => Charge::Exact(known.unwrap_or(mission)),
        Fee::Maker => Charge::Unrounded(mission),
        Fee::Flat(amount) => Charge::Flat(amount.microdollars()),
    };
    Ok(prepared.contracts().iter().map(|contract| charge(contract.fees)).collect())
}
