//! What a backtest assumes of the exchange.

use super::prepared::PreparedContract;
use crate::Invalid;
use crate::exchange::{Assumptions, Charge, FillModel, Latency, PrintVenueSettings};
use crate::fees::{FeeMultiplier, FeeSchedule, FeeType};
use crate::settings::{Fee, Fixed};
use crate::units::{Price, Quantity};

/// What a backtest assumes besides the tape and the quotes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assumed {
    /// The delays to the exchange and back.
    pub latency: Latency,
    /// How many contracts stand before an order of ours that joins a price, for [`FillModel::Queue`].
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

impl Assumed {
    /// Returns what is assumed, and `rng_seed`, as the loop takes it.
    pub fn of(assumptions: &Assumptions, rng_seed: u64) -> Self {
        let micros = |delay: Fixed<0>| delay.units().saturating_mul(1_000);
        let latency = Latency {
            feed: micros(assumptions.feed_ms),
            order: micros(assumptions.latency_ms),
            answer: micros(assumptions.answer_ms),
        };
        Self {
            latency,
            queue_ahead: assumptions.queue_ahead,
            slippage: assumptions.slippage(),
            lost_fills: assumptions.lost_fills_pct.units() as f64 / 1_000.0,
            blackout: assumptions.blackout_h.units().saturating_mul(360_000_000),
            fee: assumptions.fee,
            rng_seed,
        }
    }

    /// Returns the exchange that trades `contracts` by `model`.
    pub(super) fn venue(
        &self,
        model: FillModel,
        contracts: &[PreparedContract],
    ) -> Result<PrintVenueSettings, Invalid> {
        Ok(PrintVenueSettings {
            model,
            queue_ahead: self.queue_ahead,
            slippage: self.slippage,
            lost_fills: self.lost_fills,
            rng_seed: self.rng_seed,
            charges: self.charges(contracts)?,
        })
    }

    /// Returns what fills of each of `contracts` are charged.
    pub(super) fn charges(&self, contracts: &[PreparedContract]) -> Result<Vec<Charge>, Invalid> {
        let unknown = FeeSchedule::new(FeeType::QuadraticWithMakerFees, FeeMultiplier::ONE)?;
        let charge = |known: Option<FeeSchedule>| match self.fee {
            Fee::Exact => Charge::Exact(known.unwrap_or(unknown)),
            Fee::Maker => Charge::ToMicrodollar(unknown),
            Fee::Flat(amount) => Charge::Flat(amount),
        };
        Ok(contracts.iter().map(|contract| charge(contract.fees)).collect())
    }
}

impl Default for Assumed {
    /// The usual assumptions.
    fn default() -> Self {
        Self::of(&Assumptions::default(), 1)
    }
}
