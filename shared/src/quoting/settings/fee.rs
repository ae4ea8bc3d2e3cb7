//! What a fill is charged, as a setting.

use super::Value;
use crate::Invalid;
use crate::units::{Cash, parse_fixed, quoted};

/// What a fill is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fee {
    /// What the contract's own series charges, where that is known, else as [`Fee::Maker`].
    Exact,
    /// 0.0175 P (1 - P) a contract, the fee of makers on series that charge them.
    Maker,
    /// The same amount for every contract.
    Flat(Cash),
}

/// The value of [`Fee::Exact`]; an amount is its own value.
pub(super) const EXACT: i64 = -1;
/// The value of [`Fee::Maker`].
const MAKER: i64 = -2;

impl Fee {
    /// Returns the fee that `value` stands for.
    pub(super) const fn from_value(value: Value) -> Self {
        match value.0 {
            EXACT => Self::Exact,
            MAKER => Self::Maker,
            amount => Self::Flat(Cash::from_microdollars(amount)),
        }
    }
}

/// Reads `exact`, `maker` or `flat:` and dollars a contract, from 0 to 1.
pub(super) fn parse(key: &'static str, text: &str) -> Result<Value, Invalid> {
    match text {
        "exact" => Ok(Value(EXACT)),
        "maker" => Ok(Value(MAKER)),
        _ => match text.strip_prefix("flat:").map(|amount| parse_fixed(key, amount, 6)) {
            Some(Ok(amount)) if (0..=1_000_000).contains(&amount) => Ok(Value(amount)),
            Some(Err(invalid)) => Err(invalid),
            _ => Err(Invalid::new(
                key,
                format!("must be exact, maker or flat: and dollars from 0 to 1, got {}", quoted(text)),
            )),
        },
    }
}

/// Returns the text that [`parse`] reads back.
pub(super) fn text(value: Value) -> String {
    match Fee::from_value(value) {
        Fee::Exact => "exact".to_owned(),
        Fee::Maker => "maker".to_owned(),
        Fee::Flat(amount) => {
            let amount = amount.to_string();
            format!("flat:{}", amount.trim_end_matches('0').trim_end_matches('.'))
        }
    }
}
