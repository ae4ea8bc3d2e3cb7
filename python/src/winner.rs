//! Which of many outcomes wins, row by row.

use numpy::PyArray1;
use pyo3::prelude::{Bound, PyResult, Python, pyfunction};
use shared::Invalid;
use shared::pricing::winner::{Outcome, Unlisted, WinnerTakeAll, Workspace};

use crate::columns::{Column, Field, arrays};
use crate::error::{refused, refused_at};

/// The fields of outcomes: `a`, `s`, `beta`, `T`, `sigma`, `lambda`, `muJ`, `sigJ`.
const FIELDS: usize = 8;

/// Returns for each row the probabilities of its outcomes, OTHER's where there is one, and the error estimates.
///
/// Each of `fields` has `outcomes` elements for each row of `shape`. An outcome is normal where `with_jumps` is 0. The last
/// outcome is OTHER where it `competes`; else `other` is its probability, one or one a row.
#[pyfunction]
#[pyo3(signature = (shape, outcomes, fields, with_jumps, competes, other))]
#[expect(clippy::needless_pass_by_value, reason = "what Python hands over is owned")]
pub(crate) fn winner<'py>(
    py: Python<'py>,
    shape: Vec<usize>,
    outcomes: usize,
    fields: [Field<'py>; FIELDS],
    with_jumps: numpy::PyReadonlyArray1<'py, bool>,
    competes: bool,
    other: Option<Field<'py>>,
) -> PyResult<[Bound<'py, PyArray1<f64>>; 3]> {
    let rows: usize = shape.iter().product();
    if outcomes <= usize::from(competes) {
        return Err(refused(&Invalid::new("outcomes", "must be at least one")));
    }
    let all = rows * outcomes;
    let mut columns = Vec::with_capacity(FIELDS);
    for (name, field) in ["a", "s", "beta", "T", "sigma", "lambda", "muJ", "sigJ"].into_iter().zip(&fields) {
        columns.push(Column::new(name, field, all)?);
    }
    let Ok(columns) = columns.try_into() else {
        return Err(refused(&Invalid::new("fields", "must be eight arrays")));
    };
    let races = Races {
        columns,
        with_jumps: Column::new("s", &with_jumps, all)?,
        outcomes,
        competes,
        other: other.as_ref().map(|other| Column::new("other", other, rows)).transpose()?,
    };
    let won = py.detach(|| races.won(rows));
    won.map(|won| arrays(py, won)).map_err(|(row, invalid)| refused_at(invalid, row, &shape))
}

/// A list of outcomes a row.
struct Races<'a> {
    columns: [Column<'a>; FIELDS],
    with_jumps: Column<'a, bool>,
    outcomes: usize,
    competes: bool,
    other: Option<Column<'a>>,
}

impl Races<'_> {
    fn won(&self, rows: usize) -> Result<[Vec<f64>; 3], (usize, Invalid)> {
        let [mut listed, mut others, mut errors] = [const { Vec::new() }; 3];
        let mut workspace = Workspace::new();
        let mut outcomes = Vec::with_capacity(self.outcomes);
        for row in 0..rows {
            outcomes.clear();
            outcomes.extend((0..self.outcomes).map(|i| self.outcome(row * self.outcomes + i)));
            let unlisted = match (self.competes.then(|| outcomes.pop()).flatten(), &self.other) {
                (Some(other), _) => Unlisted::Competes(other),
                (None, Some(mass)) => Unlisted::Mass(mass.at(row)),
                (None, None) => Unlisted::Excluded,
            };
            let won = WinnerTakeAll::new(&outcomes, unlisted)
                .and_then(|race| race.probabilities(&mut workspace))
                .map_err(|invalid| (row, invalid))?;
            listed.extend_from_slice(won.listed());
            others.extend(won.other());
            errors.push(won.error_estimate());
        }
        Ok([listed, others, errors])
    }

    fn outcome(&self, place: usize) -> Outcome {
        let [a, s, beta, years, sigma, lambda, mu_j, sig_j] = self.columns.map(|column| column.at(place));
        if self.with_jumps.at(place) {
            Outcome::Merton { a, years, sigma, lambda, mu_j, sig_j, beta }
        } else {
            Outcome::Normal { a, s, beta }
        }
    }
}
