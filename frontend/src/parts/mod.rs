//! Parts that every page is made of, one place each.

pub(crate) mod chart;
pub(crate) mod slider;
pub(crate) mod state;
