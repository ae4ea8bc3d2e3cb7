//! The result for a person at a terminal.

use std::fmt::Write;

use shared::backtest::{Prepared, Report, Row};
use shared::format::{fixed, grouped};

/// Returns what was run, on what, and the totals.
pub(super) fn render(prepared: &Prepared, report: &Report) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} prints of {} contracts in {} events.\n",
        grouped(prepared.prints() as i64),
        prepared.contracts().len(),
        prepared.events().len()
    );
    for row in report.totals() {
        let _ = writeln!(text, "{}", line(row));
    }
    text
}

fn line(row: &Row) -> String {
    let dollars = |micros: i64| fixed(micros as f64 / 1e6, 2);
    let m = &row.money;
    format!(
        "{:>8} fills {:>6} volume {:>8} gross {:>9} fees {:>8} net {:>9} spread {:>8} markout {:>8} reval {:>8} dd {:>8} ci {:?}",
        row.model.name(),
        m.fills,
        m.volume / 100,
        dollars(m.gross()),
        dollars(m.fees),
        dollars(m.net),
        dollars(m.spread),
        dollars(m.markout),
        dollars(m.revaluation),
        dollars(m.max_drawdown),
        row.net_ci95.map(|(a, b)| (dollars(a), dollars(b)))
    )
}
