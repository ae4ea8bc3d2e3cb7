//! What lets a desk trade with real money: who armed which configuration until when, after which rehearsal, and what ended that.
//!
//! ```text
//! Rehearsed ──> Armed ──> Begun ──> HandedOver ──> Begun ──> …  until its time is over
//!                           └── Begun once more, or Disarmed: nobody is armed until a person says so again
//! ```
//!
//! Each step is an [`Event`] that somebody wrote down; [`Standing`] says what follows from all of them. A process that ended
//! without handing over can't say so: that is seen when the next one begins.

mod rehearsal;
mod standing;

pub use rehearsal::{LEAST_S, Rehearsal};
pub use standing::Standing;

use serde::{Deserialize, Serialize};

use crate::units::Timestamp;

/// Something that was written down. Times are of the machine's clock, as an arming must not end sooner on a faster one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A desk waits to be armed for this configuration, which these lines say in words.
    Waits {
        /// Its hash.
        configuration: String,
        /// What is in it, by name.
        lines: Vec<(String, String)>,
    },
    /// A configuration was tried without money.
    Rehearsed(Rehearsal),
    /// A person has armed a configuration.
    Armed {
        /// Its hash.
        configuration: String,
        /// Until when.
        until: Timestamp,
        /// Who, as the operating system knows them.
        who: String,
        /// Why, in their words.
        reason: String,
    },
    /// A process has begun to trade it.
    Begun {
        /// Its hash.
        configuration: String,
    },
    /// The process has ended as it was to: nothing of it is on its way, nor rests but what it has left to the next one.
    HandedOver {
        /// Its hash.
        configuration: String,
    },
    /// Nothing is armed any more, for this reason.
    Disarmed {
        /// Why, for people.
        why: String,
    },
}

#[cfg(test)]
mod tests;
