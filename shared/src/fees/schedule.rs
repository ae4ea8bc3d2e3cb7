//! What a series charges before rounding.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{FeeMultiplier, FeeType, ModelFee};
use crate::Invalid;
use crate::invalid::quoted;
use crate::units::{Price, Quantity, serde_as_text};

/// Whether a fill took liquidity or had rested in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The order rested and another traded against it.
    Maker,
    /// The order traded against a resting one.
    Taker,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Maker => "maker",
            Self::Taker => "taker",
        })
    }
}

impl FromStr for Role {
    type Err = Invalid;

    /// Parses `maker` or `taker`.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `role` for any other text.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "maker" => Ok(Self::Maker),
            "taker" => Ok(Self::Taker),
            _ => Err(Invalid::new("role", format!("must be maker or taker, got {}", quoted(text)))),
        }
    }
}

serde_as_text!(Role, "\"maker\" or \"taker\"");

/// What makers paid a contract, whatever its price, where a series charged them, until the end of June 2025; in
/// ten-thousandths of a dollar.
pub(super) const FLAT_MAKER_FEE: i64 = 25;

/// What a series charges for a fill before rounding: its fee type's rates times its multiplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeSchedule {
    /// Ten-thousandths of a dollar a contract, by which P (1 - P) is multiplied.
    maker_rate: i64,
    multiplier: FeeMultiplier,
}

impl FeeSchedule {
    /// The rate of takers, in ten-thousandths.
    const TAKER_RATE: i64 = 700;

    /// Returns the schedule of a series with this `fee_type` and `fee_multiplier`.
    ///
    /// Source: Kalshi's fee schedule of July 2026 and the fields of its series API.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `fee_type` for [`FeeType::Flat`], whose amount is unpublished: a guess
    /// would be charged as if it were known.
    pub fn new(fee_type: FeeType, multiplier: FeeMultiplier) -> Result<Self, Invalid> {
        let maker_rate = match fee_type {
            FeeType::Quadratic => 0,
            FeeType::QuadraticWithMakerFees => Self::TAKER_RATE / 4,
            FeeType::QuadraticWithComboMakerFees => Self::TAKER_RATE / 2,
            FeeType::Flat => {
                return Err(Invalid::new(
                    "fee_type",
                    "flat can't be computed: Kalshi publishes no amount for it",
                ));
            }
        };
        Ok(Self { maker_rate, multiplier })
    }

    /// Returns the exact fee `rate · multiplier · count · P · (1 - P)`, before any rounding.
    pub fn model_fee(&self, role: Role, price: Price, count: Quantity) -> ModelFee {
        self.hundredth(role, price).times(count)
    }

    /// Returns the exact fee of a hundredth of a contract.
    #[inline]
    pub(super) fn hundredth(&self, role: Role, price: Price) -> ModelFee {
        let rate = match role {
            Role::Maker => self.maker_rate,
            Role::Taker => Self::TAKER_RATE,
        };
        self.units(rate, [price, price.complement()])
    }

    /// Returns the same of a time when makers paid the same at every price.
    #[inline]
    pub(super) fn hundredth_with_flat_makers(&self, role: Role, price: Price) -> ModelFee {
        match role {
            Role::Maker if self.maker_rate > 0 => self.units(FLAT_MAKER_FEE, [Price::ONE; 2]),
            _ => self.hundredth(role, price),
        }
    }

    /// Multiplies a rate by the multiplier and two prices.
    #[inline]
    fn units(&self, rate: i64, prices: [Price; 2]) -> ModelFee {
        // At most 7e2 · 1e9 = 7e11, and 1e4 · 1e4 = 1e8: each fits an i64, and their product an i128.
        let rate = rate * self.multiplier.millionths();
        let prices = prices[0].centicents() * prices[1].centicents();
        ModelFee::from_units(i128::from(rate) * i128::from(prices))
    }
}
