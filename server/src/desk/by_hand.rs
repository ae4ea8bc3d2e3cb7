//! What a person asks of orders by hand, on its way to the desk and back.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::desk::{ByHand, HandWhat, NotByHand};
use tokio::sync::{mpsc, oneshot};

use super::Desk;
use crate::people::Trader;

/// How many people may wait at once, and how long one does: a desk that begins a run answers only once it has.
const WAITING: usize = 16;
const PATIENCE: Duration = Duration::from_secs(3);

/// What is asked, and whom to tell what came of it.
pub(super) type Asked = (ByHand, oneshot::Sender<Result<String, NotByHand>>);

/// Returns the way to a desk.
pub(super) fn way() -> (mpsc::Sender<Asked>, mpsc::Receiver<Asked>) {
    mpsc::channel(WAITING)
}

/// Why nothing is known to have come of what was asked.
#[derive(Debug)]
pub(crate) enum NotAsked {
    /// The desk does not do it, for this reason.
    Not(NotByHand),
    /// Nobody has armed it, or that is over, for this reason.
    Unarmed(String),
    /// Another desk on the same journal trades: this one.
    StandsBy(String),
    /// It did not answer.
    Silent,
}

impl Desk {
    /// Asks something of an order by hand, and returns what came of it.
    ///
    /// # Errors
    ///
    /// Says why nothing is done; or that the desk did not answer: what it has not taken up by then it never does.
    pub(crate) async fn by_hand(&self, asked: ByHand, _trader: &Trader) -> Result<String, NotAsked> {
        if let Some(who) = self.face.stands_by() {
            return Err(NotAsked::StandsBy(who));
        }
        if asked.what != HandWhat::Cancel {
            self.armed.until().map_err(NotAsked::Unarmed)?;
        }
        if !asked.only_says {
            tracing::info!("a person asks by hand: {asked:?}");
        }
        let (tell, told) = oneshot::channel();
        self.by_hand.try_send((asked, tell)).map_err(|_| NotAsked::Silent)?;
        match tokio::time::timeout(PATIENCE, told).await {
            Ok(Ok(told)) => told.map_err(NotAsked::Not),
            Ok(Err(_)) | Err(_) => Err(NotAsked::Silent),
        }
    }
}

/// Who waits for an answer of a run.
#[derive(Default)]
pub(super) struct Waiting {
    last: u64,
    by: BTreeMap<u64, oneshot::Sender<Result<String, NotByHand>>>,
}

impl Waiting {
    /// Takes note of somebody who waits, and returns the number of the answer; none if nobody does any more.
    pub(super) fn wait(&mut self, tell: oneshot::Sender<Result<String, NotByHand>>) -> Option<u64> {
        if tell.is_closed() {
            return None;
        }
        self.last += 1;
        self.by.insert(self.last, tell);
        Some(self.last)
    }

    /// Tells whoever waits for the answer of that number.
    pub(super) fn tell(&mut self, number: u64, told: Result<String, NotByHand>) {
        if let Some(tell) = self.by.remove(&number) {
            // Who has gone since sees on the page what rests.
            let _ = tell.send(told);
        }
    }
}
