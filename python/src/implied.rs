//! What quoted probabilities imply, row by row.

use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::{Bound, PyResult, Python, pyfunction};
use shared::Invalid;
use shared::pricing::implied::{Quote, implied_forward, implied_volatility};

use crate::columns::{Column, Field, arrays};
use crate::error::refused_at;
use crate::price::Law;

/// How many roots there are, at most this many told apart: none, one, two, more.
const MANY: usize = 3;

/// Roots by row with NaN behind the last, how many a row has room for, their numbers, peaks, forwards.
type Implied<'py> = (
    Bound<'py, PyArray1<f64>>,
    usize,
    Bound<'py, PyArray1<u8>>,
    Bound<'py, PyArray1<f64>>,
    Bound<'py, PyArray1<f64>>,
);

/// Returns what the quote of each row implies; without `sigma` there are no forwards.
///
/// `fields` are `prob`, `S`, `K` and `T_days`, `law` as [`Law::new`] has it. Every array has one element, or one for each row
/// of `shape`.
#[pyfunction]
#[pyo3(signature = (shape, fields, law, comp, median, sigma))]
#[expect(clippy::needless_pass_by_value, reason = "what Python hands over is owned")]
pub(crate) fn implied<'py>(
    py: Python<'py>,
    shape: Vec<usize>,
    fields: [Field<'py>; 4],
    law: [Field<'py>; 4],
    comp: PyReadonlyArray1<'py, bool>,
    median: bool,
    sigma: Option<Field<'py>>,
) -> PyResult<Implied<'py>> {
    let rows = shape.iter().product();
    let [prob, spot, strike, days] = &fields;
    let quotes = Quotes {
        prob: Column::new("prob", prob, rows)?,
        spot: Column::new("S", spot, rows)?,
        strike: Column::new("K", strike, rows)?,
        days: Column::new("T_days", days, rows)?,
        law: Law::new(law.each_ref(), &comp, median, rows)?,
        sigma: sigma.as_ref().map(|sigma| Column::new("sigma", sigma, rows)).transpose()?,
    };
    let Columns { roots, most, count, peak, forward } =
        py.detach(|| quotes.implied(rows)).map_err(|(row, invalid)| refused_at(invalid, row, &shape))?;
    let [roots, peak, forward] = arrays(py, [roots, peak, forward]);
    Ok((roots, most, PyArray1::from_vec(py, count), peak, forward))
}

/// A quote a row.
#[derive(Clone, Copy)]
struct Quotes<'a> {
    prob: Column<'a>,
    spot: Column<'a>,
    strike: Column<'a>,
    days: Column<'a>,
    law: Law<'a>,
    sigma: Option<Column<'a>>,
}

/// What they imply, in columns.
struct Columns {
    roots: Vec<f64>,
    most: usize,
    count: Vec<u8>,
    peak: Vec<f64>,
    forward: Vec<f64>,
}

impl Quotes<'_> {
    fn at(&self, row: usize) -> Result<Quote, Invalid> {
        Ok(Quote {
            prob: self.prob.at(row),
            spot: self.spot.at(row),
            strike: self.strike.at(row),
            days: self.days.at(row),
            drift: self.law.drift(row)?,
            jumps: self.law.jumps(row)?,
        })
    }

    fn implied(&self, rows: usize) -> Result<Columns, (usize, Invalid)> {
        let mut found = Vec::with_capacity(rows);
        let (mut peak, mut forward) = (Vec::with_capacity(rows), Vec::new());
        for row in 0..rows {
            let refused = |invalid| (row, invalid);
            let quote = self.at(row).map_err(refused)?;
            let implied = implied_volatility(&quote).map_err(refused)?;
            peak.push(implied.peak().map_or(f64::NAN, |peak| peak.prob));
            if let Some(sigma) = &self.sigma {
                forward.push(implied_forward(&quote, sigma.at(row)).map_err(refused)?);
            }
            found.push(implied.roots);
        }
        let most = found.iter().map(|roots| roots.as_slice().len()).max().unwrap_or(0).max(1);
        let mut roots = Vec::with_capacity(rows * most);
        for row in &found {
            let of_row = row.as_slice().iter().map(|root| root.sigma);
            roots.extend(of_row.chain(std::iter::repeat(f64::NAN)).take(most));
        }
        let count = found.iter().map(|roots| roots.as_slice().len().min(MANY) as u8).collect();
        Ok(Columns { roots, most, count, peak, forward })
    }
}
