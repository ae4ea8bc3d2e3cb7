//! Three levels of beliefs on one grid: of all, of a category, of a span of the time left within it.

use super::category::{CATEGORIES, SPANS};
use crate::math::{exp, max};

/// The logarithms of exponents that are thought possible: exponents from 0.37 to 4.
pub(super) const POINTS: usize = 49;
const LEAST: f64 = -1.0;
const STEP: f64 = 0.05;

/// How far exponents' logarithms differ: that of all from 0, a category's from all, a span's from its category's. The
/// middle one is the deviation of Le's categories; the last is half of what spans have in them, as half of it is noise.
const OF_ALL: f64 = 0.3;
const OF_CATEGORY: f64 = 0.16;
const OF_SPAN: f64 = 0.1;

/// Something on the grid.
pub(super) type Grid = [f64; POINTS];

/// What is known of each node, as logarithms of likelihoods.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    pub(super) all: Grid,
    pub(super) categories: [Grid; CATEGORIES],
    pub(super) spans: Vec<Grid>,
}

/// Returns the logarithm of the exponent at a place of the grid.
pub(super) fn point(place: usize) -> f64 {
    LEAST + STEP * place as f64
}

impl Tree {
    /// Returns the tree of which nothing is known but how far its nodes differ.
    pub(super) fn new() -> Self {
        let all = core::array::from_fn(|place| normal(point(place), OF_ALL));
        let nothing = [0.0; POINTS];
        Self { all, categories: [nothing; CATEGORIES], spans: vec![nothing; CATEGORIES * SPANS] }
    }

    /// Returns what is believed of each span of each category, all nodes heard: probabilities on the grid.
    pub(super) fn believed(&self) -> Vec<Grid> {
        let (to_category, to_span) = (steps(OF_CATEGORY), steps(OF_SPAN));
        let spans: Vec<Grid> = self.spans.iter().map(likelihood).collect();
        // What each span says of its category, and each category of all.
        let said: Vec<Grid> = spans.iter().map(|own| up(&to_span, own)).collect();
        let of_category: Vec<Grid> = self
            .categories
            .iter()
            .zip(said.chunks(SPANS))
            .map(|(own, said)| up(&to_category, &product(&likelihood(own), said, None)))
            .collect();
        let all = likelihood(&self.all);
        let mut believed = Vec::with_capacity(spans.len());
        for (category, (own, said)) in self.categories.iter().zip(said.chunks(SPANS)).enumerate() {
            let others = product(&all, &of_category, Some(category));
            let own = product(&likelihood(own), &[down(&to_category, &others)], None);
            for span in 0..SPANS {
                let others = down(&to_span, &product(&own, said, Some(span)));
                let mut together = others;
                if let Some(own) = spans.get(category * SPANS + span) {
                    together.iter_mut().zip(own).for_each(|(together, own)| *together *= own);
                }
                let sum: f64 = together.iter().sum();
                together.iter_mut().for_each(|together| *together /= sum);
                believed.push(together);
            }
        }
        believed
    }
}

/// Returns the logarithm of a normal density, but for a constant.
pub(super) fn normal(distance: f64, deviation: f64) -> f64 {
    -0.5 * (distance / deviation) * (distance / deviation)
}

/// Returns how a node's value goes over into its child's: rows that add up to 1.
fn steps(deviation: f64) -> Vec<Grid> {
    let row = |from: usize| {
        let mut row: Grid = core::array::from_fn(|to| exp(normal(point(to) - point(from), deviation)));
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|step| *step /= sum);
        row
    };
    (0..POINTS).map(row).collect()
}

/// Returns likelihoods over the greatest of them.
fn likelihood(logarithms: &Grid) -> Grid {
    let most = logarithms.iter().fold(f64::NEG_INFINITY, |most, own| max(most, *own));
    logarithms.map(|own| exp(own - most))
}

/// Returns `own` times all of the others but the one at `without`, over the greatest.
fn product(own: &Grid, others: &[Grid], without: Option<usize>) -> Grid {
    let mut product = *own;
    for (_, other) in others.iter().enumerate().filter(|(place, _)| Some(*place) != without) {
        product.iter_mut().zip(other).for_each(|(product, other)| *product *= other);
        let most = product.iter().fold(0.0, |most, own| max(most, *own));
        product.iter_mut().for_each(|product| *product /= most);
    }
    product
}

/// Returns what a child's likelihood says of its parent.
fn up(steps: &[Grid], child: &Grid) -> Grid {
    let mut said = [0.0; POINTS];
    for (said, row) in said.iter_mut().zip(steps) {
        *said = row.iter().zip(child).map(|(step, child)| step * child).sum();
    }
    said
}

/// Returns what is believed of a child whose parent is believed so.
fn down(steps: &[Grid], parent: &Grid) -> Grid {
    let mut believed = [0.0; POINTS];
    for (row, parent) in steps.iter().zip(parent) {
        believed.iter_mut().zip(row).for_each(|(believed, step)| *believed += parent * step);
    }
    believed
}
