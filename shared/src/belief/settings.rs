//! How beliefs are found.

use super::Calibration;
use crate::settings::{settings, words};

words!(Calibration { Ml "ml", Em "em", Legacy "legacy" });

settings! {
    /// How beliefs are found.
    pub struct Settings {
        /// How the belief filter finds its parameters.
        calibration: Calibration = Calibration::Ml, "Calibration";
    }
}
