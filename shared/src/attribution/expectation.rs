//! What a backtest makes one expect of markouts.

use crate::backtest::{HORIZONS, RESAMPLES};
use crate::stats::mean_interval;
use crate::units::Cash;

/// What fills are expected to be worth later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expectation {
    /// At each of [`HORIZONS`] an interval of the mean, a contract: from the lowest end of any fill model's to the highest. None
    /// where nothing is known of it.
    pub intervals: [Option<(Cash, Cash)>; HORIZONS.len()],
}

/// What an event's fills were worth later under one fill model.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EventMarkouts {
    /// How many contracts were traded, in hundredths.
    pub volume: i64,
    /// The sums of what they were worth later, in microdollars, at each of [`HORIZONS`].
    pub sums: [f64; HORIZONS.len()],
}

/// What one fill model says: events, or intervals that were found before, in microdollars a contract.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelMarkouts {
    /// Each event's markouts, to be resampled as the lab does.
    Events(Vec<EventMarkouts>),
    /// The ends of each interval, where there is one.
    Intervals([Option<(f64, f64)>; HORIZONS.len()]),
}

impl Expectation {
    /// Returns what several fill models make one expect; none knows which of them is true, so that only what lies beside all of
    /// them is unexpected. Events are resampled with `rng_seed`.
    pub fn of(models: &[ModelMarkouts], rng_seed: u64) -> Self {
        let mut expected = Self::default();
        for model in models {
            for (horizon, known) in expected.intervals.iter_mut().enumerate() {
                let Some((low, high)) = model.interval(horizon, rng_seed) else { continue };
                let own = (low.floor() as i64, high.ceil() as i64);
                let own = (Cash::from_microdollars(own.0), Cash::from_microdollars(own.1));
                *known = Some(known.map_or(own, |(low, high)| (low.min(own.0), high.max(own.1))));
            }
        }
        expected
    }

    /// Returns whether anything is expected at all.
    pub fn is_some(&self) -> bool {
        self.intervals.iter().any(Option::is_some)
    }
}

impl ModelMarkouts {
    fn interval(&self, horizon: usize, rng_seed: u64) -> Option<(f64, f64)> {
        match self {
            Self::Intervals(known) => *known.get(horizon)?,
            Self::Events(events) => {
                let traded = events.iter().filter(|event| event.volume > 0);
                let sums = traded.filter_map(|event| {
                    Some((*event.sums.get(horizon)?, usize::try_from(event.volume).ok()?))
                });
                let sums: Vec<(f64, usize)> = sums.collect();
                let (low, high) = mean_interval(&sums, RESAMPLES, rng_seed)?;
                // Of a hundredth of a contract, of a contract.
                Some((low * 100.0, high * 100.0))
            }
        }
    }
}
