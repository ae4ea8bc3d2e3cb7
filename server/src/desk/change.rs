//! Settings of a desk that runs: what holds, what a page needs to find out what others would come to, and changing them.

use std::time::Duration;

use shared::api::{DeskSettings, Mode, SettingsAsked};
use shared::desk::{By, Snapshot, Unchanged, Wanted};
use tokio::sync::{mpsc, oneshot};

use super::Desk;
use crate::people::Trader;

/// How long the desk may take to answer: it is asked between two frames, and what is changed is written down first.
const SOON: Duration = Duration::from_secs(5);

/// What the desk's thread is asked.
pub(super) enum Asked {
    /// What it knows and decides on.
    Snapshot(oneshot::Sender<Snapshot>),
    /// To change settings.
    Change(Wanted, Answer),
}

/// Who hears what became of a change: the version that holds once it is written down.
pub(super) type Answer = oneshot::Sender<Result<u64, Unchanged>>;

/// How many questions may wait.
pub(super) const WAITING: usize = 16;

/// Why a page doesn't get what it asks for.
#[derive(Debug)]
pub(crate) enum NotNow {
    /// There is nothing of the kind now, or it can't be, for this reason.
    Refused(String),
    /// It can't be, as what is asked for is no setting that could be so.
    Invalid(String),
    /// It isn't known whether it was done.
    Unknown(String),
}

impl Desk {
    /// Returns the settings that hold and how they came to, once the journal was read.
    pub(crate) fn settings(&self) -> Option<DeskSettings> {
        self.face.settings()
    }

    /// Returns what the desk knows and decides on, as bytes.
    ///
    /// # Errors
    ///
    /// Says that it knows nothing now.
    pub(crate) async fn snapshot(&self) -> Result<Vec<u8>, NotNow> {
        let (answer, told) = oneshot::channel();
        self.ask(Asked::Snapshot(answer))?;
        let snapshot = tokio::time::timeout(SOON, told).await.ok().and_then(Result::ok);
        let snapshot = snapshot.ok_or_else(|| NotNow::Refused(Unchanged::NotNow.to_string()))?;
        // Not on the desk's thread.
        snapshot.to_bytes().map_err(|misfit| NotNow::Refused(misfit.to_string()))
    }

    /// Changes settings, and says what holds then once that is written down.
    ///
    /// # Errors
    ///
    /// Says why nothing was changed, or that this isn't known.
    pub(crate) async fn change(&self, asked: SettingsAsked, trader: &Trader) -> Result<String, NotNow> {
        if self.face.desk().mode == Mode::Live {
            return Err(NotNow::Refused(Unchanged::Armed.to_string()));
        }
        let SettingsAsked { version, set, why } = asked;
        let (answer, told) = oneshot::channel();
        let by = match &trader.actor().session {
            Some(_) => By::Person(trader.actor().who.clone()),
            None => By::Page,
        };
        self.ask(Asked::Change(Wanted { version, set, why, by }, answer))?;
        match tokio::time::timeout(SOON, told).await {
            Ok(Ok(Ok(version))) => {
                Ok(format!("The settings are changed: version {version} holds and is written down."))
            }
            Ok(Ok(Err(Unchanged::Invalid(invalid)))) => Err(NotNow::Invalid(invalid.to_string())),
            Ok(Ok(Err(why))) => Err(NotNow::Refused(why.to_string())),
            // Nobody takes it any more: the answer's other end is gone.
            Ok(Err(_)) | Err(_) => Err(NotNow::Unknown(
                "The desk has not answered: what holds, and how it came to, says whether the settings were changed."
                    .to_owned(),
            )),
        }
    }

    fn ask(&self, asked: Asked) -> Result<(), NotNow> {
        // Between two runs nobody answers.
        let trades = self.face.trades();
        let sent = trades && self.asks.try_send(asked).is_ok();
        if sent { Ok(()) } else { Err(NotNow::Refused(Unchanged::NotNow.to_string())) }
    }
}

/// Returns room for questions, and the end that answers them.
pub(super) fn channel() -> (mpsc::Sender<Asked>, mpsc::Receiver<Asked>) {
    mpsc::channel(WAITING)
}
