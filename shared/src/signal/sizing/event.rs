//! An event's contracts as a problem of the best portfolio.

use super::bet::{Account, Bet};
use super::order::Charges;
use super::settings::Settings;
use super::shrink::shrink;
use crate::Invalid;
use crate::market::Side;
use crate::math::{max, min};
use crate::search::{Bets, Column};
use crate::units::{Price, Quantity};

/// Of what is played with, so much is left in the worst outcome of what is held, whatever that is.
const LEFT: f64 = 0.01;

/// An event's contracts with what follows from them alone.
pub(super) struct Event<'a> {
    pub(super) bets: &'a [Bet],
    pub(super) account: &'a Account,
    pub(super) charges: &'a Charges,
    /// Of each contract, then that none pays.
    pub(super) probabilities: Vec<f64>,
    /// What YES and NO of each contract cost after the fee, where they are offered and may be bought.
    pub(super) costs: Vec<[Option<f64>; 2]>,
    pub(super) cash: f64,
    pub(super) worth: f64,
    /// What all positions are worth.
    held: f64,
}

pub(super) const SIDES: [Side; 2] = [Side::Yes, Side::No];

impl<'a> Event<'a> {
    pub(super) fn new(bets: &'a [Bet], account: &'a Account, charges: &'a Charges) -> Result<Self, Invalid> {
        // Rounding may leave a sum of a little more than one: the shares stay as they are.
        let listed: f64 = bets.iter().map(|bet| bet.fair).sum();
        let scale = if listed > 1.0 { 1.0 / listed } else { 1.0 };
        let mut probabilities: Vec<f64> = bets.iter().map(|bet| bet.fair * scale).collect();
        probabilities.push(max(1.0 - probabilities.iter().sum::<f64>(), 0.0));
        let cost = |bet: &Bet, side: Side| {
            let price = price(bet, side).filter(|_| bet.is_signal);
            // What costs nothing or everything nobody sells.
            let price = price.filter(|price| *price > Price::ZERO && *price < Price::ONE);
            price.map(|price| charges.each(price).map(|fee| price.to_dollars() + fee)).transpose()
        };
        let mut costs = Vec::with_capacity(bets.len());
        for bet in bets {
            costs.push([cost(bet, Side::Yes)?, cost(bet, Side::No)?]);
        }
        let mut held = 0.0;
        for bet in bets {
            held += value(bet, charges)?;
        }
        let cash = account.cash.to_dollars();
        Ok(Self { bets, account, charges, probabilities, costs, cash, worth: cash + held, held })
    }

    /// Returns what a contract of `side` changes in each outcome at a cost.
    fn changes(&self, contract: usize, side: Side, cost: f64) -> Vec<f64> {
        let pays = |j: usize| (j == contract) == (side == Side::Yes);
        (0..=self.bets.len()).map(|j| if pays(j) { 1.0 - cost } else { -cost }).collect()
    }

    /// Returns what there is in each outcome: money, and what positions pay.
    fn wealth(&self) -> Vec<f64> {
        let pays = |j: usize| -> f64 {
            let pay = |(i, bet): (usize, &Bet)| {
                let contracts = bet.position.contracts();
                if (i == j) == (contracts > 0.0) { contracts.abs() } else { 0.0 }
            };
            self.bets.iter().enumerate().map(pay).sum()
        };
        (0..=self.bets.len()).map(|j| self.cash + pays(j)).collect()
    }

    /// Returns what of the best portfolio the errors leave: that of somebody who holds nothing yet and has no limits, so that it
    /// doesn't depend on what is held.
    pub(super) fn shrink(&self, other_error: f64) -> Result<f64, Invalid> {
        let columns = (0..self.bets.len()).flat_map(|i| {
            let column = move |side: Side| {
                let cost = self.costs[i][side as usize]?;
                let most = self.worth / cost;
                Some(Column { changes: self.changes(i, side, cost), uses: cost, most })
            };
            SIDES.into_iter().filter_map(column)
        });
        let wealth = vec![self.worth; self.probabilities.len()];
        let bets = Bets::new(self.probabilities.clone(), wealth, columns.collect(), self.worth)?;
        let mut errors: Vec<f64> = self.bets.iter().map(|bet| bet.error).collect();
        errors.push(other_error);
        Ok(shrink(&bets, &self.probabilities, &errors, self.worth, &bets.solve().amounts))
    }

    /// Returns the problem of who plays with `played` dollars of the account and puts the rest aside, and which contract and
    /// outcome each of its columns buys.
    pub(super) fn problem(
        &self,
        played: f64,
        settings: &Settings,
    ) -> Result<(Vec<(usize, Side)>, Bets), Invalid> {
        let mut wealth = self.wealth();
        let least = wealth.iter().fold(f64::INFINITY, |least, wealth| min(least, *wealth));
        // Who holds more than such an account would dare puts less aside, but only as much less as it takes.
        let aside = min(self.worth - played, least - LEFT * played);
        wealth.iter_mut().for_each(|wealth| *wealth -= aside);
        let (mut ways, mut columns) = (Vec::new(), Vec::new());
        for i in 0..self.bets.len() {
            for side in SIDES {
                let Some(cost) = self.costs[i][side as usize] else { continue };
                let [closing, opening] = self.most(i, side, cost, settings);
                for (closes, most) in [(true, closing), (false, opening)] {
                    if most > 0.0 {
                        // What takes back a contract that is held frees its dollar.
                        let uses = if closes { cost - 1.0 } else { cost };
                        columns.push(Column { changes: self.changes(i, side, cost), uses, most });
                        ways.push((i, side));
                    }
                }
            }
        }
        Ok((ways, Bets::new(self.probabilities.clone(), wealth, columns, self.room(settings))?))
    }

    /// Returns the money that may go into the event.
    pub(super) fn room(&self, settings: &Settings) -> f64 {
        let most = settings.max_event_pct.to_f64() / 100.0 * self.worth;
        min(self.cash, most - self.held)
    }

    /// Returns how many contracts of `side` may be bought to take back what is held of the other one, and how many beyond.
    fn most(&self, i: usize, side: Side, cost: f64, settings: &Settings) -> [f64; 2] {
        let towards = self.bets[i].position.contracts() * if side == Side::Yes { 1.0 } else { -1.0 };
        let contracts = |limit: Option<Quantity>| limit.map_or(f64::INFINITY, Quantity::to_contracts);
        let order = contracts(self.account.max_order);
        let closing = min(max(-towards, 0.0), order);
        let held = max(towards, 0.0);
        let by_cost = settings.max_contract_pct.to_f64() / 100.0 * self.worth / cost;
        let position = min(by_cost, contracts(self.account.max_position));
        let opening = min(max(position - held, 0.0), order - closing);
        [closing, opening]
    }
}

/// Returns what a contract of `side` costs without the fee, where it is offered.
pub(super) fn price(bet: &Bet, side: Side) -> Option<Price> {
    match side {
        Side::Yes => bet.quotes.ask,
        Side::No => bet.quotes.bid.map(Price::complement),
    }
}

/// Returns what it would cost to buy a position now, fee included: nothing more is then bought of what is held in full. Where it
/// isn't offered, what it would fetch; nothing where nobody quotes it.
fn value(bet: &Bet, charges: &Charges) -> Result<f64, Invalid> {
    let contracts = bet.position.contracts();
    let (own, other) = if contracts > 0.0 { (Side::Yes, Side::No) } else { (Side::No, Side::Yes) };
    let each = match (price(bet, own), price(bet, other)) {
        (Some(ask), _) => ask.to_dollars() + charges.each(ask)?,
        (None, Some(other)) => other.complement().to_dollars(),
        (None, None) => 0.0,
    };
    Ok(contracts.abs() * each)
}
