//! Where an axis' labels go, and what they say.

use shared::format;
use shared::units::Date;

use super::spec::{Axis, Format};

/// Returns where the labels of an axis that shows `range` go, about `count` of them, and what they say.
pub(super) fn labels(axis: &Axis, range: (f64, f64), count: usize) -> Vec<(f64, String)> {
    match axis.format {
        Format::None => Vec::new(),
        Format::Name => (0..).map(f64::from).zip(axis.names.iter().cloned()).collect(),
        format => ticks(range, count, format).map(|value| (value, label(value, range, format))).collect(),
    }
}

/// Returns round values inside `range`, about `count` of them, in ascending order.
fn ticks(range: (f64, f64), count: usize, format: Format) -> impl Iterator<Item = f64> {
    let (low, high) = range;
    let span = high - low;
    // Of an axis that shows nothing there are none.
    let count = if span.is_finite() && span > 0.0 { count } else { 0 };
    let step = match format {
        Format::Time => time_step(span / count as f64),
        Format::Date => time_step((span / count as f64).max(DAY)),
        _ => round_step(span / count as f64),
    };
    let first = (low / step).ceil();
    // A step of a tenth is no exact double: multiples keep the error from adding up.
    (0..4 * count)
        .map(move |i| (first + i as f64) * step)
        .take_while(move |value| *value <= high + 1e-9 * step)
}

/// Returns the label of `value` on an axis that shows `range`.
fn label(value: f64, range: (f64, f64), format: Format) -> String {
    let span = range.1 - range.0;
    match format {
        Format::Percent => format::percent(value, if span < 0.05 { 1 } else { 0 }),
        Format::Cents => format::cents(value, if span < 0.05 { 1 } else { 0 }),
        Format::Dollars => format::dollars(value, usize::from(span < 5.0) * 2),
        Format::Listeners => format::millions(
            value,
            if span < 5e6 {
                2
            } else if span < 5e7 {
                1
            } else {
                0
            },
        ),
        Format::Plain => format::shortest(value),
        Format::None | Format::Name => String::new(),
        Format::Time => format::time_label(value as i64, span as i64),
        Format::Date => {
            date(value).map_or_else(String::new, |day| format::date_label(day, (span / DAY) as i32))
        }
    }
}

/// Returns the day that a value of a [`Format::Date`] axis is in.
pub(super) fn date(value: f64) -> Option<Date> {
    Date::from_unix_days((value / DAY).floor() as i32)
}

const DAY: f64 = 86_400e6;

/// Returns the smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `least`.
fn round_step(least: f64) -> f64 {
    let mut power = 1.0;
    while power > least {
        power /= 10.0;
    }
    while power * 10.0 <= least {
        power *= 10.0;
    }
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least)
        .unwrap_or(10.0 * power)
}

fn time_step(least: f64) -> f64 {
    const MINUTE: f64 = 60e6;
    const HOUR: f64 = 60.0 * MINUTE;
    let steps = [
        MINUTE,
        5.0 * MINUTE,
        15.0 * MINUTE,
        HOUR,
        3.0 * HOUR,
        6.0 * HOUR,
        12.0 * HOUR,
        DAY,
        2.0 * DAY,
        5.0 * DAY,
        10.0 * DAY,
        20.0 * DAY,
        30.0 * DAY,
        60.0 * DAY,
        90.0 * DAY,
        365.0 * DAY,
    ];
    steps.into_iter().find(|step| *step >= least).unwrap_or(3650.0 * DAY)
}
