//! What growth is usual, and which rises are bursts: by fixed averages, so that no parameter is needed to tell.

use crate::math;

/// A rise is a burst by as much as it exceeds the usual growth by more than so many usual surprises.
const BURST: f64 = 2.0;

/// The weights of a day in the usual growth, and, once there are enough days, in the size of a usual surprise. A surprise
/// counts for at most so many usual ones.
const USUAL_WEIGHT: f64 = 0.25;
const SIZE_WEIGHT: f64 = 1.0 / 60.0;
const LARGEST: f64 = 4.0;

/// The standard deviation of normal surprises of mean absolute size one.
const SD_PER_SIZE: f64 = 1.253_314_137_315_500_3;

/// What was usual up to a day.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usual {
    growth: f64,
    /// The mean absolute surprise, and over how many days.
    size: f64,
    days: u32,
}

impl Usual {
    /// Takes in a day's growth; returns by how much it is a burst.
    pub(super) fn take(&mut self, growth: f64) -> f64 {
        let surprise = growth - self.growth;
        let burst = surprise - BURST * SD_PER_SIZE * self.size;
        let is_known = self.days > 0;
        self.days += 1;
        let size =
            if is_known { math::min(surprise.abs(), LARGEST * self.size + 1e-4) } else { surprise.abs() };
        self.size += math::max(SIZE_WEIGHT, 1.0 / f64::from(self.days)) * (size - self.size);
        self.growth += USUAL_WEIGHT * surprise;
        if is_known { math::max(burst, 0.0) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_exceeds_the_usual_is_a_burst() {
        let mut usual = Usual::default();
        let calm = (0..200).map(|t| usual.take(if t % 2 == 0 { 0.001 } else { -0.001 })).fold(0.0, math::max);
        assert!(calm < 0.001, "{calm}");
        let before = usual;
        assert!(usual.take(0.05) > 0.04);
        // What was surprising once makes the next one no less surprising than four usual ones do.
        assert!(usual.size < 1.06 * before.size, "{} {}", usual.size, before.size);
        assert_eq!(usual.take(-0.05), 0.0);
    }

    #[test]
    fn a_ramp_becomes_usual() {
        let mut usual = Usual::default();
        for t in 0..60 {
            usual.take(if t % 2 == 0 { 0.001 } else { -0.001 });
        }
        let bursts: Vec<f64> = (0..12).map(|_| usual.take(0.02)).collect();
        assert!(bursts[0] > 0.015 && bursts[11] < 0.002 && bursts.is_sorted_by(|a, b| a >= b), "{bursts:?}");
    }
}
