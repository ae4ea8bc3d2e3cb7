//! The readers for the listeners and the events files: CSV bytes in, histories out.

use super::rows::{Artists, Row, whole};
use super::{History, Observation};
use crate::decimal;
use crate::invalid::{self, Invalid, quoted};
use crate::table::{Column, Table, TableError};
use crate::units::Date;

/// A file's name, for messages, and its (unpacked) content.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What to call the file in an error.
    pub name: &'a str,
    /// CSV with a header line.
    pub bytes: &'a [u8],
}

/// The columns that a listeners file must have.
pub const LISTENERS_COLUMNS: [&str; 3] = ["artist", "date", "spotify_monthly_listeners"];

/// The columns that an events file must have.
pub const EVENTS_COLUMNS: [&str; 4] = ["artist", "date", "kind", "impact"];

impl<'a> Source<'a> {
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
    fn open(self) -> Result<(Table, &'a [u8]), TableError> {
        let (mut table, mut rest) = (Table::new(self.name), self.bytes);
        table.read_header(&mut rest, true)?;
        Ok((table, rest))
    }
}

/// Returns one history per artist, in the order in which the artists first appear.
///
/// `listeners` files have the columns `artist`, `date`, `spotify_monthly_listeners` and, if they like,
/// `tiktok_sound_posts_change`; `events` files `artist`, `date`, `kind`, `impact`. Headers are
/// case-insensitive and further columns are ignored. A date may be a timestamp; an empty count is a missing
/// one. Where several files have the same artist and day, a later file's count stands (a newer vintage);
/// within one file two rows for one day must agree. Impacts of one day multiply; events of artists or days
/// that no listeners file has are ignored.
///
/// # Errors
///
/// Where a file isn't such a CSV, with file, line and column. Where one of an artist's dates is more than a year from
/// all others, or they span more than a century: the days between would be laid out, millions of them for a typo.
pub fn read_histories(listeners: &[Source<'_>], events: &[Source<'_>]) -> Result<Vec<History>, TableError> {
    let mut artists = Artists::default();
    for (file, source) in listeners.iter().enumerate() {
        read_listeners(*source, file, &mut artists)?;
    }
    for source in events {
        read_events(*source, &mut artists)?;
    }
    let whole = |(artist, rows): (String, Vec<Row>)| whole(artist, &rows, listeners).transpose();
    artists.all.into_iter().filter_map(whole).collect()
}

fn read_listeners(source: Source<'_>, file: usize, artists: &mut Artists) -> Result<(), TableError> {
    let (mut table, mut rest) = source.open()?;
    let [artist, date, listeners] = LISTENERS_COLUMNS.map(|name| table.required(&[name]));
    let (artist, date, listeners) = (artist?, date?, listeners?);
    let posts = table.optional(&["tiktok_sound_posts_change"])?;
    while table.advance(&mut rest, true)? {
        let name = present(&table, &artist)?;
        let day = day(&table, &date)?;
        let posts = match &posts {
            Some(posts) => number(&table, posts, invalid::finite)?,
            None => None,
        };
        let counts = (number(&table, &listeners, invalid::positive)?, posts);
        let at = artists.find_or_add(name);
        let rows = &mut artists.all[at].1;
        let place = if rows.last().is_none_or(|last| last.day < day) {
            Err(rows.len())
        } else {
            rows.binary_search_by_key(&day, |row| row.day)
        };
        let row = match place {
            Ok(place) if rows[place].file == file && rows[place].counts != counts => {
                return Err(table.refuse_text(&date, format!("{name} has two different rows for {day}")));
            }
            Ok(place) => &mut rows[place],
            Err(place) => {
                rows.insert(place, Row { day, file, line: 0, counts, observation: Observation::MISSING });
                &mut rows[place]
            }
        };
        (row.file, row.line, row.counts) = (file, table.line(), counts);
        row.observation.listeners = counts.0.or(row.observation.listeners);
        row.observation.sound_posts = counts.1.or(row.observation.sound_posts);
    }
    Ok(())
}

fn read_events(source: Source<'_>, artists: &mut Artists) -> Result<(), TableError> {
    let (mut table, mut rest) = source.open()?;
    let [artist, date, kind, impact] = EVENTS_COLUMNS.map(|name| table.required(&[name]));
    let (artist, date, _, impact) = (artist?, date?, kind?, impact?);
    while table.advance(&mut rest, true)? {
        let factor = number(&table, &impact, invalid::positive)?;
        let factor = factor.ok_or_else(|| table.refuse_text(&impact, "must not be empty".to_owned()))?;
        let (name, day) = (present(&table, &artist)?, day(&table, &date)?);
        if let Some(at) = artists.find(name)
            && let days = &mut artists.all[at].1
            && let Ok(place) = days.binary_search_by_key(&day, |row| row.day)
        {
            let product = days[place].observation.impact * factor;
            days[place].observation.impact = invalid::positive("impact", product).map_err(|_| {
                table.refuse_text(&impact, format!("with the day's others comes to {product}"))
            })?;
        }
    }
    Ok(())
}

/// Returns the current row's text in a column, which must have one.
fn present<'t>(table: &'t Table, column: &Column) -> Result<&'t str, TableError> {
    match table.text(column)? {
        "" => Err(table.refuse_text(column, "must not be empty".to_owned())),
        text => Ok(text),
    }
}

/// Returns the current row's date in a column, alone or followed by `T` or a space and a time of day.
///
/// It is taken as it is written, whatever zone the time is in: it is the date the count carries.
fn day(table: &Table, column: &Column) -> Result<Date, TableError> {
    let text = present(table, column)?;
    let date = text.split_once(['T', ' ']).map_or(text, |(date, _)| date);
    date.parse().map_err(|invalid| table.refuse(column, &invalid))
}

/// Returns the current row's number in a column, if there is one, which `check` must accept.
fn number(
    table: &Table,
    column: &Column,
    check: fn(&'static str, f64) -> Result<f64, Invalid>,
) -> Result<Option<f64>, TableError> {
    let text = table.text(column)?;
    if text.is_empty() {
        return Ok(None);
    }
    let value = decimal::parse_long(text)
        .ok_or_else(|| table.refuse_text(column, format!("must be a number, got {}", quoted(text))))?;
    check("number", value).map(Some).map_err(|invalid| table.refuse(column, &invalid))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source<'_> {
        Source { name: "f.csv", bytes: text.as_bytes() }
    }

    #[test]
    fn gaps_are_explicit_and_headers_any_case() {
        let file = "Extra,ARTIST,Date,Spotify_Monthly_Listeners\n1,A,2024-01-01,100\n2,A,2024-01-04T10:00:00Z,103.0\n3,B,2024-01-02,\n";
        let histories = read_histories(&[source(file)], &[]).unwrap();
        assert_eq!(histories.len(), 2);
        let a = histories[0].as_of("2025-01-01".parse::<Date>().unwrap());
        assert_eq!(
            a.days().iter().map(|d| d.listeners).collect::<Vec<_>>(),
            [Some(100.0), None, None, Some(103.0)]
        );
        assert_eq!(histories[1].artist(), "B");
    }

    #[test]
    fn a_file_of_another_kind_is_told_by_its_header() {
        let listeners = source("Artist,DATE,spotify_monthly_listeners\n");
        assert_eq!(listeners.missing_column(&LISTENERS_COLUMNS), Ok(None));
        assert_eq!(listeners.missing_column(&EVENTS_COLUMNS), Ok(Some("kind")));
        assert_eq!(source("").missing_column(&LISTENERS_COLUMNS), Ok(Some("artist")));
    }

    #[test]
    fn errors_name_file_line_and_column() {
        let field = |text| {
            let error = read_histories(&[source(text)], &[]).unwrap_err();
            format!("{}:{}:{}", error.file, error.line, error.column.unwrap_or_default())
        };
        assert_eq!(field("artist,date\n"), "f.csv:1:spotify_monthly_listeners");
        assert_eq!(
            field("artist,date,spotify_monthly_listeners\nA,2024-01-01,x\n"),
            "f.csv:2:spotify_monthly_listeners"
        );
        assert_eq!(
            field("artist,date,spotify_monthly_listeners\nA,2024-01-01,5\nA,2024-02-30,5\n"),
            "f.csv:3:date"
        );
        assert_eq!(
            field("artist,date,spotify_monthly_listeners\nA,2024-01-01,5\nA,2024-01-01,6\n"),
            "f.csv:3:date"
        );
        assert_eq!(
            field("artist,date,spotify_monthly_listeners\nA,2024-01-01,-5\n"),
            "f.csv:2:spotify_monthly_listeners"
        );
        assert_eq!(field("artist,date,spotify_monthly_listeners\nA,2024-01-01\n"), "f.csv:2:");
    }

    #[test]
    fn a_later_file_stands_and_events_multiply() {
        let old = "artist,date,spotify_monthly_listeners\nA,2024-01-01,5\nA,2024-01-02,6\n";
        let new = "artist,date,spotify_monthly_listeners\nA,2024-01-02,7\n";
        let events =
            "artist,date,kind,impact\nA,2024-01-02,album,2\nA,2024-01-02,award,1.5\nC,2024-01-02,album,2\n";
        let histories = read_histories(&[source(old), source(new)], &[source(events)]).unwrap();
        let days = histories[0].as_of("2024-01-02".parse::<Date>().unwrap()).days();
        assert_eq!(days[1], Observation { listeners: Some(7.0), sound_posts: None, impact: 3.0 });
    }

    #[test]
    fn a_date_that_is_years_from_the_others_is_named_as_a_typo() {
        let refusal = |dates: &[&str]| {
            let rows: String = dates.iter().map(|date| format!("A,{date},5\n")).collect();
            let text = format!("artist,date,spotify_monthly_listeners\n{rows}");
            read_histories(&[source(&text)], &[]).map(|_| ()).unwrap_err().to_string()
        };
        assert_eq!(
            refusal(&["2025-11-29", "2025-11-30", "2062-01-01"]),
            "f.csv, line 4, column date: A has nothing from 2025-11-30 to 2062-01-01, 13181 days later: \
             likely a typo in a date"
        );
        assert!(
            refusal(&["0025-11-30", "2025-11-30", "2025-12-01"]).starts_with("f.csv, line 2, column date")
        );
        assert!(refusal(&["9999-12-31", "0001-01-01"]).starts_with("f.csv, line 2, column date"));
        // One of two files is a year behind: that, too, is a gap.
        assert!(refusal(&["2024-11-30", "2025-12-02"]).contains("367 days later"));
        let yearly: Vec<String> = (1900..=2001).map(|year| format!("{year}-01-01")).collect();
        let yearly: Vec<&str> = yearly.iter().map(String::as_str).collect();
        assert!(refusal(&yearly).ends_with("A has 36891 days since 1900-01-01, and 36525 are the most"));
    }

    #[test]
    fn a_year_without_a_count_is_none() {
        let text = "artist,date,spotify_monthly_listeners\nA,2024-01-01,5\nA,2025-01-01,6\n";
        let histories = read_histories(&[source(text)], &[]).unwrap();
        assert_eq!(histories[0].as_of("2025-01-01".parse::<Date>().unwrap()).days().len(), 367);
    }

    #[test]
    fn impacts_that_no_number_holds_are_refused_where_they_are() {
        let counts = "artist,date,spotify_monthly_listeners\nA,2024-01-01,5\n";
        let events = "artist,date,kind,impact\nA,2024-01-01,album,1e200\nA,2024-01-01,award,1e200\n";
        let refusal = read_histories(&[source(counts)], &[source(events)]).unwrap_err();
        assert_eq!((refusal.line, refusal.column.as_deref()), (3, Some("impact")));
    }
}
