//! The WebSocket: what a client asks for, and the frames that it is sent.

mod command;
mod frame;
mod message;

pub use command::{Channel, Command, Parameters, UpdateAction};
pub use frame::{CommandError, Frame, Subscribed, Subscription};
pub use message::{FillMessage, MarketLifecycle, OrderbookDelta, OrderbookSnapshot, TradeMessage, UserOrder};
