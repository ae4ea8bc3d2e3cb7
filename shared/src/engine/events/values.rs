//! What makers are told of what contracts are worth: by what quotes are made about, whatever that is.

use super::Engine;
use crate::belief::{Belief, Closed};
use crate::engine::{Error, Input, Outputs};
use crate::quoting::Fair;
use crate::risk::ClosedFor;
use crate::units::{Price, Timestamp};

impl Engine {
    /// Tells makers what contracts are worth after complete instants.
    pub(super) fn believe(
        &mut self,
        now: Timestamp,
        closed: &[Closed],
        out: &mut Outputs,
    ) -> Result<(), Error> {
        let fair = self.parameters.quoting.fair;
        for &Closed { place, at, last, belief } in closed {
            let (of, contract) = self.place(place)?;
            let mut told = belief;
            if fair != Fair::Belief
                && let Some(event) = self.events.get_mut(of)
            {
                event.values.print(contract, at, last, belief.fair);
                let value = event.values.of(fair, contract, at);
                self.see(of, now, (contract, value), out)?;
                // What nothing says the worth of is valued at what is believed, and not quoted.
                told = Belief { fair: value.unwrap_or(belief.fair), ..belief };
            }
            self.tell(of, now, &Input::Belief { contract, belief: told, agreed: None }, out)?;
        }
        Ok(())
    }

    /// Takes in the best bid and offer of others in a contract's book.
    pub(super) fn book(
        &mut self,
        of: usize,
        now: Timestamp,
        contract: usize,
        (bid, ask): (Option<Price>, Option<Price>),
        out: &mut Outputs,
    ) -> Result<(), Error> {
        self.tell(of, now, &Input::Book { contract, bid, ask }, out)?;
        let moved = self.events.get_mut(of).is_some_and(|event| event.values.book(contract, bid, ask));
        if moved && self.parameters.quoting.fair.asks_market() {
            self.revalue(of, now, contract, out)?;
        }
        Ok(())
    }

    /// Tells a maker what a contract is worth now that something else than its prints has changed.
    pub(super) fn revalue(
        &mut self,
        of: usize,
        now: Timestamp,
        contract: usize,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        let fair = self.parameters.quoting.fair;
        let Some(event) = self.events.get_mut(of) else { return Ok(()) };
        let value = event.values.of(fair, contract, now);
        self.see(of, now, (contract, value), out)?;
        match value {
            Some(fair) => self.tell(of, now, &Input::Fair { contract, fair }, out),
            None => Ok(()),
        }
    }

    /// Closes a contract of which nothing says what it is worth, until something does.
    fn see(
        &mut self,
        of: usize,
        now: Timestamp,
        (contract, value): (usize, Option<f64>),
        out: &mut Outputs,
    ) -> Result<(), Error> {
        let why = ClosedFor::NoFairValue;
        let Some(event) = self.events.get(of) else { return Ok(()) };
        let is_closed = event.maker.closures(contract).holds(why);
        let contract = Some(contract);
        match value {
            None if !is_closed => self.tell(of, now, &Input::Closed { contract, why: Some(why) }, out),
            Some(_) if is_closed => self.tell(of, now, &Input::Lifted { contract, why }, out),
            _ => Ok(()),
        }
    }

    /// Takes note of when an event settles.
    pub(super) fn settles(&mut self, of: usize, settles: Option<Timestamp>) {
        if let Some(event) = self.events.get_mut(of) {
            event.values.settle(settles);
            self.stream.settle(&event.ticker, settles);
        }
    }
}
