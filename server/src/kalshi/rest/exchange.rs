//! Whether and when the exchange runs.

use shared::wire::{ExchangeStatus, Schedule, ScheduleAnswer};

use super::{Ask, Client, Failure, Sending};

impl Client {
    /// Returns whether the exchange runs. It says so too with a status code that says that it doesn't (500, 503, 504), so that
    /// this is asked once.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn exchange_status(&self) -> Result<ExchangeStatus, Failure> {
        let ask = Ask::question(&["exchange", "status"], &[]);
        let answered = self.exchange(&ask, &mut Sending::default()).await.map_err(|failed| failed.failure)?;
        let said = serde_json::from_slice::<ExchangeStatus>(&answered.body);
        match (answered.status, said) {
            (_, Ok(said)) => Ok(said),
            (status, Err(why)) if status.is_success() => {
                let why = anyhow::Error::new(why);
                Err(Failure::Unknown(why.context(format!("{} was answered with something else", ask.name()))))
            }
            (status, Err(_)) => Err(Failure::answered(ask.name(), status, &answered.body)),
        }
    }

    /// Returns when orders are taken.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn exchange_schedule(&self) -> Result<Schedule, Failure> {
        self.get::<ScheduleAnswer>(&["exchange", "schedule"], &[]).await.map(|answer| answer.schedule)
    }
}
