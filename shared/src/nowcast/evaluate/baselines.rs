//! What the nowcast is measured against: a damped trend, and a formula on the velocity of TikTok posts.

use crate::math;
use crate::nowcast::series::{AsOf, Observation};
use crate::stats::percentile;
use crate::units::Date;

/// The parameters a damped trend chooses from.
const DAMPINGS: [f64; 6] = [0.8, 0.85, 0.9, 0.93, 0.95, 0.98];
const SMOOTHINGS: [f64; 6] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.6];
const PAIRS: usize = DAMPINGS.len() * SMOOTHINGS.len();

/// The damped trend of Gardner et al. (Management Science 31, 1985) on log listeners, of known level.
///
/// Every pair of parameters runs along. The forecast is that of the pair with the least sum of squared one-day
/// errors so far, over all artists. Growth over days without a count is spread over them.
#[derive(Debug, Clone)]
pub struct DampedTrend {
    artists: Vec<Artist>,
    loss: [f64; PAIRS],
}

#[derive(Debug, Clone)]
struct Artist {
    level: Option<f64>,
    waited: u32,
    trends: [f64; PAIRS],
}

impl DampedTrend {
    /// Returns the trends of so many artists before any day.
    pub fn new(artists: usize) -> Self {
        let artist = Artist { level: None, waited: 0, trends: [0.0; PAIRS] };
        Self { artists: vec![artist; artists], loss: [0.0; PAIRS] }
    }

    /// Takes in `day` of each artist that has it.
    pub fn push(&mut self, views: &[AsOf<'_>], day: Date) {
        for (i, view) in views.iter().enumerate() {
            if let Some(observation) = view.on(day) {
                self.push_one(i, observation);
            }
        }
    }

    fn push_one(&mut self, artist: usize, day: &Observation) {
        let artist = &mut self.artists[artist];
        artist.waited += 1;
        let Some(level) = day.listeners.map(math::ln) else { return };
        if let Some(before) = artist.level {
            let growth = (level - before) / f64::from(artist.waited);
            for (k, trend) in artist.trends.iter_mut().enumerate() {
                let (damping, smoothing) = pair(k);
                let error = growth - damping * *trend;
                self.loss[k] += error * error * f64::from(artist.waited);
                for _ in 0..artist.waited {
                    *trend = damping * *trend + smoothing * (growth - damping * *trend);
                }
            }
        }
        artist.level = Some(level);
        artist.waited = 0;
    }

    /// Returns the listeners of `artist` to expect `horizon` days after its last count.
    pub fn forecast(&self, artist: usize, horizon: usize) -> Option<f64> {
        let artist = &self.artists[artist];
        let mut best = 0;
        for k in 1..PAIRS {
            if self.loss[k] < self.loss[best] {
                best = k;
            }
        }
        let (damping, _) = pair(best);
        let (mut sum, mut left) = (0.0, 1.0);
        for _ in 0..horizon {
            left *= damping;
            sum += left;
        }
        Some(math::exp(artist.level? + sum * artist.trends[best]))
    }
}

fn pair(k: usize) -> (f64, f64) {
    (DAMPINGS[k / SMOOTHINGS.len()], SMOOTHINGS[k % SMOOTHINGS.len()])
}

/// How much of the past the velocity formula is calibrated on, in days.
const VELOCITY_WINDOW: usize = 90;

/// Returns the nowcast of the velocity formula, `S (1 + v beta)`: the same number for every horizon.
///
/// `v` is the smoothed TikTok change over the 95th percentile, at most one, and `beta` the correlation (not a
/// slope: that is its error) of the change with the listeners' change one to three days later, of the lag where
/// it is greatest in size. Both are of the last 90 days of `past`: nothing of the future is seen. `None` without
/// TikTok counts, or where nothing varies.
pub(crate) fn velocity_formula(past: &[Observation]) -> Option<f64> {
    let listeners = past.last()?.listeners?;
    let window = &past[past.len().saturating_sub(VELOCITY_WINDOW)..];
    let velocity = velocities(window)?;
    let change = |t: usize| Some(window[t].listeners? / window[t - 1].listeners? - 1.0);
    let mut beta: Option<f64> = None;
    for lag in 1..=3 {
        let pairs = (1..window.len()).filter_map(|t| Some((velocity[t.checked_sub(lag)?], change(t)?)));
        if let Some(r) = correlation(pairs)
            && beta.is_none_or(|b| r.abs() > b.abs())
        {
            beta = Some(r);
        }
    }
    Some(listeners * (1.0 + velocity.last()? * beta?))
}

/// Negative changes are zero, changes three standard deviations out the median of the week, then an
/// exponential average of span three, over its 95th percentile.
fn velocities(window: &[Observation]) -> Option<Vec<f64>> {
    window.iter().find_map(|day| day.sound_posts)?;
    let raw: Vec<f64> = window.iter().map(|day| math::max(day.sound_posts.unwrap_or(0.0), 0.0)).collect();
    let n = raw.len() as f64;
    let mean = raw.iter().sum::<f64>() / n;
    let sd = libm::sqrt(raw.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n);
    let mut smooth = Vec::with_capacity(raw.len());
    let mut average = raw[0];
    for (t, &x) in raw.iter().enumerate() {
        let calm =
            if (x - mean).abs() > 3.0 * sd { percentile(&raw[t.saturating_sub(6)..=t], 500)? } else { x };
        average = 0.5 * (average + calm);
        smooth.push(average);
    }
    let high = percentile(&smooth, 950)?;
    (high > 0.0).then(|| smooth.iter().map(|x| math::min(x / high, 1.0)).collect())
}

fn correlation(pairs: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = pairs.collect();
    let n = pairs.len() as f64;
    let (mx, my) = pairs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in &pairs {
        xx += (x - mx) * (x - mx);
        yy += (y - my) * (y - my);
        xy += (x - mx) * (y - my);
    }
    let r = xy / libm::sqrt(xx * yy);
    (pairs.len() > 2 && r.is_finite()).then_some(r)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(listeners: f64, posts: f64) -> Observation {
        Observation { listeners: Some(listeners), sound_posts: Some(posts), impact: 1.0 }
    }

    #[test]
    fn a_damped_trend_follows_a_steady_growth_part_of_the_way() {
        let mut trend = DampedTrend::new(1);
        for t in 0..200 {
            trend.push_one(0, &day(1e8 * math::exp(0.001 * f64::from(t)), 0.0));
        }
        let growth = math::ln(trend.forecast(0, 7).unwrap() / (1e8 * math::exp(0.199)));
        assert!(growth > 0.005 && growth < 0.007, "{growth}");
    }

    #[test]
    fn the_velocity_formula_uses_a_correlation_as_an_elasticity() {
        // Listeners that grow by a thousandth of the velocity of the day before: the correlation is near one,
        // so the formula expects them to double.
        let mut past = vec![day(1e8, 50.0)];
        for t in 1..90 {
            let before = past[t - 1];
            let growth = 1e-5 * before.sound_posts.unwrap();
            past.push(day(
                before.listeners.unwrap() * (1.0 + growth),
                50.0 + 50.0 * f64::from((t % 20) as u32) / 20.0,
            ));
        }
        let ratio = velocity_formula(&past).unwrap() / past[89].listeners.unwrap();
        assert!(ratio > 1.4, "{ratio}");
        past.iter_mut().for_each(|d| d.sound_posts = None);
        assert_eq!(velocity_formula(&past), None);
    }
}
