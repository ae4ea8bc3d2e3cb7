//! A run without money, and whether it counts.

use serde::{Deserialize, Serialize};

use crate::format;
use crate::units::Timestamp;

/// How long a run must have been at least, in seconds of the desk's clock.
pub const LEAST_S: i64 = 30 * 60;

/// What a run without money showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// The hash of the configuration.
    pub configuration: String,
    /// Where its orders went, for people.
    pub place: String,
    /// When it began to trade and ended, by the desk's clock.
    pub from: Timestamp,
    /// When it ended.
    pub until: Timestamp,
    /// How many contracts there were, and of how many something was decided.
    pub contracts: usize,
    /// Of how many something was decided.
    pub decided: usize,
    /// The first limit that refused an order, if one did.
    pub refused: Option<String>,
    /// Whether it ended in order, and held what its exchange said.
    pub is_reconciled: bool,
}

impl Rehearsal {
    /// Checks that it shows that the configuration works.
    ///
    /// # Errors
    ///
    /// Says what it lacks.
    pub fn counts(&self) -> Result<(), String> {
        let seconds = self.until.micros_since(self.from) / 1_000_000;
        if seconds < LEAST_S {
            let least = LEAST_S / 60;
            return Err(format!("it lasted {} min, which is less than {least}", seconds.max(0) / 60));
        }
        if self.contracts == 0 || self.decided < self.contracts {
            let of = format::counted(self.contracts, "contract");
            return Err(format!("something was decided of {} of {of} alone", self.decided));
        }
        if let Some(limit) = &self.refused {
            return Err(format!("an order was refused by a limit: {limit}"));
        }
        if !self.is_reconciled {
            return Err("it did not end in order, holding what its exchange said".to_owned());
        }
        Ok(())
    }
}
