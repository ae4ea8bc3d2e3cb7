//! The one error for an input that a function can't accept.

use std::borrow::Cow;

/// An input outside what a function accepts: which field, and why.
///
/// The field's name is the one a user typed or a JSON line carried (`sigma`, `outcomes[3].s`),
/// so that the message can be shown as it is.
///
/// ```
/// let bad = shared::Invalid::new("sigma", "must not be negative, got -0.1");
/// assert_eq!(bad.to_string(), "sigma: must not be negative, got -0.1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Invalid {
    /// The name of the field, as the caller's user knows it.
    pub field: Cow<'static, str>,
    /// What is wrong with it, with the value that was given.
    pub reason: String,
}

impl Invalid {
    /// Names `field` as unacceptable because of `reason`.
    #[cold]
    #[inline(never)]
    pub fn new(field: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }

    /// Prefixes the field with where it sits: `s` in `outcomes[3]` becomes `outcomes[3].s`.
    #[must_use]
    pub fn within(self, outer: impl std::fmt::Display) -> Self {
        Self { field: format!("{outer}.{}", self.field).into(), reason: self.reason }
    }
}

/// The most characters of a refused text that an error repeats.
const QUOTED_CHARS: usize = 40;

/// Returns `text` in quotes, shortened if it is long, for an error message.
pub(crate) fn quoted(text: &str) -> String {
    if text.chars().nth(QUOTED_CHARS).is_none() {
        format!("{text:?}")
    } else {
        let start: String = text.chars().take(QUOTED_CHARS).collect();
        format!("{start:?}...")
    }
}

/// Checks that `value` is a finite number.
pub(crate) fn finite(field: &'static str, value: f64) -> Result<f64, Invalid> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Invalid::new(field, format!("must be a finite number, got {value}")))
    }
}

/// Checks that `value` is finite and greater than zero.
pub(crate) fn positive(field: &'static str, value: f64) -> Result<f64, Invalid> {
    finite(field, value)?;
    if value > 0.0 {
        Ok(value)
    } else {
        Err(Invalid::new(field, format!("must be greater than zero, got {value}")))
    }
}

/// Checks that `value` is finite and not below zero.
pub(crate) fn non_negative(field: &'static str, value: f64) -> Result<f64, Invalid> {
    finite(field, value)?;
    if value >= 0.0 {
        Ok(value)
    } else {
        Err(Invalid::new(field, format!("must not be negative, got {value}")))
    }
}
