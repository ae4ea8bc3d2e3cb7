//! Which of several desks on one journal trades: the one that holds the lease. The others stand by.
//!
//! The holder counts from before it asked, by this machine's clock, and ends its run a second before anybody could take over.
//! It renews the lease on the desk's own thread: a desk that hangs renews nothing. And it gives the lease back when it can't
//! see the exchange, so that another one may try. That no two holders have orders at once doesn't rest on any of that, but on
//! the journal, which takes no entry of an older holder, and on the order group, which whoever begins triggers.

mod candidate;
mod held;

use std::time::Duration;

use shared::api::Mode;
use shared::desk::Wish;
use shared::stream::DeskState;
use shared::units::Timestamp;
use tokio::time::sleep;

use self::candidate::Applied;
pub(super) use self::candidate::Candidate;
pub(super) use self::held::{Held, Lease};
use super::session::Supervisor;
use crate::store::LeaseRow;

/// How often whoever stands by looks, and a holder asks again whose renewal failed.
const LOOK: Duration = Duration::from_millis(500);

/// What is known of the lease, for people and for who watches over the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// It is this desk's.
    pub(crate) is_held: bool,
    /// How often it was taken.
    pub(crate) epoch: i64,
    /// Whose it is, if it is anybody's.
    pub(crate) who: Option<String>,
    /// Since when, by the database's clock.
    pub(crate) since: Timestamp,
}

impl Standing {
    /// Returns who trades, where that is another desk.
    pub(crate) fn stands_by(&self) -> Option<String> {
        let who = self.who.as_ref().filter(|_| !self.is_held)?;
        Some(format!(
            "{who} trades, since {}; this desk stands by, and takes over when that one ends, hangs or is cut off",
            self.since
        ))
    }
}

impl From<&LeaseRow> for Standing {
    fn from(row: &LeaseRow) -> Self {
        let who = row.is_taken.then(|| format!("{} ({})", row.who, row.account));
        Self { is_held: false, epoch: row.epoch, who, since: row.since }
    }
}

impl Supervisor {
    /// Waits until this desk may trade: until it holds the lease, where its journal has one. Returns whether it does; else the
    /// program is to end.
    pub(super) async fn stand_by(&mut self) -> bool {
        let Some(mut candidate) = self.candidate.take() else { return true };
        let mut waited = false;
        let mut said = String::new();
        let holds = loop {
            if self.is_to_end() {
                break false;
            }
            let mut wish = self.wish.clone();
            let ends = wish.wait_for(|wish| matches!(wish, Wish::Stop | Wish::HandOver));
            let applied = tokio::select! {
                applied = candidate.apply() => applied,
                _ = ends => break false,
            };
            let standing = candidate.seen.as_ref().map(|(row, _)| Standing::from(row));
            match applied {
                Ok(Applied::Holds(lease)) => {
                    let epoch = lease.token.epoch;
                    tracing::info!("this desk holds the lease, which was taken {epoch} times");
                    // What was said to the desk that traded is in the journal.
                    self.is_first |= epoch != candidate.own + 1;
                    self.takes_over = waited;
                    candidate.own = epoch;
                    let who = Some(candidate.applicant.who.clone());
                    self.face.tell_lease(Standing { is_held: true, epoch, who, since: lease.since });
                    self.lease = Some(*lease);
                    break true;
                }
                Ok(Applied::Waits) => {
                    let stands_by = standing.and_then(|standing| Some((standing.stands_by()?, standing)));
                    if let Some((why, standing)) = stands_by {
                        waited = true;
                        self.forget_wish();
                        if said != why {
                            tracing::info!("{why}");
                            self.face.tell_lease(standing);
                            self.show(DeskState::Starting, &format!("{why}."));
                            said = why;
                        }
                    }
                }
                Err(why) => {
                    let why = format!("Whether another desk trades is not known: {why:#}");
                    if said != why {
                        tracing::warn!("{why}");
                        self.show(DeskState::Blind, &why);
                        said = why;
                    }
                }
            }
            tokio::select! {
                () = sleep(LOOK) => {}
                changed = self.wish.changed() => if changed.is_err() { break false },
            }
        };
        self.candidate = Some(candidate);
        self.holds.send_replace(holds);
        holds
    }

    /// What a person said to this desk is for the one that trades now, and in its journal.
    fn forget_wish(&self) {
        let quotes =
            if self.settings.starts && self.settings.mode != Mode::Live { Wish::Quote } else { Wish::Off };
        self.wishes.send_if_modified(|wish| {
            let is_said = matches!(wish, Wish::Kill | Wish::Pause);
            if is_said {
                *wish = quotes;
            }
            is_said
        });
    }

    /// Gives the lease back, if there is one.
    pub(super) async fn give_back(&mut self) {
        if let Some(lease) = self.lease.take() {
            self.holds.send_replace(false);
            let (epoch, since) = (lease.token.epoch, lease.since);
            self.face.tell_lease(Standing { is_held: false, epoch, who: None, since });
            lease.give_back().await;
        }
    }
}

/// Waits until a lease is lost, for ever where there is none, and returns why.
pub(super) async fn lost(held: Option<&Held>) -> String {
    match held {
        Some(held) => held.lost().await,
        None => std::future::pending().await,
    }
}
