//! Trading one event, from its beliefs on.

use serde::{Deserialize, Serialize};

use super::state::{Contract, less, possible};
use super::{Decision, Error, Explained, Input, Outputs, Parameters};
use crate::Invalid;
use crate::belief::Belief;
use crate::coherence::Agreement;
use crate::exchange::{Fill, OrderId, OrderReport};
use crate::execution::{Execution, Patience, Reason, Requote, Watch};
use crate::ledger::{self, Ledger};
use crate::market::{Action, Position};
use crate::quoting::{
    self, Coherent, Nano, Pricing, Quote, Quotes, Regime, Reservation, Status, Targets, Terms, View,
    Waterfall, Withheld, nano,
};
use crate::risk::{Bounds, Cleared, Gate, Refusal};
use crate::units::{Price, Quantity, Timestamp};

/// Makes the market in one event: keeps its belief, its orders and its account, and says what the exchange is to be asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Maker {
    settings: Numbers,
    contracts: Vec<Contract>,
    /// What all outcomes are worth together, where the rules say so.
    together: Option<Together>,
    gate: Gate,
    /// Whether the gate was closed when it was last looked at, and when that may change by itself.
    halted: bool,
    look_again: Timestamp,
    execution: Execution,
    ledger: Ledger,
    /// No regime ends and nothing held back is due before this.
    due: Option<Timestamp>,
    /// Whether a fill waits for its decision: the belief that includes its print comes first.
    undecided: bool,
    /// Whether each decision's way to its prices is kept.
    explains: bool,
}

/// The settings, converted once.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Numbers {
    quoting: quoting::Numbers,
    patience: Patience,
    bounds: Bounds,
}

/// The event's outcomes as one.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Together {
    agreement: Agreement,
    coherent: Coherent,
    /// Whether a contract has settled: whoever found what beliefs come to doesn't know of that.
    alone: bool,
    /// What can be found again from the other parts, and is kept because it is asked for at every print.
    watch: Watch,
}

impl Maker {
    /// Returns a maker of the market in `contracts` that holds nothing and quotes nothing yet.
    ///
    /// # Errors
    ///
    /// As [`quoting::Settings::check`].
    pub fn new(parameters: &Parameters, contracts: Vec<Terms>) -> Result<Self, Invalid> {
        parameters.quoting.check()?;
        let numbers = Numbers::of(parameters);
        let (count, start) = (contracts.len(), parameters.limits.start_balance);
        Ok(Self {
            settings: numbers,
            together: Together::of(parameters, &contracts),
            contracts: contracts.into_iter().map(Contract::new).collect(),
            gate: Gate::new(numbers.bounds, start),
            halted: false,
            look_again: Timestamp::MIN,
            execution: Execution::new(count, OrderId(1)),
            ledger: Ledger::new(start, count),
            due: None,
            undecided: false,
            explains: false,
        })
    }

    /// Keeps each decision's way to its prices from now on, for [`Maker::explained`].
    pub fn keep_explanations(&mut self) {
        self.explains = true;
    }

    /// Takes in what happened at `now` and adds to `out` what follows from it.
    ///
    /// Quotes change when the value they were made for drifts by more than `drift_cents`, when one of our orders trades,
    /// when a print surprises or the move it was part of settles, when a limit is passed, and when something is changed
    /// from outside; all else leaves them their place in the queue. Inputs come in order of time. After a fill the quotes
    /// are decided on the belief that comes next, which includes the print that filled us; if none comes, on a
    /// [`Input::Tick`].
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if the input can't be, and says what holds then.
    pub fn step(&mut self, now: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Error> {
        match *input {
            Input::Belief { contract, ref belief, agreed } => {
                self.believe(now, contract, belief, agreed, out)?;
            }
            Input::Book { contract, bid, ask } => self.book(contract, (bid, ask))?,
            Input::Order(OrderReport::Fill(ref fill)) => self.fill(fill)?,
            Input::Order(OrderReport::Answer { contract, action, order, verdict }) => {
                self.execution.answer(contract, action, order, verdict, &mut out.commands)?;
            }
            Input::Position { contract, position } => {
                // What was not held had no mark.
                if let Some(belief) = self.contract_mut(contract)?.belief {
                    self.ledger.mark(contract, mark_of(belief.fair))?;
                }
                if self.ledger.told_position(contract, position)?.is_some() {
                    self.tell(contract)?;
                    self.hold(contract);
                    self.account(now, out)?;
                    self.react_to(contract, now, out)?;
                }
            }
            Input::Balance(balance) => {
                self.ledger.told_balance(balance)?;
                self.account(now, out)?;
            }
            Input::Listed(ref terms) => self.list(terms),
            Input::Terms { contract, ref terms } => {
                self.open_mut(contract)?.terms = terms.clone();
                if let Some(together) = &mut self.together {
                    together.agreement.set_grid(contract, terms.grid.clone());
                    together.coherent.set_terms(contract, terms);
                }
                self.tell(contract)?;
                self.react(contract, now, out)?;
            }
            Input::Status { contract, status } => {
                self.open_mut(contract)?.terms.status = status;
                self.tell(contract)?;
                self.react(contract, now, out)?;
            }
            Input::Settled { contract, value } => self.settle(contract, now, value, out)?,
            Input::Settings(parameters) => {
                parameters.quoting.check()?;
                self.set(parameters, now, out)?;
            }
            Input::Alert { until } => {
                self.gate.alert(until);
                self.look_again = Timestamp::MIN;
                self.account(now, out)?;
            }
            Input::Publication => {
                (0..self.contracts.len()).try_for_each(|contract| self.tell(contract))?;
                self.react_all(now, out)?;
            }
            Input::Tick => {
                if self.undecided || self.due.is_some_and(|due| now >= due) {
                    self.due = None;
                    self.account(now, out)?;
                    if core::mem::take(&mut self.undecided) {
                        self.react_all(now, out)?;
                    }
                    self.react_in_time(now, out)?;
                }
            }
        }
        Ok(())
    }

    /// Checks that all parts are of `contracts` contracts, as those of a snapshot must be.
    ///
    /// # Errors
    ///
    /// Names `maker` if they aren't.
    pub(super) fn check(&self, contracts: usize) -> Result<(), Invalid> {
        let together = self.together.as_ref().is_none_or(|together| together.fits(contracts));
        let parts = [self.contracts.len(), self.execution.contracts(), self.ledger.contracts()];
        if together && parts == [contracts; 3] {
            Ok(())
        } else {
            Err(Invalid::new("maker", format!("is not of {contracts} contracts in all its parts")))
        }
    }

    /// Returns when a [`Input::Tick`] will change something if nothing else happens before: a driver that knows no other
    /// clock sends one then.
    pub fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// Returns what is held and what it is worth.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Returns the orders that work.
    pub const fn execution(&self) -> &Execution {
        &self.execution
    }

    /// Returns the limits, and what halts quoting.
    pub const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Returns what is held of a contract.
    pub fn position(&self, contract: usize) -> Position {
        self.ledger.position(contract)
    }

    /// Returns what should rest for a contract: what was decided, less what traded of it.
    pub fn quotes(&self, contract: usize) -> Quotes {
        self.contracts.get(contract).map_or_else(Quotes::default, |state| state.quotes)
    }

    /// Returns how bid and ask of a contract were last decided, if that is kept.
    pub fn explained(&self, contract: usize) -> Option<&[Explained; 2]> {
        self.contracts.get(contract)?.explained.as_deref()
    }

    /// Takes in [`Input::Belief`].
    ///
    /// # Errors
    ///
    /// As [`Maker::step`].
    #[inline]
    pub fn believe(
        &mut self,
        now: Timestamp,
        contract: usize,
        belief: &Belief,
        agreed: Option<&[f64]>,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        let count = self.contracts.len();
        let state = self.contracts.get_mut(contract).ok_or_else(|| unknown(contract, count))?;
        if agreed.is_some_and(|agreed| agreed.len() != count) {
            return Err(Invalid::new("agreed", "must be one probability a contract").into());
        }
        if let Err(invalid) = possible(belief) {
            state.belief = None;
            state.requote = Requote::NEVER;
            if let Some(together) = &mut self.together {
                together.agreement.forget(contract, now);
                together.watch.unwatch(contract);
                together.coherent.weigh(together.agreement.probabilities());
            }
            self.withdraw(contract, out)?;
            return Err(invalid.into());
        }
        state.belief = Some(*belief);
        state.toxicity.observe(now, belief.z, belief.alarm(), &self.settings.quoting);
        if let Some(together) = &mut self.together {
            let (agreement, Belief { fair, sd, sigma_b, .. }) = (&mut together.agreement, *belief);
            match agreed.filter(|_| !together.alone) {
                Some(agreed) => agreement.take(contract, now, (fair, sd, sigma_b), agreed),
                None => agreement.believe(contract, now, fair, sd, sigma_b),
            }
            together.coherent.weigh(together.agreement.probabilities());
            let regime = state.toxicity.regime(now, &self.settings.quoting);
            if state.requote.regime() != Some(regime) {
                together.watch.unwatch(contract);
            }
        }
        let holds = self.ledger.position(contract) != Position::FLAT;
        if holds {
            self.ledger.mark(contract, mark_of(belief.fair))?;
        }
        // Without a position here no belief changes what the account is worth.
        if holds || now >= self.look_again {
            self.account(now, out)?;
        }
        if self.undecided {
            self.undecided = false;
            self.react_all(now, out)
        } else {
            self.react_to(contract, now, out)
        }
    }

    /// Takes in what is known of the others' orders.
    fn book(&mut self, contract: usize, book: (Option<Price>, Option<Price>)) -> Result<(), Error> {
        let refresh = self.settings.patience.refresh;
        let state = self.contract_mut(contract)?;
        if state.book != book {
            state.requote.note_book();
        }
        state.book = book;
        let held_since = state.requote.held_since();
        if let Some(together) = &mut self.together {
            together.watch.unwatch(contract);
        }
        if let Some(at) = held_since {
            self.wake_by(at.checked_add_micros(refresh));
        }
        Ok(())
    }

    /// Takes in a fill: the decision waits for the belief that includes it.
    fn fill(&mut self, fill: &Fill) -> Result<(), Error> {
        let belief = self.contract_mut(fill.contract)?.belief;
        self.execution.check_fill(fill)?;
        self.ledger.fill(fill.contract, fill.action, fill.price, fill.count, fill.fee)?;
        if let Some(belief) = belief {
            self.ledger.mark(fill.contract, mark_of(belief.fair))?;
        }
        self.execution.fill(fill)?;
        let state = self.contract_mut(fill.contract)?;
        let side = match fill.action {
            Action::Buy => &mut state.quotes.bid,
            Action::Sell => &mut state.quotes.ask,
        };
        *side = less(*side, fill.quoted, fill.count);
        state.requote.note_fill();
        self.hold(fill.contract);
        self.undecided = true;
        // The account is shown to the gate with the decision.
        self.look_again = Timestamp::MIN;
        Ok(())
    }

    /// Books a settlement: nothing of the contract is quoted any more.
    fn settle(
        &mut self,
        contract: usize,
        now: Timestamp,
        value: Price,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        self.ledger.settle(contract, value)?;
        let state = self.contract_mut(contract)?;
        state.terms.status = Status::Closed;
        state.belief = None;
        if let Some(together) = &mut self.together {
            together.agreement.settle(contract, now);
            together.alone = true;
        }
        self.hold(contract);
        self.withdraw(contract, out)?;
        self.account(now, out)
    }

    /// Lists a contract behind those there are.
    pub(super) fn list(&mut self, terms: &Terms) {
        if let Some(together) = &mut self.together {
            together.agreement.list(terms.grid.clone());
            together.coherent.list(terms);
            together.watch.list();
        }
        self.contracts.push(Contract::new(terms.clone()));
        self.execution.list();
        self.ledger.list();
    }

    /// Takes other settings.
    fn set(&mut self, parameters: &Parameters, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        self.settings = Numbers::of(parameters);
        self.gate.set_bounds(self.settings.bounds);
        let terms: Vec<Terms> = self.contracts.iter().map(|state| state.terms.clone()).collect();
        self.together = Together::of(parameters, &terms);
        if let Some(together) = &mut self.together {
            together.alone = (0..terms.len()).any(|contract| self.ledger.settled(contract).is_some());
        }
        for contract in 0..self.contracts.len() {
            if let (Some(together), Some(belief)) = (&mut self.together, self.contracts[contract].belief) {
                together.agreement.believe(contract, now, belief.fair, belief.sd, belief.sigma_b);
            }
            self.hold(contract);
            self.tell(contract)?;
        }
        self.account(now, out)?;
        self.react_all(now, out)
    }

    /// Tells the coherent rules what is held of a contract.
    fn hold(&mut self, contract: usize) {
        if let Some(together) = &mut self.together {
            let position = self.ledger.position(contract);
            together.coherent.hold(contract, position, together.agreement.probabilities());
            together.watch.unwatch(contract);
        }
    }

    /// Sees to it that a contract's quotes are decided anew.
    fn tell(&mut self, contract: usize) -> Result<(), Error> {
        self.contract_mut(contract)?.requote.note_told();
        if let Some(together) = &mut self.together {
            together.watch.unwatch(contract);
        }
        Ok(())
    }

    /// Shows the account to the gate, and decides all anew if that opened or closed it.
    #[inline]
    fn account(&mut self, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        let (balance, equity) = (self.ledger.balance(), self.ledger.equity());
        if now < self.look_again && !self.halted && self.gate.passes(balance, equity) {
            return Ok(());
        }
        self.gate.observe(now, balance, equity);
        let halted = self.gate.halted(now).is_some();
        self.look_again = self.gate.look_again(now);
        if halted {
            // Also where something else halted before: each has an end of its own.
            self.wake_by(self.gate.resumes(now));
        }
        if halted == self.halted { Ok(()) } else { self.turn(halted, now, out) }
    }

    /// Decides all anew, as the gate has opened or closed.
    #[cold]
    fn turn(&mut self, halted: bool, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        self.halted = halted;
        if let Some(together) = &mut self.together {
            (0..self.contracts.len()).for_each(|contract| together.watch.unwatch(contract));
        }
        self.react_all(now, out)
    }

    /// Takes a contract's quotes out of the book.
    fn withdraw(&mut self, contract: usize, out: &mut Outputs) -> Result<(), Error> {
        for action in [Action::Buy, Action::Sell] {
            self.execution.want(contract, action, None, &mut out.commands)?;
        }
        let position = self.ledger.position(contract);
        let state = self.contract_mut(contract)?;
        if state.quotes != Quotes::default() {
            state.quotes = Quotes::default();
            let belief = Belief { fair: 0.0, sd: 0.0, sigma_b: 0.0, z: 0.0, weights: [1.0, 0.0, 0.0] };
            let (reason, regime, quotes) = (Reason::Regime, Regime::Halted, Quotes::default());
            out.decide(|| Decision { contract, reason, regime, belief, position, quotes });
        }
        Ok(())
    }

    fn contract_mut(&mut self, contract: usize) -> Result<&mut Contract, Error> {
        let count = self.contracts.len();
        self.contracts.get_mut(contract).ok_or_else(|| unknown(contract, count).into())
    }

    /// Returns a contract that has not settled.
    fn open_mut(&mut self, contract: usize) -> Result<&mut Contract, Error> {
        if self.ledger.settled(contract).is_some() {
            return Err(ledger::Error::Settled { contract }.into());
        }
        self.contract_mut(contract)
    }

    /// Decides anew what a change of one contract touches: with coherent rules, all contracts.
    #[inline]
    fn react_to(&mut self, contract: usize, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        let Some(together) = &self.together else { return self.react(contract, now, out) };
        // Regimes end at the very instant of a print too, before any tick tells; and as time goes by, what is held for a
        // while changes its worth.
        if together.coherent.is_timed() || self.due.is_some_and(|due| now >= due) {
            return self.react_all(now, out);
        }
        let mut next = 0;
        while let Some(moved) = self.together.as_ref().and_then(|together| together.next_moved(next)) {
            self.react(moved, now, out)?;
            next = moved + 1;
        }
        Ok(())
    }

    /// Decides anew what time may have changed, and finds when it may change something again.
    fn react_in_time(&mut self, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        let timed = self.together.as_ref().is_some_and(|together| together.coherent.is_timed());
        for contract in 0..self.contracts.len() {
            let requote = &self.contracts[contract].requote;
            if timed || requote.is_stirred() || requote.regime() != Some(Regime::Calm) {
                self.react(contract, now, out)?;
            }
        }
        self.wake_again(now);
        Ok(())
    }

    fn react_all(&mut self, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        (0..self.contracts.len()).try_for_each(|contract| self.react(contract, now, out))
    }

    /// Decides a contract's quotes anew if there is a reason to.
    #[inline]
    fn react(&mut self, contract: usize, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        let Some(state) = self.contracts.get(contract) else { return Ok(()) };
        let Some(belief) = &state.belief else {
            if let Some(together) = &mut self.together {
                // Nothing is believed to be worth nothing, and it stays so until something is believed.
                together.watch.watch(contract, 0);
            }
            return Ok(());
        };
        let closed = self.halted || !state.is_open();
        let regime = if closed { Regime::Halted } else { state.toxicity.regime(now, &self.settings.quoting) };
        let (value, reservation) = match &self.together {
            None => (nano(belief.fair), None),
            Some(Together { agreement, coherent, .. }) => {
                let reservation = coherent.reservation(contract, now, agreement.probabilities());
                (nano(reservation.price), Some(reservation))
            }
        };
        match state.requote.reason(now, value, regime, &self.settings.patience) {
            Some(reason) => self.decide(contract, now, (reason, value, regime), reservation, out),
            None => {
                if let Some(together) = self.together.as_mut().filter(|_| !state.requote.is_stirred()) {
                    together.watch.watch(contract, state.requote.made_for());
                }
                Ok(())
            }
        }
    }

    /// Decides what should rest for a contract, and sees to it that it does.
    #[inline(never)]
    fn decide(
        &mut self,
        contract: usize,
        now: Timestamp,
        (reason, value, regime): (Reason, Nano, Regime),
        reservation: Option<Reservation>,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        let Some(state) = self.contracts.get_mut(contract) else { return Ok(()) };
        let Some(belief) = state.belief else { return Ok(()) };
        let rules = &self.settings.quoting;
        let position = self.ledger.position(contract);
        let pricing = match (&self.together, reservation) {
            (Some(Together { agreement, coherent, .. }), Some(reservation)) => {
                let p = agreement.probabilities().get(contract).copied().unwrap_or(0.0);
                Pricing::Together(coherent, contract, reservation, p)
            }
            _ => Pricing::Single,
        };
        let view = View { grid: &state.terms.grid, belief: &belief, position, regime, book: state.book };
        let targets = if self.explains {
            let mut waterfalls = [Waterfall::default(); 2];
            let targets = Targets::decide(rules, pricing, &view, Some(&mut waterfalls));
            state.explained = Some(Box::new(explained(&view, waterfalls)));
            targets
        } else {
            Targets::decide(rules, pricing, &view, None)
        };
        let gate = &self.gate;
        let clear = |action, target: Result<Quote, Withheld>| {
            let Quote { price, count } = target?;
            // An order takes the place of the one before it, and there is no other on its side.
            gate.clear(now, action, (price, count), position, Quantity::ZERO).map_err(|refusal| match refusal
            {
                Refusal::Halted(_) => Withheld::Account,
                Refusal::PositionLimit => Withheld::PositionLimit,
            })
        };
        let (bid, ask) = (clear(Action::Buy, targets.bid), clear(Action::Sell, targets.ask));
        state.requote.decided(now, value, regime, targets.held_back);
        let quote = |cleared: Cleared| Quote { price: cleared.price(), count: cleared.count() };
        let (bid_quote, ask_quote) = (bid.map(quote), ask.map(quote));
        if let Some(both) = &mut state.explained {
            let closed = state.terms.status != Status::Open;
            for (side, quote) in both.iter_mut().zip([bid_quote, ask_quote]) {
                side.quote = if closed { Err(Withheld::Closed) } else { quote };
            }
        }
        let quotes = Quotes { bid: bid_quote.ok(), ask: ask_quote.ok() };
        if state.quotes != quotes {
            state.quotes = quotes;
            out.decide(|| Decision { contract, reason, regime, belief, position, quotes });
        }
        let due = match regime {
            Regime::Calm => None,
            Regime::Widened | Regime::Alarmed | Regime::Pulled => state.toxicity.settles(now, rules),
            Regime::Halted => self.gate.resumes(now),
        };
        if let Some(together) = &mut self.together {
            together.watch.watch(contract, value);
        }
        self.execution.want(contract, Action::Buy, bid.ok(), &mut out.commands)?;
        self.execution.want(contract, Action::Sell, ask.ok(), &mut out.commands)?;
        if due.is_some() {
            self.wake_by(due);
        }
        Ok(())
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
        let rules = &self.settings.quoting;
        let mut due = self.gate.resumes(now);
        for state in &self.contracts {
            if state.requote.is_calm() {
                continue;
            }
            let settles = state.toxicity.settles(now, rules);
            let held = state.requote.held_since();
            let held = held.and_then(|at| at.checked_add_micros(self.settings.patience.refresh));
            for at in [settles, held].into_iter().flatten().filter(|at| *at > now) {
                due = Some(due.map_or(at, |known| known.min(at)));
            }
        }
        self.due = due;
    }
}

impl Numbers {
    fn of(parameters: &Parameters) -> Self {
        let patience = Patience::new(&parameters.execution);
        Self {
            quoting: quoting::Numbers::new(&parameters.quoting, patience.refresh),
            patience,
            bounds: Bounds::new(&parameters.limits),
        }
    }
}

impl Together {
    /// Whether all parts are of so many contracts.
    fn fits(&self, contracts: usize) -> bool {
        [self.agreement.contracts(), self.coherent.contracts(), self.watch.contracts()]
            == [Some(contracts); 3]
    }

    /// Returns the event's outcomes as one, if the settings ask for it.
    fn of(parameters: &Parameters, contracts: &[Terms]) -> Option<Self> {
        let coherent = Coherent::asked(&parameters.quoting, parameters.fee, contracts)?;
        let other = parameters.quoting.other.to_f64();
        Some(Self {
            agreement: Agreement::new(other, contracts.iter().map(|terms| &terms.grid)),
            coherent,
            alone: false,
            watch: Watch::new(contracts.len(), Patience::new(&parameters.execution).drift),
        })
    }

    /// Returns the first contract from `from` on whose quotes may have to change.
    #[inline]
    fn next_moved(&self, from: usize) -> Option<usize> {
        if let Some((parts, whole)) = self.coherent.shares() {
            return self.watch.next_moved(from, parts, whole);
        }
        let probabilities = self.agreement.probabilities();
        let shares = probabilities.iter().enumerate().skip(from);
        shares
            .map(|(contract, p)| (contract, self.coherent.share(contract, *p)))
            .find(|(contract, share)| !self.watch.stays(*contract, *share))
            .map(|(contract, _)| contract)
    }
}

/// Returns the price that a position is valued at: the nearest to what is believed.
#[inline]
fn mark_of(fair: f64) -> Price {
    Price::nearest(fair)
}

/// Returns how both sides came about, their quotes not yet known.
fn explained(view: &View<'_>, waterfalls: [Waterfall; 2]) -> [Explained; 2] {
    let [bids, asks] = waterfalls;
    [(Action::Buy, bids), (Action::Sell, asks)].map(|(action, waterfall)| Explained {
        action,
        belief: *view.belief,
        position: view.position,
        regime: view.regime,
        book: view.book,
        waterfall,
        quote: Err(Withheld::NoPrice),
    })
}

#[cold]
fn unknown(contract: usize, count: usize) -> Invalid {
    Invalid::new("contract", format!("{contract} is none of the {count} contracts"))
}
