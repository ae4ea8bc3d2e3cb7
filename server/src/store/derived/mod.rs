//! What follows from the journal, and from nothing else: what is listed, orders, fills, positions, settings.
//!
//! It is written some time after the entries that it follows from, in a transaction with how far it goes (`projection`). What is
//! missing when the store is opened is made up for. So it needs no more care than an index, and can be thrown away.

mod event;
mod known;
mod rows;
mod take;

use anyhow::Context;
use shared::units::Timestamp;

use self::event::Event;
use self::known::Known;
pub(super) use self::rows::TABLES;
use super::connection::{Connection, on};
use super::schema::DERIVED;
use super::{Entry, Kind};

/// How many entries are read at a time.
const AT_ONCE: i64 = 5_000;
/// Behind every entry.
const END: (i64, i64) = (i64::MAX, i64::MAX);

/// Entries one after the other, of which what matters is kept.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    entries: i64,
    last: Option<(i64, i64)>,
    kept: Vec<(i64, i64, Entry)>,
}

/// A chunk as it was read.
#[derive(Debug)]
pub(super) struct Events {
    entries: i64,
    pub(super) last: (i64, i64),
    events: Vec<Event>,
    /// Entries that matter and can't be read.
    unread: i64,
}

/// How far what is derived goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Projection {
    /// The last entry's run and number: -1 before the first.
    pub(crate) last: (i64, i64),
    /// How many entries there were up to there.
    pub(crate) entries: i64,
    /// How many of them matter and can't be read.
    pub(crate) unread: i64,
}

impl Chunk {
    /// Adds an entry.
    pub(super) fn add(&mut self, run: i64, seq: i64, entry: Entry) {
        self.skip(run, seq);
        if event::matters(entry.kind, &entry.data) {
            self.kept.push((run, seq, entry));
        }
    }

    /// Adds an entry that doesn't matter.
    fn skip(&mut self, run: i64, seq: i64) {
        self.entries = self.entries.saturating_add(1);
        self.last = Some((run, seq));
    }

    /// Reads what matters; nothing if it has no entry.
    pub(super) fn read(self) -> Option<Events> {
        let (mut events, mut unread) = (Vec::with_capacity(self.kept.len()), 0);
        for (run, seq, entry) in &self.kept {
            match Event::read(*run, *seq, entry) {
                Ok(event) => events.push(event),
                Err(why) => {
                    tracing::warn!("entry {seq} of run {run} says nothing of orders and positions: {why:#}");
                    unread += 1;
                }
            }
        }
        Some(Events { entries: self.entries, last: self.last?, events, unread })
    }
}

/// Writes what follows from events, the first of which is the next one behind an entry, and how far that goes. Returns whether it
/// did: where what is derived goes to another entry, somebody else is at it, and nothing is written twice.
///
/// # Errors
///
/// Says that it can't be written.
pub(super) async fn apply(
    connection: &mut Connection,
    behind: (i64, i64),
    events: &Events,
) -> anyhow::Result<bool> {
    connection.begin().await?;
    let done = async {
        connection.derive_alone().await?;
        if projection(connection).await?.map(|there| there.last) != Some(behind) {
            return Ok(false);
        }
        apply_within(connection, events).await?;
        Ok(true)
    }
    .await;
    connection.end(done).await
}

async fn apply_within(connection: &mut Connection, events: &Events) -> anyhow::Result<()> {
    let Events { entries, last: (run, seq), events, unread } = events;
    let mut known = Known::load(connection, events).await?;
    let mut unread = *unread;
    for event in events {
        if let Err(why) = known.apply(event) {
            let (run, seq) = (event.run, event.seq);
            tracing::warn!("entry {seq} of run {run} does not fit what came before: {why:#}");
            unread += 1;
        }
    }
    known.save(connection).await?;
    let sql = "UPDATE projection SET run = $1, seq = $2, entries = entries + $3, unread = unread + $4";
    on!(connection, inner => {
        let statement = sqlx::query(sql).bind(run).bind(seq).bind(entries).bind(unread).persistent(false);
        statement.execute(inner).await.map(|_| ())
    })?;
    Ok(())
}

/// Makes up for what is missing, or makes all of it where it is of another version. Returns the last entry that it goes to.
///
/// # Errors
///
/// Says that it can't be read or written.
pub(super) async fn follow(connection: &mut Connection) -> anyhow::Result<(i64, i64)> {
    loop {
        let Some(projection) = projection(connection).await? else {
            return Ok(rebuild(connection).await?.last);
        };
        let mut last = projection.last;
        loop {
            let Some(events) = read(connection, last, END).await? else { return Ok(last) };
            if !apply(connection, last, &events).await? {
                break;
            }
            last = events.last;
        }
    }
}

/// Throws all of it away and makes it again, in one transaction.
///
/// # Errors
///
/// Says that it can't be read or written: then what was there stays.
pub(super) async fn rebuild(connection: &mut Connection) -> anyhow::Result<Projection> {
    connection.begin().await?;
    let done = async {
        connection.derive_alone().await?;
        empty(connection).await?;
        let mut last = (-1, -1);
        while let Some(events) = read(connection, last, END).await? {
            last = events.last;
            apply_within(connection, &events).await?;
        }
        projection(connection).await?.context("there is no projection")
    }
    .await;
    connection.end(done).await
}

/// Makes in another store what follows from the journal of this one up to an entry.
///
/// # Errors
///
/// Says that it can't be read.
pub(super) async fn rebuild_apart(source: &mut Connection, until: (i64, i64)) -> anyhow::Result<Connection> {
    let mut apart = Connection::in_memory().await?;
    empty(&mut apart).await?;
    let mut last = (-1, -1);
    while let Some(events) = read(source, last, until).await? {
        apply(&mut apart, last, &events).await?;
        last = events.last;
    }
    Ok(apart)
}

/// Makes the tables anew.
async fn empty(connection: &mut Connection) -> anyhow::Result<()> {
    connection.make_derived().await?;
    let sql = "INSERT INTO projection (version, run, seq, entries, unread) VALUES ($1, -1, -1, 0, 0)";
    on!(connection, inner => sqlx::query(sql).bind(DERIVED).execute(inner).await.map(|_| ()))?;
    Ok(())
}

/// Returns how far it goes; nothing where it is not there, or of another version.
///
/// # Errors
///
/// Says that it can't be read.
pub(super) async fn projection(connection: &mut Connection) -> anyhow::Result<Option<Projection>> {
    if !connection.has_table("projection").await? {
        return Ok(None);
    }
    let sql = "SELECT run, seq, entries, unread FROM projection WHERE version = $1";
    let row: Option<(i64, i64, i64, i64)> =
        on!(connection, inner => sqlx::query_as(sql).bind(DERIVED).fetch_optional(inner).await)?;
    Ok(row.map(|(run, seq, entries, unread)| Projection { last: (run, seq), entries, unread }))
}

/// Returns the events of the next entries behind one and up to another; nothing where there are none.
async fn read(
    connection: &mut Connection,
    (run, seq): (i64, i64),
    (last_run, last_seq): (i64, i64),
) -> anyhow::Result<Option<Events>> {
    // Most entries say nothing of orders: what they say is not even handed over.
    let sql = "SELECT run, seq, t, kind, CASE WHEN kind IN ('setting', 'command', 'answer') \
               OR substr(data, 1, 6) IN ('{\"list', '{\"fill', '{\"posi', '{\"sett') THEN data END \
               FROM entry WHERE (run, seq) > ($1, $2) AND (run, seq) <= ($3, $4) \
               ORDER BY run, seq LIMIT $5";
    let rows: Vec<(i64, i64, i64, String, Option<String>)> = on!(connection, inner =>
        sqlx::query_as(sql).bind(run).bind(seq).bind(last_run).bind(last_seq).bind(AT_ONCE).fetch_all(inner).await)?;
    let mut chunk = Chunk::default();
    for (run, seq, at, kind, data) in rows {
        match data {
            Some(data) => {
                let (at, kind) = (Timestamp::from_micros(at)?, Kind::named(&kind)?);
                chunk.add(run, seq, Entry { at, kind, data });
            }
            None => chunk.skip(run, seq),
        }
    }
    Ok(chunk.read())
}
