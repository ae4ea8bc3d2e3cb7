//! Quotes that are still worth their value once the fee of a fill is paid.

use serde::{Deserialize, Serialize};

use crate::fees::{FeeSchedule, Role};
use crate::settings::Fee;
use crate::units::{Price, Quantity};

/// The rate of the maker fee that is assumed where no file tells: a quarter of a taker's.
const MAKER_RATE: f64 = 0.0175;

/// What a fill is charged a contract, before rounding.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum FeeModel {
    /// This rate times `P (1 - P)`.
    Quadratic(f64),
    /// The same dollars at every price.
    Flat(f64),
}

impl FeeModel {
    /// Returns what a fill is charged, as the quotes reckon with it: makers' fees, before rounding.
    pub(super) fn of(fee: Fee, schedule: Option<&FeeSchedule>) -> Self {
        match (fee, schedule) {
            (Fee::Flat(amount), _) => Self::Flat(amount.to_dollars()),
            (Fee::Exact, Some(schedule)) => {
                // At even odds, P (1 - P) is a quarter.
                let half = Price::ONE.centicents() / 2;
                let (half, one) = (Price::from_centicents(half), Quantity::from_contracts(1));
                let fee = half.and_then(|half| one.map(|one| schedule.model_fee(Role::Maker, half, one)));
                Self::Quadratic(fee.map_or(MAKER_RATE, |fee| 4.0 * fee.to_dollars()))
            }
            (Fee::Exact, None) | (Fee::Maker, _) => Self::Quadratic(MAKER_RATE),
        }
    }

    /// Returns the bid in dollars at which a contract and its fee cost `value`: `b + c b (1 - b) = value`. Outside $0 to
    /// $1, where nothing trades, it is the value itself.
    #[inline]
    pub fn bid(self, value: f64) -> f64 {
        match self {
            Self::Flat(fee) => value - fee,
            Self::Quadratic(_) if value <= 0.0 || value >= 1.0 => value,
            Self::Quadratic(rate) => {
                let sum = 1.0 + rate;
                // Vieta's form: nothing cancels, and no fee is no special case.
                2.0 * value / (sum + (sum * sum - 4.0 * rate * value).sqrt())
            }
        }
    }

    /// Returns what a contract bought at `bid` dollars costs with its fee: what [`FeeModel::bid`] takes back.
    pub fn worth_bidding(self, bid: f64) -> f64 {
        match self {
            Self::Flat(fee) => bid + fee,
            Self::Quadratic(_) if bid <= 0.0 || bid >= 1.0 => bid,
            Self::Quadratic(rate) => bid + rate * bid * (1.0 - bid),
        }
    }

    /// Returns what a contract sold at `ask` dollars leaves after its fee: what [`FeeModel::ask`] takes back.
    pub fn worth_asking(self, ask: f64) -> f64 {
        match self {
            Self::Flat(fee) => ask - fee,
            Self::Quadratic(_) if ask <= 0.0 || ask >= 1.0 => ask,
            Self::Quadratic(rate) => ask - rate * ask * (1.0 - ask),
        }
    }

    /// Returns the offer in dollars that leaves `value` once its fee is paid: `a - c a (1 - a) = value`. Outside $0 to
    /// $1, where nothing trades, it is the value itself.
    #[inline]
    pub fn ask(self, value: f64) -> f64 {
        match self {
            Self::Flat(fee) => value + fee,
            Self::Quadratic(_) if value <= 0.0 || value >= 1.0 => value,
            Self::Quadratic(rate) => {
                let difference = 1.0 - rate;
                let root = (difference * difference + 4.0 * rate * value).sqrt();
                // Of the two forms of the root, the one that adds.
                if difference >= 0.0 {
                    2.0 * value / (difference + root)
                } else {
                    (root - difference) / (2.0 * rate)
                }
            }
        }
    }
}
