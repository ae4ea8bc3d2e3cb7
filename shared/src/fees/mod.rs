//! Kalshi's fee schedule, to the last rounding step.
//!
//! A fill's fee starts as an exact [`ModelFee`] of the series' [`FeeSchedule`]. How it is rounded depends on
//! the trade's time ([`FeeRule`], [`RoundingRule`]) and on who holds the account ([`Membership`]); what rounding took in
//! excess is given back across the fills of an order ([`OrderFees`]).
//!
//! ```
//! use shared::fees::{FeeMultiplier, FeeRule, FeeSchedule, FeeType, Fill, Membership, OrderFees, Role};
//! use shared::market::Action;
//!
//! let schedule = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE)?;
//! let mut order = OrderFees::new(schedule, Membership::Direct);
//! let fee = order.fill(&Fill {
//!     rule: FeeRule::at("2026-11-21T12:00:00Z".parse()?),
//!     role: Role::Taker,
//!     action: Action::Buy,
//!     price: "0.37".parse()?,
//!     count: "10".parse()?,
//! })?;
//! assert_eq!(fee.net.to_string(), "0.163200");
//! assert_eq!(fee.balance_change.to_string(), "-3.863200");
//! # Ok::<(), shared::Invalid>(())
//! ```

mod basket;
mod catalogue;
mod dated;
mod edge;
mod model;
mod order;
mod rounding;
mod schedule;

pub use crate::market::{FeeMultiplier, FeeType};
pub use basket::{Basket, Touch};
pub use catalogue::KnownSeries;
pub use dated::FeeRule;
pub use edge::{Edge, Quotes};
pub use model::ModelFee;
pub(crate) use order::PriceFees;
pub use order::{Fill, OrderFees};
pub use rounding::{FeeAccumulator, FillFee, Membership, RoundingRule};
pub use schedule::{FeeSchedule, Role};

#[cfg(test)]
mod recorded_tests;
#[cfg(test)]
mod tests;
