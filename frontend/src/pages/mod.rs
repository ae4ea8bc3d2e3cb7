//! The pages, a folder each, and their table: `docs/pages.md` adds one.

pub(crate) mod depth;
pub(crate) mod desk;
pub(crate) mod evidence;
pub(crate) mod lab;
pub(crate) mod market;
pub(crate) mod nowcast;
pub(crate) mod signals;
pub(crate) mod team;
pub(crate) mod whatif;

use shared::access::is_page;

use crate::route::Page;

/// The pages in the order of the navigation; any address that names none of them is the first one's.
pub(crate) static PAGES: [&Page; 9] = [
    &whatif::PAGE,
    &market::PAGE,
    &nowcast::PAGE,
    &signals::PAGE,
    &lab::PAGE,
    &evidence::PAGE,
    &depth::PAGE,
    &desk::PAGE,
    &team::PAGE,
];

/// The server keeps what is saved of pages that `shared` knows: a page that it does not know is found out here.
const _: () = {
    let mut rest: &[&Page] = &PAGES;
    while let [page, others @ ..] = rest {
        assert!(is_page(page.path), "shared::access::is_page must know every page");
        rest = others;
    }
};
