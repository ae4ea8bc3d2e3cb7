//! What may be set of sizes.

use crate::settings::{Fixed, settings};

settings! {
    /// How much is bought of what.
    pub struct Settings {
        /// The part of the account that is played with by Kelly's rule; the rest is put aside.
        kelly_fraction: Fixed<2> = 0.25, "Kelly fraction" [0.01 to 1.0 by 0.05];
        /// The most that one contract of an event may cost, as a part of what the account is worth.
        max_contract_pct: Fixed<1> = 10, "Most in a contract" "%" [0.1 to 100.0 by 1.0];
        /// The most that all contracts of an event may cost together, as a part of what the account is worth.
        max_event_pct: Fixed<1> = 20, "Most in an event" "%" [0.1 to 100.0 by 1.0];
    }
}
