//! The pages, a folder each.

pub(crate) mod market;
pub(crate) mod whatif;
