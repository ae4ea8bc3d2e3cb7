//! Where a desk's profit comes from, and what its fills were worth later beside what a backtest expects: the lab's arithmetic
//! ([`Money`]), fed with what a desk's engine is told, as it is told.
//!
//! With the fair mark `m` of a contract (what quotes are made about, to the hundredth of a cent) each fill of size `n` and sign
//! `s`, traded at `x`, gives
//!
//! ```text
//! spread    = s n (m_before - x)
//! markout   = s n (m_30min - m_before)
//! inventory = s n (m_now - m_30min)       at the settlement, once there is one
//! pnl       = spread + markout + inventory - fees
//! ```
//!
//! exactly. Within the half-hour the mark now stands in for that of later. What was held before counts as inventory from what it
//! was worth at first.

mod account;
mod expectation;
mod interval;
mod markouts;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::collections::VecDeque;

use crate::backtest::Money;
use crate::engine::{Engine, Record};
use crate::ledger::Error;
use crate::market::{Position, Ticker, TradeId};
use crate::units::{Cash, Price, Timestamp};

use self::account::Account;
pub use self::account::Holding;
pub use self::expectation::{EventMarkouts, Expectation, ModelMarkouts};
pub use self::markouts::{Alarm, Markout, Markouts, Verdict};

/// How many of the latest public trades are remembered with the mark before them.
const REMEMBERED: usize = 256;

/// The accounts of a desk's contracts.
#[derive(Debug, Clone)]
pub struct Attribution {
    accounts: Vec<Account>,
    /// Of each place of the engine's the place of its account.
    places: Vec<usize>,
    /// Before that nothing counts but positions: what is heard then is the past.
    began: Option<Timestamp>,
    /// The mark before each of the latest public trades: a fill may be heard after the trade that it is.
    before: VecDeque<(usize, TradeId, Option<Price>)>,
    /// The mark just before what the engine is being told.
    mark: Option<Price>,
    equity: Cash,
    peak: Cash,
    drawdown: Cash,
    markouts: Markouts,
    due: Option<Timestamp>,
    /// Why it does not add up, if an amount was beyond all bounds.
    failed: Option<Error>,
}

impl Default for Attribution {
    fn default() -> Self {
        Self {
            accounts: Vec::new(),
            places: Vec::new(),
            began: None,
            before: VecDeque::new(),
            mark: None,
            equity: Cash::ZERO,
            peak: Cash::ZERO,
            drawdown: Cash::ZERO,
            markouts: Markouts::default(),
            due: None,
            failed: None,
        }
    }
}

impl Attribution {
    /// Begins a run at `now`: the engine's places are given anew. What was held at the end of the run before goes on.
    pub fn begin(&mut self, now: Timestamp) {
        self.places.clear();
        self.before.clear();
        self.begin_at(now);
    }

    /// Takes nothing for a mark that was heard before a time: until then the past is learned.
    pub const fn begin_at(&mut self, now: Timestamp) {
        self.began = Some(now);
    }

    /// Takes note of what the engine is about to be told.
    pub fn before(&mut self, engine: &Engine, record: &Record) {
        self.mark = None;
        match record {
            Record::Trade { place, trade } => {
                if let Some(id) = trade.id {
                    if self.before.len() == REMEMBERED {
                        self.before.pop_front();
                    }
                    self.before.push_back((*place, id, engine.mark(*place)));
                }
            }
            Record::Fill { fill, .. } => {
                let heard = self.before.iter().rev();
                let heard = heard.filter(|(place, id, _)| *place == fill.contract && Some(*id) == fill.trade);
                let heard = heard.map(|(.., mark)| *mark).next();
                self.mark = heard.unwrap_or_else(|| engine.mark(fill.contract));
            }
            _ => {}
        }
    }

    /// Takes in what the engine was told at `now`, whatever it made of it.
    pub fn after(&mut self, engine: &Engine, now: Timestamp, record: &Record) {
        if let Err(error) = self.take(engine, now, record) {
            self.failed.get_or_insert(error);
        }
    }

    fn take(&mut self, engine: &Engine, now: Timestamp, record: &Record) -> Result<(), Error> {
        match record {
            Record::List { ticker, .. } => {
                let known = self.accounts.iter().position(|account| account.ticker == *ticker);
                self.places.push(known.unwrap_or(self.accounts.len()));
                if known.is_none() {
                    self.accounts.push(Account::new(ticker.clone()));
                }
            }
            Record::Position { place, position } => {
                if let Some(account) = self.account(*place) {
                    account.told(*position)?;
                }
            }
            Record::Fill { fill, trade } => {
                let before = self.mark.unwrap_or(fill.price);
                if let Some(account) = self.account(fill.contract) {
                    let change = account.trade(fill, trade.at, before)?;
                    let next = account.due();
                    self.note(change)?;
                    self.due = self.due.into_iter().chain(next).min();
                }
                self.mark_all(engine, now)?;
            }
            Record::Settled { place, value } => {
                if let Some(account) = self.account(*place) {
                    let change = account.settle(*value)?;
                    self.note(change)?;
                }
            }
            // What may move what is believed or what is taken for it.
            Record::Trade { .. }
            | Record::Drained
            | Record::Fitted
            | Record::Book { .. }
            | Record::Nowcast { .. }
            | Record::Tick => self.mark_all(engine, now)?,
            _ => {}
        }
        Ok(())
    }

    fn account(&mut self, place: usize) -> Option<&mut Account> {
        self.accounts.get_mut(*self.places.get(place)?)
    }

    fn mark_all(&mut self, engine: &Engine, now: Timestamp) -> Result<(), Error> {
        if self.began.is_some_and(|began| now < began) {
            return Ok(());
        }
        for (place, account) in self.places.iter().enumerate() {
            if let (Some(mark), Some(account)) = (engine.mark(place), self.accounts.get_mut(*account)) {
                let change = account.mark(now, mark)?;
                let equity = self.equity.checked_add(change).ok_or(Error::TooMuch("equity"))?;
                self.equity = equity;
            }
        }
        self.note(Cash::ZERO)
    }

    /// Takes note that equity has changed.
    fn note(&mut self, change: Cash) -> Result<(), Error> {
        self.equity = self.equity.checked_add(change).ok_or(Error::TooMuch("equity"))?;
        self.peak = self.peak.max(self.equity);
        let fall = self.peak.checked_sub(self.equity).ok_or(Error::TooMuch("drawdown"))?;
        self.drawdown = self.drawdown.max(fall);
        Ok(())
    }

    /// Returns the mark just before the fill that the engine was told last; none where nothing was believed or it was no fill.
    pub const fn mark_before(&self) -> Option<Price> {
        self.mark
    }

    /// Finds the markouts whose time has come by `now`. Returns whether any had.
    pub fn advance(&mut self, now: Timestamp) -> bool {
        if self.due.is_none_or(|due| due >= now) {
            return false;
        }
        for account in &mut self.accounts {
            if let Err(error) = account.advance(now, &mut self.markouts) {
                self.failed.get_or_insert(error);
            }
        }
        self.due = self.accounts.iter().filter_map(Account::due).min();
        true
    }

    /// Returns how many contracts have an account.
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Returns whether none has.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// Returns the place of the account of the contract at a place of the engine's.
    pub fn place(&self, place: usize) -> Option<usize> {
        self.places.get(place).copied()
    }

    /// Returns the contract of the account at a place.
    pub fn ticker(&self, place: usize) -> Option<&Ticker> {
        self.accounts.get(place).map(|account| &account.ticker)
    }

    /// Returns what a YES contract of the account at a place paid, once it has settled.
    pub fn settled(&self, place: usize) -> Option<Price> {
        self.accounts.get(place)?.settled
    }

    /// Returns what is held of the contract of the account at a place: nothing once it has settled.
    pub fn position(&self, place: usize) -> Position {
        self.accounts.get(place).map_or(Position::FLAT, Account::position)
    }

    /// Returns what the fills of the account at a place have brought in so far, open positions at their marks.
    ///
    /// # Errors
    ///
    /// Returns [`Error::TooMuch`] if an amount doesn't fit, now or earlier.
    pub fn money(&self, place: usize) -> Result<Money, Error> {
        let account = self.accounts.get(place);
        account.map_or_else(|| Ok(Money::default()), Account::money)
    }

    /// Returns how much of an account's profit is realised, and how much open at its mark.
    ///
    /// # Errors
    ///
    /// As [`Attribution::money`].
    pub fn holding(&self, place: usize) -> Result<Holding, Error> {
        let account = self.accounts.get(place);
        account.map_or_else(|| Ok(Holding::default()), Account::holding)
    }

    /// Returns what all accounts have brought in, with the drawdown of all.
    ///
    /// # Errors
    ///
    /// As [`Attribution::money`].
    pub fn total(&self) -> Result<Money, Error> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let mut total = Money::default();
        for account in &self.accounts {
            let money = account.money()?;
            total.add(&money)?;
            total.max_position = total.max_position.max(money.max_position);
        }
        total.max_drawdown = self.drawdown;
        Ok(total)
    }

    /// Returns what what was held at first was worth then, as far as that is known: of all accounts.
    pub fn brought(&self) -> Cash {
        let sum = self.accounts.iter().map(|account| account.brought.microdollars());
        Cash::from_microdollars(sum.fold(0, i64::saturating_add))
    }

    /// Returns what buying, selling and settlements have added to the cash.
    pub fn cash(&self) -> Cash {
        let sum = self.accounts.iter().map(|account| account.cash.microdollars());
        Cash::from_microdollars(sum.fold(0, i64::saturating_add))
    }

    /// Returns the profit so far as it was last marked.
    pub const fn profit(&self) -> Cash {
        self.equity
    }

    /// Returns the markouts whose time has come.
    pub const fn markouts(&self) -> &Markouts {
        &self.markouts
    }

    /// Returns them to be judged.
    pub const fn markouts_mut(&mut self) -> &mut Markouts {
        &mut self.markouts
    }
}
