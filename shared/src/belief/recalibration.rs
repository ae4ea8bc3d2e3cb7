//! How far off the next print is said to be, by how the last ones lay in what was said of them.
//!
//! A model's parameters hold for all contracts of an event and for a week, while a contract has quiet hours and wild ones,
//! and its own tick: at 2 c there is no spread of 2 c. So what the filter says of the next print is mapped before it
//! is told. Where prints lay in what was said (their transforms `u`) shows as `y = N^-1(u)`, which would be standard
//! normal: the mean and the deviation of the last fifty or so are taken out, `v = N((y - mean) / deviation)`, and `v`
//! goes through the distribution of those before, in ten bins. Both begin as if prints had lain right. Each print is
//! mapped by what was before it, so that what is told is a forecast (Dawid, J. R. Stat. Soc. A 147, 1984, 278; Gneiting,
//! Balabdaoui and Raftery, J. R. Stat. Soc. B 69, 2007, 243).

use serde::{Deserialize, Serialize};

use super::experts::Design;
use crate::Invalid;
use crate::invalid::{finite, non_negative};
use crate::math::{max, min, normal};

const BINS: usize = 10;
/// A print further off counts as one this far off: one slip is not a wild hour.
const FARTHEST: f64 = 3.0;
/// The least deviation of the normal scores that is believed.
const LEAST_DEVIATION: f64 = 0.2;
/// Nearer to 0 and 1 than this, the tails are only the model's word.
const LEAST: f64 = 1e-12;

/// Where the prints of a contract lay in what was said of them.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Recalibration {
    /// How many of the last instants count, and the sums of their normal scores and of the squares of these.
    count: f64,
    sum: f64,
    squares: f64,
    /// How many of all instants lay in each tenth, once mean and deviation were taken out.
    bins: [f64; BINS],
}

impl Recalibration {
    /// Checks what was read.
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        finite("sum", self.sum)?;
        let counts = [self.count, self.squares].into_iter().chain(self.bins);
        counts.into_iter().try_for_each(|count| non_negative("recalibration", count).map(|_| ()))
    }

    /// Returns the mean of the normal scores, and one over their deviation.
    fn scale(&self, design: &Design) -> (f64, f64) {
        let count = design.begun + self.count;
        let mean = self.sum / count;
        let variance = (design.begun + self.squares) / count - mean * mean;
        (mean, 1.0 / max(variance, LEAST_DEVIATION * LEAST_DEVIATION).sqrt())
    }

    /// Returns the probabilities that the model says are `of`, mapped. Order is kept, and so are 0 and 1.
    pub(crate) fn map(&self, design: &Design, of: [f64; 2]) -> [f64; 2] {
        let (mean, per_sd) = self.scale(design);
        let scaled = |u: f64| (normal_score(u) - mean) * per_sd;
        let [low, high] = normal::cdf_of_two(of.map(scaled));
        [self.binned(design, low, of[0]), self.binned(design, high, of[1])]
    }

    /// Returns the share of the bins below `v`; what the model is sure of, `u` being 0 or 1, stays as it is.
    fn binned(&self, design: &Design, v: f64, u: f64) -> f64 {
        if u <= 0.0 || u >= 1.0 {
            return u;
        }
        let (mut below, mut all) = (0.0, 0.0);
        for (place, count) in self.bins.iter().enumerate() {
            let held = design.each + count;
            let share = min(max(v * BINS as f64 - place as f64, 0.0), 1.0);
            below += share * held;
            all += held;
        }
        min(below / all, 1.0)
    }

    /// Takes in that an instant's prints, as one, lay at `u`.
    pub(crate) fn learn(&mut self, design: &Design, u: f64) {
        let (mean, per_sd) = self.scale(design);
        let score = normal_score(u);
        let v = normal::cdf((score - mean) * per_sd);
        let place = (v * BINS as f64) as usize;
        if let Some(bin) = self.bins.get_mut(place.min(BINS - 1)) {
            *bin += 1.0;
        }
        let score = min(max(score, -FARTHEST), FARTHEST);
        self.count = design.kept * self.count + 1.0;
        self.sum = design.kept * self.sum + score;
        self.squares = design.kept * self.squares + score * score;
    }
}

fn normal_score(u: f64) -> f64 {
    normal::quantile_unrefined(min(max(u, LEAST), 1.0 - LEAST)).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Design, Recalibration, normal_score};
    use crate::belief::score::distance_from_uniform;
    use crate::math::{max, min, normal};

    const DESIGN: &Design = &Design::CHOSEN;

    /// Uniform values in no order: the golden ratio's multiples.
    fn uniform(count: u32) -> impl Iterator<Item = f64> {
        (1..=count).map(|k| (0.618_033_988_749_894_9 * f64::from(k)).fract())
    }

    #[test]
    fn before_the_first_print_it_changes_nothing() {
        for u in [0.0, 1e-9, 0.2, 0.5, 0.999, 1.0] {
            let [mapped, _] = Recalibration::default().map(DESIGN, [u, u]);
            assert!((mapped - u).abs() < 1e-12, "{mapped} for {u}");
        }
    }

    /// A model that takes the deviation for double what it is, or is off by one of them, or both: its transforms are far
    /// from uniform, and what is told isn't.
    #[test]
    fn what_is_told_is_near_uniform_where_the_model_is_wrong_in_place_and_width() {
        for (mean, deviation) in [(0.0, 0.5), (0.8, 1.0), (-0.5, 1.6)] {
            let (mut known, mut raw, mut told) = (Recalibration::default(), Vec::new(), Vec::new());
            for u in uniform(2_000) {
                let u = normal::cdf(mean + deviation * normal_score(u));
                raw.push(u);
                told.push(known.map(DESIGN, [u, u])[0]);
                known.learn(DESIGN, u);
            }
            let [raw, told] = [raw, told].map(|values| distance_from_uniform(&values));
            assert!(raw > 0.1 && told < 0.03, "{told}, was {raw}, of {mean} and {deviation}");
        }
    }

    /// Where the error is in the shape, which no mean and no deviation mends: nothing lies in the lower half.
    #[test]
    fn what_is_told_is_near_uniform_where_the_shape_is_wrong() {
        let (mut known, mut told) = (Recalibration::default(), Vec::new());
        let raw: Vec<f64> = uniform(2_000).map(|u| 0.5 + 0.5 * u * u).collect();
        for u in &raw {
            told.push(known.map(DESIGN, [*u, *u])[0]);
            known.learn(DESIGN, *u);
        }
        let [raw, told] = [raw, told].map(|values| distance_from_uniform(&values));
        assert!(raw > 0.5 && told < 0.1, "{told}, was {raw}");
    }

    proptest! {
        #[test]
        fn it_is_a_distribution_whatever_was_seen(
            seen in prop::collection::vec(0.0..=1.0, 0..200),
            a in 0.0..=1.0,
            b in 0.0..=1.0,
        ) {
            let mut known = Recalibration::default();
            seen.iter().for_each(|u| known.learn(DESIGN, *u));
            let [low, high] = known.map(DESIGN, [min(a, b), max(a, b)]);
            prop_assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0, "{low} {high}");
            prop_assert_eq!(known.map(DESIGN, [0.0, 1.0]), [0.0, 1.0]);
        }
    }
}
