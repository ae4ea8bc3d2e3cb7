//! What a run held when its events settled, and what a market whose prices are right would have made of that.

use crate::Invalid;
use crate::backtest::{Prepared, RunResult};
use crate::market::Position;
use crate::math::max;
use crate::random::SplitMix64;
use crate::units::{Cash, Price, Quantity};

/// The probabilities of an event's listed contracts; what they leave is that none of them pays.
pub type Outcomes = Vec<f64>;

/// One event's trades under one fill model, in sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// What was received less what was paid, fees included, and what was held in the end, by contract.
    pub(super) contracts: Vec<(Cash, Position)>,
    /// What the market said of the event just before each fill, and how much filled.
    pub(super) fills: Vec<(Outcomes, Quantity)>,
}

impl Held {
    /// Returns what `result` held of each event, in the order of [`Prepared::events`]; it must have its fills.
    ///
    /// # Errors
    ///
    /// Names `events` with the contract whose payout isn't known.
    pub fn of(prepared: &Prepared, result: &RunResult) -> Result<Vec<Self>, Invalid> {
        let mut said = Said::new(prepared);
        let mut fills = result.series.fills.iter().peekable();
        let mut held: Vec<Self> = Vec::with_capacity(prepared.events().len());
        for event in prepared.events() {
            let mut contracts = Vec::with_capacity(event.contracts.len());
            for place in event.contracts.clone() {
                let contract = &prepared.contracts()[place];
                let Some(pays) = contract.pays else {
                    return Err(Invalid::new(
                        "events",
                        format!(
                            "{} has not settled, as far as is known: name a file of contracts that says so",
                            contract.ticker
                        ),
                    ));
                };
                let money = &result.contracts[place];
                let worth = money.position.worth(pays).microdollars();
                contracts.push((Cash::from_microdollars(money.net.microdollars() - worth), money.position));
            }
            held.push(Self { contracts, fills: Vec::new() });
        }
        for (batch, (contract, price)) in prepared.printed().enumerate() {
            while let Some(fill) = fills.next_if(|fill| fill.batch as usize == batch) {
                let event = prepared.contracts()[fill.contract as usize].event;
                held[event].fills.push((said.of(event), fill.count));
            }
            said.take(contract, price);
        }
        Ok(held)
    }

    /// Returns the profit if the contract at that place of the event pays a dollar and the others nothing; none does where it
    /// is beyond them.
    pub fn net(&self, winner: usize) -> Cash {
        let worth = |place: usize, position: Position| {
            if place == winner { position.worth(Price::ONE).microdollars() } else { 0 }
        };
        let all = self.contracts.iter().enumerate();
        let sum = all.map(|(place, (cash, position))| cash.microdollars() + worth(place, *position));
        Cash::from_microdollars(sum.fold(0, i64::saturating_add))
    }

    /// Returns the profit if the winner is drawn from what the market said just before one of the fills, each of which is as
    /// likely as it is large: what a market would have paid whose prices were right when it traded with us.
    pub(crate) fn drawn(&self, rng: &mut SplitMix64) -> Cash {
        let total: i64 = self.fills.iter().map(|(_, count)| count.hundredths()).sum();
        let mut place = rng.uniform() * total as f64;
        for (said, count) in &self.fills {
            place -= count.hundredths() as f64;
            if place < 0.0 {
                return self.net(winner(said, rng));
            }
        }
        self.net(usize::MAX)
    }
}

/// Draws which of the outcomes comes true; none of those listed is beyond them.
pub(crate) fn winner(said: &[f64], rng: &mut SplitMix64) -> usize {
    let mut place = rng.uniform();
    said.iter()
        .position(|p| {
            place -= p;
            place < 0.0
        })
        .unwrap_or(said.len())
}

/// What the last prints of each event say, made to add up to at most one.
pub(crate) struct Said {
    events: Vec<(usize, Outcomes)>,
    of: Vec<usize>,
}

impl Said {
    pub(crate) fn new(prepared: &Prepared) -> Self {
        let events = prepared.events().iter();
        Self {
            events: events.map(|event| (event.contracts.start, vec![0.0; event.contracts.len()])).collect(),
            of: prepared.contracts().iter().map(|contract| contract.event).collect(),
        }
    }

    /// Takes note of a contract's print.
    pub(crate) fn take(&mut self, contract: usize, price: Price) {
        let (start, last) = &mut self.events[self.of[contract]];
        last[contract - *start] = price.to_dollars();
    }

    /// Returns what is said of an event.
    pub(crate) fn of(&self, event: usize) -> Outcomes {
        let (_, last) = &self.events[event];
        let total = max(last.iter().sum(), 1.0);
        last.iter().map(|price| price / total).collect()
    }
}
