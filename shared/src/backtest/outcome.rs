//! What a run gives: totals, and the series that charts and logs are made of.

use super::account::Money;
use super::fills::FillModel;
use super::prepared::Prepared;
use crate::quoting::{Quotes, Reason};

/// One fill of ours. Prices are in centi-cents of YES, sizes in hundredths of a contract, money in microdollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OurFill {
    /// The batch it happened in, a place in the tape's order of time.
    pub batch: u32,
    /// The print that filled us.
    pub print: u32,
    /// The contract's place.
    pub contract: u32,
    /// Whether we bought YES.
    pub bought: bool,
    /// The price traded at.
    pub price: i32,
    /// The fair mark just before.
    pub fair: i32,
    /// How much.
    pub count: i64,
    /// What the exchange charged.
    pub fee: i64,
    /// The position afterwards.
    pub position: i64,
}

/// One decision: from now on these quotes shall rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// When it was taken, in microseconds.
    pub at: i64,
    /// The contract's place.
    pub contract: u32,
    /// The contract's last batch by then, whose belief it was taken on.
    pub batch: u32,
    /// The position at the time, in hundredths of a contract.
    pub position: i64,
    /// What changed the mind.
    pub reason: Reason,
    /// What shall rest.
    pub quotes: Quotes,
}

/// What one fill model gave.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The rule for fills.
    pub model: FillModel,
    /// The accounts of the contracts, in the order of [`Prepared::contracts`].
    pub contracts: Vec<Money>,
    /// All contracts together, with the drawdown of all.
    pub total: Money,
    /// The profit of each day that has a print, in microdollars: `(days since 1970, profit)`.
    pub days: Vec<(i64, i64)>,
    /// The series, if they were asked for.
    pub series: Series,
}

/// What happened on the way, as far as it was [asked for](Record).
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// The fills in order of time.
    pub fills: Vec<OurFill>,
    /// The decisions in order of time.
    pub decisions: Vec<Decision>,
    /// Equity of all contracts after each batch, in microdollars.
    pub equity: Vec<i64>,
}

/// What of the way is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Record {
    /// Nothing: totals are enough.
    Totals,
    /// Equity.
    Equity,
    /// Fills and decisions too.
    All,
}

impl Outcome {
    /// Returns the profit of each event, in microdollars, in the order of [`Prepared::events`].
    pub fn events(&self, prepared: &Prepared) -> Vec<i64> {
        let of_event = |event: &super::PreparedEvent| {
            self.contracts
                .get(event.contracts.clone())
                .unwrap_or_default()
                .iter()
                .map(|money| money.net)
                .sum()
        };
        prepared.events().iter().map(of_event).collect()
    }
}
