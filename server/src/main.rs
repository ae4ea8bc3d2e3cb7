//! Tauroi's hands: the one crate with sockets, files and secrets.

mod cli;
mod clock;
mod desk;
mod environment;
mod files;
mod kalshi;
mod listeners;
mod markets;
mod paper;
#[expect(dead_code, unused_imports, reason = "its caller, `tauroi signal`, is in the making")]
mod sources;
mod tapes;
mod trades;
mod web;

fn main() -> std::process::ExitCode {
    cli::main()
}
