//! What moves listeners, and when: releases, tours, awards.

use super::cells::{day, number, present};
use super::{EVENTS_COLUMNS, History, Source};
use crate::invalid::{self, Invalid, quoted};
use crate::market::csv::Malformed;
use crate::math;
use crate::names::folded;
use crate::table::{Column, Table, TableError};
use crate::units::Date;

/// A kind of event that moves listeners, which has an impact of its own where none is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// Nothing that would widen anything.
    None,
    /// A concert.
    Concert,
    /// A tour.
    Tour,
    /// An award show.
    Award,
    /// An album.
    Album,
    /// Something else, whose impact is always given.
    Other,
}

impl EventKind {
    /// Returns the factor on the standard deviation of that day's growth, where none is given: none 1, concert or tour 1.1,
    /// award 2, album 3; nothing for another kind.
    pub fn impact(self) -> Option<f64> {
        match self {
            Self::None => Some(1.0),
            Self::Concert | Self::Tour => Some(1.1),
            Self::Award => Some(2.0),
            Self::Album => Some(3.0),
            Self::Other => None,
        }
    }

    /// Returns its name, as files have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Concert => "concert",
            Self::Tour => "tour",
            Self::Award => "award",
            Self::Album => "album",
            Self::Other => "other",
        }
    }

    /// Returns the kind of that name in any case; what isn't known is another kind.
    pub fn named(name: &str) -> Self {
        let known = [Self::None, Self::Concert, Self::Tour, Self::Award, Self::Album];
        let is_named = |kind: &Self| {
            kind.name().eq_ignore_ascii_case(name)
                || *kind == Self::Award
                    && ["award show", "award_show"].iter().any(|a| a.eq_ignore_ascii_case(name))
        };
        known.into_iter().find(is_named).unwrap_or(Self::Other)
    }
}

/// The greatest impact: a day a hundred times as wide as others is a mistyped number, and its square must be one.
const MOST_IMPACT: f64 = 100.0;

/// Something that moves an artist's listeners, known or announced.
#[derive(Debug, Clone, PartialEq)]
pub struct ListenerEvent {
    artist: String,
    day: Date,
    kind: EventKind,
    impact: f64,
}

impl ListenerEvent {
    /// Returns what happens to `artist` on `day`; without an `impact` it is that of its `kind`.
    ///
    /// # Errors
    ///
    /// Names `artist` if it is empty, and `impact` if it is not positive, more than a hundred, or missing where the kind has
    /// none.
    pub fn new(
        artist: impl Into<String>,
        day: Date,
        kind: EventKind,
        impact: Option<f64>,
    ) -> Result<Self, Invalid> {
        let artist = artist.into();
        if artist.is_empty() {
            return Err(Invalid::new("artist", "must not be empty"));
        }
        let impact = impact.or_else(|| kind.impact());
        let impact =
            impact.ok_or_else(|| Invalid::new("impact", "is empty, and the kind has none of its own"))?;
        let impact = invalid::positive("impact", impact)?;
        if impact > MOST_IMPACT {
            return Err(Invalid::new("impact", format!("must be at most {MOST_IMPACT}, got {impact:e}")));
        }
        Ok(Self { artist, day, kind, impact })
    }

    /// Returns whose listeners it moves.
    pub fn artist(&self) -> &str {
        &self.artist
    }

    /// Returns the day.
    pub fn day(&self) -> Date {
        self.day
    }

    /// Returns the kind.
    pub fn kind(&self) -> EventKind {
        self.kind
    }

    /// Returns the factor by which it multiplies the standard deviation of that day's growth.
    pub fn impact(&self) -> f64 {
        self.impact
    }
}

/// Returns the days after `after` up to `until` on which something moves `artist`'s listeners, in order, and by what
/// factor: of several on one day the largest.
pub fn impacts(events: &[ListenerEvent], artist: &str, after: Date, until: Date) -> Vec<(Date, f64)> {
    let artist = folded(artist);
    let mut days: Vec<(Date, f64)> = Vec::new();
    for event in events.iter().filter(|event| event.day > after && event.day <= until) {
        if folded(&event.artist) == artist {
            match days.binary_search_by_key(&event.day, |(day, _)| *day) {
                Ok(place) => days[place].1 = math::max(days[place].1, event.impact),
                Err(place) => days.insert(place, (event.day, event.impact)),
            }
        }
    }
    days
}

impl History {
    /// Returns the history in which each day of the artist's `events` has their impact: of several the largest. Days
    /// outside the history, and other artists, are left alone.
    #[must_use]
    pub fn with_events(&self, events: &[ListenerEvent]) -> Self {
        let mut changed = self.clone();
        for (day, impact) in impacts(events, self.artist(), self.first().plus_days(-1), self.end()) {
            changed.set_impact(day, impact);
        }
        changed
    }
}

/// Returns what files of events hold, and a sentence for each row that was skipped because it is malformed.
///
/// The columns are `artist`, `date`, `kind` and `impact`; an empty `impact` goes by the kind, see [`EventKind::impact`].
///
/// # Errors
///
/// Where a file's header isn't one of such a CSV.
pub fn read_events(sources: &[Source<'_>]) -> Result<(Vec<ListenerEvent>, Vec<String>), TableError> {
    let (mut events, mut remarks) = (Vec::new(), Vec::new());
    for source in sources {
        let (mut table, mut rest) = source.open()?;
        let [artist, date, kind, impact] = EVENTS_COLUMNS.map(|name| table.required(&[name]));
        let columns = [artist?, date?, kind?, impact?];
        let mut malformed = Malformed::default();
        loop {
            let row = match table.advance(&mut rest, true) {
                Ok(true) => row(&table, &columns),
                Ok(false) => break,
                Err(error) => Err(error),
            };
            match row {
                Ok(event) => events.push(event),
                Err(error) => malformed.add(error),
            }
        }
        remarks.extend(malformed.sentences(source.name).into_iter().map(|what| format!("skipped: {what}")));
    }
    Ok((events, remarks))
}

fn row(table: &Table, [artist, date, kind, impact]: &[Column; 4]) -> Result<ListenerEvent, TableError> {
    let factor = number(table, impact, invalid::positive)?;
    let (name, (day, _)) = (present(table, artist)?, day(table, date)?);
    let said = table.text(kind)?;
    ListenerEvent::new(name, day, EventKind::named(said), factor).map_err(|_| {
        table.refuse_text(impact, format!("is empty, and the kind {} has none of its own", quoted(said)))
    })
}
