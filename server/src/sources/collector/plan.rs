//! What is stale, and how long it takes to ask for it.

use core::fmt;
use std::time::Duration;

use shared::units::{Date, Timestamp};

use super::super::Source;
use super::super::chartmetric::{Window, windows};
use super::super::spotify::PER_SECOND;
use super::super::store::{ArtistKey, Asked, Question};
use super::{Collector, Wanted, in_words};

/// How many days after a window's end its counts are all in.
const SETTLED: i32 = 3;
/// How long after an answer that didn't have today's count yet it is asked for again, in hours.
const LATER: i64 = 3;
/// After how many days it is asked again who an artist is at Spotify, if that wasn't known.
const WHO: i32 = 30;
const HOUR: i64 = 3_600_000_000;

/// A request to make about an artist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Job {
    Counts(Window),
    Posts,
    Releases,
    Playlists,
    SpotifyReleases,
    SpotifyArtist,
}

impl Job {
    pub(super) const fn source(self) -> Source {
        match self {
            Self::Counts(_) | Self::Posts | Self::Releases | Self::Playlists => Source::Chartmetric,
            Self::SpotifyReleases | Self::SpotifyArtist => Source::Spotify,
        }
    }

    /// Returns whether it asks for days that were over before this one: they make nothing stale.
    pub(super) fn is_past(self, now: Timestamp) -> bool {
        matches!(self, Self::Counts(window) if window.until < now.date().plus_days(-1))
    }

    pub(super) const fn question(self) -> Question {
        match self {
            Self::Counts(_) => Question::Counts,
            Self::Posts => Question::Posts,
            Self::Releases | Self::SpotifyReleases => Question::Releases,
            Self::Playlists => Question::Playlists,
            Self::SpotifyArtist => Question::Artist,
        }
    }
}

/// What to ask about an artist.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) wanted: Wanted,
    /// None for a number that nobody has named yet.
    pub(super) key: Option<ArtistKey>,
    pub(super) chartmetric: Option<u64>,
    pub(super) spotify: Option<String>,
    /// Whether to ask who the artist is at Spotify, or what the number is called.
    pub(super) asks_who: bool,
    /// What to ask then, the most useful first.
    pub(super) jobs: Vec<Job>,
}

/// What is to be asked.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(super) work: Vec<Work>,
    /// Until when a source must be left alone.
    pub(super) resting: Vec<(Source, Timestamp)>,
    per_second: [(Source, f64); 2],
}

impl Plan {
    /// Returns how many requests a source is asked at least, those for a bearer apart.
    pub(crate) fn requests(&self, source: Source) -> usize {
        if self.resting.iter().any(|(resting, _)| *resting == source) {
            return 0;
        }
        let of = |work: &Work| {
            let who = usize::from(work.asks_who) + usize::from(work.is_searched());
            let jobs = work.jobs.iter().filter(|job| job.source() == source).count();
            jobs + if source == Source::Chartmetric { who } else { 0 }
        };
        self.work.iter().map(of).sum()
    }

    /// Returns how long it takes at the limits as far as they are known, in the machine's time. Sources are asked at the same
    /// time.
    pub(crate) fn takes(&self) -> Duration {
        let of = |&(source, per_second): &(Source, f64)| self.requests(source) as f64 / per_second;
        let longest = self.per_second.iter().map(of).fold(0.0, f64::max);
        Duration::try_from_secs_f64(longest).unwrap_or(Duration::MAX)
    }

    /// Returns whether there is nothing to ask.
    pub(crate) fn is_empty(&self) -> bool {
        self.per_second.iter().all(|(source, _)| self.requests(*source) == 0)
    }
}

impl Work {
    /// Returns whether the artist is to be looked for by name.
    pub(super) fn is_searched(&self) -> bool {
        self.chartmetric.is_none() && self.jobs.iter().any(|job| job.source() == Source::Chartmetric)
    }
}

impl fmt::Display for Plan {
    /// Writes how many requests there are and how long they take.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing to ask: all is up to date, or no source can be asked now");
        }
        let mut first = true;
        for (source, per_second) in self.per_second {
            let count = self.requests(source);
            if count > 0 {
                let comma = if first { "" } else { ", " };
                write!(f, "{comma}{count} requests to {} at {per_second} a second", source.name())?;
                first = false;
            }
        }
        write!(f, ": {}", in_words(self.takes()))
    }
}

impl Collector {
    /// Returns what of these artists is stale by now. It asks nobody.
    ///
    /// # Errors
    ///
    /// Says that the store can't be read or written.
    pub(crate) async fn plan(&self, artists: &[Wanted]) -> anyhow::Result<Plan> {
        let now = self.clock.now();
        let mut keys = Vec::with_capacity(artists.len());
        for wanted in artists {
            keys.push(match wanted {
                Wanted::Named(name) => Some(self.store.artist(name).await?),
                Wanted::Chartmetric(id) => self.store.with_id(Source::Chartmetric, &id.to_string()).await?,
            });
        }
        let known: Vec<ArtistKey> = keys.iter().flatten().copied().collect();
        let mut answered = self.store.answered(&known).await?;
        let (newest, ids) = (self.store.last_counts(&known).await?, self.store.ids(&known).await?);
        let work = artists.iter().zip(keys).map(|(wanted, key)| {
            let answered = key.and_then(|key| answered.remove(&key)).unwrap_or_default();
            let newest = key.and_then(|key| newest.get(&key).copied());
            let id = |source| key.and_then(|key| ids.get(&(key, source)).cloned());
            self.work(wanted, key, &answered, newest, [id(Source::Chartmetric), id(Source::Spotify)], now)
        });
        let work = work.collect();
        let mut resting = Vec::new();
        for source in [Source::Chartmetric, Source::Spotify] {
            if let Some(again) = self.store.again(source).await?.filter(|again| *again > now) {
                resting.push((source, again));
            }
        }
        let of_chartmetric = self.chartmetric.as_ref().map_or(f64::INFINITY, |source| source.per_second());
        let per_second = [(Source::Chartmetric, of_chartmetric), (Source::Spotify, PER_SECOND)];
        Ok(Plan { work, resting, per_second })
    }

    fn work(
        &self,
        wanted: &Wanted,
        key: Option<ArtistKey>,
        answered: &[Asked],
        newest: Option<Date>,
        [id, spotify]: [Option<String>; 2],
        now: Timestamp,
    ) -> Work {
        let chartmetric = match wanted {
            Wanted::Named(_) => id.and_then(|id| id.parse().ok()),
            Wanted::Chartmetric(id) => Some(*id),
        };
        let mut jobs = Vec::new();
        if self.chartmetric.is_some() {
            jobs.extend(of_chartmetric(answered, newest, now));
        }
        if self.spotify.is_some() {
            jobs.extend(of_spotify(answered, self.settings.spotify_calls, now));
        }
        let who = last(answered, Source::Chartmetric, Question::Ids);
        let is_forgotten = who.is_none_or(|at| now.date().days_since(at.date()) >= WHO);
        let asks_who = self.chartmetric.is_some()
            && (key.is_none() || (self.spotify.is_some() && spotify.is_none() && is_forgotten));
        Work { wanted: wanted.clone(), key, chartmetric, spotify, asks_who, jobs }
    }
}

/// Returns when something was last answered.
pub(super) fn last(answered: &[Asked], source: Source, what: Question) -> Option<Timestamp> {
    answered
        .iter()
        .filter(|asked| (asked.source, asked.what) == (source, what))
        .map(|asked| asked.answered)
        .max()
}

/// Returns what of an artist Chartmetric is to be asked: windows of counts that were never read to their end, and once a day
/// the newest and the rest. A count of today that wasn't there yet is asked for again some hours later.
fn of_chartmetric(answered: &[Asked], newest: Option<Date>, now: Timestamp) -> Vec<Job> {
    let today = now.date();
    let mut jobs = Vec::new();
    let mut older = Vec::new();
    for (place, window) in windows(today).into_iter().enumerate() {
        let of_window = answered.iter().filter(|asked| {
            (asked.source, asked.what, asked.since)
                == (Source::Chartmetric, Question::Counts, Some(window.since))
        });
        let read = of_window.map(|asked| asked.answered).max();
        if place == 0 {
            let is_fresh = read.is_some_and(|at| {
                at.date() >= today
                    && (newest.is_some_and(|day| day >= today) || now.micros_since(at) < LATER * HOUR)
            });
            if !is_fresh {
                jobs.push(Job::Counts(window));
            }
        } else if read.is_none_or(|at| at.date() < window.until.plus_days(SETTLED)) {
            older.push(Job::Counts(window));
        }
    }
    let daily = [Job::Posts, Job::Releases, Job::Playlists];
    jobs.extend(daily.into_iter().filter(|job| {
        last(answered, Source::Chartmetric, job.question()).is_none_or(|at| at.date() < today)
    }));
    jobs.extend(older);
    jobs
}

/// Returns what of an artist Spotify is to be asked, `calls` times a day.
fn of_spotify(answered: &[Asked], calls: u32, now: Timestamp) -> Vec<Job> {
    let mut jobs = Vec::new();
    let read = |what| last(answered, Source::Spotify, what);
    let is_today = |what| read(what).is_some_and(|at| at.date() >= now.date());
    let for_releases = if calls > 1 { calls - 1 } else { calls };
    if for_releases > 0 {
        let apart = 24 * HOUR / i64::from(for_releases);
        let is_fresh = match for_releases {
            1 => is_today(Question::Releases),
            _ => read(Question::Releases).is_some_and(|at| now.micros_since(at) < apart),
        };
        if !is_fresh {
            jobs.push(Job::SpotifyReleases);
        }
    }
    if calls > 1 && !is_today(Question::Artist) {
        jobs.push(Job::SpotifyArtist);
    }
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The answers of a run at a time, in which all was asked.
    fn all(jobs: &[Job], answered: Timestamp) -> Vec<Asked> {
        let asked = |job: &Job| {
            let days = match job {
                Job::Counts(window) => Some((window.since, window.until)),
                _ => None,
            };
            let (since, until) = (days.map(|days| days.0), days.map(|days| days.1));
            Asked {
                source: job.source(),
                what: job.question(),
                since,
                until,
                answered,
                reached: Some(answered),
            }
        };
        jobs.iter().map(asked).collect()
    }

    #[test]
    fn years_are_asked_for_once_and_the_rest_once_a_day() {
        let began = at("2026-11-29T17:00:00Z");
        let jobs = of_chartmetric(&[], None, began);
        assert_eq!(jobs.len(), 9 + 3);
        let answered = all(&jobs, began);
        let newest = Some(began.date());
        assert_eq!(of_chartmetric(&answered, newest, at("2026-11-29T23:59:59Z")), []);
        let next = of_chartmetric(&answered, newest, at("2026-11-30T00:00:00Z"));
        assert_eq!(next.len(), 4, "{next:?}");
        // A broken off run goes on with what is missing.
        assert_eq!(of_chartmetric(&answered[..6], newest, began).len(), 6);
    }

    #[test]
    fn a_count_of_today_that_is_not_there_yet_is_asked_for_again() {
        let began = at("2026-11-29T09:00:00Z");
        let answered = all(&of_chartmetric(&[], None, began), began);
        let yesterday = Some(began.date().plus_days(-1));
        assert_eq!(of_chartmetric(&answered, yesterday, at("2026-11-29T11:59:59Z")), []);
        assert_eq!(of_chartmetric(&answered, yesterday, at("2026-11-29T12:00:00Z")).len(), 1);
    }

    #[test]
    fn the_end_of_a_window_is_read_again_when_the_next_has_begun() {
        let first = windows(at("2019-12-16T09:00:00Z").date());
        let began = first[0].until.midnight();
        let answered = all(&of_chartmetric(&[], None, began), began);
        let day = |days| first[0].until.plus_days(days).midnight();
        let of_first = |now| {
            let jobs = of_chartmetric(&answered, None, now);
            jobs.iter()
                .filter(|job| matches!(job, Job::Counts(window) if window.since == first[0].since))
                .count()
        };
        assert_eq!((of_first(began), of_first(day(1)), of_first(day(30))), (0, 1, 1));
    }

    #[test]
    fn spotify_is_asked_as_often_as_its_budget_says() {
        let began = at("2026-11-29T09:00:00Z");
        assert_eq!(of_spotify(&[], 0, began), []);
        assert_eq!(of_spotify(&[], 1, began), [Job::SpotifyReleases]);
        assert_eq!(of_spotify(&[], 3, began), [Job::SpotifyReleases, Job::SpotifyArtist]);
        let answered = all(&[Job::SpotifyReleases, Job::SpotifyArtist], began);
        assert_eq!(of_spotify(&answered, 1, at("2026-11-29T23:00:00Z")), []);
        assert_eq!(of_spotify(&answered, 1, at("2026-11-30T00:00:00Z")), [Job::SpotifyReleases]);
        assert_eq!(of_spotify(&answered, 3, at("2026-11-29T20:59:59Z")), []);
        assert_eq!(of_spotify(&answered, 3, at("2026-11-29T21:00:00Z")), [Job::SpotifyReleases]);
    }
}
