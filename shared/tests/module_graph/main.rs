//! No module of `shared` needs one that needs it: what can be read, changed and tested alone stays so.
//!
//! The graph is read from the sources, without what is compiled for tests only and without comments.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod graph;
mod source;

use std::path::Path;

use graph::Graph;
use source::Crate;

/// Fails with each cycle between the modules within `parent`, and where it is.
fn assert_no_cycle(parent: &[&str], least: usize) {
    let sources = Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let graph = Graph::within(parent, &sources);
    assert!(graph.modules().len() > least, "{parent:?} has no more than {:?}", graph.modules());
    let cycles = graph.cycles();
    assert!(cycles.is_empty(), "modules that need each other:\n{}", cycles.join("\n"));
}

#[test]
fn no_top_level_modules_need_each_other() {
    assert_no_cycle(&[], 30);
}

#[test]
fn no_files_of_a_backtest_or_of_what_it_runs_need_each_other() {
    assert_no_cycle(&["backtest"], 20);
    for (folder, least) in [("coherence", 2), ("exchange", 4), ("execution", 4), ("ledger", 0), ("risk", 1)] {
        assert_no_cycle(&[folder], least);
    }
}

#[test]
fn no_files_of_the_exchange_with_books_need_each_other() {
    assert_no_cycle(&["exchange", "matching"], 8);
}

#[test]
fn no_files_of_sizes_or_of_the_backtest_of_signals_need_each_other() {
    assert_no_cycle(&["signal", "sizing"], 7);
    assert_no_cycle(&["signal", "backtest"], 8);
}

/// Returns the cycles within `parent` of a made-up crate.
fn cycles(parent: &[&str], files: &[(&str, &str)]) -> Vec<String> {
    Graph::within(parent, &Crate::of(files)).cycles()
}

#[test]
fn a_cycle_is_named_with_where_it_is() {
    let files = [
        ("lib.rs", "pub mod fees; pub mod market; pub mod units; pub use units::Price;"),
        ("fees.rs", "use crate::{Price, market::{Contract, self}};"),
        ("market/mod.rs", "mod contract; pub use contract::Contract;"),
        ("market/contract.rs", "pub struct Contract { fee: super::super::fees::FeeType }"),
        ("units.rs", "pub struct Price(i64);"),
    ];
    assert_eq!(
        cycles(&[], &files),
        ["fees -> market -> fees (fees.rs: crate::market; market/contract.rs: crate::fees)"]
    );
}

#[test]
fn a_longer_cycle_goes_through_names_at_the_root_and_between_files_of_a_folder() {
    let root = [
        ("lib.rs", "mod a; mod b; mod c; pub use c::Thing;"),
        ("a.rs", "use crate::b;"),
        ("b.rs", "fn f(x: &crate::Thing) {}"),
        ("c.rs", "use crate::a::X as Thing;"),
    ];
    assert_eq!(cycles(&[], &root), ["a -> b -> c -> a (a.rs: crate::b; b.rs: crate::Thing; c.rs: crate::a)"]);
    let folder = [
        ("lib.rs", "mod backtest;"),
        ("backtest/mod.rs", "mod run; mod view; pub use self::{run::{Run, simulate}, view::View};"),
        ("backtest/run.rs", "use super::view::View; pub struct Run;"),
        ("backtest/view.rs", "mod inner { fn f() { super::super::Run } }"),
    ];
    assert_eq!(cycles(&[], &folder), [""; 0]);
    assert_eq!(
        cycles(&["backtest"], &folder),
        [
            "run -> view -> run (backtest/run.rs: crate::backtest::view; backtest/view.rs: crate::backtest::Run)"
        ]
    );
}

#[test]
fn tests_comments_and_texts_need_nothing() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "use crate::b; #[cfg(test)] #[allow(x)] mod tests { use crate::a; fn f() { {} } } struct A;",
        ),
        (
            "b/mod.rs",
            "//! See [`crate::a`]. /* crate::a /* crate::a */ crate::a */
            #[cfg(test)] mod far_tests; #[cfg(test)] use crate::a::{A, B};
            #[cfg(all(test, unix))] fn g() -> [u8; 3] { crate::a::g() }
            fn f<'a>(x: &'a str) { (\"crate::a \\\" crate::a\", r#\"crate::a \" crate::a\"#, b'\"', '\"') }",
        ),
        ("b/far_tests.rs", "use crate::a;"),
    ];
    assert_eq!(cycles(&[], &files), [""; 0]);
    let used = files.map(|(path, text)| (path, text.replace("#[cfg(test)] use", "#[cfg(not(test))] use")));
    let used = used.each_ref().map(|(path, text)| (*path, text.as_str()));
    assert_eq!(cycles(&[], &used).len(), 1);
}
