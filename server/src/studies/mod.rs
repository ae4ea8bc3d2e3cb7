//! Registered studies: their files, what was written down of looks at them, and what was reported.

mod found;
mod registry;
mod reported;
#[cfg(test)]
mod tests;

use anyhow::anyhow;
use shared::study::{Study, Unchecked};

pub(crate) use self::found::find;
pub(crate) use self::registry::{Registry, append};
pub(crate) use self::reported::{ROWS, Reported, two};

/// Reads the text of a study's file.
///
/// # Errors
///
/// Says where it is no TOML, or which field can't be.
pub(crate) fn read(text: &str) -> anyhow::Result<Study> {
    let unchecked: Unchecked = toml::from_str(text).map_err(|why| anyhow!("{why}"))?;
    Ok(unchecked.check()?)
}

/// Returns what was found as rows of words: a row an event, then what they come to.
pub(crate) fn table(report: &Reported) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let events = report.rows.first().map_or(0, |row| row.events.len());
    for place in 0..events {
        let own: Vec<_> = report.rows.iter().filter_map(|row| row.events.get(place)).collect();
        let name = own.first().map_or_else(String::new, |event| event.event.clone());
        let cells = own.iter().map(|event| format!("{} · {}", event.fills, two(event.net)));
        rows.push(std::iter::once(name).chain(cells).collect());
    }
    for (name, cell) in ROWS {
        rows.push(std::iter::once(name.trim().to_owned()).chain(report.rows.iter().map(cell)).collect());
    }
    rows
}
