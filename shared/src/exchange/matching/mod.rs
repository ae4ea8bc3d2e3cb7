//! An exchange with books: many contracts, many accounts, price before time.
//!
//! [`Matching`] is told what somebody wants and when; it answers at once, and keeps what happened as a numbered list of
//! [`Event`]s until they are drained. It reads no clock and draws nothing.
//!
//! There is one book a contract, in YES prices: who buys NO at `1 - p` sells YES at `p`. Every contract is fully paid. A
//! buyer of YES pays `p`, a buyer of NO `1 - p`, and the dollar that they make together lies with the exchange until the
//! contract settles or the two sides are held by one account, which frees it. So cash, what resting orders reserve, fees
//! and a dollar for every open pair always add up to what was paid in: [`Matching::audit`].
//!
//! Source: Kalshi's documentation of orders, order groups and settlement, October 2026.

mod account;
mod amend;
mod audit;
mod book;
mod cancel;
mod engine;
mod events;
mod expiries;
mod find;
mod group;
mod groups;
mod links;
mod listing;
mod numbers;
mod orders;
mod pause;
mod payout;
mod place;
mod plan;
mod refusal;
mod reserve;
mod seat;
mod settle;
mod slots;
mod state;
mod tally;
mod told;
mod trade;

pub use account::{Account, Holding};
pub use audit::Audit;
pub use book::Book;
pub use engine::Matching;
pub use events::{Event, GroupChange, MarketTrade, OwnFill, Reason, What};
pub use group::Group;
pub use listing::{Listing, Market, MarketStatus};
pub use numbers::{AccountNumber, GroupNumber, OrderNumber};
pub use orders::{Amendment, NewOrder, Order, OrderState, SelfTrade, TimeInForce};
pub use place::Placed;
pub use refusal::Refusal;
pub use state::ExchangeState;
pub use told::Called;

#[cfg(test)]
mod tests;
