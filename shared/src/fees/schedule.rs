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
    #[inline]
    pub fn model_fee(&self, role: Role, price: Price, count: Quantity) -> ModelFee {
        let rate = match role {
            Role::Maker => self.maker_rate,
            Role::Taker => Self::TAKER_RATE,
        };
        self.units(rate, count, [price.centicents(), price.complement().centicents()])
    }

    /// Returns the exact fee of a time when makers paid the same at every price.
    #[inline]
    pub(super) fn model_fee_with_flat_makers(&self, role: Role, price: Price, count: Quantity) -> ModelFee {
        match role {
            Role::Maker if self.maker_rate > 0 => {
                let dollar = Price::ONE.centicents();
                self.units(FLAT_MAKER_FEE, count, [dollar, dollar])
            }
            _ => self.model_fee(role, price, count),
        }
    }

    /// Multiplies a rate by the multiplier, a count and two prices.
    #[inline]
    fn units(&self, rate: i64, count: Quantity, prices: [i64; 2]) -> ModelFee {
        // At most 7e2 · 1e9 = 7e11, and 1e4 · 1e4 = 1e8, in an i64; times 9.3e14 that is 6.5e34, and an i128 holds 1.7e38.
        let each = i128::from(rate * self.multiplier.millionths()) * i128::from(prices[0] * prices[1]);
        ModelFee::from_units(each * i128::from(count.hundredths()))
    }
}
