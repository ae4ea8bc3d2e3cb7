//! What a desk did, made from what it wrote down by doing its runs again: the lab's report, with what else a session has to say.
//!
//! Whoever does a run again ([`Engine::apply`]) tells a [`Session`] each entry and, around it, what the engine makes of the
//! inputs. Money is booked by [`Attribution`], as the desk itself does it.

mod diary;
mod json;
mod reckoning;
mod rows;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use crate::Invalid;
use crate::attribution::{Attribution, Expectation, Markout};
use crate::backtest::{Config, HORIZONS, Money, Sharpe};
use crate::desk::{Entry, Label, Setting, Written};
use crate::engine::{Engine, Record};
use crate::ledger::Error;
use crate::market::{EventTicker, Position};
use crate::units::{Cash, Date, Timestamp};

pub use self::diary::{Closing, Diary, Messages, Unknown};
pub use self::reckoning::{Reckoning, Run};
pub use self::rows::{SessionFill, SessionRow};

/// How many points of equity are kept: beyond it every second one is forgotten.
const POINTS: usize = 16_384;

/// A session of one or more runs, in the order in which they were.
#[derive(Debug, Clone, Default)]
pub struct Session {
    label: Label,
    config: Option<Config>,
    /// How many other configurations runs before the last one had.
    others: usize,
    event: Option<EventTicker>,
    attribution: Attribution,
    /// Of each account how many public trades were heard in the session.
    prints: Vec<i64>,
    diary: Diary,
    runs: Vec<Run>,
    fills: Vec<SessionFill>,
    equity: Vec<(Timestamp, Cash)>,
    /// The profit at the end of each day of the exchange's clock, in UTC.
    days: Vec<(Date, Cash)>,
    expects: Option<Expectation>,
}

impl Session {
    /// Lays what a backtest expects beside the markouts.
    pub const fn expect(&mut self, expects: Option<Expectation>) {
        self.expects = expects;
    }

    /// Begins the next run.
    pub fn begin(&mut self, number: i64) {
        self.runs.push(Run::new(number));
    }

    /// Takes in an entry, before the engine is told of it where it is an input.
    ///
    /// # Errors
    ///
    /// Names what of its configuration can't be read.
    pub fn note(&mut self, entry: &Entry) -> Result<(), Invalid> {
        let Some(run) = self.runs.last_mut() else { return Ok(()) };
        let is_first = run.began.is_none();
        run.note(entry);
        self.diary.note(entry, is_first);
        match &entry.what {
            Written::Setting(Setting::Config(text)) => {
                let config = Config::from_text(text)?;
                self.others += usize::from(self.config.is_some_and(|before| before != config));
                self.config = Some(config);
                if is_first {
                    self.attribution.begin(entry.at);
                }
            }
            Written::Setting(Setting::Label(label)) => self.label.clone_from(label),
            Written::Input(Record::List { event, .. }) => self.event = Some(event.clone()),
            _ => {}
        }
        Ok(())
    }

    /// Takes note of what the engine is about to be told.
    pub fn before(&mut self, engine: &Engine, record: &Record) {
        self.attribution.before(engine, record);
    }

    /// Takes in what the engine was told, whatever it made of it.
    pub fn after(&mut self, engine: &Engine, at: Timestamp, record: &Record) {
        self.attribution.after(engine, at, record);
        self.attribution.advance(at);
        let Some(run) = self.runs.last_mut() else { return };
        let is_past = run.began.is_none_or(|began| at < began);
        match record {
            Record::Balance { event, balance } => {
                let cash = engine.maker(event).map(|maker| maker.ledger().cash());
                run.reckoning.begin(*balance, cash, self.attribution.cash());
            }
            Record::Trade { place, .. } if !is_past => {
                if let Some(place) = self.attribution.place(*place) {
                    self.prints.resize(self.prints.len().max(place + 1), 0);
                    if let Some(prints) = self.prints.get_mut(place) {
                        *prints += 1;
                    }
                }
            }
            Record::Fill { fill, trade } => {
                let position = self.attribution.place(fill.contract).map(|of| self.attribution.position(of));
                self.fills.push(SessionFill {
                    at: trade.at,
                    ticker: trade.ticker.clone(),
                    action: fill.action,
                    price: fill.price,
                    count: fill.count,
                    fee: fill.fee,
                    fair: self.attribution.mark_before().unwrap_or(fill.price),
                    position: position.unwrap_or(Position::FLAT),
                });
            }
            _ => {}
        }
        if !is_past {
            self.note_equity(at);
        }
    }

    fn note_equity(&mut self, at: Timestamp) {
        let profit = self.attribution.profit();
        match self.days.last_mut() {
            Some((day, last)) if *day == at.date() => *last = profit,
            _ => self.days.push((at.date(), profit)),
        }
        if self.equity.last().is_none_or(|(_, last)| *last != profit) {
            if self.equity.len() == POINTS {
                let mut is_kept = false;
                self.equity.retain(|_| {
                    is_kept = !is_kept;
                    is_kept
                });
            }
            self.equity.push((at, profit));
        }
    }

    /// Ends the run that was begun last, whose engine is that.
    pub fn end(&mut self, engine: &Engine) {
        let Some(run) = self.runs.last_mut() else { return };
        self.diary.end(run.ended.unwrap_or(Timestamp::MIN));
        if let Some(maker) = self.event.as_ref().and_then(|event| engine.maker(event)) {
            run.reckoning.end(maker, &self.attribution);
        }
    }

    /// Returns what a run is called: how far its hands reach.
    pub fn mode(&self) -> &str {
        if self.label.mode.is_empty() { "desk" } else { &self.label.mode }
    }

    /// Returns the hash of what decides what it did with money; empty where a journal doesn't say it.
    pub fn configuration(&self) -> &str {
        &self.label.configuration
    }

    /// Returns the configuration of the last run, and how many others runs before it had.
    pub const fn config(&self) -> (Option<&Config>, usize) {
        (self.config.as_ref(), self.others)
    }

    /// Returns what was traded.
    pub const fn event(&self) -> Option<&EventTicker> {
        self.event.as_ref()
    }

    /// Returns what happened besides fills.
    pub const fn diary(&self) -> &Diary {
        &self.diary
    }

    /// Returns the runs.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Returns the fills in the order in which they were heard.
    pub fn fills(&self) -> &[SessionFill] {
        &self.fills
    }

    /// Returns the profit as it went, in the order of time.
    pub fn equity(&self) -> &[(Timestamp, Cash)] {
        &self.equity
    }

    /// Returns what fills were worth at each horizon once that had passed.
    pub fn markouts(&self) -> [Markout; HORIZONS.len()] {
        self.attribution.markouts().read()
    }

    /// Returns what is expected of them.
    pub const fn expects(&self) -> Option<&Expectation> {
        self.expects.as_ref()
    }

    /// Returns a row a contract, in the order in which they were listed.
    ///
    /// # Errors
    ///
    /// Returns [`Error::TooMuch`] if an amount doesn't fit.
    pub fn rows(&self) -> Result<Vec<SessionRow>, Error> {
        let row = |place: usize| {
            let Some(ticker) = self.attribution.ticker(place).cloned() else { return Ok(None) };
            Ok(Some(SessionRow {
                ticker,
                money: self.attribution.money(place)?,
                holding: self.attribution.holding(place)?,
                prints: self.prints.get(place).copied().unwrap_or(0),
                pays: self.attribution.settled(place),
            }))
        };
        (0..self.attribution.len()).filter_map(|place| row(place).transpose()).collect()
    }

    /// Returns what all of them brought.
    ///
    /// # Errors
    ///
    /// As [`Session::rows`].
    pub fn total(&self) -> Result<Money, Error> {
        self.attribution.total()
    }

    /// Returns the Sharpe ratio of the days' profits; none of fewer than three days.
    fn sharpe(&self) -> Option<Sharpe> {
        let mut before = 0;
        let profits = self.days.iter().map(|(_, profit)| {
            let now = profit.microdollars();
            now.saturating_sub(std::mem::replace(&mut before, now))
        });
        Sharpe::of(&profits.collect::<Vec<_>>())
    }
}
