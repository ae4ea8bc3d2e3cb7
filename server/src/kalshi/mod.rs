//! A client of Kalshi's wire; it talks to the paper exchange as it does to Kalshi.
//!
//! A request ends in one of three ways ([`Failure`] has the other two): it was done, it was refused, or it is **unknown**
//! what became of it. Unknown is never called refused and never asked again blindly: it is reconciled.

mod access;
mod budget;
mod config;
mod discovery;
mod feed;
mod rest;
mod signer;
mod signing;
#[cfg(test)]
mod tests;

pub(crate) use self::config::Config;
pub(crate) use self::discovery::{Open, fees, open_events};
pub(crate) use self::feed::{Feed, Heard, What, listen};
pub(crate) use self::rest::{Client, Failure, Sending, SentAt};
