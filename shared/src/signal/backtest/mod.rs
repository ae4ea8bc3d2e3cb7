//! Whether signals would have made money: recorded events walked through day by day, sized, filled, settled.
//!
//! At the end of each of an event's days, when that day's counts are published, [`evaluate`](crate::signal::evaluate()) says
//! what its contracts are worth by what is known then, and a rule says how much to buy. The others' prints after that fill
//! it. What is said depends on no fill, so it is said once ([`Prepared`]) and handed to the accounts of all rules. One
//! account goes through all events, and what it buys of one it has less for the next.
//!
//! ```no_run
//! use shared::nowcast::fit::Fits;
//! use shared::signal::backtest::{Config, backtest};
//! # let (tapes, contracts, histories) = (Vec::new(), Vec::new(), Vec::new());
//!
//! let config = Config::default();
//! let result = backtest(&tapes, &contracts, &histories, &config, &Fits::weekly()).finish()?;
//! println!("{}", result.json());
//! # Ok::<(), shared::Invalid>(())
//! ```

mod book;
mod config;
mod decide;
mod prepared;
mod replay;
mod report;
mod run;
mod said;
mod score;
mod settled;
mod stress;

pub use book::OurFill;
pub use config::Config;
pub use decide::{Choice, Rule};
pub use prepared::{Event, Listed, Prepared};
pub use replay::{EventMoney, Run};
pub use run::{Backtest, Stressed, backtest};
pub use said::Said;
pub use score::{Compared, Scored};
pub use settled::Authority;
pub use stress::Stress;
