//! What a chart shows, without how it is drawn.

use std::sync::Arc;

/// How an axis' numbers become labels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    /// A probability or price between 0 and 1, in percent.
    Percent,
    /// A price in dollars, in cents.
    Cents,
    /// Money in dollars, with its sign.
    Dollars,
    /// A count of listeners.
    Listeners,
    /// Days left and the like: as short as they are exact.
    Plain,
    /// Microseconds since 1970, as a date or a time.
    Time,
    /// Microseconds since 1970 at midnight, as a day. A point says something of its own day only.
    Date,
    /// No labels: only the shape counts.
    None,
    /// Whole numbers that stand for the axis' names.
    Name,
}

/// One axis.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Axis {
    /// What it measures, with its unit: the table's heading too.
    pub(crate) name: &'static str,
    /// What the chart shows before any zoom; low, then high.
    pub(crate) range: (f64, f64),
    /// How its numbers are written.
    pub(crate) format: Format,
    /// What stands at 0, 1, 2 … where the numbers stand for names.
    pub(crate) names: Arc<Vec<String>>,
}

impl Axis {
    /// Returns how far from a point the crosshair still reads it.
    pub(crate) fn reach(&self) -> f64 {
        const HALF_DAY: f64 = 43_200e6;
        if self.format == Format::Date { HALF_DAY } else { f64::INFINITY }
    }

    /// Returns an axis of numbers.
    pub(crate) fn of(name: &'static str, range: (f64, f64), format: Format) -> Self {
        Self { name, range, format, names: Arc::default() }
    }

    /// Returns an axis of names, the first one on top.
    pub(crate) fn of_names(name: &'static str, names: Vec<String>) -> Self {
        let range = (names.len() as f64 - 0.5, -0.5);
        Self { name, range, format: Format::Name, names: Arc::new(names) }
    }
}

/// How a series is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A line through the points.
    Line,
    /// A horizontal bar a point, from the chart's first mark to the point.
    Bars,
    /// A column a point, from zero to the point, as wide as the first two points are apart.
    Columns,
    /// A line with the area down to the axis filled.
    Area,
    /// A dot a point.
    Dots,
    /// A dot a point, larger: the few that count.
    Marks,
    /// A line that stays at a point's height until the next point; it breaks off where the height is no number.
    Steps,
    /// An area between two curves. The points come in pairs of one x, the lower first.
    Band,
}

/// A series of points, in the order of x.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Series {
    /// What it is: the legend's text and the table's heading.
    pub(crate) name: String,
    /// The token of its colour, such as `--artist-1`.
    pub(crate) colour: &'static str,
    /// How it is drawn.
    pub(crate) kind: Kind,
    /// The points: x, then y.
    pub(crate) points: Arc<Vec<(f64, f64)>>,
}

impl Series {
    /// Returns the value at the x nearest to `x`, and for a band both, the lower first; nothing where the nearest is
    /// further away than `reach`.
    pub(crate) fn at(&self, x: f64, reach: f64) -> Option<(f64, f64, Option<f64>)> {
        let after = self.points.partition_point(|point| point.0 < x);
        let distance = |place: usize| self.points.get(place).map_or(f64::INFINITY, |p| (p.0 - x).abs());
        let place = match after.checked_sub(1) {
            Some(before) if distance(before) < distance(after) => before,
            _ => after,
        };
        let place = if self.kind == Kind::Band { place & !1 } else { place };
        let &(x, y) = self.points.get(place).filter(|_| distance(place) <= reach)?;
        let upper = (self.kind == Kind::Band).then(|| self.points.get(place + 1).map(|p| p.1)).flatten();
        Some((x, y, upper))
    }
}

/// A straight line at a value, with a name.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Mark {
    /// What it marks.
    pub(crate) name: String,
    /// The token of its colour.
    pub(crate) colour: &'static str,
    /// Where it stands on the x axis.
    pub(crate) x: f64,
}

/// Everything that a chart shows.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Spec {
    /// The horizontal axis.
    pub(crate) x: Axis,
    /// The vertical axis.
    pub(crate) y: Axis,
    /// The series, drawn in this order.
    pub(crate) series: Vec<Series>,
    /// Lines across, drawn over the series.
    pub(crate) marks: Vec<Mark>,
    /// What the chart says, in a sentence, for who can't see it.
    pub(crate) summary: String,
}
