//! The paper exchange: [`shared::exchange::matching`] behind Kalshi's own REST and WebSocket wire.
//!
//! ```text
//! rest ──┐               ┌── exchange (shared::exchange::matching)
//!        ├── core (one lock) ── members and their keys, catalogue, history
//! stream ┘               └── hub ──> a bounded queue a client
//!                          ^
//!   crate::clock, world ───┘
//! ```
//!
//! Every request and every step of time takes the one lock, does all of its work at one instant of the exchange's clock,
//! and puts what others must hear into their queues before it lets go: so each client hears everything, in order.

mod behaviour;
mod candles;
mod catalogue;
mod control;
mod core;
mod credentials;
mod faults;
mod hub;
mod ids;
mod journal;
mod keyring;
mod keys;
mod listing;
mod member;
mod names;
mod past;
mod rest;
mod run;
mod strangers;
mod stream;
mod tape;
mod tier;

pub(crate) use self::behaviour::Behaviour;
pub(crate) use self::credentials::{CLOCK_VARIABLE, Credentials};
pub(crate) use self::faults::{File as FaultFile, read as read_faults};
pub(crate) use self::journal::replay;
#[cfg(test)]
pub(crate) use self::keys::FreshKey;
pub(crate) use self::keys::KeyKind;
pub(crate) use self::run::{DEMO_DAYS, Running, Settings, simulate, start};
pub(crate) use self::tape::{Files as TapeFiles, Summary as TapeSummary};
pub(crate) use self::tier::Tier;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
