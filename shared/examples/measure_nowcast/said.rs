//! What was said and what came, and the lines made of it.

use shared::math;
use shared::nowcast::evaluate::Scored;
use shared::units::Date;

/// The days ahead that are measured.
pub(super) const HORIZONS: [usize; 5] = [1, 3, 7, 14, 21];

/// The resamples of an interval.
const RESAMPLES: usize = 2000;

/// A forecast and its outcome; all levels are logarithms of listeners.
#[derive(Clone, Copy)]
pub(super) struct Said {
    pub(super) artist: usize,
    pub(super) origin: Date,
    pub(super) horizon: usize,
    pub(super) outcome: f64,
    pub(super) median: f64,
    /// A random walk's forecast: the count of the origin.
    pub(super) walk: f64,
    pub(super) damped: f64,
    /// The probability that was given to at most the outcome.
    pub(super) pit: f64,
}

impl Said {
    pub(super) fn of(scored: &Scored) -> Self {
        Self {
            artist: scored.artist,
            origin: scored.origin,
            horizon: scored.horizon,
            outcome: math::ln(scored.outcome),
            median: math::ln(scored.median),
            walk: math::ln(scored.random_walk),
            damped: math::ln(scored.damped),
            pit: scored.pit,
        }
    }
}

/// Sums over forecasts: what all figures of a line are made of.
#[derive(Clone, Copy, Default)]
struct Sums {
    n: f64,
    own: f64,
    walk: f64,
    damped: f64,
    within80: f64,
    within95: f64,
}

impl Sums {
    fn add(&mut self, said: &Said) {
        let square = |forecast: f64| (forecast - said.outcome) * (forecast - said.outcome);
        let within = |part: f64| f64::from(u8::from((2.0 * said.pit - 1.0).abs() < part));
        self.n += 1.0;
        self.own += square(said.median);
        self.walk += square(said.walk);
        self.damped += square(said.damped);
        self.within80 += within(0.8);
        self.within95 += within(0.95);
    }

    fn join(self, other: &Self) -> Self {
        Self {
            n: self.n + other.n,
            own: self.own + other.own,
            walk: self.walk + other.walk,
            damped: self.damped + other.damped,
            within80: self.within80 + other.within80,
            within95: self.within95 + other.within95,
        }
    }

    /// Returns the error over the walk's and over the trend's, and the parts within the bands.
    fn figures(&self) -> [f64; 4] {
        let root = |a: f64, b: f64| (a / b).sqrt();
        let part = |within: f64| 100.0 * within / self.n;
        [root(self.own, self.walk), root(self.own, self.damped), part(self.within80), part(self.within95)]
    }
}

/// Prints a line for each horizon; what has the same `unit` is drawn together.
pub(super) fn print(said: &[Said], unit: &dyn Fn(&Said) -> i64) {
    println!("  days      n units   / random walk         / damped trend        in 80 %            in 95 %");
    for horizon in HORIZONS {
        let mut units: Vec<(i64, Sums)> = Vec::new();
        let mut rising: Vec<(i64, &Said)> =
            said.iter().filter(|said| said.horizon == horizon).map(|said| (unit(said), said)).collect();
        rising.sort_by_key(|(unit, _)| *unit);
        for (unit, said) in rising {
            if units.last().is_none_or(|(last, _)| *last != unit) {
                units.push((unit, Sums::default()));
            }
            if let Some((_, sums)) = units.last_mut() {
                sums.add(said);
            }
        }
        let sums: Vec<Sums> = units.into_iter().map(|(_, sums)| sums).collect();
        if sums.is_empty() {
            println!("  {horizon:>4}   none");
            continue;
        }
        let all = sums.iter().fold(Sums::default(), Sums::join);
        let intervals = intervals(&sums);
        let mut line = format!("  {horizon:>4} {:>6.0} {:>5}", all.n, sums.len());
        for (figure, (value, (low, high))) in all.figures().iter().zip(intervals).enumerate() {
            line += &if figure < 2 {
                format!("   {value:.3} [{low:.3}, {high:.3}]")
            } else {
                format!("   {value:.1} [{low:.1}, {high:.1}]")
            };
        }
        println!("{line}");
    }
}

/// Returns the 2.5th and the 97.5th percentile of each figure over resampled units.
fn intervals(units: &[Sums]) -> [(f64, f64); 4] {
    let mut state = 1_u64;
    let mut below = |n: usize| {
        // A linear congruential generator (Knuth's MMIX constants).
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let mut drawn: [Vec<f64>; 4] = Default::default();
    for _ in 0..RESAMPLES {
        let sums = (0..units.len()).fold(Sums::default(), |sums, _| sums.join(&units[below(units.len())]));
        for (values, figure) in drawn.iter_mut().zip(sums.figures()) {
            values.push(figure);
        }
    }
    drawn.map(|mut values| {
        values.sort_by(f64::total_cmp);
        (values[RESAMPLES / 40], values[RESAMPLES - 1 - RESAMPLES / 40])
    })
}

/// Prints how many artists were forecast worse than by a random walk at 7 days.
pub(super) fn print_worse(said: &[Said]) {
    let artists = said.iter().map(|said| said.artist + 1).max().unwrap_or(0);
    let mut sums = vec![Sums::default(); artists];
    for said in said.iter().filter(|said| said.horizon == 7) {
        sums[said.artist].add(said);
    }
    let counted = sums.iter().filter(|sums| sums.n > 0.0);
    let worse = counted.clone().filter(|sums| sums.own > sums.walk).count();
    println!("  worse than a random walk at 7 days: {worse} of {} artists", counted.count());
}
