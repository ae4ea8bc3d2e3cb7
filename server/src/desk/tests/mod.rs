//! The desk without a socket: its orders against an exchange that does its worst, and its decisions against a backtest's.

#[path = "../../../tests/support/corpus.rs"]
mod corpus;
mod decisions;
mod orders;
