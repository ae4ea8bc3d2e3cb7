//! Releases and playlists, as they were known at a time.

use anyhow::Context;
use shared::units::{Date, Timestamp};
use sqlx::Row as _;

use super::super::Source;
use super::super::things::{Heard, PlaylistAdd, Release};
use super::{ArtistKey, Store};

impl Store {
    /// Writes down releases: those of which a source says something new.
    ///
    /// # Errors
    ///
    /// As all here: says that the file can't be read or written.
    pub(crate) async fn record_releases(
        &self,
        artist: ArtistKey,
        source: Source,
        fetched: Timestamp,
        releases: &[Release],
    ) -> anyhow::Result<()> {
        let mut connection = self.connection().await;
        let mut transaction = sqlx::Connection::begin(&mut *connection).await?;
        for Release { id, name, day, kind, tracks } in releases {
            sqlx::query(
                "INSERT INTO release (artist, source, id, fetched, name, day, kind, tracks)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
                 WHERE (?5, ?6) IS NOT (SELECT name, day FROM release WHERE artist = ?1 AND source = ?2 AND id = ?3
                     ORDER BY fetched DESC LIMIT 1)
                 ON CONFLICT DO NOTHING",
            )
            .bind(artist.0)
            .bind(source.key())
            .bind(id)
            .bind(fetched.micros())
            .bind(name)
            .bind(day.unix_days())
            .bind(kind.as_deref())
            .bind(*tracks)
            .execute(&mut *transaction)
            .await
            .context("the store can't be written")?;
        }
        transaction.commit().await.context("the store can't be written")
    }

    /// Returns an artist's releases as they were known at a time, by their day, each with when this was first heard of it.
    pub(crate) async fn releases_as_of(
        &self,
        artist: ArtistKey,
        fetched_by: Timestamp,
    ) -> anyhow::Result<Vec<Heard<Release>>> {
        let rows = sqlx::query(
            "SELECT source, id, max(fetched), name, day, kind, tracks FROM release
             WHERE artist = ?1 AND fetched <= ?2 GROUP BY source, id ORDER BY day, source, id",
        )
        .bind(artist.0)
        .bind(fetched_by.micros())
        .fetch_all(&mut *self.connection().await)
        .await
        .context("the store can't be read")?;
        rows.iter()
            .map(|row| {
                let what = Release {
                    id: row.try_get(1)?,
                    name: row.try_get(3)?,
                    day: day(row.try_get(4)?)?,
                    kind: row.try_get(5)?,
                    tracks: row.try_get(6)?,
                };
                heard(&row.try_get::<String, _>(0)?, row.try_get(2)?, what)
            })
            .collect()
    }

    /// Writes down what was added to playlists, as far as it is new.
    pub(crate) async fn record_playlists(
        &self,
        artist: ArtistKey,
        source: Source,
        fetched: Timestamp,
        adds: &[PlaylistAdd],
    ) -> anyhow::Result<()> {
        let mut connection = self.connection().await;
        let mut transaction = sqlx::Connection::begin(&mut *connection).await?;
        for PlaylistAdd { playlist, name, track, day, followers } in adds {
            sqlx::query(
                "INSERT INTO playlist_add (artist, source, playlist, track, day, fetched, name, followers)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            )
            .bind(artist.0)
            .bind(source.key())
            .bind(playlist)
            .bind(track)
            .bind(day.unix_days())
            .bind(fetched.micros())
            .bind(name)
            .bind(*followers)
            .execute(&mut *transaction)
            .await
            .context("the store can't be written")?;
        }
        transaction.commit().await.context("the store can't be written")
    }

    /// Returns what of an artist's was added to playlists, as far as it was known at a time, by day.
    pub(crate) async fn playlists_as_of(
        &self,
        artist: ArtistKey,
        fetched_by: Timestamp,
    ) -> anyhow::Result<Vec<Heard<PlaylistAdd>>> {
        let rows = sqlx::query(
            "SELECT source, fetched, playlist, name, track, day, followers FROM playlist_add
             WHERE artist = ?1 AND fetched <= ?2 ORDER BY day, playlist, track",
        )
        .bind(artist.0)
        .bind(fetched_by.micros())
        .fetch_all(&mut *self.connection().await)
        .await
        .context("the store can't be read")?;
        rows.iter()
            .map(|row| {
                let what = PlaylistAdd {
                    playlist: row.try_get(2)?,
                    name: row.try_get(3)?,
                    track: row.try_get(4)?,
                    day: day(row.try_get(5)?)?,
                    followers: row.try_get(6)?,
                };
                heard(&row.try_get::<String, _>(0)?, row.try_get(1)?, what)
            })
            .collect()
    }
}

fn day(days: i32) -> anyhow::Result<Date> {
    Date::from_unix_days(days).context("the store has a day that is none")
}

fn heard<T>(source: &str, fetched: i64, what: T) -> anyhow::Result<Heard<T>> {
    let source = Source::ALL.into_iter().find(|known| known.key() == source);
    let source = source.context("the store has a source that is none")?;
    Ok(Heard { source, fetched: Timestamp::from_micros(fetched)?, what })
}
