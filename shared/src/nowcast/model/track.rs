//! One artist's past, prepared for the filter as it comes in.

use super::parameters::{Dynamics, LAGS};
use super::usual::Usual;
use crate::nowcast::series::{AsOf, Observation, collinear};
use crate::units::Date;
use crate::{Invalid, math};

/// Spotify counts the listeners of a rolling window of this many days.
pub(crate) const WINDOW: usize = 28;

/// The weights by which the growth around the day four weeks earlier is averaged: a triangle over a week,
/// which takes the weekday and the noise of a single publication out of it.
const ECHO_WEIGHTS: [f64; 7] =
    [1.0 / 16.0, 2.0 / 16.0, 3.0 / 16.0, 4.0 / 16.0, 3.0 / 16.0, 2.0 / 16.0, 1.0 / 16.0];
const ECHO_HALF_WIDTH: usize = ECHO_WEIGHTS.len() / 2;

/// A count that differs by less than this from the one before, in log units, stands still: sources that round a count, or
/// work it out, don't repeat it to the last digit.
const STILL: f64 = 2e-5;

/// More growth a day than this is no calm day's, in log units.
const CALM: f64 = 0.01;

/// The echo of the next so many days is known already.
pub(crate) const ECHO_KNOWN: usize = WINDOW - ECHO_HALF_WIDTH;

/// The trailing window over which velocity is normalised, and the fewest values it needs, in days.
const VELOCITY_WINDOW: usize = 365;
const VELOCITY_MINIMUM: usize = 30;

/// What a day's count says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    /// There is none, or the one of the publication before stands unchanged: a stale count.
    Nothing,
    /// A new count.
    New,
    /// A new count in one line with the two before it: the one of the day before was filled in between.
    Straight,
    /// A new count so far from the one before that it may be a mistake: the next ones tell.
    Doubted,
    /// A new count back where the listeners were before a doubted one, which was a mistake.
    Returned,
    /// A mistake, as a later count showed.
    Mistaken,
}

/// A change of more than this within [`LONGEST_MISTAKE`], in log units, is doubted until it is confirmed. Of 19,000 recorded changes a dozen
/// are as great; those below 13 % were real, those above 50 % mistakes that were gone after a day or two.
const DOUBTED: f64 = 0.06;

/// How many days a mistake may stand before it is believed, and how much of the change may be left when it is over.
const LONGEST_MISTAKE: usize = 3;
const LEFT_OVER: f64 = 0.4;

/// An artist's known days, one entry each, and what follows from them alone.
///
/// It can only grow at its end, so a number in it never depends on a later day.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    first: Date,
    listeners: Vec<Option<f64>>,
    log_level: Vec<f64>,
    counts: Vec<Count>,
    growth: Vec<f64>,
    usual: Vec<Usual>,
    echo_sum: Vec<f64>,
    /// The bursts in order: each one's day, and the log units by which it was more than usual.
    bursts: Vec<(usize, f64)>,
    sound_posts: Vec<f64>,
    velocity: Vec<f64>,
    velocity_mean: Vec<f64>,
    impact: Vec<f64>,
    last_new: Option<usize>,
    /// The day of the last count that is not doubted, while a later one is.
    trusted: Option<usize>,
}

impl Track {
    pub(crate) fn new(view: &AsOf<'_>) -> Self {
        let mut track = Self {
            first: view.first(),
            listeners: Vec::new(),
            log_level: Vec::new(),
            counts: Vec::new(),
            growth: Vec::new(),
            // The echo of the first days, whose growth of four weeks earlier nobody recorded.
            usual: Vec::new(),
            echo_sum: vec![0.0; ECHO_KNOWN],
            bursts: Vec::new(),
            sound_posts: Vec::new(),
            velocity: Vec::new(),
            velocity_mean: Vec::new(),
            impact: Vec::new(),
            last_new: None,
            trusted: None,
        };
        view.days().iter().for_each(|day| track.push(day));
        track
    }

    /// Takes in the days of `view` that it doesn't have yet.
    ///
    /// # Errors
    ///
    /// When `view` is not a continuation of the same history.
    pub(crate) fn extend(&mut self, view: &AsOf<'_>) -> Result<(), Invalid> {
        let known = self.len();
        let same = |(day, listeners): (&Observation, &Option<f64>)| day.listeners == *listeners;
        // Comparing the last week finds a different artist without reading years again on every day.
        let from = known.saturating_sub(7);
        if view.first() != self.first
            || view.days().len() < known
            || !view.days()[from..known].iter().zip(&self.listeners[from..]).all(same)
        {
            return Err(Invalid::new("history", "must continue the one that was seen before"));
        }
        view.days()[known..].iter().for_each(|day| self.push(day));
        Ok(())
    }

    fn push(&mut self, day: &Observation) {
        let t = self.len();
        let before = self.last_new.and_then(|i| self.listeners[i]);
        let count = match (day.listeners, before) {
            (None, _) => Count::Nothing,
            (Some(x), Some(b)) if (x - b).abs() < STILL * b => Count::Nothing,
            (Some(x), _) if t >= 2 => match (self.listeners[t - 2], self.listeners[t - 1]) {
                (Some(a), Some(b)) if collinear(a, b, x) => Count::Straight,
                _ => Count::New,
            },
            (Some(_), _) => Count::New,
        };
        self.listeners.push(day.listeners);
        self.log_level.push(day.listeners.map_or(f64::NAN, math::ln));
        let count = if count == Count::Nothing { count } else { self.doubt(t, count) };
        self.counts.push(count);
        self.growth.push(0.0);
        self.usual.push(self.usual.last().copied().unwrap_or_default());
        self.push_velocity(day.sound_posts);
        self.impact.push(day.impact);
        let mut changed = t;
        if count != Count::Nothing {
            if let Some(last) = self.last_new {
                // Growth over days without a count is spread evenly over them.
                let mean = (self.log_level[t] - self.log_level[last]) / (t - last) as f64;
                self.growth[last + 1..=t].fill(mean);
                changed = last + 1;
                self.take_usual(changed, t);
            }
            self.last_new = Some(t);
        }
        self.echo_sum.truncate(changed + ECHO_KNOWN);
        for d in changed + ECHO_KNOWN..=t + ECHO_KNOWN {
            let sum =
                self.echo_sum[d - 1] + self.echo_with(d, |i| self.growth.get(i).copied().unwrap_or(0.0));
            self.echo_sum.push(sum);
        }
    }

    /// Finds what is usual, and the bursts, of the days `from` to `to`, whose growth has changed.
    fn take_usual(&mut self, from: usize, to: usize) {
        let mut usual = self.usual[from - 1];
        self.bursts.truncate(self.bursts.partition_point(|(day, _)| *day < from));
        for day in from..=to {
            let burst = usual.take(self.growth[day]);
            if burst > 0.0 {
                self.bursts.push((day, burst));
            }
            self.usual[day] = usual;
        }
    }

    /// Returns what the new count of day `t` is, `count` unless it is doubted or shows that those before it were mistaken:
    /// they are then taken back.
    fn doubt(&mut self, t: usize, count: Count) -> Count {
        if let Some(trusted) = self.trusted {
            let moved = |day: usize| (self.log_level[day] - self.log_level[trusted]).abs();
            if t - trusted > LONGEST_MISTAKE {
                self.trusted = None;
            } else if self.last_new.is_some_and(|last| moved(t) < LEFT_OVER * moved(last)) {
                self.counts[trusted + 1..].fill(Count::Mistaken);
                (self.last_new, self.trusted) = (Some(trusted), None);
                return Count::Returned;
            } else {
                return count;
            }
        }
        match self.last_new {
            Some(last)
                if t - last <= LONGEST_MISTAKE
                    && (self.log_level[t] - self.log_level[last]).abs() > DOUBTED =>
            {
                self.trusted = Some(last);
                Count::Doubted
            }
            _ => count,
        }
    }

    fn push_velocity(&mut self, sound_posts: Option<f64>) {
        // A day without a count stays as it was; posts that were taken down again are no negative velocity.
        let posts = sound_posts.map_or(f64::NAN, |x| math::ln_1p(math::max(x, 0.0)));
        self.sound_posts.push(posts);
        let from = self.sound_posts.len().saturating_sub(VELOCITY_WINDOW);
        let mut known: Vec<f64> = self.sound_posts[from..].iter().copied().filter(|x| !x.is_nan()).collect();
        let mean_of = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let before = self.velocity_mean.last().copied().unwrap_or(0.0);
        let mut velocity = before;
        if known.len() >= VELOCITY_MINIMUM {
            let rank = known.len() * 95 / 100;
            let (_, high, _) = known.select_nth_unstable_by(rank, f64::total_cmp);
            let high = *high;
            if posts.is_nan() {
                velocity = before;
            } else if high > 0.0 {
                velocity = math::min(posts / high, 1.0);
            } else {
                velocity = 0.0;
            }
        }
        self.velocity.push(velocity);
        let from = self.velocity.len().saturating_sub(VELOCITY_WINDOW);
        self.velocity_mean.push(mean_of(&self.velocity[from..]));
    }

    /// Returns the echo of day `d`: the averaged growth of four weeks earlier, given growth by day.
    pub(crate) fn echo_with(&self, d: usize, growth: impl Fn(usize) -> f64) -> f64 {
        let centre = d as isize - WINDOW as isize;
        let mut echo = 0.0;
        for (k, weight) in ECHO_WEIGHTS.iter().enumerate() {
            if let Ok(i) = usize::try_from(centre + k as isize - ECHO_HALF_WIDTH as isize) {
                echo += weight * growth(i).clamp(-CALM, CALM);
            }
        }
        echo
    }

    /// Returns the sum of the echo over the days after `from` to `to`, which is at most [`ECHO_KNOWN`] days
    /// after the last.
    #[inline]
    pub(crate) fn echo_between(&self, from: usize, to: usize) -> f64 {
        self.echo_sum[to] - self.echo_sum[from]
    }

    /// Returns the bursts whose listeners leave on the days after `from` to `to`: each with that day.
    #[inline]
    pub(crate) fn leaving(&self, from: usize, to: usize) -> impl Iterator<Item = (usize, f64)> {
        let first = self.bursts.partition_point(|(day, _)| day + WINDOW <= from);
        let leave = self.bursts[first..].iter().map(|(day, burst)| (day + WINDOW, *burst));
        leave.take_while(move |(day, _)| *day <= to)
    }

    pub(crate) fn len(&self) -> usize {
        self.listeners.len()
    }

    pub(crate) fn day(&self, t: usize) -> Date {
        self.first.plus_days(i32::try_from(t).unwrap_or(i32::MAX))
    }

    #[inline]
    pub(crate) fn listeners(&self, t: usize) -> Option<f64> {
        self.listeners.get(t).copied().flatten()
    }

    /// Returns whether day `t` has a count that no later one has shown to be a mistake.
    #[inline]
    pub(crate) fn is_counted(&self, t: usize) -> bool {
        self.listeners(t).is_some() && self.counts[t] != Count::Mistaken
    }

    /// Returns the logarithm of the listeners of day `t`, or NaN if it has no count.
    #[inline]
    pub(crate) fn log_level(&self, t: usize) -> f64 {
        self.log_level[t]
    }

    #[inline]
    pub(crate) fn count(&self, t: usize) -> Count {
        self.counts[t]
    }

    /// Returns the last day with a count that is not a repetition.
    pub(crate) fn last_new(&self) -> Option<usize> {
        self.last_new
    }

    #[inline]
    pub(crate) fn growth(&self, t: usize) -> f64 {
        self.growth[t]
    }

    #[inline]
    pub(crate) fn impact(&self, t: usize) -> f64 {
        self.impact[t]
    }

    /// Returns the velocity of day `t`, and its trailing mean: the best guess of the days after the last.
    #[inline]
    pub(crate) fn velocity(&self, t: usize) -> (f64, f64) {
        (self.velocity[t], self.velocity_mean[t])
    }

    /// Returns whether day `t` had a count of posts of its own, after enough to tell its velocity from.
    pub(crate) fn has_velocity(&self, t: usize) -> bool {
        let known = |t: &usize| self.sound_posts.get(*t).is_some_and(|posts| !posts.is_nan());
        known(&t) && t >= VELOCITY_MINIMUM
    }

    /// Returns whether the growth of day `t` is what was counted from the day before to it: neither was missing, repeated,
    /// filled in, a mistake, or doubted still.
    pub(crate) fn grew_in_a_day(&self, t: usize) -> bool {
        let is = |t: usize, counts: &[Count]| self.counts.get(t).is_some_and(|count| counts.contains(count));
        let Some(before) = t.checked_sub(1) else { return false };
        is(t, &[Count::New, Count::Doubted])
            && is(before, &[Count::New, Count::Doubted, Count::Returned])
            && !is(t + 1, &[Count::Straight])
            && !(self.trusted.is_some() && self.last_new == Some(t))
    }

    /// Returns velocity less its trailing mean; zero where it isn't known, which is its expectation.
    #[inline]
    pub(crate) fn velocity_surprise(&self, t: usize) -> f64 {
        match (self.velocity.get(t), self.velocity_mean.get(t)) {
            (Some(v), Some(mean)) => v - mean,
            _ => 0.0,
        }
    }

    /// Returns what velocity adds to the growth of day `d`, from the days before it.
    #[inline]
    pub(crate) fn drive(&self, dynamics: &Dynamics, d: usize) -> f64 {
        let mut drive = 0.0;
        for lag in 1..=LAGS {
            if let Some(t) = d.checked_sub(lag) {
                drive += dynamics.slope(lag) * self.velocity_surprise(t);
            }
        }
        drive
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nowcast::series::History;

    fn track(counts: &[f64]) -> Track {
        let days =
            counts.iter().map(|&x| Observation { listeners: Some(x), ..Observation::MISSING }).collect();
        let history = History::new("somebody", Date::MIN, days).unwrap();
        Track::new(&history.as_of(history.end()))
    }

    /// Counts that go up and down by a tenth of a percent, with a jump of 3 % on day 20.
    fn jumping() -> Vec<f64> {
        (0..40)
            .map(|t| 1e7 * if t % 2 == 0 { 1.0 } else { 1.001 } * if t < 20 { 1.0 } else { 1.03 })
            .collect()
    }

    #[test]
    fn a_burst_leaves_28_days_later_to_the_day() {
        let track = track(&jumping());
        let leaving: Vec<(usize, f64)> = track.leaving(41, 62).collect();
        let [(day, burst)] = leaving[..] else { panic!("one: {leaving:?}") };
        // A jump of 3 % less a fall of 0.1 %, of which some two standard deviations of the usual are no burst.
        assert!(day == 48 && burst > 0.02 && burst < 0.03, "{leaving:?}");
        assert_eq!(track.leaving(47, 48).count(), 1);
        assert_eq!(track.leaving(48, 62).count() + track.leaving(41, 47).count(), 0);
    }

    #[test]
    fn a_jump_is_left_out_of_the_echo_of_calm_days() {
        let track = track(&jumping());
        let echo = track.echo_between(44, 51);
        assert!(echo.abs() <= CALM + 0.001, "{echo}");
    }

    #[test]
    fn a_count_that_hardly_differs_stands_still() {
        let still = track(&[1e7, 1.001e7, 1.001e7 + 150.0, 1.003e7]);
        assert_eq!([1, 2, 3].map(|t| still.count(t)), [Count::New, Count::Nothing, Count::New]);
        let growth = math::ln(1.003 / 1.001) / 2.0;
        assert!([2, 3].iter().all(|&t| (still.growth(t) - growth).abs() < 1e-12));
    }
}
