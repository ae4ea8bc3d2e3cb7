//! Queue models against the truth: orders of ours among others at an exchange with books, whose public feed goes to the
//! venue of books with the same orders.
//!
//! The crowd of the simulated event trades, and with it a flock that places, makes smaller and cancels orders at random and
//! takes, so that queues have more than one order and move. The feed has all trades, and changes of levels by others: what ours leave in a level
//! is not in it, as a tape recorded without us wouldn't have it.

#![allow(dead_code, reason = "each program uses a part of this module")]

#[path = "../rng/mod.rs"]
mod rng;

use shared::exchange::books::{BookTape, BookVenue, Decoder, Lasts, Level, Queue, Rules};
use shared::exchange::matching::{AccountNumber, Matching, NewOrder, OrderNumber, TimeInForce, What};
use shared::exchange::{Charge, OrderCommand, OrderId, OrderReport, Request};
use shared::market::Action;
use shared::units::{Cash, Date, Price, Quantity, Timestamp};
use shared::world::crowd::Crowd;

pub(crate) use self::rng::Rng;

/// Days of an event.
const DAYS: u32 = 2;
/// How long after each of the crowd's minutes the flock, we, and our looks come, in microseconds.
const FLOCK: i64 = 10_000_000;
const WE: i64 = 30_000_000;
const LOOK: i64 = 50_000_000;

/// An order of ours, and what became of it in truth.
#[derive(Debug, Clone)]
pub(crate) struct Ours {
    pub(crate) contract: usize,
    pub(crate) action: Action,
    pub(crate) price: Price,
    /// Hundredths of a contract.
    pub(crate) count: i64,
    pub(crate) traded: i64,
    /// What stood before it when it came.
    pub(crate) joined: i64,
}

/// What we did, and saw, in order of time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Place(usize),
    Cancel(usize),
    /// An order stands behind so many hundredths of others at its price.
    Look(usize, i64),
}

/// A world's feed and our orders in it.
pub(crate) struct World {
    pub(crate) tape: BookTape,
    pub(crate) orders: Vec<Ours>,
    pub(crate) acts: Vec<(i64, Act)>,
}

struct Live {
    place: usize,
    number: OrderNumber,
    until: i64,
}

fn price(cents: i64) -> Option<Price> {
    Price::from_cents(cents).ok().filter(|_| (1..=99).contains(&cents))
}

/// Returns what of others stands before an order at its own price, in hundredths.
fn ahead(exchange: &Matching, order: &Ours, number: OrderNumber, we: AccountNumber) -> i64 {
    exchange
        .queue(order.contract, order.action)
        .filter(|other| other.price == order.price)
        .take_while(|other| other.number != number)
        .filter(|other| other.account != we)
        .map(|other| other.left.hundredths())
        .sum()
}

impl World {
    /// Simulates a world in which we place at most so many orders.
    pub(crate) fn new(seed: u64, orders: usize) -> Self {
        let mut draw = Rng(seed ^ 0x5bd1_e995);
        let mut crowd = Crowd::new(seed, Date::new(2026, 11, 16).unwrap(), DAYS).unwrap();
        let mut exchange = Matching::new(crowd.opens());
        crowd.join(&mut exchange).unwrap();
        let contracts = crowd.artists().len();
        let mut purse = || {
            let account = exchange.open_account();
            exchange.pay(account, Cash::from_microdollars(1_000_000_000_000)).unwrap();
            account
        };
        let (we, flock) = (purse(), [purse(), purse()]);
        let mut world =
            Self { tape: BookTape::new(contracts, Vec::new()).unwrap(), orders: vec![], acts: vec![] };
        let mut decoder = Decoder::new();
        let (mut live, mut theirs): (Vec<Live>, Vec<OrderNumber>) = (Vec::new(), Vec::new());
        let steps = f64::from(DAYS) * 24.0 * 60.0;
        while let Some(at) = crowd.next_step().filter(|at| *at < crowd.closes()) {
            exchange.advance(at);
            crowd.step(at, &mut exchange).unwrap();
            let later = |micros| at.checked_add_micros(micros).unwrap();
            flock_acts(&mut exchange, later(FLOCK), flock, &mut theirs, contracts, &mut draw);
            world.take(&mut exchange, &mut decoder, we, &mut live);
            let now = later(WE);
            // So many a minute that all are placed in the course of the event.
            if world.orders.len() < orders && draw.uniform() < 1.1 * orders as f64 / steps {
                world.place(&mut exchange, now, we, contracts, &mut live, &mut draw);
            }
            let over: Vec<usize> = (0..live.len()).rev().filter(|k| live[*k].until <= now.micros()).collect();
            for k in over {
                let gone = live.remove(k);
                exchange.cancel(now, we, gone.number).unwrap();
                world.acts.push((now.micros(), Act::Cancel(gone.place)));
            }
            world.take(&mut exchange, &mut decoder, we, &mut live);
            for resting in &live {
                let there = ahead(&exchange, &world.orders[resting.place], resting.number, we);
                world.acts.push((later(LOOK).micros(), Act::Look(resting.place, there)));
            }
        }
        world.tape = decoder.tape(contracts).unwrap();
        world
    }

    /// Takes what happened into the feed, and our fills.
    fn take(
        &mut self,
        exchange: &mut Matching,
        decoder: &mut Decoder,
        we: AccountNumber,
        live: &mut Vec<Live>,
    ) {
        for event in exchange.drain() {
            match event.what {
                What::Level { market, side, price, change, account, .. } if account != we => {
                    decoder.change(event.at, event.at, market, (side, price), change).unwrap();
                }
                What::Trade(trade) => {
                    let side = if trade.taker == Action::Buy { Action::Sell } else { Action::Buy };
                    let level = Level { side, price: trade.price, size: trade.count };
                    decoder.trade(event.at, event.at, trade.market, level);
                }
                What::Fill(fill) if fill.account == we => {
                    if let Some(resting) = live.iter().find(|live| live.number == fill.order) {
                        self.orders[resting.place].traded += fill.count.hundredths();
                    }
                }
                _ => {}
            }
        }
        live.retain(|live| exchange.order(live.number).is_some());
    }

    /// Places an order at the best price of a side or a cent behind it, for half an hour to six hours.
    fn place(
        &mut self,
        exchange: &mut Matching,
        now: Timestamp,
        we: AccountNumber,
        contracts: usize,
        live: &mut Vec<Live>,
        draw: &mut Rng,
    ) {
        let (contract, action) = (draw.below(contracts), [Action::Buy, Action::Sell][draw.below(2)]);
        let behind = draw.below(2) as i64;
        let count = 100 * (1 + draw.below(20) as i64);
        let until = now.micros() + 60_000_000 * (30 + draw.below(330) as i64);
        let Some(best) = exchange.markets()[contract].book().best(action) else { return };
        let cents = best.centicents() / 100 + if action == Action::Buy { -behind } else { behind };
        let (Some(price), Ok(size)) = (price(cents), Quantity::from_hundredths(count)) else { return };
        let order = NewOrder { post_only: true, ..NewOrder::resting(contract, action, price, size) };
        let Ok(placed) = exchange.place(now, we, &order) else { return };
        let mut ours = Ours { contract, action, price, count, traded: 0, joined: 0 };
        ours.joined = ahead(exchange, &ours, placed.order, we);
        let place = self.orders.len();
        self.orders.push(ours);
        self.acts.push((now.micros(), Act::Place(place)));
        live.push(Live { place, number: placed.order, until });
    }

    /// Sends the feed to the venue with the same orders.
    pub(crate) fn replay(&self, queue: Queue) -> Replayed {
        let charges = vec![Charge::Flat(Cash::ZERO); self.tape.contracts()];
        let mut venue = BookVenue::new(&self.tape, queue, Rules::default(), charges).unwrap();
        let mut replayed = Replayed { traded: vec![0; self.orders.len()], looks: Vec::new() };
        let (mut reports, mut place) = (Vec::new(), 0);
        let ends = [(i64::MAX, None)];
        let acts = self.acts.iter().map(|(at, act)| (*at, Some(*act))).chain(ends);
        for (at, act) in acts {
            while place < self.tape.len() && self.tape.event(place).unwrap().at.micros() < at {
                venue.event(&self.tape, place, &mut reports).unwrap();
                place += 1;
            }
            for report in reports.drain(..) {
                if let OrderReport::Fill(fill) = report {
                    replayed.traded[fill.order.0 as usize] += fill.count.hundredths();
                }
            }
            let command = |order: usize, request| {
                let Ours { contract, action, .. } = self.orders[order];
                OrderCommand { contract, action, order: OrderId(order as u64), request }
            };
            match act {
                Some(Act::Place(order)) => {
                    let Ours { price, count, .. } = self.orders[order];
                    let request = Request::Place { price, count: Quantity::from_hundredths(count).unwrap() };
                    venue.arrive(at, &command(order, request), Lasts::PostOnly, &mut reports).unwrap();
                }
                Some(Act::Cancel(order)) => {
                    let cancel = command(order, Request::Cancel);
                    venue.arrive(at, &cancel, Lasts::PostOnly, &mut reports).unwrap();
                }
                Some(Act::Look(order, truth)) => {
                    let Ours { contract, action, joined, .. } = self.orders[order];
                    // Filled already: nothing stands before it.
                    let said = venue.standing(contract, action, OrderId(order as u64));
                    let said = said.map_or(0, |standing| standing.ahead);
                    if joined > 0 {
                        let share = (said as f64 / 1e4 - truth as f64).abs() / joined as f64;
                        replayed.looks.push(Look { error: share, has_moved: truth != joined });
                    }
                }
                None => {}
            }
        }
        replayed
    }
}

/// How far a place was off, as a share of the place that it began with, and whether the truth was another than at first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) error: f64,
    pub(crate) has_moved: bool,
}

/// What a model made of a world.
pub(crate) struct Replayed {
    /// Hundredths of each order.
    pub(crate) traded: Vec<i64>,
    pub(crate) looks: Vec<Look>,
}

/// Not at all, in part, or whole.
fn kind(traded: i64, count: i64) -> u8 {
    u8::from(traded > 0) + u8::from(traded >= count)
}

/// Sums of a world, from which shares are made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Score {
    pub(crate) orders: usize,
    /// Orders of which it is right whether they were filled not at all, in part or whole.
    pub(crate) right: usize,
    /// Orders that were filled at all in truth, by the model, and by either.
    pub(crate) filled: [usize; 3],
    /// Of those by either, how many are right.
    pub(crate) right_of_filled: usize,
    pub(crate) errors: Vec<f64>,
    /// Of those looks where the queue had moved.
    pub(crate) moved: Vec<f64>,
}

impl Score {
    pub(crate) fn add(&mut self, world: &World, replayed: &Replayed) {
        self.orders += world.orders.len();
        for (order, traded) in world.orders.iter().zip(&replayed.traded) {
            let is_right = kind(order.traded, order.count) == kind(*traded, order.count);
            let is_filled = order.traded > 0 || *traded > 0;
            self.right += usize::from(is_right);
            self.right_of_filled += usize::from(is_right && is_filled);
            self.filled[2] += usize::from(is_filled);
            self.filled[0] += usize::from(order.traded > 0);
            self.filled[1] += usize::from(*traded > 0);
        }
        self.errors.extend(replayed.looks.iter().map(|look| look.error));
        self.moved.extend(replayed.looks.iter().filter(|look| look.has_moved).map(|look| look.error));
    }

    pub(crate) fn right(&self) -> f64 {
        self.right as f64 / self.orders.max(1) as f64
    }
}

/// Returns a quantile of some numbers, whose order is lost; zero of none.
pub(crate) fn quantile(numbers: &mut [f64], share: f64) -> f64 {
    if numbers.is_empty() {
        return 0.0;
    }
    let place = (share * (numbers.len() - 1) as f64).round() as usize;
    *numbers.select_nth_unstable_by(place, f64::total_cmp).1
}

/// Lets somebody take up to eighty contracts at the best price of a side.
fn take(exchange: &mut Matching, now: Timestamp, takers: AccountNumber, contract: usize, draw: &mut Rng) {
    let (action, other) = [(Action::Buy, Action::Sell), (Action::Sell, Action::Buy)][draw.below(2)];
    let size = 1 + (80.0 * draw.uniform() * draw.uniform()) as i64;
    let Some(price) = exchange.markets()[contract].book().best(other) else { return };
    let Ok(count) = Quantity::from_contracts(size) else { return };
    let order = NewOrder {
        time_in_force: TimeInForce::ImmediateOrCancel,
        ..NewOrder::resting(contract, action, price, count)
    };
    // Nobody waits for the answer.
    let _ = exchange.place(now, takers, &order);
}

/// Lets the flock act: orders come near the best prices, some in round sizes, and any that rests may be taken back.
fn flock_acts(
    exchange: &mut Matching,
    now: Timestamp,
    [flock, takers]: [AccountNumber; 2],
    theirs: &mut Vec<OrderNumber>,
    contracts: usize,
    draw: &mut Rng,
) {
    theirs.retain(|order| exchange.order(*order).is_some());
    for order in theirs.iter().copied() {
        match draw.uniform() {
            gone if gone < 0.02 => drop(exchange.cancel(now, flock, order).unwrap()),
            less if less < 0.03 => {
                let left = exchange.order(order).unwrap().left.hundredths() / 100;
                let to = Quantity::from_contracts((left as f64 * draw.uniform()) as i64).unwrap();
                exchange.decrease(now, flock, order, to).unwrap();
            }
            _ => {}
        }
    }
    for contract in 0..contracts {
        if draw.uniform() < 0.05 {
            take(exchange, now, takers, contract, draw);
        }
        for action in [Action::Buy, Action::Sell] {
            if draw.uniform() > 0.2 {
                continue;
            }
            let behind = (3.0 * draw.uniform() * draw.uniform()) as i64;
            let size = if draw.uniform() < 0.5 {
                [5, 10, 25, 50, 100][draw.below(5)]
            } else {
                1 + (120.0 * draw.uniform() * draw.uniform()) as i64
            };
            let Some(best) = exchange.markets()[contract].book().best(action) else { continue };
            let cents = best.centicents() / 100 + if action == Action::Buy { -behind } else { behind };
            let (Some(price), Ok(count)) = (price(cents), Quantity::from_contracts(size)) else { continue };
            let order = NewOrder { post_only: true, ..NewOrder::resting(contract, action, price, count) };
            if let Ok(placed) = exchange.place(now, flock, &order) {
                theirs.push(placed.order);
            }
        }
    }
}
