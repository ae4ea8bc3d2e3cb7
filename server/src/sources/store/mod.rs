//! What sources told, with the time at which it was fetched, in a file of `SQLite`.
//!
//! Nothing is ever changed: a number that a source corrects is another row, and [`Store::history_as_of`] shows what was known
//! at a time and no more. So what is joined to a forecast is what its maker could have had.

mod numbers;
mod questions;
#[cfg(test)]
mod tests;
mod things;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use shared::names::folded;
use shared::units::Timestamp;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard};

pub(crate) use self::numbers::Field;
pub(crate) use self::questions::{Asked, Question};
use super::Source;
use crate::database;
use crate::environment::cache_folder;

const SCHEMA: &str = include_str!("schema.sql");

/// An artist's place in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ArtistKey(i64);

/// The file. Several may use it at a time, in this process and others.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    connection: Mutex<SqliteConnection>,
}

impl Store {
    /// Returns where the store is if nobody says otherwise: in the cache folder.
    ///
    /// # Errors
    ///
    /// Says that there is no such folder.
    pub(crate) fn usual_path() -> anyhow::Result<PathBuf> {
        Ok(cache_folder()?.join("sources.sqlite"))
    }

    /// Opens the file, which is made if there is none.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened or is something else.
    pub(crate) async fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let options = database::written(path, std::time::Duration::from_secs(10));
        let mut connection =
            options.connect().await.with_context(|| format!("the store {shown} can't be opened"))?;
        let protected = sqlx::raw_sql(sqlx::AssertSqlSafe(protected()));
        let made = match sqlx::raw_sql(SCHEMA).execute(&mut connection).await {
            Ok(_) => protected.execute(&mut connection).await,
            Err(error) => Err(error),
        };
        made.with_context(|| format!("{shown} is no store of listeners"))?;
        Ok(Self { path: path.to_owned(), connection: Mutex::new(connection) })
    }

    /// Returns the file's path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    async fn connection(&self) -> MutexGuard<'_, SqliteConnection> {
        self.connection.lock().await
    }

    /// Returns an artist, who is added if nobody of that name is known yet.
    ///
    /// # Errors
    ///
    /// As all here: says that the file can't be read or written.
    pub(crate) async fn artist(&self, name: &str) -> anyhow::Result<ArtistKey> {
        let mut connection = self.connection().await;
        let folded = folded(name);
        loop {
            let known = sqlx::query("SELECT id FROM artist WHERE folded = ?1").bind(&folded);
            let known = known.fetch_optional(&mut *connection).await.context("the store can't be read")?;
            if let Some(row) = known {
                return Ok(ArtistKey(row.try_get(0)?));
            }
            // Another process may do the same.
            sqlx::query("INSERT INTO artist (folded, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
                .bind(&folded)
                .bind(name.trim())
                .execute(&mut *connection)
                .await
                .context("the store can't be written")?;
        }
    }

    /// Returns all artists and what they are called, in the order in which they came.
    pub(crate) async fn artists(&self) -> anyhow::Result<Vec<(ArtistKey, String)>> {
        let mut connection = self.connection().await;
        let rows = sqlx::query("SELECT id, name FROM artist ORDER BY id").fetch_all(&mut *connection).await;
        let rows = rows.context("the store can't be read")?;
        rows.iter().map(|row| Ok((ArtistKey(row.try_get(0)?), row.try_get(1)?))).collect()
    }

    /// Returns who artists are to the sources: the ids that were heard last.
    pub(crate) async fn ids(
        &self,
        artists: &[ArtistKey],
    ) -> anyhow::Result<BTreeMap<(ArtistKey, Source), String>> {
        let rows = sqlx::query(
            "SELECT artist, source, id, max(fetched) FROM artist_id
             WHERE artist IN (SELECT value FROM json_each(?1)) GROUP BY artist, source",
        )
        .bind(numbers::list(artists)?)
        .fetch_all(&mut *self.connection().await)
        .await
        .context("the store can't be read")?;
        let mut ids = BTreeMap::new();
        for row in &rows {
            let source: String = row.try_get(1)?;
            if let Some(source) = Source::ALL.into_iter().find(|known| known.key() == source) {
                ids.insert((ArtistKey(row.try_get(0)?), source), row.try_get(2)?);
            }
        }
        Ok(ids)
    }

    /// Returns the artist who is `id` to a source, if that is known.
    pub(crate) async fn with_id(&self, source: Source, id: &str) -> anyhow::Result<Option<ArtistKey>> {
        let mut connection = self.connection().await;
        let row = sqlx::query(
            "SELECT artist FROM artist_id WHERE source = ?1 AND id = ?2 ORDER BY fetched DESC, artist LIMIT 1",
        )
        .bind(source.key())
        .bind(id)
        .fetch_optional(&mut *connection)
        .await
        .context("the store can't be read")?;
        row.map(|row| Ok(ArtistKey(row.try_get(0)?))).transpose()
    }

    /// Notes who an artist is to a source.
    pub(crate) async fn know(
        &self,
        artist: ArtistKey,
        source: Source,
        id: &str,
        fetched: Timestamp,
    ) -> anyhow::Result<()> {
        if self.ids(&[artist]).await?.get(&(artist, source)).is_some_and(|known| known == id) {
            return Ok(());
        }
        let mut connection = self.connection().await;
        sqlx::query(
            "INSERT INTO artist_id (artist, source, fetched, id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        )
        .bind(artist.0)
        .bind(source.key())
        .bind(fetched.micros())
        .bind(id)
        .execute(&mut *connection)
        .await
        .context("the store can't be written")?;
        Ok(())
    }

    /// Returns how many requests a second a source allows, if it was ever heard.
    pub(crate) async fn rate(&self, source: Source) -> anyhow::Result<Option<f64>> {
        let mut connection = self.connection().await;
        let row = sqlx::query("SELECT per_second FROM rate WHERE source = ?1 ORDER BY heard DESC LIMIT 1")
            .bind(source.key())
            .fetch_optional(&mut *connection)
            .await
            .context("the store can't be read")?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }

    /// Notes how many requests a second a source allows.
    pub(crate) async fn hear_rate(
        &self,
        source: Source,
        per_second: f64,
        heard: Timestamp,
    ) -> anyhow::Result<()> {
        if self.rate(source).await? == Some(per_second) {
            return Ok(());
        }
        let mut connection = self.connection().await;
        sqlx::query(
            "INSERT INTO rate (source, heard, per_second) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )
        .bind(source.key())
        .bind(heard.micros())
        .bind(per_second)
        .execute(&mut *connection)
        .await
        .context("the store can't be written")?;
        Ok(())
    }

    /// Ends it in order.
    pub(crate) async fn close(self) {
        // What was written stays.
        let _ = self.connection.into_inner().close().await;
    }
}

/// Returns the statements by which each table keeps what it has.
fn protected() -> String {
    ["artist", "artist_id", "datum", "release", "playlist_add", "question", "rate"]
        .iter()
        .flat_map(|table| ["UPDATE", "DELETE"].map(|what| (table, what)))
        .map(|(table, what)| {
            format!(
                "CREATE TRIGGER IF NOT EXISTS {table}_stays_{what} BEFORE {what} ON {table}
                 BEGIN SELECT RAISE(ABORT, 'the store is append-only'); END;\n"
            )
        })
        .collect()
}
