//! Writing entries down beside the loop that decides, in its order: at once into the end of the journal, where it is a file of
//! `SQLite`, and beside the loop into the table.

mod follows;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};

use self::follows::Follows;
use super::ahead::Ahead;
use super::connection::{Access, Connection, PATIENCE as OTHERS};
use super::derived;
use super::{Address, Entry, Journal};

/// How long what nothing waits for may wait for more, and how much is written down at a time: what is urgent may come
/// meanwhile, and waits for it.
const PATIENCE: Duration = Duration::from_millis(5);
const AT_A_TIME: usize = 64;
/// How many entries may wait. A file that takes so few can't be relied on.
const BEHIND: u64 = 100_000;
/// After how long without anything to write it is looked whether a journal that several desks share can still be reached: else
/// a desk whose connection is gone would hold the lease until it has something to write.
const QUIET: Duration = Duration::from_secs(1);
/// How often what was committed is carried over into the table, and made to last whatever happens to the machine.
const CARRY_OVER: Duration = Duration::from_secs(1);
/// Entries on their way into the store.
pub(crate) struct Writer {
    queue: mpsc::UnboundedSender<Given>,
    /// How many were given, and how many of these are in the table.
    given: u64,
    committed: watch::Receiver<u64>,
    end: End,
    /// It was said that it can't be written.
    has_failed: bool,
    writing: JoinHandle<anyhow::Result<()>>,
}

/// Where entries are written down first.
enum End {
    /// In the table: whoever sends something waits for it.
    None,
    /// In files of their own beside this one, of this run, once there is an entry; the first one's number.
    Not(PathBuf, i64, u64),
    /// In these; the number of the first entry.
    Begun(Ahead, u64),
}

/// What is to be written down.
struct Given {
    entries: Vec<Entry>,
    is_urgent: bool,
}

/// What must be committed before something is sent.
#[derive(Debug, Clone)]
pub(crate) struct Before {
    entries: u64,
    /// Nothing where it is committed already.
    committed: Option<watch::Receiver<u64>>,
}

impl Before {
    /// Waits until it is committed; returns whether it is: if the store can't be written it never will be.
    pub(crate) async fn committed(self) -> bool {
        let Self { entries, committed } = self;
        match committed {
            Some(mut committed) => committed.wait_for(|committed| *committed >= entries).await.is_ok(),
            None => true,
        }
    }
}

impl Writer {
    /// Begins to write into a journal whose run has begun.
    pub(crate) fn new(journal: Journal) -> Self {
        let (queue, taken) = mpsc::unbounded_channel();
        let (told, committed) = watch::channel(0);
        let (end, writing) = match &journal.address {
            Address::Postgres(_) => (End::None, tokio::spawn(write(journal, taken, told))),
            Address::Sqlite(path) => {
                let first = u64::try_from(journal.next).unwrap_or_default();
                let end = End::Not(path.clone(), journal.run, first);
                // On a thread of its own: no frame waits for statements to be put together.
                let alone = move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
                    runtime.context("the journal has no thread")?.block_on(write(journal, taken, told))
                };
                (end, tokio::task::spawn_blocking(alone))
            }
        };
        Self { queue, given: 0, committed, end, has_failed: false, writing }
    }

    /// Gives entries to be written down, soon or, if something is to be sent after them, at once.
    ///
    /// # Errors
    ///
    /// Says that the store can't be written, or not as fast as it must.
    pub(crate) async fn write(&mut self, entries: Vec<Entry>, is_urgent: bool) -> anyhow::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let given = self.give(entries, is_urgent);
        self.has_failed |= !matches!(given, Ok(true));
        if given? { Ok(()) } else { self.ended().await }
    }

    /// Gives entries to be written down; returns whether somebody takes them.
    fn give(&mut self, entries: Vec<Entry>, is_urgent: bool) -> anyhow::Result<bool> {
        let (given, committed) = (self.given, *self.committed.borrow());
        if given.saturating_sub(committed) > BEHIND {
            bail!("the journal is written too slowly");
        }
        let count = entries.len() as u64;
        let is_urgent = match self.begun()? {
            Some((ahead, first)) => {
                let (next, there) = (first.saturating_add(given), first.saturating_add(committed));
                ahead.write(next, there, &entries).context("the journal can't be written")?;
                false
            }
            None => is_urgent,
        };
        if self.queue.send(Given { entries, is_urgent }).is_err() {
            if let Some((ahead, _)) = self.begun()? {
                ahead.take_back().context("the journal can't be written")?;
            }
            return Ok(false);
        }
        self.given = given.saturating_add(count);
        Ok(true)
    }

    /// Returns where entries are written first, if not in the table, and the number of the run's first one that is.
    fn begun(&mut self) -> anyhow::Result<Option<(&mut Ahead, u64)>> {
        if let End::Not(path, run, first) = &self.end {
            let begun = Ahead::begin(path, *run).context("the journal can't be written")?;
            self.end = End::Begun(begun, *first);
        }
        Ok(match &mut self.end {
            End::Begun(ahead, first) => Some((ahead, *first)),
            End::None | End::Not(..) => None,
        })
    }

    /// Returns what is committed when all that was given is.
    pub(crate) fn before(&self) -> Before {
        let waits = matches!(self.end, End::None) || self.has_failed;
        Before { entries: self.given, committed: waits.then(|| self.committed.clone()) }
    }

    /// Waits until the table has all that was given.
    #[cfg(test)]
    pub(super) async fn in_the_table(&self) {
        let given = self.given;
        self.committed.clone().wait_for(|committed| *committed >= given).await.unwrap();
    }

    /// Waits until it can't be written any more, and says why.
    ///
    /// # Errors
    ///
    /// Says why.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<()> {
        (&mut self.writing).await.context("the journal's writer panicked")??;
        bail!("the journal is closed")
    }

    /// Writes down what was given, and ends it in order.
    pub(crate) async fn close(self) {
        drop(self.queue);
        // If it has ended already, it has said why, and what is not in the table stays where it is.
        if !self.writing.is_finished()
            && let Ok(Ok(())) = self.writing.await
            && let End::Begun(ahead, _) = self.end
        {
            ahead.end();
        }
    }
}

/// Writes what is given until nobody gives anything any more.
async fn write(
    mut journal: Journal,
    mut given: mpsc::UnboundedReceiver<Given>,
    committed: watch::Sender<u64>,
) -> anyhow::Result<()> {
    let aside = Connection::open(&journal.address, Access::Write, OTHERS).await;
    let mut aside = aside.context("the journal can't be opened twice")?;
    aside.wait_for_disk(true).await?;
    journal.connection.wait_for_disk(false).await?;
    // Of what was written since it was opened.
    let behind = derived::follow(&mut journal.connection).await;
    let behind = behind.context("orders and positions can't be written")?;
    let carrying = tokio::spawn(carry_over(aside, committed.subscribe()));
    let written = write_all(&mut journal, behind, &mut given, &committed).await;
    carrying.abort();
    // Whoever closes the file last carries over what is left.
    let waits = journal.connection.wait_for_disk(true).await;
    journal.close().await;
    written.and(waits)
}

/// Writes what is given until nobody gives anything any more, or it can't be written.
///
/// What follows from entries, orders, fills and positions, is written when nothing else is to be for a while: no command waits
/// for it, and what a program leaves undone as it ends is done when the store is next opened.
async fn write_all(
    journal: &mut Journal,
    behind: (i64, i64),
    given: &mut mpsc::UnboundedReceiver<Given>,
    committed: &watch::Sender<u64>,
) -> anyhow::Result<()> {
    let mut follows = Follows::new(behind);
    loop {
        let next = match follows.due() {
            None if journal.lease.is_some() => match timeout(QUIET, given.recv()).await {
                Ok(next) => next,
                Err(_) => {
                    journal.look_whether_it_is_there().await?;
                    continue;
                }
            },
            None => given.recv().await,
            Some(due) => match given.try_recv() {
                Ok(next) => Some(next),
                Err(mpsc::error::TryRecvError::Disconnected) => None,
                Err(mpsc::error::TryRecvError::Empty) => match timeout_at(due, given.recv()).await {
                    Ok(next) => next,
                    Err(_) => {
                        follows.write(journal).await?;
                        continue;
                    }
                },
            },
        };
        let Some(Given { mut entries, mut is_urgent }) = next else { break };
        let by = Instant::now() + PATIENCE;
        while !is_urgent && entries.len() < AT_A_TIME {
            let Ok(Some(next)) = timeout_at(by, given.recv()).await else { break };
            entries.extend(next.entries);
            is_urgent = next.is_urgent;
        }
        let (run, first) = (journal.run, journal.next);
        journal.commit_to_last(&entries).await?;
        committed.send_modify(|committed| *committed = committed.saturating_add(entries.len() as u64));
        follows.take(run, first, entries);
        if follows.is_overdue() {
            follows.write(journal).await?;
        }
    }
    follows.write(journal).await
}

/// Carries over what was committed, on a connection of its own: it waits for the disk, which no commit does.
async fn carry_over(mut connection: Connection, mut committed: watch::Receiver<u64>) {
    while committed.changed().await.is_ok() {
        if let Err(why) = connection.carry_over().await {
            tracing::warn!("what was written down is not carried over: {why:#}");
        }
        tokio::time::sleep(CARRY_OVER).await;
    }
}
