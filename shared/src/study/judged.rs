//! Whether a profit is called real.

use super::Held;
use crate::math::{exp, ln_1p, max};
use crate::random::SplitMix64;
use crate::sort;
use crate::stats::resample;
use crate::units::{Cash, Date};

/// How often clusters are resampled, and winners drawn.
pub const DRAWS: usize = 10_000;
/// Of fewer clusters than this there is no interval.
const FEWEST: usize = 4;

/// What a study makes of the profits of some events.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The sum.
    pub net: Cash,
    /// The interval of the sum, clusters resampled, at the deflated coverage; none of fewer than four clusters.
    pub interval: Option<(Cash, Cash)>,
    /// How many clusters: events, or what shares a date of settlement.
    pub clusters: usize,
    /// The coverage of the interval once the number of looks is taken into account.
    pub coverage: f64,
    /// How probable as much profit is where prices are right: winners drawn from what the market said just before each fill.
    pub p_if_right: f64,
    /// Whether it is called real: the interval is above zero, and right prices are as unlikely as the coverage asks.
    pub is_real: bool,
}

/// Returns what an interval must cover to keep its `coverage` over so many looks together, by Šidák: `coverage^(1 / looks)`.
///
/// ```
/// assert_eq!(shared::study::coverage_after(0.95, 1), 0.95);
/// assert!((shared::study::coverage_after(0.95, 5) - 0.989_79).abs() < 1e-5);
/// ```
pub fn coverage_after(coverage: f64, looks: usize) -> f64 {
    if looks <= 1 { coverage } else { exp(ln_1p(coverage - 1.0) / looks as f64) }
}

/// Judges the profit of each event, given the date by which it settled, if that is known; `held` is what was held of each,
/// `coverage` the deflated one.
///
/// The interval is not enough: who sells what seldom comes true earns in each of a few events, most of the time, and the
/// resampled interval of events without a loss is above zero. So it is asked too what prices that were right would have paid.
pub fn judge(events: &[(Option<Date>, Cash)], held: &[Held], coverage: f64, rng_seed: u64) -> Judged {
    Right::draw(held, rng_seed).judge(events, coverage, rng_seed)
}

/// What events would have paid if prices were right: sums of profits, rising. It depends on no settlement.
pub(super) struct Right(Vec<i64>);

impl Right {
    pub(super) fn draw(held: &[Held], rng_seed: u64) -> Self {
        // Another stream than that of the resamples.
        let mut rng = SplitMix64::new(rng_seed ^ 0x5eed_0f57_0d1e);
        let mut sum = || held.iter().map(|event| event.drawn(&mut rng).microdollars()).sum();
        let drawn: Vec<i64> = (0..DRAWS).map(|_| sum()).collect();
        Self(rising(&drawn))
    }

    pub(super) fn judge(&self, events: &[(Option<Date>, Cash)], coverage: f64, rng_seed: u64) -> Judged {
        let clusters = clustered(events);
        let net: i64 = clusters.iter().sum();
        let interval = interval(&clusters, coverage, rng_seed);
        let as_good = self.0.len() - self.0.partition_point(|drawn| *drawn < net);
        let p_if_right = (as_good + 1) as f64 / (self.0.len() + 1) as f64;
        let is_above = interval.is_some_and(|(low, _)| low > Cash::ZERO);
        Judged {
            net: Cash::from_microdollars(net),
            interval,
            clusters: clusters.len(),
            coverage,
            p_if_right,
            is_real: is_above && p_if_right <= 1.0 - coverage,
        }
    }
}

fn rising(values: &[i64]) -> Vec<i64> {
    sort::places(values.len(), &|a, b| values[a] < values[b]).into_iter().map(|place| values[place]).collect()
}

/// Returns the sums of what settles by the same date; what settles by no known date is alone.
fn clustered(events: &[(Option<Date>, Cash)]) -> Vec<i64> {
    let mut clusters: Vec<(Option<Date>, i64)> = Vec::with_capacity(events.len());
    for (date, net) in events {
        let net = net.microdollars();
        match clusters.iter_mut().find(|(other, _)| date.is_some() && other == date) {
            Some((_, sum)) => *sum = sum.saturating_add(net),
            None => clusters.push((*date, net)),
        }
    }
    clusters.into_iter().map(|(_, sum)| sum).collect()
}

/// Returns the percentile interval of the sum, as many clusters drawn with replacement as there are.
fn interval(clusters: &[i64], coverage: f64, rng_seed: u64) -> Option<(Cash, Cash)> {
    if clusters.len() < FEWEST {
        return None;
    }
    let mut sums = Vec::with_capacity(DRAWS);
    resample(clusters.len(), clusters.len(), DRAWS, rng_seed, &mut |drawn| {
        sums.push(drawn.iter().map(|place| clusters[*place]).fold(0, i64::saturating_add));
    });
    let sums = rising(&sums);
    let last = sums.len() - 1;
    let below = (max(1.0 - coverage, 0.0) / 2.0 * last as f64).floor() as usize;
    let at = |place: usize| sums.get(place).map(|sum| Cash::from_microdollars(*sum));
    at(below).zip(at(last - below.min(last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{Action, Position};
    use crate::units::Quantity;

    fn cents(events: &[(i32, i64)]) -> Vec<(Option<Date>, Cash)> {
        let event = |(day, cents): &(i32, i64)| {
            ((*day > 0).then(|| Date::new(2026, 1, *day).unwrap()), Cash::from_microdollars(cents * 10_000))
        };
        events.iter().map(event).collect()
    }

    #[test]
    fn what_settles_by_one_date_is_one_cluster() {
        let events = cents(&[(1, 5), (2, 7), (1, -3), (0, 1), (0, 1)]);
        assert_eq!(clustered(&events), [20_000, 70_000, 10_000, 10_000]);
        let judged = judge(&events[..4], &[], 0.95, 1);
        assert_eq!((judged.clusters, judged.interval), (3, None));
        assert!(!judged.is_real);
    }

    #[test]
    fn more_looks_widen_the_interval() {
        let events = cents(&[(0, 100), (0, -40), (0, 80), (0, 10), (0, 120), (0, -10)]);
        let mut last = 0;
        for looks in [1, 3, 10, 100] {
            let judged = judge(&events, &[], coverage_after(0.95, looks), 1);
            let (low, high) = judged.interval.unwrap();
            let width = high.microdollars() - low.microdollars();
            assert!(width >= last, "{looks}: {width} {last}");
            assert_eq!(judged.net, Cash::from_microdollars(2_600_000));
            last = width;
        }
    }

    #[test]
    fn longshots_that_never_win_are_called_real_of_many_events_and_not_of_six() {
        // Ten contracts sold at 8 c where the market says 8 %: a dollar's worth of premium nearly, and none wins.
        let ten = Quantity::from_contracts(10).unwrap();
        let position = Position::FLAT.checked_after(Action::Sell, ten).unwrap();
        let sold = Held {
            contracts: vec![(Cash::ZERO, Position::FLAT), (Cash::from_microdollars(800_000), position)],
            fills: vec![(vec![0.9, 0.08], ten)],
        };
        let verdict = |events: usize| {
            let nets = vec![(None, sold.net(0)); events];
            judge(&nets, &vec![sold.clone(); events], 0.95, 1)
        };
        // The interval is above zero of either; right prices pay as much of six with 0.92^6, of sixty with 0.92^60.
        for (events, chance, is_real) in [(6, 0.606, false), (60, 0.0067, true)] {
            let judged = verdict(events);
            assert_eq!(judged.interval.unwrap().0, judged.net);
            assert!((judged.p_if_right - chance).abs() < 0.02, "{}", judged.p_if_right);
            assert_eq!(judged.is_real, is_real);
        }
    }

    #[test]
    fn a_sure_profit_is_real_and_nothing_held_is_not() {
        let events = cents(&[(0, 1), (0, 1), (0, 1), (0, 1)]);
        // With nothing held, right prices pay nothing: a cent is more than all of them.
        assert!(judge(&events, &[], 0.95, 1).is_real);
        assert!(!judge(&cents(&[(0, 0), (0, 0), (0, 0), (0, 0)]), &[], 0.95, 1).is_real);
    }
}
