//! Tables of a history, for people and for programs.

use anyhow::Context as _;
use shared::api::TickChart;
use shared::units::{Price, Quantity, Timestamp};

use crate::history::ticks::Stored;

/// Returns a contract's past, a line a bucket.
pub(super) fn chart(chart: &TickChart, is_csv: bool) -> anyhow::Result<String> {
    let header = ["from", "ticks", "first", "high", "low", "last", "count"];
    let price = |column: &[i64], row: usize| -> anyhow::Result<String> {
        let centicents = column.get(row).copied().context("a column is short")?;
        Ok(Price::from_centicents(centicents)?.to_string())
    };
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for (row, number) in chart.bucket.iter().enumerate() {
        let start = chart.from.micros() + i64::from(*number) * chart.width_micros;
        let traded = chart.hundredths.get(row).copied().context("a column is short")?;
        rows.push(vec![
            Timestamp::from_micros(start)?.to_string(),
            chart.ticks.get(row).context("a column is short")?.to_string(),
            price(&chart.first, row)?,
            price(&chart.high, row)?,
            price(&chart.low, row)?,
            price(&chart.last, row)?,
            Quantity::from_hundredths(traded)?.to_string(),
        ]);
    }
    lay_out(&rows, is_csv)
}

/// Returns what a history has, a line a month.
pub(super) fn stored(stored: &[Stored], is_csv: bool) -> anyhow::Result<String> {
    let header = ["series", "month", "files", "heard", "rows", "bytes", "first", "last"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for month in stored {
        let (first, last) =
            month.span.map_or_else(Default::default, |(first, last)| (first.to_string(), last.to_string()));
        rows.push(vec![
            month.series.to_string(),
            month.month.to_string(),
            month.files.to_string(),
            month.heard.to_string(),
            month.rows.to_string(),
            month.bytes.to_string(),
            first,
            last,
        ]);
    }
    lay_out(&rows, is_csv)
}

/// Returns rows as CSV, or in columns that are as wide as they must be.
fn lay_out(rows: &[Vec<String>], is_csv: bool) -> anyhow::Result<String> {
    if is_csv {
        let mut text = csv::Writer::from_writer(Vec::new());
        for row in rows {
            text.write_record(row)?;
        }
        return Ok(String::from_utf8(text.into_inner()?)?);
    }
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(String::len).max();
    let widths: Vec<usize> = (0..count).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    Ok(text)
}
