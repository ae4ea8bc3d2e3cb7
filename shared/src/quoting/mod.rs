//! From belief and position to the quotes we want. It knows no money and no orders: what may rest is for [`crate::risk`] to
//! say, and what does for [`crate::execution`].
//!
//! ```
//! use shared::belief::Belief;
//! use shared::market::{Position, PriceGrid};
//! use shared::quoting::{Numbers, Pricing, Regime, Settings, Targets, View};
//!
//! let numbers = Numbers::new(&Settings { dynamic: false, ..Settings::default() }, 60_000_000);
//! let belief = Belief { fair: 0.42, sd: 0.1, sigma_b: 8.0, z: 0.3, weights: [1.0, 0.0, 0.0] };
//! let (grid, position) = (PriceGrid::linear_cent(), Position::FLAT);
//! let (regime, widening, book) = (Regime::Calm, None, (None, None));
//! let view = View { grid: &grid, belief: &belief, sigma_scale: 8.0, position, regime, widening, book };
//! let targets = Targets::decide(&numbers, Pricing::Single, &view, None);
//! assert_eq!(targets.bid.map(|bid| bid.price.to_string()).as_deref(), Ok("0.3900"));
//! assert_eq!(targets.ask.map(|ask| ask.price.to_string()).as_deref(), Ok("0.4500"));
//! ```

mod amount;
mod coherent;
mod fee_aware;
mod numbers;
pub mod offset;
mod quote;
pub mod reservation;
mod rest;
mod seed;
mod settings;
mod table;
mod tails;
mod targets;
mod terms;
mod toxicity;
mod usual;
mod waterfall;
mod widening;

pub use amount::Nano;
pub(crate) use amount::{nano, nano_of_cents};
pub use coherent::{Coherent, Reservation};
pub use fee_aware::FeeModel;
pub use numbers::Numbers;
pub use quote::{Quote, Quotes, Regime, Withheld};
pub(crate) use seed::dynamic_factor;
pub use settings::{Fair, Offset, Rules, Settings, ZOver};
pub use targets::{Pricing, Targets, View};
pub use terms::{Status, Terms};
pub use toxicity::Toxicity;
pub use usual::UsualSigmaB;
pub use waterfall::{Stage, Waterfall};
pub use widening::{Widening, Widenings};

use crate::belief::Belief;
use crate::market::Position;
