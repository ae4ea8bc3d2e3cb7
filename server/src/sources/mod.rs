//! Where listeners come from: Chartmetric, Spotify and files, and a store of what each said when.
//!
//! ```text
//! chartmetric ─┐
//! spotify ─────┼─> Collector ──> Store ──> histories, releases, playlists as they were known at a time
//! files ───────┘
//! ```
//!
//! [`Collector::plan`] says what is stale and how long it takes, [`Collector::collect`] does it. A source that fails costs what
//! it would have told and nothing else. [`vendors`] has servers that speak as both do, for tests and the demo.
//! `docs/sources.md` says what is fetched from where and how often.

mod chartmetric;
mod collector;
mod config;
mod failure;
mod pace;
mod session;
mod spotify;
mod store;
#[cfg(test)]
mod tests;
mod things;
pub(crate) mod vendors;

use self::chartmetric::{Chartmetric, SLOWEST};
pub(crate) use self::collector::{Collected, Collector, Settings, Wanted};
pub(crate) use self::config::Config;
pub(crate) use self::failure::{Failure, Why};
pub(crate) use self::session::Patience;
use self::spotify::Spotify;
pub(crate) use self::store::{ArtistKey, Field, Question, Store};
pub(crate) use self::things::{Heard, PlaylistAdd};

/// Who tells something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// Chartmetric's API.
    Chartmetric,
    /// Spotify's Web API.
    Spotify,
    /// A file that somebody had: `tauroi listeners import`.
    Import,
}

impl Source {
    pub(crate) const ALL: [Self; 3] = [Self::Chartmetric, Self::Spotify, Self::Import];

    /// Returns its name in the store.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Chartmetric => "chartmetric",
            Self::Spotify => "spotify",
            Self::Import => "import",
        }
    }

    /// Returns its name in a sentence.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Chartmetric => "Chartmetric",
            Self::Spotify => "Spotify",
            Self::Import => "an import",
        }
    }
}

/// Signs in to each source that there is a secret for, asks it for nothing, and returns how that went.
///
/// # Errors
///
/// Fails when no TLS can be set up.
pub(crate) async fn sign_in(
    config: Config,
    patience: Patience,
) -> anyhow::Result<Vec<(Source, Result<(), Failure>)>> {
    let mut went = Vec::new();
    if let Some(access) = config.chartmetric {
        went.push((Source::Chartmetric, Chartmetric::new(access, SLOWEST, patience)?.sign_in().await));
    }
    if let Some(access) = config.spotify {
        went.push((Source::Spotify, Spotify::new(access, patience)?.sign_in().await));
    }
    Ok(went)
}
