//! Several events at once: the belief that they share, and a maker for each.

mod snapshot;
mod twice;
mod values;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

pub use self::snapshot::EngineSnapshot;
use self::twice::{forget, remember};
use super::{Error, Input, Maker, Outputs, Parameters, Record};
use crate::Invalid;
use crate::belief::{Asked, Found, Refused, Stream};
use crate::catalyst::Precaution;
use crate::exchange::{Fill, OrderCommand, OrderReport};
use crate::fair::Values;
use crate::market::{EventTicker, Ticker, Trade};
use crate::quoting::{Terms, Widening};
use crate::risk::Closures;
use crate::sort;
use crate::units::{Price, Timestamp};

/// The whole loop: public trades in, orders out.
///
/// Contracts are named by their place in the order in which they were listed. Public trades become beliefs when their
/// instant is complete: when a later trade comes, or when [`Told::Drained`] says that nothing more is on its way. A fill of
/// ours is a public trade seen early: it is taken into the belief with the trade that it is, whichever of the two is heard
/// first, and counts once. The two are the same by the exchange's id, and where one of them has none by contract, instant,
/// price and count.
///
/// Once a day the belief is fitted anew, which takes far longer than anything else. Who can't wait so long has it done
/// beside the loop: between [`Told::Fitting`] and [`Told::Fitted`] public trades wait, and so does a fill's print, while its
/// money is booked and all else is decided on what was believed before. Then they are taken in, to the same beliefs.
#[derive(Debug, Clone)]
pub struct Engine {
    parameters: Parameters,
    stream: Stream,
    events: Vec<Event>,
    /// Each contract's event, and its place among that event's contracts.
    contracts: Vec<(usize, usize)>,
    /// Fills whose public trade has not been heard, and public trades that may yet be heard as fills.
    early: VecDeque<(usize, Trade)>,
    heard: VecDeque<(usize, Trade)>,
    /// Trades that wait for a fit, if one is being made.
    waiting: Option<Vec<(usize, Trade)>>,
    /// What closes all events, also those that are listed later.
    closures: Closures,
    /// Room for one maker's outputs.
    own: Outputs,
}

/// An event that is traded.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Event {
    ticker: EventTicker,
    maker: Maker,
    /// What its contracts are worth by what quotes are made about.
    values: Values,
    /// The places of its contracts.
    places: Vec<usize>,
}

/// What the engine is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Told<'a> {
    /// A public trade of the contract at that place.
    Trade(usize, Trade),
    /// The feed is drained: what has come is complete.
    Drained,
    /// A fit is made beside the loop from now on.
    Fitting,
    /// The fit is there: whether it was handed over ([`Engine::know`]) or is made only now, the same comes of it.
    Fitted,
    /// One of our orders traded: the fill, its contract named by place, and the public trade that it is.
    Fill(Fill, Trade),
    /// Anything else that happened in the event of that ticker; contracts are named by their place among the event's.
    Event(&'a EventTicker, Input<'a>),
    /// Time passed.
    Tick,
}

impl Engine {
    /// Returns an engine without an event, whose belief `stream` has in it.
    pub const fn new(parameters: Parameters, stream: Stream) -> Self {
        Self {
            parameters,
            stream,
            events: Vec::new(),
            contracts: Vec::new(),
            early: VecDeque::new(),
            heard: VecDeque::new(),
            waiting: None,
            closures: Closures::NONE,
            own: Outputs::new(),
        }
    }

    /// Lists a contract of an event, and returns its place; an event's first one begins an account of its own.
    ///
    /// # Errors
    ///
    /// As [`Maker::new`], or names `ticker` if the contract is listed already.
    pub fn list(&mut self, event: &EventTicker, ticker: &Ticker, terms: &Terms) -> Result<usize, Invalid> {
        let place = self.stream.list(event, ticker, terms.settles);
        if place < self.contracts.len() {
            return Err(Invalid::new("ticker", format!("{ticker} is listed already")));
        }
        let of = match self.events.iter().position(|known| known.ticker == *event) {
            Some(of) => of,
            None => {
                let mut maker = Maker::new(&self.parameters.as_told(), Vec::new())?;
                maker.begin_closed(self.closures);
                let values = Values::new(event, terms.settles, 0);
                self.events.push(Event { ticker: event.clone(), maker, values, places: Vec::new() });
                self.events.len() - 1
            }
        };
        if let Some(event) = self.events.get_mut(of) {
            event.maker.list(terms);
            event.values.list();
            self.contracts.push((of, event.places.len()));
            event.places.push(place);
        }
        Ok(place)
    }

    /// Takes in what happened at `now` and adds to `out` what follows from it, contracts named by place.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if it can't be: a trade that is out of order or was seen before changes nothing.
    pub fn step(&mut self, now: Timestamp, told: &Told<'_>, out: &mut Outputs) -> Result<(), Error> {
        match told {
            Told::Trade(place, trade) => {
                if forget(&mut self.early, *place, trade) {
                    return Ok(());
                }
                self.take(now, *place, trade, out)?;
                remember(&mut self.heard, *place, trade);
                Ok(())
            }
            Told::Drained if self.waiting.is_some() => Ok(()),
            Told::Fitting => {
                let closed = self.stream.close_all()?.to_vec();
                self.waiting.get_or_insert_default();
                self.believe(now, &closed, out)
            }
            Told::Fitted => self.fitted(now, out),
            Told::Drained => {
                let closed = self.stream.close_all()?.to_vec();
                self.believe(now, &closed, out)
            }
            Told::Fill(fill, trade) => self.fill(now, fill, trade, out),
            Told::Event(ticker, input) => {
                let unknown = || Invalid::new("event", format!("{ticker} is not traded"));
                let of = self.events.iter().position(|event| event.ticker == **ticker).ok_or_else(unknown)?;
                if let Input::Listed(_) = input {
                    return Err(Invalid::new("listed", "is for `list`, which names the contract").into());
                }
                match input {
                    Input::Terms { terms, .. } => self.settles(of, terms.settles),
                    Input::Settings(other) => {
                        self.check(other)?;
                        return self.tell(of, now, &Input::Settings(&other.as_told()), out);
                    }
                    Input::Book { contract, bid, ask } => {
                        return self.book(of, now, *contract, (*bid, *ask), out);
                    }
                    _ => {}
                }
                self.tell(of, now, input, out)
            }
            Told::Tick => {
                if self.waiting.is_none() {
                    let closed = self.stream.advance(now)?.to_vec();
                    self.believe(now, &closed, out)?;
                }
                self.tell_all(now, &Input::Tick, out)
            }
        }
    }

    /// Does what is written down in a record, as it was done when it was written: contracts are named by place.
    ///
    /// # Errors
    ///
    /// As [`Engine::list`] and [`Engine::step`].
    pub fn apply(&mut self, now: Timestamp, record: &Record, out: &mut Outputs) -> Result<(), Error> {
        match record {
            Record::List { event, ticker, terms } => {
                self.list(event, ticker, terms)?;
                Ok(())
            }
            Record::Trade { place, trade } => self.step(now, &Told::Trade(*place, trade.clone()), out),
            Record::Drained => self.step(now, &Told::Drained, out),
            Record::Fitting => self.step(now, &Told::Fitting, out),
            Record::Fitted => self.step(now, &Told::Fitted, out),
            Record::Fill { fill, trade } => self.step(now, &Told::Fill(*fill, trade.clone()), out),
            Record::Tick => self.step(now, &Told::Tick, out),
            Record::Settings(parameters) => self.set(now, parameters, out),
            Record::Paused(paused) => self.tell_all(now, &Input::Paused(*paused), out),
            Record::Closed { place: Some(place), why } => self
                .tell_of(*place, now, out, |contract| Input::Closed { contract: Some(contract), why: *why }),
            Record::Lifted { place: Some(place), why } => self
                .tell_of(*place, now, out, |contract| Input::Lifted { contract: Some(contract), why: *why }),
            Record::Closed { place: None, why } => {
                self.closures.close_or_lift(*why);
                self.tell_all(now, &Input::Closed { contract: None, why: *why }, out)
            }
            Record::Lifted { place: None, why } => {
                self.closures.lift(*why);
                self.tell_all(now, &Input::Lifted { contract: None, why: *why }, out)
            }
            Record::Catalyst { place, catalyst } => {
                let until = catalyst.until;
                match catalyst.precaution {
                    Precaution::Pull => self.tell_of(*place, now, out, |_| Input::Pull { until }),
                    Precaution::Widen { percent } => {
                        let widening = Widening::new(percent, until)?;
                        self.tell_of(*place, now, out, |contract| Input::Widen { contract, widening })
                    }
                }
            }
            Record::Balance { event, balance } => {
                self.step(now, &Told::Event(event, Input::Balance(*balance)), out)
            }
            Record::Carried { event, carried, brought } => {
                self.step(now, &Told::Event(event, Input::Carried(carried, brought)), out)
            }
            Record::Answer { place, action, order, verdict } => self.tell_of(*place, now, out, |contract| {
                let (action, order, verdict) = (*action, *order, *verdict);
                Input::Order(OrderReport::Answer { contract, action, order, verdict })
            }),
            Record::Adopted { place, action, order, price, total, traded } => {
                self.tell_of(*place, now, out, |contract| {
                    let (action, order, rests) = (*action, *order, (*price, *total, *traded));
                    Input::Adopted { contract, action, order, rests }
                })
            }
            Record::ByHand { place, action, asked } => self.tell_of(*place, now, out, |contract| {
                Input::ByHand { contract, action: *action, asked: *asked }
            }),
            Record::Book { place, bid, ask } => {
                let (of, contract) = self.place(*place)?;
                self.book(of, now, contract, (*bid, *ask), out)
            }
            Record::Nowcast { place, nano } => {
                let (of, contract) = self.place(*place)?;
                if let Some(event) = self.events.get_mut(of) {
                    event.values.nowcast(contract, nano.map(|nano| nano as f64 / 1e9));
                }
                if self.parameters.quoting.fair.asks_nowcast() {
                    self.revalue(of, now, contract, out)?;
                }
                Ok(())
            }
            Record::Position { place, position } => {
                self.tell_of(*place, now, out, |contract| Input::Position { contract, position: *position })
            }
            Record::Status { place, status } => {
                self.tell_of(*place, now, out, |contract| Input::Status { contract, status: *status })
            }
            Record::Terms { place, terms } => {
                let (of, _) = self.place(*place)?;
                self.settles(of, terms.settles);
                self.tell_of(*place, now, out, |contract| Input::Terms { contract, terms: terms.clone() })
            }
            Record::Settled { place, value } => {
                self.tell_of(*place, now, out, |contract| Input::Settled { contract, value: *value })
            }
        }
    }

    /// Takes other settings, for all events and those that are listed later.
    fn set(&mut self, now: Timestamp, parameters: &Parameters, out: &mut Outputs) -> Result<(), Error> {
        self.check(parameters)?;
        self.parameters = *parameters;
        self.tell_all(now, &Input::Settings(&parameters.as_told()), out)
    }

    /// Checks what it can be set to while it runs.
    fn check(&self, parameters: &Parameters) -> Result<(), Invalid> {
        if parameters.quoting.fair != self.parameters.quoting.fair {
            return Err(Invalid::new("fair", "can't be changed while it runs"));
        }
        parameters.quoting.check()
    }

    /// Tells the maker of a contract's event something about the contract.
    fn tell_of(
        &mut self,
        place: usize,
        now: Timestamp,
        out: &mut Outputs,
        input: impl FnOnce(usize) -> Input<'static>,
    ) -> Result<(), Error> {
        let (of, within) = self.place(place)?;
        self.tell(of, now, &input(within), out)
    }

    /// Keeps each decision's way to its prices from now on, of all events that are listed.
    pub fn keep_explanations(&mut self) {
        self.events.iter_mut().for_each(|event| event.maker.keep_explanations());
    }

    /// Returns the fits that the days which have ended by `now` ask for ([`belief::Engine::asked`](crate::belief::Engine::asked)),
    /// to be told [`Told::Fitting`] of and made beside the loop; none while some are being made.
    pub fn asked(&self, now: Timestamp) -> Vec<Asked> {
        if self.waiting.is_some() { Vec::new() } else { self.stream.asked(now) }
    }

    /// Takes a fit that was made beside the loop, before it is told [`Told::Fitted`].
    pub fn know(&mut self, found: Found) {
        self.stream.know(found);
    }

    /// Returns when a [`Told::Tick`] will change something if nothing else happens before.
    pub fn due(&self) -> Option<Timestamp> {
        self.events.iter().filter_map(|event| event.maker.due()).min()
    }

    /// Returns an event's maker.
    pub fn maker(&self, event: &EventTicker) -> Option<&Maker> {
        self.events.iter().find(|known| known.ticker == *event).map(|event| &event.maker)
    }

    /// Returns the fair mark of the contract at a place, what quotes are made about to the hundredth of a cent; none before
    /// anything is believed of it.
    pub fn mark(&self, place: usize) -> Option<Price> {
        let (of, within) = self.contracts.get(place)?;
        Some(Price::nearest(self.events.get(*of)?.maker.belief(*within)?.fair))
    }

    /// Takes in a fill: its money at once, and its print before the quotes are decided anew.
    fn fill(&mut self, now: Timestamp, fill: &Fill, trade: &Trade, out: &mut Outputs) -> Result<(), Error> {
        let (of, within) = self.place(fill.contract)?;
        let report = OrderReport::Fill(Fill { contract: within, ..*fill });
        self.tell(of, now, &Input::Order(report), out)?;
        let mut taken = Ok(());
        if !forget(&mut self.heard, fill.contract, trade) {
            // Of one that comes later than others before it the belief knows nothing, but what is held has changed.
            taken = self.take(now, fill.contract, trade, out);
            if taken.is_ok() {
                remember(&mut self.early, fill.contract, trade);
            }
        }
        // Its instant is complete as far as this decision goes: it must not wait for what else may come.
        if self.waiting.is_none()
            && let Some(closed) = self.stream.close(fill.contract)?
        {
            self.believe(now, &[closed], out)?;
        }
        // Where the print was part of the belief already, nothing came of it now.
        self.tell(of, now, &Input::Tick, out)?;
        taken
    }

    /// Takes the trades that waited for a fit into the belief, in order of time, and decides on their instants.
    fn fitted(&mut self, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        let waiting = self.waiting.take().unwrap_or_default();
        let in_time = sort::places(waiting.len(), &|a, b| waiting[a].1.at < waiting[b].1.at);
        let in_time = in_time.iter().filter_map(|place| waiting.get(*place));
        // That one is refused says nothing of the others.
        let taken =
            in_time.map(|(place, trade)| self.take(now, *place, trade, out)).fold(Ok(()), Result::and);
        let closed = self.stream.close_all()?.to_vec();
        self.believe(now, &closed, out)?;
        taken
    }

    /// Takes a public trade into the belief, and decides on the instants that it completes; while a fit is made it waits.
    fn take(&mut self, now: Timestamp, place: usize, trade: &Trade, out: &mut Outputs) -> Result<(), Error> {
        if let Some(waiting) = &mut self.waiting {
            waiting.push((place, trade.clone()));
            return Ok(());
        }
        let closed = self.stream.push(place, trade.clone())?.to_vec();
        if !trade.is_block {
            let (of, contract) = self.place(place)?;
            self.tell(of, now, &Input::Last { contract, price: trade.price }, out)?;
        }
        self.believe(now, &closed, out)
    }

    /// Tells an event's maker something, and names contracts by place in what it answers.
    fn tell(&mut self, of: usize, now: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Error> {
        let Some(Event { maker, places, .. }) = self.events.get_mut(of) else { return Ok(()) };
        self.own.clear();
        let told = maker.step(now, input, &mut self.own);
        let place = |within: usize| places.get(within).copied().unwrap_or(within);
        let commands = self.own.commands.iter();
        out.commands
            .extend(commands.map(|command| OrderCommand { contract: place(command.contract), ..*command }));
        let decisions = self.own.decisions.iter();
        out.decisions.extend(
            decisions.map(|decision| super::Decision { contract: place(decision.contract), ..*decision }),
        );
        told
    }

    /// Tells all events' makers something.
    fn tell_all(&mut self, now: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Error> {
        (0..self.events.len()).try_for_each(|of| self.tell(of, now, input, out))
    }

    fn place(&self, place: usize) -> Result<(usize, usize), Error> {
        let unlisted = Error::Refused(Refused::Unlisted { place });
        self.contracts.get(place).copied().ok_or(unlisted)
    }
}
