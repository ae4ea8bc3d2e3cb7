//! A desk simulated against an exchange that does its worst: one thread, virtual time, everything drawn from one seed.
//!
//! ```text
//! Schedule (a seed, or part of one) ──> World ── Venue: books, accounts, answers, frames
//!                                         │         ^ requests      │ answers, frames
//!                                         │      Weather: late, lost, doubled, cut
//!                                         │         │               v
//!                                         ├── Shell: clock, disk, process ──> Trader (the desk)
//!                                         ├── Crowd
//!                                         └── Monitor ──> Violation
//! ```
//!
//! As `FoundationDB` (Zhou et al., SIGMOD 2021) and `TigerBeetle` are tested. The same seed gives the same simulation to the last
//! bit. What is violated is a value with the time; the loop never panics over it.

mod budget;
mod crowd;
mod dice;
mod fault;
mod happens;
mod journal;
mod monitor;
mod requests;
mod rules;
mod run;
mod schedule;
mod shell;
mod shrink;
mod trace;
mod trader;
mod venue;
mod violation;
mod weather;
mod world;
mod worst;
mod written;

pub use fault::{Fault, Kind};
pub use run::simulate;
pub use schedule::{LEAST_MICROS, MOST_CONTRACTS, Schedule};
pub use shrink::shrink;
pub use trader::Trader;
pub use violation::{Rule, Violation};
pub use world::{Looks, Report, Unfit};
