//! A tape with its beliefs, laid out for running over it many times.

use core::ops::Range;
use std::sync::{Arc, OnceLock};

use super::agreed::{Agreed, Beliefs, Believed};
use super::hash::{sha256, tape_hash};
use super::kept::Books;
use super::money::HORIZONS;
use crate::Invalid;
use crate::belief::Belief;
use crate::belief::{Point, Track};
use crate::exchange::Print;
use crate::fees::{FeeMultiplier, FeeSchedule, FeeType, KnownSeries};
use crate::market::{Contract, EventTape, EventTicker, Side, Tape, Ticker, Trade, is_exclusive};
use crate::settings::OrAuto;
use crate::sort;
use crate::units::{Price, Quantity, Timestamp};

/// One event of a tape; or one contract of an event whose contracts don't exclude each other, which is priced as an event
/// of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedEvent {
    /// The event.
    pub ticker: EventTicker,
    /// Its contracts' places in [`Prepared::contracts`].
    pub contracts: Range<usize>,
    /// When its count is taken, as far as its name or its contracts tell.
    pub settles: Option<Timestamp>,
    /// How many prints it has.
    pub prints: usize,
    /// When its first and its last print were, in microseconds.
    pub span: (i64, i64),
}

/// One contract of a tape.
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedContract {
    /// The contract.
    pub ticker: Ticker,
    /// Its event's place in [`Prepared::events`].
    pub event: usize,
    /// The side it settled to, where that is known and it was one. No strategy reaches it.
    pub result: Option<Side>,
    /// What YES was paid, where that is known. No strategy reaches it either.
    pub pays: Option<Price>,
    /// What its series charges, where a file of contracts or the catalogue of known series says.
    pub fees: Option<FeeSchedule>,
    /// When trading in it ended, where that is known.
    pub closes: Option<Timestamp>,
    /// How many prints it has.
    pub prints: usize,
    /// The place of its last batch.
    pub(super) last_batch: usize,
}

/// A tape of prints and what was believed at each of them: computed once, run over often.
///
/// Prints of one contract and one instant are a batch. Batches of all contracts are in one order of time; those of the
/// same instant are in order of contract. A fair price is kept as a mark in whole centi-cents, so that what a position is
/// worth is an exact [`crate::units::Cash`].
#[derive(Debug, Clone)]
pub struct Prepared {
    events: Vec<PreparedEvent>,
    contracts: Vec<PreparedContract>,
    hash: String,
    markets_hash: Option<String>,
    pub(super) batches: Vec<Batch>,
    beliefs: Vec<Belief>,
    pub(super) prints: Vec<Print>,
    /// What events that had settled tell the others, once that was asked.
    longshots: OnceLock<Vec<OrAuto<2>>>,
    /// What beliefs come to together, once that was asked.
    agreed: OnceLock<Agreed>,
    /// The tape with other fair values in the place of beliefs, once that was asked.
    around: [OnceLock<Box<Self>>; AROUND],
    /// The books, of a tape that has them.
    books: Option<Arc<Books>>,
}

/// How many fair values there are that a tape of prints has besides its beliefs.
const AROUND: usize = 3;

/// A batch and its marks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch {
    /// When, in microseconds.
    pub(super) at: i64,
    /// The contract's place.
    pub(super) contract: u32,
    /// Its first print's place; it ends where the next batch begins.
    pub(super) first: u32,
    /// The fair price before and after.
    pub(super) before: Price,
    pub(super) after: Price,
    /// The fair price at each of [`HORIZONS`] later.
    pub(super) later: [Price; HORIZONS.len()],
}

impl Beliefs for Prepared {
    fn in_time(&self) -> impl Iterator<Item = Believed<'_>> {
        self.batches.iter().zip(&self.beliefs).map(|(batch, belief)| {
            let contract = batch.contract as usize;
            let event = self.contracts[contract].event;
            (event, contract - self.events[event].contracts.start, belief)
        })
    }
}

impl Prepared {
    /// Lays out `events` with their `tracks`, one a contract in the tapes' own order, as
    /// [`crate::belief::walk_forward`] returns them; `markets` says of some or all contracts how they settled and what
    /// they charge.
    ///
    /// # Errors
    ///
    /// Names `tracks` if they don't fit the tapes, `fair` if a belief is no price, or `fee_type` if a contract has a fee
    /// whose amount is unpublished.
    pub fn new(events: &[EventTape], tracks: &[Vec<Track>], markets: &[Contract]) -> Result<Self, Invalid> {
        if tracks.len() != events.len() {
            return Err(misfit("another number of events"));
        }
        let mut laid = Vec::with_capacity(events.len());
        for (event, tracks) in events.iter().zip(tracks) {
            if tracks.len() != event.contracts().len() {
                return Err(misfit("another number of contracts"));
            }
            let contracts = event.contracts().iter().zip(tracks).map(|(tape, track)| Laid::of(tape, track));
            laid.push((event.event().clone(), contracts.collect::<Result<Vec<Laid>, Invalid>>()?));
        }
        Self::lay(laid, tape_hash(events), markets)
    }

    /// Puts contracts that are laid out, at least one an event, into one order of time; `hash` names the tape.
    pub(super) fn lay(
        events: Vec<(EventTicker, Vec<Laid>)>,
        hash: String,
        markets: &[Contract],
    ) -> Result<Self, Invalid> {
        let mut prepared = Self {
            events: Vec::with_capacity(events.len()),
            contracts: Vec::new(),
            hash,
            markets_hash: None,
            batches: Vec::new(),
            beliefs: Vec::new(),
            prints: Vec::new(),
            longshots: OnceLock::new(),
            agreed: OnceLock::new(),
            around: Default::default(),
            books: None,
        };
        let mut facts = String::new();
        // By contract first: batches, beliefs and prints in the tapes' order, then put into one order of time.
        let (mut batches, mut beliefs, mut prints) = (Vec::new(), Vec::new(), Vec::new());
        for (event, laid) in events {
            let first_contract = prepared.contracts.len();
            let is_apart = !is_exclusive(&event, markets);
            let spans: Vec<(i64, i64, usize)> = laid.iter().map(Laid::span).collect();
            for own in laid {
                let place = prepared.contracts.len();
                // The last word counts.
                let contract = markets.iter().rev().find(|known| known.ticker == own.ticker);
                if let Some(contract) = contract {
                    facts.push_str(&facts_of(contract));
                }
                prepared.contracts.push(PreparedContract {
                    event: prepared.events.len() + if is_apart { place - first_contract } else { 0 },
                    result: contract.and_then(|contract| contract.result),
                    pays: contract.and_then(Contract::pays),
                    fees: schedule(&event, contract)?,
                    closes: contract.and_then(|contract| contract.close_time),
                    prints: own.prints.len(),
                    last_batch: 0,
                    ticker: own.ticker,
                });
                let first = prints.len() as u32;
                let numbered = own.batches.into_iter();
                batches.extend(numbered.map(|batch| Batch {
                    contract: place as u32,
                    first: first + batch.first,
                    ..batch
                }));
                beliefs.extend(own.beliefs);
                prints.extend(own.prints);
            }
            let contracts = first_contract..prepared.contracts.len();
            let closes = prepared.contracts[contracts.clone()].iter().filter_map(|c| c.closes).max();
            let settles = closes.or_else(|| Some(event.month_end()?.checked_add_days(1)?.midnight()));
            let step = if is_apart { 1 } else { contracts.len() };
            for (spans, first) in spans.chunks(step).zip(contracts.step_by(step)) {
                prepared.events.push(PreparedEvent {
                    span: spans.iter().fold((i64::MAX, i64::MIN), |(first, last), (from, to, _)| {
                        (first.min(*from), last.max(*to))
                    }),
                    ticker: event.clone(),
                    contracts: first..first + spans.len(),
                    settles,
                    prints: spans.iter().map(|span| span.2).sum(),
                });
            }
        }
        prepared.markets_hash = (!facts.is_empty()).then(|| sha256(facts.as_bytes()));
        prepared.interleave(&batches, &beliefs, &prints);
        Ok(prepared)
    }

    /// Puts batches that are sorted by contract into one order of time.
    fn interleave(&mut self, batches: &[Batch], beliefs: &[Belief], prints: &[Print]) {
        let in_time = sort::places(batches.len(), &|a, b| batches[a].at < batches[b].at);
        self.prints.reserve_exact(prints.len());
        for place in in_time {
            let mut batch = batches[place];
            let end = batches.get(place + 1).map_or(prints.len(), |next| next.first as usize);
            let own = &prints[batch.first as usize..end];
            batch.first = self.prints.len() as u32;
            self.contracts[batch.contract as usize].last_batch = self.batches.len();
            self.batches.push(batch);
            self.beliefs.push(beliefs[place]);
            self.prints.extend_from_slice(own);
        }
    }

    /// Returns the events, in the order of their tapes.
    pub fn events(&self) -> &[PreparedEvent] {
        &self.events
    }

    /// Returns the contracts of all events, event by event.
    pub fn contracts(&self) -> &[PreparedContract] {
        &self.contracts
    }

    /// Returns how many prints there are.
    pub fn prints(&self) -> usize {
        self.prints.len()
    }

    /// Returns how many batches there are: of one contract and one instant each.
    pub fn batches(&self) -> usize {
        self.batches.len()
    }

    /// Returns when the batch at that place was, in microseconds; 0 past the end.
    pub fn batch_micros(&self, batch: usize) -> i64 {
        self.batches.get(batch).map_or(0, |batch| batch.at)
    }

    /// Iterates over a contract's batches: when, in microseconds, and the fair price after it, in dollars.
    pub fn fairs(&self, contract: usize) -> impl Iterator<Item = (f64, f64)> {
        let batches = self.batches.iter().zip(&self.beliefs);
        let own = batches.filter(move |(batch, _)| batch.contract as usize == contract);
        own.map(|(batch, belief)| (batch.at as f64, belief.fair))
    }

    /// Iterates over the batches: of which contract, and the price of its last print.
    pub(crate) fn printed(&self) -> impl Iterator<Item = (usize, Price)> {
        (0..self.batches.len()).filter_map(|batch| {
            let last = self.prints.get(self.prints_of(batch))?.last()?;
            Some((self.batches.get(batch)?.contract as usize, last.price))
        })
    }

    /// Returns by batch the price of its contract's last print up to then; none where none was printed yet, as in books it
    /// may be.
    pub(super) fn last_prices(&self) -> Vec<Option<Price>> {
        let mut last = vec![None; self.contracts.len()];
        let batches = self.batches.iter().enumerate().map(|(place, batch)| {
            let own = &mut last[batch.contract as usize];
            *own = self.prints[self.prints_of(place)].last().map(|print| print.price).or(*own);
            *own
        });
        batches.collect()
    }

    /// Returns the [`tape_hash`] of the tape, or what [names](super::Recorded::hash) a recording of books.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Returns what names all that is known of the tape's contracts besides their trades; `None` where that is nothing.
    pub fn markets_hash(&self) -> Option<&str> {
        self.markets_hash.as_deref()
    }

    /// Returns the books, of a tape that has them.
    pub fn books(&self) -> Option<&Books> {
        self.books.as_deref()
    }

    /// Adds the books that the tape is of.
    pub(super) fn set_books(&mut self, books: Books) {
        self.books = Some(Arc::new(books));
    }

    /// Returns what was believed after each batch.
    pub(super) fn beliefs(&self) -> &[Belief] {
        &self.beliefs
    }

    /// Lets other beliefs be put in the place of these. What was found from them is forgotten.
    pub(super) fn beliefs_mut(&mut self) -> &mut [Belief] {
        self.longshots = OnceLock::new();
        self.agreed = OnceLock::new();
        self.around = Default::default();
        &mut self.beliefs
    }

    /// Returns where what events that had settled tell the others is kept.
    pub(super) fn kept_longshots(&self) -> &OnceLock<Vec<OrAuto<2>>> {
        &self.longshots
    }

    /// Returns where what the beliefs come to together is kept.
    pub(super) fn agreed(&self) -> &OnceLock<Agreed> {
        &self.agreed
    }

    /// Returns where the tape with other fair values in the place of beliefs is kept.
    pub(super) fn kept_around(&self) -> &[OnceLock<Box<Self>>; AROUND] {
        &self.around
    }

    /// Returns where the prints of a batch are.
    pub(super) fn prints_of(&self, batch: usize) -> Range<usize> {
        let end = self.batches.get(batch + 1).map_or(self.prints.len(), |next| next.first as usize);
        self.batches[batch].first as usize..end
    }
}

/// A contract's batches with their beliefs, and its prints, before they are put into one order of time. A batch's first print
/// is a place among these.
pub(super) struct Laid {
    pub(super) ticker: Ticker,
    pub(super) batches: Vec<Batch>,
    pub(super) beliefs: Vec<Belief>,
    pub(super) prints: Vec<Print>,
    /// When its first and its last print were, in microseconds.
    pub(super) between: (i64, i64),
}

impl Laid {
    /// Lays out a tape with what was believed at each of its prints.
    fn of(tape: &Tape, track: &Track) -> Result<Self, Invalid> {
        if track.ticker != *tape.ticker() || track.points.len() != tape.trades().len() {
            return Err(misfit(tape.ticker().as_str()));
        }
        let span = tape.span();
        let mut laid = Self::empty(tape.ticker().clone(), (span.0.micros(), span.1.micros()));
        for trades in tape.batches() {
            let points = &track.points[laid.prints.len()..laid.prints.len() + trades.len()];
            let belief = believed(points)?;
            laid.push(trades[0].at.micros(), mark(points[0].fair_before)?, belief)?;
            laid.prints.extend(trades.iter().map(print));
        }
        look_ahead(&mut laid.batches);
        Ok(laid)
    }

    /// Returns a contract without a batch.
    pub(super) const fn empty(ticker: Ticker, between: (i64, i64)) -> Self {
        Self { ticker, batches: Vec::new(), beliefs: Vec::new(), prints: Vec::new(), between }
    }

    /// Adds a batch, whose prints are those that are added next.
    pub(super) fn push(&mut self, at: i64, before: Price, belief: Belief) -> Result<(), Invalid> {
        self.batches.push(Batch {
            at,
            contract: 0,
            first: self.prints.len() as u32,
            before,
            after: mark(belief.fair)?,
            later: [Price::ZERO; HORIZONS.len()],
        });
        self.beliefs.push(belief);
        Ok(())
    }

    fn span(&self) -> (i64, i64, usize) {
        (self.between.0, self.between.1, self.prints.len())
    }
}

/// Returns a trade as a venue sees it: what was traded off the book moves the belief, and nothing in the book.
pub(super) fn print(trade: &Trade) -> Print {
    Print {
        price: trade.price,
        count: if trade.is_block { Quantity::ZERO } else { trade.count },
        taker: trade.taker_side,
    }
}

fn misfit(why: &str) -> Invalid {
    Invalid::new("tracks", format!("don't fit the tapes: {why}"))
}

/// Returns what is believed after a batch.
pub(super) fn believed(points: &[Point]) -> Result<Belief, Invalid> {
    let Some(last) = points.last() else {
        return Err(Invalid::new("tracks", "have a batch without a point"));
    };
    Ok(last.belief())
}

/// Returns the nearest price.
pub(super) fn mark(fair: f64) -> Result<Price, Invalid> {
    if (0.0..=1.0).contains(&fair) {
        Ok(Price::nearest(fair))
    } else {
        Err(Invalid::new("fair", format!("must be from 0 to 1 dollar, got {fair}")))
    }
}

/// Fills in the later marks of one contract's batches: those of the last batch up to then.
pub(super) fn look_ahead(batches: &mut [Batch]) {
    for (h, horizon) in HORIZONS.iter().enumerate() {
        let mut then = 0;
        for now in 0..batches.len() {
            while then + 1 < batches.len() && batches[then + 1].at <= batches[now].at + horizon {
                then += 1;
            }
            batches[now].later[h] = batches[then].after;
        }
    }
}

/// Returns what a contract of an event charges: what the file says, or else the catalogue of known series.
pub(crate) fn schedule(
    event: &EventTicker,
    contract: Option<&Contract>,
) -> Result<Option<FeeSchedule>, Invalid> {
    let said = contract.and_then(|contract| Some((contract, contract.fee_type?)));
    let Some((contract, fee_type)) = said else {
        return KnownSeries::of(event).map(KnownSeries::schedule).transpose();
    };
    let multiplier = contract.fee_multiplier.unwrap_or(FeeMultiplier::ONE);
    match FeeSchedule::new(fee_type, multiplier) {
        Ok(schedule) => Ok(Some(schedule)),
        Err(invalid) if fee_type == FeeType::Flat => Err(invalid.within(&contract.ticker)),
        Err(invalid) => Err(invalid),
    }
}

/// Returns a line with all that is known of a contract and that a result depends on.
fn facts_of(contract: &Contract) -> String {
    let mut line = contract.ticker.to_string();
    // What is the rule is left out, so that it has one name whether a file says it or not.
    if contract.ticker.event().as_ref() != Ok(&contract.event_ticker) {
        line = line + "@" + contract.event_ticker.as_str();
    }
    if contract.mutually_exclusive == Some(false) {
        line.push('!');
    }
    if let Some(value) = contract.settlement_value {
        line = line + "=" + &value.to_string();
    }
    for fact in [
        contract.result.map(|result| result.to_string()),
        contract.fee_type.map(|fee_type| fee_type.to_string()),
        contract.fee_multiplier.map(|multiplier| multiplier.to_string()),
        contract.close_time.map(|close| close.to_string()),
    ] {
        line.push(',');
        line.push_str(fact.as_deref().unwrap_or_default());
    }
    line.push('\n');
    line
}
