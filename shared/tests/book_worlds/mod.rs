//! Worlds with books: the crowd of the simulated event trades at the exchange, with a flock that places, makes smaller, takes
//! back and takes at any time, and snipers. What the public feed tells is recorded; a maker of ours may trade there too, over
//! a wire, and its fills are what the exchange says.
//!
//! A sniper sees a price that is beyond the middle of all others' books some 400 ms after the crowd's minute, and takes it.

#![allow(dead_code, reason = "each program uses a part of this module")]

#[path = "../rng/mod.rs"]
mod rng;

use std::collections::{BTreeMap, VecDeque};

use shared::backtest::{Heard, Recorded};
use shared::belief;
use shared::engine::{Engine, Input, Outputs, Parameters, Told};
use shared::exchange::books::{Decoder, Level};
use shared::exchange::matching::{
    AccountNumber, Amendment, Matching, NewOrder, OrderNumber, TimeInForce, What,
};
use shared::exchange::{Fill, Latency, OrderCommand, OrderId, OrderReport, Request, Verdict};
use shared::fees::{FeeMultiplier, FeeSchedule, FeeType};
use shared::market::{Action, Contract, Side, Ticker, Trade};
use shared::math::{ln, min};
use shared::quoting::Terms;
use shared::units::{Cash, Date, Price, Quantity, Timestamp};
use shared::world::crowd::Crowd;

pub(crate) use self::rng::Rng;

impl Rng {
    /// A time within a minute, in microseconds.
    fn within(&mut self) -> i64 {
        (self.uniform() * 59.9e6) as i64 + 50_000
    }

    fn sniper(&mut self) -> i64 {
        min(-ln(1.0 - self.uniform()) * 400_000.0, 50e6) as i64
    }
}

/// A fill of ours, as the exchange says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrueFill {
    pub(crate) at: i64,
    pub(crate) contract: usize,
    pub(crate) action: Action,
    pub(crate) price: Price,
    pub(crate) count: Quantity,
    pub(crate) fee: Cash,
}

/// What became of a world.
pub(crate) struct World {
    /// What the public feed told; levels are those of others.
    pub(crate) recorded: Recorded,
    pub(crate) markets: Vec<Contract>,
    pub(crate) fills: Vec<TrueFill>,
    /// The middle of the others' best prices from a time on, by contract, in dollars.
    pub(crate) middles: Vec<Vec<(i64, f64)>>,
    /// How many commands we sent.
    pub(crate) commands: usize,
}

/// What the flock does.
#[derive(Clone, Copy)]
enum Act {
    Cancel(OrderNumber),
    Less(OrderNumber, f64),
    Take(usize, bool, f64),
    Place(usize, Action, f64, usize, f64),
    Snipe(usize),
}

/// What we hear.
enum Word {
    Trade(usize, Trade),
    Book(usize, [Option<Price>; 2]),
    Fill(Fill, Trade),
    Answer(OrderReport),
}

/// We, at the other end of a wire.
struct Us {
    engine: Engine,
    latency: Latency,
    out: Outputs,
    commands: VecDeque<(i64, OrderCommand)>,
    words: VecDeque<(i64, Word)>,
    ticked: i64,
}

struct Running {
    crowd: Crowd,
    exchange: Matching,
    tickers: Vec<Ticker>,
    draw: Rng,
    flock: AccountNumber,
    takers: AccountNumber,
    we: AccountNumber,
    theirs: Vec<OrderNumber>,
    decoder: Decoder,
    trades: Vec<Heard>,
    us: Option<Us>,
    ours: BTreeMap<OrderId, OrderNumber>,
    names: BTreeMap<OrderNumber, OrderId>,
    best: Vec<[Option<Price>; 2]>,
    world_fills: Vec<TrueFill>,
    middles: Vec<Vec<(i64, f64)>>,
    commands: usize,
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

fn cents(cents: i64) -> Option<Price> {
    Price::from_cents(cents).ok().filter(|_| (1..=99).contains(&cents))
}

impl World {
    /// Lets a world of some days happen; a maker trades in it where its parameters and delays are given.
    pub(crate) fn new(seed: u64, days: u32, maker: Option<(Parameters, Latency)>) -> Self {
        let mut crowd = Crowd::new(seed, Date::new(2026, 11, 16).unwrap(), days).unwrap();
        let mut exchange = Matching::new(crowd.opens());
        crowd.join(&mut exchange).unwrap();
        let tickers: Vec<Ticker> = crowd.artists().iter().map(|artist| artist.ticker.clone()).collect();
        let mut purse = || {
            let account = exchange.open_account();
            exchange.pay(account, Cash::from_microdollars(1_000_000_000_000)).unwrap();
            account
        };
        let (we, flock, takers) = (purse(), purse(), purse());
        let us = maker.map(|(parameters, latency)| {
            let calibration = belief::Calibration::Ml;
            let stream = belief::Stream::new(belief::Engine::new(calibration));
            let mut engine = Engine::new(parameters, stream);
            for (place, ticker) in tickers.iter().enumerate() {
                let fees = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).ok();
                let terms = Terms { fees, settles: Some(crowd.closes()), ..Terms::default() };
                assert_eq!(engine.list(crowd.event(), ticker, &terms), Ok(place));
            }
            let (commands, words) = (VecDeque::new(), VecDeque::new());
            Us { engine, latency, out: Outputs::silent(), commands, words, ticked: i64::MIN }
        });
        let contracts = tickers.len();
        let mut running = Running {
            draw: Rng(seed ^ 0x5bd1_e995),
            exchange,
            tickers,
            flock,
            takers,
            we,
            theirs: Vec::new(),
            decoder: Decoder::new(),
            trades: Vec::new(),
            us,
            ours: BTreeMap::new(),
            names: BTreeMap::new(),
            best: vec![[None; 2]; contracts],
            world_fills: Vec::new(),
            middles: vec![Vec::new(); contracts],
            commands: 0,
            crowd,
        };
        while let Some(at) = running.crowd.next_step().filter(|at| *at < running.crowd.closes()) {
            running.minute(at.micros());
        }
        running.finish()
    }
}

impl Running {
    /// Lets the crowd step, and what follows from it within a minute happen.
    fn minute(&mut self, at: i64) {
        self.until(at);
        self.exchange.advance(time(at));
        self.crowd.step(time(at), &mut self.exchange).unwrap();
        self.tell(at);
        for (when, act) in self.planned(at) {
            self.until(when);
            self.act(time(when), act);
            self.tell(when);
        }
    }

    /// Draws what the flock does within the minute, in order of time.
    fn planned(&mut self, at: i64) -> Vec<(i64, Act)> {
        let draw = &mut self.draw;
        let exchange = &self.exchange;
        self.theirs.retain(|order| exchange.order(*order).is_some());
        let mut acts = Vec::new();
        for order in &self.theirs {
            match draw.uniform() {
                gone if gone < 0.02 => acts.push((at + draw.within(), Act::Cancel(*order))),
                less if less < 0.03 => acts.push((at + draw.within(), Act::Less(*order, draw.uniform()))),
                _ => {}
            }
        }
        for contract in 0..self.tickers.len() {
            acts.push((at + draw.sniper(), Act::Snipe(contract)));
            if draw.uniform() < 0.05 {
                let (buys, size) = (draw.uniform() < 0.5, draw.uniform() * draw.uniform());
                acts.push((at + draw.within(), Act::Take(contract, buys, size)));
            }
            for action in [Action::Buy, Action::Sell] {
                if draw.uniform() < 0.2 {
                    let behind = draw.uniform() * draw.uniform();
                    let (round, size) = (
                        if draw.uniform() < 0.5 { draw.below(5) } else { 5 },
                        draw.uniform() * draw.uniform(),
                    );
                    acts.push((at + draw.within(), Act::Place(contract, action, behind, round, size)));
                }
            }
        }
        acts.sort_by_key(|act| act.0);
        acts
    }

    fn act(&mut self, now: Timestamp, act: Act) {
        let exchange = &mut self.exchange;
        match act {
            Act::Cancel(order) => drop(exchange.cancel(now, self.flock, order)),
            Act::Less(order, share) => {
                let Some(left) = exchange.order(order).map(|order| order.left.hundredths() / 100) else {
                    return;
                };
                let to = Quantity::from_contracts((left as f64 * share) as i64).unwrap();
                drop(exchange.decrease(now, self.flock, order, to));
            }
            Act::Take(contract, buys, size) => {
                let (action, other) =
                    if buys { (Action::Buy, Action::Sell) } else { (Action::Sell, Action::Buy) };
                if let Some(price) = exchange.markets()[contract].book().best(other) {
                    self.take(now, contract, action, price, 1 + (80.0 * size) as i64);
                }
            }
            Act::Place(contract, action, behind, round, size) => {
                let behind = (3.0 * behind) as i64;
                let size = [5, 10, 25, 50, 100].get(round).copied().unwrap_or(1 + (120.0 * size) as i64);
                let Some(best) = exchange.markets()[contract].book().best(action) else { return };
                let at = best.centicents() / 100 + if action == Action::Buy { -behind } else { behind };
                let (Some(price), Ok(count)) = (cents(at), Quantity::from_contracts(size)) else { return };
                let order = NewOrder { post_only: true, ..NewOrder::resting(contract, action, price, count) };
                if let Ok(placed) = exchange.place(now, self.flock, &order) {
                    self.theirs.push(placed.order);
                }
            }
            Act::Snipe(contract) => {
                let [Some(bid), Some(ask)] = self.others(contract) else { return };
                let twice = bid.centicents() + ask.centicents();
                let book = self.exchange.markets()[contract].book();
                let (low, high) = (book.best(Action::Sell), book.best(Action::Buy));
                if let Some(price) = low.filter(|price| 2 * price.centicents() < twice) {
                    self.take(now, contract, Action::Buy, price, 40);
                } else if let Some(price) = high.filter(|price| 2 * price.centicents() > twice) {
                    self.take(now, contract, Action::Sell, price, 40);
                }
            }
        }
    }

    fn take(&mut self, now: Timestamp, contract: usize, action: Action, price: Price, contracts: i64) {
        let Ok(count) = Quantity::from_contracts(contracts) else { return };
        let order = NewOrder {
            time_in_force: TimeInForce::ImmediateOrCancel,
            ..NewOrder::resting(contract, action, price, count)
        };
        // Nobody waits for the answer.
        let _ = self.exchange.place(now, self.takers, &order);
    }

    /// Returns the best prices of all but us.
    fn others(&self, contract: usize) -> [Option<Price>; 2] {
        [Action::Buy, Action::Sell].map(|side| {
            self.exchange
                .queue(contract, side)
                .find(|order| order.account != self.we)
                .map(|order| order.price)
        })
    }

    /// Tells what happened to whoever hears it.
    fn tell(&mut self, at: i64) {
        let mut changed = vec![false; self.tickers.len()];
        let mut made: BTreeMap<u64, Trade> = BTreeMap::new();
        let events = self.exchange.drain();
        for event in &events {
            if let What::Trade(trade) = &event.what {
                let taker = if trade.taker == Action::Buy { Side::Yes } else { Side::No };
                let told = Trade {
                    ticker: self.tickers[trade.market].clone(),
                    at: event.at,
                    price: trade.price,
                    count: trade.count,
                    taker_side: Some(taker),
                    is_block: false,
                    id: Some(format!("T{}", trade.number).parse().unwrap()),
                };
                made.insert(trade.number, told);
            }
        }
        for event in events {
            match event.what {
                What::Level { market, side, price, change, account, .. } if account != self.we => {
                    self.decoder.change(event.at, event.at, market, (side, price), change).unwrap();
                    changed[market] = true;
                }
                What::Trade(trade) => {
                    let side = if trade.taker == Action::Buy { Action::Sell } else { Action::Buy };
                    let level = Level { side, price: trade.price, size: trade.count };
                    self.decoder.trade(event.at, event.at, trade.market, level);
                    let told = made[&trade.number].clone();
                    self.trades.push(Heard { at: event.at, trade: told.clone() });
                    if let Some(us) = &mut self.us {
                        us.words.push_back((at + us.latency.feed, Word::Trade(trade.market, told)));
                    }
                }
                What::Fill(fill) if fill.account == self.we => {
                    self.world_fills.push(TrueFill {
                        at,
                        contract: fill.market,
                        action: fill.action,
                        price: fill.price,
                        count: fill.count,
                        fee: fill.fee,
                    });
                    let trade = made[&fill.trade].clone();
                    let Some(us) = &mut self.us else { continue };
                    let told = Fill {
                        contract: fill.market,
                        order: self.names[&fill.order],
                        action: fill.action,
                        quoted: fill.price,
                        price: fill.price,
                        count: fill.count,
                        fee: fill.fee,
                        trade: trade.id,
                    };
                    us.words.push_back((at + us.latency.answer, Word::Fill(told, trade)));
                }
                _ => {}
            }
        }
        for contract in (0..self.tickers.len()).filter(|contract| changed[*contract]) {
            let best = self.others(contract);
            if best == self.best[contract] {
                continue;
            }
            self.best[contract] = best;
            if let [Some(bid), Some(ask)] = best {
                self.middles[contract].push((at, (bid.to_dollars() + ask.to_dollars()) / 2.0));
            }
            if let Some(us) = &mut self.us {
                us.words.push_back((at + us.latency.feed, Word::Book(contract, best)));
            }
        }
        if let Some(us) = &mut self.us {
            // Two delays, one ear.
            us.words.make_contiguous().sort_by_key(|word| word.0);
        }
    }

    /// Lets happen on our wire what happens before a time.
    fn until(&mut self, at: i64) {
        loop {
            let Some(us) = &mut self.us else { return };
            let due = us.engine.due().map_or(i64::MAX, Timestamp::micros).max(us.ticked.saturating_add(1));
            let (command, word) =
                (us.commands.front().map_or(i64::MAX, |c| c.0), us.words.front().map_or(i64::MAX, |w| w.0));
            let next = command.min(word).min(due);
            if next >= at {
                return;
            }
            if next == command {
                let command = us.commands.pop_front().unwrap().1;
                self.execute(next, command);
                self.tell(next);
            } else if next == word {
                self.hear(next);
            } else {
                us.ticked = next;
                us.engine.step(time(next), &Told::Tick, &mut us.out).unwrap();
                us.send(next);
            }
        }
    }

    fn hear(&mut self, now: i64) {
        let event = self.crowd.event().clone();
        let Some(us) = &mut self.us else { return };
        while let Some((_, word)) = us.words.pop_front_if(|word| word.0 == now) {
            let at = time(now);
            match &word {
                Word::Trade(place, trade) => {
                    us.engine.step(at, &Told::Trade(*place, trade.clone()), &mut us.out).unwrap();
                }
                Word::Book(contract, [bid, ask]) => {
                    let input = Input::Book { contract: *contract, bid: *bid, ask: *ask };
                    us.engine.step(at, &Told::Event(&event, input), &mut us.out).unwrap();
                }
                Word::Fill(fill, trade) => {
                    us.engine.step(at, &Told::Fill(*fill, trade.clone()), &mut us.out).unwrap();
                }
                Word::Answer(report) => {
                    us.engine.step(at, &Told::Event(&event, Input::Order(*report)), &mut us.out).unwrap();
                }
            }
        }
        us.engine.step(time(now), &Told::Drained, &mut us.out).unwrap();
        us.send(now);
    }

    /// Carries out a command of ours that arrives.
    fn execute(&mut self, now: i64, command: OrderCommand) {
        self.commands += 1;
        let OrderCommand { contract, action, order, request } = command;
        let (at, we, exchange) = (time(now), self.we, &mut self.exchange);
        let verdict = match request {
            Request::Place { price, count } => {
                let new = NewOrder { post_only: true, ..NewOrder::resting(contract, action, price, count) };
                exchange.place(at, we, &new).map(|placed| {
                    self.ours.insert(order, placed.order);
                    self.names.insert(placed.order, order);
                    Verdict::Resting
                })
            }
            Request::Amend { price, total } => match self.ours.get(&order) {
                Some(number) => {
                    let change = Amendment { price, total, expires: None };
                    let left = exchange.amend(at, we, *number, &change);
                    left.map(|placed| if placed.left.is_zero() { Verdict::Gone } else { Verdict::Resting })
                }
                None => Ok(Verdict::Rejected),
            },
            Request::Cancel => match self.ours.get(&order) {
                Some(number) => exchange.cancel(at, we, *number).map(|_| Verdict::Gone),
                None => Ok(Verdict::Rejected),
            },
        };
        let verdict = verdict.unwrap_or(Verdict::Rejected);
        if let Some(us) = &mut self.us {
            let report = OrderReport::Answer { contract, action, order, verdict };
            us.words.push_back((now + us.latency.answer, Word::Answer(report)));
        }
    }

    fn finish(mut self) -> World {
        let closes = self.crowd.closes();
        let mut paid = Vec::new();
        while let Some(at) = self.crowd.next_step() {
            self.exchange.advance(at);
            self.crowd.step(at, &mut self.exchange).unwrap();
            paid.extend(self.crowd.take_settled());
        }
        let contract = |(place, ticker): (usize, &Ticker)| {
            let pays = paid.iter().find(|paid| paid.0 == place).map(|paid| paid.1);
            let side = match pays {
                Some(Price::ONE) => Some(Side::Yes),
                Some(Price::ZERO) => Some(Side::No),
                _ => None,
            };
            Contract {
                ticker: ticker.clone(),
                event_ticker: self.crowd.event().clone(),
                result: side,
                settlement_value: pays.filter(|_| side.is_none()),
                mutually_exclusive: Some(true),
                fee_type: Some(FeeType::Quadratic),
                fee_multiplier: None,
                close_time: Some(closes),
            }
        };
        let markets = self.tickers.iter().enumerate().map(contract).collect();
        let tape = self.decoder.tape(self.tickers.len()).unwrap().with_trades();
        World {
            recorded: Recorded { tickers: self.tickers, tape, trades: self.trades },
            markets,
            fills: self.world_fills,
            middles: self.middles,
            commands: self.commands,
        }
    }
}

impl Us {
    fn send(&mut self, now: i64) {
        let arrives = now + self.latency.order;
        self.commands.extend(self.out.commands.drain(..).map(|command| (arrives, command)));
        self.out.clear();
    }
}
