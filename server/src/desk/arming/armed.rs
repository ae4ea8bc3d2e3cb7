//! Whether an order may be placed, for who sends it.

use shared::units::Timestamp;
use tokio::sync::watch;

use crate::clock::machine_time;

/// Says whether orders may be placed; clones say the same.
#[derive(Debug, Clone)]
pub(crate) struct Armed(Option<watch::Receiver<Result<Timestamp, String>>>);

impl Armed {
    /// Where no money is real nobody has to be armed.
    pub(crate) const fn needless() -> Self {
        Self(None)
    }

    /// Follows what is said.
    pub(in crate::desk) const fn by(said: watch::Receiver<Result<Timestamp, String>>) -> Self {
        Self(Some(said))
    }

    /// Returns until when orders may be placed; none where nobody has to be armed.
    ///
    /// # Errors
    ///
    /// Says why none may.
    pub(crate) fn until(&self) -> Result<Option<Timestamp>, String> {
        let Some(said) = &self.0 else { return Ok(None) };
        // Who said it may be gone, or late.
        match said.borrow().clone() {
            Ok(until) if said.has_changed().is_ok() && machine_time() < until => Ok(Some(until)),
            Ok(_) => Err("its time is over".to_owned()),
            Err(why) => Err(why),
        }
    }
}
