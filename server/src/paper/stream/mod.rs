//! The WebSocket: what is told to whom, what clients may ask, and their sockets.

mod command;
mod socket;
mod tell;

pub(super) use self::command::carry_out;
pub(super) use self::socket::open;
pub(super) use self::tell::tell;
