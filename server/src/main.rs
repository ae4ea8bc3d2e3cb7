//! Tauroi's hands: the one crate with sockets, files and secrets.

mod cli;
mod clock;
mod files;
#[cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "the desk, which uses the rest of it, is not there yet")
)]
mod kalshi;
mod listeners;
mod markets;
mod paper;
mod tapes;
mod trades;
mod web;

fn main() -> std::process::ExitCode {
    cli::main()
}
