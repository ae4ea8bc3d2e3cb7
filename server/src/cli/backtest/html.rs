//! `report.html`: everything to look at, in one file that asks nothing of the network.

use std::fmt::Display;

use shared::backtest::{Prepared, Report, RunResult};
use shared::exchange::FillModel;
use shared::format::{fixed, grouped, percent};
use shared::units::Cash;

use super::Evidence;
use super::evidence::dollars;
use super::markup::Markup;
use super::sweep::Sweep;
use super::{plots, table};

/// Returns the page.
pub(super) fn render(
    prepared: &Prepared,
    report: &Report<'_>,
    outcomes: &[RunResult],
    evidence: &Evidence,
    sweep: Option<&Sweep>,
) -> String {
    let mut page = Markup::literal(HEAD);
    page.start("h1", &[]).text("Backtest: ").add(&code(report.link().config.text())).end("h1");
    let days = table::days(prepared);
    page.add(&Markup::element(
        "p",
        &[],
        format_args!(
            "{} prints of {} contracts in {} events, {} to {}. Quotes are decided on what was known before each print; a tape \
             of prints doesn't tell who stood where in the book, so the result is a range.",
            grouped(prepared.prints() as i64),
            prepared.contracts().len(),
            prepared.events().len(),
            days.0,
            days.1,
        ),
    ));
    page.add(&totals(report));
    page.start("div", &[("class", &"plots")]);
    for (title, note, svg) in plots::all(prepared, report, outcomes, sweep) {
        page.start("figure", &[]).start("figcaption", &[]);
        page.add(&Markup::element("b", &[], title)).text(" ").text(note).end("figcaption");
        page.add(&svg).end("figure");
    }
    page.end("div");
    page.add(&evidence_tables(evidence));
    page.add(&contracts(prepared, report));
    page.start("footer", &[]);
    page.start("p", &[]).text("Result hash ").add(&code(&evidence.result_hash));
    page.text(", the SHA-256 of report.json.").end("p");
    page.start("p", &[]).text("Link ").add(&code(format_args!("?{}", evidence.link))).end("p");
    page.add(&Markup::literal("</footer></main></body></html>\n"));
    page.into_string()
}

fn code(text: impl Display) -> Markup {
    Markup::element("code", &[], text)
}

fn two(amount: Cash) -> String {
    fixed(dollars(amount), 2)
}

/// Returns a table of a head and rows of texts, the first of each row being its name.
fn grid(head: &[String], rows: &[Vec<String>]) -> Markup {
    let rows: Vec<Vec<Markup>> = rows.iter().map(cells).collect();
    grid_of(head, &rows)
}

/// Returns a table of a head and rows of cells, the first of each row being its name.
fn grid_of(head: &[String], rows: &[Vec<Markup>]) -> Markup {
    let mut table = Markup::literal("<table><thead><tr>");
    for cell in head {
        table.add(&Markup::element("th", &[], cell));
    }
    table.add(&Markup::literal("</tr></thead><tbody>"));
    for row in rows {
        table.start("tr", &[]);
        for (k, cell) in row.iter().enumerate() {
            let tag = if k == 0 { "th" } else { "td" };
            table.start(tag, &[]).add(cell).end(tag);
        }
        table.end("tr");
    }
    table.add(&Markup::literal("</tbody></table>"));
    table
}

/// Returns texts as the cells of a row.
fn cells(texts: impl IntoIterator<Item = impl Display>) -> Vec<Markup> {
    texts.into_iter().map(Markup::of).collect()
}

fn heading(text: &str) -> Markup {
    Markup::element("h2", &[], text)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn totals(report: &Report<'_>) -> Markup {
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
    let rows: Vec<Vec<Markup>> = report
        .totals()
        .map(|row| {
            let money = &row.money;
            let interval =
                row.net_ci95.map_or_else(|| "–".to_owned(), |(a, b)| format!("{} to {}", two(a), two(b)));
            let mut name = Markup::element("i", &[("class", &row.model.name())], "");
            name.text(row.model.name());
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

/// The document up to its first heading.
const HEAD: &str = r##"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Backtest</title><style>
:root{color-scheme:light dark;--back:#f8f9fb;--text:#1a2230;--dim:#5b6675;--line:#ccd3dc;--through:#1f6fd6;--queue:#8a63d2;--front:#1c9a6c;--touch:#c2701c;--gain:#1c9a6c;--loss:#d64545}
@media(prefers-color-scheme:dark){:root{--back:#0d1015;--text:#e8ecf2;--dim:#8b96a5;--line:#2a313d;--through:#5aa9ff;--queue:#b69cff;--front:#4fd1a5;--touch:#ff9d4d;--gain:#4fd1a5;--loss:#ff6b6b}}
body{margin:0;background:var(--back);color:var(--text);font:14px/1.45 system-ui,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1360px;margin:0 auto;padding:16px}h1{font-size:22px}h2{font-size:16px;margin:28px 0 8px}code{font-size:12px;overflow-wrap:anywhere}
table{border-collapse:collapse;display:block;overflow-x:auto;max-width:100%}th,td{padding:3px 10px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap;font-weight:400}
thead th{color:var(--dim);font-size:12px}tbody th,thead th:first-child{text-align:left}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:16px;margin-top:20px}
figure{margin:0}figcaption{color:var(--dim);font-size:12px}figcaption b{color:var(--text);font-size:14px;margin-right:6px}
svg{width:100%;height:auto}svg text{fill:var(--dim);font-size:11px}.grid{stroke:var(--line)}.zero{stroke:var(--dim)}
.line{fill:none;stroke-width:1.5;stroke:currentColor}.band{fill:currentColor;fill-opacity:.14}.fill{fill:currentColor}
.through{color:var(--through)}.queue{color:var(--queue)}.front{color:var(--front)}.touch{color:var(--touch)}.gain{color:var(--gain)}.loss{color:var(--loss)}.dim{color:var(--dim)}
td i,th i{display:inline-block;width:10px;height:10px;border-radius:2px;background:currentColor;margin-right:6px}footer{color:var(--dim);margin-top:28px}
</style></head><body><main>
"##;
