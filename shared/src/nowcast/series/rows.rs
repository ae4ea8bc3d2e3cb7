//! The rows that files have of each artist, and the histories they are laid out as.

use super::{History, Observation, Source};
use crate::invalid::quoted;
use crate::names::folded;
use crate::table::TableError;
use crate::units::{Date, Timestamp};

/// The most days between one count and the next: a year and a day. Further apart one of the two dates is a typo.
const LONGEST_GAP: i32 = 366;
/// The most days of a history: a century.
const LONGEST_SPAN: i32 = 36_525;

/// What files say of one artist's day.
pub(super) struct Row {
    pub(super) day: Date,
    /// The instant of the count, where the file has one.
    pub(super) at: Option<Timestamp>,
    /// The last file that has it, and its line and counts there.
    pub(super) file: usize,
    pub(super) line: u64,
    pub(super) counts: Counts,
    pub(super) observation: Observation,
}

/// Listeners and new sound posts.
pub(super) type Counts = (Option<f64>, Option<f64>);

/// An artist's name as it was first written, what all its spellings have in common, another spelling if there was one,
/// and the rows in the order of days.
struct Artist {
    name: String,
    folded: String,
    other: Option<String>,
    rows: Vec<Row>,
}

/// The rows of each artist; the artists in the order in which they first appear.
#[derive(Default)]
pub(super) struct Artists {
    all: Vec<Artist>,
    /// The places in `all`, in the order of folded names.
    by_name: Vec<usize>,
    /// The last name asked for, as it was written, and whose it is.
    last: Option<(String, usize)>,
}

impl Artists {
    fn search(&self, folded: &str) -> Result<usize, usize> {
        self.by_name.binary_search_by(|&at| self.all[at].folded.as_str().cmp(folded))
    }

    /// Returns an artist's rows: none yet if the name is new.
    pub(super) fn rows_of(&mut self, name: &str) -> &mut Vec<Row> {
        // Most files have an artist's rows one after another.
        let at = match &self.last {
            Some((last, at)) if last == name => *at,
            _ => self.find_or_add(name),
        };
        &mut self.all[at].rows
    }

    fn find_or_add(&mut self, name: &str) -> usize {
        let folded = folded(name);
        let at = match self.search(&folded) {
            Ok(place) => self.by_name[place],
            Err(place) => {
                self.by_name.insert(place, self.all.len());
                self.all.push(Artist { name: name.to_owned(), folded, other: None, rows: Vec::new() });
                self.all.len() - 1
            }
        };
        let artist = &mut self.all[at];
        if artist.name != name && artist.other.is_none() {
            artist.other = Some(name.to_owned());
        }
        self.last = Some((name.to_owned(), at));
        at
    }

    /// Returns a sentence for each artist whose name is written in more than one way.
    pub(super) fn spellings(&self) -> impl Iterator<Item = String> {
        self.all.iter().filter_map(|artist| {
            let other = artist.other.as_ref()?;
            Some(format!("{} and {} are taken for one artist", quoted(&artist.name), quoted(other)))
        })
    }

    /// Returns each artist with its rows.
    pub(super) fn all(self) -> impl Iterator<Item = (String, Vec<Row>)> {
        self.all.into_iter().map(|artist| (artist.name, artist.rows))
    }
}

/// Lays the days out one after another, the missing ones explicit; `None` for an artist without a day.
///
/// # Errors
///
/// Names the row of a date that is more than a year from all others, or with which they span more than a century.
pub(super) fn whole(
    artist: String,
    rows: &[Row],
    files: &[Source<'_>],
) -> Result<Option<History>, TableError> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(None) };
    let refuse = |row: &Row, column: Option<&str>, reason: String| TableError {
        file: files.get(row.file).map_or_else(String::new, |source| source.name.to_owned()),
        line: row.line,
        column: column.map(str::to_owned),
        reason,
    };
    for (place, pair) in rows.windows(2).enumerate() {
        let apart = pair[1].day.days_since(pair[0].day);
        if apart > LONGEST_GAP {
            // A typo stands alone, or almost: on the side with the fewer rows.
            let suspect = usize::from(2 * (place + 1) >= rows.len());
            let (from, to) = (pair[0].day, pair[1].day);
            let reason = format!(
                "{artist} has nothing from {from} to {to}, {apart} days later: likely a typo in a date"
            );
            return Err(refuse(&pair[suspect], Some("date"), reason));
        }
    }
    let (first, length) = (first.day, last.day.days_since(first.day) + 1);
    if length > LONGEST_SPAN {
        let reason = format!("{artist} has {length} days since {first}, and {LONGEST_SPAN} are the most");
        return Err(refuse(last, Some("date"), reason));
    }
    let mut days = vec![Observation::MISSING; usize::try_from(length).unwrap_or(0)];
    for row in rows {
        if let Some(day) =
            usize::try_from(row.day.days_since(first)).ok().and_then(|place| days.get_mut(place))
        {
            *day = row.observation;
        }
    }
    History::new(artist, first, days).map(Some).map_err(|invalid| refuse(last, None, invalid.to_string()))
}
