//! What happened, was decided, asked and answered, in the order in which it did: an append-only table in
//! a file of `SQLite`.
//!
//! A command is committed before its bytes are written to a socket. So whatever ends this program, the journal names every
//! order that may rest at the exchange. What nothing waits for follows within some milliseconds. A commit outlives the
//! program, and the machine's own end once it was carried over, about a second later ([`Writer`]): what of the last second
//! may then be missing rests at the exchange under a name of ours, and is taken back at the next start.

mod entry;
mod writer;

use std::path::Path;

use anyhow::Context;
use shared::desk::Left;
use shared::units::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions as _, Connection as _, QueryBuilder, Row as _, SqliteConnection};

pub(crate) use self::entry::{Entry, Kind};
pub(super) use self::writer::{Before, Writer};
use crate::database;

/// The table. Nothing in it is ever changed or taken away.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS entry (
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    t INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('input', 'decision', 'command', 'answer', 'setting')),
    data TEXT NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS entry_stays BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS entry_is_not_replaced BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM entry WHERE run = NEW.run AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS entry_is_kept BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
";

/// How many rows one statement writes at most: those of each number are prepared once.
const ROWS: usize = 96;

/// The file.
pub(crate) struct Journal {
    options: SqliteConnectOptions,
    connection: SqliteConnection,
    run: i64,
    next: i64,
}

impl Journal {
    /// Opens the file, which is made if there is none.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened or is something else.
    pub(crate) async fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let options = database::written(path, std::time::Duration::from_secs(5));
        let mut connection =
            options.connect().await.with_context(|| format!("the journal {shown} can't be opened"))?;
        sqlx::raw_sql(SCHEMA)
            .execute(&mut connection)
            .await
            .with_context(|| format!("{shown} is no journal"))?;
        Ok(Self { options, connection, run: 0, next: 0 })
    }

    /// Opens a file that is there, only to be read.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened.
    pub(crate) async fn read(path: &Path) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging();
        let connection = options.connect().await;
        let connection =
            connection.with_context(|| format!("the journal {} can't be opened", path.display()))?;
        Ok(Self { options, connection, run: 0, next: 0 })
    }

    /// Returns the numbers of all runs.
    ///
    /// # Errors
    ///
    /// Says that the file can't be read.
    pub(crate) async fn runs(&mut self) -> anyhow::Result<Vec<i64>> {
        let rows = sqlx::query("SELECT DISTINCT run FROM entry ORDER BY run")
            .fetch_all(&mut self.connection)
            .await
            .context("it is no journal")?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Begins a run, which has a number above all before.
    ///
    /// # Errors
    ///
    /// Says that the file can't be read.
    pub(super) async fn begin(&mut self, wanted: i64) -> anyhow::Result<i64> {
        let last = self.last_run().await?.unwrap_or(0);
        (self.run, self.next) = (wanted.max(last.saturating_add(1)), 0);
        Ok(self.run)
    }

    /// Returns the number of the last run, if there is one.
    ///
    /// # Errors
    ///
    /// Says that the file can't be read.
    pub(crate) async fn last_run(&mut self) -> anyhow::Result<Option<i64>> {
        let row = sqlx::query("SELECT MAX(run) FROM entry").fetch_one(&mut self.connection).await;
        Ok(row.context("the journal can't be read")?.try_get(0)?)
    }

    /// Writes entries down, all or none.
    ///
    /// # Errors
    ///
    /// Says that the file can't be written: then nothing may be sent.
    pub(super) async fn commit(&mut self, entries: &[Entry]) -> anyhow::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let written = if entries.len() <= ROWS {
            // One way to the file's thread, which a statement is a transaction of.
            insert(&mut self.connection, self.run, self.next, entries).await
        } else {
            insert_all(&mut self.connection, self.run, self.next, entries).await
        };
        written.context("the journal can't be written")?;
        self.next = self.next.saturating_add(i64::try_from(entries.len()).unwrap_or(i64::MAX));
        Ok(())
    }

    /// Returns the entries of a run, in order, from number `from` on and at most `most` of them.
    ///
    /// # Errors
    ///
    /// Says that the file can't be read, or what in it is no entry.
    pub(crate) async fn entries(&mut self, run: i64, from: i64, most: i64) -> anyhow::Result<Vec<Entry>> {
        let rows =
            sqlx::query("SELECT t, kind, data FROM entry WHERE run = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3")
                .bind(run)
                .bind(from)
                .bind(most)
                .fetch_all(&mut self.connection)
                .await
                .context("the journal can't be read")?;
        rows.iter().map(entry_of).collect()
    }

    /// Returns what the last run left.
    ///
    /// # Errors
    ///
    /// Says that the file can't be read.
    pub(super) async fn left(&mut self) -> anyhow::Result<Left> {
        let rows = sqlx::query(
            "SELECT t, kind, data FROM entry WHERE run = (SELECT MAX(run) FROM entry) \
             AND (kind IN ('command', 'answer', 'setting') OR (kind = 'input' AND data LIKE '{\"catalyst\":%')) \
             ORDER BY seq",
        )
        .fetch_all(&mut self.connection)
        .await
        .context("the journal can't be read")?;
        let mut left = Left::default();
        for row in &rows {
            match entry_of(row)?.read() {
                Ok(entry) => left.take(&entry),
                // Of an order that an older version of this program wrote down otherwise, the exchange says what became.
                Err(error) => tracing::warn!("{error:#}"),
            }
        }
        Ok(left)
    }

    /// Lets commits wait for the disk or not, which is then for another connection to do: it carries the log over into the
    /// table, and waits for the disk before and after. Else a commit waits for it when the log begins anew. If that beginning
    /// is lost as the machine ends, what follows it is no part of the log, and the table is as it was carried over.
    async fn wait_for_disk(&mut self, waits: bool) -> anyhow::Result<()> {
        let pragmas = match waits {
            true => "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000",
            false => "PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0",
        };
        sqlx::raw_sql(pragmas).execute(&mut self.connection).await.context("the journal can't be set up")?;
        Ok(())
    }

    /// Ends it in order.
    pub(crate) async fn close(self) {
        // What was committed stays.
        let _ = self.connection.close().await;
    }
}

/// Reads time, kind and data of an entry.
fn entry_of(row: &SqliteRow) -> anyhow::Result<Entry> {
    let (at, kind): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
    let kind = Kind::ALL.into_iter().find(|known| known.name() == kind);
    Ok(Entry {
        at: Timestamp::from_micros(at)?,
        kind: kind.context("an entry is of no known kind")?,
        data: row.try_get(2)?,
    })
}

/// Writes entries down in one statement, numbered from `next` on.
async fn insert(
    connection: &mut SqliteConnection,
    run: i64,
    next: i64,
    entries: &[Entry],
) -> Result<(), sqlx::Error> {
    let mut statement = QueryBuilder::new("INSERT INTO entry (run, seq, t, kind, data) ");
    statement.push_values((next..).zip(entries), |mut row, (seq, entry)| {
        row.push_bind(run).push_bind(seq).push_bind(entry.at.micros());
        row.push_bind(entry.kind.name()).push_bind(entry.data.as_str());
    });
    statement.build().execute(connection).await.map(|_| ())
}

/// Writes entries down in as many statements as it takes, all or none.
async fn insert_all(
    connection: &mut SqliteConnection,
    run: i64,
    next: i64,
    entries: &[Entry],
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    for (next, entries) in (next..).step_by(ROWS).zip(entries.chunks(ROWS)) {
        insert(&mut transaction, run, next, entries).await?;
    }
    transaction.commit().await
}

#[cfg(test)]
mod tests;
