//! Deciding what should rest, and when to look again.

use super::{Maker, Together};
use crate::belief::Belief;
use crate::engine::state::Contract;
use crate::engine::{Decision, Error, Explained, Outputs};
use crate::execution::Reason;
use crate::market::Action;
use crate::quoting::{
    Nano, Pricing, Quote, Quotes, Regime, Reservation, Status, Targets, View, Waterfall, Widening, Withheld,
    nano,
};
use crate::risk::{Cleared, Closures, Halt, Refusal};
use crate::units::{Quantity, Timestamp};

impl Maker {
    /// Decides anew what a change of one contract touches: with coherent rules, all contracts.
    #[inline]
    pub(super) fn react_to(
        &mut self,
        contract: usize,
        now: Timestamp,
        out: &mut Outputs,
    ) -> Result<(), Error> {
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
    pub(super) fn react_in_time(&mut self, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        let timed = self.together.as_ref().is_some_and(|together| together.coherent.is_timed());
        for contract in 0..self.contracts.len() {
            let Contract { requote, widened, .. } = &self.contracts[contract];
            if timed || requote.is_stirred() || widened.is_some() || requote.regime() != Some(Regime::Calm) {
                self.react(contract, now, out)?;
            }
        }
        self.wake_again(now);
        Ok(())
    }

    pub(super) fn react_all(&mut self, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        (0..self.contracts.len()).try_for_each(|contract| self.react(contract, now, out))
    }

    /// Decides a contract's quotes anew if there is a reason to.
    #[inline]
    pub(super) fn react(&mut self, contract: usize, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        let Some(state) = self.contracts.get(contract) else { return Ok(()) };
        let Some(belief) = &state.belief else {
            if let Some(together) = &mut self.together {
                // Nothing is believed to be worth nothing, and it stays so until something is believed.
                together.watch.watch(contract, 0);
            }
            return Ok(());
        };
        let regime = self.regime_of(state, now);
        let widening = state.widenings.at(now);
        let (value, reservation) = match &self.together {
            None => (nano(belief.fair), None),
            Some(Together { agreement, coherent, .. }) => {
                let reservation = coherent.reservation(contract, now, agreement.probabilities());
                (nano(reservation.price), Some(reservation))
            }
        };
        let reason = state.requote.reason(now, value, regime, &self.settings.patience);
        match reason.or((widening != state.widened).then_some(Reason::Catalyst)) {
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
        let sigma_scale = rules.sigma_scale(&self.usual);
        let (grid, book) = (&state.terms.grid, state.book);
        let widening = state.widenings.at(now);
        state.widened = widening;
        let view = View { grid, belief: &belief, sigma_scale, position, regime, widening, book };
        let targets = if self.explains {
            let mut waterfalls = [Waterfall::default(); 2];
            let targets = Targets::decide(rules, pricing, &view, Some(&mut waterfalls));
            let pulled = self.gate.pulled(now);
            let closures = self.gate.closures().and(state.closures);
            state.explained = Some(Box::new(explained(&view, (reason, pulled, closures), waterfalls)));
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
                Refusal::Halted(Halt::Catalyst) => Withheld::Catalyst,
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
                side.quote = match quote {
                    _ if closed => Err(Withheld::Closed),
                    Err(_) if !side.closures.is_empty() => Err(Withheld::FailedClosed),
                    quote => quote,
                };
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
            Regime::Halted | Regime::Catalyst => self.gate.resumes(now),
        };
        let widened_until = widening.map(Widening::until);
        if let Some(together) = &mut self.together {
            together.watch.watch(contract, value);
        }
        self.execution.want(contract, Action::Buy, bid.ok(), &mut out.commands)?;
        self.execution.want(contract, Action::Sell, ask.ok(), &mut out.commands)?;
        for due in [due, widened_until] {
            if due.is_some() {
                self.wake_by(due);
            }
        }
        Ok(())
    }

    /// Takes a contract's quotes out of the book.
    pub(super) fn withdraw(&mut self, contract: usize, out: &mut Outputs) -> Result<(), Error> {
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

    /// Shows the account to the gate, and decides all anew if that opened or closed it.
    #[inline]
    pub(super) fn account(&mut self, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        let (balance, equity) = (self.ledger.balance(), self.ledger.equity());
        if now < self.look_again && self.halted.is_none() && self.gate.passes(balance, equity) {
            return Ok(());
        }
        self.gate.observe(now, balance, equity);
        let halted = self.gate.halted(now);
        self.look_again = self.gate.look_again(now);
        if halted.is_some() {
            // Also where something else halted before: each has an end of its own.
            self.wake_by(self.gate.resumes(now));
        }
        if halted == self.halted { Ok(()) } else { self.turn(halted, now, out) }
    }

    /// Decides all anew, as the gate has opened or closed, or is closed by something else.
    #[cold]
    fn turn(&mut self, halted: Option<Halt>, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        self.halted = halted;
        if let Some(together) = &mut self.together {
            (0..self.contracts.len()).for_each(|contract| together.watch.unwatch(contract));
        }
        self.react_all(now, out)
    }

    /// Sees to it that a tick at `due` is heard.
    pub(super) fn wake_by(&mut self, due: Option<Timestamp>) {
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
            if state.requote.is_calm() && state.widened.is_none() {
                continue;
            }
            let settles = state.toxicity.settles(now, rules);
            let held = state.requote.held_since();
            let held = held.and_then(|at| at.checked_add_micros(self.settings.patience.refresh));
            let widened = state.widened.map(Widening::until);
            for at in [settles, held, widened].into_iter().flatten().filter(|at| *at > now) {
                due = Some(due.map_or(at, |known| known.min(at)));
            }
        }
        self.due = due;
    }
}

/// Returns how both sides came about, their quotes not yet known.
fn explained(
    view: &View<'_>,
    (reason, pulled, closures): (Reason, Option<Timestamp>, Closures),
    waterfalls: [Waterfall; 2],
) -> [Explained; 2] {
    let [bids, asks] = waterfalls;
    [(Action::Buy, bids), (Action::Sell, asks)].map(|(action, waterfall)| Explained {
        action,
        reason,
        belief: *view.belief,
        sigma_scale: view.sigma_scale,
        position: view.position,
        regime: view.regime,
        pulled,
        closures,
        widening: view.widening,
        book: view.book,
        waterfall,
        quote: Err(Withheld::NoPrice),
    })
}
