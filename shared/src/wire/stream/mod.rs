//! The WebSocket: what a client asks for, and the frames that it is sent.

mod amount;
mod command;
mod frame;
mod lifecycle;
mod message;
mod own;
mod scan;
mod scanner;

pub use command::{Channel, Command, Parameters, UpdateAction};
pub use frame::{CommandError, Frame, Indices, Subscribed, Subscription, Underlyings};
pub use lifecycle::{EventLifecycle, MarketLifecycle, MarketMetadata};
pub use message::{OrderbookDelta, OrderbookSnapshot, TickerMessage, TradeMessage};
pub use own::{FillMessage, GroupUpdate, PositionMessage, UserOrder};
pub use scan::ScannedDelta;
