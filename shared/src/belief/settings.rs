//! How beliefs are found.

use super::Calibration;
use super::book::FromBook;
use crate::settings::{settings, words};

words!(Calibration { Ml "ml", Em "em", Legacy "legacy" });

settings! {
    /// How beliefs are found.
    pub struct Settings {
        /// How the belief filter finds its parameters.
        calibration: Calibration = Calibration::Ml, "Calibration";
        /// On recorded books, whether the book is observed: where no trade is told, beside trades, or never.
        book: FromBook = FromBook::Auto, "Book observed";
    }
}
