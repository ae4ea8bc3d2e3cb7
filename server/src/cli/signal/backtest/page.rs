//! `report.html`: the figures and the capital, in one file that asks nothing of the network.

use shared::signal::backtest::{Backtest, Run};
use shared::thin::min_max;

use super::table::{self, Rows};
use crate::cli::page::{Markup, Plot, code, foot, grid, head, heading, words};

/// The columns of pixels that a line is thinned to.
const COLUMNS: usize = 500;

/// The colours of the rules' lines.
const CLASSES: [&str; 2] = ["front", "through"];

/// Returns the page.
pub(super) fn render(result: &Backtest, hash: &str) -> String {
    let mut page = head("Signal backtest");
    page.add(&Markup::element("h1", &[], "Signal backtest"));
    let config = &result.config;
    page.add(&Markup::element(
        "p",
        &[],
        format_args!(
            "{} events from {} days of signals, {} dollars at first, a stop-loss of {}, {} dollars of slippage. What is said on \
             a day is decided on what was known then, and the prints that follow fill it.",
            result.prepared.events.len(),
            result.prepared.said.len(),
            config.capital,
            config.stop_loss,
            config.slippage,
        ),
    ));
    page.add(&rows(&table::results(result)));
    if let Some(ahead) = table::ahead(result) {
        page.add(&Markup::element("p", &[], ahead));
    }
    page.start("div", &[("class", &"plots")]).start("figure", &[]).start("figcaption", &[]);
    page.add(&Markup::element("b", &[], "Capital"));
    page.text(" dollars at the last prints, from day to day: ");
    for (run, class) in result.runs.iter().zip(CLASSES) {
        page.add(&Markup::element("span", &[("class", &class)], run.rule.name())).text(" ");
    }
    page.end("figcaption").add(&capital(result)).end("figure").end("div");
    page.add(&heading("Events")).add(&rows(&table::events(result)));
    let scores = table::scores(result);
    if !scores.1.is_empty() {
        page.add(&heading("Probabilities and what came")).add(&rows(&scores));
    }
    for line in table::left_out(result) {
        page.add(&Markup::element("p", &[], line));
    }
    page.start("footer", &[]).start("p", &[]).text("Result hash ").add(&code(hash));
    page.text(", the SHA-256 of report.json. Intervals: events drawn with replacement.")
        .end("p")
        .end("footer");
    page.add(&foot());
    page.into_string()
}

fn rows((head, rows): &Rows) -> Markup {
    grid(&words(head), rows)
}

fn capital(result: &Backtest) -> Markup {
    let points = |run: &Run| -> Vec<(f64, f64)> {
        let points = run.curve.iter().enumerate();
        let points: Vec<_> = points.map(|(place, (_, worth))| (place as f64, worth.to_dollars())).collect();
        min_max(&points, COLUMNS)
    };
    let lines: Vec<Vec<(f64, f64)>> = result.runs.iter().map(points).collect();
    let start = result.config.capital.to_dollars();
    let values = || lines.iter().flatten().map(|point| point.1).chain([start]);
    let low = values().fold(start, shared::math::min);
    let high = values().fold(start, shared::math::max);
    let last = result.runs.first().map_or(0, |run| run.curve.len().saturating_sub(1));
    let mut plot = Plot::new((0.0, last as f64), (low, high));
    plot.grid_y(|value| shared::format::fixed(value, 0));
    if let Some(run) = result.runs.first() {
        let ticks = (0..6).filter_map(|k| {
            let place = k * last / 5;
            Some((place as f64, run.curve.get(place)?.0.date().to_string()))
        });
        plot.labels_x(&ticks.collect::<Vec<_>>());
    }
    for (line, class) in lines.iter().zip(CLASSES) {
        plot.line(class, line);
    }
    plot.finish("Capital")
}
