//! Parts that every page is made of, one place each.

pub(crate) mod artist;
pub(crate) mod chart;
pub(crate) mod chips;
pub(crate) mod download;
pub(crate) mod drop;
pub(crate) mod edge;
pub(crate) mod element;
pub(crate) mod figures;
pub(crate) mod form;
pub(crate) mod ladder;
pub(crate) mod notices;
pub(crate) mod open;
pub(crate) mod opener;
pub(crate) mod state;
pub(crate) mod table;
pub(crate) mod waterfall;
pub(crate) mod winner_bar;
