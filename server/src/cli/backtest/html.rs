//! `report.html`: everything to look at, in one file that asks nothing of the network.

use serde::{Deserialize, Serialize};
use shared::backtest::{Money, Prepared, Report, RunResult};
use shared::exchange::FillModel;
use shared::format::{fixed, grouped, percent};
use shared::units::Cash;

use super::Evidence;
use super::evidence::dollars;
use super::sweep::Sweep;
use super::{plots, table};
use crate::cli::page::{self, Attributes, Markup, cells, code, grid, grid_of, heading, words};

/// What the page says of the report itself. The rest is of the evidence, of which parts of a sweep have some each.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Pieces {
    /// The title, what was run on what, and the totals.
    above: Markup,
    /// The plots.
    figures: Markup,
    /// The table of contracts.
    contracts: Markup,
}

/// Returns what there is to say of the report itself.
pub(super) fn pieces(prepared: &Prepared, report: &Report<'_>, outcomes: &[RunResult]) -> Pieces {
    let mut above = page::head("Backtest");
    above.start("h1", &[]).text("Backtest: ").add(&code(report.link().config.text())).end("h1");
    let days = table::days(prepared);
    let knows = table::books(prepared).unwrap_or_else(|| {
        "Quotes are decided on what was known before each print; a tape of prints doesn't tell who stood where in the book, \
         so the result is a range."
            .to_owned()
    });
    above.add(&Markup::element(
        "p",
        &[],
        format_args!(
            "{} prints of {} contracts in {} events, {} to {}. {knows}",
            grouped(prepared.prints() as i64),
            prepared.contracts().len(),
            prepared.events().len(),
            days.0,
            days.1,
        ),
    ));
    let rows: Vec<_> = report.totals().map(|row| (row.model.name(), &row.money, row.net_ci95)).collect();
    above.add(&totals(&rows));
    let mut figures = Markup::default();
    for plot in plots::all(prepared, report, outcomes) {
        add_figure(&mut figures, plot);
    }
    Pieces { above, figures, contracts: contracts(prepared, report) }
}

/// Returns the page.
pub(super) fn render(pieces: &Pieces, evidence: &Evidence, sweep: Option<&Sweep>) -> String {
    let mut page = pieces.above.clone();
    page.start("div", PLOTS).add(&pieces.figures);
    if let Some(plot) = sweep.and_then(plots::surface) {
        add_figure(&mut page, plot);
    }
    page.end("div");
    page.add(&evidence_tables(evidence));
    page.add(&pieces.contracts);
    page.start("footer", &[]);
    page.start("p", &[]).text("Result hash ").add(&code(&evidence.result_hash));
    page.text(", the SHA-256 of report.json.").end("p");
    page.start("p", &[]).text("Link ").add(&code(format_args!("?{}", evidence.link))).end("p");
    page.end("footer").add(&page::foot());
    page.into_string()
}

/// What plots stand in, side by side.
const PLOTS: Attributes<'_> = &[("class", &"plots")];

/// Returns plots side by side, each with its title and what to know when reading it.
pub(in crate::cli) fn figures(plots: Vec<plots::Titled>) -> Markup {
    let mut page = Markup::default();
    page.start("div", PLOTS);
    for plot in plots {
        add_figure(&mut page, plot);
    }
    page.end("div");
    page
}

fn add_figure(page: &mut Markup, (title, note, svg): plots::Titled) {
    page.start("figure", &[]).start("figcaption", &[]);
    page.add(&Markup::element("b", &[], title)).text(" ").text(note).end("figcaption");
    page.add(&svg).end("figure");
}

/// Returns dollars with two decimals.
pub(in crate::cli) fn two(amount: Cash) -> String {
    fixed(dollars(amount), 2)
}

/// A way to be filled: its name, what it made and the interval of its net profit.
pub(in crate::cli) type Made<'a> = (&'a str, &'a Money, Option<(Cash, Cash)>);

/// Returns the totals, a row a way to be filled.
pub(in crate::cli) fn totals(rows: &[Made<'_>]) -> Markup {
    let head = words(&[
        "filled by",
        "fills",
        "gross",
        "fees",
        "net $",
        "95 % interval",
        "spread",
        "markout 30 min",
        "later",
        "slippage",
        "drawdown",
    ]);
    let rows: Vec<Vec<Markup>> = rows
        .iter()
        .map(|(model, money, interval)| {
            let interval =
                interval.map_or_else(|| "–".to_owned(), |(a, b)| format!("{} to {}", two(a), two(b)));
            let mut name = Markup::element("i", &[("class", model)], "");
            name.text(model);
            let mut line = vec![name];
            line.extend(cells([grouped(money.fills), two(money.gross()), two(money.fees)]));
            line.push(Markup::element("b", &[], two(money.net)));
            line.extend(cells([
                interval,
                two(money.spread),
                two(money.markout),
                two(money.revaluation),
                two(money.slippage),
                two(money.max_drawdown),
            ]));
            line
        })
        .collect();
    grid_of(&head, &rows)
}

fn evidence_tables(evidence: &Evidence) -> Markup {
    let mut page = Markup::default();
    if !evidence.sweep.is_empty() {
        page.add(&heading("The sweep's best, judged with the number of trials in mind"));
        let head =
            words(&["filled by", "trials", "best at", "net $", "held out $", "P(Sharpe > 0), deflated"]);
        let rows: Vec<Vec<String>> = evidence
            .sweep
            .iter()
            .map(|row| {
                vec![
                    row.fill_model.to_string(),
                    row.trials.to_string(),
                    row.best.clone(),
                    fixed(row.net, 2),
                    fixed(row.net_held_out, 2),
                    row.deflated_probability.map_or_else(|| "–".to_owned(), |p| percent(p, 0)),
                ]
            })
            .collect();
        page.add(&grid(&head, &rows));
    }
    page.add(&heading("Without skill"));
    let head = words(&["fair price", "filled by", "draws", "mean net $", "95 % of draws", "p"]);
    let rows: Vec<Vec<String>> = evidence
        .baselines
        .iter()
        .map(|row| {
            vec![
                row.baseline.to_owned(),
                row.fill_model.to_string(),
                row.draws.to_string(),
                fixed(row.net_mean, 2),
                format!("{} to {}", fixed(row.net_range95.0, 2), fixed(row.net_range95.1, 2)),
                fixed(row.p_value, 3),
            ]
        })
        .collect();
    page.add(&grid(&head, &rows));
    if let Some(first) = evidence.stress.first() {
        page.add(&heading("What goes wrong: net $"));
        let models = first.results.iter().map(|ours| ours.fill_model.to_string());
        let head: Vec<String> = std::iter::once("when".to_owned()).chain(models).collect();
        let rows: Vec<Vec<String>> = evidence
            .stress
            .iter()
            .map(|row| {
                let nets = row.results.iter().map(|ours| fixed(ours.net, 2));
                std::iter::once(row.meaning.to_owned()).chain(nets).collect()
            })
            .collect();
        page.add(&grid(&head, &rows));
    }
    if let Some(first) = evidence.reported.first() {
        page.add(&heading(
            "Reported before this engine, and what it makes of the same presets: fills, net $",
        ));
        let models = first.ours.iter().map(|ours| ours.fill_model.to_string());
        let head: Vec<String> =
            ["preset".to_owned(), "reported".to_owned()].into_iter().chain(models).collect();
        let cell = |fills: i64, net: f64| format!("{} · {}", grouped(fills), fixed(net, 2));
        let rows: Vec<Vec<String>> = evidence
            .reported
            .iter()
            .map(|row| {
                let ours = row.ours.iter().map(|ours| cell(ours.fills, ours.net));
                let named = [row.preset.to_owned(), cell(row.reported.fills, row.reported.net)];
                named.into_iter().chain(ours).collect()
            })
            .collect();
        page.add(&grid(&head, &rows));
    }
    page
}

fn contracts(prepared: &Prepared, report: &Report<'_>) -> Markup {
    let models: Vec<FillModel> = report.totals().map(|row| row.model).collect();
    let head: Vec<String> = words(&["contract", "prints", "settled"])
        .into_iter()
        .chain(models.iter().map(|model| format!("{model}: fills, net $")))
        .collect();
    let rows: Vec<Vec<String>> = prepared
        .contracts()
        .iter()
        .enumerate()
        .map(|(place, contract)| {
            let result = contract.result.map_or_else(|| "open".to_owned(), |side| side.to_string());
            let named = [contract.ticker.to_string(), grouped(contract.prints as i64), result];
            let own = report.rows().iter().filter(|row| row.contract == Some(place));
            let cells = own.map(|row| format!("{} · {}", grouped(row.money.fills), two(row.money.net)));
            named.into_iter().chain(cells).collect()
        })
        .collect();
    let mut page = heading("Contracts");
    page.add(&grid(&head, &rows));
    page
}
