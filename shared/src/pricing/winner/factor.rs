//! The common factor: races averaged over a standard normal that every outcome loads on.

use std::f64::consts::PI;

use super::outcome::{Component, Contender, Law};
use super::race::Race;
use super::workspace::Workspace;
use super::{CONTENDERS, Quantities};
use crate::math::{self, normal};

/// The factor's values beyond `+-8.6` have a chance of 1e-17.
const GREATEST_FACTOR: f64 = 8.6;

/// The coarsest step of the factor's grid.
const FIRST_STEP: f64 = 1.0;

/// How often the step may be halved: down to 1/256, some 4,400 races. That is fine enough for loadings that differ by
/// up to 200 times the spreads.
const MOST_HALVINGS: usize = 8;

/// The bound on the average's error at which the factor's step is fine enough.
const FACTOR_BOUND: f64 = 1e-13;

/// The change from one step to the next, twice in a row, at which the factor's step is fine enough whatever the bound.
const FACTOR_CHANGE: f64 = 1e-11;

/// Cells per smallest spread in a mixture's table: the density is then off by up to 1e-11 of its peak, with signs
/// that alternate within each cell.
const CELLS_PER_SPREAD: f64 = 10.0;

/// The most cells worth tabulating; a mixture that needs more is evaluated component by component.
const MOST_CELLS: f64 = 4096.0;

/// `ln 1e16`: tables leave out tails of 1e-16.
const LN_TABLE_TAIL: f64 = 36.841_361_487_904_73;

/// A checked list of outcomes, to be averaged over the factor.
pub(super) struct FactorAverage<'a> {
    pub(super) contenders: &'a [Contender],
    pub(super) components: &'a [Component],
    pub(super) quantities: Quantities,
}

impl FactorAverage<'_> {
    /// Integrates the list's races into the workspace's totals.
    ///
    /// Returns the estimated error of the probabilities, infinite if no step was fine enough.
    pub(super) fn run(&self, workspace: &mut Workspace) -> f64 {
        workspace.totals.clear(self.quantities);
        let common = self.middle_loading();
        if self.contenders.iter().all(|c| c.loading == common) {
            // A shift that is the same for all changes no order.
            return self.race(0.0, common, 1.0, false, workspace);
        }
        let tabulated = self.fill_tables(workspace);
        self.average(common, tabulated, workspace)
    }

    /// Averages the races by the trapezoid rule, halving the step until it is known to be fine enough.
    ///
    /// The probabilities add up to 1 at every value of the factor, so their sum says nothing about this average. But
    /// by Poisson's summation formula the trapezoid rule's error is the sum over `k != 0` of
    /// `E[e^(2 pi i k Z / h); outcome wins]`. Given the differences of all levels, which decide who wins, the factor is
    /// normal with some variance `v`, so each such term is at most `p e^(-2 pi^2 k^2 v / h^2)`. Where outcomes
    /// that hardly ever win make that bound too dear, three steps that agree are taken as converged: two may agree by
    /// accident.
    fn average(&self, common: f64, tabulated: bool, workspace: &mut Workspace) -> f64 {
        let variance = self.factor_variance(common);
        let mut step = FIRST_STEP;
        let mut previous = [0.0; CONTENDERS];
        let mut last_change = f64::INFINITY;
        let mut race_error = self.factor_value(0.0, common, tabulated, workspace);
        race_error += self.new_values(step, 1.0, common, tabulated, workspace);
        for halving in 0..=MOST_HALVINGS {
            // Twice for k = 1 and -1; where the bound is of use, all others together don't add a twentieth.
            let bound = 2.1 * math::exp(-2.0 * PI * PI * variance / (step * step));
            let mut change = 0.0;
            for (mass, previous) in workspace.totals.mass.iter().zip(&mut previous) {
                change = math::max(change, (step * mass - *previous).abs());
                *previous = step * mass;
            }
            let agreed = math::max(change, last_change);
            last_change = change;
            if bound <= FACTOR_BOUND || agreed <= FACTOR_CHANGE {
                workspace.totals.scale_by(step, self.quantities);
                return step * race_error + if bound <= FACTOR_BOUND { bound } else { agreed };
            }
            if halving == MOST_HALVINGS || race_error.is_infinite() {
                break;
            }
            step *= 0.5;
            race_error += self.new_values(step, 2.0, common, tabulated, workspace);
        }
        f64::INFINITY
    }

    /// Returns a lower bound on the factor's variance given the differences of all levels and every number of jumps.
    ///
    /// Each level tells of the factor as much as `(loading - b)^2 / sd^2`, where `b` is the loading of what all
    /// levels share and the differences don't show: the mean loading, weighted by `1 / sd^2`.
    fn factor_variance(&self, common: f64) -> f64 {
        let smallest = |law: &Law| match law {
            Law::Known => 0.0,
            Law::Mixture(range) => {
                self.components[range.clone()].iter().fold(f64::INFINITY, |sd, c| math::min(sd, c.sd))
            }
        };
        let information = |b: f64| {
            let told = self.contenders.iter().filter(|c| c.loading != b).map(|c| {
                let per_sd = (c.loading - b) / smallest(&c.law);
                per_sd * per_sd
            });
            told.sum::<f64>()
        };
        let known = self.contenders.iter().find(|c| c.law == Law::Known);
        let b = known.map_or_else(
            || {
                let (mut weighted, mut weights) = (0.0, 0.0);
                for contender in self.contenders {
                    let sd = smallest(&contender.law);
                    weighted += (contender.loading - common) / (sd * sd);
                    weights += 1.0 / (sd * sd);
                }
                common + weighted / weights
            },
            |known| known.loading,
        );
        1.0 / (1.0 + information(b))
    }

    /// Adds the races at `+-step`, `+-(1 + stride) step`, `+-(1 + 2 stride) step`, ... to the totals.
    fn new_values(
        &self,
        step: f64,
        stride: f64,
        common: f64,
        tabulated: bool,
        workspace: &mut Workspace,
    ) -> f64 {
        let mut error: f64 = 0.0;
        let mut z = step;
        while z <= GREATEST_FACTOR && error.is_finite() {
            error += self.factor_value(z, common, tabulated, workspace);
            error += self.factor_value(-z, common, tabulated, workspace);
            z += stride * step;
        }
        error
    }

    /// Adds the race at one value of the factor, weighted by the factor's density; returns its weighted error.
    fn factor_value(&self, z: f64, common: f64, tabulated: bool, workspace: &mut Workspace) -> f64 {
        let density = normal::pdf(z);
        density * self.race(z, common, density, tabulated, workspace)
    }

    fn race(&self, z: f64, common: f64, weight: f64, tabulated: bool, workspace: &mut Workspace) -> f64 {
        let mut centres = [0.0; CONTENDERS];
        for (centre, contender) in centres.iter_mut().zip(self.contenders) {
            *centre = contender.centre + (contender.loading - common) * z;
        }
        let (contenders, components, quantities) = (self.contenders, self.components, self.quantities);
        Race { contenders, components, centres: &centres, weight, tabulated, quantities }.run(workspace)
    }

    /// Returns the loading halfway between the least and the greatest. Only differences of loadings matter, and
    /// from the middle they are smallest.
    fn middle_loading(&self) -> f64 {
        let first = self.contenders.first().map_or(0.0, |c| c.loading);
        let least = self.contenders.iter().fold(first, |least, c| math::min(least, c.loading));
        let greatest = self.contenders.iter().fold(first, |greatest, c| math::max(greatest, c.loading));
        least + 0.5 * (greatest - least)
    }

    /// Tabulates every mixture about its centre, because each value of the factor evaluates it at other points.
    ///
    /// Returns whether the mixtures are tabulated: they are not if there are none, or if one would need a huge table.
    fn fill_tables(&self, workspace: &mut Workspace) -> bool {
        let Workspace { normal, tables, .. } = workspace;
        tables.resize_with(self.contenders.len(), Default::default);
        for (contender, table) in self.contenders.iter().zip(tables) {
            let Law::Mixture(range) = &contender.law else { continue };
            if range.len() == 1 {
                continue;
            }
            let components = &self.components[range.clone()];
            let (mut from, mut to, mut smallest) = (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY);
            for c in components {
                // Phi(-z) <= e^(-z^2 / 2) / 2: outside these ends less than 1e-16 of the component is left.
                let reach = math::max(2.0 * (c.ln_weight + LN_TABLE_TAIL), 0.0).sqrt() * c.sd;
                from = math::min(from, c.shift - reach);
                to = math::max(to, c.shift + reach);
                smallest = math::min(smallest, c.sd);
            }
            let cells_per_unit = CELLS_PER_SPREAD / smallest;
            if (to - from) * cells_per_unit > MOST_CELLS {
                return false;
            }
            table.fill(normal, components, from, to, cells_per_unit);
        }
        self.contenders.iter().any(|c| matches!(&c.law, Law::Mixture(range) if range.len() > 1))
    }
}
