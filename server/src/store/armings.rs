//! What lets a desk trade with real money, and what ended that: lines in the order in which they were written, none of which
//! is ever changed. What they mean is `crate::desk::arming`'s.

use anyhow::Context;
use shared::units::Timestamp;

use super::Address;
use super::connection::{Access, Connection, PATIENCE, on};
use super::table::Table;
use super::table::Type::{Int, Text};

/// The lines, by number from 0.
pub(super) const ARMINGS: Table =
    Table { name: "armings", key: 1, page: 5_000, columns: &[("seq", Int), ("t", Int), ("data", Text)] };

/// A line: when it was written by the machine's clock, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) at: Timestamp,
    pub(crate) data: String,
}

/// The lines of a store. Several processes may have them open and write.
pub(crate) struct Armings {
    address: Address,
    connection: Connection,
}

impl Armings {
    /// Opens those of a store; a file is made if there is none, and its schema brought forward.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened or written, or is something else.
    pub(crate) async fn open(address: &Address) -> anyhow::Result<Self> {
        let opened = Connection::open(address, Access::Write, PATIENCE).await;
        let mut connection = opened.with_context(|| format!("the store {address} can't be opened"))?;
        connection.migrate().await.with_context(|| format!("{address} is no store that can be written"))?;
        Ok(Self { address: address.clone(), connection })
    }

    /// Returns all lines.
    ///
    /// # Errors
    ///
    /// Says that they can't be read.
    pub(crate) async fn lines(&mut self) -> anyhow::Result<Vec<Line>> {
        let sql = "SELECT t, data FROM armings ORDER BY seq";
        let rows: Result<Vec<(i64, String)>, _> =
            on!(&mut self.connection, inner => sqlx::query_as(sql).fetch_all(inner).await);
        let rows = rows.with_context(|| format!("{} can't be read", self.address))?;
        let lines = rows.into_iter().map(|(at, data)| Ok(Line { at: Timestamp::from_micros(at)?, data }));
        lines.collect()
    }

    /// Writes a line behind all others that `allows` it, which is told them: nobody else writes one between.
    ///
    /// # Errors
    ///
    /// Says that it can't be written, or what `allows` says.
    pub(crate) async fn add(
        &mut self,
        line: &Line,
        allows: impl FnOnce(&[Line]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.connection.begin().await?;
        let done = self.add_within(line, allows).await;
        self.connection.end(done).await
    }

    async fn add_within(
        &mut self,
        line: &Line,
        allows: impl FnOnce(&[Line]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        if let Connection::Postgres(inner) = &mut self.connection {
            // A transaction of SQLite that writes is alone from its start.
            sqlx::raw_sql("SELECT pg_advisory_xact_lock(hashtext('tauroi armings'))").execute(inner).await?;
        }
        let lines = self.lines().await?;
        allows(&lines)?;
        let row =
            vec![i64::try_from(lines.len())?.into(), line.at.micros().into(), line.data.as_str().into()];
        let written = self.connection.write_rows(&ARMINGS, &[row], false).await;
        written.with_context(|| format!("{} can't be written", self.address))
    }

    /// Ends it in order.
    pub(crate) async fn close(self) {
        self.connection.close().await;
    }
}
