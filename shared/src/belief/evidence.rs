//! How much better or worse than an average of prices a fair value was, and how sure that is.

use super::Track;
use super::score::{ForwardMisses, forward_misses};
use crate::market::Tape;
use crate::math::min;
use crate::sort;
use crate::stats::{middle_95, resample};
use crate::units::Date;

/// How often days are drawn anew.
const RESAMPLES: usize = 2_000;
/// Of fewer days there is no interval: their resamples would hardly differ.
const FEWEST_DAYS: usize = 8;

/// The misses of the mean price from 15 minutes to an hour after a print, of several contracts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// How many contracts and how many of their prints have such a mean.
    pub contracts: usize,
    /// How many of their prints.
    pub prints: usize,
    /// Over all prints together.
    pub pooled: Compared,
    /// Of each contract first, then their mean.
    pub equal: Compared,
}

/// The root mean squares of a fair value and of what it must not lose to, in dollars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// Of the fair value.
    pub fair: f64,
    /// Of the exponential moving average.
    pub average: f64,
    /// Of the last print.
    pub last: f64,
    /// The 2.5th and the 97.5th percentile of [`Compared::ratio`] when days are drawn with replacement; `None` of fewer than
    /// eight days.
    pub interval: Option<(f64, f64)>,
}

impl Compared {
    /// Returns the fair value's error over that of the better of the other two.
    pub fn ratio(&self) -> f64 {
        self.fair / min(self.average, self.last)
    }
}

/// Compares the fair values along the tapes, and says how sure that is by drawing whole days (UTC) with replacement, of
/// all contracts together: prints of one day, in whichever contract, have the same news in common. `None` where no print
/// has a mean price a while later.
pub fn compare(contracts: &[(&Tape, &Track)], rng_seed: u64) -> Option<Evidence> {
    let by_day: Vec<Vec<(Date, ForwardMisses)>> =
        contracts.iter().map(|(tape, track)| days_of(tape, track)).filter(|days| !days.is_empty()).collect();
    let mut days: Vec<Date> = by_day.iter().flatten().map(|(day, _)| *day).collect();
    let places = sort::places(days.len(), &|a, b| days[a] < days[b]);
    days = places.into_iter().map(|place| days[place]).collect();
    days.dedup();
    // How often each day is drawn: once, at first.
    let mut times = vec![1.0; days.len()];
    let sums = |times: &[f64]| -> Vec<Sums> {
        by_day
            .iter()
            .map(|contract| Sums::of(contract, &days, times))
            .filter(|sums| sums.count > 0.0)
            .collect()
    };
    let whole = sums(&times);
    let (pooled, equal) = (pooled(&whole)?, equal(&whole)?);
    let (mut pooled_ratios, mut equal_ratios) = (Vec::new(), Vec::new());
    if days.len() >= FEWEST_DAYS {
        resample(days.len(), days.len(), RESAMPLES, rng_seed, &mut |drawn| {
            times.fill(0.0);
            for day in drawn {
                times[*day] += 1.0;
            }
            let drawn = sums(&times);
            pooled_ratios.extend(self::pooled(&drawn).map(|compared| compared.ratio()));
            equal_ratios.extend(self::equal(&drawn).map(|compared| compared.ratio()));
        });
    }
    Some(Evidence {
        contracts: whole.len(),
        prints: whole.iter().map(|sums| sums.count as usize).sum(),
        pooled: Compared { interval: middle_95(&pooled_ratios), ..pooled },
        equal: Compared { interval: middle_95(&equal_ratios), ..equal },
    })
}

/// Returns the misses of a contract, by day.
fn days_of(tape: &Tape, track: &Track) -> Vec<(Date, ForwardMisses)> {
    let mut days: Vec<(Date, ForwardMisses)> = Vec::new();
    for (trade, misses) in tape.trades().iter().zip(forward_misses(tape, track)) {
        if misses.count == 0 {
            continue;
        }
        match days.last_mut() {
            Some((day, sum)) if *day == trade.at.date() => *sum = sum.with(misses),
            _ => days.push((trade.at.date(), misses)),
        }
    }
    days
}

/// A contract's sums of squares over days, some of which may count more than once.
struct Sums {
    count: f64,
    squares: [f64; 3],
}

impl Sums {
    fn of(contract: &[(Date, ForwardMisses)], days: &[Date], times: &[f64]) -> Self {
        let mut sums = Self { count: 0.0, squares: [0.0; 3] };
        for (day, misses) in contract {
            let times = days.binary_search(day).map_or(0.0, |place| times[place]);
            sums.count += times * misses.count as f64;
            for (sum, more) in sums.squares.iter_mut().zip([misses.fair, misses.average, misses.last]) {
                *sum += times * more;
            }
        }
        sums
    }
}

fn pooled(contracts: &[Sums]) -> Option<Compared> {
    let count: f64 = contracts.iter().map(|sums| sums.count).sum();
    let total = |k: usize| (contracts.iter().map(|sums| sums.squares[k]).sum::<f64>() / count).sqrt();
    (count > 0.0).then(|| Compared { fair: total(0), average: total(1), last: total(2), interval: None })
}

fn equal(contracts: &[Sums]) -> Option<Compared> {
    let count = contracts.len() as f64;
    let mean =
        |k: usize| contracts.iter().map(|sums| (sums.squares[k] / sums.count).sqrt()).sum::<f64>() / count;
    (count > 0.0).then(|| Compared { fair: mean(0), average: mean(1), last: mean(2), interval: None })
}
