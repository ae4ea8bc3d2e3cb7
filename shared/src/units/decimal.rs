//! Fixed-point decimal text, exact in both directions.

use core::fmt;

use crate::Invalid;

/// The most characters of a refused text that an error repeats.
const QUOTED_CHARS: usize = 40;

/// Returns `text` in quotes, shortened if it is long, for an error message.
pub(crate) fn quoted(text: &str) -> String {
    if text.chars().nth(QUOTED_CHARS).is_none() {
        format!("{text:?}")
    } else {
        let start: String = text.chars().take(QUOTED_CHARS).collect();
        format!("{start:?}...")
    }
}

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
