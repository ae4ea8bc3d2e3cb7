//! Doubles as decimal text: what a slider, a number box and a link hold, and what a file has.

use crate::Invalid;
use crate::invalid::quoted;

/// The most digits of a short number: as a whole number they are exact in a double, and so is one division by a power of
/// ten.
const SHORT: u32 = 15;
/// The most digits that are read: more than a double can tell apart, and few enough for a `u64`.
const MOST_DIGITS: u32 = 18;
/// The greatest power of ten that is exact in a double.
const EXACT_POWER: i32 = 22;

/// Returns the double nearest to the decimal number in `text`, of at most 15 digits and without an exponent.
///
/// Digits and power of ten are both exact doubles, and one IEEE operation on them rounds correctly (Clinger, "How to
/// read floating point numbers accurately", 1990): so the browser and the native code read a link alike, without
/// the tables that the general case needs.
///
/// # Errors
///
/// Names `field` if the text is no such number.
pub fn parse(field: &'static str, text: &str) -> Result<f64, Invalid> {
    let text = text.trim();
    let why = match Digits::of(text) {
        None => "must be a decimal number",
        Some(digits) if digits.significant > SHORT => "must have at most 15 digits",
        Some(digits) if digits.power < -EXACT_POWER => "must have at most 22 decimal places",
        // A link has no negative zero.
        Some(digits) => return Ok(digits.times_ten_to(0) + 0.0),
    };
    Err(Invalid::new(field, format!("{why}, got {}", quoted(text))))
}

/// Returns the decimal number in `text`, of any length, with an exponent or without; nothing if it is none.
///
/// Of up to 15 digits and a power of ten up to 22 it is the nearest double; beyond that each operation rounds once
/// more, the same way on every target.
pub(crate) fn parse_long(text: &str) -> Option<f64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?.clamp(-400, 400)),
        None => (text, 0),
    };
    let value = Digits::of(mantissa)?.times_ten_to(exponent);
    value.is_finite().then_some(value)
}

/// Returns `value` with `decimals` places, as the text that [`parse`] reads back, without trailing zeros.
pub fn text(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Returns the number nearest to `value` that has `decimals` places: what its text reads back as.
pub fn rounded(value: f64, decimals: usize) -> f64 {
    parse("value", &text(value, decimals)).unwrap_or(value)
}

/// A plain decimal number taken apart: `value * 10^power`, and its sign.
struct Digits {
    is_negative: bool,
    value: u64,
    power: i32,
    /// How many digits there are from the first that is not zero, or more than are read.
    significant: u32,
}

impl Digits {
    /// Takes apart a sign, digits, and perhaps a point and further digits; nothing if `text` is something else.
    fn of(text: &str) -> Option<Self> {
        let (is_negative, magnitude) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut digits = Self { is_negative, value: 0, power: 0, significant: 0 };
        for (place, byte) in whole.bytes().chain(fraction.bytes()).enumerate() {
            if !byte.is_ascii_digit() {
                return None;
            }
            // Digits that no double can tell apart are left out.
            if digits.significant < MOST_DIGITS {
                digits.value = digits.value * 10 + u64::from(byte - b'0');
                digits.significant += u32::from(digits.value > 0);
                digits.power -= i32::from(place >= whole.len());
            } else {
                digits.power += i32::from(place < whole.len());
            }
        }
        Some(digits)
    }

    fn times_ten_to(&self, exponent: i32) -> f64 {
        let mut value = self.value as f64;
        let mut power = self.power.saturating_add(exponent);
        while power != 0 {
            let step = power.clamp(-EXACT_POWER, EXACT_POWER);
            let factor = (0..step.abs()).fold(1.0, |product, _| 10.0 * product);
            value = if step < 0 { value / factor } else { value * factor };
            power -= step;
        }
        if self.is_negative { -value } else { value }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{parse, parse_long, rounded, text};

    proptest! {
        #[test]
        fn text_is_read_as_the_standard_library_reads_it(whole in 0_u64..=999_999_999, fraction in 0_u32..=999_999, negative: bool) {
            let written = format!("{}{whole}.{fraction:06}", if negative { "-" } else { "" });
            let expected: f64 = written.parse().unwrap();
            prop_assert_eq!(parse("x", &written).unwrap(), expected);
        }

        #[test]
        fn what_is_written_reads_back(value in -1e8_f64..1e8, decimals in 0_usize..=6) {
            let once = rounded(value, decimals);
            prop_assert_eq!(parse("x", &text(once, decimals)).unwrap().to_bits(), once.to_bits());
            let half = 0.5 / [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6][decimals];
            // Both are doubles: their difference is off by what a double of their size can't tell.
            prop_assert!((once - value).abs() <= half + 4.0 * f64::EPSILON * value.abs());
        }

        #[test]
        fn a_short_number_is_the_nearest(value in -1_000_000_000_000_000_i64..1_000_000_000_000_000, places in 0..15_usize) {
            let digits = format!("{:015}", value.unsigned_abs());
            let (whole, fraction) = digits.split_at(15 - places);
            let text = format!("{}{whole}.{fraction}", if value < 0 { "-" } else { "" });
            prop_assert_eq!(parse_long(&text), text.parse::<f64>().ok());
        }

        #[test]
        fn any_number_is_as_near_as_a_few_roundings_allow(value: f64) {
            prop_assume!(value.is_normal() && value.abs() > 1e-290 && value.abs() < 1e290);
            let read = parse_long(&format!("{value:e}")).unwrap();
            prop_assert!((read / value - 1.0).abs() < 20.0 * f64::EPSILON, "{read} {value}");
        }

        #[test]
        fn no_text_panics(written in "\\PC*") {
            let _ = parse("x", &written);
            let _ = parse_long(&written);
        }
    }

    #[test]
    fn what_is_no_short_decimal_is_refused() {
        for bad in [
            "",
            "-",
            ".",
            "1e3",
            "0x10",
            "NaN",
            "inf",
            "1.2.3",
            "1,5",
            "1234567890123456",
            "1234567890123456789012",
            "0.00000000000000000000001",
        ] {
            assert_eq!(parse("spot", bad).unwrap_err().field, "spot", "{bad:?}");
        }
        assert_eq!(parse("x", "\u{2212}2.50").unwrap(), -2.5);
        assert_eq!(parse("x", "-0").unwrap().to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", ".", "1,5", "NaN", "inf", "1e", "1e400", "0x1", "1.2.3", "--1", "1e5e5"] {
            assert_eq!(parse_long(text), None, "{text:?}");
        }
        assert_eq!(parse_long("1e-400"), Some(0.0));
        assert_eq!(parse_long("+.5E1"), Some(5.0));
    }
}
