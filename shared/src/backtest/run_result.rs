//! What a run gives: totals, and the series that charts and logs are made of.

use super::money::Money;
use super::prepared::{Prepared, PreparedEvent};
use crate::exchange::{FillModel, OrderId};
use crate::execution::Reason;
use crate::market::{Action, Position};
use crate::quoting::Quotes;
use crate::units::{Cash, Price, Quantity};

/// One fill of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OurFill {
    /// When, in microseconds.
    pub at: i64,
    /// The batch it happened in, or the last one before it: a place in the tape's order of time.
    pub batch: u32,
    /// The print that filled us; in recorded books, the event.
    pub print: u32,
    /// The contract's place.
    pub contract: u32,
    /// Which of our orders: each event's are numbered from 1.
    pub order: OrderId,
    /// Whether we bought or sold YES.
    pub action: Action,
    /// The YES price that the order had.
    pub quoted: Price,
    /// The YES price traded at.
    pub price: Price,
    /// The fair mark just before.
    pub fair: Price,
    /// How much.
    pub count: Quantity,
    /// What the exchange charged.
    pub fee: Cash,
    /// The position afterwards.
    pub position: Position,
}

impl OurFill {
    /// Whether we bought YES.
    pub fn is_bought(&self) -> bool {
        self.action == Action::Buy
    }
}

/// One decision: from now on these quotes shall rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// When it was taken, in microseconds.
    pub at: i64,
    /// The contract's place.
    pub contract: u32,
    /// The fair value that it was taken on, dollars.
    pub fair: f64,
    /// The position at the time.
    pub position: Position,
    /// What changed the mind.
    pub reason: Reason,
    /// What shall rest.
    pub quotes: Quotes,
}

/// What one fill model gave.
#[derive(Debug, Clone)]
pub struct RunResult {
    /// The rule for fills.
    pub model: FillModel,
    /// What each contract brought in, in the order of [`Prepared::contracts`].
    pub contracts: Vec<Money>,
    /// All contracts together, with the drawdown of all.
    pub total: Money,
    /// The profit of each day on which something was printed or settled: `(days since 1970, profit)`.
    pub days: Vec<(i64, Cash)>,
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
    /// Equity of all contracts after each batch.
    pub equity: Vec<Cash>,
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

impl RunResult {
    /// Returns the profit of each event, in the order of [`Prepared::events`].
    pub fn events(&self, prepared: &Prepared) -> Vec<Cash> {
        let of_event = |event: &PreparedEvent| {
            let contracts = self.contracts.get(event.contracts.clone()).unwrap_or_default();
            // The total holds the sum of all contracts, so that it holds that of some.
            let net = contracts.iter().map(|money| money.net.microdollars()).fold(0, i64::saturating_add);
            Cash::from_microdollars(net)
        };
        prepared.events().iter().map(of_event).collect()
    }
}
