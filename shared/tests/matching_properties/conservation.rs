//! No microdollar is made or lost, nobody owes what was not restated, and the events tell the books.

use std::collections::BTreeMap;

use shared::exchange::matching::{AccountNumber, Amendment, Matching, OrderState, Refusal, What};
use shared::market::Action;
use shared::units::{Cash, Price};

use crate::steps::{ACCOUNTS, Next, Steps};
use crate::{AT_ONE, START, at, exchange, kind, listing, with_each_seed};

/// An exchange, and what its events have told of it.
struct Told {
    exchange: Matching,
    accounts: Vec<AccountNumber>,
    now: i64,
    seq: u64,
    /// Hundredths of a contract by contract, side and price.
    levels: BTreeMap<(usize, bool, Price), i64>,
    /// What is left of each order that rests.
    orders: BTreeMap<u64, i64>,
    was_restated: bool,
}

impl Told {
    fn act(&mut self, next: &Next, steps: &mut Steps) {
        let (now, at_now) = (self.now, at(self.now));
        let Self { exchange, accounts, .. } = self;
        match next.clone() {
            Next::Place { who, mut order, lasts } => {
                order.expires = lasts.map(|lasts| at(now + lasts));
                if let Ok(placed) = exchange.place(at_now, accounts[who], &order) {
                    steps.placed(who, placed.order);
                }
            }
            Next::Cancel { who, order } => {
                let is_owner = exchange.order(order).is_some_and(|order| order.account == accounts[who]);
                let cancelled = exchange.cancel(at_now, accounts[who], order);
                assert!(
                    is_owner
                        || cancelled == Err(Refusal::NoSuchOrder)
                        || cancelled == Err(Refusal::ExchangePaused)
                );
            }
            Next::Decrease { who, order, to } => {
                let _ = exchange.decrease(at_now, accounts[who], order, to);
            }
            Next::Amend { who, order, price, total, lasts } => {
                let expires = lasts.map(|lasts| lasts.map(|lasts| at(now + lasts)));
                let _ = exchange.amend(at_now, accounts[who], order, &Amendment { price, total, expires });
            }
            Next::Wait(micros) => {
                self.now += micros;
                exchange.advance(at(self.now));
            }
            Next::OpenGroup { who, limit } => {
                if let Ok(group) = exchange.open_group(at_now, accounts[who], limit) {
                    steps.grouped(who, group);
                }
            }
            Next::ResetGroup { who, group } => drop(exchange.reset_group(at_now, accounts[who], group)),
            Next::TriggerGroup { who, group } => drop(exchange.trigger_group(at_now, accounts[who], group)),
            Next::LimitGroup { who, group, limit } => {
                let _ = exchange.limit_group(at_now, accounts[who], group, limit);
            }
            Next::DeleteGroup { who, group } => drop(exchange.delete_group(at_now, accounts[who], group)),
            Next::Exchange(state) => exchange.set_exchange(at_now, state),
            Next::Status { market, status } => drop(exchange.set_status(at_now, market, status)),
            Next::Grid { market, grid } => drop(exchange.change_grid(at_now, market, grid)),
            Next::List { lasts } => {
                let fees = exchange.markets()[0].listing().fees;
                exchange.list(at_now, listing(fees, lasts.map(|lasts| now + lasts)));
            }
            Next::Settle { market, value } => drop(exchange.settle(at_now, market, value)),
            Next::Resettle { market, value } => {
                self.was_restated |= exchange.resettle(at_now, market, value).is_ok();
            }
        }
    }

    /// Reads the events.
    fn listen(&mut self) {
        for event in self.exchange.drain() {
            self.seq += 1;
            assert_eq!(event.seq, self.seq);
            match event.what {
                What::Level { market, side, price, change, .. } => {
                    let level = self.levels.entry((market, side == Action::Buy, price)).or_default();
                    *level += change;
                    assert!(*level >= 0);
                    if *level == 0 {
                        self.levels.remove(&(market, side == Action::Buy, price));
                    }
                }
                What::Order { order, .. } if order.state == OrderState::Resting => {
                    self.orders.insert(order.number.0, order.left.hundredths());
                }
                What::Order { order, .. } => {
                    assert!(order.left.is_zero());
                    self.orders.remove(&order.number.0);
                }
                _ => {}
            }
        }
    }

    fn check(&self, makers_pay: bool) {
        let audit = self.exchange.audit();
        assert!(audit.balances(), "{audit:?}");
        for account in &self.accounts {
            let account = self.exchange.account(*account).unwrap();
            assert!(account.reserved() >= Cash::ZERO);
            // Where makers pay nothing and no settlement was corrected, nothing can take what is not there.
            assert!(makers_pay || self.was_restated || account.free() >= Cash::ZERO, "{}", account.free());
        }
        let mut levels = 0;
        for (market, listed) in self.exchange.markets().iter().enumerate() {
            for side in [Action::Buy, Action::Sell] {
                for (price, count) in listed.book().levels(side) {
                    levels += 1;
                    assert_eq!(
                        self.levels.get(&(market, side == Action::Buy, price)),
                        Some(&count.hundredths())
                    );
                }
            }
            let (bid, ask) = (listed.book().best(Action::Buy), listed.book().best(Action::Sell));
            assert!(bid.zip(ask).is_none_or(|(bid, ask)| bid < ask), "a crossed book");
        }
        assert_eq!(levels, self.levels.len());
        let resting = self.accounts.iter().flat_map(|account| self.exchange.resting(*account));
        let resting: BTreeMap<u64, i64> =
            resting.map(|order| (order.number.0, order.left.hundredths())).collect();
        assert_eq!(resting, self.orders);
    }
}

fn episode(seed: u64) {
    let (fees, purse) = kind(seed);
    let (exchange, accounts) = exchange(fees, purse);
    assert_eq!(accounts.len(), ACCOUNTS);
    let mut told = Told {
        exchange,
        accounts,
        now: START,
        seq: 0,
        levels: BTreeMap::new(),
        orders: BTreeMap::new(),
        was_restated: false,
    };
    // Other actions than those that are compared with the naive exchange's.
    let mut steps = Steps::new(seed | 1 << 40);
    for k in 0..AT_ONE {
        let next = steps.next();
        told.act(&next, &mut steps);
        told.listen();
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| told.check(seed % 2 == 1)));
        assert!(checked.is_ok(), "seed {seed}, action {k}: {next:?}");
    }
}

#[test]
fn no_microdollar_is_made_or_lost() {
    with_each_seed(episode);
}
