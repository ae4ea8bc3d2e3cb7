//! What is drawn of a book through time: one picture of what stood, and over it what moves.

use plotters::style::RGBColor;
use shared::depth::{Depth, Heat, Print, Queue, Window};
use shared::format;
use shared::market::Action;
use shared::units::Price;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use crate::theme::Palette;

/// Room for prices at the right, and for times below, in CSS pixels.
const RIGHT: f64 = 44.0;
const BELOW: f64 = 20.0;
/// The share of sizes below which colours differ.
const SCALE: f64 = 0.97;
/// More trades than these aren't told apart by any eye.
const MOST_TRADES: usize = 4_000;
/// Steps between labels that people count in: microseconds, and hundredths of a cent.
const TIMES: [i64; 19] = [
    10_000,
    50_000,
    100_000,
    500_000,
    1_000_000,
    5_000_000,
    10_000_000,
    30_000_000,
    60_000_000,
    300_000_000,
    600_000_000,
    1_800_000_000,
    3_600_000_000,
    10_800_000_000,
    21_600_000_000,
    43_200_000_000,
    86_400_000_000,
    604_800_000_000,
    2_592_000_000_000,
];
const PRICES: [i64; 8] = [10, 20, 50, 100, 200, 500, 1_000, 2_000];

/// A canvas that can't be drawn to is left as it is.
type Drawn = Option<()>;

/// Where what is drawn: the plot's size in CSS pixels, and what it shows.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// The whole canvas, in CSS pixels.
    pub(super) size: (f64, f64),
    /// Device pixels to a CSS pixel.
    pub(super) ratio: f64,
    /// The time that is shown, in microseconds.
    pub(super) time: (i64, i64),
    /// The prices that are shown, in hundredths of a cent.
    pub(super) prices: (i64, i64),
}

impl Place {
    /// Returns the plot's width, without the room for labels.
    pub(super) fn width(&self) -> f64 {
        (self.size.0 - RIGHT).max(1.0)
    }

    fn height(&self) -> f64 {
        (self.size.1 - BELOW).max(1.0)
    }

    /// Returns the time at a pixel from the left.
    pub(super) fn time_at(&self, pixel: f64) -> i64 {
        let (from, until) = self.time;
        from + (pixel / self.width() * (until - from) as f64) as i64
    }

    fn x(&self, time: i64) -> f64 {
        (time - self.time.0) as f64 / (self.time.1 - self.time.0) as f64 * self.width()
    }

    fn y(&self, centicents: i64) -> f64 {
        let (low, high) = self.prices;
        (1.0 - (centicents - low) as f64 / (high - low) as f64) * self.height()
    }

    /// Returns the row at a pixel from the top, and the price of its middle in hundredths of a cent.
    pub(super) fn row_at(&self, window: &Window, pixel: f64) -> Option<(usize, i64)> {
        let (low, high) = self.prices;
        let price = low + ((1.0 - pixel / self.height()) * (high - low) as f64) as i64;
        let row = usize::try_from((price - window.low).div_euclid(window.step)).ok()?;
        Some((row, window.low + window.step / 2 + row as i64 * window.step))
    }

    /// Returns the window whose every column is a pixel, and every row one at least.
    pub(super) fn window(&self, tick: i64) -> Window {
        let (low, high) = self.prices;
        let ticks = (high - low) / tick;
        let each = (ticks as f64 / self.height()).ceil().max(1.0) as i64;
        let step = tick * each;
        Window {
            from: self.time.0,
            until: self.time.1,
            columns: self.width() as usize,
            // A price is the middle of its row.
            low: low - step / 2,
            step,
            rows: ((high - low + step - 1) / step) as usize + 1,
        }
    }
}

fn css(colour: RGBColor) -> String {
    format!("rgb({},{},{})", colour.0, colour.1, colour.2)
}

/// Empties a canvas and gives it its size; what is drawn with what it returns is in CSS pixels.
fn fresh(canvas: &HtmlCanvasElement, place: &Place) -> Option<CanvasRenderingContext2d> {
    let device = |pixels: f64| (pixels * place.ratio).round() as u32;
    let (width, height) = (device(place.size.0), device(place.size.1));
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context.set_transform(place.ratio, 0.0, 0.0, place.ratio, 0.0, 0.0).ok()?;
    context.clear_rect(0.0, 0.0, place.size.0, place.size.1);
    Some(context)
}

/// Paints what stood, the best prices, the trades and the axes.
pub(super) fn still(
    canvas: &HtmlCanvasElement,
    scratch: &HtmlCanvasElement,
    place: &Place,
    heat: &Heat,
    depth: &Depth,
    palette: &Palette,
) -> Drawn {
    let context = fresh(canvas, place)?;
    let (width, height) = (place.width(), place.height());
    image(scratch, heat, palette)?;
    context.save();
    context.begin_path();
    context.rect(0.0, 0.0, width, height);
    context.clip();
    context.set_image_smoothing_enabled(false);
    let Window { low, step, rows, .. } = heat.window;
    let (top, bottom) = (place.y(low + step * rows as i64), place.y(low));
    context.draw_image_with_html_canvas_element_and_dw_and_dh(scratch, 0.0, top, width, bottom - top).ok()?;
    for (side, token) in [(0, "--bid"), (1, "--ask")] {
        line(&context, place, heat, side, &css(palette.colour(token)));
    }
    let (from, until) = (depth.frame_at(place.time.0), depth.frame_at(place.time.1));
    let trades = depth.trades(from.saturating_sub(1), until + 1);
    trades_of(&context, place, trades.get(trades.len().saturating_sub(MOST_TRADES)..)?, palette);
    context.restore();
    axes(&context, place, palette)
}

/// Paints the cells into a canvas of a pixel a cell: darker or lighter the more stood there, unpainted where nothing is known.
fn image(scratch: &HtmlCanvasElement, heat: &Heat, palette: &Palette) -> Drawn {
    let Window { columns, rows, .. } = heat.window;
    let most = heat.quantile(SCALE).max(0.01);
    let colours = ["--bid", "--ask"].map(|token| palette.colour(token));
    let known = palette.colour("--surface-2");
    let mut pixels = vec![0_u8; 4 * columns * rows];
    for (column, cells) in heat.cells.chunks_exact(rows.max(1)).enumerate() {
        for (row, [bid, ask]) in cells.iter().enumerate() {
            let Some(pixel) = pixels
                .get_mut(4 * ((rows - 1 - row) * columns + column)..)
                .and_then(<[u8]>::first_chunk_mut::<4>)
            else {
                continue;
            };
            if bid.is_nan() {
                continue;
            }
            let (size, colour) = if bid >= ask { (*bid, colours[0]) } else { (*ask, colours[1]) };
            // Areas are compared by their roots; what is there at all can be seen.
            let share = if size > 0.0 { 0.08 + 0.82 * (size / most).min(1.0).sqrt() } else { 0.0 };
            let blend = |ground: u8, ink: u8| {
                (f32::from(ground) + share * (f32::from(ink) - f32::from(ground))) as u8
            };
            *pixel = [blend(known.0, colour.0), blend(known.1, colour.1), blend(known.2, colour.2), 255];
        }
    }
    scratch.set_width(columns as u32);
    scratch.set_height(rows as u32);
    let context: CanvasRenderingContext2d = scratch.get_context("2d").ok()??.dyn_into().ok()?;
    let data = ImageData::new_with_u8_clamped_array(Clamped(&pixels), columns as u32).ok()?;
    context.put_image_data(&data, 0.0, 0.0).ok()
}

/// Draws one side's best price; nothing where it isn't known.
fn line(context: &CanvasRenderingContext2d, place: &Place, heat: &Heat, side: usize, colour: &str) {
    context.set_stroke_style_str(colour);
    context.set_line_width(1.5);
    context.begin_path();
    let wide = place.width() / heat.best.len().max(1) as f64;
    let mut before = None;
    for (column, best) in heat.best.iter().enumerate() {
        let price = best.and_then(|best| best.get(side).copied().flatten()).map(Price::centicents);
        let x = column as f64 * wide;
        if let Some(price) = price {
            let y = place.y(price);
            if before.is_none() {
                context.move_to(x, y);
            }
            if before != Some(price) {
                context.line_to(x, y);
            }
            context.line_to(x + wide, y);
        }
        before = price;
    }
    context.stroke();
}

fn trades_of(context: &CanvasRenderingContext2d, place: &Place, trades: &[Print], palette: &Palette) {
    context.set_fill_style_str(&css(palette.colour("--text-0")));
    for trade in trades {
        let (x, y) = (place.x(trade.at.micros()), place.y(trade.price.centicents()));
        // As wide as it is large, up to a bound.
        let half = (1.0 + 0.25 * trade.count.to_contracts().sqrt()).min(5.0);
        context.fill_rect(x - half, y - half, 2.0 * half, 2.0 * half);
    }
}

fn axes(context: &CanvasRenderingContext2d, place: &Place, palette: &Palette) -> Drawn {
    let (width, height) = (place.width(), place.height());
    context.set_fill_style_str(&css(palette.colour("--text-2")));
    context.set_font("11px system-ui, sans-serif");
    context.set_text_baseline("middle");
    let (low, high) = place.prices;
    let step = step(&PRICES, high - low, height / 34.0);
    let mut price = low.div_euclid(step) * step + step;
    while price <= high {
        let y = place.y(price);
        if y > 6.0 && y < height - 4.0 {
            let decimals = usize::from(step < 100);
            context.fill_text(&format::cents(price as f64 / 1e4, decimals), width + 6.0, y).ok()?;
        }
        price += step;
    }
    context.set_text_align("center");
    let (from, until) = place.time;
    let step = self::step(&TIMES, until - from, width / 96.0);
    let mut time = from.div_euclid(step) * step + step;
    while time < until {
        let x = place.x(time);
        if x > 24.0 && x < width - 24.0 {
            context.fill_text(&label(time, step), x, height + BELOW / 2.0).ok()?;
        }
        time += step;
    }
    Some(())
}

/// Returns the least step of a list that makes at most so many labels.
fn step(steps: &[i64], span: i64, most: f64) -> i64 {
    let found = steps.iter().copied().find(|step| span as f64 / *step as f64 <= most);
    found.or(steps.last().copied()).unwrap_or(1)
}

fn label(time: i64, step: i64) -> String {
    if step < 1_000_000 {
        return super::instant::exact(time).split(' ').next_back().unwrap_or_default().to_owned();
    }
    // So that it tells what the step is of.
    format::time_label(time, 6 * step)
}

/// Draws what moves over the picture: the instant, and when the order that was asked about would have been filled.
pub(super) fn moving(
    canvas: &HtmlCanvasElement,
    place: &Place,
    instant: i64,
    queue: Option<(&Queue, i64)>,
    palette: &Palette,
) -> Drawn {
    let context = fresh(canvas, place)?;
    let (width, height) = (place.width(), place.height());
    context.begin_path();
    context.rect(0.0, 0.0, width, height);
    context.clip();
    context.set_stroke_style_str(&css(palette.colour("--text-1")));
    context.set_line_width(1.0);
    let x = place.x(instant).round() + 0.5;
    context.begin_path();
    context.move_to(x, 0.0);
    context.line_to(x, height);
    context.stroke();
    let Some((queue, begun)) = queue else { return Some(()) };
    let y = place.y(queue.placed.price.centicents());
    let colour = css(palette.colour("--text-0"));
    context.set_stroke_style_str(&colour);
    context.set_fill_style_str(&colour);
    context.set_line_width(2.0);
    let [earliest, latest] = queue.filled.map(|at| at.map(|at| at.micros()));
    let end = latest.unwrap_or(queue.until.micros());
    // It waits; from the earliest fill on it may be gone.
    let bars = [(begun, earliest.unwrap_or(end), 1.0), (earliest.unwrap_or(end), end, 0.45)];
    for (from, until, alpha) in bars {
        context.set_global_alpha(alpha);
        context.begin_path();
        context.move_to(place.x(from), y);
        context.line_to(place.x(until), y);
        context.stroke();
    }
    context.set_global_alpha(1.0);
    let up = if queue.placed.action == Action::Buy { 5.0 } else { -5.0 };
    for (at, is_filled) in [(Some(begun), false), (earliest, true), (latest, true)] {
        let Some(x) = at.map(|at| place.x(at)) else { continue };
        context.begin_path();
        if is_filled {
            context.arc(x, y, 4.0, 0.0, core::f64::consts::TAU).ok()?;
        } else {
            context.move_to(x - 5.0, y + up);
            context.line_to(x + 5.0, y + up);
            context.line_to(x, y - up);
        }
        context.fill();
    }
    Some(())
}
