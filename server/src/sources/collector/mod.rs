//! Bringing the store up to date, as far as sources allow.

mod plan;
mod run;

use core::fmt;
use std::time::Duration;

use shared::nowcast::series::History;
use shared::units::Timestamp;

use super::Source;
use super::chartmetric::{Chartmetric, SLOWEST};
use super::config::Config;
use super::session::Patience;
use super::spotify::Spotify;
use super::store::{ArtistKey, Question, Store};
use crate::clock::Clock;

/// How sources are asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// How long a source may take, in the machine's time.
    pub(crate) patience: Patience,
    /// How many requests may be under way at a time.
    pub(crate) at_once: usize,
    /// How often a day Spotify is asked about each artist: once, for releases, or more often where the quota allows. From two
    /// on, one of them is for popularity and followers, which apps in development mode are not told.
    pub(crate) spotify_calls: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { patience: Patience::USUAL, at_once: 16, spotify_calls: 1 }
    }
}

/// Whose numbers are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The artist of this name. Of several, the one with the most listeners.
    Named(String),
    /// The artist with this number at Chartmetric.
    Chartmetric(u64),
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Chartmetric(id) => write!(f, "Chartmetric's artist {id}"),
        }
    }
}

/// What there is after all that could be asked was.
#[derive(Debug)]
pub(crate) struct Collected {
    /// The artists, in the order in which they were wanted.
    pub(crate) artists: Vec<OfArtist>,
    /// How each source is.
    pub(crate) sources: Vec<State>,
    /// As of when this is: everything in it was fetched by then.
    pub(crate) at: Timestamp,
}

impl Collected {
    /// Returns how many requests were made.
    pub(crate) fn requests(&self) -> u32 {
        self.sources.iter().map(|source| source.requests).sum()
    }

    /// Returns all that went wrong, a sentence each.
    pub(crate) fn problems(&self) -> impl Iterator<Item = &str> {
        let of_sources = self.sources.iter().filter_map(|source| source.problem.as_deref());
        of_sources.chain(self.artists.iter().flat_map(|artist| artist.problems.iter().map(String::as_str)))
    }
}

/// What there is of an artist.
#[derive(Debug)]
pub(crate) struct OfArtist {
    /// The artist's place in the store, for what else it has; none for a number that nobody could name.
    pub(crate) key: Option<ArtistKey>,
    /// Listeners and sound posts, as they are known now; none if nothing is.
    pub(crate) history: Option<History>,
    /// When each thing about the artist was last answered, the newest answer of each: of counts, one that went up to its day.
    pub(crate) good: Vec<(Source, Question, Timestamp)>,
    /// What is stale: of what was to be asked, what wasn't answered. Counts of years past make nothing stale.
    pub(crate) unanswered: Vec<(Source, Question)>,
    /// What went wrong with this artist alone, a sentence each. What went wrong with a whole source is in its [`State`].
    pub(crate) problems: Vec<String>,
}

impl OfArtist {
    /// Returns the day of the last count of listeners.
    #[cfg(test)]
    pub(crate) fn last_count(&self) -> Option<shared::units::Date> {
        self.history.as_ref().and_then(|history| history.as_of(history.end()).last_count())
    }

    /// Returns when a thing was last answered by a source.
    pub(crate) fn good_at(&self, source: Source, what: Question) -> Option<Timestamp> {
        self.good.iter().find(|(from, of, _)| (*from, *of) == (source, what)).map(|(_, _, at)| *at)
    }

    /// Returns since when a thing that a source should have told by now is not known anew: when it was last told. `None` where
    /// nothing is overdue; `Some(None)` where it never was told.
    pub(crate) fn stale_since(&self, source: Source, what: Question) -> Option<Option<Timestamp>> {
        self.unanswered.contains(&(source, what)).then(|| self.good_at(source, what))
    }
}

/// How a source is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    /// Which.
    pub(crate) source: Source,
    /// Whether there is what it takes to ask it.
    pub(crate) is_set_up: bool,
    /// How many requests this run made.
    pub(crate) requests: u32,
    /// How many a second it allows, as far as is known.
    pub(crate) per_second: Option<f64>,
    /// Why the run stopped asking it, if it did, or left out a kind of question.
    pub(crate) problem: Option<String>,
}

/// Who asks sources and keeps what they say.
///
/// ```ignore
/// let store = Store::open(&Store::usual_path()?).await?;
/// let collector = Collector::new(Config::from_environment()?, store, Clock::real(), Settings::default()).await?;
/// let wanted = [Wanted::Named("Bad Bunny".to_owned())];
/// let plan = collector.plan(&wanted).await?;
/// eprintln!("{plan}"); // how many requests, and how long they take
/// let collected = collector.collect(plan).await?;
/// ```
#[derive(Debug)]
pub(crate) struct Collector {
    store: Store,
    chartmetric: Option<Chartmetric>,
    spotify: Option<Spotify>,
    clock: Clock,
    settings: Settings,
}

impl Collector {
    /// Returns a collector; nothing is asked yet. `clock` says what time it is, and so what is stale.
    ///
    /// # Errors
    ///
    /// Fails when the store can't be read or no TLS can be set up.
    pub(crate) async fn new(
        config: Config,
        store: Store,
        clock: Clock,
        settings: Settings,
    ) -> anyhow::Result<Self> {
        let per_second = store.rate(Source::Chartmetric).await?.unwrap_or(SLOWEST);
        let patience = settings.patience;
        let chartmetric = config.chartmetric.map(|access| Chartmetric::new(access, per_second, patience));
        let spotify = config.spotify.map(|access| Spotify::new(access, patience));
        Ok(Self {
            store,
            chartmetric: chartmetric.transpose()?,
            spotify: spotify.transpose()?,
            clock,
            settings,
        })
    }

    /// Returns where all is kept.
    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    /// Returns whether there is what it takes to ask a source.
    pub(crate) const fn is_set_up(&self, source: Source) -> bool {
        match source {
            Source::Chartmetric => self.chartmetric.is_some(),
            Source::Spotify => self.spotify.is_some(),
            Source::Import => false,
        }
    }
}

/// Returns a time in words, to the second or minute.
fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => "less than a second".to_owned(),
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}
