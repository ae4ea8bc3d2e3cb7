//! Writing entries down beside the loop that decides, in its order.

use std::time::Duration;

use anyhow::{Context, bail};
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::{Entry, Journal};

/// How long what nothing waits for may wait for more, and how much is written down at a time: what is urgent may come
/// meanwhile, and waits for it.
const PATIENCE: Duration = Duration::from_millis(5);
const AT_A_TIME: usize = 64;
/// How many entries may wait. A file that takes so few can't be relied on.
const BEHIND: u64 = 100_000;
/// How often what was committed is carried over into the table, and made to last whatever happens to the machine.
const CARRY_OVER: Duration = Duration::from_secs(1);
/// How many pages wait for that at most before writers have to wait for it.
const LONGEST: i64 = 16_384;

/// Entries on their way into the file.
pub(in crate::desk) struct Writer {
    queue: mpsc::UnboundedSender<Given>,
    /// How many were given, and how many of these are committed.
    given: u64,
    committed: watch::Receiver<u64>,
    writing: JoinHandle<anyhow::Result<()>>,
}

/// What is to be written down.
struct Given {
    entries: Vec<Entry>,
    is_urgent: bool,
}

/// What must be committed before something is sent.
#[derive(Debug, Clone)]
pub(in crate::desk) struct Before {
    entries: u64,
    committed: watch::Receiver<u64>,
}

impl Before {
    /// Waits until it is committed; returns whether it is: if the file can't be written it never will be.
    pub(in crate::desk) async fn committed(mut self) -> bool {
        let entries = self.entries;
        self.committed.wait_for(|committed| *committed >= entries).await.is_ok()
    }
}

impl Writer {
    /// Begins to write into a journal whose run has begun.
    pub(in crate::desk) fn new(journal: Journal) -> Self {
        let (queue, taken) = mpsc::unbounded_channel();
        let (told, committed) = watch::channel(0);
        Self { queue, given: 0, committed, writing: tokio::spawn(write(journal, taken, told)) }
    }

    /// Gives entries to be written down, soon or, if something is to be sent after them, at once.
    ///
    /// # Errors
    ///
    /// Says that the file can't be written, or not as fast as it must.
    pub(in crate::desk) async fn write(
        &mut self,
        entries: Vec<Entry>,
        is_urgent: bool,
    ) -> anyhow::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        self.given = self.given.saturating_add(entries.len() as u64);
        if self.given.saturating_sub(*self.committed.borrow()) > BEHIND {
            bail!("the journal is written too slowly");
        }
        match self.queue.send(Given { entries, is_urgent }) {
            Ok(()) => Ok(()),
            Err(_) => self.ended().await,
        }
    }

    /// Returns what is committed when all that was given is.
    pub(in crate::desk) fn before(&self) -> Before {
        Before { entries: self.given, committed: self.committed.clone() }
    }

    /// Waits until it can't be written any more, and says why.
    pub(in crate::desk) async fn ended(&mut self) -> anyhow::Result<()> {
        (&mut self.writing).await.context("the journal's writer panicked")??;
        bail!("the journal is closed")
    }

    /// Writes down what was given, and ends it in order.
    pub(in crate::desk) async fn close(self) {
        drop(self.queue);
        // If it has ended already, it has said why.
        if !self.writing.is_finished() {
            // What was committed stays.
            let _ = self.writing.await;
        }
    }
}

/// Writes what is given until nobody gives anything any more.
async fn write(
    mut journal: Journal,
    mut given: mpsc::UnboundedReceiver<Given>,
    committed: watch::Sender<u64>,
) -> anyhow::Result<()> {
    let aside = journal.options.clone().connect().await.context("the journal can't be opened twice")?;
    let carrying = tokio::spawn(carry_over(aside, committed.subscribe()));
    journal.wait_for_disk(false).await?;
    let written = write_all(&mut journal, &mut given, &committed).await;
    carrying.abort();
    // Whoever closes the file last carries over what is left.
    let waits = journal.wait_for_disk(true).await;
    journal.close().await;
    written.and(waits)
}

/// Writes what is given until nobody gives anything any more, or it can't be written.
async fn write_all(
    journal: &mut Journal,
    given: &mut mpsc::UnboundedReceiver<Given>,
    committed: &watch::Sender<u64>,
) -> anyhow::Result<()> {
    while let Some(Given { mut entries, mut is_urgent }) = given.recv().await {
        let by = Instant::now() + PATIENCE;
        while !is_urgent && entries.len() < AT_A_TIME {
            let Ok(Some(next)) = timeout_at(by, given.recv()).await else { break };
            entries.extend(next.entries);
            is_urgent = next.is_urgent;
        }
        journal.commit(&entries).await?;
        committed.send_modify(|committed| *committed = committed.saturating_add(entries.len() as u64));
    }
    Ok(())
}

/// Carries over what was committed, on a connection of its own: it waits for the disk, which no commit does.
async fn carry_over(mut connection: SqliteConnection, mut committed: watch::Receiver<u64>) {
    while committed.changed().await.is_ok() {
        if let Err(why) = checkpoint(&mut connection).await {
            tracing::warn!("the journal's write-ahead log grows: {why:#}");
        }
        tokio::time::sleep(CARRY_OVER).await;
    }
}

async fn checkpoint(connection: &mut SqliteConnection) -> anyhow::Result<()> {
    let row = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(&mut *connection).await?;
    let pages: i64 = row.try_get(1)?;
    if pages > LONGEST {
        // The log begins anew only when all of it was carried over, which who writes all the time never lets happen.
        sqlx::query("PRAGMA wal_checkpoint(RESTART)").fetch_one(connection).await?;
    }
    Ok(())
}
