//! A client of Kalshi's REST wire; it talks to the paper exchange as it does to Kalshi.
//!
//! A request ends in one of three ways ([`Failure`] has the other two): it was done, it was refused, or it is **unknown**
//! what became of it. Unknown is never called refused and never asked again blindly: it is reconciled.

mod config;
mod rest;
mod signer;

pub(crate) use self::config::Config;
pub(crate) use self::rest::{Client, Failure};
