//! Whole numbers of a decimal unit: fixed-point text, exact in both directions.

use core::fmt;

use crate::Invalid;
use crate::invalid::quoted;

/// Parses plain decimal text into a whole number of `10^-decimals`.
///
/// Zeros after the last allowed decimal are accepted, for they change nothing. Exponents, signs other than
/// a leading `-`, spaces and a point without digits on both sides are not.
///
/// # Errors
///
/// Returns [`Invalid`] naming `field` and quoting `text` if it is empty, is not a plain decimal, has more
/// decimals than fit, or is beyond the range of an `i64`.
pub(crate) fn parse_fixed(field: &'static str, text: &str, decimals: usize) -> Result<i64, Invalid> {
    let refuse = |why: String| Err(Invalid::new(field, format!("{} {why}", quoted(text))));
    if text.is_empty() {
        return Err(Invalid::new(field, "is empty"));
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (digits, "0"),
    };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return refuse("is not a plain decimal number".into());
    }
    let (kept, beyond) = fraction.split_at(fraction.len().min(decimals));
    if beyond.bytes().any(|b| b != b'0') {
        return refuse(format!("has more than {decimals} decimals"));
    }
    let padding = core::iter::repeat_n(b'0', decimals - kept.len());
    let magnitude = whole
        .bytes()
        .chain(kept.bytes())
        .chain(padding)
        .try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
    let value = match magnitude {
        Some(magnitude) if negative => 0_i64.checked_sub_unsigned(magnitude),
        Some(magnitude) => 0_i64.checked_add_unsigned(magnitude),
        None => None,
    };
    value.map_or_else(|| refuse("is out of range".into()), Ok)
}

/// Writes `value`, a whole number of `10^-decimals`, with exactly `decimals` digits after the point.
pub(crate) fn write_fixed(f: &mut fmt::Formatter<'_>, value: i64, decimals: u32) -> fmt::Result {
    let scale = 10_u64.pow(decimals);
    let magnitude = value.unsigned_abs();
    let sign = if value < 0 { "-" } else { "" };
    write!(f, "{sign}{}.{:0width$}", magnitude / scale, magnitude % scale, width = decimals as usize)
}

/// Appends `value`, a whole number of `10^-decimals`, without trailing zeros.
pub(crate) fn append_fixed(text: &mut String, value: i64, decimals: usize) {
    let mut digits = [b'0'; 40];
    let (mut rest, mut place) = (value.unsigned_abs(), digits.len());
    while rest > 0 || place > digits.len() - decimals - 1 {
        place -= 1;
        digits[place] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let point = digits.len() - decimals;
    let mut end = digits.len();
    while end > point && digits[end - 1] == b'0' {
        end -= 1;
    }
    if value < 0 {
        text.push('-');
    }
    text.extend(digits[place..point].iter().map(|digit| char::from(*digit)));
    if end > point {
        text.push('.');
        text.extend(digits[point..end].iter().map(|digit| char::from(*digit)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn amounts_read_back(value in any::<i64>(), decimals in 0_usize..=9) {
            let mut text = String::new();
            append_fixed(&mut text, value, decimals);
            prop_assert_eq!(parse_fixed("x", &text, decimals).unwrap(), value);
        }
    }
}
