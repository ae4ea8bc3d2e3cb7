//! A chart's canvases and what is drawn on them: as little as changed.

use std::cell::{Cell, RefCell};

use leptos::prelude::window;
use web_sys::HtmlCanvasElement;

use super::draw;
use super::spec::Spec;
use super::view::{self, View};
use crate::parts::element::el;
use crate::theme::Palette;

/// How much has to be drawn anew: a level, and all below it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Level {
    /// Nothing.
    Nothing,
    /// Where the pointer is.
    Crosshair,
    /// The series.
    Data,
    /// Grid, labels and the series that rarely change.
    Axes,
}

/// What a painter needs, shared between the chart and the frame loop.
pub(super) struct Stage {
    /// Grid and labels, and the series that rarely change.
    pub(super) frame: HtmlCanvasElement,
    /// The other series.
    pub(super) series: HtmlCanvasElement,
    /// The crosshair: it hears the pointer, as it lies on top.
    pub(super) overlay: HtmlCanvasElement,
    /// What is shown.
    pub(super) spec: RefCell<Spec>,
    /// The part of the x axis that is shown; none is all of it.
    pub(super) zoom: Cell<Option<(f64, f64)>>,
    /// Where the pointer is, in CSS pixels from the left.
    pub(super) pointer: Cell<Option<f64>>,
    /// The theme's colours.
    pub(super) palette: RefCell<Palette>,
    /// How many of the first series are drawn with the frame.
    still: usize,
    level: Cell<Level>,
}

impl Stage {
    /// Returns empty canvases.
    pub(super) fn new(still: usize) -> Self {
        let canvas = || el("canvas").node_as::<HtmlCanvasElement>();
        Self {
            frame: canvas(),
            series: canvas(),
            overlay: canvas(),
            spec: RefCell::new(Spec::empty()),
            zoom: Cell::new(None),
            pointer: Cell::new(None),
            palette: RefCell::default(),
            still,
            level: Cell::new(Level::Axes),
        }
    }

    /// Remembers how much has to be drawn in the next frame.
    pub(super) fn need(&self, level: Level) {
        self.level.set(self.level.get().max(level));
    }

    /// Shows something else.
    pub(super) fn show(&self, spec: Spec) {
        let before = self.spec.replace(spec);
        let spec = self.spec.borrow();
        let still = |of: &Spec| of.series.get(..self.still.min(of.series.len())).map(<[_]>::to_vec);
        let same_axes = before.x == spec.x && before.y == spec.y && still(&before) == still(&spec);
        self.need(if same_axes { Level::Data } else { Level::Axes });
    }

    /// Returns which part of the axes is shown, on a canvas that is large enough to show any.
    pub(super) fn view(&self) -> Option<View> {
        let spec = self.spec.borrow();
        let bounds = self.overlay.get_bounding_client_rect();
        let left = view::left(&spec);
        if bounds.width() < left + 2.0 * view::RIGHT || bounds.height() < view::BOTTOM + 20.0 {
            return None;
        }
        Some(View {
            x: self.zoom.get().unwrap_or(spec.x.range),
            y: spec.y.range,
            size: (bounds.width(), bounds.height()),
            ratio: window().device_pixel_ratio().clamp(1.0, 4.0),
            left,
        })
    }

    /// Draws what changed since the last frame.
    pub(super) fn paint(&self) {
        let Some(view) = self.view() else { return };
        let (spec, palette, level) = (self.spec.borrow(), self.palette.borrow(), self.level.get());
        let still = self.still.min(spec.series.len());
        // A canvas that can't be drawn to is left as it is.
        if level == Level::Axes {
            let _ = draw::frame(&self.frame, &spec, &view, &palette);
            let _ = draw::series(&self.frame, &spec, 0..still, &view, &palette);
        }
        if level >= Level::Data {
            let _ = draw::moving(&self.series, &spec, still..spec.series.len(), &view, &palette);
        }
        if let Some(pixel) = self.pointer.get() {
            let _ = draw::crosshair(&self.overlay, &spec, &view, pixel, &palette);
        } else if level == Level::Axes || level == Level::Crosshair {
            // A canvas that is touched is copied to the screen, even if nothing changes on it.
            let _ = draw::fresh(&self.overlay, &view);
        }
        self.level.set(Level::Nothing);
    }
}
