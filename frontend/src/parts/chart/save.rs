//! What a chart shows, for who can't see it or wants to keep it: as a table, as a file, as a picture.

use leptos::prelude::document;
use shared::spreadsheet;
use wasm_bindgen::JsCast;
use web_sys::HtmlCanvasElement;

use super::draw;
use super::legend::reading;
use super::spec::Spec;
use super::stage::Stage;
use crate::parts::download;
use crate::parts::element::Element;
use crate::parts::table::{Kind, Table, column, row};
use crate::reactive::Memo;

/// How many rows the table has at most, about.
const ROWS: usize = 200;

/// Returns the series as a table, thinned where they are long.
pub(super) fn data_table(spec: Memo<Spec>) -> Element {
    let (x, y) = spec.with_untracked(|spec| (spec.x.name, spec.y.name));
    let words = |name| column(name, "", Kind::Words);
    let rows = move || {
        spec.with(|spec| {
            let of = |(x, y): (f64, f64), name: &str| {
                row(vec![name.into(), reading(x, spec.x.format).into(), reading(y, spec.y.format).into()])
            };
            let few = |series: &super::spec::Series| {
                let few = shared::thin::min_max(&series.points, ROWS / 4);
                few.into_iter().map(|point| of(point, &series.name)).collect::<Vec<_>>()
            };
            spec.series.iter().flat_map(few).collect()
        })
    };
    let mut table = Table::of("The chart's numbers", vec![words("Series"), words(x), words(y)], rows);
    table.sorts = false;
    table.build()
}

/// Saves what is drawn, on the page's own background.
pub(super) fn picture(stage: &Stage, slug: &str) {
    let drawn = || {
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
    };
    if let Some(canvas) = drawn() {
        download::save_png(format!("tauroi-{slug}.png"), &canvas);
    }
}

/// Saves every point of every series.
pub(super) fn csv(spec: &Spec, slug: &str) {
    let mut rows = vec![vec!["series".to_owned(), spec.x.name.to_owned(), spec.y.name.to_owned()]];
    for series in &spec.series {
        rows.extend(
            series.points.iter().map(|(x, y)| vec![series.name.clone(), x.to_string(), y.to_string()]),
        );
    }
    download::save_text(&format!("tauroi-{slug}.csv"), "text/csv", &spreadsheet::csv(&rows));
}
