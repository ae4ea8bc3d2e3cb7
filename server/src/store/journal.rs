//! The journal: what happened, was decided, asked and answered, in the order in which it did.
//!
//! A command is committed before its bytes are written to a socket. So whatever ends this program, the journal names every
//! order that may rest at the exchange. In a file of `SQLite` it is committed when it is in the journal's newest end
//! ([`super::ahead`]), and in the table some milliseconds later. A commit outlives the program, and the machine's own end once
//! it was carried over, about a second later ([`super::Writer`]): what of the last second may then be missing rests at the
//! exchange under a name of ours, and is taken back at the next start.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use super::connection::{Access, Connection, PATIENCE, on};
use super::{Address, Entry, Kind, Token, ahead, derived};

/// The journal of a store.
pub(crate) struct Journal {
    pub(super) address: Address,
    pub(super) connection: Connection,
    pub(super) run: i64,
    pub(super) next: i64,
    /// What lets it be written, where several desks share it.
    pub(super) lease: Option<Token>,
}

impl Journal {
    /// Opens the journal in a file, which is made if there is none.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened or is something else.
    pub(crate) async fn open(path: &Path) -> anyhow::Result<Self> {
        Self::open_at(&Address::file(path)).await
    }

    /// Opens the journal of a store. A file is made if there is none, the schema brought forward, and what is derived from the
    /// journal made up to its end.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened or written, or is something else.
    pub(crate) async fn open_at(address: &Address) -> anyhow::Result<Self> {
        Self::open_patiently(address, PATIENCE).await
    }

    /// The same, for who waits for another writer that long and no longer.
    pub(super) async fn open_patiently(address: &Address, patience: Duration) -> anyhow::Result<Self> {
        let opened = Connection::open(address, Access::Write, patience).await;
        let mut connection = opened.with_context(|| format!("the journal {address} can't be opened"))?;
        connection.migrate().await.with_context(|| format!("{address} is no journal that can be written"))?;
        if let Address::Sqlite(path) = address {
            ahead::take_in(&mut connection, path).await?;
        }
        derived::follow(&mut connection).await.with_context(|| format!("what follows from {address}"))?;
        Ok(Self { address: address.clone(), connection, run: 0, next: 0, lease: None })
    }

    /// Opens a file that is there, only to be read.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened.
    #[cfg_attr(not(test), expect(dead_code, reason = "commands name a store by its address"))]
    pub(crate) async fn read(path: &Path) -> anyhow::Result<Self> {
        Self::read_at(&Address::file(path)).await
    }

    /// Opens a store that is there, only to be read.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened, or is of a later version than this program knows.
    pub(crate) async fn read_at(address: &Address) -> anyhow::Result<Self> {
        if let Address::Sqlite(path) = address {
            ahead::take_in_before_it_is_read(path).await;
        }
        let opened = Connection::open(address, Access::Read, PATIENCE).await;
        let mut connection = opened.with_context(|| format!("the journal {address} can't be opened"))?;
        connection.version().await.with_context(|| format!("{address} can't be read"))?;
        Ok(Self { address: address.clone(), connection, run: 0, next: 0, lease: None })
    }

    /// Returns the numbers of all runs.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn runs(&mut self) -> anyhow::Result<Vec<i64>> {
        let sql = "SELECT DISTINCT run FROM entry ORDER BY run";
        let rows: Result<Vec<(i64,)>, _> =
            on!(&mut self.connection, inner => sqlx::query_as(sql).fetch_all(inner).await);
        Ok(rows.context("it is no journal")?.into_iter().map(|(run,)| run).collect())
    }

    /// Begins a run, which has a number above all before.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn begin(&mut self, wanted: i64) -> anyhow::Result<i64> {
        let last = self.last_run().await?.unwrap_or(0);
        (self.run, self.next) = (wanted.max(last.saturating_add(1)), 0);
        Ok(self.run)
    }

    /// Returns the number of the last run, if there is one.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn last_run(&mut self) -> anyhow::Result<Option<i64>> {
        let sql = "SELECT MAX(run) FROM entry";
        let row: Result<(Option<i64>,), _> =
            on!(&mut self.connection, inner => sqlx::query_as(sql).fetch_one(inner).await);
        Ok(row.context("the journal can't be read")?.0)
    }

    /// Writes entries down, all or none.
    ///
    /// # Errors
    ///
    /// Says that they can't be written: then nothing may be sent.
    pub(crate) async fn commit(&mut self, entries: &[Entry]) -> anyhow::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let written = self.connection.write_entries(self.run, self.next, entries, self.lease.as_ref()).await;
        written.context("the journal can't be written")?;
        self.next = self.next.saturating_add(i64::try_from(entries.len()).unwrap_or(i64::MAX));
        Ok(())
    }

    /// Writes nothing more than the holder of a lease may.
    pub(crate) fn hold(&mut self, lease: Token) {
        self.lease = Some(lease);
    }

    /// Writes entries down as [`Self::commit`], and waits for the disk where several desks share the journal and the next one
    /// must know of them, whatever happens to the database's machine: with which order group a run trades.
    ///
    /// # Errors
    ///
    /// As [`Self::commit`].
    pub(super) async fn commit_to_last(&mut self, entries: &[Entry]) -> anyhow::Result<()> {
        if self.lease.is_none() || entries.iter().all(|entry| entry.kind != Kind::Setting) {
            return self.commit(entries).await;
        }
        self.connection.wait_for_disk(true).await?;
        self.commit(entries).await?;
        self.connection.wait_for_disk(false).await
    }

    /// Makes sure that it can still be reached.
    ///
    /// # Errors
    ///
    /// Says that it can't.
    pub(super) async fn look_whether_it_is_there(&mut self) -> anyhow::Result<()> {
        self.connection.ping().await.context("the journal can't be written")
    }

    /// Returns the entries of a run, in order, from number `from` on and at most `most` of them.
    ///
    /// # Errors
    ///
    /// Says that it can't be read, or what in it is no entry.
    pub(crate) async fn entries(&mut self, run: i64, from: i64, most: i64) -> anyhow::Result<Vec<Entry>> {
        let sql = "SELECT t, kind, data FROM entry WHERE run = $1 AND seq >= $2 ORDER BY seq LIMIT $3";
        let rows: Result<Vec<(i64, String, String)>, _> = on!(&mut self.connection, inner =>
            sqlx::query_as(sql).bind(run).bind(from).bind(most).fetch_all(inner).await);
        rows.context("the journal can't be read")?.into_iter().map(Entry::of_row).collect()
    }

    /// Returns what the last run wrote down for the one after it: what was asked of orders and answered, how it traded, and
    /// what was seen of artists; in order.
    ///
    /// # Errors
    ///
    /// Says that it can't be read, or what in it is no entry.
    pub(crate) async fn last(&mut self) -> anyhow::Result<Vec<Entry>> {
        let sql = "SELECT t, kind, data FROM entry WHERE run = (SELECT MAX(run) FROM entry) \
                   AND (kind IN ('command', 'answer', 'setting') \
                   OR (kind = 'input' AND data LIKE '{\"catalyst\":%')) ORDER BY seq";
        let rows: Result<Vec<(i64, String, String)>, _> =
            on!(&mut self.connection, inner => sqlx::query_as(sql).fetch_all(inner).await);
        rows.context("the journal can't be read")?.into_iter().map(Entry::of_row).collect()
    }

    /// Ends it in order.
    pub(crate) async fn close(self) {
        self.connection.close().await;
    }
}
