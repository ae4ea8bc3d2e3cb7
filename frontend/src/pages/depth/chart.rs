//! The heat map under the hand, and the slider below it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::{expect_context, on_cleanup, window};
use shared::depth::{Depth, Heat, Window};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlCanvasElement, PointerEvent, WheelEvent};

use super::canvas::{self, Place};
use super::instant::exact;
use super::state::Scene;
use crate::frames::Painter;
use crate::parts::element::{Element, button, div, el, text};
use crate::parts::form::Range;
use crate::reactive::{RwSignal, StoredValue, effect, memo};
use crate::theme::{Palette, Theme};

/// How many hundredths of a cent are shown beyond the best prices, and to which step the ends are moved.
const ROOM: i64 = 400;
const ROUND: i64 = 500;

/// The canvases, and what was last drawn on them.
struct Stage {
    scene: Scene,
    still: HtmlCanvasElement,
    moving: HtmlCanvasElement,
    scratch: HtmlCanvasElement,
    palette: RefCell<Palette>,
    drawn: RefCell<Option<(Window, Arc<Depth>, Place)>>,
    heat: RefCell<Option<Heat>>,
}

impl Stage {
    fn new(scene: Scene) -> Self {
        let canvas = || el("canvas").node_as::<HtmlCanvasElement>();
        Self {
            scene,
            still: canvas(),
            moving: canvas(),
            scratch: canvas(),
            palette: RefCell::default(),
            drawn: RefCell::default(),
            heat: RefCell::default(),
        }
    }

    /// Returns what is shown where, on a canvas that is large enough.
    fn place(&self, depth: &Depth) -> Option<Place> {
        let bounds = self.moving.get_bounding_client_rect();
        if bounds.width() < 120.0 || bounds.height() < 60.0 {
            return None;
        }
        let time = leptos::prelude::untrack(|| self.scene.shown());
        let prices = if self.scene.all_prices.get_untracked() {
            (0, 10_000)
        } else {
            let reach = depth.reach(depth.frame_at(time.0), depth.frame_at(time.1));
            let (low, high) = reach.unwrap_or((0, 10_000));
            let low = (low - ROOM).div_euclid(ROUND) * ROUND;
            let high = (high + ROOM + ROUND - 1).div_euclid(ROUND) * ROUND;
            (low.max(0), high.min(10_000))
        };
        let ratio = window().device_pixel_ratio().clamp(1.0, 4.0);
        Some(Place { size: (bounds.width(), bounds.height()), ratio, time, prices })
    }

    /// Draws what changed: the picture of what stood only where another part of it is shown.
    fn paint(&self) -> Option<()> {
        let depth = self.scene.depth.get_untracked()?;
        let before = self.drawn.borrow().as_ref().map(|(_, depth, place)| (Arc::clone(depth), *place));
        let place = match before {
            // The prices that are shown follow from the time that is shown.
            Some((before, place)) if Arc::ptr_eq(&before, &depth) && self.is_same(&place) => place,
            _ => self.place(&depth)?,
        };
        let palette = self.palette.borrow();
        let wanted = place.window(depth.tick());
        let is_drawn = self
            .drawn
            .borrow()
            .as_ref()
            .is_some_and(|(window, of, at)| *window == wanted && Arc::ptr_eq(of, &depth) && *at == place);
        if !is_drawn {
            let heat = depth.heat(wanted);
            canvas::still(&self.still, &self.scratch, &place, &heat, &depth, &palette)?;
            self.heat.replace(Some(heat));
            self.drawn.replace(Some((wanted, Arc::clone(&depth), place)));
        }
        let instant = depth.time(self.scene.frame.get_untracked());
        let queue = self.scene.queue.get_untracked();
        let queue = queue.as_deref().map(|queue| (queue, depth.time(queue.placed.frame)));
        canvas::moving(&self.moving, &place, instant, queue, &palette)
    }

    /// Returns whether the same time of the same size is shown.
    fn is_same(&self, place: &Place) -> bool {
        let bounds = self.moving.get_bounding_client_rect();
        let is_all = self.scene.all_prices.get_untracked();
        place.size == (bounds.width(), bounds.height())
            && place.time == leptos::prelude::untrack(|| self.scene.shown())
            && (place.prices == (0, 10_000)) == is_all
            && place.ratio == window().device_pixel_ratio().clamp(1.0, 4.0)
    }

    fn forget(&self) {
        self.palette.replace(Palette::default());
        self.drawn.replace(None);
    }

    /// Returns where what is, as it was drawn last.
    fn seen(&self) -> Option<Place> {
        self.drawn.borrow().as_ref().map(|(.., place)| *place)
    }

    /// Says what stood where the pointer is.
    fn reading(&self, x: f64, y: f64) -> Option<String> {
        let (place, heat) = (self.seen()?, self.heat.borrow());
        let heat = heat.as_ref()?;
        let (row, price) = place.row_at(&heat.window, y)?;
        let [bid, ask] = heat.cell(x as usize, row)?;
        let time = exact(place.time_at(x));
        let price = shared::format::cents(price as f64 / 1e4, usize::from(price % 100 != 0));
        let number = |size: f32| shared::format::shortest((f64::from(size) * 100.0).round() / 100.0);
        let stood = match (bid, ask) {
            (bid, _) if bid.is_nan() => "nothing is known".to_owned(),
            (bid, ask) if bid > 0.0 && bid >= ask => format!("{} bid", number(bid)),
            (_, ask) if ask > 0.0 => format!("{} offered", number(ask)),
            _ => "nothing".to_owned(),
        };
        Some(format!("{time} · {price} · {stood}"))
    }
}

/// Returns the card's content.
pub(super) fn chart(scene: Scene) -> Element {
    let stage = Rc::new(Stage::new(scene));
    let drawn = Rc::clone(&stage);
    let painter = Rc::new(Painter::new(move || {
        let _ = drawn.paint();
    }));
    let theme = expect_context::<RwSignal<Theme>>();
    let (coloured, asks) = (Rc::clone(&stage), Rc::clone(&painter));
    effect(move || {
        theme.track();
        coloured.forget();
        asks.request();
    });
    let asks = Rc::clone(&painter);
    effect(move || {
        scene.depth.track();
        scene.frame.track();
        scene.window.track();
        scene.all_prices.track();
        scene.queue.track();
        asks.request();
    });
    let plot = div("plot depth-plot").set("role", "img").attr("aria-label", move || {
        let (from, until) = scene.shown();
        Some(format!("What stood at each price from {} to {}", exact(from), exact(until)))
    });
    for canvas in [&stage.still, &stage.moving] {
        // A new element can be put anywhere.
        let _ = plot.node().append_child(canvas);
    }
    watch_size(plot.node(), &painter);
    let hover = RwSignal::new(String::new());
    let plot = under_hand(plot, &stage, scene, hover);
    let all = button("quiet", "Show all", move || scene.window.set(None))
        .prop("hidden", move || scene.window.get().is_none().into());
    let prices = button("quiet", "All prices", move || scene.all_prices.update(|all| *all = !*all))
        .attr("aria-pressed", move || Some(scene.all_prices.get().to_string()));
    let caption = el("figcaption")
        .child(text("span", "Depth").class("chart-title"))
        .child(el("span").class("chart-at num").says(move || hover.get()))
        .child(all)
        .child(prices);
    let range = Range {
        key: "depth-frame",
        label: "Instant",
        meaning: "Which change of the book is looked at",
        ends: Box::new(move || {
            let last =
                scene.depth.with(|depth| depth.as_ref().map_or(0, |depth| depth.frames().saturating_sub(1)));
            (0.0, last as f64)
        }),
        step: 1.0,
        value: Box::new(move || scene.frame.get() as f64),
        said: memo(move || {
            let (depth, frame) = (scene.depth.get(), scene.frame.get());
            depth.map(|depth| exact(depth.time(frame))).unwrap_or_default()
        }),
        changed: memo(|| false),
        turn: Box::new(move |value| scene.go_to(value.max(0.0) as usize)),
    };
    el("figure").class("chart").child(caption).child(plot).child(range.build())
}

/// Makes the plot hear the pointer and the wheel: a click goes to an instant, a drag pans, the wheel zooms.
fn under_hand(plot: Element, stage: &Rc<Stage>, scene: Scene, hover: RwSignal<String>) -> Element {
    let start = Rc::new(Cell::new(None::<(f64, (i64, i64))>));
    let (read, pressed, moved, released, wheeled) =
        (Rc::clone(stage), Rc::clone(stage), Rc::clone(stage), Rc::clone(stage), Rc::clone(stage));
    let (press, drag, release, leave) = (Rc::clone(&start), Rc::clone(&start), Rc::clone(&start), start);
    plot.on("pointerdown", move |event: PointerEvent| {
        press.set(pressed.seen().map(|place| (f64::from(event.offset_x()), place.time)));
    })
    .on("pointermove", move |event: PointerEvent| {
        let x = f64::from(event.offset_x());
        hover.set(read.reading(x, f64::from(event.offset_y())).unwrap_or_default());
        let (Some((start, (from, until))), Some(place)) = (drag.get(), moved.seen()) else { return };
        if (x - start).abs() >= 3.0 {
            let shift = ((start - x) / place.width() * (until - from) as f64) as i64;
            // Who looks elsewhere is not to be moved away from there.
            scene.follows.set(false);
            scene.zoom_to(from + shift, until + shift);
        }
    })
    .on("pointerup", move |event: PointerEvent| {
        let (start, place) = (release.take(), released.seen());
        let x = f64::from(event.offset_x());
        if let (Some((start, _)), Some(place)) = (start, place)
            && (x - start).abs() < 3.0
            && let Some(frame) = scene.with(|depth| depth.frame_at(place.time_at(x)))
        {
            scene.go_to(frame);
        }
    })
    .on("pointerleave", move |_: PointerEvent| {
        leave.set(None);
        hover.set(String::new());
    })
    .on("dblclick", move |_: web_sys::Event| scene.window.set(None))
    .on("wheel", move |event: WheelEvent| {
        let is_out = event.delta_y() > 0.0;
        if is_out && scene.window.with_untracked(Option::is_none) {
            // There is nothing to zoom out of: the page scrolls on.
            return;
        }
        event.prevent_default();
        let Some(place) = wheeled.seen() else { return };
        let (from, until) = leptos::prelude::untrack(|| scene.shown());
        let centre = place.time_at(f64::from(event.offset_x()));
        let factor = if is_out { 1.25 } else { 0.8 };
        let scaled = |time: i64| centre + ((time - centre) as f64 * factor) as i64;
        scene.zoom_to(scaled(from), scaled(until));
    })
}

/// Draws the chart anew whenever the element's size changes, for as long as what is being built lives.
fn watch_size(element: &web_sys::Element, painter: &Rc<Painter>) {
    let painter = Rc::clone(painter);
    let callback = Closure::<dyn FnMut()>::new(move || painter.request());
    let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) else { return };
    observer.observe(element);
    let kept = StoredValue::new((observer, callback));
    on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
}
