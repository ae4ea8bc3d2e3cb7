//! What is believed of exponents, and prices corrected by them.

use super::Category;
use super::category::{CATEGORIES, SPANS, span};
use super::correction::{power, shares};
use super::facts::{About, FACTS, Fact, SHAPE, SHAPE_FROM};
use super::settled::Settled;
use super::tree::{Grid, POINTS, Tree, normal, point};
use crate::math::{exp, ln};
use crate::stats::mean_interval;
use crate::units::{Date, Timestamp};

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corrected {
    /// The mean.
    pub p: f64,
    /// Where the interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

/// What is believed of the exponents by which prices are corrected.
///
/// ```
/// use shared::calibrated::{Category, Prior};
///
/// let corrected = Prior::new().correct(Category::Entertainment, 0.05, 7.0);
/// assert!(corrected.low < corrected.p && corrected.p < corrected.high);
/// assert!(corrected.p < 0.05, "longshots are too dear");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    tree: Tree,
    /// By how much the exponents' logarithms of spans differ from their category's, as the studies say: by category, then
    /// span.
    shape: Vec<f64>,
    believed: Vec<Grid>,
}

/// What settled events say together of one category's exponent, whatever else is believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The mean of the exponent's logarithm.
    pub mean: f64,
    /// Its standard deviation.
    pub deviation: f64,
}

impl Default for Prior {
    fn default() -> Self {
        Self::new()
    }
}

impl Prior {
    /// Returns the one that knows all of [`FACTS`].
    pub fn new() -> Self {
        Self::of(&mut FACTS.iter(), true)
    }

    /// Returns the one that knows what could be known at a time.
    pub fn known_at(at: Timestamp) -> Self {
        Self::elsewhere(at, &[])
    }

    /// Returns the one that knows what could be known at a time and was found elsewhere than in the series of these events:
    /// who goes through those learns from them as they settle, and none may count twice.
    pub fn elsewhere(at: Timestamp, events: &[&str]) -> Self {
        let by = at.date();
        let elsewhere = |fact: &&Fact| {
            !events.iter().any(|event| fact.series.is_some_and(|series| event.starts_with(series)))
        };
        Self::of(
            &mut FACTS.iter().filter(|fact| known(fact.from, by)).filter(elsewhere),
            known(SHAPE_FROM, by),
        )
    }

    /// Returns the one that knows what studies had published by a time, and nothing that was learned from recorded events.
    pub fn of_studies(at: Timestamp) -> Self {
        let by = at.date();
        let studies = |fact: &&Fact| known(fact.from, by) && fact.series.is_none();
        Self::of(&mut FACTS.iter().filter(studies), known(SHAPE_FROM, by))
    }

    fn of(facts: &mut dyn Iterator<Item = &Fact>, shaped: bool) -> Self {
        let mut prior =
            Self { tree: Tree::new(), shape: vec![0.0; CATEGORIES * SPANS], believed: Vec::new() };
        if shaped {
            prior.shape = shape();
        }
        for fact in facts {
            let at = ln(fact.theta);
            let node = match fact.about {
                About::All => &mut prior.tree.all,
                About::Category(category) => &mut prior.tree.categories[category as usize],
            };
            for (place, own) in node.iter_mut().enumerate() {
                *own += normal(point(place) - at, fact.deviation);
            }
        }
        prior.believed = prior.tree.believed();
        prior
    }

    /// Learns from an event that has settled. It counts once, by the mean of the times at which it is looked at.
    ///
    /// Who asks at a time must have told of nothing that settled later.
    pub fn learn(&mut self, settled: &Settled) {
        self.learn_weighed(settled, 1.0);
    }

    /// Learns from an event that counts as a part of one, as it depends on others: of `n` that share their day, say, each as
    /// `1 / sqrt(n)`.
    pub fn learn_weighed(&mut self, settled: &Settled, weight: f64) {
        let looks = settled.looks();
        for look in &looks {
            let cell = settled.category as usize * SPANS + span(look.days_left);
            let Some((own, shape)) = self.tree.spans.get_mut(cell).zip(self.shape.get(cell)) else {
                continue;
            };
            for (place, own) in own.iter_mut().enumerate() {
                let likelihood = look.log_likelihood(settled.is_exclusive, exp(point(place) + shape));
                *own += weight * likelihood / looks.len() as f64;
            }
        }
        if !looks.is_empty() {
            self.believed = self.tree.believed();
        }
    }

    /// Learns from those of the events that had settled by a time.
    pub fn learn_all<'a>(&mut self, events: impl IntoIterator<Item = &'a Settled>, by: Timestamp) {
        events.into_iter().filter(|event| event.at <= by).for_each(|event| self.learn(event));
    }

    /// Returns the exponent for a category with so many days left.
    pub fn theta(&self, category: Category, days_left: f64) -> Corrected {
        self.over(category, days_left, |theta| theta)
    }

    /// Returns what a price, from 0 to 1 dollar, of a contract by itself is worth with so many days left.
    pub fn correct(&self, category: Category, price: f64, days_left: f64) -> Corrected {
        self.over(category, days_left, |theta| power(price, theta))
    }

    /// Returns what the prices of outcomes that exclude each other are worth: they add up to less than 1.
    pub fn correct_event(&self, category: Category, prices: &[f64], days_left: f64) -> Vec<Corrected> {
        let Some((believed, shape)) = self.cell(category, days_left) else { return Vec::new() };
        let mut by_point = Vec::with_capacity(POINTS);
        for place in 0..POINTS {
            let mut found = prices.to_vec();
            shares(prices, exp(point(place) + shape), &mut found);
            by_point.push(found);
        }
        let of_outcome = |outcome: usize| {
            summed(believed, |place| {
                by_point.get(place).and_then(|found| found.get(outcome)).copied().unwrap_or(0.0)
            })
        };
        (0..prices.len()).map(of_outcome).collect()
    }

    /// Returns what events said of a category by themselves; `None` where they said nothing.
    pub fn evidence(events: &[(&Settled, f64)], category: Category) -> Option<Evidence> {
        let mut own = [0.0; POINTS];
        let shape = shape();
        let mut heard = false;
        for (event, weight) in events.iter().filter(|(event, _)| event.category == category) {
            let looks = event.looks();
            for look in &looks {
                let shape = shape.get(category as usize * SPANS + span(look.days_left))?;
                for (place, own) in own.iter_mut().enumerate() {
                    let likelihood = look.log_likelihood(event.is_exclusive, exp(point(place) + shape));
                    *own += weight * likelihood / looks.len() as f64;
                }
                heard = true;
            }
        }
        let most = own.iter().copied().fold(f64::NEG_INFINITY, crate::math::max);
        let weights = own.map(|own| exp(own - most));
        let sum: f64 = weights.iter().sum();
        let moment = |of: &dyn Fn(f64) -> f64| {
            weights.iter().enumerate().map(|(place, weight)| weight * of(point(place))).sum::<f64>() / sum
        };
        let mean = moment(&|at| at);
        heard.then(|| Evidence { mean, deviation: moment(&|at| (at - mean) * (at - mean)).sqrt() })
    }

    fn cell(&self, category: Category, days_left: f64) -> Option<(&Grid, f64)> {
        let cell = category as usize * SPANS + span(days_left);
        self.believed.get(cell).zip(self.shape.get(cell).copied())
    }

    fn over(&self, category: Category, days_left: f64, of: impl Fn(f64) -> f64) -> Corrected {
        let Some((believed, shape)) = self.cell(category, days_left) else {
            return Corrected { p: of(1.0), low: of(1.0), high: of(1.0) };
        };
        summed(believed, |place| of(exp(point(place) + shape)))
    }
}

/// Returns the 95 % interval of a mean when clusters are drawn with replacement, each with its sum and its number; `None`
/// of fewer than four. Events of one night, or rounds of one tournament, are a cluster.
pub fn interval_over(clusters: &[(f64, usize)]) -> Option<(f64, f64)> {
    mean_interval(clusters, RESAMPLES, 1)
}

const RESAMPLES: usize = 10_000;

/// Tells whether what is known from a day on is known on another.
fn known(from: (i32, i32, i32), by: Date) -> bool {
    Date::new(from.0, from.1, from.2).is_ok_and(|from| from <= by)
}

/// Returns by category and span how far the studies' exponents lie from their category's, as logarithms: what is taken of
/// it is what isn't noise.
fn shape() -> Vec<f64> {
    const STRUCTURE: f64 = 0.46;
    let mut shape = Vec::with_capacity(CATEGORIES * SPANS);
    for thetas in SHAPE {
        let logarithms = thetas.map(ln);
        let mean = logarithms.iter().sum::<f64>() / SPANS as f64;
        shape.extend(logarithms.map(|own| STRUCTURE * (own - mean)));
    }
    shape
}

/// Returns the mean of what is at each point, and where the middle 95 % of it are. What is at points rises or falls with
/// them, or nearly so.
fn summed(believed: &Grid, of: impl Fn(usize) -> f64) -> Corrected {
    let p = believed.iter().enumerate().map(|(place, weight)| weight * of(place)).sum();
    let (one, other) = (quantile(believed, 0.025, &of), quantile(believed, 0.975, &of));
    let (low, high) = if one <= other { (one, other) } else { (other, one) };
    Corrected { p, low, high }
}

/// Returns what is at the point that so much of the belief lies below, points standing for the steps around them.
fn quantile(believed: &Grid, part: f64, of: &impl Fn(usize) -> f64) -> f64 {
    let mut below = 0.0;
    for (place, weight) in believed.iter().enumerate() {
        if below + weight >= part {
            let within = (part - below) / weight - 0.5;
            let (from, share) =
                if within < 0.0 { (place.saturating_sub(1), within + 1.0) } else { (place, within) };
            let (one, other) = (of(from), of((from + 1).min(POINTS - 1)));
            return one + share * (other - one);
        }
        below += weight;
    }
    of(POINTS - 1)
}
