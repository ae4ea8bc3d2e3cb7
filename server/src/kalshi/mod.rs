//! A client of Kalshi's wire; it talks to the paper exchange as it does to Kalshi.
//!
//! A request ends in one of three ways ([`Failure`] has the other two): it was done, it was refused, or it is **unknown**
//! what became of it. Unknown is never called refused and never asked again blindly: it is reconciled.

mod access;
mod ahead;
mod budget;
mod catalogue;
mod config;
mod discovery;
mod feed;
#[allow(dead_code, reason = "a benchmark measures it")]
mod measured;
mod poll;
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the exchange's whole surface is here, and tried; not all is asked yet")
)]
mod rest;
mod signer;
mod signing;
mod stock;
#[cfg(test)]
mod tests;

pub(crate) use self::catalogue::{Catalogue, Facts};
pub(crate) use self::config::Config;
pub(crate) use self::discovery::{Open, charged, exclusive, fees, open_events, trading_status};
#[cfg(test)]
pub(crate) use self::feed::Ear;
pub(crate) use self::feed::{Ask, Feed, Heard, Tap, What, listen};
#[allow(unused_imports, reason = "a benchmark measures it")]
pub(crate) use self::measured::OrderPath;
pub(crate) use self::poll::{EVERY as POLLED_EVERY, Poll, Round};
pub(crate) use self::rest::{Client, Failure, Sending, SentAt};
#[cfg_attr(not(test), allow(unused_imports, reason = "what history is asked with"))]
pub(crate) use self::rest::{Cursor, EventsAsked, MarketsAsked, Part, Period, Tier, TradesAsked};
pub(crate) use self::signing::Ready;

/// Returns the signature of some text by a key in PEM.
#[cfg(test)]
pub(crate) fn signs_with(pem: &str) -> anyhow::Result<String> {
    signer::Signer::from_pem(pem)?.sign("1703123456789GET/trade-api/v2/portfolio/balance")
}

/// Returns as how many of the exchange's answers a body is taken.
#[cfg(test)]
pub(crate) fn taken_as(body: &[u8]) -> usize {
    tests::answers::taken_as(body)
}
