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
    /// An area between two curves. The points come in pairs of one x, the lower first. The number says in how many
    /// wider bands of its colour it lies: the more, the denser it looks.
    Band(u8),
}

impl Kind {
    /// Returns how much of its colour is seen, from 0 to 1.
    pub(super) fn opacity(self) -> f64 {
        match self {
            Self::Band(within) => (0..=within).fold(1.0, |light, _| light * (1.0 - BAND)),
            _ => 0.0,
        }
        .mul_add(-1.0, 1.0)
    }

    fn is_band(self) -> bool {
        matches!(self, Self::Band(_))
    }
}

/// How much of its colour one band adds.
pub(super) const BAND: f64 = 0.16;

/// Points in the order of x, which may grow at their end: x, then y.
///
/// Two are equal where one is a copy of the other and neither has grown since: nothing looks at the points themselves.
#[derive(Clone, Default, Debug)]
pub(crate) struct Points {
    all: Arc<Vec<(f64, f64)>>,
    /// How often they grew.
    version: u64,
}

impl Points {
    /// Adds points at the end.
    pub(crate) fn append(&mut self, more: &[(f64, f64)]) {
        Arc::make_mut(&mut self.all).extend_from_slice(more);
        self.version += 1;
    }
}

impl PartialEq for Points {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.all, &other.all) && self.version == other.version
    }
}

impl core::ops::Deref for Points {
    type Target = [(f64, f64)];

    fn deref(&self) -> &Self::Target {
        &self.all
    }
}

impl From<Vec<(f64, f64)>> for Points {
    fn from(all: Vec<(f64, f64)>) -> Self {
        Self { all: Arc::new(all), version: 0 }
    }
}

impl From<&Arc<Vec<(f64, f64)>>> for Points {
    fn from(all: &Arc<Vec<(f64, f64)>>) -> Self {
        Self { all: Arc::clone(all), version: 0 }
    }
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
    /// The points.
    pub(crate) points: Points,
}

/// Returns a series.
pub(crate) fn series(
    name: impl Into<String>,
    colour: &'static str,
    kind: Kind,
    points: impl Into<Points>,
) -> Series {
    Series { name: name.into(), colour, kind, points: points.into() }
}

impl Series {
    /// Returns the value at the x nearest to `x`, and for a band both, the lower first; nothing where the nearest is
    /// further away than `reach`. Steps that reach anywhere have at `x` itself the value of the point before.
    pub(crate) fn at(&self, x: f64, reach: f64) -> Option<(f64, f64, Option<f64>)> {
        let after = self.points.partition_point(|point| point.0 < x);
        if self.kind == Kind::Steps && reach == f64::INFINITY {
            let held = self.points.partition_point(|point| point.0 <= x).checked_sub(1)?;
            return Some((x, self.points.get(held)?.1, None));
        }
        let distance = |place: usize| self.points.get(place).map_or(f64::INFINITY, |p| (p.0 - x).abs());
        let place = match after.checked_sub(1) {
            Some(before) if distance(before) < distance(after) => before,
            _ => after,
        };
        let place = if self.kind.is_band() { place & !1 } else { place };
        let &(x, y) = self.points.get(place).filter(|_| distance(place) <= reach)?;
        let upper = (self.kind.is_band()).then(|| self.points.get(place + 1).map(|p| p.1)).flatten();
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
    /// What it is about: the part of the axis that a person zoomed to stays until this is another.
    pub(crate) subject: String,
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

impl Spec {
    /// Returns a chart that has nothing to show yet.
    pub(crate) fn empty() -> Self {
        Self {
            subject: String::new(),
            x: Axis::of("", (0.0, 1.0), Format::None),
            y: Axis::of("", (0.0, 1.0), Format::None),
            series: Vec::new(),
            marks: Vec::new(),
            summary: "nothing to show yet".into(),
        }
    }
}
