//! Draws on a chart's canvases: the series with plotters, the lines and labels around them with the canvas itself.

use core::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged};
use plotters::prelude::*;
use plotters_canvas::CanvasBackend;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::fine::{Fine, STEPS};
use super::spec::{BAND, Kind, Series, Spec};
use super::ticks;
use super::view::{BOTTOM, MARGIN, View};
use crate::theme::Palette;

/// A canvas that can't be drawn to: nothing a page can mend, so drawing is left out.
pub(super) type Drawn = Option<()>;

/// Where series are drawn: the only coordinates that plotters is compiled for.
type Plot = DrawingArea<Fine<CanvasBackend>, Cartesian2d<Scale, Scale>>;

/// An axis as plotters sees it: labels are none of its business.
struct Scale((f64, f64));

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let Self((low, high)) = self;
        (f64::from(limit.0) + (value - low) / (high - low) * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        Vec::new()
    }

    fn range(&self) -> Range<f64> {
        self.0.0..self.0.1
    }
}

/// Returns a colour as the canvas writes it.
fn css(colour: RGBColor) -> String {
    format!("rgb({},{},{})", colour.0, colour.1, colour.2)
}

/// Returns what a canvas is drawn to with.
pub(super) fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// Empties a canvas and gives it the view's size; what is drawn with what it returns is in CSS pixels.
pub(super) fn fresh(canvas: &HtmlCanvasElement, view: &View) -> Option<CanvasRenderingContext2d> {
    let (width, height) = view.device();
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let context = context(canvas)?;
    context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).ok()?;
    context.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
    context.set_transform(view.ratio, 0.0, 0.0, view.ratio, 0.0, 0.0).ok()?;
    Some(context)
}

/// Draws a line from one CSS pixel to another.
fn line(context: &CanvasRenderingContext2d, from: (f64, f64), to: (f64, f64)) {
    context.begin_path();
    context.move_to(from.0, from.1);
    context.line_to(to.0, to.1);
    context.stroke();
}

/// Draws a dot.
fn dot(context: &CanvasRenderingContext2d, at: (f64, f64), radius: f64) {
    context.move_to(at.0 + radius, at.1);
    // An arc of a positive radius can't fail.
    let _ = context.arc(at.0, at.1, radius, 0.0, std::f64::consts::TAU);
}

/// Draws grid and labels.
pub(super) fn frame(canvas: &HtmlCanvasElement, spec: &Spec, view: &View, palette: &Palette) -> Drawn {
    let context = fresh(canvas, view)?;
    context.set_font("11px system-ui, sans-serif");
    context.set_line_width(1.0);
    context.set_stroke_style_str(&css(palette.colour("--grid")));
    context.set_fill_style_str(&css(palette.colour("--text-2")));
    context.set_text_baseline("middle");
    let (bottom, right) = (view.size.1 - BOTTOM, view.left + view.width());
    // On whole device pixels, which are sharp.
    let sharp = |pixel: f64| ((pixel * view.ratio).floor() + 0.5) / view.ratio;
    context.set_text_align("center");
    let count = ((view.size.0 - view.left) / 90.0).max(2.0) as usize;
    for (value, label) in ticks::labels(&spec.x, view.x, count) {
        let x = sharp(view.pixel_of_x(value));
        line(&context, (x, MARGIN), (x, bottom));
        context.fill_text(&label, x, bottom + 12.0).ok()?;
    }
    context.set_text_align("right");
    for (value, label) in ticks::labels(&spec.y, view.y, (bottom / 42.0).max(2.0) as usize) {
        let y = sharp(view.pixel_of_y(value));
        line(&context, (view.left, y), (right, y));
        context.fill_text(&label, view.left - 6.0, y).ok()?;
    }
    Some(())
}

/// Draws the series and the marks on a canvas of their own.
pub(super) fn moving(
    canvas: &HtmlCanvasElement,
    spec: &Spec,
    which: Range<usize>,
    view: &View,
    palette: &Palette,
) -> Drawn {
    fresh(canvas, view)?;
    series(canvas, spec, which, view, palette)?;
    let context = context(canvas)?;
    context.set_line_width(1.25);
    for mark in spec.marks.iter().filter(|mark| mark.x >= view.x.0 && mark.x <= view.x.1) {
        context.set_stroke_style_str(&css(palette.colour(mark.colour)));
        let x = view.pixel_of_x(mark.x);
        line(&context, (x, MARGIN), (x, view.size.1 - BOTTOM));
    }
    Some(())
}

/// Draws the crosshair and where it meets the series.
pub(super) fn crosshair(
    canvas: &HtmlCanvasElement,
    spec: &Spec,
    view: &View,
    pixel: f64,
    palette: &Palette,
) -> Drawn {
    let context = fresh(canvas, view)?;
    context.set_line_width(1.0);
    context.set_stroke_style_str(&css(palette.colour("--text-2")));
    let x = pixel.floor() + 0.5;
    line(&context, (x, MARGIN), (x, view.size.1 - BOTTOM));
    for series in &spec.series {
        if let Some((x, y, None)) = series.at(view.x_at(pixel), spec.x.reach()) {
            context.set_fill_style_str(&css(palette.colour(series.colour)));
            context.begin_path();
            dot(&context, (view.pixel_of_x(x), view.pixel_of_y(y)), 3.0);
            context.fill();
        }
    }
    Some(())
}

/// Draws some of the series over what is there.
pub(super) fn series(
    canvas: &HtmlCanvasElement,
    spec: &Spec,
    which: Range<usize>,
    view: &View,
    palette: &Palette,
) -> Drawn {
    let context = context(canvas)?;
    context.save();
    // What lies beyond the axes is cut off.
    context.begin_path();
    context.rect(view.left, MARGIN, view.width(), view.height());
    context.clip();
    let scale = 1.0 / f64::from(STEPS);
    context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0).ok()?;
    let unit = view.ratio * f64::from(STEPS);
    let steps = |css: f64| (css * unit) as i32;
    let (left, top) = (steps(view.left), steps(MARGIN));
    let (right, bottom) = (steps(view.left + view.width()), steps(MARGIN + view.height()));
    let plot = Fine(CanvasBackend::with_canvas_object(canvas.clone())?).into_drawing_area();
    let plot = plot.apply_coord_spec(Cartesian2d::<Scale, Scale>::new(
        Scale(view.x),
        Scale(view.y),
        (left..right, bottom..top),
    ));
    for series in spec.series.get(which).unwrap_or_default() {
        let from = spec.marks.first().map_or(0.0, |mark| mark.x);
        one(&plot, &context, series, view, from, palette.colour(series.colour));
    }
    context.restore();
    context.set_transform(view.ratio, 0.0, 0.0, view.ratio, 0.0, 0.0).ok()
}

/// Draws a series; bars begin at `from`.
fn one(
    plot: &Plot,
    context: &CanvasRenderingContext2d,
    series: &Series,
    view: &View,
    from: f64,
    colour: RGBColor,
) -> Drawn {
    let unit = view.ratio * f64::from(STEPS);
    let stroke = colour.stroke_width((1.75 * unit) as u32);
    let filled = |share: f64| colour.mix(share).filled();
    // A step has two corners, and half as many of them are as close to what the pixels can show.
    let mut points = visible(&series.points, view, if series.kind == Kind::Steps { 0.5 } else { 1.0 });
    cut(&mut points, view, series.kind == Kind::Steps);
    match series.kind {
        Kind::Area | Kind::Line => {
            if series.kind == Kind::Area
                && let (Some(first), Some(last)) = (points.first(), points.last())
            {
                let mut outline = points.clone();
                outline.extend([(last.0, view.y.0), (first.0, view.y.0)]);
                plot.draw(&Polygon::new(outline, filled(0.12))).ok()?;
            }
            plot.draw(&PathElement::new(points, stroke)).ok()
        }
        Kind::Steps => {
            let last = points.last().copied();
            let stairs = points.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
            points = stairs.chain(last).collect();
            for whole in points.split(|point| point.1.is_nan()).filter(|whole| !whole.is_empty()) {
                plot.draw(&PathElement::new(whole, stroke)).ok()?;
            }
            Some(())
        }
        Kind::Band(_) => plot.draw(&Polygon::new(outline(&series.points, view), filled(BAND))).ok(),
        Kind::Bars => {
            // In the order of the names, not of x: all of them are in view.
            for &(x, y) in series.points.iter() {
                plot.draw(&Rectangle::new([(from, y - 0.36), (x, y + 0.36)], filled(0.75))).ok()?;
            }
            Some(())
        }
        Kind::Columns => {
            let half = match *series.points {
                [first, second, ..] => 0.5 * (second.0 - first.0),
                _ => 0.5 * (view.x.1 - view.x.0),
            };
            for (x, y) in points {
                plot.draw(&Rectangle::new([(x - half, 0.0), (x + half, y)], filled(0.75))).ok()?;
            }
            Some(())
        }
        Kind::Dots | Kind::Marks => {
            // One path for all of them: plotters would fill each on its own, and prints are thousands.
            let radius = if series.kind == Kind::Dots { 1.6 } else { 3.5 } * unit;
            context.set_fill_style_str(&format!("rgba({},{},{},0.8)", colour.0, colour.1, colour.2));
            context.begin_path();
            for &(x, y) in points.iter().filter(|point| point.0 >= view.x.0 && point.0 <= view.x.1) {
                dot(context, (view.pixel_of_x(x) * unit, view.pixel_of_y(y) * unit), radius);
            }
            context.fill();
            Some(())
        }
    }
}

/// Returns the way around a band, thinned to three pairs a pixel: its first, one that holds all of them, and its last.
fn outline(points: &[(f64, f64)], view: &View) -> Vec<(f64, f64)> {
    // Whole pairs, and one beyond each edge.
    let beside = |place: usize| points.get(place).map_or(f64::NAN, |point| point.0);
    let inside = |pair: usize| {
        beside(2 * pair + 2) >= view.x.0 && beside((2 * pair).saturating_sub(2)) <= view.x.1
            || beside(2 * pair) >= view.x.0 && beside(2 * pair) <= view.x.1
    };
    let pairs: Vec<usize> = (0..points.len() / 2).filter(|&pair| inside(pair)).collect();
    let (mut lower, mut upper) = (Vec::new(), Vec::new());
    let column = |pair: usize| (view.pixel_of_x(points[2 * pair].0) * view.ratio) as i64;
    for here in pairs.chunk_by(|a, b| column(*a) == column(*b)) {
        let (first, last) = (here[0], here[here.len() - 1]);
        let x = points[2 * last].0;
        let extreme = |which: usize, pick: fn(f64, f64) -> f64| {
            (x, here.iter().fold(points[2 * first + which].1, |y, pair| pick(y, points[2 * pair + which].1)))
        };
        lower.push(points[2 * first]);
        upper.push(points[2 * first + 1]);
        if here.len() > 1 {
            lower.extend([extreme(0, f64::min), points[2 * last]]);
            upper.extend([extreme(1, f64::max), points[2 * last + 1]]);
        }
    }
    lower.extend(upper.into_iter().rev());
    lower
}

/// Returns the points in view and one beyond each edge, thinned to what the pixels can show.
fn visible(points: &[(f64, f64)], view: &View, share: f64) -> Vec<(f64, f64)> {
    let first = points.partition_point(|point| point.0 < view.x.0).saturating_sub(1);
    let last = (points.partition_point(|point| point.0 <= view.x.1) + 1).min(points.len());
    let columns = ((view.size.0 - view.left) * view.ratio * share) as usize;
    shared::thin::min_max(&points[first.min(last)..last], columns.max(1))
}

/// Moves the ends that lie beyond the edges onto them, along the line; where steps are `held`, at their height.
fn cut(points: &mut [(f64, f64)], view: &View, held: bool) {
    let at = |a: (f64, f64), b: (f64, f64), x: f64| {
        let share = if held { 0.0 } else { (x - a.0) / (b.0 - a.0) };
        (x, a.1 + share * (b.1 - a.1))
    };
    if let [first, second, ..] = points
        && first.0 < view.x.0
        && second.0 > view.x.0
    {
        *first = at(*first, *second, view.x.0);
    }
    if let [.., before, last] = points
        && last.0 > view.x.1
        && before.0 < view.x.1
    {
        *last = at(*before, *last, view.x.1);
    }
}
