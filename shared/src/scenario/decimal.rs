//! Numbers as short decimal text: what a slider, a number box and a link hold.

use crate::Invalid;

/// The most digits taken: their number is exact in a double, and so is one division by a power of ten.
const MAX_DIGITS: u32 = 15;

/// Powers of ten that are exact in a double.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

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
    let refuse = |why: &str| {
        let shown: String = text.chars().take(24).collect();
        Err(Invalid::new(field, format!("{why}, got {shown:?}")))
    };
    let text = text.trim();
    let (negative, magnitude) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    if whole.is_empty() && fraction.is_empty() {
        return refuse("must be a number");
    }
    let (mut digits, mut value) = (0, 0_u64);
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return refuse("must be a decimal number");
        }
        value = value * 10 + u64::from(byte - b'0');
        digits += u32::from(value > 0);
        if digits > MAX_DIGITS {
            return refuse("must have at most 15 digits");
        }
    }
    let Some(power) = POWERS.get(fraction.len()) else {
        return refuse("must have at most 22 decimal places");
    };
    let magnitude = value as f64 / power;
    Ok(if negative && value > 0 { -magnitude } else { magnitude })
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{parse, rounded, text};

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
        fn no_text_panics(written in "\\PC*") {
            let _ = parse("x", &written);
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
            "0.00000000000000000000001",
        ] {
            assert_eq!(parse("spot", bad).unwrap_err().field, "spot", "{bad:?}");
        }
        assert_eq!(parse("x", "\u{2212}2.50").unwrap(), -2.5);
        assert_eq!(parse("x", "-0").unwrap().to_bits(), 0.0_f64.to_bits());
    }
}
