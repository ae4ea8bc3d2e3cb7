//! Taking in what is told: beliefs, fills, settlements, settings.

use super::{Maker, Numbers, Together, unknown};
use crate::Invalid;
use crate::belief::Belief;
use crate::engine::state::{Contract, less, possible};
use crate::engine::{Error, Outputs, Parameters};
use crate::exchange::Fill;
use crate::execution::Requote;
use crate::market::{Action, Position};
use crate::quoting::{Status, Terms, Widening};
use crate::risk::Closures;
use crate::units::{Price, Timestamp};

impl Maker {
    /// Takes in what is believed of a contract, and what all beliefs then come to where that is known.
    #[inline]
    pub(super) fn believe(
        &mut self,
        now: Timestamp,
        (contract, belief, agreed): (usize, &Belief, Option<&[f64]>),
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
                together.agreement.believe(contract, 0.0);
                together.watch.unwatch(contract);
                together.coherent.weigh(together.agreement.probabilities());
            }
            self.withdraw(contract, now, out)?;
            return Err(invalid.into());
        }
        // Nothing was believed that a first print could surprise.
        let (z, alarm) = if state.belief.is_some() { (belief.z, belief.alarm()) } else { (0.0, 0.0) };
        state.belief = Some(*belief);
        state.toxicity.observe(now, z, alarm, &self.settings.quoting);
        if self.settings.quoting.asks_usual() {
            self.usual.observe(belief.sigma_b);
        }
        if let Some(together) = &mut self.together {
            match agreed.filter(|_| !together.alone) {
                Some(agreed) => together.agreement.take(contract, belief.fair, agreed),
                None => together.agreement.believe(contract, belief.fair),
            }
            together.coherent.weigh(together.agreement.probabilities());
            let regime = state.toxicity.regime(now, &self.settings.quoting);
            if state.requote.regime() != Some(regime) {
                together.watch.unwatch(contract);
            }
        }
        self.value_at(contract, now, belief.fair, out)?;
        if self.undecided {
            self.undecided = false;
            self.react_all(now, out)
        } else {
            self.react_to(contract, now, out)
        }
    }

    /// Takes in what a contract is worth from now on although nothing was traded.
    pub(super) fn revalue(
        &mut self,
        contract: usize,
        now: Timestamp,
        fair: f64,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        let Some(belief) = &mut self.contract_mut(contract)?.belief else { return Ok(()) };
        let told = Belief { fair, ..*belief };
        possible(&told)?;
        *belief = told;
        if let Some(together) = &mut self.together {
            together.agreement.believe(contract, fair);
            together.coherent.weigh(together.agreement.probabilities());
        }
        self.value_at(contract, now, fair, out)?;
        // After a fill it is decided on the belief that includes its print.
        if self.undecided { Ok(()) } else { self.react_to(contract, now, out) }
    }

    /// Values what is held of a contract, and looks at the account where that may change something.
    #[inline]
    fn value_at(
        &mut self,
        contract: usize,
        now: Timestamp,
        fair: f64,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        let holds = self.ledger.position(contract) != Position::FLAT;
        if holds {
            let mark = self.mark(contract, fair);
            self.ledger.mark(contract, mark)?;
        }
        // Without a position here no belief changes what the account is worth.
        if holds || now >= self.look_again { self.account(now, out) } else { Ok(()) }
    }

    /// Takes in what is known of the others' orders.
    pub(super) fn book(
        &mut self,
        contract: usize,
        now: Timestamp,
        book: (Option<Price>, Option<Price>),
        out: &mut Outputs,
    ) -> Result<(), Error> {
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
        self.mark_if_asked(contract, now, out)
    }

    /// Takes in a fill: the decision waits for the belief that includes it.
    pub(super) fn fill(&mut self, fill: &Fill) -> Result<(), Error> {
        let is_by_hand = fill.order.by_hand().is_some();
        if is_by_hand {
            self.hand.check_fill(fill)?;
        } else {
            self.execution.check_fill(fill)?;
        }
        self.ledger.fill(fill.contract, fill.action, fill.price, fill.count, fill.fee)?;
        if is_by_hand {
            self.hand.fill(fill)?;
        } else {
            self.execution.fill(fill)?;
        }
        let state = self.contract_mut(fill.contract)?;
        state.last = Some(fill.price);
        let side = match fill.action {
            Action::Buy => &mut state.quotes.bid,
            Action::Sell => &mut state.quotes.ask,
        };
        if !is_by_hand {
            *side = less(*side, fill.quoted, fill.count);
        }
        state.requote.note_fill();
        if let Some(mark) = self.mark_now(fill.contract) {
            self.ledger.mark(fill.contract, mark)?;
        }
        self.hold(fill.contract);
        self.undecided = true;
        self.tell_if_beyond()?;
        // The account is shown to the gate with the decision.
        self.look_again = Timestamp::MIN;
        Ok(())
    }

    /// Takes in what the exchange says is held of a contract.
    pub(super) fn told_position(
        &mut self,
        contract: usize,
        now: Timestamp,
        position: Position,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        // What was not held had no mark.
        self.contract_mut(contract)?;
        if let Some(mark) = self.mark_now(contract) {
            self.ledger.mark(contract, mark)?;
        }
        if self.ledger.told_position(contract, position)?.is_none() {
            return Ok(());
        }
        self.tell(contract)?;
        self.hold(contract);
        self.account(now, out)?;
        if self.tell_if_beyond()? { self.react_all(now, out) } else { self.react_to(contract, now, out) }
    }

    /// Books a settlement: nothing of the contract is quoted any more.
    pub(super) fn settle(
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
            together.agreement.settle(contract);
            together.alone = true;
        }
        self.hold(contract);
        self.withdraw(contract, now, out)?;
        self.account(now, out)?;
        if self.tell_if_beyond()? { self.react_all(now, out) } else { Ok(()) }
    }

    /// Closes a contract or the event for reasons, or lifts them.
    pub(super) fn close(
        &mut self,
        contract: Option<usize>,
        now: Timestamp,
        change: impl FnOnce(&mut Closures),
        out: &mut Outputs,
    ) -> Result<(), Error> {
        let closures = match contract {
            Some(contract) => &mut self.contract_mut(contract)?.closures,
            None => self.gate.closures_mut(),
        };
        let before = *closures;
        change(closures);
        if *closures == before {
            return Ok(());
        }
        if let Some(contract) = contract {
            self.tell(contract)?;
            return self.react(contract, now, out);
        }
        (0..self.contracts.len()).try_for_each(|contract| self.tell(contract))?;
        self.look_again = Timestamp::MIN;
        self.account(now, out)?;
        // Where something else halts too, nothing has opened or closed, but what is said of it has changed.
        self.react_all(now, out)
    }

    /// Closes the event, as all are, before it has a contract.
    pub(in crate::engine) fn begin_closed(&mut self, closures: Closures) {
        *self.gate.closures_mut() = closures;
        self.halted = self.gate.halted(Timestamp::MIN);
    }

    /// Widens a contract's quotes, and those of the likeliest other outcome: what one gains in probability the others lose
    /// in proportion to theirs, and that one most.
    pub(super) fn widen(
        &mut self,
        contract: usize,
        now: Timestamp,
        widening: Widening,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        self.contract_mut(contract)?;
        let likeliest = self.likeliest_but(contract);
        for contract in [Some(contract), likeliest].into_iter().flatten() {
            self.contract_mut(contract)?.widenings.add(now, widening);
            if let Some(together) = &mut self.together {
                together.watch.unwatch(contract);
            }
            self.react(contract, now, out)?;
        }
        Ok(())
    }

    /// Returns the contract that is believed to be worth most, another one left out and the first of equals.
    fn likeliest_but(&self, contract: usize) -> Option<usize> {
        let mut likeliest: Option<(usize, f64)> = None;
        for (other, state) in self.contracts.iter().enumerate() {
            let fair =
                state.belief.filter(|_| other != contract && state.is_open()).map(|belief| belief.fair);
            if let Some(fair) = fair
                && likeliest.is_none_or(|(_, most)| fair > most)
            {
                likeliest = Some((other, fair));
            }
        }
        likeliest.map(|(other, _)| other)
    }

    /// Lists a contract behind those there are.
    pub(in crate::engine) fn list(&mut self, terms: &Terms) {
        if let Some(together) = &mut self.together {
            together.agreement.list();
            together.coherent.list(terms);
            together.watch.list();
        }
        self.contracts.push(Contract::new(terms.clone()));
        self.execution.list();
        self.hand.list();
        self.ledger.list();
    }

    /// Takes other settings.
    pub(super) fn set(
        &mut self,
        parameters: &Parameters,
        now: Timestamp,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        self.settings = Numbers::of(parameters);
        self.gate.set_bounds(self.settings.bounds);
        let terms: Vec<Terms> = self.contracts.iter().map(|state| state.terms.clone()).collect();
        self.together = Together::of(parameters, &terms);
        if let Some(together) = &mut self.together {
            together.alone = (0..terms.len()).any(|contract| self.ledger.settled(contract).is_some());
        }
        for contract in 0..self.contracts.len() {
            let state = self.contract_mut(contract)?;
            let belief = state.belief;
            if let (Some(together), Some(belief)) = (&mut self.together, belief) {
                together.agreement.note(contract, belief.fair);
            }
            if let (Some(mark), None) = (self.mark_now(contract), self.ledger.settled(contract)) {
                self.ledger.mark(contract, mark)?;
            }
            self.tell(contract)?;
        }
        if let Some(together) = &mut self.together {
            together.agreement.agree();
        }
        (0..self.contracts.len()).for_each(|contract| self.hold(contract));
        self.account(now, out)?;
        self.react_all(now, out)
    }

    /// Tells the coherent rules what is held of a contract.
    pub(super) fn hold(&mut self, contract: usize) {
        if let Some(together) = &mut self.together {
            let position = self.ledger.position(contract);
            together.coherent.hold(contract, position, together.agreement.probabilities());
            together.watch.unwatch(contract);
        }
    }

    /// Sees to it that a contract's quotes are decided anew.
    pub(super) fn tell(&mut self, contract: usize) -> Result<(), Error> {
        self.contract_mut(contract)?.requote.note_told();
        if let Some(together) = &mut self.together {
            together.watch.unwatch(contract);
        }
        Ok(())
    }
}
