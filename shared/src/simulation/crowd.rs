//! Who else trades: a few makers around what a contract is worth, and takers. It is made to be quick, and to trade with us;
//! [`crate::world::crowd`] is the one that is made to be lifelike.

use std::collections::VecDeque;

use super::dice::Dice;
use crate::exchange::matching::{AccountNumber, Matching, NewOrder, OrderNumber, Refusal, TimeInForce};
use crate::market::Action;
use crate::units::{Cash, Price, Quantity, Timestamp};

/// What each of the two accounts of the crowd has, in microdollars.
const PURSE: i64 = 10_000_000_000_000;
/// How many orders the crowd has resting in a contract.
const RESTING: usize = 8;
/// How far what a contract is worth moves at each step at most, and where it stays between, in centi-cents.
const MOVES: i64 = 40;
const WITHIN: [i64; 2] = [1_000, 9_000];

/// The crowd of some contracts.
#[derive(Debug)]
pub(super) struct Crowd {
    dice: Dice,
    makers: AccountNumber,
    takers: AccountNumber,
    contracts: Vec<Contract>,
    /// The mean time between two steps, in microseconds.
    pace: i64,
    /// When it next does something.
    next: Option<Timestamp>,
}

#[derive(Debug)]
struct Contract {
    market: usize,
    /// What it is worth, in centi-cents.
    worth: i64,
    resting: VecDeque<OrderNumber>,
}

impl Crowd {
    /// Lets a crowd into some contracts.
    ///
    /// # Errors
    ///
    /// Fails if the exchange can't hold what it brings.
    pub(super) fn join(
        matching: &mut Matching,
        markets: impl Iterator<Item = usize>,
        pace: i64,
        mut dice: Dice,
    ) -> Result<Self, Refusal> {
        let mut purse = || {
            let account = matching.open_account();
            matching.pay(account, Cash::from_microdollars(PURSE)).map(|()| account)
        };
        let (makers, takers) = (purse()?, purse()?);
        let contracts = markets
            .map(|market| Contract { market, worth: dice.between(2_000, 8_000), resting: VecDeque::new() })
            .collect();
        Ok(Self { dice, makers, takers, contracts, pace, next: Some(matching.now()) })
    }

    /// Returns when it next does something.
    pub(super) const fn next(&self) -> Option<Timestamp> {
        self.next
    }

    /// Ends it.
    pub(super) const fn leave(&mut self) {
        self.next = None;
    }

    /// Does something in one of the contracts. What the exchange refuses was not done.
    pub(super) fn step(&mut self, now: Timestamp, matching: &mut Matching) {
        let Self { dice, makers, takers, contracts, pace, next } = self;
        *next = now.checked_add_micros(dice.wait(*pace));
        let place = dice.between(0, contracts.len() as i64 - 1) as usize;
        let Some(contract) = contracts.get_mut(place) else { return };
        contract.worth = (contract.worth + dice.between(-MOVES, MOVES)).clamp(WITHIN[0], WITHIN[1]);
        let action = if dice.chance(0.5) { Action::Buy } else { Action::Sell };
        let sign = if action == Action::Buy { 1 } else { -1 };
        let count = Quantity::from_hundredths(if dice.chance(0.2) {
            dice.between(1, 999)
        } else {
            100 * dice.between(1, 12)
        });
        let Ok(count) = count else { return };
        let cents = |centicents: i64| Price::from_cents((centicents / 100).clamp(1, 99));
        if contract.resting.len() < RESTING || dice.chance(0.6) {
            if contract.resting.len() >= RESTING
                && let Some(oldest) = contract.resting.pop_front()
            {
                // It may have traded.
                let _ = matching.cancel(now, *makers, oldest);
            }
            let away = 100 * dice.between(1, 9);
            let Ok(price) = cents(contract.worth - sign * away) else { return };
            let order =
                NewOrder { post_only: true, ..NewOrder::resting(contract.market, action, price, count) };
            if let Ok(placed) = matching.place(now, *makers, &order) {
                contract.resting.push_back(placed.order);
            }
            return;
        }
        // Who takes pays a little more than it is worth; some don't look.
        let beyond = if dice.chance(0.1) { 2_000 } else { 100 * dice.between(0, 4) };
        let Ok(price) = cents(contract.worth + sign * beyond) else { return };
        let order = NewOrder {
            time_in_force: TimeInForce::ImmediateOrCancel,
            ..NewOrder::resting(contract.market, action, price, count)
        };
        let _ = matching.place(now, *takers, &order);
    }
}
