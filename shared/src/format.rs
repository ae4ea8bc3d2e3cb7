//! How numbers are written for people: the same on every page and in every report.
//!
//! A negative number has a real minus sign (U+2212), and units stand after a narrow no-break space.

use crate::decimal;
use crate::units::{Date, Timestamp};

const MINUS: char = '\u{2212}';
const THIN: char = '\u{202f}';

/// Returns `value` with `decimals` places, and a real minus when it is negative.
///
/// ```
/// assert_eq!(shared::format::fixed(-1.5, 2), "−1.50");
/// assert_eq!(shared::format::fixed(-0.001, 2), "0.00");
/// ```
pub fn fixed(value: f64, decimals: usize) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let is_zero = digits.bytes().all(|byte| byte == b'0' || byte == b'.');
    if value < 0.0 && !is_zero { format!("{MINUS}{digits}") } else { digits }
}

/// Returns a fraction in percent: `0.372` is `37.2 %`.
///
/// ```
/// assert_eq!(shared::format::percent(0.372, 1), "37.2\u{202f}%");
/// ```
pub fn percent(fraction: f64, decimals: usize) -> String {
    format!("{}{THIN}%", fixed(fraction * 100.0, decimals))
}

/// Returns a probability in percent, with enough places that a tail is not shown as nothing.
///
/// ```
/// assert_eq!(shared::format::probability(0.3721), "37.2\u{202f}%");
/// assert_eq!(shared::format::probability(0.0091), "0.91\u{202f}%");
/// assert_eq!(shared::format::probability(0.00012), "0.012\u{202f}%");
/// assert_eq!(shared::format::probability(1e-9), "<0.001\u{202f}%");
/// ```
pub fn probability(p: f64) -> String {
    if p > 0.0 && p < 1e-5 {
        format!("<0.001{THIN}%")
    } else if p < 1.0 && p > 1.0 - 1e-5 {
        format!(">99.999{THIN}%")
    } else if p > 0.0 && p < 0.001 || p < 1.0 && p > 0.999 {
        percent(p, 3)
    } else if p > 0.0 && p < 0.01 || p < 1.0 && p > 0.99 {
        percent(p, 2)
    } else {
        percent(p, 1)
    }
}

/// Returns dollars in cents: `0.372` is `37.2¢`.
///
/// ```
/// assert_eq!(shared::format::cents(0.372, 1), "37.2¢");
/// ```
pub fn cents(dollars: f64, decimals: usize) -> String {
    format!("{}¢", fixed(dollars * 100.0, decimals))
}

/// Returns an amount of dollars: `−$6.36`.
///
/// ```
/// assert_eq!(shared::format::dollars(-6.361, 2), "−$6.36");
/// assert_eq!(shared::format::dollars(0.001, 2), "$0.00");
/// ```
pub fn dollars(amount: f64, decimals: usize) -> String {
    let text = fixed(amount, decimals);
    match text.strip_prefix(MINUS) {
        Some(digits) => format!("{MINUS}${digits}"),
        None => format!("${text}"),
    }
}

/// Returns a difference of dollars in cents, with its sign: `+3.2¢`.
///
/// ```
/// assert_eq!(shared::format::signed_cents(0.032, 1), "+3.2¢");
/// assert_eq!(shared::format::signed_cents(-0.032, 1), "−3.2¢");
/// assert_eq!(shared::format::signed_cents(0.0, 1), "0.0¢");
/// ```
pub fn signed_cents(dollars: f64, decimals: usize) -> String {
    with_plus(dollars, cents(dollars, decimals))
}

/// Returns a difference of fractions in percent, with its sign: `+1.20 %`.
///
/// ```
/// assert_eq!(shared::format::signed_percent(0.012, 2), "+1.20\u{202f}%");
/// ```
pub fn signed_percent(fraction: f64, decimals: usize) -> String {
    with_plus(fraction, percent(fraction, decimals))
}

/// Puts a plus before what is more than nothing once it is written.
fn with_plus(value: f64, text: String) -> String {
    let is_something = text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    if value > 0.0 && is_something { format!("+{text}") } else { text }
}

/// Returns a count of listeners in millions: `117_465_088` is `117.47 M`.
///
/// ```
/// assert_eq!(shared::format::millions(117_465_088.0, 2), "117.47\u{202f}M");
/// ```
pub fn millions(count: f64, decimals: usize) -> String {
    format!("{}{THIN}M", fixed(count / 1e6, decimals))
}

/// Returns a whole number with its thousands apart: `117 465 088`.
///
/// ```
/// assert_eq!(shared::format::grouped(117_465_088), "117\u{202f}465\u{202f}088");
/// assert_eq!(shared::format::grouped(-1_000), "−1\u{202f}000");
/// ```
pub fn grouped(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    if count < 0 {
        text.push(MINUS);
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(digit);
    }
    text
}

/// Returns how many there are of something: `1 contract`, `1 200 prints`.
///
/// ```
/// assert_eq!(shared::format::counted(1, "contract"), "1 contract");
/// assert_eq!(shared::format::counted(0, "contract"), "0 contracts");
/// ```
pub fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count as i64))
}

/// Returns the shortest text that reads back as `value`, with a real minus.
///
/// ```
/// assert_eq!(shared::format::shortest(0.35), "0.35");
/// ```
pub fn shortest(value: f64) -> String {
    // Sums of steps such as 0.1 + 0.2 would show their rounding error: twelve digits hide it.
    let text = decimal::text(value, 12);
    match text.strip_prefix('-') {
        Some(digits) => format!("{MINUS}{digits}"),
        None => text,
    }
}

/// Returns a day, `12 Feb`, or below three days' span a time, `12 Feb 18:30`, in UTC.
///
/// Both arguments are microseconds: the instant since 1970, and the span of time that is shown.
///
/// ```
/// assert_eq!(shared::format::time_label(1_770_921_000_000_000, 5_000_000_000_000), "12 Feb");
/// assert_eq!(shared::format::time_label(1_770_921_000_000_000, 3_600_000_000), "12 Feb 18:30");
/// ```
///
/// An instant outside the calendar gives a dash.
pub fn time_label(micros: i64, span_micros: i64) -> String {
    const DAY: i64 = 86_400_000_000;
    let Ok(at) = Timestamp::from_micros(micros) else { return "–".to_owned() };
    let (_, _, day) = at.date().year_month_day();
    let month = month(at.date());
    if span_micros > 3 * DAY {
        return format!("{day} {month}");
    }
    let minutes = micros.rem_euclid(DAY) / 60_000_000;
    format!("{day} {month} {:02}:{:02}", minutes / 60, minutes % 60)
}

/// Returns an instant to the minute in UTC, `12 Feb 18:30`.
///
/// ```
/// let at = "2026-02-12T18:30:59Z".parse()?;
/// assert_eq!(shared::format::minute(at), "12 Feb 18:30");
/// # Ok::<(), shared::Invalid>(())
/// ```
pub fn minute(at: Timestamp) -> String {
    time_label(at.micros(), 0)
}

/// Returns an instant to the second, as machines read it.
///
/// ```
/// let at = "2026-02-12T18:30:59.750000Z".parse()?;
/// assert_eq!(shared::format::second(at), "2026-02-12T18:30:59Z");
/// # Ok::<(), shared::Invalid>(())
/// ```
pub fn second(at: Timestamp) -> String {
    let mut text = at.to_string();
    text.truncate("2026-02-12T18:30:59".len());
    text + "Z"
}

/// Returns an instant to the second in UTC, as people read it.
///
/// ```
/// let at = "2026-02-12T18:30:59.750000Z".parse()?;
/// assert_eq!(shared::format::instant(at), "2026-02-12 18:30:59");
/// # Ok::<(), shared::Invalid>(())
/// ```
pub fn instant(at: Timestamp) -> String {
    let mut text = at.to_string().replace('T', " ");
    text.truncate("2026-02-12 18:30:59".len());
    text
}

/// Returns how long ago something was, in milliseconds, as short as it is exact enough.
///
/// ```
/// assert_eq!(shared::format::age(430.0), "0.4\u{202f}s");
/// assert_eq!(shared::format::age(42_900.0), "42\u{202f}s");
/// assert_eq!(shared::format::age(150_000.0), "2\u{202f}min");
/// assert_eq!(shared::format::age(9_000_000.0), "2.5\u{202f}h");
/// ```
pub fn age(milliseconds: f64) -> String {
    let seconds = milliseconds / 1e3;
    if seconds < 9.95 {
        format!("{}{THIN}s", fixed(seconds, 1))
    } else if seconds < 60.0 {
        format!("{}{THIN}s", fixed(seconds.floor(), 0))
    } else if seconds < 3_600.0 {
        format!("{}{THIN}min", fixed((seconds / 60.0).floor(), 0))
    } else {
        format!("{}{THIN}h", fixed(seconds / 3_600.0, 1))
    }
}

/// Returns a day as `12 Feb 2026`.
///
/// ```
/// use shared::units::Date;
///
/// assert_eq!(shared::format::date(Date::new(2026, 2, 12)?), "12 Feb 2026");
/// # Ok::<(), shared::Invalid>(())
/// ```
pub fn date(date: Date) -> String {
    let (year, _, day) = date.year_month_day();
    format!("{day} {} {year}", month(date))
}

/// Returns a day as `12 Feb`, or as `Feb 2026` where more than a year of `span_days` is shown.
///
/// ```
/// use shared::units::Date;
///
/// let day = Date::new(2026, 2, 12)?;
/// assert_eq!(shared::format::date_label(day, 90), "12 Feb");
/// assert_eq!(shared::format::date_label(day, 900), "Feb 2026");
/// # Ok::<(), shared::Invalid>(())
/// ```
pub fn date_label(date: Date, span_days: i32) -> String {
    let (year, _, day) = date.year_month_day();
    if span_days > 400 { format!("{} {year}", month(date)) } else { format!("{day} {}", month(date)) }
}

/// Returns a count in millions with its sign: `+1.20 M`.
///
/// ```
/// assert_eq!(shared::format::signed_millions(1_204_000.0, 2), "+1.20\u{202f}M");
/// assert_eq!(shared::format::signed_millions(-1_000.0, 2), "0.00\u{202f}M");
/// ```
pub fn signed_millions(count: f64, decimals: usize) -> String {
    with_plus(count, millions(count, decimals))
}

fn month(date: Date) -> &'static str {
    let (_, month, _) = date.year_month_day();
    usize::try_from(month - 1).ok().and_then(|i| MONTHS.get(i)).copied().unwrap_or("–")
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
