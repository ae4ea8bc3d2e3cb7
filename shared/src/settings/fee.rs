//! What a fill is charged, as a setting.

use core::fmt;

use super::text::short;
use crate::Invalid;
use crate::units::{Cash, parse_fixed, quoted};

/// What a fill is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Fee {
    /// What the contract's own series charges, where a file or the catalogue of known series says, else as [`Fee::Maker`].
    Exact,
    /// 0.0175 P (1 - P) a contract, the fee of makers on series that charge them.
    Maker,
    /// The same amount for every contract.
    Flat(Cash),
}

/// The number of [`Fee::Exact`]; an amount is its own, in microdollars.
const EXACT: i64 = -1;
/// The number of [`Fee::Maker`].
const MAKER: i64 = -2;

impl Fee {
    /// Returns the fee of a number.
    pub(super) const fn of_units(units: i64) -> Self {
        match units {
            EXACT => Self::Exact,
            MAKER => Self::Maker,
            amount => Self::Flat(Cash::from_microdollars(amount)),
        }
    }

    /// Returns the number that [`of_units`](Self::of_units) takes.
    pub(super) const fn units(self) -> i64 {
        match self {
            Self::Exact => EXACT,
            Self::Maker => MAKER,
            Self::Flat(amount) => amount.microdollars(),
        }
    }

    /// Reads `exact`, `maker` or `flat:` and dollars a contract, from 0 to 1.
    pub(crate) fn parse(key: &'static str, text: &str) -> Result<Self, Invalid> {
        match text {
            "exact" => Ok(Self::Exact),
            "maker" => Ok(Self::Maker),
            _ => match text.strip_prefix("flat:").map(|amount| parse_fixed(key, amount, 6)) {
                Some(Ok(amount)) if (0..=1_000_000).contains(&amount) => {
                    Ok(Self::Flat(Cash::from_microdollars(amount)))
                }
                Some(Err(invalid)) => Err(invalid),
                _ => Err(Invalid::new(
                    key,
                    format!("must be exact, maker or flat: and dollars from 0 to 1, got {}", quoted(text)),
                )),
            },
        }
    }
}

impl fmt::Display for Fee {
    /// Writes what is read as a setting.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.write_str("exact"),
            Self::Maker => f.write_str("maker"),
            Self::Flat(amount) => write!(f, "flat:{}", short(amount.microdollars(), 6)),
        }
    }
}
