//! The pooled scores for a person at a terminal.

use std::fmt::Write;

use shared::format::{fixed, grouped, percent};
use shared::nowcast::evaluate::Row;

use super::report::Report;

/// Returns what was measured, on what, and the pooled rows: as recorded, and without interpolated counts.
pub(super) fn render(report: &Report) -> String {
    let artists: Vec<&str> = report.artists.iter().map(|sample| sample.artist.as_str()).collect();
    let sum = |of: fn(&super::histories::Sample) -> usize| -> i64 {
        report.artists.iter().map(|sample| of(sample) as i64).sum()
    };
    let (counts, interpolated) = (sum(|sample| sample.counts), sum(|sample| sample.interpolated));
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = writeln!(
        text,
        "Walk-forward from {} to {}, every forecast from its own day and those before.\nPooled: {}.\n",
        report.first_origin,
        report.last_origin,
        artists.join(", ")
    );
    let _ = writeln!(text, "Every count as recorded, {} in all", grouped(counts));
    text.push_str(&pooled(&report.rows));
    if interpolated == 0 {
        text.push_str(
            "\nNone of them was interpolated: none lies on a straight line between its neighbours.\n",
        );
    } else {
        let _ = writeln!(
            text,
            "\nWithout the {} of them that were interpolated, and so not known on their day",
            grouped(interpolated)
        );
        text.push_str(&pooled(&report.rows_published));
    }
    text.push_str(
        "\nRMSE, CRPS: in listeners. ÷: the RMSE over that of another forecast. 95 % interval: of ÷ random walk, by block\n\
         bootstrap. In 80 %, 95 %: outcomes within that band. TikTok velocity: the RMSE ÷ random walk of that formula, where\n\
         there is TikTok data.\n",
    );
    let _ = writeln!(
        text,
        "Of the bands of the last fit {} rest on the errors of other artists, which Tauroi brings along.",
        percent(report.prior_share, 1)
    );
    text
}

fn pooled(rows: &[Row]) -> String {
    let head = [
        "days ahead",
        "n",
        "RMSE",
        "÷ random walk",
        "95 % interval",
        "÷ damped trend",
        "CRPS",
        "in 80 %",
        "in 95 %",
        "TikTok velocity",
    ];
    let mut lines = vec![head.map(str::to_owned)];
    for row in rows.iter().filter(|row| row.artist == "pooled") {
        let dash = || "–".to_owned();
        lines.push([
            row.horizon.to_string(),
            grouped(row.n as i64),
            grouped(row.rmse.round() as i64),
            fixed(row.ratio_rw, 3),
            row.ratio_rw_ci95
                .map_or_else(dash, |(low, high)| format!("{} to {}", fixed(low, 3), fixed(high, 3))),
            fixed(row.rmse / row.rmse_damped, 3),
            grouped(row.crps.round() as i64),
            percent(row.coverage80, 1),
            percent(row.coverage95, 1),
            row.ratio_velocity.map_or_else(dash, |ratio| fixed(ratio, 1)),
        ]);
    }
    aligned(&lines)
}

/// Returns the lines with their columns two spaces apart, each as wide as its widest cell, flush right.
fn aligned<const N: usize>(lines: &[[String; N]]) -> String {
    let mut text = String::new();
    for line in lines {
        for (column, cell) in line.iter().enumerate() {
            let width = lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
            let _ = write!(text, "  {cell:>width$}");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_flush_right_and_as_wide_as_their_widest_cell() {
        let lines = [["n", "RMSE"], ["1\u{202f}000", "5"]].map(|line| line.map(str::to_owned));
        assert_eq!(aligned(&lines), "      n  RMSE\n  1\u{202f}000     5\n");
    }
}
