//! Distribution functions tabulated as piecewise polynomials, so that one point costs a few nanoseconds.

use super::lanes::{LANES, Lanes};
use super::outcome::Component;
use crate::math::{self, normal};

/// The degree of the polynomials plus one: a cell of the table fills one cache line.
const TERMS: usize = 8;

/// Adding and subtracting `1.5 * 2^52` rounds a small number to the nearest integer, whose value then stands in the
/// lowest bits of the sum.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Cells per standard deviation of the standard normal. With cells this wide the Taylor remainder
/// `(1/64)^8 / 8! * max |Phi^(8)|` is below 1e-17 in the distribution function and below 2e-15 in its derivative.
const NORMAL_CELLS_PER_SD: f64 = 32.0;

/// Beyond this many standard deviations a normal tail is below 2e-19.
const NORMAL_REACH: f64 = 9.0;

/// A distribution function by its Taylor polynomials about evenly spaced points.
///
/// Outside its range it is exactly 0 or 1, with density 0.
#[derive(Debug, Clone, Default)]
pub(super) struct CdfTable {
    /// The point of the first cell.
    start: f64,
    cells_per_unit: f64,
    /// Coefficients of powers of the distance from the cell's own point, in units of one cell.
    cells: Vec<[f64; TERMS]>,
}

impl CdfTable {
    /// Returns the table of the standard normal distribution.
    pub(super) fn standard_normal() -> Self {
        let steps = NORMAL_REACH * NORMAL_CELLS_PER_SD;
        let mut table = Self { start: -NORMAL_REACH, cells_per_unit: NORMAL_CELLS_PER_SD, cells: Vec::new() };
        let mut j = 0.0;
        while j <= 2.0 * steps {
            let z = (j - steps) / NORMAL_CELLS_PER_SD;
            let mut cell = [0.0; TERMS];
            add_taylor(&mut cell, normal::cdf(z), normal::pdf(z), z, 1.0 / NORMAL_CELLS_PER_SD);
            table.cells.push(cell);
            j += 1.0;
        }
        table.close_ends();
        table
    }

    /// Fills the table with a mixture of normals between `from` and `to`, using `normal` for its parts.
    ///
    /// The memory of an earlier filling is used again.
    pub(super) fn fill(
        &mut self,
        normal: &Self,
        components: &[Component],
        from: f64,
        to: f64,
        cells_per_unit: f64,
    ) {
        self.start = from;
        self.cells_per_unit = cells_per_unit;
        self.cells.clear();
        let count = ((to - from) * cells_per_unit) as usize + 2;
        self.cells.resize(count.next_multiple_of(LANES), [0.0; TERMS]);
        let width = 1.0 / cells_per_unit;
        for (chunk, cells) in self.cells.chunks_exact_mut(LANES).enumerate() {
            let mut x = [0.0; LANES];
            for (k, x) in x.iter_mut().enumerate() {
                *x = from + (chunk * LANES + k) as f64 * width;
            }
            for component in components {
                add_component(cells, normal, component, &x, width);
            }
        }
        self.close_ends();
    }

    /// Makes the table constant beyond its first and last points.
    fn close_ends(&mut self) {
        if let Some(first) = self.cells.first_mut() {
            *first = [0.0; TERMS];
        }
        if let Some(last) = self.cells.last_mut() {
            *last = [0.0; TERMS];
            last[0] = 1.0;
        }
    }

    /// Evaluates the distribution function and the density of `centre + X / per_unit` at each `x`, for `X` the
    /// table's variable.
    #[inline]
    pub(super) fn sweep(&self, x: &Lanes, centre: f64, per_unit: f64, cdf: &mut Lanes, density: &mut Lanes) {
        let cells_per_x = per_unit * self.cells_per_unit;
        let first = self.start * self.cells_per_unit;
        let end = self.cells.len() - 1;
        let last = end as f64;
        for k in 0..LANES {
            let place = math::max(math::min((x[k] - centre) * cells_per_x - first, last), 0.0);
            let rounded = place + ROUNDER;
            let u = place - (rounded - ROUNDER);
            let cell = &self.cells[((rounded.to_bits() as u32) as usize).min(end)];
            let mut value = cell[TERMS - 1];
            let mut slope = value;
            for term in (1..TERMS - 1).rev() {
                value = value * u + cell[term];
                slope = slope * u + value;
            }
            cdf[k] = value * u + cell[0];
            density[k] = slope * cells_per_x;
        }
    }
}

/// Adds the Taylor polynomial of a normal distribution function about `z` to a cell whose width is `step` standard
/// deviations.
///
/// The coefficients are `Phi^(k) step^k / k!`, and the density's derivatives follow the recurrence of the Hermite
/// polynomials, `d_(k+1) = -z d_k - k d_(k-1)` with `d_0` the density.
#[inline]
fn add_taylor(cell: &mut [f64; TERMS], cdf: f64, density: f64, z: f64, step: f64) {
    cell[0] += cdf;
    let (mut before, mut derivative, mut scale) = (0.0, density, 1.0);
    for term in 1..TERMS {
        scale *= step * RECIPROCALS[term];
        cell[term] += derivative * scale;
        let next = -z * derivative - (term - 1) as f64 * before;
        before = derivative;
        derivative = next;
    }
}

/// Adds one weighted normal component to sixteen neighbouring cells, whose points are `x`.
fn add_component(
    cells: &mut [[f64; TERMS]],
    normal: &CdfTable,
    component: &Component,
    x: &Lanes,
    width: f64,
) {
    let (mut cdf, mut density) = ([0.0; LANES], [0.0; LANES]);
    let per_sd = 1.0 / component.sd;
    normal.sweep(x, component.shift, per_sd, &mut cdf, &mut density);
    for (k, cell) in cells.iter_mut().enumerate() {
        let z = (x[k] - component.shift) * per_sd;
        // The sweep's density is per unit of x: times the spread it is the standard normal's.
        let density = component.weight * density[k] * component.sd;
        add_taylor(cell, component.weight * cdf[k], density, z, width * per_sd);
    }
}

/// `1 / k` for each power of a cell's polynomial.
const RECIPROCALS: [f64; TERMS] =
    [1.0, 1.0, 1.0 / 2.0, 1.0 / 3.0, 1.0 / 4.0, 1.0 / 5.0, 1.0 / 6.0, 1.0 / 7.0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_table_agrees_with_the_normal_distribution() {
        let table = CdfTable::standard_normal();
        let (mut cdf, mut density) = ([0.0; LANES], [0.0; LANES]);
        for block in 0..4000 {
            let mut z = [0.0; LANES];
            for (k, z) in z.iter_mut().enumerate() {
                *z = -9.2 + 18.4 * f64::from(block * LANES as u32 + k as u32) / 64_000.0;
            }
            table.sweep(&z, 0.0, 1.0, &mut cdf, &mut density);
            for k in 0..LANES {
                assert!((cdf[k] - normal::cdf(z[k])).abs() <= 3e-16, "cdf at {}", z[k]);
                assert!((density[k] - normal::pdf(z[k])).abs() <= 4e-15, "density at {}", z[k]);
            }
        }
    }
}
