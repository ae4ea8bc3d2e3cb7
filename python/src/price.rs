//! The digital, row by row.

use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::{Bound, PyResult, Python, pyfunction};
use shared::Invalid;
use shared::pricing::digital::{Drift, Greeks, Jumps, MertonDigital, Parameters};

use crate::columns::{Column, Field, arrays};
use crate::error::refused_at;

/// The columns that [`price`] returns: the probabilities and the price, then the Greeks in the order of [`Greeks`].
const VALUES: usize = 3;
const GREEKS: usize = 8;

/// What is assumed of a count: columns that several models have.
#[derive(Clone, Copy)]
pub(crate) struct Law<'a> {
    b: Column<'a>,
    lambda: Column<'a>,
    mu_j: Column<'a>,
    sig_j: Column<'a>,
    compensated: Column<'a, bool>,
    /// Whether the spot is the forward median, in all rows.
    median: bool,
}

impl<'a> Law<'a> {
    /// Returns the law of `rows` rows: `b`, `lambda`, `muJ` and `sigJ`, and whether jumps are taken out of the trend.
    pub(crate) fn new(
        [b, lambda, mu_j, sig_j]: [&'a Field<'_>; 4],
        compensated: &'a PyReadonlyArray1<'_, bool>,
        median: bool,
        rows: usize,
    ) -> PyResult<Self> {
        Ok(Self {
            b: Column::new("b", b, rows)?,
            lambda: Column::new("lambda", lambda, rows)?,
            mu_j: Column::new("muJ", mu_j, rows)?,
            sig_j: Column::new("sigJ", sig_j, rows)?,
            compensated: Column::new("comp", compensated, rows)?,
            median,
        })
    }

    /// Returns the drift of a row.
    #[inline]
    pub(crate) fn drift(&self, row: usize) -> Result<Drift, Invalid> {
        let b = self.b.at(row);
        match (self.median, self.compensated.at(row)) {
            (false, true) => Ok(Drift::Compensated { b }),
            (false, false) => Ok(Drift::Raw { b }),
            (true, compensated) => Drift::median(b, compensated),
        }
    }

    /// Returns the jumps of a row.
    #[inline]
    pub(crate) fn jumps(&self, row: usize) -> Result<Jumps, Invalid> {
        Jumps::new(self.lambda.at(row), self.mu_j.at(row), self.sig_j.at(row))
    }
}

/// Returns the probabilities and the price of each row, and with `greeks` the derivatives, NaN where they don't exist.
///
/// `fields` are `S`, `K`, `T_days`, `sigma` and `r`, `law` as [`Law::new`] has it. Every array has one element, or one for
/// each row of `shape`.
#[pyfunction]
#[pyo3(signature = (shape, fields, law, comp, median, greeks))]
#[expect(clippy::needless_pass_by_value, reason = "what Python hands over is owned")]
pub(crate) fn price<'py>(
    py: Python<'py>,
    shape: Vec<usize>,
    fields: [Field<'py>; 5],
    law: [Field<'py>; 4],
    comp: PyReadonlyArray1<'py, bool>,
    median: bool,
    greeks: bool,
) -> PyResult<Vec<Bound<'py, PyArray1<f64>>>> {
    let rows = shape.iter().product();
    let [spot, strike, days, sigma, rate] = &fields;
    let digitals = Digitals {
        spot: Column::new("S", spot, rows)?,
        strike: Column::new("K", strike, rows)?,
        days: Column::new("T_days", days, rows)?,
        sigma: Column::new("sigma", sigma, rows)?,
        law: Law::new(law.each_ref(), &comp, median, rows)?,
        rate: Column::new("r", rate, rows)?,
    };
    let at = |(row, invalid)| refused_at(invalid, row, &shape);
    Ok(if greeks {
        arrays(py, py.detach(|| digitals.with_greeks(rows)).map_err(at)?).into()
    } else {
        arrays(py, py.detach(|| digitals.values(rows)).map_err(at)?).into()
    })
}

/// A digital a row.
#[derive(Clone, Copy)]
struct Digitals<'a> {
    spot: Column<'a>,
    strike: Column<'a>,
    days: Column<'a>,
    sigma: Column<'a>,
    law: Law<'a>,
    rate: Column<'a>,
}

/// A row that can't be priced, and why.
type Refused = (usize, Invalid);

impl Digitals<'_> {
    #[inline]
    fn at(&self, row: usize) -> Result<MertonDigital, Refused> {
        let digital = || {
            MertonDigital::new(&Parameters {
                spot: self.spot.at(row),
                strike: self.strike.at(row),
                days: self.days.at(row),
                drift: self.law.drift(row)?,
                sigma: self.sigma.at(row),
                jumps: self.law.jumps(row)?,
                rate: self.rate.at(row),
            })
        };
        digital().map_err(|invalid| (row, invalid))
    }

    fn values(&self, rows: usize) -> Result<[Vec<f64>; VALUES], Refused> {
        let [mut yes, mut no, mut price] = [(); VALUES].map(|()| Vec::with_capacity(rows));
        for row in 0..rows {
            let value = self.at(row)?.value();
            yes.push(value.prob_yes);
            no.push(value.prob_no);
            price.push(value.price);
        }
        Ok([yes, no, price])
    }

    fn with_greeks(&self, rows: usize) -> Result<[Vec<f64>; VALUES + GREEKS], Refused> {
        let mut columns = [(); VALUES + GREEKS].map(|()| Vec::with_capacity(rows));
        for row in 0..rows {
            let (value, greeks) = self.at(row)?.value_and_greeks();
            let values = [value.prob_yes, value.prob_no, value.price];
            let greeks = greeks.as_ref().map_or([f64::NAN; GREEKS], Greeks::to_array);
            for (column, value) in columns.iter_mut().zip(values.into_iter().chain(greeks)) {
                column.push(value);
            }
        }
        Ok(columns)
    }
}
