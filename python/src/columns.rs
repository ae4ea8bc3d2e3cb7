//! Arrays as columns of one length.

use numpy::{Element, PyArray1, PyReadonlyArray1};
use pyo3::prelude::{Bound, PyResult, Python};
use shared::Invalid;

use crate::error::refused;

/// A field of numbers as Python hands it over.
pub(crate) type Field<'py> = PyReadonlyArray1<'py, f64>;

/// The numbers of one field: one for all rows, or one a row.
#[derive(Clone, Copy)]
pub(crate) struct Column<'a, T = f64>(&'a [T]);

impl<'a, T: Copy + Element> Column<'a, T> {
    /// Returns the column that `array` is, for `rows` rows.
    ///
    /// # Errors
    ///
    /// Names `field` if the array has neither one element nor one a row, or if they don't follow each other.
    pub(crate) fn new(
        field: &'static str,
        array: &'a PyReadonlyArray1<'_, T>,
        rows: usize,
    ) -> PyResult<Self> {
        let Ok(values) = array.as_slice() else {
            return Err(refused(&Invalid::new(field, "must be a contiguous array")));
        };
        if values.len() != 1 && values.len() != rows {
            let reason = format!("must have 1 element or {rows}, got {}", values.len());
            return Err(refused(&Invalid::new(field, reason)));
        }
        Ok(Self(values))
    }

    /// Returns the value of a row, of which there must be one.
    #[inline]
    pub(crate) fn at(&self, row: usize) -> T {
        match self.0 {
            [value] => *value,
            values => values[row],
        }
    }
}

/// Returns columns as arrays of Python's.
pub(crate) fn arrays<T: Element, const N: usize>(
    py: Python<'_>,
    columns: [Vec<T>; N],
) -> [Bound<'_, PyArray1<T>>; N] {
    columns.map(|column| PyArray1::from_vec(py, column))
}
