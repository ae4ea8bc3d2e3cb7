//! Which part of the axes is shown, and where on the canvas.

use super::spec::{Format, Spec};

/// How much room the labels take below the plot, in CSS pixels.
pub(super) const BOTTOM: f64 = 22.0;
/// Room above the plot.
pub(super) const MARGIN: f64 = 8.0;
/// Room to the right, so that the outermost label is not cut.
pub(super) const RIGHT: f64 = 20.0;

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
        Format::Listeners => 54.0,
        Format::Dollars => 68.0,
        _ => 46.0,
    }
}

impl View {
    /// Returns the width of the plot itself, in CSS pixels.
    pub(super) fn width(&self) -> f64 {
        self.size.0 - self.left - RIGHT
    }

    /// Returns the height of the plot itself, in CSS pixels.
    pub(super) fn height(&self) -> f64 {
        self.size.1 - BOTTOM - MARGIN
    }

    /// Returns the canvas' size in device pixels.
    pub(super) fn device(&self) -> (u32, u32) {
        ((self.size.0 * self.ratio) as u32, (self.size.1 * self.ratio) as u32)
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
        self.y.1 - (pixel - MARGIN) / self.height() * (self.y.1 - self.y.0)
    }

    /// Returns the CSS pixel of a value on the y axis.
    pub(super) fn pixel_of_y(&self, y: f64) -> f64 {
        MARGIN + (1.0 - (y - self.y.0) / (self.y.1 - self.y.0)) * self.height()
    }
}
