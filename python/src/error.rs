//! What can't be accepted, as Python's `ValueError`, under the names that are used there.

use pyo3::PyErr;
use pyo3::exceptions::PyValueError;
use shared::Invalid;

/// The fields that have another name in Python: `lambda` is a word of the language, and the others go with it.
const RENAMED: [(&str, &str); 3] = [("lambda", "lam"), ("muJ", "mu_j"), ("sigJ", "sig_j")];

/// Returns the error for a field that can't be accepted.
pub(crate) fn refused(invalid: &Invalid) -> PyErr {
    let field = named(&invalid.field);
    PyValueError::new_err(format!("{field}: {}", invalid.reason))
}

/// What went wrong with the interpreter let go: an input that can't be accepted, or what Python raised.
pub(crate) struct Failed(PyErr);

impl From<Invalid> for Failed {
    fn from(invalid: Invalid) -> Self {
        Self(refused(&invalid))
    }
}

impl From<PyErr> for Failed {
    fn from(raised: PyErr) -> Self {
        Self(raised)
    }
}

impl From<Failed> for PyErr {
    fn from(Failed(error): Failed) -> Self {
        error
    }
}

/// Returns the error for a field that can't be accepted in one row of arrays of `shape`, which is said where there are
/// several.
pub(crate) fn refused_at(invalid: Invalid, row: usize, shape: &[usize]) -> PyErr {
    if shape.is_empty() {
        return refused(&invalid);
    }
    let Invalid { field, reason } = invalid;
    refused(&Invalid { field, reason: format!("{reason} (at {:?})", place(row, shape)) })
}

/// Returns the field's name in Python, wherever it sits: of `outcomes[3].lambda` the last part is another.
fn named(field: &str) -> String {
    let start = field.rfind('.').map_or(0, |dot| dot + 1);
    let (outer, last) = field.split_at(start);
    let last = RENAMED.iter().find(|(name, _)| *name == last).map_or(last, |(_, python)| python);
    format!("{outer}{last}")
}

/// Returns the indices of a row of an array of `shape`, the last of which runs fastest.
fn place(row: usize, shape: &[usize]) -> Vec<usize> {
    let mut left = row;
    let mut indices: Vec<usize> = shape
        .iter()
        .rev()
        .map(|length| {
            let length = (*length).max(1);
            let index = left % length;
            left /= length;
            index
        })
        .collect();
    indices.reverse();
    indices
}
