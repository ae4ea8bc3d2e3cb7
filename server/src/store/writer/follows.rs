//! What follows from entries, orders, fills and positions, on its way into the store.

use std::time::Duration;

use anyhow::Context;
use tokio::time::Instant;

use crate::store::derived::{self, Chunk};
use crate::store::{Entry, Journal};

/// How long what follows from entries waits for a moment in which nothing is to be written, and how long at most.
const FOLLOW: Duration = Duration::from_millis(250);
const FOLLOW_AT_LAST: Duration = Duration::from_secs(2);

/// What follows from entries that are committed and was not written yet.
pub(super) struct Follows {
    /// The last entry of which all is written.
    behind: (i64, i64),
    chunk: Chunk,
    since: Option<Instant>,
}

impl Follows {
    /// Returns nothing that follows yet, behind an entry.
    pub(super) fn new(behind: (i64, i64)) -> Self {
        Self { behind, chunk: Chunk::default(), since: None }
    }

    /// Takes in entries of a run that are committed.
    pub(super) fn take(&mut self, run: i64, first: i64, entries: Vec<Entry>) {
        self.since.get_or_insert_with(Instant::now);
        for (seq, entry) in (first..).zip(entries) {
            self.chunk.add(run, seq, entry);
        }
    }

    /// Returns when it is to be written, if anything is.
    pub(super) fn due(&self) -> Option<Instant> {
        self.since.map(|since| since + FOLLOW)
    }

    /// Returns whether it has waited too long for a moment in which nothing else is to be written.
    pub(super) fn is_overdue(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() > FOLLOW_AT_LAST)
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(super) async fn write(&mut self, journal: &mut Journal) -> anyhow::Result<()> {
        if self.since.take().is_some() {
            let chunk = std::mem::take(&mut self.chunk);
            // Not on the thread of the loop, which is this one.
            let events =
                tokio::task::spawn_blocking(|| chunk.read()).await.context("entries can't be read")?;
            let Some(events) = events else { return Ok(()) };
            let connection = &mut journal.connection;
            let written = derived::apply(connection, self.behind, &events).await;
            self.behind = match written.context("orders and positions can't be written")? {
                true => events.last,
                // Somebody else has written of these entries, as who makes all of it again.
                false => {
                    derived::follow(connection).await.context("orders and positions can't be written")?
                }
            };
        }
        Ok(())
    }
}
