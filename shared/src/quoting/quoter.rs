//! The state of an event's quotes, and the step that moves it.

use super::account::Account;
use super::amount::nano;
use super::coherent::Coherent;
use super::contract::{Contract, Terms, possible};
use super::rules::Rules;
use super::{
    Belief, Command, Decision, Event, Parameters, Position, Quotes, Reason, Regime, finish, seed, settings,
};
use crate::Invalid;
use crate::units::Timestamp;

/// Decides the quotes of one event's contracts.
#[derive(Debug, Clone)]
pub struct Quoter {
    rules: Rules,
    contracts: Vec<Contract>,
    /// What all outcomes are worth together, where the rules say so.
    coherent: Option<Coherent>,
    account: Account,
    /// No regime ends and nothing held back is due before this.
    due: Option<Timestamp>,
}

impl Quoter {
    /// Returns a quoter that holds nothing and quotes nothing yet.
    ///
    /// # Errors
    ///
    /// As [`Settings::check`](super::Settings::check).
    pub fn new(parameters: &Parameters, contracts: Vec<Terms>) -> Result<Self, Invalid> {
        parameters.quoting.check()?;
        let coherent = (parameters.quoting.rules == settings::Rules::Coherent)
            .then(|| Coherent::new(parameters, &contracts));
        let contracts = contracts.into_iter().map(Contract::new).collect();
        let (rules, account) = (Rules::new(parameters), Account::default());
        Ok(Self { rules, contracts, coherent, account, due: None })
    }

    /// Takes note of `event` at `now` and tells `sink` each contract whose quotes change.
    ///
    /// Quotes change when the value they were made for drifts by more than `drift_cents`, when one of our orders
    /// trades, when a print surprises or the move it was part of settles, and when an account limit is passed; all
    /// else leaves them their place in the queue. Events come in order of time.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `contract` if there is none at that place, or `belief` if a number of it is
    /// impossible; that contract's quotes are then cancelled until it has a belief again.
    pub fn step(
        &mut self,
        now: Timestamp,
        event: &Event,
        sink: &mut impl FnMut(Command),
    ) -> Result<(), Invalid> {
        match *event {
            Event::Belief { contract, belief } => self.believe(contract, now, belief, None, sink)?,
            Event::Agreed { contract, belief, probabilities } => {
                if probabilities.len() != self.contracts.len() {
                    return Err(Invalid::new("probabilities", "must be one a contract"));
                }
                self.believe(contract, now, belief, Some(probabilities), sink)?;
            }
            Event::Book { contract, bid, ask } => {
                let refresh = self.rules.refresh;
                let state = self.contract_mut(contract)?;
                state.book_changed |= state.book != (bid, ask);
                state.book = (bid, ask);
                let held_back = state.held_back();
                if let Some(coherent) = &mut self.coherent {
                    coherent.unwatch(contract);
                }
                if let Some(at) = held_back {
                    self.wake_by(at.checked_add_micros(refresh));
                }
            }
            Event::Fill { contract, action, price, count } => {
                let state = self.contract_mut(contract)?;
                state.fill(action, price, count);
                let position = state.position;
                if let Some(coherent) = &mut self.coherent {
                    coherent.hold(contract, position);
                }
                self.react_to(contract, now, sink);
            }
            Event::Account { balance, equity } => {
                self.account.observe(now, balance, equity, &self.rules);
                if let Some(coherent) = &mut self.coherent {
                    (0..self.contracts.len()).for_each(|contract| coherent.unwatch(contract));
                }
                (0..self.contracts.len()).for_each(|contract| self.react(contract, now, sink));
            }
            Event::Tick => {
                if self.due.is_some_and(|due| now >= due) {
                    self.due = None;
                    (0..self.contracts.len()).for_each(|contract| self.react(contract, now, sink));
                    self.wake_again(now);
                }
            }
        }
        Ok(())
    }

    fn believe(
        &mut self,
        contract: usize,
        now: Timestamp,
        belief: Belief,
        agreed: Option<&[f64]>,
        sink: &mut impl FnMut(Command),
    ) -> Result<(), Invalid> {
        let count = self.contracts.len();
        let state = self.contracts.get_mut(contract).ok_or_else(|| unknown(contract, count))?;
        if let Err(invalid) = possible(&belief) {
            state.belief = None;
            state.decision = None;
            state.rest(contract, Quotes::default(), Reason::Regime, sink);
            if let Some(coherent) = &mut self.coherent {
                coherent.forget(contract, now);
            }
            return Err(invalid);
        }
        state.belief = Some(belief);
        state.toxicity.observe(now, belief.z, belief.alarm, &self.rules);
        if let Some(coherent) = &mut self.coherent {
            coherent.believe(contract, now, &belief, agreed);
            let regime = state.toxicity.regime(now, &self.rules);
            if state.decision.as_ref().is_none_or(|last| last.regime != regime) {
                coherent.unwatch(contract);
            }
        }
        self.react_to(contract, now, sink);
        Ok(())
    }

    /// Returns when a [`Event::Tick`] will change something if nothing else happens before: a driver that knows no
    /// other clock sends one then.
    pub fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// Returns what is held of a contract.
    pub fn position(&self, contract: usize) -> Position {
        self.contracts.get(contract).map_or(Position::FLAT, |state| state.position)
    }

    /// Returns what should rest for a contract: what was asked for, less what traded of it.
    pub fn quotes(&self, contract: usize) -> Quotes {
        self.contracts.get(contract).map_or_else(Quotes::default, |state| state.quotes)
    }

    /// Returns how a contract's quotes were last decided.
    pub fn decision(&self, contract: usize) -> Option<&Decision> {
        self.contracts.get(contract)?.decision.as_ref()
    }

    fn contract_mut(&mut self, contract: usize) -> Result<&mut Contract, Invalid> {
        let count = self.contracts.len();
        self.contracts.get_mut(contract).ok_or_else(|| unknown(contract, count))
    }

    /// Decides anew what a change of one contract touches: with coherent rules, all contracts.
    fn react_to(&mut self, contract: usize, now: Timestamp, sink: &mut impl FnMut(Command)) {
        if self.coherent.is_none() {
            self.react(contract, now, sink);
            return;
        }
        // Regimes end at the very instant of a print too, before any tick tells.
        let ends = self.due.is_some_and(|due| now >= due);
        let mut next = 0;
        while next < self.contracts.len() {
            if let Some(coherent) = self.coherent.as_ref().filter(|_| !ends) {
                let Some(moved) = coherent.next_moved(next) else { return };
                next = moved;
            }
            self.react(next, now, sink);
            next += 1;
        }
    }

    /// Decides a contract's quotes anew if there is a reason to.
    fn react(&mut self, contract: usize, now: Timestamp, sink: &mut impl FnMut(Command)) {
        let rules = &self.rules;
        let state = &mut self.contracts[contract];
        let Some(belief) = state.belief else {
            if let Some(coherent) = &mut self.coherent {
                // Nothing is believed to be worth nothing, and it stays so until something is believed.
                coherent.watch(contract, 0);
            }
            return;
        };
        let regime = if self.account.halts(now) { Regime::Halted } else { state.toxicity.regime(now, rules) };
        let reservation = self.coherent.as_ref().map(|coherent| coherent.reservation(contract, now));
        let value = nano(reservation.map_or(belief.fair, |reservation| reservation.price));
        let Some(reason) = state.reason(now, value, regime, rules) else {
            if let Some(coherent) = self.coherent.as_mut().filter(|_| !state.book_changed) {
                coherent.watch(contract, state.made_for);
            }
            return;
        };
        let (grid, position, book) = (&state.terms.grid, state.position, state.book);
        // Written in place: it is large, and most of what a step costs.
        let decision = state.decision.get_or_insert_with(|| Decision::none(now, reason, belief));
        (decision.at, decision.reason, decision.belief) = (now, reason, belief);
        (decision.position, decision.regime, decision.book) = (position, regime, book);
        let ladders = [&mut decision.bid.ladder, &mut decision.ask.ladder];
        match (&self.coherent, reservation) {
            (Some(coherent), Some(reservation)) => {
                coherent.ladders(contract, reservation, belief.sigma_b, regime, ladders);
            }
            _ => seed::ladders(rules, &belief, position, regime, ladders),
        }
        finish::bid(&mut decision.bid, rules, grid, position, regime, book.1);
        finish::ask(&mut decision.ask, rules, grid, position, regime, book.0);
        let quotes = decision.quotes();
        state.made_for = value;
        state.filled = false;
        state.book_changed = false;
        if let Some(coherent) = &mut self.coherent {
            coherent.watch(contract, value);
        }
        let due = match regime {
            Regime::Calm => None,
            Regime::Widened | Regime::Alarmed | Regime::Pulled => state.toxicity.settles(now, rules),
            Regime::Halted => self.account.resumes(),
        };
        state.rest(contract, quotes, reason, sink);
        self.wake_by(due);
    }

    /// Sees to it that a tick at `due` is heard.
    fn wake_by(&mut self, due: Option<Timestamp>) {
        self.due = match (self.due, due) {
            (Some(known), Some(due)) => Some(known.min(due)),
            (known, due) => known.or(due),
        };
    }

    /// Finds the next time after `now` that something ends or is due.
    fn wake_again(&mut self, now: Timestamp) {
        let rules = &self.rules;
        let mut due = self.account.resumes().filter(|at| *at > now);
        for state in &self.contracts {
            let settles = state.toxicity.settles(now, rules);
            let held = state.held_back().and_then(|at| at.checked_add_micros(rules.refresh));
            for at in [settles, held].into_iter().flatten().filter(|at| *at > now) {
                due = Some(due.map_or(at, |known| known.min(at)));
            }
        }
        self.due = due;
    }
}

fn unknown(contract: usize, count: usize) -> Invalid {
    Invalid::new("contract", format!("{contract} is none of the {count} contracts"))
}
