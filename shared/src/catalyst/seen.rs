//! Telling what is new from what was there at the last look.

use super::{Catalyst, Kind, Settings};
use crate::format;
use crate::names::folded;
use crate::stats::percentile;
use crate::units::{Date, Timestamp};

/// How many days must have been counted before one of them says anything.
const LEAST_DAYS: usize = 20;

/// What a source said of an artist at a time; the last one is what the next is compared with, so that who asks keeps it.
#[derive(Debug, PartialEq)]
pub struct Look<'a, T> {
    /// When it was said.
    pub at: Timestamp,
    /// All that was said.
    pub seen: &'a [T],
}

// Derived, these would ask the same of what was seen, of which only a reference is here.
impl<T> Clone for Look<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Look<'_, T> {}

/// Music that came out, or that is to come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its title. One that is listed in several editions or by several sources under one title is one release.
    pub title: String,
    /// The day on which it came or comes out.
    pub date: Date,
}

/// A track on a playlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaylistTrack {
    /// The playlist's name.
    pub playlist: String,
    /// The track's title.
    pub track: String,
    /// The day on which it was put there.
    pub added: Date,
}

/// A day on which something is to happen: a row of the table of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// The day.
    pub date: Date,
    /// What kind of thing, in the table's words: `concert`, `tour`, `festival`, `award`, `album`.
    pub kind: String,
}

/// Returns a catalyst for each release that is out now and wasn't known to be out at the last look, if it came out today or
/// within `recent_days` before. What is announced is news on the day on which it comes out.
///
/// At the first look, `before` is none: then all that came out lately is news.
pub fn releases(
    settings: &Settings,
    artist: &str,
    before: Option<Look<'_, Release>>,
    now: Look<'_, Release>,
) -> Vec<Catalyst> {
    let near =
        |one: Date, other: Date| i64::from(one.days_since(other)).abs() <= settings.recent_days.units();
    // Sources correct dates by a day or two: that is no other release.
    let same = |one: &Release, other: &Release| {
        near(one.date, other.date) && folded(&one.title) == folded(&other.title)
    };
    let is_known = |release: &Release| {
        before.is_some_and(|before| {
            before.seen.iter().any(|known| known.date <= before.at.date() && same(known, release))
        })
    };
    let mut new: Vec<&Release> = Vec::new();
    for release in now.seen.iter().filter(|release| is_recent(settings, now.at, release.date)) {
        if !is_known(release) && !new.iter().any(|other| same(other, release)) {
            new.push(release);
        }
    }
    let raise = |release: &Release| {
        let text = format!("“{}” came out on {}", release.title, format::date(release.date));
        settings.raise(Kind::Release, artist, now.at, text)
    };
    new.into_iter().filter_map(raise).collect()
}

/// Returns a catalyst if Spotify's popularity, from 0 to 100, changed by `popularity_points` or more since the last look.
pub fn popularity(
    settings: &Settings,
    artist: &str,
    before: Option<u8>,
    at: Timestamp,
    now: u8,
) -> Option<Catalyst> {
    let before = before?;
    let went = match i64::from(now) - i64::from(before) {
        change if change.abs() < settings.popularity_points.units() => return None,
        change if change > 0 => "rose",
        _ => "fell",
    };
    let text = format!("the popularity {went} from {before} to {now}");
    settings.raise(Kind::Popularity, artist, at, text)
}

/// Returns a catalyst for each track that is on one of the `watched` playlists now and wasn't at the last look, if it was put
/// there today or within `recent_days` before. At the first look, `before` is none.
pub fn playlists<S: AsRef<str>>(
    settings: &Settings,
    artist: &str,
    watched: &[S],
    before: Option<Look<'_, PlaylistTrack>>,
    now: Look<'_, PlaylistTrack>,
) -> Vec<Catalyst> {
    let same = |one: &PlaylistTrack, other: &PlaylistTrack| {
        folded(&one.playlist) == folded(&other.playlist) && folded(&one.track) == folded(&other.track)
    };
    let is_watched = |entry: &PlaylistTrack| {
        let name = folded(&entry.playlist);
        watched.iter().any(|watched| folded(watched.as_ref()) == name)
    };
    let mut new: Vec<&PlaylistTrack> = Vec::new();
    for entry in now.seen.iter().filter(|entry| is_recent(settings, now.at, entry.added) && is_watched(entry))
    {
        let is_known = before.is_some_and(|before| before.seen.iter().any(|known| same(known, entry)));
        if !is_known && !new.iter().any(|other| same(other, entry)) {
            new.push(entry);
        }
    }
    let raise = |entry: &PlaylistTrack| {
        let PlaylistTrack { playlist, track, added } = entry;
        let text = format!("“{track}” is on {playlist} since {}", format::date(*added));
        settings.raise(Kind::Playlist, artist, now.at, text)
    };
    new.into_iter().filter_map(raise).collect()
}

/// Returns a catalyst if the latest day's velocity lies above the `velocity_pctile`th percentile of those within
/// `velocity_days` before it, and the surge that this is part of began after the day that was the latest at the last look.
///
/// `days` holds each day's velocity, as posts a day, in order of time; days that were not counted are left out. A day of which
/// fewer than 20 before it were counted is no surge, nor is a latest day that is over for longer than `recent_days`.
pub fn velocity(
    settings: &Settings,
    artist: &str,
    before: Option<Date>,
    at: Timestamp,
    days: &[(Date, f64)],
) -> Option<Catalyst> {
    let (latest, posts) = *days.last()?;
    if !is_recent(settings, at, latest) {
        return None;
    }
    let beyond = |place: usize| {
        let (day, value) = *days.get(place)?;
        let usual = usual(settings, days.get(..place)?, day)?;
        (value > usual).then_some((day, usual))
    };
    let (_, usual) = beyond(days.len() - 1)?;
    // The days of the surge, the latest first.
    let began = (0..days.len()).rev().map_while(beyond).last().map(|(day, _)| day)?;
    if before.is_some_and(|before| began <= before) {
        return None;
    }
    let text = format!(
        "{} posts a day on TikTok on {}, where {} are more than on {}\u{202f}% of the days before",
        format::grouped(posts as i64),
        format::date(latest),
        format::grouped(usual as i64),
        settings.velocity_pctile
    );
    settings.raise(Kind::Velocity, artist, at, text)
}

/// Returns the velocity that is above most of those before a day; nothing where too few were counted.
fn usual(settings: &Settings, earlier: &[(Date, f64)], day: Date) -> Option<f64> {
    let within = |then: Date| (1..=settings.velocity_days.units()).contains(&i64::from(day.days_since(then)));
    let values: Vec<f64> = earlier
        .iter()
        .filter(|(then, value)| within(*then) && value.is_finite())
        .map(|(_, value)| *value)
        .collect();
    if values.len() < LEAST_DAYS {
        return None;
    }
    let per_mille = usize::try_from(settings.velocity_pctile.units()).unwrap_or(1_000);
    percentile(&values, per_mille)
}

/// Returns a catalyst for each row of the table of events that is of today, and either wasn't in it at the last look or
/// wasn't of today then. A row `album` is a release; other kinds than those of [`Scheduled`] are none.
pub fn scheduled(
    settings: &Settings,
    artist: &str,
    before: Option<Look<'_, Scheduled>>,
    now: Look<'_, Scheduled>,
) -> Vec<Catalyst> {
    let today = now.at.date();
    let mut new: Vec<&Scheduled> = Vec::new();
    for row in now.seen.iter().filter(|row| row.date == today) {
        let is_known = before.is_some_and(|before| before.at.date() >= today && before.seen.contains(row));
        if !is_known && !new.contains(&row) {
            new.push(row);
        }
    }
    let raise = |row: &Scheduled| {
        let word = folded(&row.kind);
        let kind = match word.as_str() {
            "album" => Kind::Release,
            "concert" | "tour" | "festival" | "award" => Kind::Tour,
            _ => return None,
        };
        let text = format!("the table of events has {word} on {}", format::date(today));
        settings.raise(kind, artist, now.at, text)
    };
    new.into_iter().filter_map(raise).collect()
}

/// Returns whether something of a day is news.
fn is_recent(settings: &Settings, now: Timestamp, day: Date) -> bool {
    (0..=settings.recent_days.units()).contains(&i64::from(now.date().days_since(day)))
}
