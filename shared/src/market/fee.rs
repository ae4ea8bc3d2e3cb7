//! What Kalshi says of a series' or an event's fee: its kind and its multiplier.

use core::fmt;
use core::str::FromStr;

use serde::de;

use crate::Invalid;
use crate::decimal::{append_fixed, parse_fixed};
use crate::invalid::quoted;
use crate::units::serde_as_text;

/// The kind of fee of a series or an event, `fee_type` in Kalshi's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeeType {
    /// Takers pay 0.07 P (1 - P) a contract, makers nothing.
    Quadratic,
    /// Makers pay a quarter of what takers pay: 0.0175 P (1 - P).
    QuadraticWithMakerFees,
    /// Makers pay half of what takers pay: 0.035 P (1 - P).
    QuadraticWithComboMakerFees,
    /// A fee that doesn't depend on the price. Kalshi's API names it, but its amount is published nowhere
    /// and no live series has it, so no [`FeeSchedule`](crate::fees::FeeSchedule) can be made of it.
    Flat,
}

impl fmt::Display for FeeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quadratic => "quadratic",
            Self::QuadraticWithMakerFees => "quadratic_with_maker_fees",
            Self::QuadraticWithComboMakerFees => "quadratic_with_combo_maker_fees",
            Self::Flat => "flat",
        })
    }
}

impl FromStr for FeeType {
    type Err = Invalid;

    /// Parses Kalshi's name of a fee type.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `fee_type` for a name this crate can't charge by.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "quadratic" => Ok(Self::Quadratic),
            "quadratic_with_maker_fees" => Ok(Self::QuadraticWithMakerFees),
            "quadratic_with_combo_maker_fees" => Ok(Self::QuadraticWithComboMakerFees),
            "flat" => Ok(Self::Flat),
            _ => Err(Invalid::new(
                "fee_type",
                format!(
                    "must be quadratic, quadratic_with_maker_fees, quadratic_with_combo_maker_fees or flat, got {}",
                    quoted(text)
                ),
            )),
        }
    }
}

serde_as_text!(FeeType, "a fee type");

/// What a series or an event multiplies the standard fee by, in millionths, from 0 to 1000; mostly 1, and
/// 0.5 on some.
///
/// Kalshi sends it as a JSON number. The number's shortest decimal is taken, so that 0.5 and 0.1 mean one
/// half and one tenth exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeeMultiplier(i64);

impl FeeMultiplier {
    /// The standard fee.
    pub const ONE: Self = Self(1_000_000);
    /// The greatest accepted: keeps the fee of any number of contracts within an `i128`.
    pub const MAX: Self = Self(1_000 * Self::ONE.0);

    /// Returns the multiplier in millionths.
    pub const fn millionths(self) -> i64 {
        self.0
    }
}

impl fmt::Display for FeeMultiplier {
    /// Writes the exact decimal without trailing zeros: `0.5`, `1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        append_fixed(&mut text, self.0, 6);
        f.write_str(&text)
    }
}

impl FromStr for FeeMultiplier {
    type Err = Invalid;

    /// Parses a plain decimal with up to six decimals.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `fee_multiplier` if the text is not such a number or is not from 0 to
    /// 1000.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let millionths = parse_fixed("fee_multiplier", text, 6)?;
        if (0..=Self::MAX.0).contains(&millionths) {
            Ok(Self(millionths))
        } else {
            Err(Invalid::new("fee_multiplier", format!("{} is not from 0 to {}", quoted(text), Self::MAX)))
        }
    }
}

impl serde::Serialize for FeeMultiplier {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for FeeMultiplier {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrText;

        impl de::Visitor<'_> for NumberOrText {
            type Value = FeeMultiplier;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a fee multiplier as a number or a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<FeeMultiplier, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<FeeMultiplier, E> {
                self.visit_str(&value.to_string())
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<FeeMultiplier, E> {
                self.visit_str(&value.to_string())
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<FeeMultiplier, E> {
                // The shortest decimal that reads back as this double: the one that was written.
                self.visit_str(&value.to_string())
            }
        }

        // Bytes don't say what they are, and are what was written here: text.
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(NumberOrText)
        } else {
            deserializer.deserialize_str(NumberOrText)
        }
    }
}
