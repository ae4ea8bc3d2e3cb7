//! An event's contracts as a problem of the best portfolio, and its answer as whole contracts.

use super::order::{Nothing, Order};
use super::{Bets, Column, Optimum, Settings, shrink};
use crate::fees::{FeeRule, FeeSchedule, Quotes, Role};
use crate::market::{Position, Side};
use crate::math::{ln, max, min};
use crate::units::{Cash, Price, Quantity};
use crate::{Invalid, invalid};

/// The most contracts an event may have here.
pub const MOST_CONTRACTS: usize = 64;

/// By how much probabilities that were written with few digits may sum to more than one.
const ROUNDED: f64 = 1e-4;

/// What fees may be rounded up by, in dollars.
const CENT: f64 = 0.01;

/// Of what is played with, so much is left in the worst outcome of what is held, whatever that is.
const LEFT: f64 = 0.01;

/// One contract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bet {
    /// The probability that YES comes true.
    pub fair: f64,
    /// Its standard error; zero where it is taken as known.
    pub error: f64,
    /// Whether it may be traded at all: not where its fair value is its price's, or is too near it.
    pub is_signal: bool,
    /// The best prices of YES.
    pub quotes: Quotes,
    /// What is held of it.
    pub position: Position,
}

/// What there is to play with, and the limits on single contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// The money that is free.
    pub cash: Cash,
    /// The most contracts of one order; any number if there is no limit.
    pub max_order: Option<Quantity>,
    /// The greatest position in a contract, either way; any if there is no limit.
    pub max_position: Option<Quantity>,
}

/// What a taker is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charges {
    /// The series' fees.
    pub schedule: FeeSchedule,
    /// The rules of the time.
    pub rule: FeeRule,
}

impl Charges {
    /// Returns the taker's fee of a contract in dollars, before rounding.
    fn each(&self, price: Price) -> Result<f64, Invalid> {
        let one = Quantity::from_contracts(1)?;
        Ok(self.schedule.model_fee(Role::Taker, price, one).to_dollars())
    }
}

/// What to do about one contract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sized {
    /// What to buy, or why nothing.
    pub order: Result<Order, Nothing>,
    /// The best number of contracts, before it was made whole: of YES, or if negative of NO.
    pub best: f64,
}

/// What to buy of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Sizing {
    /// What to do about each contract, in their order.
    pub contracts: Vec<Sized>,
    /// What the fair values' errors left of the fraction, from 0 to 1.
    pub shrink: f64,
    /// By what the orders, fees exact, raise the expected logarithm of what is not put aside.
    pub growth: f64,
    /// What the best portfolio in parts of contracts would raise it by.
    pub best_growth: f64,
    /// No portfolio raises it by more than `best_growth + gap`.
    pub gap: f64,
    /// What the account is worth in dollars: the money, and what is held at what it would cost now.
    pub worth: f64,
}

/// Returns what to buy of an event's contracts, of which at most one pays.
///
/// Whatever their fair values don't add up to is the probability that none of them pays, whose standard error is
/// `other_error`.
///
/// # Errors
///
/// Names the contract whose numbers can't be, as `contracts[3].fair`, `contracts` if there are too many of them or their
/// probabilities sum to more than one, and `cash` that is negative.
pub fn size(
    bets: &[Bet],
    other_error: f64,
    account: &Account,
    settings: &Settings,
    charges: &Charges,
) -> Result<Sizing, Invalid> {
    check(bets, other_error, account)?;
    let event = Event::new(bets, account, charges)?;
    let nothing = |why: &dyn Fn(usize) -> Nothing, shrink| Sizing {
        contracts: (0..bets.len()).map(|i| Sized { order: Err(why(i)), best: 0.0 }).collect(),
        shrink,
        growth: 0.0,
        best_growth: 0.0,
        gap: 0.0,
        worth: event.worth,
    };
    if event.worth <= 0.0 {
        return Ok(nothing(&|_| Nothing::NoBudget, 1.0));
    }
    let shrink = event.shrink(other_error)?;
    let played = settings.kelly_fraction.to_f64() * shrink * event.worth;
    if played <= 0.0 {
        return Ok(nothing(&|i| event.why_not(i, 0.0, false), shrink));
    }
    let (ways, problem) = event.problem(played, settings)?;
    let optimum = problem.solve();
    let mut best = vec![0.0; bets.len()];
    for ((contract, side), amount) in ways.into_iter().zip(&optimum.amounts) {
        best[contract] += if side == Side::Yes { *amount } else { -*amount };
    }
    Ok(event.whole(&best, &optimum, &problem.wealth_with(&[]), shrink, event.room(settings)))
}

fn check(bets: &[Bet], other_error: f64, account: &Account) -> Result<(), Invalid> {
    if bets.len() > MOST_CONTRACTS {
        return Err(Invalid::new("contracts", format!("are {}, more than {MOST_CONTRACTS}", bets.len())));
    }
    for (i, bet) in bets.iter().enumerate() {
        let within = |invalid: Invalid| invalid.within(format_args!("contracts[{i}]"));
        if !(0.0..=1.0).contains(&bet.fair) {
            return Err(within(Invalid::new("fair", format!("must be a probability, got {}", bet.fair))));
        }
        invalid::non_negative("error", bet.error).map_err(within)?;
        if let Quotes { bid: Some(bid), ask: Some(ask) } = bet.quotes
            && bid > ask
        {
            return Err(within(Invalid::new("quotes", format!("are crossed: {bid} is bid, {ask} asked"))));
        }
    }
    let sum: f64 = bets.iter().map(|bet| bet.fair).sum();
    if sum > 1.0 + ROUNDED {
        return Err(Invalid::new("contracts", format!("have probabilities that sum to {sum}")));
    }
    invalid::non_negative("other_error", other_error)?;
    if account.cash < Cash::ZERO {
        return Err(Invalid::new("cash", format!("must not be negative, got {}", account.cash)));
    }
    Ok(())
}

/// An event's contracts with what follows from them alone.
struct Event<'a> {
    bets: &'a [Bet],
    account: &'a Account,
    charges: &'a Charges,
    /// Of each contract, then that none pays.
    probabilities: Vec<f64>,
    /// What YES and NO of each contract cost after the fee, where they are offered and may be bought.
    costs: Vec<[Option<f64>; 2]>,
    cash: f64,
    worth: f64,
    /// What all positions are worth.
    held: f64,
}

const SIDES: [Side; 2] = [Side::Yes, Side::No];

impl<'a> Event<'a> {
    fn new(bets: &'a [Bet], account: &'a Account, charges: &'a Charges) -> Result<Self, Invalid> {
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
    fn shrink(&self, other_error: f64) -> Result<f64, Invalid> {
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
    fn problem(&self, played: f64, settings: &Settings) -> Result<(Vec<(usize, Side)>, Bets), Invalid> {
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
    fn room(&self, settings: &Settings) -> f64 {
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

    /// Returns the orders of whole contracts of `best`, each of which raises the expected logarithm.
    fn whole(&self, best: &[f64], optimum: &Optimum, before: &[f64], shrink: f64, room: f64) -> Sizing {
        let order = |(i, best): (usize, &f64)| {
            let side = if *best > 0.0 { Side::Yes } else { Side::No };
            // The search ends a hair from its bounds: a hair less than a whole contract is one.
            let count = Quantity::from_contracts((best.abs() + 1e-6).floor() as i64).ok()?;
            if count.is_zero() {
                return None;
            }
            Order::new(side, price(&self.bets[i], side)?, count, self.charges).ok()
        };
        let mut orders: Vec<Option<Order>> = best.iter().enumerate().map(order).collect();
        // Whole contracts lose less than one each; rounded fees may still cost more than there is, or than they earn.
        let growth_of = |orders: &[Option<Order>]| self.growth(orders, before, max(room, 0.0));
        let mut growth = growth_of(&orders);
        loop {
            let mut drop = None;
            for i in 0..orders.len() {
                let Some(order) = orders[i].take() else { continue };
                let without = growth_of(&orders);
                orders[i] = Some(order);
                if without >= growth && drop.is_none_or(|(_, most)| without > most) {
                    drop = Some((i, without));
                }
            }
            let Some((i, without)) = drop else { break };
            orders[i] = None;
            growth = without;
        }
        let contracts = orders
            .into_iter()
            .enumerate()
            .map(|(i, order)| Sized {
                order: order.ok_or_else(|| self.why_not(i, best[i], room <= 0.0)),
                best: best[i],
            })
            .collect();
        let best_growth = optimum.growth;
        Sizing { contracts, shrink, growth, best_growth, gap: optimum.gap, worth: self.worth }
    }

    /// Returns by what orders raise the expected logarithm; minus infinity if they cost more than there is, or than there is
    /// `room` for.
    fn growth(&self, orders: &[Option<Order>], before: &[f64], room: f64) -> f64 {
        let mut after = before.to_vec();
        let (mut used, mut slack) = (0.0, 0.0);
        for (i, order) in orders.iter().enumerate() {
            let Some(order) = order else { continue };
            let (count, cost) = (order.count.to_contracts(), order.cost());
            let held = self.bets[i].position.contracts() * if order.side == Side::Yes { -1.0 } else { 1.0 };
            let closed = min(max(held, 0.0), count);
            used += cost - closed;
            // What is sold was made whole, too, and frees up to a dollar less than was planned with.
            slack += CENT + if closed > 0.0 { 1.0 } else { 0.0 };
            for (j, after) in after.iter_mut().enumerate() {
                let pays = (j == i) == (order.side == Side::Yes);
                *after += if pays { count - cost } else { -cost };
            }
        }
        if used > min(self.cash, room + slack) {
            return f64::NEG_INFINITY;
        }
        let mut growth = 0.0;
        for ((p, before), after) in self.probabilities.iter().zip(before).zip(after) {
            if *p > 0.0 {
                if after <= 0.0 {
                    return f64::NEG_INFINITY;
                }
                growth += p * ln(after / before);
            }
        }
        growth
    }

    /// Returns why nothing is bought of a contract of which `best` contracts would be best.
    fn why_not(&self, i: usize, best: f64, is_spent: bool) -> Nothing {
        let bet = &self.bets[i];
        if !bet.is_signal {
            return Nothing::NoSignal;
        }
        if bet.quotes.bid.is_none() && bet.quotes.ask.is_none() {
            return Nothing::NoQuotes;
        }
        if best.abs() >= 1.0 - 1e-6 {
            return Nothing::Fee;
        }
        let worth = |side: Side| if side == Side::Yes { bet.fair } else { 1.0 - bet.fair };
        let is_good = |side: &Side| self.costs[i][*side as usize].is_some_and(|cost| worth(*side) > cost);
        let Some(side) = SIDES.into_iter().find(is_good) else {
            return if best.abs() > 1e-6 { Nothing::LessThanOne } else { Nothing::NoEdge };
        };
        let towards = bet.position.contracts() * if side == Side::Yes { 1.0 } else { -1.0 };
        let limit = self.account.max_position.map_or(f64::INFINITY, Quantity::to_contracts);
        if towards > limit - 1.0 {
            Nothing::AtLimit
        } else if best.abs() > 1e-6 {
            Nothing::LessThanOne
        } else if is_spent {
            Nothing::NoBudget
        } else {
            Nothing::Crowded
        }
    }
}

/// Returns what a contract of `side` costs without the fee, where it is offered.
fn price(bet: &Bet, side: Side) -> Option<Price> {
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
