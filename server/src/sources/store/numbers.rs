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
    const ALL: [Self; 5] =
        [Self::Listeners, Self::Followers, Self::Popularity, Self::PostsTotal, Self::PostsChange];

    fn of(key: &str) -> anyhow::Result<Self> {
        let known = Self::ALL.into_iter().find(|field| field.key() == key);
        known.with_context(|| format!("the store has numbers of {key:?}, which this version doesn't know"))
    }

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
    ///
    /// # Errors
    ///
    /// Says that the file can't be read.
    pub(crate) async fn numbers_as_of(
        &self,
        artist: ArtistKey,
        field: Field,
        fetched_by: Timestamp,
    ) -> anyhow::Result<BTreeMap<Date, f64>> {
        let mut found = self.numbers_of(&[artist], &[field], fetched_by).await?;
        Ok(found.remove(&(artist, field.key())).unwrap_or_default())
    }

    /// Returns some numbers of some artists by day, in as few questions as can be: each is answered by another thread.
    async fn numbers_of(
        &self,
        artists: &[ArtistKey],
        fields: &[Field],
        fetched_by: Timestamp,
    ) -> anyhow::Result<BTreeMap<(ArtistKey, &'static str), BTreeMap<Date, f64>>> {
        let fields: Vec<&str> = fields.iter().map(|field| field.key()).collect();
        let (artists, fields) = (list(artists)?, serde_json::to_string(&fields)?);
        let mut connection = self.connection().await;
        // Whole numbers come as one text instead of thousands of rows. Others are few, and no text that `SQLite` writes of them
        // is sure to read back as the same.
        let rows = sqlx::query(
            "SELECT artist, field,
                 group_concat(day || ' ' || CAST(value AS INTEGER)) FILTER (WHERE value = CAST(value AS INTEGER)),
                 count(*) FILTER (WHERE value <> CAST(value AS INTEGER))
             FROM (SELECT artist, field, day, value, max(fetched) FROM datum
                 WHERE artist IN (SELECT value FROM json_each(?1)) AND field IN (SELECT value FROM json_each(?2))
                     AND fetched <= ?3
                 GROUP BY artist, field, day)
             GROUP BY artist, field",
        )
        .bind(&artists)
        .bind(&fields)
        .bind(fetched_by.micros())
        .fetch_all(&mut *connection)
        .await
        .context("the store can't be read")?;
        let (mut found, mut others) = (BTreeMap::new(), 0);
        for row in &rows {
            let whole: Option<String> = row.try_get(2)?;
            let mut numbers = BTreeMap::new();
            for pair in whole.iter().flat_map(|whole| whole.split(',')) {
                let number = pair.split_once(' ').and_then(|(day, value)| {
                    Some((Date::from_unix_days(day.parse().ok()?)?, value.parse::<i64>().ok()? as f64))
                });
                let (day, value) = number.with_context(|| format!("the store has no number in {pair:?}"))?;
                numbers.insert(day, value);
            }
            others += row.try_get::<i64, _>(3)?;
            found.insert((ArtistKey(row.try_get(0)?), Field::of(row.try_get(1)?)?.key()), numbers);
        }
        if others == 0 {
            return Ok(found);
        }
        let rows = sqlx::query(
            "SELECT artist, field, day, value FROM (SELECT artist, field, day, value, max(fetched) FROM datum
                 WHERE artist IN (SELECT value FROM json_each(?1)) AND field IN (SELECT value FROM json_each(?2))
                     AND fetched <= ?3
                 GROUP BY artist, field, day)
             WHERE value <> CAST(value AS INTEGER)",
        )
        .bind(&artists)
        .bind(&fields)
        .bind(fetched_by.micros())
        .fetch_all(&mut *connection)
        .await
        .context("the store can't be read")?;
        for row in &rows {
            let day = Date::from_unix_days(row.try_get(2)?).context("the store has a day that is none")?;
            let of = (ArtistKey(row.try_get(0)?), Field::of(row.try_get(1)?)?.key());
            found.entry(of).or_default().insert(day, row.try_get(3)?);
        }
        Ok(found)
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
        Ok(self.histories_as_of(&[artist], fetched_by).await?.remove(&artist))
    }

    /// Returns what [`Self::history_as_of`] does, of several artists: those of whom something was known.
    ///
    /// # Errors
    ///
    /// As [`Self::history_as_of`].
    pub(crate) async fn histories_as_of(
        &self,
        artists: &[ArtistKey],
        fetched_by: Timestamp,
    ) -> anyhow::Result<BTreeMap<ArtistKey, History>> {
        let fields = [Field::Listeners, Field::PostsChange, Field::PostsTotal];
        let mut found = self.numbers_of(artists, &fields, fetched_by).await?;
        let names: BTreeMap<ArtistKey, String> = self.artists().await?.into_iter().collect();
        let mut histories = BTreeMap::new();
        for artist in artists {
            let mut of = |field: Field| found.remove(&(*artist, field.key())).unwrap_or_default();
            let name = names.get(artist).context("the store has no such artist")?;
            if let Some(history) = joined(name, &of(fields[0]), of(fields[1]), &of(fields[2]))? {
                histories.insert(*artist, history);
            }
        }
        Ok(histories)
    }

    /// Writes down a history that came from a file and was known at a time. Returns how many of its numbers are new.
    ///
    /// # Errors
    ///
    /// Says that the file can't be written, or that what was known of the artist later was imported before: files are imported
    /// in the order in which they were known, as each is compared with those before it.
    pub(crate) async fn import(&self, history: &History, fetched: Timestamp) -> anyhow::Result<u64> {
        let artist = self.artist(history.artist()).await?;
        let before = self.answered(&[artist]).await?.remove(&artist).unwrap_or_default().into_iter();
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

/// Returns the artists as a list in JSON.
pub(super) fn list(artists: &[ArtistKey]) -> anyhow::Result<String> {
    let all: Vec<i64> = artists.iter().map(|artist| artist.0).collect();
    Ok(serde_json::to_string(&all)?)
}

/// Lays days out one after another.
fn joined(
    name: &str,
    listeners: &BTreeMap<Date, f64>,
    mut posts: BTreeMap<Date, f64>,
    totals: &BTreeMap<Date, f64>,
) -> anyhow::Result<Option<History>> {
    for (day, total) in totals {
        if let Some(before) = totals.get(&day.plus_days(-1)) {
            posts.insert(*day, total - before);
        }
    }
    let ends = |of: &BTreeMap<Date, f64>| Some((*of.first_key_value()?.0, *of.last_key_value()?.0));
    let (first, last) = match (ends(listeners), ends(&posts)) {
        (Some(of), Some(others)) => (of.0.min(others.0), of.1.max(others.1)),
        (Some(of), None) | (None, Some(of)) => of,
        (None, None) => return Ok(None),
    };
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

impl Store {
    /// Returns the last day of which a count of listeners is known, of several artists.
    ///
    /// # Errors
    ///
    /// Says that the file can't be read.
    pub(crate) async fn last_counts(
        &self,
        artists: &[ArtistKey],
    ) -> anyhow::Result<BTreeMap<ArtistKey, Date>> {
        let rows = sqlx::query(
            "SELECT wanted.value, (SELECT max(day) FROM datum WHERE artist = wanted.value AND field = 'listeners')
             FROM json_each(?1) wanted",
        )
        .bind(list(artists)?)
        .fetch_all(&mut *self.connection().await)
        .await
        .context("the store can't be read")?;
        let mut days = BTreeMap::new();
        for row in &rows {
            let day: Option<i32> = row.try_get(1)?;
            if let Some(day) = day.and_then(Date::from_unix_days) {
                days.insert(ArtistKey(row.try_get(0)?), day);
            }
        }
        Ok(days)
    }
}
