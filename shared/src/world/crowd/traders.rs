//! Who trades: a rival that quotes, takers that know more, and takers that know nothing.

use super::Crowd;
use super::view::Who;
use crate::Invalid;
use crate::exchange::matching::{AccountNumber, Matching, NewOrder, OrderNumber, TimeInForce};
use crate::market::Action;
use crate::units::{Price, Quantity, Timestamp};

/// In how many steps the rival has quoted each contract anew.
const ROUND: i64 = 5;
/// How long its quotes last if it does not come back: fifteen minutes.
const LASTS: i64 = 15 * 60_000_000;
/// Half its spread, and what each contract that it holds moves its quotes by, in dollars.
const HALF_SPREAD: f64 = 0.02;
const SKEW: f64 = 0.000_05;
/// The mean size of its quotes, in contracts.
const QUOTED: f64 = 40.0;

/// In how many steps one of those who know more looks at the market, how far off it must be, in dollars, and how many
/// contracts they take on average.
const LOOKS_A_STEP: f64 = 0.05;
const EDGE: f64 = 0.02;
const TAKEN: f64 = 20.0;

/// How often somebody who knows nothing trades a contract: so often an hour, and more where the outcome is open.
const LEAST_AN_HOUR: f64 = 0.15;
const OPEN_AN_HOUR: f64 = 12.0;
const SMALL: f64 = 12.0;
/// How many of them are in haste: they trade so many contracts on average, and go so far beyond the best price for them, in
/// dollars.
const HASTY: f64 = 0.25;
const LARGE: f64 = 100.0;
const BEYOND: f64 = 0.08;

/// The maker that is there before we come.
pub(super) struct Rival {
    account: AccountNumber,
    /// Its orders in each contract.
    orders: Vec<Vec<OrderNumber>>,
    /// What it last thought that each is worth.
    worth: Vec<f64>,
}

impl Rival {
    pub(super) fn new(account: AccountNumber, contracts: usize) -> Self {
        Self { account, orders: vec![Vec::new(); contracts], worth: vec![0.0; contracts] }
    }
}

/// Returns a number of whole contracts.
fn contracts(number: i64) -> Quantity {
    Quantity::from_contracts(number.clamp(1, 10_000)).unwrap_or(Quantity::ZERO)
}

impl Crowd {
    /// Lets everybody act once. An order that the exchange refuses is one that was not placed.
    pub(super) fn trade(&mut self, now: Timestamp, exchange: &mut Matching) -> Result<(), Invalid> {
        if self.steps % ROUND == 0 {
            self.views.drift(&mut self.random);
            let worth = self.views.worth(Who::Rival, now, &mut self.workspace)?;
            if let Some(rival) = &mut self.rival {
                rival.worth = worth;
            }
        }
        for contract in 0..self.places.len() {
            // All at first, then some at each step.
            if self.steps == 0 || contract as i64 % ROUND == self.steps % ROUND {
                self.quote(now, exchange, contract);
            }
            self.wander(now, exchange, contract);
        }
        if self.random.uniform() < LOOKS_A_STEP {
            self.pick(now, exchange)?;
        }
        Ok(())
    }

    /// Lets the rival quote a contract anew.
    fn quote(&mut self, now: Timestamp, exchange: &mut Matching, contract: usize) {
        let sizes = [Action::Buy, Action::Sell].map(|action| (action, self.random.geometric(QUOTED)));
        let (Some(rival), Some(&market)) = (&mut self.rival, self.places.get(contract)) else { return };
        let (Some(orders), Some(&worth)) = (rival.orders.get_mut(contract), rival.worth.get(contract)) else {
            return;
        };
        for order in orders.drain(..) {
            // It may have been filled, or have ended.
            let _ = exchange.cancel(now, rival.account, order);
        }
        let held =
            exchange.account(rival.account).map_or(0.0, |account| account.position(market).contracts());
        let centre = worth - SKEW * held;
        for (action, size) in sizes {
            let Some(grid) = exchange.markets().get(market).map(|market| &market.listing().grid) else {
                return;
            };
            let price = match action {
                Action::Buy => grid.round_down(Price::nearest(centre - HALF_SPREAD)),
                Action::Sell => grid.round_up(Price::nearest(centre + HALF_SPREAD)),
            };
            let Some(price) = price else { continue };
            let order = NewOrder {
                post_only: true,
                expires: now.checked_add_micros(LASTS),
                ..NewOrder::resting(market, action, price, contracts(size))
            };
            if let Ok(placed) = exchange.place(now, rival.account, &order) {
                orders.push(placed.order);
            }
        }
    }

    /// Lets those who know nothing trade a contract.
    fn wander(&mut self, now: Timestamp, exchange: &mut Matching, contract: usize) {
        let worth = self.rival.as_ref().and_then(|rival| rival.worth.get(contract)).copied().unwrap_or(0.0);
        let an_hour = LEAST_AN_HOUR + OPEN_AN_HOUR * worth * (1.0 - worth);
        for _ in 0..self.random.poisson(an_hour / 60.0) {
            let action = if self.random.uniform() < 0.5 { Action::Buy } else { Action::Sell };
            let is_hasty = self.random.uniform() < HASTY;
            let (mean, beyond) = if is_hasty { (LARGE, BEYOND) } else { (SMALL, 0.0) };
            let count = contracts(self.random.geometric(mean));
            if let Some([_, account]) = self.takers {
                self.take(now, exchange, account, contract, (action, count), beyond);
            }
        }
    }

    /// Lets one of those who know more look at a contract, and take what is wrong by more than the edge.
    fn pick(&mut self, now: Timestamp, exchange: &mut Matching) -> Result<(), Invalid> {
        let contract = (self.random.uniform() * self.places.len() as f64) as usize;
        let count = contracts(self.random.geometric(TAKEN));
        let worth = self.views.worth(Who::Informed, now, &mut self.workspace)?;
        let (Some(&worth), Some([account, _])) = (worth.get(contract), self.takers) else { return Ok(()) };
        let Some(market) = self.places.get(contract).and_then(|place| exchange.markets().get(*place)) else {
            return Ok(());
        };
        let best = |action| market.book().best(action).map(Price::to_dollars);
        let action = if best(Action::Sell).is_some_and(|offer| worth > offer + EDGE) {
            Action::Buy
        } else if best(Action::Buy).is_some_and(|bid| worth < bid - EDGE) {
            Action::Sell
        } else {
            return Ok(());
        };
        self.take(now, exchange, account, contract, (action, count), 0.0);
        Ok(())
    }

    /// Takes what rests on the other side, at prices that are at most so many dollars worse than the best.
    fn take(
        &self,
        now: Timestamp,
        exchange: &mut Matching,
        account: AccountNumber,
        contract: usize,
        (action, count): (Action, Quantity),
        beyond: f64,
    ) {
        let Some(&market) = self.places.get(contract) else { return };
        let Some(at) = exchange.markets().get(market) else { return };
        let other = if action == Action::Buy { Action::Sell } else { Action::Buy };
        let Some(best) = at.book().best(other) else { return };
        let grid = &at.listing().grid;
        let worst = match action {
            Action::Buy => grid.round_down(Price::nearest(best.to_dollars() + beyond)),
            Action::Sell => grid.round_up(Price::nearest(best.to_dollars() - beyond)),
        };
        // Beyond the last price of the grid there is only the best.
        let price = worst.unwrap_or(best);
        let order = NewOrder {
            time_in_force: TimeInForce::ImmediateOrCancel,
            ..NewOrder::resting(market, action, price, count)
        };
        // Nobody waits for the answer.
        let _ = exchange.place(now, account, &order);
    }
}
