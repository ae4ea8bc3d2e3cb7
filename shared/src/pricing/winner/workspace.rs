//! The buffers that an evaluation writes to, kept between calls.

use super::lanes::{LANES, Lanes};
use super::table::CdfTable;
use super::{CONTENDERS, Quantities, Square};

/// The buffers and tables of the winner-take-all engine, for one thread.
///
/// Making one allocates and tabulates the standard normal distribution. After the first call with a list of a given
/// kind, later calls allocate nothing.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The standard normal distribution.
    pub(super) normal: CdfTable,
    /// The distributions of mixtures about their centres, filled only where a common factor needs them many times.
    pub(super) tables: Vec<CdfTable>,
    /// Where each component's distribution moves, for the panel widths.
    pub(super) edges: Vec<Edge>,
    /// The points of one panel and what was found there.
    pub(super) panel: Panel,
    /// What has been summed so far.
    pub(super) totals: Totals,
}

/// Where one normal component's distribution function moves from 0 to its weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) bottom: f64,
    pub(super) top: f64,
    pub(super) sd: f64,
}

/// One panel's points, and at each of them what the outcomes that are not yet certain to lie below do.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    pub(super) x: Lanes,
    pub(super) weight: Lanes,
    /// Which outcomes the rows of the arrays below stand for.
    pub(super) active: Vec<usize>,
    pub(super) cdf: [Lanes; CONTENDERS],
    pub(super) density: [Lanes; CONTENDERS],
    /// The products of the rows before each, and after each.
    pub(super) before: [Lanes; CONTENDERS],
    pub(super) after: [Lanes; CONTENDERS],
    /// Each row's integral over the panel.
    pub(super) mass: [f64; CONTENDERS],
}

/// Sums over panels and over the common factor.
#[derive(Debug, Clone)]
pub(super) struct Totals {
    pub(super) mass: [f64; CONTENDERS],
    /// `-dp_i/da_j` for `i < j`.
    pub(super) level: Box<Square>,
    /// `-dp_i/d ln s_j` for `i != j`.
    pub(super) scale: Box<Square>,
}

impl Totals {
    /// Sets the sums of these quantities to zero.
    pub(super) fn clear(&mut self, quantities: Quantities) {
        self.mass = [0.0; CONTENDERS];
        if quantities == Quantities::Sensitivities {
            *self.level = [[0.0; CONTENDERS]; CONTENDERS];
            *self.scale = [[0.0; CONTENDERS]; CONTENDERS];
        }
    }

    /// Multiplies the sums of these quantities by `factor`.
    pub(super) fn scale_by(&mut self, factor: f64, quantities: Quantities) {
        for mass in &mut self.mass {
            *mass *= factor;
        }
        if quantities == Quantities::Sensitivities {
            for value in self.level.iter_mut().chain(self.scale.iter_mut()).flatten() {
                *value *= factor;
            }
        }
    }
}

impl Workspace {
    /// Returns a workspace for lists of any length.
    #[must_use]
    pub fn new() -> Self {
        let rows = [[0.0; LANES]; CONTENDERS];
        let square = Box::new([[0.0; CONTENDERS]; CONTENDERS]);
        Self {
            normal: CdfTable::standard_normal(),
            tables: Vec::new(),
            edges: Vec::new(),
            panel: Panel {
                x: [0.0; LANES],
                weight: [0.0; LANES],
                active: Vec::with_capacity(CONTENDERS),
                cdf: rows,
                density: rows,
                before: rows,
                after: rows,
                mass: [0.0; CONTENDERS],
            },
            totals: Totals { mass: [0.0; CONTENDERS], level: square.clone(), scale: square },
        }
    }
}

impl Default for Workspace {
    fn default() -> Self {
        Self::new()
    }
}
