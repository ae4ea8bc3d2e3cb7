//! How often something took how long, of any number of times, in as much memory as for a few.

use std::time::{Duration, Instant};

/// How many spans there are from a power of two of microseconds to the next: a span is at most a sixteenth of its end long.
const WITHIN: u32 = 16;
const BITS: u32 = WITHIN.trailing_zeros();
const SPANS: usize = ((u32::BITS - BITS + 1) * WITHIN) as usize;

/// How many times fell into which span.
#[derive(Debug)]
pub(in crate::desk) struct Spans {
    counts: [u64; SPANS],
    count: u64,
    longest: u32,
}

impl Default for Spans {
    fn default() -> Self {
        Self { counts: [0; SPANS], count: 0, longest: 0 }
    }
}

/// Returns microseconds as they are counted, at most a minute.
pub(super) fn micros(from: Instant, to: Instant) -> u32 {
    let micros = to.saturating_duration_since(from).min(Duration::from_secs(60)).as_micros();
    u32::try_from(micros).unwrap_or(u32::MAX)
}

/// Returns the span that a time is in.
const fn span(micros: u32) -> usize {
    let Some(power) = micros.checked_ilog2() else { return 0 };
    if power < BITS {
        return micros as usize;
    }
    let within = (micros >> (power - BITS)) - WITHIN;
    ((power - BITS + 1) * WITHIN + within) as usize
}

/// Returns the last microsecond of a span.
fn end(span: usize) -> u32 {
    let span = u32::try_from(span).unwrap_or(u32::MAX);
    match (span / WITHIN).checked_sub(1) {
        None => span,
        Some(power) => {
            u32::try_from((u64::from(WITHIN + span % WITHIN + 1) << power) - 1).unwrap_or(u32::MAX)
        }
    }
}

impl Spans {
    /// Counts a time in microseconds.
    pub(super) fn note(&mut self, micros: u32) {
        if let Some(count) = self.counts.get_mut(span(micros)) {
            *count += 1;
        }
        self.count += 1;
        self.longest = self.longest.max(micros);
    }

    /// Returns the microseconds that so many of a thousand times took at most, to the end of a span.
    fn quantile(&self, per_mille: u64) -> u32 {
        let mut left = self.count.saturating_mul(per_mille).div_ceil(1_000).max(1);
        for (span, count) in self.counts.iter().enumerate() {
            match left.checked_sub(*count) {
                Some(0) | None => return end(span).min(self.longest),
                Some(rest) => left = rest,
            }
        }
        self.longest
    }

    /// Says how long it took, once it did.
    pub(super) fn told(&self) -> Option<String> {
        let (median, p99) = (self.quantile(500), self.quantile(990));
        let (longest, count) = (self.longest, self.count);
        (count > 0).then(|| {
            format!("median {median} µs, 99th percentile {p99} µs, longest {longest} µs, of {count}")
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_time_is_in_its_span_and_a_span_is_short(micros in prop_oneof![any::<u32>(), 0..100_u32]) {
            let at = span(micros);
            prop_assert!(at < SPANS);
            prop_assert!(micros <= end(at) && (at == 0 || micros > end(at - 1)));
            prop_assert!(end(at) - micros <= micros / WITHIN);
        }

        #[test]
        fn quantiles_are_of_all_times(mut times in prop::collection::vec(0..1_000_000_u32, 1..300)) {
            let mut spans = Spans::default();
            times.iter().for_each(|micros| spans.note(*micros));
            times.sort_unstable();
            for (per_mille, place) in [(500, (times.len() * 500).div_ceil(1_000)), (990, (times.len() * 990).div_ceil(1_000))] {
                let exact = times[place - 1];
                let said = spans.quantile(per_mille);
                prop_assert!(said >= exact && said - exact <= exact / WITHIN, "{said} is not {exact}");
            }
            let (told, ends) = (spans.told().unwrap(), format!("longest {} µs, of {}", times[times.len() - 1], times.len()));
            prop_assert!(told.ends_with(&ends));
        }
    }

    #[test]
    fn nothing_is_said_of_no_time() {
        assert_eq!(Spans::default().told(), None);
    }
}
