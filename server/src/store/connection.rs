//! A connection to either engine, and what differs between them.
//!
//! The two are an enum, not a trait with an object behind it: a commit then makes no future on the heap but those of the
//! driver, and what is the same statement for both is written once ([`on`]).

use std::time::Duration;

use anyhow::{Context, bail};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};

use super::{Address, Entry, Token, insert};
use crate::database;

/// For how long whoever writes waits for whoever else does.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How long `PostgreSQL` may take over a commit: behind a network that is gone nothing ever answers.
const LONGEST: Duration = Duration::from_secs(20);
/// How long a transaction of a program may wait for its next statement, before `PostgreSQL` ends it.
const STANDS_STILL: &str = "4s";
/// How many pages of a log of `SQLite` wait to be carried over at most before writers have to wait for it.
const LONGEST_LOG: i64 = 16_384;

/// A connection to an engine.
pub(super) enum Connection {
    /// To a file.
    Sqlite(SqliteConnection),
    /// To a server.
    Postgres(PgConnection),
}

/// Says to either engine what both understand: `$1` stands for the first value that is bound.
macro_rules! on {
    ($connection:expr, $inner:ident => $body:expr) => {
        match $connection {
            $crate::store::connection::Connection::Sqlite($inner) => $body,
            $crate::store::connection::Connection::Postgres($inner) => $body,
        }
    };
}
pub(super) use on;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// The file is made if there is none.
    Write,
    /// It must be there.
    Read,
}

impl Connection {
    /// Opens a connection; whoever writes waits for `patience` for whoever else does.
    ///
    /// # Errors
    ///
    /// Says what the engine says.
    pub(super) async fn open(
        address: &Address,
        access: Access,
        patience: Duration,
    ) -> Result<Self, sqlx::Error> {
        match address {
            Address::Sqlite(path) => {
                let options = match access {
                    Access::Write => database::written(path, patience),
                    Access::Read => SqliteConnectOptions::new()
                        .filename(path)
                        .read_only(true)
                        .busy_timeout(patience)
                        .disable_statement_logging(),
                };
                options.connect().await.map(Self::Sqlite)
            }
            Address::Postgres(options) => {
                let millis = patience.as_millis().to_string();
                let mut options = (**options).clone().options([("lock_timeout", millis.as_str())]);
                options = options.options(match access {
                    Access::Read => [("default_transaction_read_only", "on")],
                    // A program that stands still within a transaction locks nobody else out for longer.
                    Access::Write => [("idle_in_transaction_session_timeout", STANDS_STILL)],
                });
                options.connect().await.map(Self::Postgres)
            }
        }
    }

    /// Opens an empty store that lives as long as the connection.
    ///
    /// # Errors
    ///
    /// Says what the engine says.
    pub(super) async fn in_memory() -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new().in_memory(true).disable_statement_logging();
        options.connect().await.map(Self::Sqlite)
    }

    /// Does statements that return nothing.
    pub(super) async fn run(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        on!(self, inner => sqlx::raw_sql(sql).execute(inner).await.map(|_| ()))
    }

    /// Begins a transaction, which shuts out others that write from the start. It ends with [`Self::end`], or with the
    /// connection, when nothing of it is written.
    pub(super) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(inner) => sqlx::raw_sql("BEGIN IMMEDIATE").execute(inner).await.map(|_| ()),
            Self::Postgres(inner) => sqlx::raw_sql("BEGIN").execute(inner).await.map(|_| ()),
        }
    }

    /// Begins to read what is there now, whatever is written meanwhile. It ends with [`Self::end`].
    pub(super) async fn begin_to_read(&mut self) -> Result<(), sqlx::Error> {
        self.run(match self {
            Self::Sqlite(_) => "BEGIN",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        })
        .await
    }

    /// Ends a transaction: all of it is written if all went well, and else nothing.
    ///
    /// # Errors
    ///
    /// Says what went wrong first.
    pub(super) async fn end<T>(&mut self, done: anyhow::Result<T>) -> anyhow::Result<T> {
        match done {
            Ok(value) => self.run("COMMIT").await.map(|()| value).map_err(Into::into),
            Err(why) => {
                // Where that fails too the connection is gone, and what was not committed with it.
                let _ = self.run("ROLLBACK").await;
                Err(why)
            }
        }
    }

    /// Within a transaction: waits until nobody else writes what is derived, and lets nobody until it ends.
    pub(super) async fn derive_alone(&mut self) -> Result<(), sqlx::Error> {
        match self {
            // Whoever has begun is alone.
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(_) => {
                self.run("SELECT pg_advisory_xact_lock(hashtext('tauroi derived ' || current_schema()))")
                    .await
            }
        }
    }

    /// Lets a transaction wait for its next statement for as long as it takes, as whoever copies a store does.
    pub(super) async fn wait_within(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(_) => self.run("SET idle_in_transaction_session_timeout = 0").await,
        }
    }

    /// Returns whether there is a table of that name.
    pub(super) async fn has_table(&mut self, name: &str) -> Result<bool, sqlx::Error> {
        let (there,): (i64,) = match self {
            Self::Sqlite(inner) => {
                sqlx::query_as("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = $1")
                    .bind(name)
                    .fetch_one(inner)
                    .await?
            }
            Self::Postgres(inner) => {
                sqlx::query_as("SELECT CASE WHEN to_regclass($1) IS NULL THEN 0 ELSE 1 END::BIGINT")
                    .bind(name)
                    .fetch_one(inner)
                    .await?
            }
        };
        Ok(there > 0)
    }

    /// Writes entries of a run down, numbered from `next` on, all or none.
    ///
    /// # Errors
    ///
    /// Says what the engine says, that it says nothing for too long, or that the lease is another desk's.
    pub(super) async fn write_entries(
        &mut self,
        run: i64,
        next: i64,
        entries: &[Entry],
        lease: Option<&Token>,
    ) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(inner) => Ok(insert::values(inner, run, next, entries).await?),
            Self::Postgres(inner) => {
                match tokio::time::timeout(LONGEST, insert::arrays(inner, run, next, entries, lease)).await {
                    Ok(written) => written,
                    Err(_) => bail!("the database has not answered for {} s", LONGEST.as_secs()),
                }
            }
        }
    }

    /// Lets commits wait for the disk or not, which is then for another connection to do ([`Self::carry_over`]).
    ///
    /// `SQLite` without waiting: a commit is in the write-ahead log, as the operating system has it; else it waits for the disk
    /// when the log begins anew. If that beginning is lost as the machine ends, what follows it is no part of the log, and the
    /// table is as it was carried over. `PostgreSQL` without waiting: a commit is in the server's buffers of the write-ahead
    /// log.
    ///
    /// # Errors
    ///
    /// Says what the engine says.
    pub(super) async fn wait_for_disk(&mut self, waits: bool) -> anyhow::Result<()> {
        let how = match (&self, waits) {
            (Self::Sqlite(_), true) => "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000",
            (Self::Sqlite(_), false) => "PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0",
            (Self::Postgres(_), true) => "SET synchronous_commit = on",
            (Self::Postgres(_), false) => "SET synchronous_commit = off",
        };
        self.run(how).await.context("the journal can't be set up")
    }

    /// Makes what was committed on other connections last whatever happens to the machine, which waits for the disk.
    ///
    /// # Errors
    ///
    /// Says what the engine says.
    pub(super) async fn carry_over(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(inner) => {
                let checkpoint = sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)");
                let (_, pages, _): (i64, i64, i64) = checkpoint.fetch_one(&mut *inner).await?;
                if pages > LONGEST_LOG {
                    // The log begins anew only when all of it was carried over, which who writes all the time never lets
                    // happen.
                    sqlx::query("PRAGMA wal_checkpoint(RESTART)").fetch_one(inner).await?;
                }
            }
            // A commit that waits for the disk waits for all of the log before it.
            Self::Postgres(inner) => {
                sqlx::query("SELECT pg_logical_emit_message(true, 'tauroi', '')").fetch_one(inner).await?;
            }
        }
        Ok(())
    }

    /// Makes sure that whoever is at the other end answers.
    ///
    /// # Errors
    ///
    /// Says what the engine says, or that it says nothing for too long.
    pub(super) async fn ping(&mut self) -> anyhow::Result<()> {
        let answer = async { on!(self, inner => inner.ping().await) };
        match tokio::time::timeout(LONGEST, answer).await {
            Ok(answer) => Ok(answer?),
            Err(_) => bail!("the database has not answered for {} s", LONGEST.as_secs()),
        }
    }

    /// Ends it in order.
    pub(super) async fn close(self) {
        // What was committed stays.
        let _ = on!(self, inner => inner.close().await);
    }
}
