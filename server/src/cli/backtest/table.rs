//! The result for a person at a terminal.

use std::fmt::Write;

use shared::backtest::{Prepared, Report, Row, mean_cents};
use shared::exchange::FillModel;
use shared::fees::KnownSeries;
use shared::format::{fixed, grouped, percent};
use shared::units::{Cash, Timestamp};

use super::Evidence;
use super::evidence::{Ours, ReportedRow, dollars};

/// Returns what was run, on what, the totals and what the tape says of them; `charged` is the same with every maker charged.
pub(super) fn of_report(prepared: &Prepared, report: &Report<'_>, charged: &[Ours]) -> String {
    let mut text = head(prepared, report);
    text.push_str(&totals(report));
    text.push_str(&verdict(report));
    text.push_str(&makers_charged(report, charged));
    text.push_str(&markouts(report));
    text.push_str(&reliability(report));
    text
}

/// Returns what to think of it.
pub(super) fn of_evidence(evidence: &Evidence) -> String {
    let mut text = baselines(evidence);
    text.push_str(&stresses(evidence));
    text.push_str(&sweep(evidence));
    text.push_str(&reported(&evidence.reported));
    text
}

fn head(prepared: &Prepared, report: &Report<'_>) -> String {
    let contracts = prepared.contracts();
    let settled = contracts.iter().filter(|contract| contract.result.is_some()).count();
    let (first, last) = days(prepared);
    let (own, assumed) = report.fees_known();
    let fees = match (own, assumed) {
        _ if report.link().config.assumptions.fee != shared::settings::Fee::Exact => {
            "as the setting `fee` says".to_owned()
        }
        (_, 0) => format!("each series' own{}, rounded as on the day of the trade", catalogue(prepared)),
        (own, assumed) => format!(
            "{own} contracts by their series' own schedule{}, {assumed} by the usual 0.0175 P (1 − P) as no file tells; \
             rounded as on the day of the trade",
            catalogue(prepared)
        ),
    };
    format!(
        "{} prints of {} contracts ({settled} settled) in {} events, {} to {}\n{}Quotes: {}\nFees: {fees}\n\n",
        grouped(prepared.prints() as i64),
        contracts.len(),
        prepared.events().len(),
        first,
        last,
        books(prepared).map_or_else(String::new, |books| books + "\n"),
        report.link().config.text(),
    )
}

/// Says what is known of the books, of a tape that has them.
pub(super) fn books(prepared: &Prepared) -> Option<String> {
    let books = prepared.books()?;
    let says = if books.has_trades() {
        "trades are told; who gives up in a queue is assumed"
    } else {
        "no trades are told, so that fills are bounded: in a row -least what went from the best price was taken back, and in \
         a row -most it was traded"
    };
    Some(format!("Books: {} events; {says}.", grouped(books.events() as i64)))
}

/// Says when the catalogue saw what it has of the tape's series: it holds where no file says better.
fn catalogue(prepared: &Prepared) -> String {
    let mut series: Vec<&KnownSeries> =
        prepared.events().iter().filter_map(|event| KnownSeries::of(&event.ticker)).collect();
    series.dedup();
    let seen: Vec<String> = series
        .iter()
        .map(|known| format!("{} {} from {} to {}", known.series, known.fee_type, known.seen.0, known.seen.1))
        .collect();
    if seen.is_empty() {
        return String::new();
    }
    format!(" (as the markets file says, else as seen: {})", seen.join(", "))
}

/// Returns the days of the first and of the last print.
pub(super) fn days(prepared: &Prepared) -> (String, String) {
    let day =
        |micros: i64| Timestamp::from_micros(micros).map_or_else(|_| dash(), |at| at.date().to_string());
    let spans = || prepared.events().iter().map(|event| event.span);
    (day(spans().map(|span| span.0).min().unwrap_or(0)), day(spans().map(|span| span.1).max().unwrap_or(0)))
}

fn totals(report: &Report<'_>) -> String {
    let head = [
        "filled by",
        "fills",
        "gross",
        "fees",
        "net $",
        "95 % interval",
        "spread",
        "markout",
        "later",
        "slippage",
        "drawdown",
        "P(>0)",
    ];
    let mut lines = vec![head.map(str::to_owned)];
    for row in report.totals() {
        let money = &row.money;
        let two = |amount: Cash| fixed(dollars(amount), 2);
        lines.push([
            row.model.name().to_owned(),
            grouped(money.fills),
            two(money.gross()),
            two(money.fees),
            two(money.net),
            row.net_ci95.map_or_else(dash, |(low, high)| format!("{} to {}", two(low), two(high))),
            two(money.spread),
            two(money.markout),
            two(money.revaluation),
            two(money.slippage),
            two(money.max_drawdown),
            row.sharpe.map_or_else(dash, |sharpe| percent(sharpe.probability_above(0.0), 0)),
        ]);
    }
    let mut text = aligned(&lines);
    text.push_str(
        "  net = spread + markout in 30 minutes + later revaluation − slippage − fees, to the microdollar.\n  \
         Interval: events resampled. P(>0): by the Sharpe ratio of daily profits.\n\n",
    );
    text
}

/// Says in words what the range between the fill models means.
fn verdict(report: &Report<'_>) -> String {
    // The rule for comparison is no bound.
    let nets: Vec<&Row> = report.totals().filter(|row| row.model != FillModel::Touch).collect();
    let (Some(low), Some(high)) =
        (nets.iter().min_by_key(|row| row.money.net), nets.iter().max_by_key(|row| row.money.net))
    else {
        return String::new();
    };
    if nets.iter().all(|row| matches!(row.model, FillModel::Book(_))) {
        return format!(
            "Net was from {} ({}) to {} ({}) dollars: fills lie between the rows, what they earn needn't.\n\n",
            fixed(dollars(low.money.net), 2),
            low.model,
            fixed(dollars(high.money.net), 2),
            high.model
        );
    }
    let through = nets.iter().find(|row| row.model == FillModel::Through);
    let says = match through {
        None => "The pessimistic bound was not run.",
        Some(row) if row.money.fills == 0 => "At the pessimistic bound no print filled this configuration.",
        Some(row) if row.money.net < Cash::ZERO => "At the pessimistic bound this configuration loses.",
        Some(row) if row.net_ci95.is_none_or(|(low, _)| low <= Cash::ZERO) => {
            "At the pessimistic bound this configuration earns, but not distinguishably from nothing."
        }
        Some(_) => "It earns at the pessimistic bound too.",
    };
    format!(
        "Net lies between {} ({}) and {} ({}) dollars: prints don't tell more. {says}\n\n",
        fixed(dollars(low.money.net), 2),
        low.model,
        fixed(dollars(high.money.net), 2),
        high.model
    )
}

/// Says what is left where every maker is charged, and of which fill models the sign hangs on that.
fn makers_charged(report: &Report<'_>, charged: &[Ours]) -> String {
    if charged.is_empty() {
        return String::new();
    }
    let nets: Vec<String> =
        charged.iter().map(|ours| format!("{} {}", ours.fill_model, fixed(ours.net, 2))).collect();
    let turned: Vec<&str> = report
        .totals()
        .zip(charged)
        .filter(|(row, ours)| (row.money.net > Cash::ZERO) != (ours.net > 0.0))
        .map(|(_, ours)| ours.fill_model.name())
        .collect();
    let hangs = if turned.is_empty() {
        String::new()
    } else {
        format!(" The sign of {} hangs on what makers are charged.", turned.join(", "))
    };
    format!(
        "With every maker charged 0.0175 P (1 − P), as `fee=maker` says: {} dollars net.{hangs}\n\n",
        nets.join(", ")
    )
}

fn markouts(report: &Report<'_>) -> String {
    let head = ["¢ a contract after", "1 min", "5 min", "30 min", "6 h", "settlement"];
    let mut lines = vec![head.map(str::to_owned)];
    for row in report.totals() {
        let mean = |sum, volume| {
            let cents = mean_cents(sum, volume);
            if cents.is_nan() { dash() } else { fixed(cents, 2) }
        };
        let [one, five, thirty, hours] = row.money.markouts.map(|sum| mean(sum, row.money.volume));
        let settled = mean(row.money.settled.0, row.money.settled.1);
        lines.push([row.model.name().to_owned(), one, five, thirty, hours, settled]);
    }
    aligned(&lines) + "\n"
}

fn reliability(report: &Report<'_>) -> String {
    let Some(reliability) = report.reliability() else {
        return "No contract has settled, or none is said to have (--markets): no probability is scored.\n\n"
            .to_owned();
    };
    let score = &reliability.score;
    let interval = reliability
        .brier_ci95
        .map_or_else(String::new, |(low, high)| format!(" (95 %: {} to {})", fixed(low, 4), fixed(high, 4)));
    let mut text = format!(
        "Fair prices 14, 7, 3 and 1 days before settlement, {} of {} contracts in {} events:\n  Brier {}{interval}, the last \
         print's {}; log score {}, the last print's {}\n  Brier = reliability {} − resolution {} + uncertainty {} + within bins {}\n",
        score.n,
        reliability.contracts,
        reliability.events,
        fixed(score.brier, 4),
        fixed(reliability.last_print.brier, 4),
        fixed(score.log_score_clipped, 4),
        fixed(reliability.last_print.log_score_clipped, 4),
        fixed(score.reliability, 4),
        fixed(score.resolution, 4),
        fixed(score.uncertainty, 4),
        fixed(score.within_bin_variance - score.within_bin_covariance, 4),
    );
    text.push('\n');
    text
}

fn baselines(evidence: &Evidence) -> String {
    if evidence.baselines.is_empty() {
        return String::new();
    }
    let head = ["without skill", "filled by", "draws", "mean net $", "95 % of draws", "p"];
    let mut lines = vec![head.map(str::to_owned)];
    for row in &evidence.baselines {
        lines.push([
            row.baseline.to_owned(),
            row.fill_model.name().to_owned(),
            row.draws.to_string(),
            fixed(row.net_mean, 2),
            format!("{} to {}", fixed(row.net_range95.0, 2), fixed(row.net_range95.1, 2)),
            fixed(row.p_value, 3),
        ]);
    }
    aligned(&lines)
        + "  p: how probable a draw at least as good as ours is. random_fair quotes beyond the market, which only touch refuses;\n  \
           shuffled_fair differs from the last print as our fair prices do, at other times.\n\n"
}

fn stresses(evidence: &Evidence) -> String {
    let Some(first) = evidence.stress.first() else { return String::new() };
    let mut lines = vec![vec!["net $ when".to_owned()]];
    lines[0].extend(first.results.iter().map(|ours| ours.fill_model.name().to_owned()));
    for row in &evidence.stress {
        let mut line = vec![row.meaning.to_owned()];
        line.extend(row.results.iter().map(|ours| fixed(ours.net, 2)));
        lines.push(line);
    }
    aligned(&lines) + "\n"
}

fn sweep(evidence: &Evidence) -> String {
    if evidence.sweep.is_empty() {
        return String::new();
    }
    let head = ["best by", "of", "at", "net $", "held out", "Sharpe a day", "best of as many", "P(>0)"];
    let mut lines = vec![head.map(str::to_owned)];
    for row in &evidence.sweep {
        let maybe = |value: Option<f64>| value.map_or_else(dash, |value| fixed(value, 3));
        lines.push([
            row.fill_model.name().to_owned(),
            row.trials.to_string(),
            row.best.clone(),
            fixed(row.net, 2),
            fixed(row.net_held_out, 2),
            maybe(row.daily_sharpe),
            maybe(row.daily_sharpe_expected_of_best),
            row.deflated_probability.map_or_else(dash, |p| percent(p, 0)),
        ]);
    }
    aligned(&lines)
        + "  Held out: each event quoted by what was best on all the others. Best of as many: the Sharpe ratio that the best\n  \
           of so many worthless configurations is expected to show; P(>0) is deflated by it.\n\n"
}

fn reported(rows: &[ReportedRow]) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let mut lines = vec![vec!["reported before this engine: fills, net $".to_owned(), "reported".to_owned()]];
    lines[0].extend(first.ours.iter().map(|ours| format!("ours, {}", ours.fill_model)));
    for row in rows {
        let cell = |fills: i64, net: f64| format!("{}  {}", grouped(fills), fixed(net, 2));
        let mut line = vec![row.preset.to_owned(), cell(row.reported.fills, row.reported.net)];
        line.extend(row.ours.iter().map(|ours: &Ours| cell(ours.fills, ours.net)));
        lines.push(line);
    }
    aligned(&lines)
        + "  The reports name neither fill model nor tickers, and pulled quotes by the very print they met; see\n  \
           docs/backtest.md.\n\n"
}

fn dash() -> String {
    "–".to_owned()
}

/// Returns the lines with their columns two spaces apart, each as wide as its widest cell, the first flush left.
fn aligned(lines: &[impl AsRef<[String]>]) -> String {
    let mut text = String::new();
    for line in lines {
        for (column, cell) in line.as_ref().iter().enumerate() {
            let widths = lines.iter().filter_map(|line| line.as_ref().get(column));
            let width = widths.map(|cell| cell.chars().count()).max().unwrap_or(0);
            // Writing to a string can't fail.
            let _ =
                if column == 0 { write!(text, "  {cell:<width$}") } else { write!(text, "  {cell:>width$}") };
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}
