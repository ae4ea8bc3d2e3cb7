//! The pages, a folder each.

pub(crate) mod lab;
pub(crate) mod market;
pub(crate) mod nowcast;
pub(crate) mod whatif;
