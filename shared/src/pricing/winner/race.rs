//! The independent race: who has the greatest level when every level has its own density.
//!
//! Outcome `i` wins with probability `p_i = int f_i(x) prod_{j != i} F_j(x) dx`, and the integrands of all outcomes
//! add up to the derivative of `G(x) = prod_j F_j(x)`. So over any panel `[l, r]` the integrals must add up to
//! `G(r) - G(l)`: an exact check of the quadrature, panel by panel, that costs nothing. Panels go down from where every
//! distribution function is 1 to where `G` has vanished. Each has the 15-point Gauss-Legendre rule, a width of a few
//! of the smallest spreads that move inside it, and is halved until the check holds. A narrow outcome among wide ones
//! therefore costs a few panels where it moves, and nothing elsewhere.

use std::array;

use super::lanes::{LANES, Lanes, multiply, sum};
use super::outcome::{Component, Contender, Law};
use super::table::CdfTable;
use super::workspace::{Edge, Panel, Totals, Workspace};
use super::{CONTENDERS, Quantities};
use crate::math;

/// The abscissae of the 15-point Gauss-Legendre rule on `[-1, 1]`, after the panel's left end, which carries no weight
/// and is there for `G(l)` (Abramowitz and Stegun 1964, table 25.4).
const ABSCISSAE: Lanes = [
    -1.0,
    -0.987_992_518_020_485_4,
    -0.937_273_392_400_706,
    -0.848_206_583_410_427_2,
    -0.724_417_731_360_170_1,
    -0.570_972_172_608_538_8,
    -0.394_151_347_077_563_4,
    -0.201_194_093_997_434_5,
    0.0,
    0.201_194_093_997_434_5,
    0.394_151_347_077_563_4,
    0.570_972_172_608_538_8,
    0.724_417_731_360_170_1,
    0.848_206_583_410_427_2,
    0.937_273_392_400_706,
    0.987_992_518_020_485_4,
];

/// The weights that belong to [`ABSCISSAE`].
const WEIGHTS: Lanes = [
    0.0,
    0.030_753_241_996_117_27,
    0.070_366_047_488_108_12,
    0.107_159_220_467_171_94,
    0.139_570_677_926_154_32,
    0.166_269_205_816_993_92,
    0.186_161_000_015_562_2,
    0.198_431_485_327_111_58,
    0.202_578_241_925_561_3,
    0.198_431_485_327_111_58,
    0.186_161_000_015_562_2,
    0.166_269_205_816_993_92,
    0.139_570_677_926_154_32,
    0.107_159_220_467_171_94,
    0.070_366_047_488_108_12,
    0.030_753_241_996_117_27,
];

/// The mass in a tail below which it is cut off, for a race that counts in full.
const TAIL: f64 = 1e-16;

/// The greatest defect of a panel that needn't be halved, for a race that counts in full.
const DEFECT: f64 = 2e-13;

/// The same where tabulated mixtures, whose densities jump by about 1e-11 between cells, set a floor.
const TABLE_DEFECT: f64 = 1e-11;

/// A panel's width in the smallest moving spreads. At 2 the defect of thirty equal normals is 1e-13; at 3 it is 1e-8.
const WIDTH: f64 = 2.0;

/// How much a panel may be narrowed by halving.
const LEAST_WIDTH: f64 = 1.0 / 4096.0;

/// How many panels one race may try: a guard against never ending, far beyond what thirty outcomes need.
const MOST_PANELS: usize = 20_000;

/// A race at one value of the common factor.
pub(super) struct Race<'a> {
    pub(super) contenders: &'a [Contender],
    pub(super) components: &'a [Component],
    /// Each contender's centre, moved by the common factor.
    pub(super) centres: &'a [f64; CONTENDERS],
    /// What the race counts for in the sum over the common factor: 1 without one.
    pub(super) weight: f64,
    /// Whether mixtures have their own tables.
    pub(super) tabulated: bool,
    pub(super) quantities: Quantities,
}

impl Race<'_> {
    /// Adds the race's integrals, times its weight, to the workspace's totals.
    ///
    /// Returns a bound on how far the unweighted probabilities' sum is from 1: the panels' defects and the tails cut
    /// off. It is infinite if the panels ran out.
    pub(super) fn run(&self, workspace: &mut Workspace) -> f64 {
        let tail = math::min(TAIL / self.weight, 1e-7);
        let floor = if self.tabulated { TABLE_DEFECT } else { DEFECT };
        let tolerance = math::max(floor, math::min(DEFECT / self.weight, 1e-7));
        // The defect falls by about five orders of magnitude between widths 3 and 2.
        let width = WIDTH + math::min(math::ln(tolerance / DEFECT) / 11.5, 1.0);

        let top = self.place_edges(tail, &mut workspace.edges);
        let known = self.greatest_known();
        let mut error = tail * self.contenders.len() as f64;
        let Workspace { normal, tables, edges, panel, totals, .. } = workspace;
        let mut right = match (top, known) {
            (Some(top), Some(known)) if top <= self.centres[known] => {
                totals.mass[known] += self.weight;
                return error;
            }
            (None, Some(known)) => {
                totals.mass[known] += self.weight;
                return 0.0;
            }
            (Some(top), _) => top,
            // A list is never empty, and an outcome that isn't known has at least one component.
            (None, None) => return f64::INFINITY,
        };
        let mut product = 1.0;
        let mut narrowing = 1.0;
        for _ in 0..MOST_PANELS {
            let mut left = right - narrowing * widest_panel(right, edges, width);
            let floor = known.map(|k| self.centres[k]).filter(|floor| *floor >= left);
            if let Some(floor) = floor {
                left = floor;
            }
            if left >= right || !left.is_finite() {
                return f64::INFINITY;
            }
            let covered = self.sweep(left, right, normal, tables, edges, panel);
            let below = panel.product_at_left();
            let defect = (covered - (product - below)).abs();
            if defect > tolerance && narrowing > LEAST_WIDTH {
                narrowing *= 0.5;
                continue;
            }
            self.add_panel(panel, totals);
            error += defect;
            if let (Some(_), Some(known)) = (floor, known) {
                self.add_known(known, left, below, panel, totals);
                return error;
            }
            if below <= tail {
                return error + below;
            }
            right = left;
            product = below;
            narrowing = math::min(1.0, 2.0 * narrowing);
        }
        f64::INFINITY
    }

    /// Finds where each component's distribution function is 0 or its whole weight, but for `tail`.
    ///
    /// Returns the point above which nothing moves, or `None` if every level is known.
    fn place_edges(&self, tail: f64, edges: &mut Vec<Edge>) -> Option<f64> {
        edges.clear();
        let ln_tail = math::ln(tail);
        let mut top = None;
        for (contender, centre) in self.contenders.iter().zip(self.centres) {
            let Law::Mixture(range) = &contender.law else { continue };
            for component in &self.components[range.clone()] {
                // 1 - Phi(z) <= e^(-z^2 / 2) / 2, so beyond this many spreads less than the tail is left.
                let reach = math::max(2.0 * (component.ln_weight - ln_tail), 0.0).sqrt();
                let middle = centre + component.shift;
                let edge = Edge {
                    bottom: middle - reach * component.sd,
                    top: middle + reach * component.sd,
                    sd: component.sd,
                };
                top = Some(top.map_or(edge.top, |top| math::max(top, edge.top)));
                edges.push(edge);
            }
        }
        top
    }

    /// Returns which of the known levels is the greatest.
    fn greatest_known(&self) -> Option<usize> {
        let mut greatest = None;
        for (i, contender) in self.contenders.iter().enumerate() {
            let higher = greatest.is_none_or(|g: usize| self.centres[i] > self.centres[g]);
            if contender.law == Law::Known && higher {
                greatest = Some(i);
            }
        }
        greatest
    }

    /// Evaluates every outcome that moves in `[left, right]` at the panel's points, and integrates each one's chance.
    ///
    /// Returns the sum of the integrals.
    fn sweep(
        &self,
        left: f64,
        right: f64,
        normal: &CdfTable,
        tables: &[CdfTable],
        edges: &[Edge],
        panel: &mut Panel,
    ) -> f64 {
        let (middle, half) = (0.5 * (left + right), 0.5 * (right - left));
        for k in 1..LANES {
            panel.x[k] = middle + half * ABSCISSAE[k];
            panel.weight[k] = half * WEIGHTS[k];
        }
        panel.x[0] = left;
        panel.active.clear();
        for (i, contender) in self.contenders.iter().enumerate() {
            let Law::Mixture(range) = &contender.law else { continue };
            let edges = &edges[range.clone()];
            if edges.iter().all(|edge| edge.top <= left) {
                continue;
            }
            let row = panel.active.len();
            panel.active.push(i);
            let (cdf, density) = (&mut panel.cdf[row], &mut panel.density[row]);
            if self.tabulated && range.len() > 1 {
                tables[i].sweep(&panel.x, self.centres[i], 1.0, cdf, density);
            } else {
                let components = &self.components[range.clone()];
                sweep_mixture(
                    normal,
                    components,
                    edges,
                    self.centres[i],
                    &panel.x,
                    (left, right),
                    cdf,
                    density,
                );
            }
        }
        panel.integrate()
    }

    /// Adds the panel's integrals to the totals.
    fn add_panel(&self, panel: &Panel, totals: &mut Totals) {
        for (row, &i) in panel.active.iter().enumerate() {
            totals.mass[i] += self.weight * panel.mass[row];
        }
        if self.quantities == Quantities::Probabilities {
            return;
        }
        for (row, &i) in panel.active.iter().enumerate() {
            let mut run: Lanes = array::from_fn(|k| {
                self.weight * panel.weight[k] * panel.before[row][k] * panel.density[row][k]
            });
            for (other, &j) in panel.active.iter().enumerate().skip(row + 1) {
                let pair: Lanes =
                    array::from_fn(|k| run[k] * panel.density[other][k] * panel.after[other][k]);
                totals.level[i][j] += sum(&pair);
                totals.scale[i][j] += sum(&array::from_fn(|k| pair[k] * (panel.x[k] - self.centres[j])));
                totals.scale[j][i] += sum(&array::from_fn(|k| pair[k] * (panel.x[k] - self.centres[i])));
                multiply(&mut run, &panel.cdf[other]);
            }
        }
    }

    /// Adds the greatest known level's chance, that everyone else is below it, where the last panel ended.
    fn add_known(&self, known: usize, level: f64, below: f64, panel: &Panel, totals: &mut Totals) {
        totals.mass[known] += self.weight * below;
        if self.quantities == Quantities::Probabilities {
            return;
        }
        for (row, &i) in panel.active.iter().enumerate() {
            let touching = self.weight * panel.before[row][0] * panel.density[row][0] * panel.after[row][0];
            totals.level[i.min(known)][i.max(known)] += touching;
            totals.scale[known][i] += touching * (level - self.centres[i]);
        }
    }
}

impl Panel {
    /// Multiplies the rows without dividing, and integrates each row's density times the others' distribution
    /// functions.
    ///
    /// Returns the sum of the integrals.
    fn integrate(&mut self) -> f64 {
        let rows = self.active.len();
        let mut product = [1.0; LANES];
        for row in 0..rows {
            self.before[row] = product;
            multiply(&mut product, &self.cdf[row]);
        }
        product = [1.0; LANES];
        let mut total = 0.0;
        for row in (0..rows).rev() {
            self.after[row] = product;
            let chance =
                array::from_fn(|k| self.weight[k] * self.before[row][k] * self.density[row][k] * product[k]);
            multiply(&mut product, &self.cdf[row]);
            self.mass[row] = sum(&chance);
            total += self.mass[row];
        }
        total
    }

    /// Returns the product of all distribution functions at the panel's left end.
    fn product_at_left(&self) -> f64 {
        if self.active.is_empty() { 1.0 } else { self.after[0][0] * self.cdf[0][0] }
    }
}

/// Returns the widest panel below `right` that resolves every component moving inside it.
fn widest_panel(right: f64, edges: &[Edge], spreads: f64) -> f64 {
    let mut widest = f64::INFINITY;
    for edge in edges {
        if right > edge.bottom {
            // Above a component's top the panel may come down to it.
            widest = math::min(widest, math::max(right - edge.top, spreads * edge.sd));
        }
    }
    widest
}

/// Evaluates a mixture at a panel's points, leaving out the components that don't move between its ends.
#[expect(clippy::too_many_arguments, reason = "the innermost loop: a struct of borrows would say the same")]
fn sweep_mixture(
    normal: &CdfTable,
    components: &[Component],
    edges: &[Edge],
    centre: f64,
    x: &Lanes,
    (left, right): (f64, f64),
    cdf: &mut Lanes,
    density: &mut Lanes,
) {
    *cdf = [0.0; LANES];
    *density = [0.0; LANES];
    let (mut part, mut slope) = ([0.0; LANES], [0.0; LANES]);
    for (component, edge) in components.iter().zip(edges) {
        let weight = component.weight;
        if edge.top <= left {
            for value in cdf.iter_mut() {
                *value += weight;
            }
        } else if edge.bottom < right {
            normal.sweep(x, centre + component.shift, 1.0 / component.sd, &mut part, &mut slope);
            for k in 0..LANES {
                cdf[k] += weight * part[k];
                density[k] += weight * slope[k];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_integrates_polynomials_up_to_degree_29_exactly() {
        let mut power: Lanes = [1.0; LANES];
        for degree in 0..30 {
            let integral: f64 = (0..LANES).map(|k| WEIGHTS[k] * power[k]).sum();
            let exact = if degree % 2 == 0 { 2.0 / f64::from(degree + 1) } else { 0.0 };
            assert!((integral - exact).abs() <= 4e-16, "degree {degree}: {integral} not {exact}");
            for k in 0..LANES {
                power[k] *= ABSCISSAE[k];
            }
        }
    }
}
