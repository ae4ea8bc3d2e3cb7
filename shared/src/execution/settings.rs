//! When resting quotes are replaced.

use crate::settings::{Fixed, settings};

settings! {
    /// When resting quotes are replaced.
    pub struct Settings {
        /// Quotes are replaced when the value they were made for drifts by more than this.
        drift_cents: Fixed<2> = 3, "Drift" "¢" [0.0 to 50.0 by 0.1];
        /// How long a move must be quiet to have settled, and how soon what was held back is looked at again.
        refresh_s: Fixed<0> = 60, "Refresh" "s" [1.0 to 86_400.0 by 1.0];
    }
}
