//! The types that settings have.

use super::{Fee, Fixed, Kind, OrAuto};
use crate::units::{Cash, Quantity};

/// A type that a setting may have, as whole numbers of a row with so many decimals.
pub(crate) trait Value: Copy {
    /// Returns the number of the value.
    fn units(self, decimals: usize) -> i64;

    /// Returns the value of a number, which is within the row's range.
    fn of_units(units: i64, decimals: usize) -> Self;
}

/// A number.
pub(crate) trait Number: Value {
    /// The decimal places that it is kept with, where a setting says nothing else.
    const DECIMALS: usize;
    /// Whether its 0 is written as `auto`.
    const AUTO: bool = false;
}

/// What is no number.
pub(crate) trait Word: Value {
    /// What values there are.
    const KIND: Kind;
}

impl<const DECIMALS: usize> Value for Fixed<DECIMALS> {
    fn units(self, _: usize) -> i64 {
        Self::units(self)
    }

    fn of_units(units: i64, _: usize) -> Self {
        Self::of_units(units)
    }
}

impl<const DECIMALS: usize> Number for Fixed<DECIMALS> {
    const DECIMALS: usize = DECIMALS;
}

impl<const DECIMALS: usize> Value for OrAuto<DECIMALS> {
    fn units(self, _: usize) -> i64 {
        Self::units(self)
    }

    fn of_units(units: i64, _: usize) -> Self {
        Self::of_units(units)
    }
}

impl<const DECIMALS: usize> Number for OrAuto<DECIMALS> {
    const DECIMALS: usize = DECIMALS;
    const AUTO: bool = true;
}

impl Value for Quantity {
    fn units(self, decimals: usize) -> i64 {
        self.hundredths() / if decimals == 0 { 100 } else { 1 }
    }

    fn of_units(units: i64, decimals: usize) -> Self {
        Self::from_hundredths(units * if decimals == 0 { 100 } else { 1 }).unwrap_or(Self::ZERO)
    }
}

/// Hundredths of a contract; whole contracts without decimals.
impl Number for Quantity {
    const DECIMALS: usize = 2;
}

/// A cent in millionths of a dollar.
const CENT: i64 = 10_000;

/// Cents, whether they are written as dollars with two decimals or as cents with none.
impl Value for Cash {
    fn units(self, _: usize) -> i64 {
        self.microdollars() / CENT
    }

    fn of_units(units: i64, _: usize) -> Self {
        Self::from_microdollars(units * CENT)
    }
}

impl Number for Cash {
    const DECIMALS: usize = 2;
}

impl Value for bool {
    fn units(self, _: usize) -> i64 {
        i64::from(self)
    }

    fn of_units(units: i64, _: usize) -> Self {
        units != 0
    }
}

impl Word for bool {
    const KIND: Kind = Kind::Flag;
}

impl Value for Fee {
    fn units(self, _: usize) -> i64 {
        Self::units(self)
    }

    fn of_units(units: i64, _: usize) -> Self {
        Self::of_units(units)
    }
}

impl Word for Fee {
    const KIND: Kind = Kind::Fee;
}

/// Makes an enumeration the type of a setting: `words!(Rules { Seed "seed", Coherent "coherent" })`, in its own order.
macro_rules! words {
    ($type:ident { $first:ident $word:literal $(, $other:ident $other_word:literal)* }) => {
        impl $crate::settings::Value for $type {
            fn units(self, _: usize) -> i64 {
                self as i64
            }

            fn of_units(units: i64, _: usize) -> Self {
                $(if units == Self::$other as i64 { return Self::$other; })*
                Self::$first
            }
        }

        impl $crate::settings::Word for $type {
            const KIND: $crate::settings::Kind = $crate::settings::Kind::Choice(&[$word $(, $other_word)*]);
        }
    };
}

pub(crate) use words;
