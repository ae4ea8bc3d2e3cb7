//! The pages, a folder each, and their table: `docs/pages.md` adds one.

pub(crate) mod depth;
pub(crate) mod desk;
pub(crate) mod evidence;
pub(crate) mod lab;
pub(crate) mod market;
pub(crate) mod nowcast;
pub(crate) mod signals;
pub(crate) mod whatif;

use crate::route::Page;

/// The pages in the order of the navigation; any address that names none of them is the first one's.
pub(crate) static PAGES: [&Page; 8] = [
    &whatif::PAGE,
    &market::PAGE,
    &nowcast::PAGE,
    &signals::PAGE,
    &lab::PAGE,
    &evidence::PAGE,
    &depth::PAGE,
    &desk::PAGE,
];
