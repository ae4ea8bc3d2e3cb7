//! Chartmetric: daily counts since 2019, TikTok posts as of today, releases, playlists, and who is who.
//!
//! Paths and shapes are those of its public guides (apidocs.chartmetric.com) of November 2026.

mod answers;
mod windows;

use shared::units::Date;

use self::answers::{Albums, CmStats, Found, Ids, Playlists, Search, Stat};
pub(crate) use self::answers::{Candidate, KnownAs, Posts, Series};
pub(crate) use self::windows::{Window, windows};
use super::config::ChartmetricAccess;
use super::failure::Failure;
use super::session::{Access, Patience, Session};
use super::things::{PlaylistAdd, Release};

/// How many requests a second there may be on the smallest plan: what is kept to until an answer says more.
pub(crate) const SLOWEST: f64 = 1.0;

/// A connection to Chartmetric.
#[derive(Debug)]
pub(crate) struct Chartmetric(Session);

impl Chartmetric {
    /// Returns a connection that begins with so many requests a second; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Fails when no TLS can be set up.
    pub(crate) fn new(
        access: ChartmetricAccess,
        per_second: f64,
        patience: Patience,
    ) -> anyhow::Result<Self> {
        Ok(Self(Session::new(Access::Chartmetric(access), per_second, patience)?))
    }

    /// Signs in, and asks for nothing.
    ///
    /// # Errors
    ///
    /// As all requests here: says why it failed.
    pub(crate) async fn sign_in(&self) -> Result<(), Failure> {
        self.0.sign_in().await
    }

    /// Returns how many requests were made so far.
    pub(crate) fn requests(&self) -> u32 {
        self.0.requests()
    }

    /// Returns how many requests a second there may be, as far as is known.
    pub(crate) fn per_second(&self) -> f64 {
        self.0.per_second()
    }

    /// Returns the artists that a search for a name finds, in Chartmetric's order.
    ///
    /// # Errors
    ///
    /// As all requests here: says why it failed.
    pub(crate) async fn search(&self, name: &str) -> Result<Vec<Candidate>, Failure> {
        let query = [("q", name), ("type", "artists"), ("limit", "10"), ("offset", "0")];
        let found: Found<Search> = self.0.get(&["api", "search"], &query).await?;
        Ok(found.obj.candidates())
    }

    /// Returns what an artist is called, by Chartmetric's number of it, and its ids at Spotify.
    pub(crate) async fn ids(&self, artist: u64) -> Result<KnownAs, Failure> {
        let artist = artist.to_string();
        let found: Found<Vec<Ids>> =
            self.0.get(&["api", "artist", "chartmetric", &artist, "get-ids"], &[]).await?;
        Ok(KnownAs::of(found.obj))
    }

    /// Returns Spotify's counts of an artist on the days of a window: those that Chartmetric has, none filled in.
    pub(crate) async fn counts(&self, artist: u64, window: Window) -> Result<Series, Failure> {
        let (artist, since, until) = (artist.to_string(), window.since.to_string(), window.until.to_string());
        let query = [("since", since.as_str()), ("until", until.as_str()), ("interpolated", "false")];
        let found: Found<Stat> = self.0.get(&["api", "artist", &artist, "stat", "spotify"], &query).await?;
        Ok(found.obj.within(window))
    }

    /// Returns how many posts on TikTok have an artist's sounds in all. There is no history of it.
    pub(crate) async fn posts(&self, artist: u64) -> Result<Posts, Failure> {
        let artist = artist.to_string();
        let found: Found<CmStats> = self.0.get(&["api", "artist", &artist, "cmStats"], &[]).await?;
        Ok(found.obj.posts())
    }

    /// Returns the newest hundred releases of an artist, those announced for a day to come included.
    pub(crate) async fn releases(&self, artist: u64) -> Result<Vec<Release>, Failure> {
        let artist = artist.to_string();
        let query = [
            ("limit", "100"),
            ("offset", "0"),
            ("sortColumn", "release_date"),
            ("sortOrderDesc", "true"),
            ("isPrimary", "true"),
        ];
        let found: Found<Albums> = self.0.get(&["api", "artist", &artist, "albums"], &query).await?;
        Ok(found.obj.releases())
    }

    /// Returns Spotify's editorial playlists that an artist is on now and was added to since `since`, the newest hundred.
    pub(crate) async fn playlists(&self, artist: u64, since: Date) -> Result<Vec<PlaylistAdd>, Failure> {
        let (artist, since) = (artist.to_string(), since.to_string());
        // Without any parameter the answer is empty.
        let query = [
            ("editorial", "true"),
            ("since", since.as_str()),
            ("limit", "100"),
            ("sortColumn", "added_at"),
            ("sortOrderDesc", "true"),
        ];
        let path = ["api", "artist", &artist, "spotify", "current", "playlists"];
        let found: Found<Playlists> = self.0.get(&path, &query).await?;
        Ok(found.obj.adds())
    }
}
