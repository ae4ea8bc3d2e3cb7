//! The search for the best shares of what may be bought, by a barrier method, and the proof by duality of what it finds.

use crate::math::{ln, max, min};

/// How far from the optimum the search may end, in expected logarithm.
pub(super) const TOLERANCE: f64 = 1e-12;
/// By what the weight of the objective against the barrier grows from one stage to the next.
const STAGE: f64 = 10.0;
/// The most steps of Newton's method in one stage; it takes some five.
const STEPS: usize = 60;
/// A step that promises less ends a stage; the next stage starts near enough.
const CENTRED: f64 = 1e-6;
/// How much of the way to the nearest bound a step may go.
const WITHIN: f64 = 0.99;

/// How far from the best something is at most, and the price of the budget that shows it.
pub(super) struct Proof {
    pub(super) gap: f64,
    pub(super) price: f64,
}

/// The problem in shares of the most that may be bought of each column, and of the mean wealth.
pub(super) struct Search {
    /// Of the outcomes that can come.
    pub(super) probabilities: Vec<f64>,
    /// What there is in each before anything is bought.
    pub(super) wealth: Vec<f64>,
    /// A row a column: what all of it changes in each outcome.
    pub(super) changes: Vec<Vec<f64>>,
    /// What all of each column takes of the budget, as shares of it; nothing where there is no budget.
    pub(super) uses: Option<Vec<f64>>,
    pub(super) budget: f64,
}

impl Search {
    fn wealth_with(&self, shares: &[f64]) -> Vec<f64> {
        let mut wealth = self.wealth.clone();
        for (changes, share) in self.changes.iter().zip(shares) {
            wealth.iter_mut().zip(changes).for_each(|(wealth, change)| *wealth += share * change);
        }
        wealth
    }

    /// Returns the part of the budget that is left; one where there is none.
    fn left(&self, shares: &[f64]) -> f64 {
        self.uses.as_ref().map_or(1.0, |uses| 1.0 - dot(uses, shares))
    }

    /// Returns whether nothing is beyond a bound and no outcome ruins.
    pub(super) fn is_within(&self, shares: &[f64]) -> bool {
        self.left(shares) >= 0.0 && self.wealth_with(shares).iter().all(|wealth| *wealth > 0.0)
    }

    fn gradient(&self, wealth: &[f64]) -> Vec<f64> {
        let slopes: Vec<f64> = self.probabilities.iter().zip(wealth).map(|(p, wealth)| p / wealth).collect();
        self.changes.iter().map(|changes| dot(changes, &slopes)).collect()
    }

    /// Bounds how much better than `shares` anything is.
    ///
    /// The linear approximation's best over all that may be bought is at most `price · budget` and, for each column, what
    /// its slope exceeds the price of what it uses by; whatever the price, which is chosen to make that least. The bound is
    /// piecewise linear in it, so that the least is where a column is just worth its price.
    pub(super) fn proof(&self, shares: &[f64]) -> Proof {
        let slopes = self.gradient(&self.wealth_with(shares));
        let here = dot(&slopes, shares);
        let none = vec![0.0; slopes.len()];
        let uses = self.uses.as_ref().unwrap_or(&none);
        let bound = |price: f64| {
            let gains = slopes.iter().zip(uses).map(|(slope, uses)| max(slope - price * uses, 0.0));
            (if self.uses.is_some() { price } else { 0.0 }) + gains.sum::<f64>() - here
        };
        let worth =
            slopes.iter().zip(uses).filter(|(_, uses)| **uses != 0.0).map(|(slope, uses)| slope / uses);
        let mut best = Proof { gap: bound(0.0), price: 0.0 };
        for price in worth.filter(|price| *price > 0.0) {
            let gap = bound(price);
            if gap < best.gap {
                best = Proof { gap, price };
            }
        }
        let price = if self.uses.is_some() { best.price / self.budget } else { 0.0 };
        Proof { gap: max(best.gap, 0.0), price }
    }

    /// Returns shares strictly within all bounds, at which no outcome has lost more than half.
    fn start(&self) -> Vec<f64> {
        let mut scale = 1.0;
        for (j, wealth) in self.wealth.iter().enumerate() {
            let lost: f64 = self.changes.iter().map(|changes| 0.5 * max(-changes[j], 0.0)).sum();
            if lost > 0.0 {
                scale = min(scale, 0.5 * wealth / lost);
            }
        }
        let used: f64 = self.uses.iter().flatten().map(|uses| 0.5 * max(*uses, 0.0)).sum();
        if used > 0.0 {
            scale = min(scale, 0.5 / used);
        }
        vec![0.5 * scale; self.changes.len()]
    }

    /// Returns shares that are as good as the barrier lets them be.
    pub(super) fn run(&self) -> Vec<f64> {
        let mut shares = self.start();
        let bounds = (2 * shares.len() + 1) as f64;
        let mut weight = bounds;
        // What the barrier keeps from the optimum is at most the number of bounds over the weight.
        while bounds / weight > TOLERANCE && !shares.is_empty() {
            weight *= STAGE;
            self.centre(&mut shares, weight);
        }
        shares
    }

    /// Maximises `weight` times the expected logarithm, and the logarithms of the distances to all bounds.
    fn centre(&self, shares: &mut Vec<f64>, weight: f64) {
        for _ in 0..STEPS {
            let (wealth, left) = (self.wealth_with(shares), self.left(shares));
            let mut gradient = self.gradient(&wealth);
            let mut hessian = self.curvature(shares, &wealth, left, weight);
            for (k, slope) in gradient.iter_mut().enumerate() {
                let used = self.uses.as_ref().map_or(0.0, |uses| uses[k] / left);
                *slope = weight * *slope + 1.0 / shares[k] - 1.0 / (1.0 - shares[k]) - used;
            }
            let Some(step) = newton(&mut hessian, &gradient) else { return };
            let gain = dot(&gradient, &step);
            if gain < CENTRED {
                return;
            }
            let Some(moved) = self.along(shares, &step, gain, weight) else { return };
            *shares = moved;
        }
    }

    /// Returns the negative second derivative, a row a column, whose part below the diagonal counts.
    fn curvature(&self, shares: &[f64], wealth: &[f64], left: f64, weight: f64) -> Vec<Vec<f64>> {
        let bends: Vec<f64> =
            self.probabilities.iter().zip(wealth).map(|(p, wealth)| weight * p / (wealth * wealth)).collect();
        let row = |a: usize| {
            let weighed: Vec<f64> = self.changes[a].iter().zip(&bends).map(|(x, bend)| x * bend).collect();
            let mut row: Vec<f64> = (0..=a).map(|b| dot(&weighed, &self.changes[b])).collect();
            if let Some(uses) = &self.uses {
                row.iter_mut().zip(uses).for_each(|(x, other)| *x += uses[a] * other / (left * left));
            }
            let (share, rest) = (shares[a], 1.0 - shares[a]);
            row[a] += 1.0 / (share * share) + 1.0 / (rest * rest);
            row
        };
        (0..shares.len()).map(row).collect()
    }

    /// Returns the shares after the part of `step` that stays within the bounds and gains what it promises, if any does.
    fn along(&self, shares: &[f64], step: &[f64], gain: f64, weight: f64) -> Option<Vec<f64>> {
        let mut length = 1.0;
        for (share, step) in shares.iter().zip(step) {
            let room = if *step > 0.0 { 1.0 - share } else { *share };
            if step.abs() * length > WITHIN * room {
                length = WITHIN * room / step.abs();
            }
        }
        let before = self.objective(shares, weight)?;
        for _ in 0..40 {
            let moved: Vec<f64> =
                shares.iter().zip(step).map(|(share, step)| share + length * step).collect();
            // What rounding leaves of large sums is no loss.
            let slack = 1e-15 * before.abs();
            if self.objective(&moved, weight).is_some_and(|now| now + slack >= before + 0.1 * length * gain) {
                return Some(moved);
            }
            length *= 0.5;
        }
        None
    }

    /// Returns what [`Search::centre`] maximises, or nothing beyond a bound.
    fn objective(&self, shares: &[f64], weight: f64) -> Option<f64> {
        let left = self.left(shares);
        let mut sum = ln(left);
        for share in shares {
            if *share <= 0.0 || *share >= 1.0 {
                return None;
            }
            sum += ln(*share) + ln(1.0 - share);
        }
        let mut growth = 0.0;
        for ((p, before), after) in self.probabilities.iter().zip(&self.wealth).zip(self.wealth_with(shares))
        {
            if after <= 0.0 {
                return None;
            }
            growth += p * ln(after / before);
        }
        (left > 0.0).then_some(sum + weight * growth)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves `hessian · step = gradient` for a positive definite matrix by Cholesky's method, in its place; nothing if it isn't.
fn newton(hessian: &mut [Vec<f64>], gradient: &[f64]) -> Option<Vec<f64>> {
    let n = gradient.len();
    let mut step = gradient.to_vec();
    for a in 0..n {
        for b in 0..=a {
            let rest = hessian[a][b] - dot(&hessian[a][..b], &hessian[b][..b]);
            if a == b {
                if rest <= 0.0 || !rest.is_finite() {
                    return None;
                }
                hessian[a][a] = libm::sqrt(rest);
            } else {
                hessian[a][b] = rest / hessian[b][b];
            }
        }
        step[a] = (step[a] - dot(&hessian[a][..a], &step[..a])) / hessian[a][a];
    }
    for a in (0..n).rev() {
        let below: f64 = (a + 1..n).map(|b| hessian[b][a] * step[b]).sum();
        step[a] = (step[a] - below) / hessian[a][a];
    }
    Some(step)
}
