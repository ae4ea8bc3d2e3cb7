//! From belief to the quotes we want: a pure step, `(state, event, now) -> commands`, without I/O.
//!
//! Contracts are named by their place in the event's list. The same step runs in a backtest, under a slider
//! and, later, live: whoever drives it tells what happened and when, and carries out what it answers.
//!
//! ```
//! use shared::backtest::{Config, Preset};
//! use shared::quoting::{Belief, Event, Quoter, Terms};
//!
//! let config = Config::preset(Preset::SeedFixed3);
//! let mut quoter = Quoter::new(&config.parameters(), vec![Terms::default()])?;
//! let belief = Belief { fair: 0.42, sd: 0.1, sigma_b: 8.0, z: 0.3, alarm: 0.0 };
//! let mut commands = Vec::new();
//! let now = "2026-02-01T19:00:49Z".parse()?;
//! quoter.step(now, &Event::Belief { contract: 0, belief }, &mut |command| commands.push(command))?;
//! let quotes = commands[0].quotes;
//! assert_eq!(quotes.bid.map(|bid| bid.price.to_string()).as_deref(), Some("0.3900"));
//! assert_eq!(quotes.ask.map(|ask| ask.price.to_string()).as_deref(), Some("0.4500"));
//! # Ok::<(), shared::Invalid>(())
//! ```

mod account;
mod agreement;
mod amount;
pub mod coherence;
mod coherent;
mod contract;
mod decision;
mod explain;
mod fee_aware;
mod finish;
pub mod offset;
mod parameters;
mod position;
mod quoter;
pub mod reservation;
mod rules;
mod seed;
mod settings;
mod step;
mod toxicity;
mod watch;

pub use agreement::Agreement;
pub use contract::Terms;
pub use decision::{Decision, Reason, Regime, SideDecision, Stage, Withheld};
pub use explain::{Explanation, Step};
pub use fee_aware::FeeModel;
pub use parameters::Parameters;
pub use position::Position;
pub use quoter::Quoter;
pub use settings::{Offset, Rules, Settings};
pub use step::{Belief, Command, Event, Quote, Quotes};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod watch_tests;
