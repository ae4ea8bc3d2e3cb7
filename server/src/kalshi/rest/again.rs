//! What is asked again by itself, and when: questions alone, which change nothing however often they are asked.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

use super::Failure;

/// The longest wait that the exchange may ask for; who asks for a longer one is told the failure.
const LONGEST: Duration = Duration::from_secs(60);

/// Why no answer came that could be used, and whether another one may.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) failure: Failure,
    pub(super) again: Again,
}

/// Whether the same question may be answered later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// The answer will be the same.
    No,
    /// Something is in trouble: it is given time, the machine's, and at least as much as it has asked for.
    Later(Option<Duration>),
    /// The exchange's bucket is empty. It fills by the exchange's clock.
    Refilled(Option<Duration>),
}

impl Again {
    /// Returns how long to wait at least, unless waiting is of no use.
    pub(super) fn after(self) -> Option<Duration> {
        match self {
            Self::No => None,
            Self::Later(asked) | Self::Refilled(asked) => {
                Some(asked.unwrap_or_default()).filter(|asked| *asked <= LONGEST)
            }
        }
    }
}

impl Failed {
    /// Returns a failure that would only come again.
    pub(super) const fn for_good(failure: Failure) -> Self {
        Self { failure, again: Again::No }
    }

    /// Returns one that time may mend.
    pub(super) const fn for_now(failure: Failure) -> Self {
        Self { failure, again: Again::Later(None) }
    }
}

/// How often a question is asked again, and how fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// Twice, within half a second or so: something waits for the answer that can do without.
    Brief,
    /// Eight times within some two minutes: without the answer a long work is broken off.
    Long,
}

impl Patience {
    /// Returns the waits between one time and the next: each about twice the one before, and by chance up to twice that, so
    /// that many who failed at once don't ask again at once.
    pub(super) fn waits(self) -> ExponentialBackoff {
        let waits = ExponentialBuilder::default().with_factor(2.0).with_jitter();
        let waits = match self {
            Self::Brief => waits.with_min_delay(Duration::from_millis(100)).with_max_times(2),
            Self::Long => waits
                .with_min_delay(Duration::from_millis(250))
                .with_max_delay(Duration::from_secs(30))
                .with_max_times(8),
        };
        waits.build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_by_chance_and_end() {
        for (patience, times, most) in [(Patience::Brief, 2, 0.7), (Patience::Long, 8, 130.0)] {
            let waits: Vec<f64> = patience.waits().map(|wait| wait.as_secs_f64()).collect();
            assert_eq!(waits.len(), times);
            assert!(waits.iter().sum::<f64>() < most, "{waits:?}");
            assert!(waits.iter().all(|wait| *wait >= 0.1), "{waits:?}");
        }
        // Chance is in it.
        assert_ne!(Patience::Long.waits().next(), Patience::Long.waits().next());
    }

    #[test]
    fn what_is_asked_for_is_waited_for_unless_it_is_too_long() {
        let seconds = Duration::from_secs;
        assert_eq!(Again::No.after(), None);
        assert_eq!(Again::Later(None).after(), Some(Duration::ZERO));
        assert_eq!(Again::Refilled(Some(seconds(7))).after(), Some(seconds(7)));
        assert_eq!(Again::Later(Some(seconds(61))).after(), None);
    }
}
