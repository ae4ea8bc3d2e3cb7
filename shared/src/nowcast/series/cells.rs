//! What stands in the cells of files about listeners, in the ways in which people's files have it.

use crate::decimal;
use crate::invalid::{Invalid, quoted};
use crate::table::{Column, Table, TableError};
use crate::units::{Date, Timestamp};

/// Chartmetric writes `Nov 30, 2025`.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Returns the current row's text in a column, which must have one.
pub(super) fn present<'t>(table: &'t Table, column: &Column) -> Result<&'t str, TableError> {
    match table.text(column)? {
        "" => Err(table.refuse_text(column, "must not be empty".to_owned())),
        text => Ok(text),
    }
}

/// Returns the current row's day in a column, and the instant if it has a time of day: then the day is the one in UTC.
pub(super) fn day(table: &Table, column: &Column) -> Result<(Date, Option<Timestamp>), TableError> {
    let text = present(table, column)?;
    let refuse = |invalid| table.refuse(column, &invalid);
    if let Some(written) = named_month(text) {
        return Ok((written.parse().map_err(refuse)?, None));
    }
    let Some((date, clock)) = text.split_once(['T', ' ']) else {
        return Ok((text.parse().map_err(refuse)?, None));
    };
    let at = instant(date, clock).parse::<Timestamp>().map_err(refuse)?;
    Ok((at.date(), Some(at)))
}

/// Returns `2025-11-30` for `Nov 30, 2025`; nothing where there is no such month.
fn named_month(text: &str) -> Option<String> {
    let (month, rest) = text.split_once(' ')?;
    let month = MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month))? + 1;
    let (day, year) = rest.split_once(", ")?;
    Some(format!("{year}-{month:02}-{day:0>2}"))
}

/// Returns date and time of day as RFC 3339 has them: with seconds, without `UTC` for the zone, and without fractions of
/// a second, which decide nothing here and which some programs write nine of.
fn instant(date: &str, clock: &str) -> String {
    let clock = clock.strip_suffix("UTC").unwrap_or(clock).trim_end();
    let (time, zone) = clock.split_at(clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len()));
    let time = time.split_once('.').map_or(time, |(time, _)| time);
    let seconds = if time.len() == 5 { ":00" } else { "" };
    format!("{date}T{time}{seconds}{zone}")
}

/// Returns the current row's number in a column, if there is one, which `check` must accept.
pub(super) fn number(
    table: &Table,
    column: &Column,
    check: fn(&'static str, f64) -> Result<f64, Invalid>,
) -> Result<Option<f64>, TableError> {
    let text = table.text(column)?;
    if text.is_empty() {
        return Ok(None);
    }
    let value = decimal::parse_long(text).or_else(|| decimal::parse_long(&ungrouped(text)?));
    let value =
        value.ok_or_else(|| table.refuse_text(column, format!("must be a number, got {}", quoted(text))))?;
    check("number", value).map(Some).map_err(|invalid| table.refuse(column, &invalid))
}

/// Returns a number without what separates its thousands, `77,988,230` and the like; nothing if it isn't in groups of
/// three.
///
/// A point separates thousands only if there are two of them: one alone is a decimal point.
fn ungrouped(text: &str) -> Option<String> {
    let separator = text.chars().find(|letter| !letter.is_ascii_digit())?;
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if separator != '.' => (whole, fraction),
        _ => (text, "0"),
    };
    let mut groups = whole.split(separator);
    let is_grouped = ",.' _\u{a0}\u{202f}\u{2019}".contains(separator)
        && groups.next().is_some_and(|first| (1..=3).contains(&first.len()))
        && groups.all(|group| group.len() == 3);
    is_grouped.then(|| format!("{}.{fraction}", whole.replace(separator, "")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invalid;

    fn cell<T>(text: &str, read: impl Fn(&Table, &Column) -> Result<T, TableError>) -> Result<T, String> {
        let file = format!("x\n\"{text}\"\n");
        let (mut table, mut rest) = (Table::new("f.csv"), file.as_bytes());
        assert_eq!(table.read_header(&mut rest, true), Ok(true));
        let column = table.required(&["x"]).unwrap();
        assert_eq!(table.advance(&mut rest, true), Ok(true));
        read(&table, &column).map_err(|error| error.reason)
    }

    #[test]
    fn a_day_is_read_as_people_and_programs_write_it() {
        for (text, date, time) in [
            ("2025-11-30", "2025-11-30", None),
            ("Nov 30, 2025", "2025-11-30", None),
            ("jul 1, 2016", "2016-07-01", None),
            ("2025-11-30T23:30:00Z", "2025-11-30", Some("2025-11-30T23:30:00Z")),
            ("2026-04-01 11:01 UTC", "2026-04-01", Some("2026-04-01T11:01:00Z")),
            ("2026-02-01 10:00:00.123000145+00:00", "2026-02-01", Some("2026-02-01T10:00:00Z")),
            // Half past seven in New York.
            ("2025-11-30T19:30:00-05:00", "2025-12-01", Some("2025-12-01T00:30:00Z")),
        ] {
            let expected = (date.parse().unwrap(), time.map(|time| time.parse().unwrap()));
            assert_eq!(cell(text, day), Ok(expected), "{text}");
        }
        for text in
            ["", "Nov 31, 2025", "Non 3, 2025", "30.11.2025", "2025-11-30 noon", "2025-11-30T", "11/30/2025"]
        {
            assert!(cell(text, day).is_err(), "{text}");
        }
    }

    #[test]
    fn thousands_may_be_separated() {
        let number = |text: &str| cell(text, |table, column| number(table, column, invalid::positive));
        for text in
            ["77988230", "77988230.0", "77,988,230", "77 988 230", "77'988'230", "77.988.230", "77,988,230.0"]
        {
            assert_eq!(number(text), Ok(Some(77_988_230.0)), "{text}");
        }
        assert_eq!(number(""), Ok(None));
        assert_eq!(number("12.345"), Ok(Some(12.345)));
        for text in ["7,98,230", "77,988.230.1", "1234,567", ",123", "77,,988", "7;988", "-1", "0", "12,5"] {
            assert!(number(text).is_err(), "{text}");
        }
    }
}
