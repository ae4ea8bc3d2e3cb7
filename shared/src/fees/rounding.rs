//! How fees are rounded, by date and by account.

use core::fmt;
use core::str::FromStr;

use super::ModelFee;
use crate::Invalid;
use crate::invalid::quoted;
use crate::units::{Cash, serde_as_text};

/// Microdollars in a cent.
const CENT: u16 = 10_000;
/// Microdollars in a centi-cent.
const CENTICENT: u16 = 100;

/// Who holds the account, which decides the precision its balance is kept to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Membership {
    /// A member of the exchange, as every ordinary account: the balance is in centi-cents ($0.0001).
    Direct,
    /// A customer of a broker (FCM): the balance is in cents.
    NonDirect,
}

impl Membership {
    /// Returns the step of the balance, in microdollars.
    const fn precision(self) -> u16 {
        match self {
            Self::Direct => CENTICENT,
            Self::NonDirect => CENT,
        }
    }
}

impl fmt::Display for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Direct => "direct",
            Self::NonDirect => "non_direct",
        })
    }
}

impl FromStr for Membership {
    type Err = Invalid;

    /// Parses `direct` or `non_direct`.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `account` for any other text.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "direct" => Ok(Self::Direct),
            "non_direct" => Ok(Self::NonDirect),
            _ => Err(Invalid::new("account", format!("must be direct or non_direct, got {}", quoted(text)))),
        }
    }
}

serde_as_text!(Membership, "\"direct\" or \"non_direct\"");

/// How a fill's fee is rounded. [`FeeRule`](super::FeeRule) says from when to when.
///
/// Source: Kalshi's fee schedule of February 2026, its documentation page "Fee rounding" in the versions of March, June
/// and October 2026, and fills of direct members, of which these rules explain every order to the last digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoundingRule {
    /// The trade fee is rounded up to the cent, and nothing else is done.
    Cent,
    /// The trade fee is rounded up to the centi-cent ($0.0001), everybody's balance down to the cent, and a cent is
    /// rebated once more than a cent was rounded away.
    CentBalance,
    /// As before, but the balance is rounded down to the account's precision.
    Centicent,
    /// The trade fee is rounded up to the microdollar, the balance down to the account's precision, and what was rounded
    /// away is rebated in whole steps of that precision, up to the fill's own fee.
    Microdollar,
}

impl RoundingRule {
    /// Returns the trade fee: `fee` rounded up to the rule's unit.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `fee` if it doesn't fit a [`Cash`].
    #[inline]
    pub fn trade_fee(self, fee: ModelFee) -> Result<Cash, Invalid> {
        // Each unit is a number that the compiler knows: it then multiplies where it would divide.
        let rounded = match self {
            Self::Cent => fee.round_up_to(CENT.into()),
            Self::CentBalance | Self::Centicent => fee.round_up_to(CENTICENT.into()),
            Self::Microdollar => fee.round_up_to(1),
        };
        i64::try_from(rounded).map(Cash::from_microdollars).map_err(|_| too_large(rounded))
    }
}

/// The fee of one fill and what became of the balance.
///
/// `net = trade_fee + rounding_fee - rebate`, never negative, and `balance_change = revenue - net`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FillFee {
    /// What the contracts cost (negative) or brought (positive).
    pub revenue: Cash,
    /// The fee of the model, rounded up.
    pub trade_fee: Cash,
    /// What was taken on top to bring the balance to its precision.
    pub rounding_fee: Cash,
    /// What was given back of the order's rounding fees.
    pub rebate: Cash,
    /// What the fill cost in fees after all.
    pub net: Cash,
    /// What the fill changed the balance by, rebate included.
    pub balance_change: Cash,
}

/// The rounding fees of one order that have not been given back yet.
///
/// There is one for each order, kept over all its fills, whether they take or make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeAccumulator {
    account: Membership,
    held: Cash,
}

impl FeeAccumulator {
    /// Returns the accumulator of an order without fills.
    pub const fn new(account: Membership) -> Self {
        Self { account, held: Cash::ZERO }
    }

    /// Returns the accumulator of an order of whose rounding fees this much is held.
    pub(crate) const fn holding(account: Membership, held: Cash) -> Self {
        Self { account, held }
    }

    /// Returns what is held of the order's rounding fees, never negative.
    pub const fn held(&self) -> Cash {
        self.held
    }

    /// Settles a fill of signed `revenue` (negative for a buyer) and returns its fee.
    ///
    /// Only the part of the revenue below the balance's precision matters to the fee, so selling YES at P
    /// and buying NO at 1 - P, whose revenues differ by whole cents, pay the same.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `fee` if `trade_fee` is negative or an amount doesn't fit a [`Cash`]; the
    /// accumulator is then unchanged.
    #[inline(always)]
    pub fn settle(&mut self, rule: RoundingRule, revenue: Cash, trade_fee: Cash) -> Result<FillFee, Invalid> {
        if trade_fee < Cash::ZERO {
            return Err(Invalid::new("fee", format!("a trade fee must not be negative, got {trade_fee}")));
        }
        let (before, fee, held) =
            (revenue.microdollars(), trade_fee.microdollars(), self.held.microdollars());
        let precision = match rule {
            RoundingRule::CentBalance => CENT,
            _ => self.account.precision(),
        };
        // Rounding the balance down leaves exactly the remainder as the rounding fee.
        let rounding = match rule {
            RoundingRule::Cent => 0,
            _ => above(before, fee, precision),
        };
        let sums = fee.checked_add(rounding).zip(held.checked_add(rounding));
        let (charged, held) = sums.ok_or_else(|| too_large(i128::from(fee) + i128::from(held)))?;
        let rebate = match rule {
            RoundingRule::Cent => 0,
            // A rebate is a whole cent, and no fill's net fee is below zero: where a cent is more than the
            // fill's own fee, the rebate waits for a fill that can bear it.
            RoundingRule::CentBalance | RoundingRule::Centicent => {
                let cent = i64::from(CENT);
                if held > cent && charged >= cent { cent } else { 0 }
            }
            // A part of a step would leave the balance between two steps.
            RoundingRule::Microdollar => whole(held.min(charged), precision),
        };
        let net = charged - rebate;
        let change =
            before.checked_sub(net).ok_or_else(|| too_large(i128::from(before) - i128::from(net)))?;
        self.held = Cash::from_microdollars(held - rebate);
        Ok(FillFee {
            revenue,
            trade_fee,
            rounding_fee: Cash::from_microdollars(rounding),
            rebate: Cash::from_microdollars(rebate),
            net: Cash::from_microdollars(net),
            balance_change: Cash::from_microdollars(change),
        })
    }
}

/// Returns by how much `a - b` is above a whole number of steps.
#[inline]
fn above(a: i64, b: i64, step: u16) -> i64 {
    // The difference itself may not fit, but that of remainders does, and with two steps more it is above zero. The usual
    // step is spelled out, as a division by a number that the compiler knows is a multiplication.
    let of = |step: i64| (a % step - b % step + 2 * step) % step;
    if step == CENTICENT { of(CENTICENT.into()) } else { of(step.into()) }
}

/// Returns the whole steps of an amount that is not negative.
#[inline]
fn whole(amount: i64, step: u16) -> i64 {
    match step {
        CENTICENT => amount - amount % i64::from(CENTICENT),
        _ => amount - amount % i64::from(step),
    }
}

/// Refuses an amount in microdollars that is no cash.
#[cold]
fn too_large(microdollars: i128) -> Invalid {
    Invalid::new("fee", format!("{microdollars} microdollars are more than can be held"))
}
