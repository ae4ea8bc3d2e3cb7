//! Draws a chart's two canvases with plotters: the frame (grid, labels) and the series on top.

use core::ops::Range;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters_canvas::CanvasBackend;
use web_sys::HtmlCanvasElement;

use super::fine::{Fine, STEPS};
use super::spec::{Format, Kind, Spec};
use super::ticks::Ticked;
use crate::theme::Palette;

/// How much room the labels take below the plot, in CSS pixels.
pub(super) const BOTTOM: f64 = 22.0;
/// Room above the plot.
pub(super) const MARGIN: f64 = 8.0;
/// Room to the right, so that the outermost label is not cut.
pub(super) const RIGHT: f64 = 20.0;

const FONT: f64 = 11.0;

type Coordinates = Cartesian2d<Ticked, Ticked>;

/// The part of the axes that is shown, and how large the canvas is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct View {
    /// What the x axis shows.
    pub(super) x: (f64, f64),
    /// What the y axis shows.
    pub(super) y: (f64, f64),
    /// The canvas' size in CSS pixels.
    pub(super) size: (f64, f64),
    /// Device pixels a CSS pixel.
    pub(super) ratio: f64,
    /// How much room the labels take on the left, in CSS pixels.
    pub(super) left: f64,
}

/// Returns how much room the labels of an axis take on its left, in CSS pixels.
pub(super) fn left(spec: &Spec) -> f64 {
    match spec.y.format {
        Format::Name => 118.0,
        Format::None => 10.0,
        _ => 46.0,
    }
}

impl View {
    /// Returns the width of the plot itself, in CSS pixels.
    pub(super) fn width(&self) -> f64 {
        self.size.0 - self.left - RIGHT
    }

    /// Returns the value on the x axis below a CSS pixel.
    pub(super) fn x_at(&self, pixel: f64) -> f64 {
        self.x.0 + (pixel - self.left) / self.width() * (self.x.1 - self.x.0)
    }

    /// Returns the CSS pixel of a value on the x axis.
    pub(super) fn pixel_of_x(&self, x: f64) -> f64 {
        self.left + (x - self.x.0) / (self.x.1 - self.x.0) * self.width()
    }

    /// Returns the value on the y axis beside a CSS pixel.
    pub(super) fn y_at(&self, pixel: f64) -> f64 {
        let height = self.size.1 - BOTTOM - MARGIN;
        self.y.1 - (pixel - MARGIN) / height * (self.y.1 - self.y.0)
    }

    /// Returns the CSS pixel of a value on the y axis.
    pub(super) fn pixel_of_y(&self, y: f64) -> f64 {
        let height = self.size.1 - BOTTOM - MARGIN;
        MARGIN + (1.0 - (y - self.y.0) / (self.y.1 - self.y.0)) * height
    }
}

/// A canvas that can't be drawn to: nothing a page can mend, so drawing is left out.
type Drawn = Option<()>;

/// Draws grid and labels.
pub(super) fn frame(canvas: &HtmlCanvasElement, spec: &Spec, view: &View, palette: &Palette) -> Drawn {
    resize(canvas, view);
    let backend = CanvasBackend::with_canvas_object(canvas.clone())?;
    clear(canvas)?;
    let root = backend.into_drawing_area();
    let pixels = |css: f64| (css * view.ratio) as u32;
    let mut chart = chart(&root, spec, view, view.ratio)?;
    let text = palette.colour("--text-2");
    let grid = palette.colour("--grid");
    let font = ("system-ui, sans-serif", FONT * view.ratio).into_font().color(&text);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(grid.stroke_width(pixels(1.0).max(1)))
        .axis_style(grid.stroke_width(pixels(1.0).max(1)))
        .set_all_tick_mark_size(0)
        .label_style(font)
        .draw()
        .ok()
}

/// Draws series and the marks on a canvas of their own.
pub(super) fn moving(
    canvas: &HtmlCanvasElement,
    spec: &Spec,
    which: Range<usize>,
    view: &View,
    palette: &Palette,
) -> Drawn {
    resize(canvas, view);
    clear(canvas)?;
    series(canvas, spec, which, view, palette)?;
    marks(canvas, spec, view, palette)
}

/// Draws some of the series over what is there.
pub(super) fn series(
    canvas: &HtmlCanvasElement,
    spec: &Spec,
    which: Range<usize>,
    view: &View,
    palette: &Palette,
) -> Drawn {
    let backend = Fine(CanvasBackend::with_canvas_object(canvas.clone())?);
    let scale = 1.0 / f64::from(STEPS);
    context(canvas)?.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0).ok()?;
    let unit = view.ratio * f64::from(STEPS);
    let root = backend.into_drawing_area();
    let mut chart = chart(&root, spec, view, unit)?;
    let width = (1.75 * unit) as u32;
    for series in spec.series.get(which).unwrap_or_default() {
        let colour = palette.colour(series.colour);
        // A step has two corners, and half as many of them are as close to what the pixels can show.
        let points = visible(&series.points, view, if series.kind == Kind::Steps { 0.5 } else { 1.0 });
        match series.kind {
            Kind::Area => {
                let floor = view.y.0;
                let area =
                    AreaSeries::new(points, floor, colour.mix(0.12)).border_style(colour.stroke_width(width));
                chart.draw_series(area).ok()?;
            }
            Kind::Line => {
                chart.draw_series(LineSeries::new(points, colour.stroke_width(width))).ok()?;
            }
            Kind::Steps => {
                let last = points.last().copied();
                let stairs: Vec<_> = points
                    .windows(2)
                    .flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)])
                    .chain(last)
                    .collect();
                for whole in stairs.split(|point| point.1.is_nan()).filter(|whole| !whole.is_empty()) {
                    let line = LineSeries::new(whole.iter().copied(), colour.stroke_width(width));
                    chart.draw_series(line).ok()?;
                }
            }
            Kind::Band => {
                // Whole pairs, and one beyond each edge.
                let beside = |place: usize| series.points.get(place).map_or(f64::NAN, |point| point.0);
                let inside = |pair: usize| {
                    beside(2 * pair + 2) >= view.x.0 && beside((2 * pair).saturating_sub(2)) <= view.x.1
                };
                let pairs: Vec<usize> = (0..series.points.len() / 2)
                    .filter(|&pair| {
                        inside(pair) || beside(2 * pair) >= view.x.0 && beside(2 * pair) <= view.x.1
                    })
                    .collect();
                let area = Polygon::new(outline(&series.points, &pairs, view), colour.mix(0.16).filled());
                chart.draw_series(std::iter::once(area)).ok()?;
            }
            Kind::Bars => {
                let from = spec.marks.first().map_or(0.0, |mark| mark.x);
                // In the order of the names, not of x: all of them are in view.
                let bars = series.points.iter().map(|&(x, y)| {
                    Rectangle::new([(from, y - 0.36), (x, y + 0.36)], colour.mix(0.75).filled())
                });
                chart.draw_series(bars).ok()?;
            }
            Kind::Columns => {
                let half = match series.points.as_slice() {
                    [first, second, ..] => 0.5 * (second.0 - first.0),
                    _ => 0.5 * (view.x.1 - view.x.0),
                };
                let columns = points.into_iter().map(|(x, y)| {
                    Rectangle::new([(x - half, 0.0), (x + half, y)], colour.mix(0.75).filled())
                });
                chart.draw_series(columns).ok()?;
            }
            Kind::Dots | Kind::Marks => {
                // One path for all of them: plotters would fill each on its own, and prints are thousands.
                let radius = if series.kind == Kind::Dots { 1.6 } else { 3.5 } * unit;
                let context = context(canvas)?;
                context.set_fill_style_str(&format!("rgba({},{},{},0.8)", colour.0, colour.1, colour.2));
                context.begin_path();
                for point in points.iter().filter(|point| point.0 >= view.x.0 && point.0 <= view.x.1) {
                    let (x, y) = chart.backend_coord(point);
                    let (x, y) = (f64::from(x), f64::from(y));
                    context.move_to(x + radius, y);
                    // An arc of a positive radius can't fail.
                    let _ = context.arc(x, y, radius, 0.0, std::f64::consts::TAU);
                }
                context.fill();
            }
        }
    }
    Some(())
}

/// Draws the marks: vertical lines.
fn marks(canvas: &HtmlCanvasElement, spec: &Spec, view: &View, palette: &Palette) -> Drawn {
    let context = context(canvas)?;
    context.set_transform(view.ratio, 0.0, 0.0, view.ratio, 0.0, 0.0).ok()?;
    context.set_line_width(1.25);
    for mark in spec.marks.iter().filter(|mark| mark.x >= view.x.0 && mark.x <= view.x.1) {
        let colour = palette.colour(mark.colour);
        context.set_stroke_style_str(&format!("rgb({},{},{})", colour.0, colour.1, colour.2));
        context.begin_path();
        context.move_to(view.pixel_of_x(mark.x), MARGIN);
        context.line_to(view.pixel_of_x(mark.x), view.size.1 - BOTTOM);
        context.stroke();
    }
    Some(())
}

/// Returns the way around a band, thinned to three pairs a pixel: its first, one that holds all of them, and its last.
fn outline(points: &[(f64, f64)], pairs: &[usize], view: &View) -> Vec<(f64, f64)> {
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

/// Lays out the plot inside its margins; `unit` is a CSS pixel in the backend's coordinates.
fn chart<'a, B: DrawingBackend>(
    root: &DrawingArea<B, Shift>,
    spec: &Spec,
    view: &View,
    unit: f64,
) -> Option<ChartContext<'a, B, Coordinates>> {
    let pixels = |css: f64| (css * unit) as i32;
    let x_count = ((view.size.0 - view.left) / 90.0).max(2.0) as usize;
    let y_count = ((view.size.1 - BOTTOM) / 42.0).max(2.0) as usize;
    ChartBuilder::on(root)
        .margin_top(pixels(MARGIN))
        .margin_right(pixels(RIGHT))
        .x_label_area_size(pixels(BOTTOM))
        .y_label_area_size(pixels(view.left))
        .build_cartesian_2d(Ticked::new(view.x, x_count, &spec.x), Ticked::new(view.y, y_count, &spec.y))
        .ok()
}

/// Returns the points in view and one beyond each edge, thinned to what the pixels can show.
fn visible(points: &[(f64, f64)], view: &View, share: f64) -> Vec<(f64, f64)> {
    let first = points.partition_point(|point| point.0 < view.x.0).saturating_sub(1);
    let last = (points.partition_point(|point| point.0 <= view.x.1) + 1).min(points.len());
    let columns = ((view.size.0 - view.left) * view.ratio * share) as usize;
    shared::thin::min_max(&points[first.min(last)..last], columns.max(1))
}

fn resize(canvas: &HtmlCanvasElement, view: &View) {
    let (width, height) = ((view.size.0 * view.ratio) as u32, (view.size.1 * view.ratio) as u32);
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
}

fn clear(canvas: &HtmlCanvasElement) -> Drawn {
    let context = context(canvas)?;
    context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).ok()?;
    context.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
    Some(())
}

pub(super) fn context(canvas: &HtmlCanvasElement) -> Option<web_sys::CanvasRenderingContext2d> {
    use wasm_bindgen::JsCast;
    canvas.get_context("2d").ok()??.dyn_into().ok()
}
