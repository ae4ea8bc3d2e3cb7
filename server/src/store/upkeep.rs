//! What people do to a store: check it, copy it, make anew what follows from its journal, keep something in it.

use anyhow::{Context, bail};
use shared::units::Timestamp;

use super::armings::ARMINGS;
use super::connection::{Access, Connection, PATIENCE, on};
use super::derived::{self, Projection};
use super::digest::{Digest, ENTRY};
use super::kept::{self, SIGNALS, TAPES};
use super::people::{ACCOUNTS, AUDIT, WORK};
use super::schema::VERSION;
use super::table::{Table, Value, Which};
use super::{Address, ahead};

/// What nothing else has: what is copied.
const BASE: [&Table; 7] = [&ENTRY, &TAPES, &SIGNALS, &ARMINGS, &ACCOUNTS, &AUDIT, &WORK];

/// A store as a whole.
pub(crate) struct Store {
    address: Address,
    connection: Connection,
}

/// What a check found.
#[derive(Debug)]
pub(crate) struct Report {
    /// The version of the schema.
    pub(crate) version: i64,
    /// What each table holds.
    pub(crate) tables: Vec<Digest>,
    /// Each run and how many entries it has.
    pub(crate) runs: Vec<(i64, i64)>,
    /// What is wrong, a sentence each.
    pub(crate) problems: Vec<String>,
    /// What is not wrong and worth knowing, a sentence each.
    pub(crate) notes: Vec<String>,
}

impl Store {
    /// Opens a store to write; a file is made if there is none, and its schema brought forward.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened or written, or is something else.
    pub(crate) async fn open(address: &Address) -> anyhow::Result<Self> {
        let opened = Connection::open(address, Access::Write, PATIENCE).await;
        let mut connection = opened.with_context(|| format!("the store {address} can't be opened"))?;
        connection.migrate().await.with_context(|| format!("{address} is no store that can be written"))?;
        if let Address::Sqlite(path) = address {
            ahead::take_in(&mut connection, path).await?;
        }
        connection.wait_within().await?;
        Ok(Self { address: address.clone(), connection })
    }

    /// Opens a store that is there, only to be read.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened, or is of a later version.
    pub(crate) async fn read(address: &Address) -> anyhow::Result<Self> {
        if let Address::Sqlite(path) = address {
            ahead::take_in_before_it_is_read(path).await;
        }
        let opened = Connection::open(address, Access::Read, PATIENCE).await;
        let mut connection = opened.with_context(|| format!("the store {address} can't be opened"))?;
        connection.version().await.with_context(|| format!("{address} can't be read"))?;
        if !connection.has_table(ENTRY.name).await? {
            bail!("{address} is no store: it has no journal");
        }
        Ok(Self { address: address.clone(), connection })
    }

    /// Throws away what follows from the journal, and makes it again; returns how far it goes.
    ///
    /// # Errors
    ///
    /// Says that it can't be read or written: then what was there stays.
    pub(crate) async fn rebuild(&mut self) -> anyhow::Result<Projection> {
        derived::rebuild(&mut self.connection)
            .await
            .with_context(|| format!("what follows from {}", self.address))
    }

    /// Keeps a file of so many trades; returns whether it is new.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn keep_tape(
        &mut self,
        now: Timestamp,
        name: &str,
        trades: usize,
        bytes: Vec<u8>,
    ) -> anyhow::Result<bool> {
        let kept = kept::tape(&mut self.connection, now, name, trades, bytes).await;
        kept.with_context(|| format!("{name} can't be kept"))
    }

    /// Keeps lines of a log of signals, all or none; returns how many are new.
    ///
    /// # Errors
    ///
    /// Names the line that is no signal, or says that they can't be written.
    pub(crate) async fn keep_signals(&mut self, lines: &[&str]) -> anyhow::Result<usize> {
        kept::signals(&mut self.connection, lines).await
    }

    /// Returns what is in the store as of now, and what is wrong with it: gaps in the journal, and whatever else follows from it
    /// than is there.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn check(&mut self) -> anyhow::Result<Report> {
        self.connection.begin_to_read().await?;
        let done = self.check_within().await;
        self.connection.end(done).await
    }

    async fn check_within(&mut self) -> anyhow::Result<Report> {
        let connection = &mut self.connection;
        let version = connection.version().await?;
        let mut report =
            Report { version, tables: Vec::new(), runs: Vec::new(), problems: Vec::new(), notes: Vec::new() };
        if version < VERSION {
            report.notes.push(format!(
                "it is of version {version}: whoever next writes it brings it to version {VERSION}"
            ));
        }
        let sql = "SELECT run, COUNT(*), MIN(seq), MAX(seq) FROM entry GROUP BY run ORDER BY run";
        let runs: Vec<(i64, i64, i64, i64)> =
            on!(&mut *connection, inner => sqlx::query_as(sql).fetch_all(inner).await)?;
        for (run, entries, first, last) in runs {
            report.runs.push((run, entries));
            if first != 0 || entries != last.saturating_add(1) {
                report.problems.push(format!(
                    "run {run} has {entries} entries, of which the first is {first} and the last {last}"
                ));
            }
        }
        for table in BASE {
            if connection.has_table(table.name).await? {
                report.tables.push(connection.digest(table).await?);
            }
        }
        let Some(projection) = derived::projection(connection).await? else {
            report.notes.push("orders, fills and positions are made when it is next written".to_owned());
            return Ok(report);
        };
        let entries: i64 = report.runs.iter().map(|(_, entries)| entries).sum();
        if projection.unread > 0 {
            let unread = projection.unread;
            report.problems.push(format!("{unread} entries about orders and positions can't be understood"));
        }
        let behind = entries.saturating_sub(projection.entries);
        let mut apart = derived::rebuild_apart(connection, projection.last).await?;
        let mut differ = Vec::new();
        for table in derived::TABLES {
            let there = connection.digest(table).await?;
            if apart.digest(table).await? != there {
                differ.push(table.name);
            }
            report.tables.push(there);
        }
        if behind > 0 {
            report.notes.push(format!(
                "orders, fills and positions are {behind} entries behind: who writes it is at it, or makes up for it when it \
                 is next opened"
            ));
        }
        if !differ.is_empty() {
            report.problems.push(format!(
                "{} are not what follows from the journal: `tauroi store rebuild` makes them again",
                differ.join(", ")
            ));
        }
        Ok(report)
    }

    /// Copies all of it into a store that has nothing yet, compares the two row for row, and makes there what follows from the
    /// journal. If anything fails nothing is written there. Returns what was copied.
    ///
    /// # Errors
    ///
    /// Says that one can't be read, that the other can't be written or holds something, or that they differ.
    pub(crate) async fn copy_to(&mut self, target: &mut Self) -> anyhow::Result<Vec<Digest>> {
        self.connection.begin_to_read().await?;
        let done = async {
            target.connection.begin().await?;
            let copied = copy(&mut self.connection, target).await;
            target.connection.end(copied).await
        }
        .await;
        let copied = self.connection.end(done).await?;
        target.rebuild().await?;
        Ok(copied)
    }

    /// Ends it in order.
    pub(crate) async fn close(self) {
        self.connection.close().await;
    }
}

async fn copy(source: &mut Connection, target: &mut Store) -> anyhow::Result<Vec<Digest>> {
    let (address, target) = (target.address.clone(), &mut target.connection);
    let mut copied = Vec::new();
    for table in BASE {
        if !target.rows(table, Which::Behind(None, 1)).await?.is_empty() {
            bail!("{address} holds something already: copy into an empty one");
        }
        if !source.has_table(table.name).await? {
            continue;
        }
        let mut last: Option<Vec<Value>> = None;
        loop {
            let page = source.rows(table, Which::Behind(last.as_deref(), table.page)).await?;
            target.write_rows(table, &page, false).await.with_context(|| table.name)?;
            let Some(row) = page.into_iter().next_back() else { break };
            last = Some(row.into_iter().take(table.key).collect());
        }
        let (there, here) = (source.digest(table).await?, target.digest(table).await?);
        if there != here {
            bail!("{} is not the same in {address}: nothing is copied", table.name);
        }
        copied.push(here);
    }
    Ok(copied)
}
