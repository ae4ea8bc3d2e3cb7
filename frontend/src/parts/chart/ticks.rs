//! Where an axis' labels go, and what they say.

use std::ops::Range;
use std::sync::Arc;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use shared::format;
use shared::units::Date;

use super::spec::{Axis, Format};

/// An axis as plotters sees it: a range of numbers with our own labels.
pub(super) struct Ticked {
    range: (f64, f64),
    ticks: Vec<f64>,
    format: Format,
    names: Arc<Vec<String>>,
}

impl Ticked {
    /// Returns the axis over `range` with about `count` labels.
    pub(super) fn new(range: (f64, f64), count: usize, axis: &Axis) -> Self {
        let ticks = match axis.format {
            Format::None => Vec::new(),
            Format::Name => (0..axis.names.len()).map(|i| i as f64).collect(),
            format => ticks(range, count, format),
        };
        Self { range, ticks, format: axis.format, names: Arc::clone(&axis.names) }
    }
}

impl Ranged for Ticked {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (value - self.range.0) / (self.range.1 - self.range.0);
        (f64::from(limit.0) + share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.range.0..self.range.1
    }
}

impl ValueFormatter<f64> for Ticked {
    fn format(value: &f64) -> String {
        value.to_string()
    }

    fn format_ext(&self, value: &f64) -> String {
        match self.format {
            Format::Name => self.names.get(*value as usize).cloned().unwrap_or_default(),
            format => label(*value, self.range, format),
        }
    }
}

/// Returns round values inside `range`, about `count` of them, in ascending order.
fn ticks(range: (f64, f64), count: usize, format: Format) -> Vec<f64> {
    let (low, high) = range;
    let span = high - low;
    if !(span.is_finite() && span > 0.0) || count == 0 {
        return Vec::new();
    }
    let step = match format {
        Format::Time => time_step(span / count as f64),
        Format::Date => time_step((span / count as f64).max(DAY)),
        _ => round_step(span / count as f64),
    };
    let first = (low / step).ceil();
    // A step of a tenth is no exact double: multiples keep the error from adding up.
    (0..=4 * count)
        .map(|i| (first + i as f64) * step)
        .take_while(|value| *value <= high + 1e-9 * step)
        .collect()
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
        30.0 * DAY,
        90.0 * DAY,
        365.0 * DAY,
    ];
    steps.into_iter().find(|step| *step >= least).unwrap_or(3650.0 * DAY)
}
