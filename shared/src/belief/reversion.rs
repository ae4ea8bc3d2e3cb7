//! Whether log-odds drift or revert to a level, which a martingale's don't: both fitted by expectation-maximisation, walked
//! forward, and judged. No belief rests on it.
//!
//! The state is `dx = theta (level - x) dt + drift dt + sigma dW`, seen at each instant through noise. With `theta` the drift
//! moves the level and is no parameter of its own, so that there are three motions: neither, a drift, a reversion.

use super::prints::{Batch, Prints};
use crate::market::Tape;
use crate::math::{exp, exp_m1, ln, max};

/// Instants before the first that is scored, and the fewest that a contract is asked about.
const FEWEST: usize = 40;
/// Passes over the instants of a first fit, and of one that begins where the day before's ended.
const FIRST_PASSES: usize = 60;
const LATER_PASSES: usize = 12;
/// Speeds that a fit begins at, an hour: half is gone in a week, in a day, in an hour.
const SPEEDS: [f64; 3] = [0.004, 0.03, 0.7];
/// `ln(2 pi)`.
const LN_2PI: f64 = 1.837_877_066_409_345_5;
const HOURS_PER_DAY: f64 = 24.0;

/// A motion besides the random one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// A constant one.
    Drift,
    /// Towards a level.
    Reversion,
}

/// What a motion is worth in one contract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Worth {
    /// The speed of reversion, or the drift, an hour.
    pub rate: f64,
    /// Twice the logarithm of the likelihood ratio to a state that only diffuses, on all instants.
    pub likelihood_ratio: f64,
    /// What the logarithmic score of the instants of each day gains, fitted on the days before.
    pub gain: f64,
    /// How many instants were scored.
    pub instants: usize,
}

/// Returns what a motion is worth in a contract; `None` of one with too few instants.
pub fn worth(tape: &Tape, motion: Motion) -> Option<Worth> {
    let prints = Prints::of(tape);
    let seen = Seen::along(&prints);
    if seen.len() < 2 * FEWEST {
        return None;
    }
    let still = Fit::begin(&seen).improved(&seen, None, FIRST_PASSES);
    let moved = first(&seen, motion, still);
    let likelihood_ratio = 2.0 * (moved.filter(&seen).1 - still.filter(&seen).1);
    let (mut gain, mut instants) = (0.0, 0);
    let mut fits: Option<[Fit; 2]> = None;
    let mut from = FEWEST;
    while let Some(next) = seen.get(from) {
        // All instants of the day that begins with this one.
        let end =
            seen.iter().position(|later| later.hours >= next.hours + HOURS_PER_DAY).unwrap_or(seen.len());
        let end = end.max(from + 1);
        let past = seen.get(..from).unwrap_or_default();
        let [still, moved] = match fits {
            Some([still, moved]) => {
                [still.improved(past, None, LATER_PASSES), moved.improved(past, Some(motion), LATER_PASSES)]
            }
            None => {
                let still = Fit::begin(past).improved(past, None, FIRST_PASSES);
                [still, first(past, motion, still)]
            }
        };
        let until = seen.get(..end).unwrap_or_default();
        let of_day = |fit: &Fit| fit.filter(until).0.iter().skip(from).map(|step| step.score).sum::<f64>();
        gain += of_day(&moved) - of_day(&still);
        instants += end - from;
        (fits, from) = (Some([still, moved]), end);
    }
    let rate = if motion == Motion::Drift { moved.drift } else { moved.speed };
    Some(Worth { rate, likelihood_ratio, gain, instants })
}

/// Returns the best fit with a motion that is found from one without.
fn first(seen: &[Seen], motion: Motion, still: Fit) -> Fit {
    let level = seen.iter().map(|at| at.log_odds).sum::<f64>() / seen.len() as f64;
    let begin = |speed| Fit { speed, level, ..still };
    let starts = match motion {
        Motion::Drift => vec![still],
        Motion::Reversion => SPEEDS.map(begin).to_vec(),
    };
    let found = starts.into_iter().map(|start| start.improved(seen, Some(motion), FIRST_PASSES));
    let scored = found.map(|fit| (fit.filter(seen).1, fit));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(still, |(_, fit)| fit)
}

/// An instant: hours since the first, and the log-odds of its price.
#[derive(Debug, Clone, Copy)]
struct Seen {
    hours: f64,
    since: f64,
    log_odds: f64,
}

impl Seen {
    fn along(prints: &Prints) -> Vec<Self> {
        let mut hours = 0.0;
        let seen = |batch: &Batch| {
            hours += batch.hours;
            Self { hours, since: batch.hours, log_odds: batch.sight.log_odds }
        };
        prints.batches.iter().map(seen).collect()
    }
}

/// The parameters.
#[derive(Debug, Clone, Copy)]
struct Fit {
    /// The variance of diffusion in an hour, and that of the noise.
    variance: f64,
    noise: f64,
    drift: f64,
    /// The speed of reversion an hour; 0 is none.
    speed: f64,
    level: f64,
}

/// The filter at one instant.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// What is kept of the state before, and the variance that is added for each of an hour.
    kept: f64,
    clock: f64,
    predicted: (f64, f64),
    updated: (f64, f64),
    score: f64,
}

impl Fit {
    /// Returns where a fit begins: half of what log-odds vary from one instant to the next is noise.
    fn begin(seen: &[Seen]) -> Self {
        let pairs = || seen.iter().zip(seen.iter().skip(1));
        let squares: f64 = pairs().map(|(a, b)| (b.log_odds - a.log_odds) * (b.log_odds - a.log_odds)).sum();
        let (count, hours) =
            (max(pairs().count() as f64, 1.0), seen.last().map_or(1.0, |last| max(last.hours, 1.0)));
        let noise = max(0.25 * squares / count, 1e-4);
        Self { variance: max(0.5 * squares / hours, 1e-6), noise, drift: 0.0, speed: 0.0, level: 0.0 }
    }

    /// Returns what an interval keeps of the state, what it adds to it, and how much variance for each of an hour.
    fn over(&self, hours: f64) -> (f64, f64, f64) {
        if self.speed > 0.0 {
            let kept = exp(-self.speed * hours);
            let clock = -exp_m1(-2.0 * self.speed * hours) / (2.0 * self.speed);
            (kept, -exp_m1(-self.speed * hours) * self.level, clock)
        } else {
            (1.0, self.drift * hours, hours)
        }
    }

    /// Filters what was seen, and returns each step and the logarithm of the likelihood of all but the first.
    fn filter(&self, seen: &[Seen]) -> (Vec<Step>, f64) {
        let mut state = (0.0, 0.0);
        let mut sum = 0.0;
        let steps = seen.iter().enumerate().map(|(place, at)| {
            let (kept, added, clock) = self.over(at.since);
            if place == 0 {
                state = (at.log_odds, self.noise);
                return Step { kept, clock, predicted: state, updated: state, score: 0.0 };
            }
            let predicted = (kept * state.0 + added, kept * kept * state.1 + self.variance * clock);
            let (missed, total) = (at.log_odds - predicted.0, predicted.1 + self.noise);
            state = (predicted.0 + predicted.1 / total * missed, predicted.1 * self.noise / total);
            let score = -0.5 * (LN_2PI + ln(total) + missed * missed / total);
            sum += score;
            Step { kept, clock, predicted, updated: state, score }
        });
        let steps = steps.collect();
        (steps, sum)
    }

    /// Returns the fit after so many steps of expectation-maximisation, each of which makes what was seen no less likely.
    fn improved(mut self, seen: &[Seen], motion: Option<Motion>, passes: usize) -> Self {
        for _ in 0..passes {
            self = self.step(seen, motion);
        }
        self
    }

    fn step(self, seen: &[Seen], motion: Option<Motion>) -> Self {
        let (steps, _) = self.filter(seen);
        let moments = Moments::of(seen, &steps);
        let noise = moments.noise;
        let speeds = match motion {
            Some(Motion::Reversion) => vec![self.speed, 0.8 * self.speed, 1.25 * self.speed],
            _ => vec![0.0],
        };
        // Of the speeds around it the one that the states speak for most, with what is best at each.
        let fits = speeds.into_iter().map(|speed| {
            let fit = Self { speed, noise, ..self };
            fit.maximised(&moments, motion)
        });
        fits.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(self, |(_, fit)| fit)
    }

    /// Returns the best fit at a speed, and how likely the states are by it.
    fn maximised(mut self, moments: &Moments, motion: Option<Motion>) -> (f64, Self) {
        match motion {
            Some(Motion::Drift) => self.drift = moments.moved / max(moments.hours, f64::MIN_POSITIVE),
            Some(Motion::Reversion) => {
                let (mut weighed, mut all) = (0.0, 0.0);
                for pair in &moments.pairs {
                    let (kept, _, clock) = self.over(pair.hours);
                    let pull = 1.0 - kept;
                    weighed += pull * (pair.means.1 - kept * pair.means.0) / clock;
                    all += pull * pull / clock;
                }
                self.level = weighed / max(all, f64::MIN_POSITIVE);
            }
            None => {}
        }
        let (mut squares, mut logs) = (0.0, 0.0);
        for pair in &moments.pairs {
            let (kept, added, clock) = self.over(pair.hours);
            let missed = pair.means.1 - kept * pair.means.0 - added;
            let (before, after, both) = pair.variances;
            squares += (missed * missed + after + kept * kept * before - 2.0 * kept * both) / clock;
            logs += ln(clock);
        }
        let count = moments.pairs.len() as f64;
        self.variance = max(squares / count, 1e-9);
        (-0.5 * (count * ln(self.variance) + squares / self.variance + logs), self)
    }
}

/// The states given all that was seen, two by two.
struct Moments {
    pairs: Vec<Pair>,
    noise: f64,
    /// From the first mean to the last, and in how many hours.
    moved: f64,
    hours: f64,
}

/// Two states after each other.
struct Pair {
    hours: f64,
    means: (f64, f64),
    /// The variances of both, and their covariance.
    variances: (f64, f64, f64),
}

impl Moments {
    /// Returns the moments by the backward recursion of Rauch, Tung and Striebel (1965).
    fn of(seen: &[Seen], steps: &[Step]) -> Self {
        let mut pairs = Vec::with_capacity(steps.len());
        let last = steps.last().map_or((0.0, 0.0), |step| step.updated);
        let (mut next, mut squares) = (last, 0.0);
        let squared =
            |at: &Seen, state: (f64, f64)| (at.log_odds - state.0) * (at.log_odds - state.0) + state.1;
        let backward = steps.iter().zip(steps.iter().skip(1)).zip(seen.iter().zip(seen.iter().skip(1))).rev();
        for ((step, after), (_, at)) in backward {
            squares += squared(at, next);
            let gain = after.kept * step.updated.1 / after.predicted.1;
            let state = (
                step.updated.0 + gain * (next.0 - after.predicted.0),
                step.updated.1 + gain * gain * (next.1 - after.predicted.1),
            );
            let variances = (state.1, next.1, gain * next.1);
            // Of two at one instant nothing is asked.
            if after.clock > 0.0 {
                pairs.push(Pair { hours: at.since, means: (state.0, next.0), variances });
            }
            next = state;
        }
        squares += seen.first().map_or(0.0, |at| squared(at, next));
        let hours = seen.last().map_or(0.0, |at| at.hours);
        Self { pairs, noise: max(squares / max(seen.len() as f64, 1.0), 1e-6), moved: last.0 - next.0, hours }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Returns what is seen of a motion every half hour.
    fn simulated(of: Fit, instants: usize) -> Vec<Seen> {
        let mut random = Random::new(3);
        let (mut state, since) = (of.level, 0.5);
        (0..instants)
            .map(|place| {
                let (kept, added, clock) = of.over(since);
                state = kept * state + added + (of.variance * clock).sqrt() * random.normal();
                let log_odds = state + of.noise.sqrt() * random.normal();
                Seen { hours: since * place as f64, since, log_odds }
            })
            .collect()
    }

    #[test]
    fn each_pass_makes_what_was_seen_likelier() {
        let truth = Fit { variance: 0.02, noise: 0.01, drift: 0.0, speed: 0.1, level: 0.8 };
        let seen = simulated(truth, 300);
        for motion in [None, Some(Motion::Drift), Some(Motion::Reversion)] {
            let mut fit =
                Fit { speed: if motion == Some(Motion::Reversion) { 0.5 } else { 0.0 }, ..Fit::begin(&seen) };
            let mut likelihood = f64::NEG_INFINITY;
            for _ in 0..30 {
                let now = fit.filter(&seen).1;
                // Of the first instant the recursion knows no prior: it is seen to be what it is.
                assert!(now > likelihood - 0.05, "{motion:?}: {now} after {likelihood}");
                likelihood = now;
                fit = fit.improved(&seen, motion, 1);
            }
        }
    }

    #[test]
    fn what_there_is_is_found() {
        let drifting = Fit { variance: 0.02, noise: 0.01, drift: 0.05, speed: 0.0, level: 0.0 };
        let seen = simulated(drifting, 2_000);
        let fit = first(&seen, Motion::Drift, Fit::begin(&seen).improved(&seen, None, FIRST_PASSES));
        // Its standard error is sqrt(0.02 / 1000).
        assert!((fit.drift - 0.05).abs() < 0.01, "{fit:?}");
        assert!((fit.variance / 0.02 - 1.0).abs() < 0.15 && (fit.noise / 0.01 - 1.0).abs() < 0.15, "{fit:?}");
        let reverting = Fit { variance: 0.02, noise: 0.01, drift: 0.0, speed: 0.1, level: 0.8 };
        let seen = simulated(reverting, 2_000);
        let still = Fit::begin(&seen).improved(&seen, None, FIRST_PASSES);
        let fit = first(&seen, Motion::Reversion, still);
        assert!((fit.speed - 0.1).abs() < 0.04 && (fit.level - 0.8).abs() < 0.1, "{fit:?}");
        assert!(fit.filter(&seen).1 - still.filter(&seen).1 > 5.0);
    }
}
