//! A desk's journal, as it is read out, and what must be true of every one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::run::{tauroi, text};

/// An entry of an export.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    schema: u32,
    pub(crate) run: i64,
    seq: i64,
    t: shared::units::Timestamp,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

impl Line {
    /// Returns our name of the order that it is about, if it is about one.
    fn name(&self) -> Option<&str> {
        self.data.get("client_order_id")?.as_str()
    }

    /// Returns our name of the order that is asked to rest, if it asks that.
    fn places(&self) -> Option<&str> {
        self.data.pointer("/what/place")?;
        self.name().filter(|_| self.kind == "command")
    }
}

/// Reads a journal out, and looks whether its entries are what they must be: each run's are numbered without a hole in the
/// order in which they happened, and begin with its settings.
pub(crate) fn export(journal: &Path) -> Vec<Line> {
    let output = tauroi(&["journal", "export", text(journal)]);
    assert!(output.status.success(), "{output:?}");
    let lines: Vec<Line> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}")))
        .collect();
    let mut last: Option<&Line> = None;
    let mut told = None;
    for line in &lines {
        let next = last.filter(|last| last.run == line.run).map_or(0, |last| last.seq + 1);
        assert_eq!((line.schema, line.seq), (1, next), "{line:?}");
        assert!(last.is_none_or(|last| last.run <= line.run), "{line:?}");
        assert!(
            ["input", "decision", "command", "answer", "setting"].contains(&line.kind.as_str()),
            "{line:?}"
        );
        // What the engine is told first is of the past.
        if line.kind == "input" {
            assert!(told.is_none_or(|(run, t)| run < line.run || t <= line.t), "{told:?} before {line:?}");
            told = Some((line.run, line.t));
        }
        last = Some(line);
    }
    lines
}

/// Returns our names of all orders that were ever asked to rest.
pub(crate) fn placed(lines: &[Line]) -> BTreeSet<&str> {
    lines.iter().filter_map(Line::places).collect()
}

/// Returns our names of the orders of earlier runs than the last of which nothing is said after they were asked for:
/// neither what was answered nor what a later run found.
pub(crate) fn unaccounted(lines: &[Line]) -> Vec<&str> {
    let last = lines.last().map_or(0, |line| line.run);
    let mut open: BTreeMap<&str, i64> = BTreeMap::new();
    for line in lines {
        if let Some(name) = line.places() {
            assert_eq!(open.insert(name, line.run), None, "{name} was asked for twice");
        } else if let Some(name) = line.name().filter(|_| line.kind == "answer") {
            open.remove(name);
        }
    }
    open.into_iter().filter(|(_, run)| *run < last).map(|(name, _)| name).collect()
}

/// Does all runs of a journal again, which must decide what they decided, and returns how many there were.
pub(crate) fn replay(journal: &Path) -> usize {
    let output = tauroi(&["replay", text(journal)]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.lines().all(|line| line.ends_with(", 0 differ")), "{said}");
    said.lines().count()
}
