//! Tauroi's brain: everything that decides a number, with no way to reach the outside.
//!
//! This crate compiles to native code and to WebAssembly and gives the same bits on both.
//! It opens no file or socket, reads no clock and draws no entropy: time and random seeds are arguments.

pub mod access;
pub mod alerts;
pub mod api;
pub mod arming;
pub mod attribution;
pub mod backtest;
pub mod belief;
mod bits;
pub mod book;
pub mod calibrated;
pub mod catalyst;
pub mod codec;
pub mod coherence;
pub mod decimal;
pub mod depth;
pub mod desk;
pub mod engine;
pub mod error;
pub mod exchange;
pub mod execution;
pub mod fair;
pub mod faults;
pub mod fees;
pub mod flatten;
pub mod format;
mod invalid;
pub mod ledger;
pub mod local;
pub mod market;
pub mod math;
mod member;
pub mod names;
pub mod nowcast;
pub mod pack;
pub mod parity;
pub mod pieces;
pub mod pricing;
pub mod quoting;
mod random;
pub mod risk;
pub mod scenario;
mod search;
pub mod session;
pub mod settings;
pub mod signal;
pub mod simulation;
pub mod sort;
pub mod spreadsheet;
mod stats;
pub mod stream;
pub mod study;
pub mod table;
pub mod thin;
pub mod units;
pub mod wire;
pub mod world;

pub use invalid::Invalid;

#[cfg(all(test, not(target_arch = "wasm32")))]
#[path = "../tests/corpus/mod.rs"]
mod corpus;
