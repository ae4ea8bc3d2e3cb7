//! Numbers of a day, and histories of them as they were known at a time.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use shared::nowcast::series::{History, Observation};
use shared::units::{Date, Timestamp};
use sqlx::{QueryBuilder, Row as _};

use super::super::Source;
use super::{ArtistKey, Question, Store};

/// How many numbers one statement writes: each takes two of the 32,766 places that it may have.
const ROWS: usize = 400;
/// The most days of a history: a century.
const LONGEST: i32 = 36_525;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// Spotify's monthly listeners.
    Listeners,
    /// Spotify's followers.
    Followers,
    /// Spotify's popularity, from 0 to 100.
    Popularity,
    /// Posts on TikTok with the artist's sounds, all so far: what is recorded daily.
    PostsTotal,
    /// New posts of the day: what imported histories have.
    PostsChange,
}

impl Field {
    const fn key(self) -> &'static str {
        match self {
            Self::Listeners => "listeners",
            Self::Followers => "followers",
            Self::Popularity => "popularity",
            Self::PostsTotal => "posts_total",
            Self::PostsChange => "posts_change",
        }
    }
}

impl Store {
    /// Writes down numbers that were fetched at a time: those that differ from what the source had said of their day by then.
    /// Returns how many these are.
    ///
    /// # Errors
    ///
    /// Says that the file can't be written; then none of them is.
    pub(crate) async fn record(
        &self,
        artist: ArtistKey,
        source: Source,
        field: Field,
        fetched: Timestamp,
        numbers: &BTreeMap<Date, f64>,
    ) -> anyhow::Result<u64> {
        let numbers: Vec<(Date, f64)> = numbers.iter().map(|(day, value)| (*day, *value)).collect();
        let mut connection = self.connection().await;
        let mut transaction = sqlx::Connection::begin(&mut *connection).await?;
        let mut changed = 0;
        for numbers in numbers.chunks(ROWS) {
            let mut statement = QueryBuilder::new("WITH told (day, value) AS (");
            statement.push_values(numbers, |mut row, (day, value)| {
                row.push_bind(day.unix_days()).push_bind(*value);
            });
            statement.push(") INSERT INTO datum (artist, field, day, fetched, source, value) SELECT ");
            statement.push_bind(artist.0).push(", ").push_bind(field.key()).push(", told.day, ");
            statement.push_bind(fetched.micros()).push(", ").push_bind(source.key());
            statement.push(", told.value FROM told WHERE told.value IS NOT (SELECT known.value FROM datum known WHERE known.artist = ");
            statement.push_bind(artist.0).push(" AND known.field = ").push_bind(field.key());
            statement.push(" AND known.day = told.day AND known.source = ").push_bind(source.key());
            statement.push(" AND known.fetched <= ").push_bind(fetched.micros());
            statement.push(" ORDER BY known.fetched DESC LIMIT 1) ON CONFLICT DO NOTHING");
            let done = statement.build().execute(&mut *transaction).await;
            changed += done.context("the store can't be written")?.rows_affected();
        }
        transaction.commit().await.context("the store can't be written")?;
        Ok(changed)
    }

    /// Returns a number by day, as it was known at a time. Of several sources of a day the one that was heard last stands.
    pub(crate) async fn numbers_as_of(
        &self,
        artist: ArtistKey,
        field: Field,
        fetched_by: Timestamp,
    ) -> anyhow::Result<BTreeMap<Date, f64>> {
        // Whole numbers come as one text instead of thousands of rows, which another thread hands over one by one. Others are
        // few, and no text that `SQLite` writes of them is sure to read back as the same.
        let mut connection = self.connection().await;
        let row = sqlx::query(
            "SELECT group_concat(day || ' ' || CAST(value AS INTEGER)) FILTER (WHERE value = CAST(value AS INTEGER)),
                 count(*) FILTER (WHERE value <> CAST(value AS INTEGER))
             FROM (SELECT day, value, max(fetched) FROM datum
                 WHERE artist = ?1 AND field = ?2 AND fetched <= ?3 GROUP BY day)",
        )
        .bind(artist.0)
        .bind(field.key())
        .bind(fetched_by.micros())
        .fetch_one(&mut *connection)
        .await
        .context("the store can't be read")?;
        let (whole, others): (Option<String>, i64) = (row.try_get(0)?, row.try_get(1)?);
        let mut numbers = BTreeMap::new();
        for pair in whole.iter().flat_map(|whole| whole.split(',')) {
            let number = pair.split_once(' ').and_then(|(day, value)| {
                Some((Date::from_unix_days(day.parse().ok()?)?, value.parse::<i64>().ok()? as f64))
            });
            let (day, value) = number.with_context(|| format!("the store has no number in {pair:?}"))?;
            numbers.insert(day, value);
        }
        if others == 0 {
            return Ok(numbers);
        }
        let rows = sqlx::query(
            "SELECT day, value FROM (SELECT day, value, max(fetched) FROM datum
                 WHERE artist = ?1 AND field = ?2 AND fetched <= ?3 GROUP BY day)
             WHERE value <> CAST(value AS INTEGER)",
        )
        .bind(artist.0)
        .bind(field.key())
        .bind(fetched_by.micros())
        .fetch_all(&mut *connection)
        .await
        .context("the store can't be read")?;
        for row in &rows {
            let day = Date::from_unix_days(row.try_get(0)?).context("the store has a day that is none")?;
            numbers.insert(day, row.try_get(1)?);
        }
        Ok(numbers)
    }

    /// Returns what was known of an artist's listeners and sound posts at a time, `None` if nothing was. Days without a count
    /// are there as such.
    ///
    /// New posts of a day are the difference of the totals that were recorded of it and of the day before, or else what was
    /// imported.
    ///
    /// # Errors
    ///
    /// Says that the file can't be read, or that its days span more than a century.
    pub(crate) async fn history_as_of(
        &self,
        artist: ArtistKey,
        fetched_by: Timestamp,
    ) -> anyhow::Result<Option<History>> {
        let listeners = self.numbers_as_of(artist, Field::Listeners, fetched_by).await?;
        let mut posts = self.numbers_as_of(artist, Field::PostsChange, fetched_by).await?;
        let totals = self.numbers_as_of(artist, Field::PostsTotal, fetched_by).await?;
        for (day, total) in &totals {
            if let Some(before) = totals.get(&day.plus_days(-1)) {
                posts.insert(*day, total - before);
            }
        }
        let first =
            listeners.first_key_value().into_iter().chain(posts.first_key_value()).map(|(day, _)| *day).min();
        let last =
            listeners.last_key_value().into_iter().chain(posts.last_key_value()).map(|(day, _)| *day).max();
        let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
        let name = self.name(artist).await?;
        if last.days_since(first) >= LONGEST {
            bail!("{name} has numbers from {first} to {last}, more than a century");
        }
        let days = (0..=last.days_since(first)).map(|ahead| {
            let day = first.plus_days(ahead);
            let (listeners, sound_posts) = (listeners.get(&day).copied(), posts.get(&day).copied());
            Observation { listeners, sound_posts, impact: 1.0 }
        });
        Ok(Some(History::new(name, first, days.collect())?))
    }

    /// Writes down a history that came from a file and was known at a time. Returns how many of its numbers are new.
    ///
    /// # Errors
    ///
    /// Says that the file can't be written, or that what was known of the artist later was imported before: files are imported
    /// in the order in which they were known, as each is compared with those before it.
    pub(crate) async fn import(&self, history: &History, fetched: Timestamp) -> anyhow::Result<u64> {
        let artist = self.artist(history.artist()).await?;
        let before = self.answered(artist).await?.into_iter();
        let last = before.filter(|asked| asked.source == Source::Import).map(|asked| asked.answered).max();
        if let Some(last) = last.filter(|last| *last > fetched) {
            let name = history.artist();
            bail!(
                "{name}: what was known at {last} is imported already; older files come first, or into a new store"
            );
        }
        let (mut listeners, mut posts) = (BTreeMap::new(), BTreeMap::new());
        for (day, ahead) in history.as_of(history.end()).days().iter().zip(0..) {
            let date = history.first().plus_days(ahead);
            listeners.extend(day.listeners.map(|count| (date, count)));
            posts.extend(day.sound_posts.map(|count| (date, count)));
        }
        let counts = self.record(artist, Source::Import, Field::Listeners, fetched, &listeners).await?;
        let posts = self.record(artist, Source::Import, Field::PostsChange, fetched, &posts).await?;
        let days = Some((history.first(), history.end().plus_days(-1)));
        self.note(Source::Import, Question::Counts, Some(artist), days, fetched, None).await?;
        Ok(counts + posts)
    }
}

impl Store {
    /// Returns the last day of which a count of an artist's listeners is known.
    ///
    /// # Errors
    ///
    /// Says that the file can't be read.
    pub(crate) async fn last_count(&self, artist: ArtistKey) -> anyhow::Result<Option<Date>> {
        let row = sqlx::query("SELECT max(day) FROM datum WHERE artist = ?1 AND field = 'listeners'")
            .bind(artist.0)
            .fetch_one(&mut *self.connection().await)
            .await
            .context("the store can't be read")?;
        Ok(row.try_get::<Option<i32>, _>(0)?.and_then(Date::from_unix_days))
    }
}
