//! The belief in many contracts, as their prints come in.

use serde::{Deserialize, Serialize};

use super::aside::Aside;
use super::beside::{Asked, Found, Question};
use super::contract::{Contract, Learned, State};
use super::event::{Event, Fit};
use super::experts::{Design, EXPERTS, FILTER, Learning, Losses};
use super::legacy::Level;
use super::model::Model;
use super::prints::Prints;
use super::run::Runner;
use super::snapshot::Snapshot;
use super::{Belief, Calibration, Point, Refused};
use crate::Invalid;
use crate::market::{EventTicker, Tape, Ticker, Trade, repeated};
use crate::pieces::{Pace, Pieces};
use crate::units::Timestamp;

/// Where the parameters come from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) enum Source {
    Fitted(Calibration),
    Given(Model),
}

/// The filter of many contracts: what was printed goes in instant by instant, what is believed comes out.
///
/// Whatever is said of an instant was known before it or with it. At the ends of days since its first print (a week after
/// the last fit, or when its prints have grown by a quarter) an event's parameters are refitted on its prints before, with a
/// prior pooled over the models that other events used by then; at those since the first print of all, what the experts of
/// all contracts weigh is told of the hours that had passed. Both happen inside, when the first instant after asks for
/// them, or earlier, when [`Engine::advance`] says that the day has ended: to the same bits.
///
/// A fit takes many passes over an event's prints. [`Engine::advance_in_pieces`] does it between other things.
#[derive(Debug, Clone)]
pub struct Engine {
    source: Source,
    /// What an event goes by that was not fitted yet.
    unlearned: Learned,
    events: Vec<Event>,
    contracts: Vec<Contract>,
    /// The places of events and of contracts, by event and ticker: what is summed over them has the same bits in whatever
    /// order they were listed.
    events_sorted: Vec<usize>,
    contracts_sorted: Vec<usize>,
    design: Design,
    learning: Learning,
    /// Fits that were made beside it and that nothing has asked for yet.
    found: Vec<Found>,
}

impl Engine {
    /// Returns an engine that fits its parameters, and follows nothing yet.
    pub const fn new(calibration: Calibration) -> Self {
        Self::with(Source::Fitted(calibration))
    }

    /// Returns an engine whose experts are of another design.
    pub(super) fn designed(calibration: Calibration, design: Design) -> Self {
        Self { design, ..Self::new(calibration) }
    }

    /// Returns an engine that goes by `model`: nothing is fitted, and the filter is the only expert.
    pub const fn given(model: Model) -> Self {
        Self::with(Source::Given(model))
    }

    const fn with(source: Source) -> Self {
        let unlearned = match source {
            Source::Given(model) => Learned { model, ..Learned::nothing() },
            Source::Fitted(_) => Learned::nothing(),
        };
        Self {
            source,
            unlearned,
            events: Vec::new(),
            contracts: Vec::new(),
            events_sorted: Vec::new(),
            contracts_sorted: Vec::new(),
            design: Design::CHOSEN,
            learning: Learning::new(),
            found: Vec::new(),
        }
    }

    /// Follows a contract of an event from now on, and returns its place: places count up from 0. One that is followed
    /// already stays where it is. Where `settles` tells when the event settles, that holds from now on for all of it;
    /// where nobody does, it is the end of the month that its ticker names, else half a month after each print.
    pub fn list(&mut self, event: &EventTicker, contract: &Ticker, settles: Option<Timestamp>) -> usize {
        let of = match self.find_event(event) {
            Ok(known) => {
                if settles.is_some() {
                    self.settle(event, settles);
                }
                known
            }
            Err(sorted) => self.add_event(sorted, Event::new(event.clone(), settles)),
        };
        if let Some(place) = self.contracts.iter().position(|known| known.ticker == *contract) {
            return place;
        }
        let state = match self.source {
            Source::Fitted(Calibration::Legacy) => State::Legacy(Level::new()),
            _ => State::Switching(Runner::new()),
        };
        let weights = match self.source {
            Source::Given(_) => FILTER,
            Source::Fitted(_) => Losses::default().weights(&self.design, &self.learning.losses),
        };
        self.add_contract(Contract::new(contract.clone(), of, state, weights))
    }

    /// Returns an event's place, or where it would be among the sorted ones.
    fn find_event(&self, ticker: &EventTicker) -> Result<usize, usize> {
        let found = self.events_sorted.binary_search_by(|place| self.events[*place].ticker.cmp(ticker));
        found.map(|sorted| self.events_sorted[sorted])
    }

    fn add_event(&mut self, sorted: usize, event: Event) -> usize {
        self.events_sorted.insert(sorted, self.events.len());
        self.events.push(event);
        self.events.len() - 1
    }

    fn add_contract(&mut self, contract: Contract) -> usize {
        let key = |contract: &Contract| (self.events[contract.event].ticker.clone(), contract.ticker.clone());
        let new = key(&contract);
        let sorted = self.contracts_sorted.partition_point(|place| key(&self.contracts[*place]) < new);
        self.contracts_sorted.insert(sorted, self.contracts.len());
        self.contracts.push(contract);
        self.contracts.len() - 1
    }

    /// Tells when an event settles, from now on; an event that isn't followed is passed over.
    pub fn settle(&mut self, event: &EventTicker, settles: Option<Timestamp>) {
        let Ok(place) = self.find_event(event) else { return };
        let event = &mut self.events[place];
        let was = event.settles;
        event.tell(settles);
        if event.settles != was {
            for contract in self.contracts.iter_mut().filter(|contract| contract.event == place) {
                contract.prints.settle(event.settles);
            }
        }
    }

    /// Returns the contract at `place`.
    pub fn contract(&self, place: usize) -> Option<&Ticker> {
        self.contracts.get(place).map(|contract| &contract.ticker)
    }

    /// Returns the weights, in the fair value of the contract at `place`, of the filter, the slow and the quick average
    /// and the last print.
    pub fn weights(&self, place: usize) -> Option<[f64; EXPERTS]> {
        self.contracts.get(place).map(|contract| contract.weights)
    }

    /// Takes in all trades of one [`Trade::instant`] of the contract at `place`, and returns what is believed after them.
    ///
    /// # Errors
    ///
    /// Returns [`Refused`] if there is no such contract or no trade, if the trades are not all of it and of one instant, if
    /// they are before the last that were taken in, or if one was taken in before. Then nothing was taken in.
    pub fn take(&mut self, place: usize, trades: &[Trade]) -> Result<Belief, Refused> {
        self.catch_up_for(place, trades)?;
        self.follow(place, trades, None)
    }

    /// Does as [`Engine::take`], and appends what was believed at each of the trades.
    ///
    /// # Errors
    ///
    /// As [`Engine::take`].
    pub fn record(
        &mut self,
        place: usize,
        trades: &[Trade],
        points: &mut Vec<Point>,
    ) -> Result<Belief, Refused> {
        self.catch_up_for(place, trades)?;
        self.follow(place, trades, Some(points))
    }

    /// Does what the days that have ended by `now` ask for, before a print does.
    pub fn advance(&mut self, now: Timestamp) {
        self.advance_in_pieces(now).finish();
    }

    /// Does as [`Engine::advance`], piece by piece. Dropped on the way, it leaves undone what it hadn't finished, for
    /// later.
    pub fn advance_in_pieces(&mut self, now: Timestamp) -> Pieces<'_, ()> {
        Pieces::new(move |pace| async move {
            self.begin_day(now);
            for event in 0..self.events.len() {
                self.refit(&pace, event, now).await;
            }
        })
    }

    /// Returns the fits that the days which have ended by `now` ask for, each with all that it comes of. Found on another
    /// thread and handed back ([`Engine::know`]), they are there when the engine needs them.
    pub fn asked(&self, now: Timestamp) -> Vec<Asked> {
        let Source::Fitted(calibration) = self.source else { return Vec::new() };
        let asked = (0..).zip(&self.events).filter_map(|(place, event)| {
            let mut schedule = event.schedule;
            let question = self.question(place, schedule.pass(now, event.prints, event.settles)?);
            let prints = self.prints_of(place).into_iter().cloned().collect();
            Some(Asked { calibration, question, prints })
        });
        asked.collect()
    }

    /// Takes a fit that was made beside it. It is gone by when that is asked for, and has the same bits: if anything that it
    /// comes of has changed since, it is as if it had never been made.
    pub fn know(&mut self, found: Found) {
        self.found.push(found);
    }

    /// Makes room for what a tape of the contract at `place` holds.
    pub(super) fn expect(&mut self, place: usize, tape: &Tape) {
        if let Some(contract) = self.contracts.get_mut(place) {
            contract.prints.expect(tape);
        }
    }

    /// Returns whether an instant at `at` of the contract at `place` asks for something to be fitted first.
    pub(super) fn is_due(&self, place: usize, at: Timestamp) -> bool {
        let of = self.contracts.get(place).and_then(|contract| self.events.get(contract.event));
        matches!(self.source, Source::Fitted(_))
            && (self.learning.days.is_due(at) || of.is_some_and(|event| event.schedule.is_due(at)))
    }

    /// Fits what an instant at `at` of the contract at `place` asks for, and returns how many prints were fitted.
    pub(super) async fn catch_up(&mut self, pace: &Pace, place: usize, at: Timestamp) -> usize {
        self.begin_day(at);
        match self.contracts.get(place).map(|contract| contract.event) {
            Some(event) => self.refit(pace, event, at).await,
            None => 0,
        }
    }

    fn catch_up_for(&mut self, place: usize, trades: &[Trade]) -> Result<(), Refused> {
        let at = self.check(place, trades)?;
        if self.is_due(place, at) {
            Pieces::new(|pace| async move { self.catch_up(&pace, place, at).await }).finish();
        }
        Ok(())
    }

    /// Returns when the trades were, if they can be taken in.
    pub(super) fn check(&self, place: usize, trades: &[Trade]) -> Result<Timestamp, Refused> {
        let contract = self.contracts.get(place).ok_or(Refused::Unlisted { place })?;
        let ticker = || contract.ticker.clone();
        let first = trades.first().ok_or_else(|| Refused::Empty { ticker: ticker() })?;
        let at = first.instant();
        for trade in trades {
            if trade.ticker != contract.ticker {
                return Err(Refused::OtherContract { ticker: ticker(), got: trade.ticker.clone() });
            }
            if !trade.is_with(first) {
                return Err(Refused::OtherInstant { ticker: ticker(), at, other: trade.at });
            }
        }
        if let Some(last) = contract.last().filter(|last| at < *last) {
            return Err(Refused::OutOfOrder { ticker: ticker(), at, last });
        }
        let repeated = if trades.len() > 1 { repeated(trades).first().copied() } else { None };
        let again = || trades.iter().position(|trade| contract.has_taken(trade));
        match repeated.or_else(again).and_then(|place| trades.get(place)) {
            Some(trade) => Err(Refused::Repeated { ticker: ticker(), at: trade.at, id: trade.id }),
            None => Ok(at),
        }
    }

    /// Takes in the trades of an instant for which everything is fitted.
    fn follow(
        &mut self,
        place: usize,
        trades: &[Trade],
        points: Option<&mut Vec<Point>>,
    ) -> Result<Belief, Refused> {
        let (Some(contract), Some(first)) = (self.contracts.get_mut(place), trades.first()) else {
            return Err(Refused::Unlisted { place });
        };
        let at = first.instant();
        let event = &mut self.events[contract.event];
        event.count(at, trades.len());
        let learned = match event.fits.last_mut() {
            Some(fit) => {
                fit.used.get_or_insert(at);
                &fit.learned
            }
            None => &self.unlearned,
        };
        self.learning.days.start.get_or_insert(at);
        let batch = contract.keep(at, event.settles, trades);
        Ok(contract.take(learned, &self.design, &batch, points))
    }

    /// Returns what is known of the contract at `place`, to try prints on that nobody made.
    pub(super) fn aside(&self, place: usize) -> Option<Aside> {
        let contract = self.contracts.get(place)?;
        let event = &self.events[contract.event];
        Some(Aside {
            contract: contract.aside(),
            learned: *event.learned().unwrap_or(&self.unlearned),
            design: self.design,
            settles: event.settles,
        })
    }

    /// Tells the experts' weights of the days that have ended by `now`.
    fn begin_day(&mut self, now: Timestamp) {
        if self.learning.days.is_due(now) && matches!(self.source, Source::Fitted(_)) {
            self.learning.begin(&self.design, now, &mut self.contracts, &self.contracts_sorted);
        }
    }

    /// Refits an event at the ends of days up to `now`, and returns how many prints were fitted.
    async fn refit(&mut self, pace: &Pace, place: usize, now: Timestamp) -> usize {
        let Source::Fitted(calibration) = self.source else { return 0 };
        let event = &self.events[place];
        // What is not finished is to be done anew: until then it is due.
        let mut schedule = event.schedule;
        let fit = schedule.pass(now, event.prints, event.settles);
        let learned = match fit {
            Some(end) => {
                Some(Fit { at: end, used: None, learned: self.fitted(pace, calibration, place, end).await })
            }
            None => None,
        };
        let event = &mut self.events[place];
        event.schedule = schedule;
        if learned.is_none() {
            return 0;
        }
        event.fits.extend(learned);
        self.found.retain(|found| found.question.event != place);
        event.prints
    }

    /// Returns what an event's prints, all of which were before `end`, teach.
    async fn fitted(&self, pace: &Pace, calibration: Calibration, place: usize, end: Timestamp) -> Learned {
        let question = self.question(place, end);
        match self.found.iter().find(|found| found.question == question) {
            Some(found) => found.learned,
            None => question.answer(pace, calibration, &self.prints_of(place)).await,
        }
    }

    /// Returns what a fit of the event at the `end` of a day comes of, besides its prints.
    fn question(&self, place: usize, end: Timestamp) -> Question {
        let event = &self.events[place];
        let prior = self.prior(place, end);
        let start = event.learned().map_or(prior, |learned| learned.model);
        Question { event: place, prints: event.prints, settles: event.settles, start, prior }
    }

    /// Returns the prints of an event's contracts.
    fn prints_of(&self, place: usize) -> Vec<&Prints> {
        let contracts = self.contracts_sorted.iter().map(|place| &self.contracts[*place]);
        let of_event = contracts.filter(|contract| contract.event == place);
        of_event.map(|contract| &contract.prints).filter(|prints| !prints.batches.is_empty()).collect()
    }

    /// Returns what is assumed of the event at `place` at the `end` of a day from what the others had learned and used by then: the
    /// mean of that and of what was assumed before there was any.
    fn prior(&self, place: usize, end: Timestamp) -> Model {
        let mut sum = Model::prior().to_vector();
        let mut count = 1.0;
        for other in self.events_sorted.iter().filter(|other| **other != place) {
            if let Some(learned) = self.events[*other].used_before(end) {
                for (sum, x) in sum.iter_mut().zip(learned.model.to_vector()) {
                    *sum += x;
                }
                count += 1.0;
            }
        }
        Model::from_vector(sum.map(|sum| sum / count))
    }
}

impl Engine {
    /// Returns all that there is to know of the engine.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(self.source, &self.learning, &self.events, &self.contracts)
    }

    /// Returns the engine that a snapshot was taken of: what it says from now on has the same bits.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming what no snapshot can hold.
    pub fn restore(snapshot: &Snapshot) -> Result<Self, Invalid> {
        let mut engine = Self::with(snapshot.source()?);
        for event in snapshot.events()? {
            let Err(sorted) = engine.find_event(&event.ticker) else {
                return Err(Invalid::new("events", format!("{} is there twice", event.ticker)));
            };
            engine.add_event(sorted, event);
        }
        for contract in snapshot.contracts(&engine.events)? {
            let event = &mut engine.events[contract.event];
            event.prints += contract.prints.prints.len();
            engine.add_contract(contract);
        }
        if let Some(event) = engine.events.iter().find(|event| event.schedule.fitted > event.prints) {
            return Err(Invalid::new("fitted", format!("{}: more prints than there are", event.ticker)));
        }
        engine.learning = snapshot.learning()?;
        if matches!(engine.source, Source::Fitted(_)) {
            for contract in &mut engine.contracts {
                contract.weights = contract.losses.weights(&engine.design, &engine.learning.losses);
            }
        }
        Ok(engine)
    }
}
