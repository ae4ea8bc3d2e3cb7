//! One account through all events: what was said, the prints in between, and settlement, in order of time.

use super::book::{Held, OurFill, Wanted};
use super::decide::{Beside, decide};
use super::{Choice, Config, Prepared, Rule};
use crate::Invalid;
use crate::market::Trade;
use crate::sort;
use crate::units::{Cash, Price, Quantity, Timestamp};

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventMoney {
    /// What came in less what went out; what is held of an event that has not settled counts at its last print.
    pub net: Cash,
    /// The fees in it.
    pub fees: Cash,
    /// How many fills.
    pub fills: usize,
    /// How many contracts were bought.
    pub volume: Quantity,
    /// How many positions were given up.
    pub stops: usize,
}

/// What one rule made of all events.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// How much was bought.
    pub rule: Rule,
    /// What the account was worth at the last prints whenever something was said, and after each settlement.
    pub curve: Vec<(Timestamp, Cash)>,
    /// What became of each event.
    pub events: Vec<EventMoney>,
    /// The fills in order of time.
    pub fills: Vec<OurFill>,
    /// What was chosen of each contract whenever something was said: as what was said, line by line.
    pub choices: Vec<Vec<Choice>>,
    /// The most that the account has fallen from its highest worth so far, print by print.
    pub max_drawdown: Cash,
    /// The most of its highest worth so far that it has fallen.
    pub max_drawdown_share: f64,
}

impl Run {
    /// Returns what all events came to.
    pub fn total(&self) -> EventMoney {
        let mut total =
            EventMoney { net: Cash::ZERO, fees: Cash::ZERO, fills: 0, volume: Quantity::ZERO, stops: 0 };
        for event in &self.events {
            total.net = add(total.net, event.net.microdollars());
            total.fees = add(total.fees, event.fees.microdollars());
            total.fills += event.fills;
            total.volume = total.volume.checked_add(event.volume).unwrap_or(Quantity::MAX);
            total.stops += event.stops;
        }
        total
    }

    /// Returns what the account was worth in the end.
    pub fn end(&self, config: &Config) -> Cash {
        self.curve.last().map_or(config.capital, |(_, worth)| *worth)
    }
}

fn add(amount: Cash, microdollars: i64) -> Cash {
    Cash::from_microdollars(amount.microdollars().saturating_add(microdollars))
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happens {
    /// A print: the contract's place, and its own among the contract's.
    Print(usize, usize),
    /// Something was said.
    Said(usize),
    /// An event settles.
    Settles(usize),
}

/// Runs one rule; `worse` is by how much fills are worse than expected.
///
/// # Errors
///
/// Names what can't be counted: amounts beyond all money.
pub(super) fn replay(prepared: &Prepared, rule: Rule, worse: Price, config: &Config) -> Result<Run, Invalid> {
    let mut happens = Vec::new();
    for (place, contract) in prepared.contracts.iter().enumerate() {
        let end = prepared.events[contract.event].settles_at;
        let prints = contract.tape.trades().iter().enumerate().filter(|(_, trade)| trade.at <= end);
        happens.extend(prints.map(|(print, trade)| (trade.at, Happens::Print(place, print))));
    }
    happens.extend(prepared.said.iter().enumerate().map(|(place, said)| (said.at, Happens::Said(place))));
    let settles = |(place, event): (usize, &super::Event)| (event.settles_at, Happens::Settles(place));
    happens.extend(prepared.events.iter().enumerate().map(settles));
    let in_order = sort::places(happens.len(), &|a, b| happens[a] < happens[b]);
    let mut account = Account::new(prepared, rule, worse, config)?;
    for place in in_order {
        match happens[place] {
            (_, Happens::Print(contract, print)) => {
                account.print(contract, &prepared.contracts[contract].tape.trades()[print])?;
            }
            (_, Happens::Said(said)) => account.said(said)?,
            (at, Happens::Settles(event)) => account.settle(event, at),
        }
    }
    Ok(account.run)
}

struct Account<'a> {
    prepared: &'a Prepared,
    config: &'a Config,
    held: Vec<Held>,
    cash: i64,
    /// What all positions are worth at the last prints.
    marked: i64,
    highest: i64,
    /// By how much fills are worse than the print.
    worse: Price,
    run: Run,
}

impl<'a> Account<'a> {
    fn new(prepared: &'a Prepared, rule: Rule, worse: Price, config: &'a Config) -> Result<Self, Invalid> {
        let nothing =
            EventMoney { net: Cash::ZERO, fees: Cash::ZERO, fills: 0, volume: Quantity::ZERO, stops: 0 };
        let too_much = || Invalid::new("slippage", "must leave something of a dollar");
        let cash = config.capital.microdollars();
        Ok(Self {
            held: prepared.contracts.iter().map(|contract| Held::new(contract.schedule)).collect(),
            cash,
            marked: 0,
            highest: cash,
            worse: config.slippage.checked_add(worse).ok_or_else(too_much)?,
            run: Run {
                rule,
                curve: Vec::new(),
                events: vec![nothing; prepared.events.len()],
                fills: Vec::new(),
                choices: Vec::with_capacity(prepared.said.len()),
                max_drawdown: Cash::ZERO,
                max_drawdown_share: 0.0,
            },
            prepared,
            config,
        })
    }

    fn print(&mut self, contract: usize, trade: &Trade) -> Result<(), Invalid> {
        let event = self.prepared.contracts[contract].event;
        let held = &mut self.held[contract];
        let before = held.worth();
        if let Some((fill, change)) = held.fill(contract, trade, self.worse, self.cash)? {
            self.cash += change;
            let money = &mut self.run.events[event];
            money.net = add(money.net, change);
            money.fees = add(money.fees, fill.fee.microdollars());
            money.fills += 1;
            money.volume = money.volume.checked_add(fill.count).unwrap_or(Quantity::MAX);
            self.run.fills.push(fill);
        }
        // What was matched off the book is no price to trade at.
        if !trade.is_block {
            held.last = Some(trade.price);
        }
        self.marked += held.worth() - before;
        let was_stopped = held.is_stopped;
        held.stop(self.config.stop_loss, trade.instant());
        self.run.events[event].stops += usize::from(held.is_stopped && !was_stopped);
        self.look();
        Ok(())
    }

    fn said(&mut self, place: usize) -> Result<(), Invalid> {
        let said = &self.prepared.said[place];
        let beside: Vec<Beside<'_>> = said
            .lines
            .iter()
            .zip(&said.places)
            .map(|(line, place)| Beside { line, held: &self.held[*place] })
            .collect();
        let money = (self.cash, self.cash + self.marked);
        let choices = decide(self.run.rule, said, &beside, money, self.config)?;
        for (place, choice) in said.places.iter().zip(&choices) {
            let held = &mut self.held[*place];
            if held.wanted.is_some_and(|wanted| wanted.is_stop) {
                continue;
            }
            held.wanted = match *choice {
                Choice::Buy { side, count, limit } => {
                    Some(Wanted::new(side, count, Some(limit), said.at, held.schedule()))
                }
                Choice::Nothing(_) => None,
            };
        }
        self.run.choices.push(choices);
        self.note(said.at);
        Ok(())
    }

    /// Pays what an event's contracts pay; what is held of one that has not settled is sold at its last print.
    fn settle(&mut self, event: usize, at: Timestamp) {
        let of = &self.prepared.events[event];
        for place in of.contracts.clone() {
            let held = &mut self.held[place];
            self.marked -= held.worth();
            let pays = of.pays(place).or(held.last);
            let received = pays.map_or(0, |yes| held.settle(yes));
            self.cash += received;
            let money = &mut self.run.events[event];
            money.net = add(money.net, received);
        }
        self.look();
        self.note(at);
    }

    fn look(&mut self) {
        let worth = self.cash + self.marked;
        self.highest = self.highest.max(worth);
        let fall = self.highest - worth;
        if fall > self.run.max_drawdown.microdollars() {
            self.run.max_drawdown = Cash::from_microdollars(fall);
        }
        let share = fall as f64 / self.highest as f64;
        if share > self.run.max_drawdown_share {
            self.run.max_drawdown_share = share;
        }
    }

    fn note(&mut self, at: Timestamp) {
        self.run.curve.push((at, Cash::from_microdollars(self.cash + self.marked)));
    }
}
