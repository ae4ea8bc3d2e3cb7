//! Charts: plotters on stacked canvases, with a legend, a crosshair and a table in HTML.
//!
//! Grid and labels are on one canvas and redrawn when the axes change; the series are on a second one; the crosshair is
//! a third, so that moving the mouse draws nothing else. How much is drawn in a frame is a level that changes raise:
//! nobody compares points. Which part of the axis is shown belongs to the person: new data leaves it alone.

mod draw;
mod fine;
mod legend;
mod save;
pub(crate) mod spec;
mod stage;
mod ticks;
mod view;

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::{expect_context, on_cleanup};
use wasm_bindgen::prelude::*;
use web_sys::{PointerEvent, WheelEvent};

use self::spec::Spec;
use self::stage::{Level, Stage};
use crate::frames::Painter;
use crate::parts::element::{Element, button, div, el};
use crate::reactive::{Memo, RwSignal, StoredValue, effect};
use crate::theme::{Palette, Theme};

/// The part of an axis that is shown, which charts can share and which outlives them where it is kept outside.
#[derive(Clone, Copy)]
pub(crate) struct Zoom {
    /// The part; none is all of it.
    shown: RwSignal<Option<(f64, f64)>>,
    /// Whether it moves on as new data come.
    follows: RwSignal<bool>,
    /// What it is about.
    subject: StoredValue<String>,
}

impl Zoom {
    /// Returns one that shows all of the axis.
    pub(crate) fn new() -> Self {
        Self { shown: RwSignal::new(None), follows: RwSignal::new(false), subject: StoredValue::default() }
    }

    /// Hears what is shown now, and where its axis ends.
    fn heed(self, spec: &Spec) {
        if self.subject.with_value(|subject| *subject != spec.subject) {
            // Something else is shown: where the other one was looked at says nothing of it.
            self.subject.set_value(spec.subject.clone());
            if self.shown.with_untracked(Option::is_some) {
                self.shown.set(None);
            }
            return;
        }
        let last = spec.x.range.1;
        let moves =
            self.shown.get_untracked().filter(|(_, high)| self.follows.get_untracked() && *high != last);
        if let Some((low, high)) = moves {
            self.shown.set(Some((last - (high - low), last)));
        }
    }
}

/// Where a chart was clicked.
pub(crate) struct Click {
    /// The values on both axes.
    pub(crate) at: (f64, f64),
    /// How much of each axis a fingertip covers to either side: twelve pixels.
    pub(crate) reach: (f64, f64),
}

/// A chart with its title, legend, crosshair and table.
///
/// Wheel zooms the x axis around the pointer, a drag pans it, a double click shows everything again.
pub(crate) struct Chart {
    /// What it is, in a few words.
    pub(crate) title: &'static str,
    /// The name of the files it is saved as.
    pub(crate) slug: &'static str,
    /// What it shows.
    pub(crate) spec: Memo<Spec>,
    /// The part of the x axis that is shown, which charts can share.
    pub(crate) zoom: Zoom,
    /// How many of the first series rarely change: they are drawn with the frame, under the others.
    pub(crate) still: usize,
    /// Hears where the chart was clicked.
    pub(crate) clicked: Option<Box<dyn Fn(Click)>>,
}

/// The stage, and what asks for it to be drawn.
#[derive(Clone)]
struct Painted(Rc<Stage>, Rc<Painter>);

impl Painted {
    fn need(&self, level: Level) {
        self.0.need(level);
        self.1.request();
    }
}

impl Chart {
    /// Returns a chart of its own.
    pub(crate) fn of(title: &'static str, slug: &'static str, spec: Memo<Spec>) -> Self {
        Self { title, slug, spec, zoom: Zoom::new(), still: 0, clicked: None }
    }

    /// Returns its elements.
    pub(crate) fn build(self) -> Element {
        let Self { title, slug, spec, zoom, still, clicked } = self;
        let stage = Rc::new(Stage::new(still));
        let drawn = Rc::clone(&stage);
        let painted = Painted(stage, Rc::new(Painter::new(move || drawn.paint())));
        let hover = RwSignal::new(None::<f64>);
        let table = RwSignal::new(false);
        keep(&painted, spec, zoom);
        let plot = div("plot")
            .set("role", "img")
            .attr("aria-label", move || Some(spec.with(|spec| format!("{title}: {}", spec.summary))));
        for canvas in [&painted.0.frame, &painted.0.series, &painted.0.overlay] {
            // A new element can be put anywhere.
            let _ = plot.node().append_child(canvas);
        }
        watch_size(plot.node(), &painted);
        let plot = under_hand(plot, &painted, zoom, hover, clicked);

        let toggle = |class: &str, name: &str, on: RwSignal<bool>| {
            button(class, name, move || on.update(|on| *on = !*on))
                .attr("aria-pressed", move || Some(on.get().to_string()))
        };
        let zoomed = move || {
            if zoom.shown.with(Option::is_none) {
                return Vec::new();
            }
            let all = button("quiet", "Show all", move || zoom.shown.set(None));
            vec![toggle("quiet", "Follow last", zoom.follows).title("Move on as new data come"), all]
        };
        let at =
            move || hover.get().map_or_else(String::new, |x| legend::reading(x, spec.with(|s| s.x.format)));
        let caption = el("figcaption")
            .child(crate::parts::element::text("span", title).class("chart-title"))
            .child(el("span").class("chart-at num").says(at))
            .child(el("span").class("chart-zoom").shows(zoomed))
            .child(
                button("quiet", "PNG", move || save::picture(&painted.0, slug))
                    .title("Save this chart as a picture"),
            )
            .child(
                button("quiet", "CSV", move || spec.with_untracked(|spec| save::csv(spec, slug)))
                    .title("Save this chart's numbers"),
            )
            .child(toggle("quiet", "Data", table));
        el("figure")
            .class("chart")
            .child(caption)
            .child(legend::legend(spec, hover))
            .child(plot)
            .child(div("").shows(move || if table.get() { vec![save::data_table(spec)] } else { Vec::new() }))
    }
}

/// Keeps the stage as the signals say.
fn keep(painted: &Painted, spec: Memo<Spec>, zoom: Zoom) {
    let shown = painted.clone();
    effect(move || {
        let spec = spec.get();
        zoom.heed(&spec);
        shown.0.show(spec);
        shown.1.request();
    });
    let theme = expect_context::<RwSignal<Theme>>();
    let coloured = painted.clone();
    effect(move || {
        theme.track();
        coloured.0.palette.replace(Palette::default());
        coloured.need(Level::Axes);
    });
    let zoomed = painted.clone();
    effect(move || {
        zoomed.0.zoom.set(zoom.shown.get());
        zoomed.need(Level::Axes);
    });
}

/// Makes the plot hear the pointer and the wheel.
fn under_hand(
    plot: Element,
    painted: &Painted,
    zoom: Zoom,
    hover: RwSignal<Option<f64>>,
    clicked: Option<Box<dyn Fn(Click)>>,
) -> Element {
    let dragged = Rc::new(Cell::new(None::<(f64, (f64, f64))>));
    let read = painted.clone();
    let read_at = Rc::new(move |pixel: Option<f64>| {
        read.0.pointer.set(pixel);
        read.need(Level::Crosshair);
        let view = read.0.view();
        hover.set(view.zip(pixel).and_then(|(view, pixel)| (pixel >= view.left).then(|| view.x_at(pixel))));
    });
    let (panned, start, moved_to) = (painted.clone(), Rc::clone(&dragged), Rc::clone(&read_at));
    let moved = move |event: PointerEvent| {
        let pixel = f64::from(event.offset_x());
        if let (Some((start, range)), Some(view)) = (start.get(), panned.0.view())
            && (pixel - start).abs() >= 3.0
        {
            let shift = (start - pixel) / view.width() * (range.1 - range.0);
            // Who looks elsewhere is not to be moved away from there.
            zoom.follows.set(false);
            zoom.shown.set(Some((range.0 + shift, range.1 + shift)));
        }
        moved_to(Some(pixel));
    };
    let (held, pressed_at) = (painted.clone(), Rc::clone(&dragged));
    let pressed = move |event: PointerEvent| {
        pressed_at.set(held.0.view().map(|view| (f64::from(event.offset_x()), view.x)));
    };
    let (let_go, start) = (painted.clone(), Rc::clone(&dragged));
    let released = move |event: PointerEvent| {
        let (start, view) = (start.take(), let_go.0.view());
        if let (Some(view), Some((start, _)), Some(clicked)) = (view, start, &clicked) {
            let (pixel, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
            if (pixel - start).abs() < 3.0 {
                let reach = (view.x_at(12.0) - view.x_at(0.0), view.y_at(0.0) - view.y_at(12.0));
                clicked(Click { at: (view.x_at(pixel), view.y_at(y)), reach });
            }
        }
    };
    let turned = painted.clone();
    let wheeled = move |event: WheelEvent| {
        if event.delta_y() > 0.0 && zoom.shown.with_untracked(Option::is_none) {
            // There is nothing to zoom out of: the page scrolls on.
            return;
        }
        event.prevent_default();
        let Some(view) = turned.0.view() else { return };
        let factor = if event.delta_y() > 0.0 { 1.25 } else { 0.8 };
        let all = turned.0.spec.borrow().x.range;
        let centre = view.x_at(f64::from(event.offset_x()));
        let (low, high) = (centre + (view.x.0 - centre) * factor, centre + (view.x.1 - centre) * factor);
        let zoomed_out = high - low >= all.1 - all.0;
        if high - low > (all.1 - all.0) * 1e-4 {
            zoom.shown.set((!zoomed_out).then_some((low, high)));
        }
    };
    plot.on("pointermove", moved)
        .on("pointerdown", pressed)
        .on("pointerup", released)
        .on("pointerleave", move |_: PointerEvent| {
            dragged.set(None);
            read_at(None);
        })
        .on("dblclick", move |_: web_sys::Event| zoom.shown.set(None))
        .on("wheel", wheeled)
}

/// Draws the chart anew whenever the element's size changes, for as long as what is being built lives.
fn watch_size(element: &web_sys::Element, painted: &Painted) {
    let painted = painted.clone();
    let callback = Closure::<dyn FnMut()>::new(move || painted.need(Level::Axes));
    let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) else { return };
    observer.observe(element);
    let kept = StoredValue::new((observer, callback));
    on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
}
