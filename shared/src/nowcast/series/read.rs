//! The readers for the listeners and the events files: CSV bytes in, histories out.

use super::cells::{day, number, present};
use super::owner;
use super::rows::{Artists, Counts, Row, whole};
use super::{History, Observation, read_events};
use crate::invalid;
use crate::market::csv::Malformed;
use crate::table::{Column, Table, TableError};
use crate::units::{Date, Timestamp};

/// A file's name, for messages, and its (unpacked) content.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What to call the file in an error.
    pub name: &'a str,
    /// CSV with a header line.
    pub bytes: &'a [u8],
    /// Whose counts they are, where the rows don't say so; without it the file's name does.
    pub artist: Option<&'a str>,
}

/// The columns that a listeners file must have. White space and `_` in a name are one: Chartmetric writes `Spotify Monthly
/// Listeners`.
pub const LISTENERS_COLUMNS: [&str; 2] = ["date", "spotify_monthly_listeners"];

/// The columns that an events file must have.
pub const EVENTS_COLUMNS: [&str; 4] = ["artist", "date", "kind", "impact"];

/// What files about listeners hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HistoriesRead {
    /// One history an artist, in the order in which the artists first appear.
    pub histories: Vec<History>,
    /// What was taken for granted while reading, a sentence each.
    pub remarks: Vec<String>,
}

impl<'a> Source<'a> {
    /// Returns a file, unpacked, with what to call it.
    pub fn new(name: &'a str, bytes: &'a [u8]) -> Self {
        Self { name, bytes, artist: None }
    }

    /// Returns the first of `columns` that the header doesn't have, and `None` if it has them all.
    ///
    /// So that among the files of a folder those of one kind can be told.
    ///
    /// # Errors
    ///
    /// Where the header isn't CSV, or has one of them twice.
    pub fn missing_column(self, columns: &[&'static str]) -> Result<Option<&'static str>, TableError> {
        if self.bytes.is_empty() {
            return Ok(columns.first().copied());
        }
        let (table, _) = self.open()?;
        for name in columns {
            if table.optional(&[name])?.is_none() {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Returns the table that the file holds, and what follows its header.
    pub(super) fn open(self) -> Result<(Table, &'a [u8]), TableError> {
        let (mut table, mut rest) = (Table::new(self.name), self.bytes);
        table.read_header(&mut rest, true)?;
        Ok((table, rest))
    }
}

/// Returns one history per artist, in the order in which the artists first appear, and what was taken for granted.
///
/// `listeners` files have the columns `date`, `spotify_monthly_listeners` and, if they like, `artist` and
/// `tiktok_sound_posts_change`; `events` files `artist`, `date`, `kind`, `impact`. Headers are case-insensitive and
/// further columns are ignored. A file without a column `artist` is of the one that [`Source::artist`] or else its name
/// says. Names are the same if they are [`folded`](crate::names::folded) to the same.
///
/// A date may be a timestamp, whose day is the one in UTC; an empty count is a missing one. Where several files have the
/// same artist and day, a later file's count stands (a newer vintage). Within one file the later of two stamps of a day
/// stands; of two rows for one bare date that disagree, the first. A malformed row is skipped and remarked. Of several
/// events of one day the one of the largest impact counts; events of artists or days that no listeners file has are ignored.
///
/// # Errors
///
/// Where a file's header isn't one of such a CSV, with file, line and column. Where one of an artist's dates is more than a
/// year from all others, or they span more than a century: the days between would be laid out, millions of them for a typo.
pub fn read_histories(listeners: &[Source<'_>], events: &[Source<'_>]) -> Result<HistoriesRead, TableError> {
    let (mut artists, mut remarks) = (Artists::default(), Vec::new());
    for (file, source) in listeners.iter().enumerate() {
        read_listeners(*source, file, &mut artists, &mut remarks)?;
    }
    let (events, skipped) = read_events(events)?;
    remarks.extend(skipped);
    remarks.extend(artists.spellings());
    let whole = |(artist, rows): (String, Vec<Row>)| whole(artist, &rows, listeners).transpose();
    let histories: Vec<History> = artists.all().filter_map(whole).collect::<Result<_, _>>()?;
    let histories = histories.iter().map(|history| history.with_events(&events)).collect();
    Ok(HistoriesRead { histories, remarks })
}

/// Returns the column that names each row's artist, or else whose all rows are.
fn owner(
    source: &Source<'_>,
    table: &Table,
    remarks: &mut Vec<String>,
) -> Result<(Option<Column>, String), TableError> {
    let file = source.name;
    if let Some(column) = table.optional(&["artist"])? {
        return Ok((Some(column), String::new()));
    }
    if let Some(artist) = source.artist {
        return Ok((None, artist.to_owned()));
    }
    let Some(artist) = owner::of_file(file) else {
        // Refuses, and says which columns there are.
        return Ok((Some(table.required(&["artist"])?), String::new()));
    };
    remarks
        .push(format!("{file} has no column artist: by its name its counts are taken for those of {artist}"));
    Ok((None, artist))
}

/// Where a file has what, and whose all its rows are if it has no column of artists.
struct Columns {
    artist: Option<Column>,
    owner: String,
    date: Column,
    listeners: Column,
    posts: Option<Column>,
}

/// A row: whose, of which day and instant, and the counts.
type Told<'t> = (&'t str, Date, Option<Timestamp>, Counts);

impl Columns {
    /// Returns what the current row says.
    fn row<'t>(&'t self, table: &'t Table) -> Result<Told<'t>, TableError> {
        let name = self.artist.as_ref().map_or(Ok(self.owner.as_str()), |artist| present(table, artist))?;
        let (day, at) = day(table, &self.date)?;
        let posts = match &self.posts {
            Some(posts) => number(table, posts, invalid::finite)?,
            None => None,
        };
        Ok((name, day, at, (number(table, &self.listeners, invalid::positive)?, posts)))
    }
}

/// Adds a row to those of its artist; `twice` counts the days with two stamps.
fn add(
    table: &Table,
    date: &Column,
    (name, day, at, counts): Told<'_>,
    file: usize,
    artists: &mut Artists,
    twice: &mut Option<(u32, Date)>,
) -> Result<(), TableError> {
    let rows = artists.rows_of(name);
    let place = if rows.last().is_none_or(|last| last.day < day) {
        Err(rows.len())
    } else {
        rows.binary_search_by_key(&day, |row| row.day)
    };
    let row = match place {
        Ok(place) => &mut rows[place],
        Err(place) => {
            rows.insert(place, Row { day, at, file, line: 0, counts, observation: Observation::MISSING });
            &mut rows[place]
        }
    };
    if place.is_ok() && row.file == file && (row.counts, row.at) != (counts, at) {
        match (row.at, at) {
            (Some(before), Some(now)) if before != now => {
                let (count, first) = twice.unwrap_or((0, day));
                *twice = Some((count + 1, first));
                if now < before {
                    return Ok(());
                }
            }
            _ if row.counts == counts => {}
            _ => {
                return Err(table.refuse_text(date, format!("{name} has two different rows for {day}")));
            }
        }
    }
    (row.at, row.file, row.line, row.counts) = (at, file, table.line(), counts);
    row.observation.listeners = counts.0.or(row.observation.listeners);
    row.observation.sound_posts = counts.1.or(row.observation.sound_posts);
    Ok(())
}

fn read_listeners(
    source: Source<'_>,
    file: usize,
    artists: &mut Artists,
    remarks: &mut Vec<String>,
) -> Result<(), TableError> {
    let (mut table, mut rest) = source.open()?;
    let [date, listeners] = LISTENERS_COLUMNS.map(|name| table.required(&[name]));
    let (date, listeners) = (date?, listeners?);
    let posts = table.optional(&["tiktok_sound_posts_change"])?;
    let (artist, owner) = owner(&source, &table, remarks)?;
    let columns = Columns { artist, owner, date, listeners, posts };
    // How many days have two stamps, and the first of them.
    let mut twice: Option<(u32, Date)> = None;
    let mut malformed = Malformed::default();
    loop {
        let row = match table.advance(&mut rest, true) {
            Ok(true) => columns.row(&table),
            Ok(false) => break,
            Err(error) => Err(error),
        };
        let read = row.and_then(|row| add(&table, &columns.date, row, file, artists, &mut twice));
        if let Err(error) = read {
            malformed.add(error);
        }
    }
    remarks.extend(malformed.sentences(source.name).into_iter().map(|what| format!("skipped: {what}")));
    if let Some((days, first)) = twice {
        let name = source.name;
        remarks.push(format!(
            "{name}: days in UTC with two rows: {days}, at first {first}; the later of each counts"
        ));
    }
    Ok(())
}
