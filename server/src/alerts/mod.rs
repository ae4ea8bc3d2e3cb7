//! Notices of what happens at the desk, for those who don't look at the page: looked for in what it says of itself, and sent to
//! webhooks.

mod sender;
mod shape;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use shared::alerts::{Kind, Notice, Quiet, Watcher};
use shared::stream::{Appended, Data, ToPage, Topic};
use tokio::sync::mpsc;

pub(crate) use self::sender::{Hook, Sender};
pub(crate) use self::shape::Shape;
use crate::clock::machine_time;
use crate::desk::Face;
use crate::told::Told as _;

/// How often the desk is looked at, at most.
const EVERY: Duration = Duration::from_millis(500);
/// How many notices wait for their receivers. What comes beyond is left out, which the log says.
const WAITING: usize = 256;

/// Which notices are sent.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    /// Of which kinds.
    pub(crate) kinds: BTreeSet<Kind>,
    /// The hours in which only what is urgent is.
    pub(crate) quiet: Option<Quiet>,
}

impl Rules {
    /// Returns whether a notice is sent now, by the machine's clock: people sleep by that, whatever the exchange's shows.
    fn let_through(&self, notice: &Notice) -> bool {
        let is_quiet = self.quiet.is_some_and(|quiet| quiet.holds(machine_time()));
        self.kinds.contains(&notice.kind) && (notice.kind.is_urgent() || !is_quiet)
    }
}

/// Sends what happens from now on at a desk.
pub(crate) async fn follow(face: Arc<Face>, rules: Rules, sender: Sender) {
    let (notices, waiting) = mpsc::channel(WAITING);
    tokio::spawn(sender.send_all(waiting));
    let mut changes = face.changes();
    let mut watcher = Watcher::default();
    let mut have: Option<i64> = None;
    while changes.changed().await.is_ok() {
        let appended = appended(&face, &mut have);
        for notice in watcher.look(&face.desk(), &appended) {
            if rules.let_through(&notice) && notices.try_send(notice.clone()).is_err() {
                tracing::error!("a notice is left out, as its receivers don't keep up: {}", notice.text);
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Returns what was appended to the desk's log since the last look; nothing of what was there before the first.
fn appended(face: &Face, have: &mut Option<i64>) -> Appended {
    let is_first = have.is_none();
    let Some(ToPage::Snapshot { seq, data, .. } | ToPage::Change { seq, data, .. }) =
        face.newer(&Topic::Log {}, *have)
    else {
        return Appended::default();
    };
    *have = Some(seq);
    match data {
        Data::Log { appended } if !is_first => appended,
        _ => Appended::default(),
    }
}
