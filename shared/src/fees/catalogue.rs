//! What known series charged, where no file and no exchange says.

use super::{FeeMultiplier, FeeSchedule, FeeType};
use crate::Invalid;
use crate::market::EventTicker;
use crate::units::Date;

/// What a series was seen to charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownSeries {
    /// The part of its events' tickers before the first dash.
    pub series: &'static str,
    /// Its kind of fee.
    pub fee_type: FeeType,
    /// What that is multiplied by.
    pub multiplier: FeeMultiplier,
    /// The first and the last day on which it was seen. On other days it is the likeliest.
    pub seen: (Date, Date),
}

/// The known series.
const KNOWN: [KnownSeries; 1] = [
    // `GET /series/KXTOPMONTHLY`: makers free.
    KnownSeries {
        series: "KXTOPMONTHLY",
        fee_type: FeeType::Quadratic,
        multiplier: FeeMultiplier::ONE,
        seen: (Date::literal(2026, 6, 1), Date::literal(2026, 6, 30)),
    },
];

impl KnownSeries {
    /// Returns what is known of the series of an event.
    pub fn of(event: &EventTicker) -> Option<&'static Self> {
        let series = event.as_str().split('-').next()?;
        KNOWN.iter().find(|known| known.series == series)
    }

    /// Returns what it charges.
    ///
    /// # Errors
    ///
    /// As [`FeeSchedule::new`].
    pub fn schedule(&self) -> Result<FeeSchedule, Invalid> {
        FeeSchedule::new(self.fee_type, self.multiplier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_of_top_monthly_are_free_as_was_seen_in_june_2026() {
        let known = KnownSeries::of(&"KXTOPMONTHLY-26JUN".parse().unwrap()).unwrap();
        assert_eq!((known.fee_type, known.multiplier), (FeeType::Quadratic, FeeMultiplier::ONE));
        assert_eq!(known.seen, ("2026-06-01".parse().unwrap(), "2026-06-30".parse().unwrap()));
        assert_eq!(KnownSeries::of(&"KXTOPMONTHLYX-26JUN".parse().unwrap()), None);
        assert_eq!(KnownSeries::of(&"OTHER-26JUN".parse().unwrap()), None);
    }
}
