//! What was asked, when, and whether it was answered.

use std::collections::BTreeMap;

use anyhow::Context;
use shared::units::{Date, Timestamp};
use sqlx::Row as _;

use super::super::Source;
use super::super::failure::Failure;
use super::numbers::list;
use super::{ArtistKey, Store};

/// What is asked of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Question {
    /// Who somebody of that name is.
    Search,
    /// Who an artist is elsewhere.
    Ids,
    /// Spotify's counts of some days.
    Counts,
    /// Posts on TikTok.
    Posts,
    /// Releases.
    Releases,
    /// Editorial playlists.
    Playlists,
    /// Popularity and followers of today.
    Artist,
}

impl Question {
    const ALL: [Self; 7] =
        [Self::Search, Self::Ids, Self::Counts, Self::Posts, Self::Releases, Self::Playlists, Self::Artist];

    /// Returns its name in the store and in sentences.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Ids => "ids",
            Self::Counts => "counts",
            Self::Posts => "sound posts",
            Self::Releases => "releases",
            Self::Playlists => "playlists",
            Self::Artist => "popularity",
        }
    }
}

/// When something was last answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Whom.
    pub(crate) source: Source,
    /// What.
    pub(crate) what: Question,
    /// The first day that was asked for, of counts.
    pub(crate) since: Option<Date>,
    /// The last day that was asked for, of counts: the latest of all questions from that first day on.
    pub(crate) until: Option<Date>,
    /// When it was last answered.
    pub(crate) answered: Timestamp,
    /// When it was last answered up to the very day: not for counts of days that are long over.
    pub(crate) reached: Option<Timestamp>,
}

impl Store {
    /// Notes that something was asked and answered, or why it wasn't.
    pub(crate) async fn note(
        &self,
        source: Source,
        what: Question,
        artist: Option<ArtistKey>,
        days: Option<(Date, Date)>,
        asked: Timestamp,
        failure: Option<&Failure>,
    ) -> anyhow::Result<()> {
        sqlx::query(
            "INSERT INTO question (source, what, artist, since, until, asked, failure, again)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(source.key())
        .bind(what.name())
        .bind(artist.map(|artist| artist.0))
        .bind(days.map(|(since, _)| since.unix_days()))
        .bind(days.map(|(_, until)| until.unix_days()))
        .bind(asked.micros())
        .bind(failure.map(ToString::to_string))
        .bind(failure.and_then(|failure| failure.again(asked)).map(Timestamp::micros))
        .execute(&mut *self.connection().await)
        .await
        .context("the store can't be written")?;
        Ok(())
    }

    /// Returns when each thing that was ever answered about artists last was.
    pub(crate) async fn answered(
        &self,
        artists: &[ArtistKey],
    ) -> anyhow::Result<BTreeMap<ArtistKey, Vec<Asked>>> {
        let rows = sqlx::query(
            "SELECT artist, source, what, since, max(until), max(asked),
                 max(CASE WHEN until IS NULL OR until >= asked / 86400000000 THEN asked END)
             FROM question
             WHERE artist IN (SELECT value FROM json_each(?1)) AND failure IS NULL
             GROUP BY artist, source, what, since",
        )
        .bind(list(artists)?)
        .fetch_all(&mut *self.connection().await)
        .await
        .context("the store can't be read")?;
        let mut all: BTreeMap<ArtistKey, Vec<Asked>> = BTreeMap::new();
        for row in &rows {
            let (source, what): (String, String) = (row.try_get(1)?, row.try_get(2)?);
            let day = |place: usize| {
                anyhow::Ok(row.try_get::<Option<i32>, _>(place)?.and_then(Date::from_unix_days))
            };
            let source = Source::ALL.into_iter().find(|known| known.key() == source);
            let what = Question::ALL.into_iter().find(|known| known.name() == what);
            // What a newer version asks is none of this one's.
            let (Some(source), Some(what)) = (source, what) else { continue };
            let answered = Timestamp::from_micros(row.try_get(5)?)?;
            let reached = row.try_get::<Option<i64>, _>(6)?.map(Timestamp::from_micros).transpose()?;
            let asked = Asked { source, what, since: day(3)?, until: day(4)?, answered, reached };
            all.entry(ArtistKey(row.try_get(0)?)).or_default().push(asked);
        }
        Ok(all)
    }

    /// Returns until when a source must be left alone.
    pub(crate) async fn again(&self, source: Source) -> anyhow::Result<Option<Timestamp>> {
        let row = sqlx::query("SELECT max(again) FROM question WHERE source = ?1 AND again IS NOT NULL")
            .bind(source.key())
            .fetch_one(&mut *self.connection().await)
            .await
            .context("the store can't be read")?;
        let micros: Option<i64> = row.try_get(0)?;
        micros.map(|micros| Ok(Timestamp::from_micros(micros)?)).transpose()
    }
}
