//! Prices and counts of books, tickers and public trades, which were also seen as JSON numbers.
//!
//! A number is in the unit of the text that it stands for: dollars and contracts. The decimal text of a double with at most
//! 15 digits is the text that it was read from, so that no amount that the exchange can mean is changed by the detour.

use core::fmt;
use core::marker::PhantomData;
use core::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use crate::Invalid;
use crate::units::{Price, Quantity};
use crate::wire::LevelText;

/// Reads an amount from text or from a number.
///
/// # Errors
///
/// Passes on what the amount's own text form refuses: more decimals than it has, and what is out of its range.
pub(super) fn amount<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err = Invalid>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Either(PhantomData))
}

struct Either<T>(PhantomData<T>);

impl<T: FromStr<Err = Invalid>> Visitor<'_> for Either<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount as a string or a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        // Never with an exponent.
        self.visit_str(&number.to_string())
    }
}

/// Reads the levels of a book.
///
/// # Errors
///
/// As [`amount`].
pub(super) fn levels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<LevelText>, D::Error> {
    #[derive(Deserialize)]
    struct Level(#[serde(deserialize_with = "amount")] Price, #[serde(deserialize_with = "amount")] Quantity);

    let levels: Vec<Level> = Deserialize::deserialize(deserializer)?;
    Ok(levels.into_iter().map(|level| LevelText(level.0, level.1)).collect())
}
