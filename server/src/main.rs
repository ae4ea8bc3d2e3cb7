//! Tauroi's hands: the one crate with sockets, files and secrets.

mod alerts;
mod books;
mod cli;
mod clock;
#[cfg(test)]
#[path = "../tests/support/corpus.rs"]
mod corpus;
mod database;
mod desk;
mod environment;
mod fanout;
mod files;
mod hexadecimal;
mod history;
mod kalshi;
mod listeners;
mod markets;
mod metrics;
mod paper;
mod people;
#[cfg(test)]
#[path = "../tests/support/postgres.rs"]
mod postgres;
mod record;
mod signals;
mod sources;
mod store;
mod studies;
mod tapes;
mod told;
mod traces;
mod trades;
mod watch;
mod web;

fn main() -> std::process::ExitCode {
    cli::main()
}
