//! Charts: plotters on stacked canvases, with a legend, a crosshair and a table in HTML.
//!
//! Grid and labels are on one canvas and redrawn when the axes change; the series are on a second one;
//! the crosshair is a third, so that moving the mouse draws nothing else. Text beside the tick labels
//! is HTML: screen readers read it, and plotters would measure it with styles that the content policy
//! forbids.

mod draw;
mod fine;
pub(crate) mod spec;
mod ticks;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use shared::format;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlCanvasElement, PointerEvent};

use self::draw::View;
use self::spec::{Format, Series, Spec};
use crate::frames::Painter;
use crate::parts::download;
use crate::reactive::{Memo, RwSignal, StoredValue, effect};
use crate::theme::{Palette, Theme};

/// The stage once the canvases are there, and what draws it.
type Staged = StoredValue<Option<(Rc<Stage>, Rc<Painter>)>>;

/// What a painter needs, shared between the component and the frame loop.
struct Stage {
    frame: HtmlCanvasElement,
    series: HtmlCanvasElement,
    overlay: HtmlCanvasElement,
    spec: RefCell<Option<Spec>>,
    zoom: Cell<Option<(f64, f64)>>,
    pointer: Cell<Option<f64>>,
    drawn: RefCell<Option<(View, Spec)>>,
    /// How many of the first series are drawn with the frame.
    still: usize,
    /// Whether the overlay shows anything.
    crossed: Cell<bool>,
    palette: RefCell<Palette>,
}

impl Stage {
    fn view(&self) -> Option<View> {
        let spec = self.spec.borrow();
        let spec = spec.as_ref()?;
        let bounds = self.overlay.get_bounding_client_rect();
        if bounds.width() < draw::left(spec) + 20.0 || bounds.height() < draw::BOTTOM + 20.0 {
            return None;
        }
        Some(View {
            x: self.zoom.get().unwrap_or(spec.x.range),
            y: spec.y.range,
            size: (bounds.width(), bounds.height()),
            ratio: window().device_pixel_ratio().clamp(1.0, 4.0),
            left: draw::left(spec),
        })
    }

    /// Draws what changed since the last frame.
    fn paint(&self) {
        let Some(view) = self.view() else { return };
        let spec = self.spec.borrow();
        let Some(spec) = spec.as_ref() else { return };
        let palette = self.palette.borrow();
        let mut drawn = self.drawn.borrow_mut();
        let (same_axes, same_series) = match drawn.as_ref() {
            Some((before, old)) => {
                let same_view = *before == view;
                let still = |of: &Spec| self.still.min(of.series.len());
                let same_still = old.series[..still(old)] == spec.series[..still(spec)];
                (same_view && old.x == spec.x && old.y == spec.y && same_still, same_view && old == spec)
            }
            None => (false, false),
        };
        if !same_axes {
            draw::frame(&self.frame, spec, &view, &palette);
            draw::series(&self.frame, spec, 0..self.still, &view, &palette);
        }
        if !same_series {
            draw::moving(&self.series, spec, self.still..spec.series.len(), &view, &palette);
            *drawn = Some((view, spec.clone()));
        }
        self.paint_crosshair(&view, &palette);
    }

    fn paint_crosshair(&self, view: &View, palette: &Palette) {
        let canvas = &self.overlay;
        let size = ((view.size.0 * view.ratio) as u32, (view.size.1 * view.ratio) as u32);
        if (canvas.width(), canvas.height()) != size {
            canvas.set_width(size.0);
            canvas.set_height(size.1);
        }
        // A canvas that is touched is copied to the screen, even if nothing changes on it.
        if self.pointer.get().is_none() && !self.crossed.get() {
            return;
        }
        let Some(context) = draw::context(canvas) else { return };
        self.crossed.set(self.pointer.get().is_some());
        context.clear_rect(0.0, 0.0, f64::from(size.0), f64::from(size.1));
        let Some(pixel) = self.pointer.get() else { return };
        let colour = palette.colour("--text-2");
        context.set_stroke_style_str(&format!("rgb({},{},{})", colour.0, colour.1, colour.2));
        context.set_line_width(view.ratio);
        let x = (pixel * view.ratio).floor() + 0.5;
        context.begin_path();
        context.move_to(x, draw::MARGIN * view.ratio);
        context.line_to(x, (view.size.1 - draw::BOTTOM) * view.ratio);
        context.stroke();
        let spec = self.spec.borrow();
        for series in spec.iter().flat_map(|spec| &spec.series) {
            let reach = spec.as_ref().map_or(f64::INFINITY, |spec| spec.x.reach());
            if let Some((x, y, None)) = series.at(view.x_at(pixel), reach) {
                let colour = palette.colour(series.colour);
                context.set_fill_style_str(&format!("rgb({},{},{})", colour.0, colour.1, colour.2));
                context.begin_path();
                let (x, y) = (view.pixel_of_x(x) * view.ratio, view.pixel_of_y(y) * view.ratio);
                // An arc of a positive radius can't fail.
                let _ = context.arc(x, y, 3.0 * view.ratio, 0.0, std::f64::consts::TAU);
                context.fill();
            }
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

/// Writes a value as its axis would, with the places that a reading wants.
fn reading(value: f64, format: Format) -> String {
    match format {
        _ if value.is_nan() => "–".to_owned(),
        Format::Percent => format::probability(value),
        Format::Cents => format::cents(value, 1),
        Format::Dollars => format::dollars(value, 2),
        Format::Listeners => format::millions(value, 2),
        Format::Plain | Format::None | Format::Name => format::shortest((value * 1e4).round() / 1e4),
        Format::Time => format::time_label(value as i64, 0),
        Format::Date => ticks::date(value).map_or_else(String::new, format::date),
    }
}

/// A chart with its title, legend, crosshair and table.
///
/// Wheel zooms the x axis around the pointer, a drag pans it, a double click shows everything again.
#[component]
pub(crate) fn Chart(
    /// What it is, in a few words.
    #[prop(into)]
    title: String,
    /// The name of the files it is saved as.
    slug: &'static str,
    /// What it shows.
    #[prop(into)]
    spec: Memo<Spec>,
    /// The part of the x axis that is shown, where charts share it; none is all of it.
    #[prop(optional)]
    zoom: Option<RwSignal<Option<(f64, f64)>>>,
    /// How many of the first series rarely change: they are drawn with the frame, under the others.
    #[prop(optional)]
    still: usize,
    /// Hears where the chart was clicked.
    #[prop(optional)]
    clicked: Option<Callback<Click>>,
) -> impl IntoView {
    let zoom = zoom.unwrap_or_else(|| RwSignal::new(None));
    let frame = NodeRef::<Canvas>::new();
    let series = NodeRef::<Canvas>::new();
    let overlay = NodeRef::<Canvas>::new();
    let plot = NodeRef::<Div>::new();
    let hover = RwSignal::new(None::<f64>);
    let table = RwSignal::new(false);
    let theme = expect_context::<RwSignal<Theme>>();
    let stage = StoredValue::new(None::<(Rc<Stage>, Rc<Painter>)>);

    effect(move || {
        let (Some(frame), Some(series), Some(overlay)) = (frame.get(), series.get(), overlay.get()) else {
            return;
        };
        let built = Rc::new(Stage {
            frame,
            series,
            overlay,
            spec: RefCell::new(None),
            zoom: Cell::new(None),
            pointer: Cell::new(None),
            drawn: RefCell::new(None),
            still,
            crossed: Cell::new(false),
            palette: RefCell::new(Palette::default()),
        });
        let painted = Rc::clone(&built);
        stage.set_value(Some((built, Rc::new(Painter::new(move || painted.paint())))));
    });
    let with_stage = move |act: &dyn Fn(&Stage)| {
        stage.with_value(|stage| {
            if let Some((stage, painter)) = stage {
                act(stage);
                painter.request();
            }
        });
    };
    effect(move || {
        let spec = spec.get();
        with_stage(&|stage| {
            let same_axis = stage.spec.borrow().as_ref().is_some_and(|old| old.x == spec.x);
            if !same_axis {
                zoom.set(None);
            }
            *stage.spec.borrow_mut() = Some(spec.clone());
        });
    });
    effect(move || {
        theme.track();
        with_stage(&|stage| {
            *stage.palette.borrow_mut() = Palette::default();
            *stage.drawn.borrow_mut() = None;
        });
    });
    effect(move || {
        let zoom = zoom.get();
        with_stage(&|stage| stage.zoom.set(zoom));
    });
    watch_size(plot, move || with_stage(&|_| {}));

    let dragged = StoredValue::new(None::<(f64, (f64, f64))>);
    let read_at = move |pixel: Option<f64>| {
        with_stage(&|stage| stage.pointer.set(pixel));
        let x = pixel.and_then(|pixel| {
            let view = stage.with_value(|stage| stage.as_ref().and_then(|(stage, _)| stage.view()))?;
            (pixel >= view.left).then(|| view.x_at(pixel))
        });
        hover.set(x);
    };
    let moved = move |event: PointerEvent| {
        let pixel = f64::from(event.offset_x());
        if let Some((start, range)) = dragged.get_value() {
            with_stage(&|stage| {
                if let Some(view) = stage.view() {
                    let shift = (start - pixel) / view.width() * (range.1 - range.0);
                    zoom.set(Some((range.0 + shift, range.1 + shift)));
                }
            });
        }
        read_at(Some(pixel));
    };
    let pressed = move |event: PointerEvent| {
        let view = stage.with_value(|stage| stage.as_ref().and_then(|(stage, _)| stage.view()));
        if let Some(view) = view {
            dragged.set_value(Some((f64::from(event.offset_x()), view.x)));
        }
    };
    let released = move |event: PointerEvent| {
        let start = dragged.get_value().map(|(start, _)| start);
        dragged.set_value(None);
        let view = stage.with_value(|stage| stage.as_ref().and_then(|(stage, _)| stage.view()));
        if let (Some(view), Some(start), Some(clicked)) = (view, start, clicked) {
            let (pixel, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
            if (pixel - start).abs() < 3.0 {
                let reach = (view.x_at(12.0) - view.x_at(0.0), view.y_at(0.0) - view.y_at(12.0));
                clicked.run(Click { at: (view.x_at(pixel), view.y_at(y)), reach });
            }
        }
    };
    let wheeled = move |event: web_sys::WheelEvent| {
        if event.delta_y() > 0.0 && zoom.with_untracked(Option::is_none) {
            // There is nothing to zoom out of: the page scrolls on.
            return;
        }
        event.prevent_default();
        let factor = if event.delta_y() > 0.0 { 1.25 } else { 0.8 };
        with_stage(&|stage| {
            let Some(view) = stage.view() else { return };
            let all = stage.spec.borrow().as_ref().map_or(view.x, |spec| spec.x.range);
            let centre = view.x_at(f64::from(event.offset_x()));
            let (low, high) = (centre + (view.x.0 - centre) * factor, centre + (view.x.1 - centre) * factor);
            let zoomed_out = high - low >= all.1 - all.0;
            if high - low > (all.1 - all.0) * 1e-4 {
                zoom.set((!zoomed_out).then_some((low, high)));
            }
        });
    };

    view! {
        <figure class="chart">
            <figcaption>
                <span class="chart-title">{title.clone()}</span>
                <button type="button" class="quiet" title="Save this chart as a picture" on:click=move |_| picture(&stage, slug)>"PNG"</button>
                <button type="button" class="quiet" title="Save this chart's numbers" on:click=move |_| spec.with_untracked(|spec| save_csv(spec, slug))>
                    "CSV"
                </button>
                <button type="button" class="quiet" aria-pressed=move || table.get().to_string() on:click=move |_| table.update(|shown| *shown = !*shown)>
                    "Data"
                </button>
            </figcaption>
            <div class="legend">{move || spec.with(|spec| legend(spec, hover.get()))}</div>
            <div class="plot" node_ref=plot role="img" aria-label=move || spec.with(|spec| format!("{title}: {}", spec.summary))>
                <canvas node_ref=frame></canvas>
                <canvas node_ref=series></canvas>
                <canvas
                    node_ref=overlay
                    on:pointermove=moved
                    on:pointerdown=pressed
                    on:pointerup=released
                    on:pointerleave=move |_| { dragged.set_value(None); read_at(None); }
                    on:dblclick=move |_| zoom.set(None)
                    on:wheel=wheeled
                ></canvas>
            </div>
            {move || table.get().then(|| spec.with(data_table))}
        </figure>
    }
}

/// Returns each series' swatch and name, with its value under the crosshair or else its last one.
///
/// With many series there is no room for all: without a crosshair they are named, with one the highest are read.
fn legend(spec: &Spec, hover: Option<f64>) -> AnyView {
    const FEW: usize = 4;
    // Series of days take turns, and each has something to say on its own days only.
    let is_crowded = spec.series.len() > FEW && spec.x.format != Format::Date;
    let has_values = spec.y.format != Format::None && spec.y.format != Format::Name;
    type Read = Option<(f64, Option<f64>)>;
    let mut items: Vec<(&Series, Read)> = spec
        .series
        .iter()
        .map(|series| {
            let last = series.points.last().map_or(f64::NAN, |point| point.0);
            let read = match hover {
                Some(x) => series.at(x, spec.x.reach()),
                None => series.at(last, 0.0).filter(|_| !is_crowded),
            };
            (series, read.map(|(_, y, upper)| (y, upper)))
        })
        .filter(|(_, read)| hover.is_none() || read.is_some())
        .collect();
    if is_crowded && hover.is_some() {
        let height = |place: usize| items[place].1.map_or(f64::MIN, |(y, _)| y);
        let highest = shared::sort::places(items.len(), &|a, b| height(a) > height(b));
        items = highest.into_iter().take(FEW).map(|place| items[place]).collect();
    }
    let at = hover.map(|x| view! { <span class="legend-at">{reading(x, spec.x.format)}</span> }.into_any());
    let items: Vec<_> = items
        .into_iter()
        .map(|(series, value)| {
            let value = value.filter(|_| has_values).map(|(y, upper)| {
                let low = reading(y, spec.y.format);
                upper.map_or_else(|| low.clone(), |y| format!("{low} – {}", reading(y, spec.y.format)))
            });
            let colour = format!("var({})", series.colour);
            view! {
                <span class="legend-item">
                    <span class="swatch" style:background-color=colour></span>
                    {series.name.clone()} <span class="num">{value.unwrap_or_default()}</span>
                </span>
            }
            .into_any()
        })
        .collect();
    view! { {at} {items} }.into_any()
}

/// Returns the first rows of every series as a table: what the canvas shows, for who can't see it.
fn data_table(spec: &Spec) -> impl IntoView + use<> {
    const ROWS: usize = 200;
    let (x, y) = (spec.x.clone(), spec.y.clone());
    let rows: Vec<_> = spec
        .series
        .iter()
        .flat_map(|series| {
            let few = shared::thin::min_max(&series.points, ROWS / 4);
            few.into_iter().map(|point| (series.name.clone(), point)).collect::<Vec<_>>()
        })
        .map(|(name, point)| {
            view! {
                <tr>
                    <td>{name}</td>
                    <td class="num">{reading(point.0, x.format)}</td>
                    <td class="num">{reading(point.1, y.format)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <div class="table-scroll" tabindex="0">
            <table>
                <thead><tr><th>"Series"</th><th class="num">{x.name}</th><th class="num">{y.name}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// Saves what is drawn, on the page's own background.
fn picture(stage: &Staged, slug: &str) {
    let canvas = stage.with_value(|stage| {
        let (stage, _) = stage.as_ref()?;
        let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
        canvas.set_width(stage.frame.width());
        canvas.set_height(stage.frame.height());
        let context = draw::context(&canvas)?;
        let surface = stage.palette.borrow().colour("--surface-1");
        context.set_fill_style_str(&format!("rgb({},{},{})", surface.0, surface.1, surface.2));
        context.fill_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
        context.draw_image_with_html_canvas_element(&stage.frame, 0.0, 0.0).ok()?;
        context.draw_image_with_html_canvas_element(&stage.series, 0.0, 0.0).ok()?;
        Some(canvas)
    });
    if let Some(canvas) = canvas {
        download::save_png(format!("tauroi-{slug}.png"), &canvas);
    }
}

/// Saves every point of every series.
fn save_csv(spec: &Spec, slug: &str) {
    let mut rows = vec![vec!["series".to_owned(), spec.x.name.to_owned(), spec.y.name.to_owned()]];
    for series in &spec.series {
        rows.extend(
            series.points.iter().map(|(x, y)| vec![series.name.clone(), x.to_string(), y.to_string()]),
        );
    }
    download::save_text(&format!("tauroi-{slug}.csv"), "text/csv", &download::csv(&rows));
}

/// Calls `changed` whenever the element's size changes, until the component is gone.
fn watch_size(element: NodeRef<Div>, changed: impl Fn() + Clone + 'static) {
    effect(move || {
        let Some(element) = element.get() else { return };
        let changed = changed.clone();
        let callback = Closure::<dyn FnMut()>::new(changed);
        let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) else { return };
        observer.observe(&element);
        let kept = StoredValue::new((observer, callback));
        on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
    });
}
