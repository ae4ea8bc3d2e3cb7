//! What a backtest of signals is run with.

use crate::Invalid;
use crate::invalid;
use crate::nowcast::forecast::MAX_HORIZON;
use crate::signal::sizing;
use crate::units::{Cash, Price, Quantity};

/// The most capital there may be, in dollars: what it can buy then still counts exactly.
const MOST_CAPITAL: i64 = 10_000_000;

/// What decides a backtest's result besides the recorded data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// On how many days before it settles an event is traded at most; the nowcast reaches two months.
    pub days: u32,
    /// A count that takes the place of the leader's in leader-strike values, which are scored beside the winner's
    /// probabilities.
    pub strike: Option<f64>,
    /// What there is at first.
    pub capital: Cash,
    /// A position is given up once it has lost this part of what it cost; 1 is never.
    pub stop_loss: f64,
    /// By how much we buy dearer than the others' print at which we are filled.
    pub slippage: Price,
    /// How much is bought by Kelly's rule.
    pub sizing: sizing::Settings,
    /// The most contracts of one order, if there is a limit.
    pub max_order: Option<Quantity>,
    /// The greatest position in a contract, either way, if there is a limit.
    pub max_position: Option<Quantity>,
    /// The seed of the intervals.
    pub rng_seed: u64,
}

impl Default for Config {
    /// Returns the usual settings: 90 days, $10,000, a stop-loss of 20 %, a cent of slippage, and no limits but Kelly's.
    fn default() -> Self {
        Self {
            days: 90,
            strike: None,
            capital: Cash::from_microdollars(10_000_000_000),
            stop_loss: 0.2,
            slippage: Price::literal(100),
            sizing: sizing::Settings::default(),
            max_order: None,
            max_position: None,
            rng_seed: 1,
        }
    }
}

impl Config {
    /// Checks that it can be run.
    ///
    /// # Errors
    ///
    /// Names what is out of range.
    pub fn check(&self) -> Result<(), Invalid> {
        let dollars = self.capital.microdollars() / 1_000_000;
        if !(1..=MOST_CAPITAL).contains(&dollars) {
            let reason = format!("must be from 1 to {MOST_CAPITAL} dollars, got {}", self.capital);
            return Err(Invalid::new("capital", reason));
        }
        if self.days == 0 {
            return Err(Invalid::new("days", "must be at least 1"));
        }
        if !(self.stop_loss > 0.0 && self.stop_loss <= 1.0) {
            let reason = format!("must be more than 0 and at most 1, got {}", self.stop_loss);
            return Err(Invalid::new("stop_loss", reason));
        }
        if let Some(strike) = self.strike {
            invalid::positive("strike", strike)?;
        }
        Ok(())
    }

    /// Returns on how many days before it settles an event is traded.
    pub(super) fn reach(&self) -> i32 {
        self.days.min(MAX_HORIZON as u32) as i32
    }
}
