//! Asking with patience: what is not answered now may be answered a little later.

use std::time::Duration;

use anyhow::bail;

use super::watch::{Step, Watch};
use crate::clock::Clock;
use crate::kalshi::{Client, Failure};

/// How often something is asked before it is given up on, and how long the first and the longest pause are. The client has
/// asked several times itself by then.
const TRIES: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Who asks the exchange.
pub(super) struct Asker<'a> {
    pub(super) client: &'a Client,
    /// The time that pauses go by.
    pub(super) clock: &'a Clock,
    /// How many items a page has at most.
    pub(super) page: usize,
}

impl Asker<'_> {
    /// Asks until there is an answer; `None` where the exchange doesn't know what is asked for. `what` is what it is called.
    ///
    /// # Errors
    ///
    /// Says what was refused, or that there was no answer for some minutes; and passes on what the watcher says.
    pub(super) async fn ask<T>(
        &self,
        what: &str,
        watch: &mut Watch<'_>,
        request: impl AsyncFn(&Client) -> Result<T, Failure>,
    ) -> anyhow::Result<Option<T>> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..TRIES {
            watch(Step::Asking(what))?;
            let why = match request(self.client).await {
                Ok(answer) => return Ok(Some(answer)),
                Err(failure) if failure.is_not_found() => return Ok(None),
                Err(failure) if !is_passing(&failure) => bail!("{what}: {failure}"),
                Err(failure) => format!("{what}: {failure}"),
            };
            watch(Step::Waiting { pause, why })?;
            let micros = i64::try_from(pause.as_micros())?;
            if let Some(at) = self.clock.now().checked_add_micros(micros) {
                self.clock.reached(at).await;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        watch(Step::Asking(what))?;
        match request(self.client).await {
            Ok(answer) => Ok(Some(answer)),
            Err(failure) if failure.is_not_found() => Ok(None),
            Err(failure) => bail!("{what}: asked {TRIES} times without an answer; the last time: {failure}"),
        }
    }
}

/// Returns whether a failure may be gone a little later: the exchange is busy or away, or the way to it was broken. What it
/// refuses it refuses again.
fn is_passing(failure: &Failure) -> bool {
    match failure {
        Failure::Refused { status, .. } => *status == 429,
        Failure::NotSent(_) | Failure::Unknown(_) => true,
    }
}
