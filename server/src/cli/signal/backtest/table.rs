//! The figures as rows of text, for a terminal and for the page.

use std::fmt::Write as _;

use shared::format::{fixed, percent};
use shared::signal::backtest::{Backtest, Run};
use shared::units::Cash;

/// A table: its head and its rows, the first cell of each being its name.
pub(super) type Rows = (Vec<&'static str>, Vec<Vec<String>>);

fn two(amount: Cash) -> String {
    fixed(amount.to_dollars(), 2)
}

/// Returns both rules' figures, as recorded and when something went wrong.
pub(super) fn results(result: &Backtest) -> Rows {
    let head = vec![
        "sized by",
        "when",
        "net $",
        "95 % interval",
        "fees",
        "fills",
        "contracts",
        "given up",
        "drawdown",
        "at the end $",
    ];
    let row = |when: &str, run: &Run| {
        let total = run.total();
        let interval = result.net_interval(run);
        vec![
            run.rule.name().to_owned(),
            when.to_owned(),
            two(total.net),
            interval.map_or_else(|| "–".to_owned(), |(low, high)| format!("{} to {}", two(low), two(high))),
            two(total.fees),
            total.fills.to_string(),
            total.volume.to_string(),
            total.stops.to_string(),
            format!("{} ({})", two(run.max_drawdown), percent(run.max_drawdown_share, 1)),
            two(run.end(&result.config)),
        ]
    };
    let mut rows: Vec<Vec<String>> = result.runs.iter().map(|run| row("as recorded", run)).collect();
    for stressed in &result.stressed {
        let name = stressed.stress.name();
        let when = if stressed.applies { name.to_owned() } else { format!("{name}: nothing to change") };
        rows.extend(stressed.runs.iter().map(|run| row(&when, run)));
    }
    (head, rows)
}

/// Returns each event's figures by rule.
pub(super) fn events(result: &Backtest) -> Rows {
    let head = vec![
        "event",
        "settled by",
        "days",
        "kelly: fills",
        "fees",
        "net $",
        "ladder: fills",
        "fees",
        "net $",
    ];
    let row = |(place, event): (usize, &shared::signal::backtest::Event)| {
        let days = result.prepared.said.iter().filter(|said| said.event == place).count();
        let by = event.paid.as_ref().map_or("nothing: at its last prints", |(_, by)| by.name());
        let mut row = vec![event.ticker.to_string(), by.to_owned(), days.to_string()];
        for money in result.runs.iter().filter_map(|run| run.events.get(place)) {
            row.extend([money.fills.to_string(), two(money.fees), two(money.net)]);
        }
        row
    };
    (head, result.prepared.events.iter().enumerate().map(row).collect())
}

/// Returns how well probabilities and prices matched what came; no rows where nothing has settled.
pub(super) fn scores(result: &Backtest) -> Rows {
    let head = vec!["probability", "contract-days", "Brier", "95 % interval", "log score"];
    let Some(compared) = &result.compared else { return (head, Vec::new()) };
    let kinds = [
        ("the winner's, by the nowcast", Some(&compared.fair)),
        ("the market's last print", Some(&compared.market)),
        ("leader-strike value", compared.strike.as_ref()),
    ];
    let row = |(name, scored): (&str, Option<&shared::signal::backtest::Scored>)| {
        let scored = scored?;
        Some(vec![
            name.to_owned(),
            scored.score.n.to_string(),
            fixed(scored.score.brier, 4),
            interval(scored.brier_ci95),
            fixed(scored.score.log_score_clipped, 4),
        ])
    };
    let mut rows: Vec<Vec<String>> = kinds.into_iter().filter_map(row).collect();
    rows.push(vec![
        "the winner's less the market's".to_owned(),
        String::new(),
        fixed(compared.difference, 4),
        interval(compared.difference_ci95),
        String::new(),
    ]);
    (head, rows)
}

fn interval(interval: Option<(f64, f64)>) -> String {
    interval.map_or_else(|| "–".to_owned(), |(low, high)| format!("{} to {}", fixed(low, 4), fixed(high, 4)))
}

/// Returns what Kelly made more than the ladder, with its interval.
pub(super) fn ahead(result: &Backtest) -> Option<String> {
    let [kelly, ladder] = result.runs.as_slice() else { return None };
    let ahead = kelly.total().net.checked_sub(ladder.total().net)?;
    let interval = result.ahead_interval().map_or_else(
        || "an interval needs four events".to_owned(),
        |(low, high)| format!("95 % interval {} to {}", two(low), two(high)),
    );
    Some(format!("Kelly less the ladder: {} $ ({interval}).", two(ahead)))
}

/// Returns what was left out, a sentence each.
pub(super) fn left_out(result: &Backtest) -> Vec<String> {
    result.prepared.left_out.iter().map(|(event, why)| format!("Left out {event}: {why}.")).collect()
}

/// Returns all of it for a person at a terminal.
pub(super) fn render(result: &Backtest) -> String {
    let mut text = String::new();
    for rows in [results(result), events(result), scores(result)] {
        if !rows.1.is_empty() {
            text.push_str(&aligned(&rows));
            text.push('\n');
        }
    }
    for line in ahead(result).into_iter().chain(left_out(result)) {
        // Writing to a string can't fail.
        let _ = writeln!(text, "{line}");
    }
    text.push_str(
        "Intervals: events drawn with replacement; of few events they are too narrow rather than too wide.\n",
    );
    text
}

/// Returns a table's lines with columns two spaces apart, the first flush left and the others flush right.
fn aligned((head, rows): &Rows) -> String {
    let head: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    let lines: Vec<&Vec<String>> = std::iter::once(&head).chain(rows).collect();
    let width = |column: usize| {
        lines.iter().filter_map(|line| Some(line.get(column)?.chars().count())).max().unwrap_or(0)
    };
    let mut text = String::new();
    for line in &lines {
        for (column, cell) in line.iter().enumerate() {
            let width = width(column);
            let _ =
                if column == 0 { write!(text, "{cell:<width$}") } else { write!(text, "  {cell:>width$}") };
        }
        text.push('\n');
    }
    text
}
