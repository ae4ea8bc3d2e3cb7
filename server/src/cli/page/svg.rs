//! Plots as SVG text, coloured by the page's style sheet.

use std::fmt::{Display, Write as _};

use super::markup::{Attributes, Markup};

/// A plot's size, and the room left for labels.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 28.0;

/// A plot in the making: data coordinates within fixed ranges.
pub(in crate::cli) struct Plot {
    x: (f64, f64),
    y: (f64, f64),
    body: Markup,
}

impl Plot {
    /// Starts a plot of these ranges, which are widened if they are empty.
    pub(in crate::cli) fn new(x: (f64, f64), y: (f64, f64)) -> Self {
        let widened = |(low, high): (f64, f64)| if high > low { (low, high) } else { (low - 1.0, low + 1.0) };
        Self { x: widened(x), y: widened(y), body: Markup::default() }
    }

    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let share = |value: f64, (low, high): (f64, f64)| (value - low) / (high - low);
        (
            LEFT + share(x, self.x) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - share(y, self.y) * (HEIGHT - TOP - BOTTOM),
        )
    }

    /// Draws horizontal grid lines at round values of y, labelled.
    pub(in crate::cli) fn grid_y(&mut self, label: impl Fn(f64) -> String) {
        for value in round_values(self.y) {
            let (_, y) = self.at(self.x.0, value);
            let class = if value == 0.0 { "zero" } else { "grid" };
            let (right, y_text) = (tenth(WIDTH - RIGHT), tenth(y));
            let line: Attributes<'_> =
                &[("class", &class), ("x1", &LEFT), ("x2", &right), ("y1", &y_text), ("y2", &y_text)];
            self.body.empty("line", line);
            self.label((LEFT - 6.0, y + 4.0), "end", &label(value));
        }
    }

    /// Labels places on the x axis.
    pub(in crate::cli) fn labels_x(&mut self, labels: &[(f64, String)]) {
        for (value, label) in labels {
            let (x, _) = self.at(*value, self.y.0);
            // The last one would reach beyond the frame.
            let anchor = if x > WIDTH - 2.0 * RIGHT { "end" } else { "middle" };
            self.label((x, HEIGHT - 8.0), anchor, label);
        }
    }

    /// Writes a label at a place in pixels.
    fn label(&mut self, (x, y): (f64, f64), anchor: &str, label: &str) {
        let attributes: Attributes<'_> = &[("x", &tenth(x)), ("y", &tenth(y)), ("text-anchor", &anchor)];
        self.body.add(&Markup::element("text", attributes, label));
    }

    /// Draws a line through `points`.
    pub(in crate::cli) fn line(&mut self, class: &str, points: &[(f64, f64)]) {
        let path = self.path(points);
        self.body.empty("polyline", &[("class", &format_args!("line {class}")), ("points", &path)]);
    }

    /// Fills the area between two lines.
    pub(in crate::cli) fn band(&mut self, class: &str, upper: &[(f64, f64)], lower: &[(f64, f64)]) {
        let outline: Vec<(f64, f64)> = upper.iter().copied().chain(lower.iter().rev().copied()).collect();
        let path = self.path(&outline);
        self.body.empty("polygon", &[("class", &format_args!("band {class}")), ("points", &path)]);
    }

    fn path(&self, points: &[(f64, f64)]) -> String {
        let mut path = String::with_capacity(points.len() * 12);
        for &(x, y) in points {
            let (x, y) = self.at(x, y);
            // Writing to a string can't fail.
            let _ = write!(path, "{x:.1},{y:.1} ");
        }
        path
    }

    /// Draws a bar from zero to `y`, `width` wide in units of x, with a text that a pointer shows.
    pub(in crate::cli) fn bar(&mut self, class: &str, (x, width): (f64, f64), y: f64, title: &str) {
        let ((left, top), (right, bottom)) = (
            self.at(x - width / 2.0, if y > 0.0 { y } else { 0.0 }),
            self.at(x + width / 2.0, if y > 0.0 { 0.0 } else { y }),
        );
        let shape: Attributes<'_> = &[
            ("class", &format_args!("fill {class}")),
            ("x", &tenth(left)),
            ("y", &tenth(top)),
            ("width", &tenth(right - left)),
            ("height", &tenth(bottom - top)),
        ];
        self.titled("rect", shape, title);
    }

    /// Fills a cell centred at a place with a colour between `low` and `high`: `share` from -1 to 1.
    pub(in crate::cli) fn cell(&mut self, (x, y): (f64, f64), share: f64, title: &str) {
        let ((left, top), (right, bottom)) = (self.at(x - 0.5, y + 0.5), self.at(x + 0.5, y - 0.5));
        let class = if share < 0.0 { "loss" } else { "gain" };
        let shape: Attributes<'_> = &[
            ("class", &format_args!("fill {class}")),
            ("fill-opacity", &format_args!("{:.2}", 0.08 + 0.92 * share.abs())),
            ("x", &tenth(left)),
            ("y", &tenth(top)),
            ("width", &tenth(right - left)),
            ("height", &tenth(bottom - top)),
        ];
        self.titled("rect", shape, title);
    }

    /// Draws a dot of `radius` pixels with a text that a pointer shows.
    pub(in crate::cli) fn dot(&mut self, class: &str, x: f64, y: f64, radius: f64, title: &str) {
        let (x, y) = self.at(x, y);
        let shape: Attributes<'_> = &[
            ("class", &format_args!("fill {class}")),
            ("cx", &tenth(x)),
            ("cy", &tenth(y)),
            ("r", &tenth(radius)),
        ];
        self.titled("circle", shape, title);
    }

    /// Draws a shape with a text that a pointer shows.
    fn titled(&mut self, shape: &'static str, attributes: Attributes<'_>, title: &str) {
        self.body.start(shape, attributes).add(&Markup::element("title", &[], title)).end(shape);
    }

    /// Returns the plot; `title` is what is read aloud.
    pub(in crate::cli) fn finish(self, title: &str) -> Markup {
        let view = format!("0 0 {WIDTH} {HEIGHT}");
        let mut svg = Markup::default();
        svg.start("svg", &[("viewBox", &view), ("role", &"img"), ("aria-label", &title)]);
        svg.add(&self.body).end("svg");
        svg
    }
}

/// A number of pixels, to a tenth.
fn tenth(pixels: f64) -> impl Display {
    std::fmt::from_fn(move |f| write!(f, "{pixels:.1}"))
}

/// Returns the least and the greatest of numbers, and zero.
pub(in crate::cli) fn range_with_zero(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((0.0, 0.0), |(low, high), value| {
        (shared::math::min(low, value), shared::math::max(high, value))
    })
}

/// Returns some four to nine round values within a range: multiples of 1, 2 or 5 times a power of ten.
fn round_values((low, high): (f64, f64)) -> Vec<f64> {
    let rough = (high - low) / 5.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|step| *step >= rough).unwrap_or(power);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last).map(|k| k as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grid_lines_are_at_round_values() {
        assert_eq!(round_values((-13.0, 4.0)), [-10.0, -5.0, 0.0]);
        assert_eq!(round_values((0.0, 1.0)), [0.0, 0.2, 0.4, 0.600_000_000_000_000_1, 0.8, 1.0]);
    }

    #[test]
    fn data_is_drawn_within_the_frame() {
        let mut plot = Plot::new((0.0, 10.0), (-1.0, 1.0));
        plot.line("a", &[(0.0, -1.0), (10.0, 1.0)]);
        assert!(plot.finish("x").into_string().contains(r#"points="56.0,232.0 628.0,12.0 ""#));
        // A range without width has a middle.
        assert!(Plot::new((3.0, 3.0), (0.0, 0.0)).at(3.0, 0.0).0.is_finite());
    }
}
