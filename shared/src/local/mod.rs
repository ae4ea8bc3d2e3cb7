//! An exchange in this process: what the real one says of its books, and orders of ours that only this one has.
//!
//! ```text
//! the exchange's stream ──> Local ──> what a desk hears: books with our orders in them, fills and orders of ours
//! what a desk asks ───────> Local ──> answers, a round trip later
//!                             ├── books::Live, one a contract: where in the queue would we stand, who trades with us?
//!                             └── Member: an account at exchange::matching, whose books have our orders alone
//! ```
//!
//! A desk can't tell it from the exchange: books have its orders in them, an order that would cross is refused if it must
//! rest, one that ends is told, groups and expiries and pauses do what Kalshi's do, fills are charged as the series is. What is
//! estimated is when an order trades: by the same rules as in a backtest on books, [`books`](crate::exchange::books), which
//! also says what they can't know. An order never trades more than was traded, or offered to it, while it rested.
//!
//! **Delay.** A request is carried out a whole round trip after it is made, and answered then. What is heard of the exchange
//! is half a round trip old: what a request meets there when it arrives is what is heard half of one after that.
//!
//! No clock, no socket, no chance: the same told at the same times gives the same.

mod asked;
mod contract;
mod heard;

use std::collections::VecDeque;

use self::contract::Contract;
use crate::Invalid;
use crate::desk::{Answer, Ask, Event, Failure, Heard, Listed};
use crate::exchange::books::Queue;
use crate::exchange::matching::{AccountNumber, Listing, MarketStatus};
use crate::market::Ticker;
use crate::member::Member;
use crate::quoting::Status;
use crate::units::{Cash, Timestamp};

/// What everybody else together has, in microdollars: more than could ever trade with us.
const OTHERS: i64 = 100_000_000_000_000_000;

/// How an exchange in this process is to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The cash that the account begins with.
    pub capital: Cash,
    /// Where in the queue others give up.
    pub queue: Queue,
    /// How long it takes from a request to its answer, in microseconds.
    pub round_trip: i64,
}

/// What it says.
#[derive(Debug)]
pub enum Out {
    /// The stream says this.
    Heard(Heard),
    /// What was asked under this number is answered.
    Answered(u64, Result<Answer, Failure>),
}

/// An exchange in this process.
#[derive(Debug)]
pub struct Local {
    settings: Settings,
    member: Member,
    /// Whoever trades with us.
    others: AccountNumber,
    /// By place.
    contracts: Vec<Contract>,
    /// What was asked, and when it arrives.
    asked: VecDeque<(Timestamp, u64, Ask)>,
}

impl Local {
    /// Returns one that lists nothing yet, at which the account has its capital.
    ///
    /// # Errors
    ///
    /// Names a capital that is negative or too large, or a round trip that is negative.
    pub fn new(now: Timestamp, settings: Settings) -> Result<Self, Invalid> {
        if settings.round_trip < 0 {
            return Err(Invalid::new("round_trip", "must not be negative"));
        }
        if settings.capital < Cash::ZERO {
            return Err(Invalid::new("capital", "must not be negative"));
        }
        let mut member = Member::new(now);
        let others = member.matching.open_account();
        let paid = [(member.account, settings.capital), (others, Cash::from_microdollars(OTHERS))];
        for (account, amount) in paid {
            let too_much = |_| Invalid::new("capital", format!("{amount} is too much"));
            member.matching.pay(account, amount).map_err(too_much)?;
        }
        Ok(Self { settings, member, others, contracts: Vec::new(), asked: VecDeque::new() })
    }

    /// Takes note of what an event lists. Of contracts that were listed before, status and prices are as they are told now, and
    /// their books are not known until they are told again.
    ///
    /// # Errors
    ///
    /// Names a contract of which it isn't known what it charges.
    pub fn list(&mut self, now: Timestamp, event: &Event, out: &mut Vec<Out>) -> Result<(), Invalid> {
        for listed in &event.contracts {
            let place = match self.member.place(&listed.ticker) {
                Some(place) => place,
                None => self.add(now, listed)?,
            };
            // One that is closed stays so, whatever is said.
            let _ = self.member.matching.change_grid(now, place, listed.terms.grid.clone());
            let _ = self.member.matching.set_status(now, place, status(listed.terms.status));
            if let Some(contract) = self.contracts.get_mut(place) {
                contract.forget();
            }
        }
        self.tell(None, out);
        Ok(())
    }

    fn add(&mut self, now: Timestamp, listed: &Listed) -> Result<usize, Invalid> {
        let unknown = || Invalid::new("fees", format!("of {} are not known", listed.ticker));
        let fees = listed.terms.fees.ok_or_else(unknown)?;
        let grid = listed.terms.grid.clone();
        let place = self.member.matching.list(now, Listing { grid, fees, closes: Some(listed.closes) });
        self.member.name(listed.ticker.clone());
        self.contracts.push(Contract::new(self.settings.queue));
        Ok(place)
    }

    /// Takes a question, or what is to be done with an order, which arrives later.
    pub fn ask(&mut self, now: Timestamp, number: u64, ask: Ask) {
        let arrives = now.checked_add_micros(self.settings.round_trip).unwrap_or(Timestamp::MAX);
        self.asked.push_back((arrives, number, ask));
    }

    /// Returns when something happens by itself: a request arrives, an order ends.
    pub fn due(&self) -> Option<Timestamp> {
        let asked = self.asked.front().map(|asked| asked.0);
        asked.into_iter().chain(self.member.matching.next_due()).min()
    }

    /// Lets time pass, and pushes what is said meanwhile.
    pub fn advance(&mut self, now: Timestamp, out: &mut Vec<Out>) {
        while let Some((at, number, ask)) = self.asked.pop_front_if(|asked| asked.0 <= now) {
            self.pass(at, out);
            let answer = self.carry_out(at, &ask, out);
            out.push(Out::Answered(number, answer));
        }
        self.pass(now, out);
    }

    /// Lets orders end and contracts close.
    fn pass(&mut self, now: Timestamp, out: &mut Vec<Out>) {
        self.member.matching.advance(now);
        self.tell(None, out);
    }

    /// Returns a contract and its place, if it is listed.
    fn find(&mut self, ticker: &Ticker) -> Option<(usize, &mut Contract)> {
        let place = self.member.place(ticker)?;
        Some((place, self.contracts.get_mut(place)?))
    }
}

const fn status(status: Status) -> MarketStatus {
    match status {
        Status::Open => MarketStatus::Open,
        Status::Paused => MarketStatus::Paused,
        Status::Closed => MarketStatus::Closed,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
