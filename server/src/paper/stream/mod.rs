//! The WebSocket: what is told to whom, what clients may ask, and their sockets.

mod asked;
mod command;
mod lifecycle;
mod numbers;
mod own;
mod position;
mod refused;
mod snapshot;
mod socket;
mod tell;
mod ticker;

pub(super) use self::command::carry_out;
pub(super) use self::lifecycle::tell_event;
pub(super) use self::numbers::Numbers;
pub(super) use self::position::{Positions, tell_positions};
pub(super) use self::socket::open;
pub(super) use self::tell::tell;
pub(super) use self::ticker::{Tickers, tell_tickers};
