//! The range of a model's inputs: inside it, no product or quotient overflows.

use crate::Invalid;
use crate::invalid::{finite, non_negative, positive};

/// The least size of an input that isn't 0.
pub(super) const LEAST: f64 = 1e-50;
/// The greatest size of an input.
pub(super) const GREATEST: f64 = 1e50;

/// Checks that `value` is finite, and 0 or of a size from 1e-50 to 1e50.
#[inline]
pub(super) fn any_sign(field: &'static str, value: f64) -> Result<f64, Invalid> {
    let size = value.abs();
    if (LEAST..=GREATEST).contains(&size) || size == 0.0 { Ok(value) } else { Err(outside(field, value)) }
}

/// Checks that `value` is 0 or from 1e-50 to 1e50.
#[inline]
pub(super) fn from_zero(field: &'static str, value: f64) -> Result<f64, Invalid> {
    if (LEAST..=GREATEST).contains(&value) || value == 0.0 {
        Ok(value)
    } else {
        Err(negative_or_outside(field, value))
    }
}

/// Checks that `value` is from 1e-50 to 1e50.
#[inline]
pub(super) fn above_zero(field: &'static str, value: f64) -> Result<f64, Invalid> {
    if (LEAST..=GREATEST).contains(&value) { Ok(value) } else { Err(not_positive_or_outside(field, value)) }
}

#[cold]
fn negative_or_outside(field: &'static str, value: f64) -> Invalid {
    non_negative(field, value).err().unwrap_or_else(|| outside(field, value))
}

#[cold]
fn not_positive_or_outside(field: &'static str, value: f64) -> Invalid {
    positive(field, value).err().unwrap_or_else(|| outside(field, value))
}

#[cold]
fn outside(field: &'static str, value: f64) -> Invalid {
    let unbounded =
        || Invalid::new(field, format!("must be 0 or of a size from 1e-50 to 1e50, got {value:e}"));
    finite(field, value).err().unwrap_or_else(unbounded)
}
