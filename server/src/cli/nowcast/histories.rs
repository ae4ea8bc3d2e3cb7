//! The histories that the options name, and what there is of them.

use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;
use serde::Serialize;
use shared::nowcast::series::{
    EVENTS_COLUMNS, History, LISTENERS_COLUMNS, ListenerEvent, Source, read_events, read_histories,
};
use shared::units::Date;

use crate::files::{self, Found};

/// Reads the histories, files without a column of artists as `artist`'s or else as their names say, and says on standard
/// error what was taken for granted. An error names the option or the file, with its line and column.
pub(crate) fn read(
    listeners: &[PathBuf],
    events: &[PathBuf],
    artist: Option<&str>,
) -> anyhow::Result<Vec<History>> {
    let listeners = tables("--listeners", listeners, &LISTENERS_COLUMNS)?;
    let events = tables("--events", events, &EVENTS_COLUMNS)?;
    read_tables(&listeners, &events, artist)
}

/// Reads the histories as [`read`] does, of files that are named by `option`, and no events.
pub(crate) fn read_as(
    option: &str,
    listeners: &[PathBuf],
    artist: Option<&str>,
) -> anyhow::Result<Vec<History>> {
    read_tables(&tables(option, listeners, &LISTENERS_COLUMNS)?, &[], artist)
}

fn read_tables(listeners: &[Table], events: &[Table], artist: Option<&str>) -> anyhow::Result<Vec<History>> {
    let read = read_histories(&sources(listeners, artist), &sources(events, None))?;
    for remark in read.remarks {
        writeln!(std::io::stderr(), "{remark}")?;
    }
    Ok(read.histories)
}

/// Reads what moves listeners, and says on standard error which rows it passed over.
///
/// # Errors
///
/// Names the file that isn't one of events.
pub(crate) fn read_event_files(events: &[PathBuf]) -> anyhow::Result<Vec<ListenerEvent>> {
    let tables = tables("--events", events, &EVENTS_COLUMNS)?;
    let (events, remarks) = read_events(&sources(&tables, None))?;
    for remark in remarks {
        writeln!(std::io::stderr(), "{remark}")?;
    }
    Ok(events)
}

/// Reads the histories as [`read`] does, but leaves out each file that can't be read; returns a sentence for each of them,
/// and for what was taken for granted.
///
/// # Errors
///
/// Names a path that isn't there, or a folder without a table.
pub(crate) fn read_readable(
    listeners: &[PathBuf],
    artist: Option<&str>,
) -> anyhow::Result<(Vec<History>, Vec<String>)> {
    let (mut tables, mut problems) = (Vec::new(), Vec::new());
    for file in find("--listeners", listeners)? {
        match table(&file, &LISTENERS_COLUMNS) {
            Ok(table) => tables.extend(table),
            Err(error) => problems.push(format!("{error:#}")),
        }
    }
    loop {
        let refused = match read_histories(&sources(&tables, artist), &[]) {
            Ok(read) => {
                problems.extend(read.remarks);
                return Ok((read.histories, problems));
            }
            Err(refused) => refused,
        };
        let count = tables.len();
        tables.retain(|(name, _)| *name != refused.file);
        if tables.len() == count {
            return Err(refused.into());
        }
        problems.push(format!("{refused}: the file is left out"));
    }
}

/// Returns the files that [`read`] reads, those among them that it will pass over included.
pub(crate) fn files(listeners: &[PathBuf], events: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let listeners = find("--listeners", listeners)?;
    Ok(listeners.into_iter().chain(find("--events", events)?).map(|file| file.path).collect())
}

fn find(option: &str, paths: &[PathBuf]) -> anyhow::Result<Vec<Found>> {
    files::find(option, paths, |folder| files::in_folder(folder, is_table), "*.csv, *.csv.gz or *.parquet")
}

/// A file's name and its content.
type Table = (String, Vec<u8>);

fn sources<'a>(tables: &'a [Table], artist: Option<&'a str>) -> Vec<Source<'a>> {
    tables.iter().map(|(name, bytes)| Source { name, bytes, artist }).collect()
}

/// Reads the files among `paths`, and of each folder those that have `columns`.
fn tables(option: &str, paths: &[PathBuf], columns: &[&'static str]) -> anyhow::Result<Vec<Table>> {
    let mut tables = Vec::new();
    for file in find(option, paths)? {
        tables.extend(table(&file, columns)?);
    }
    if tables.is_empty() && !paths.is_empty() {
        bail!("{option}: no file there has the columns {}", columns.join(", "));
    }
    Ok(tables)
}

/// Reads a file; `None` for one of a folder that has not all `columns`, which is said.
fn table(file: &Found, columns: &[&'static str]) -> anyhow::Result<Option<Table>> {
    let table = (file.path.display().to_string(), files::read(&file.path)?);
    // A file that was named is what it was named for, or an error.
    let missing = if file.named { None } else { Source::new(&table.0, &table.1).missing_column(columns)? };
    if let Some(column) = missing {
        writeln!(std::io::stderr(), "passed over {}: no column {column}", table.0)?;
        return Ok(None);
    }
    Ok(Some(table))
}

fn is_table(name: &str) -> bool {
    [".csv", ".csv.gz", ".parquet"].iter().any(|end| name.ends_with(end))
}

/// What there is of one artist.
#[derive(Debug, Serialize)]
pub(super) struct Sample {
    pub(super) artist: String,
    /// The days of the first and the last count.
    #[serde(serialize_with = "as_text")]
    pub(super) first: Date,
    #[serde(serialize_with = "as_text")]
    pub(super) last: Date,
    /// How many days have a count.
    pub(super) counts: usize,
    /// How many of these lie on a straight line between their neighbours.
    pub(super) interpolated: usize,
}

impl Sample {
    /// Returns what there is, or `None` without a single count.
    pub(super) fn of(history: &History) -> Option<Self> {
        let counted = |history: &History| {
            let days = history.as_of(history.end()).days().iter().zip(0..);
            days.filter(|(day, _)| day.listeners.is_some()).map(|(_, at)| at).collect::<Vec<i32>>()
        };
        let counts = counted(history);
        Some(Self {
            artist: history.artist().to_owned(),
            first: history.first().plus_days(*counts.first()?),
            last: history.first().plus_days(*counts.last()?),
            counts: counts.len(),
            interpolated: counts.len() - counted(&history.without_interpolated()).len(),
        })
    }
}

/// Writes a day as `YYYY-MM-DD`.
pub(super) fn as_text<S: serde::Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}
