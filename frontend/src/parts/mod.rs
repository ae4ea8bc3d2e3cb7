//! Parts that every page is made of, one place each.

pub(crate) mod artist;
pub(crate) mod chart;
pub(crate) mod download;
#[allow(dead_code, reason = "pages come to be made of it one by one")]
pub(crate) mod element;
pub(crate) mod explain;
pub(crate) mod open;
pub(crate) mod opener;
pub(crate) mod slider;
pub(crate) mod state;
pub(crate) mod table;
pub(crate) mod winner_bar;
