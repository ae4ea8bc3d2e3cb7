//! The searches for a minimum, named by what they can search: deterministic, and of functions of a few variables.

mod any;
mod smooth;

pub(crate) use any::minimise_any;
pub(crate) use smooth::minimise_smooth;
