//! The pages, a folder each.

pub(crate) mod contract;
