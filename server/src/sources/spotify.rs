//! Spotify: releases of the last days, and popularity and followers where an app still gets them. It has never told monthly
//! listeners.
//!
//! Paths and shapes are those of its Web API reference of November 2026.

use serde::Deserialize;
use shared::units::Date;

use super::config::SpotifyAccess;
use super::failure::Failure;
use super::session::{Access, Patience, Session};
use super::things::Release;

/// How many requests a second we make. The limit is not published and counts over 30 s: a dozen artists in a row are well
/// below what a new app was seen to be allowed.
pub(crate) const PER_SECOND: f64 = 10.0;
/// How many days a release is new.
pub(crate) const NEW_DAYS: i32 = 3;

/// A connection to Spotify.
#[derive(Debug)]
pub(crate) struct Spotify {
    session: Session,
    market: String,
}

/// What is known of an artist today. Apps in development mode are told neither.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Artist {
    /// From 0 to 100.
    pub(crate) popularity: Option<f64>,
    /// How many follow it.
    pub(crate) followers: Option<f64>,
}

#[derive(Deserialize)]
struct ArtistAnswer {
    popularity: Option<f64>,
    followers: Option<Followers>,
}

#[derive(Deserialize)]
struct Followers {
    total: Option<f64>,
}

/// A page of releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct New {
    /// Those of the last three days.
    pub(crate) releases: Vec<Release>,
    /// How many releases are on other pages, which were not asked for.
    pub(crate) unseen: usize,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Item>,
    total: Option<usize>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    name: Option<String>,
    album_type: Option<String>,
    release_date: Option<String>,
    release_date_precision: Option<String>,
    total_tracks: Option<u32>,
}

impl Spotify {
    /// Returns a connection; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails when no TLS can be set up.
    pub(crate) fn new(access: SpotifyAccess, patience: Patience) -> anyhow::Result<Self> {
        let market = access.market.clone();
        Ok(Self { session: Session::new(Access::Spotify(access), PER_SECOND, patience)?, market })
    }

    /// Signs in, and asks for nothing.
    ///
    /// # Errors
    ///
    /// As all requests here: says why it failed.
    pub(crate) async fn sign_in(&self) -> Result<(), Failure> {
        self.session.sign_in().await
    }

    /// Returns how many requests were made so far.
    pub(crate) fn requests(&self) -> u32 {
        self.session.requests()
    }

    /// Returns an artist's popularity and followers, by Spotify's id, where the app is told.
    ///
    /// # Errors
    ///
    /// Says why it failed.
    pub(crate) async fn artist(&self, id: &str) -> Result<Artist, Failure> {
        let found: ArtistAnswer = self.session.get(&["artists", id], &[]).await?;
        let counted = |number: Option<f64>| number.filter(|x| x.is_finite() && *x >= 0.0);
        let followers = counted(found.followers.and_then(|followers| followers.total));
        Ok(Artist { popularity: counted(found.popularity), followers })
    }

    /// Returns what an artist has released in the last three days, of one page: one request.
    ///
    /// # Errors
    ///
    /// Says why it failed.
    pub(crate) async fn releases(&self, id: &str, today: Date) -> Result<New, Failure> {
        // Without a market an app's answer leaves out or repeats what some countries have.
        let query = [("include_groups", "album,single"), ("market", self.market.as_str()), ("limit", "50")];
        let page: Page = self.session.get(&["artists", id, "albums"], &query).await?;
        let unseen = page.total.unwrap_or(0).saturating_sub(page.items.len());
        let release = |item: Item| {
            // Older ones may have no day.
            let day: Date = match item.release_date_precision.as_deref() {
                Some("day") => item.release_date?.parse().ok()?,
                _ => return None,
            };
            let age = today.days_since(day);
            (age < NEW_DAYS).then(|| Release {
                id: item.id,
                name: item.name.unwrap_or_default(),
                day,
                kind: item.album_type,
                tracks: item.total_tracks,
            })
        };
        Ok(New { releases: page.items.into_iter().filter_map(release).collect(), unseen })
    }
}
