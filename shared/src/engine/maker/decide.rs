//! Deciding what should rest.

use super::gate::quote;
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
use crate::risk::{Book, Cleared, Closures, Limit, Place, Refusal};
use crate::units::Timestamp;

/// What the gate has cleared of a side, or why there is nothing and what it refused, if it was asked at all.
type Decided = Result<Cleared, (Withheld, Option<Refusal>)>;

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
            let Contract { requote, widened, again, .. } = &self.contracts[contract];
            let ends = widened.is_some() || again.is_some();
            if timed || requote.is_stirred() || ends || requote.regime() != Some(Regime::Calm) {
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
                (nano(coherent.value(contract, reservation, belief.fair)), Some(reservation))
            }
        };
        let reason = state.requote.reason(now, value, regime, &self.settings.patience);
        let again = state.again;
        let reason = reason.or((widening != state.widened).then_some(Reason::Catalyst));
        match reason.or_else(|| again.is_some_and(|at| now >= at).then_some(Reason::Refresh)) {
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
        (state.widened, state.again) = (widening, None);
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
        let (held_back, closures, status) = (targets.held_back, state.closures, state.terms.status);
        let mut place = Place { position, book: Book::new(book), closures, ..Place::default() };
        // A bid is asked for beside no offer: the one there is gives way to the one that is decided next.
        let bid = self.settle_side(now, (contract, Action::Buy), targets.bid, place, out)?;
        place.opposite = bid.ok().map(Cleared::price);
        let ask = self.settle_side(now, (contract, Action::Sell), targets.ask, place, out)?;
        let refusals = [bid, ask].map(|side| side.err().and_then(|(_, refusal)| refusal));
        self.ask_again(contract, now, &refusals);
        let quotes = Quotes { bid: bid.ok().map(quote), ask: ask.ok().map(quote) };
        let Some(state) = self.contracts.get_mut(contract) else { return Ok(()) };
        state.requote.decided(now, value, regime, held_back);
        if let Some(both) = &mut state.explained {
            let asked = [targets.bid, targets.ask].map(|target| target.ok().map(|quote| quote.count));
            for ((explained, side), asked) in both.iter_mut().zip([bid, ask]).zip(asked) {
                explained.asked = asked;
                explained.refusal = side.err().and_then(|(_, refusal)| refusal);
                explained.quote = match side {
                    _ if status != Status::Open => Err(Withheld::Closed),
                    Err(_) if !explained.closures.is_empty() => Err(Withheld::FailedClosed),
                    side => side.map(quote).map_err(|(withheld, _)| withheld),
                };
            }
        }
        if state.quotes != quotes {
            state.quotes = quotes;
            let refused = refusals.map(|refusal| refusal.map(|refusal| refusal.limit));
            out.decide(|| Decision { contract, reason, regime, belief, position, quotes, refused });
        }
        let due = match regime {
            Regime::Calm => None,
            Regime::Widened | Regime::Alarmed | Regime::Pulled => {
                state.toxicity.settles(now, &self.settings.quoting)
            }
            Regime::Halted | Regime::Catalyst => self.gate.resumes(now),
        };
        let widened_until = widening.map(Widening::until);
        if let Some(together) = &mut self.together {
            together.watch.watch(contract, value);
        }
        for due in [due, widened_until] {
            if due.is_some() {
                self.wake_by(due);
            }
        }
        Ok(())
    }

    /// Asks the gate for one side of a contract's quotes, and sees to it that what it clears rests.
    #[inline]
    fn settle_side(
        &mut self,
        now: Timestamp,
        side: (usize, Action),
        target: Result<Quote, Withheld>,
        place: Place,
        out: &mut Outputs,
    ) -> Result<Decided, Error> {
        let cleared = match target {
            Ok(quote) => {
                // What is decided takes the place of what was wanted before.
                if self.gate.bounds().max_event_loss.is_some() {
                    self.execution.forget(side.0, side.1);
                }
                self.clear(now, side, quote, place)
                    .map_err(|refusal| (withheld(refusal.limit), Some(refusal)))
            }
            Err(withheld) => Err((withheld, None)),
        };
        self.want(now, side, cleared.ok(), out)?;
        Ok(cleared)
    }

    /// Takes a contract's quotes out of the book.
    pub(super) fn withdraw(
        &mut self,
        contract: usize,
        now: Timestamp,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        for action in [Action::Buy, Action::Sell] {
            self.want(now, (contract, action), None, out)?;
        }
        let position = self.ledger.position(contract);
        let state = self.contract_mut(contract)?;
        if state.quotes != Quotes::default() {
            state.quotes = Quotes::default();
            let belief = Belief { fair: 0.0, sd: 0.0, sigma_b: 0.0, z: 0.0, weights: [1.0, 0.0, 0.0] };
            let (reason, regime, quotes, refused) =
                (Reason::Regime, Regime::Halted, Quotes::default(), [None; 2]);
            out.decide(|| Decision { contract, reason, regime, belief, position, quotes, refused });
        }
        Ok(())
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
        asked: None,
        refusal: None,
        quote: Err(Withheld::NoPrice),
    })
}

/// Returns what is said of a side that the gate has refused.
const fn withheld(limit: Limit) -> Withheld {
    match limit {
        Limit::DailyLoss | Limit::Floor | Limit::Paused => Withheld::Account,
        Limit::Closed => Withheld::FailedClosed,
        Limit::Catalyst => Withheld::Catalyst,
        Limit::Position => Withheld::PositionLimit,
        Limit::OrderSize
        | Limit::EventLoss
        | Limit::Messages
        | Limit::Cross
        | Limit::PastMid
        | Limit::SelfCross
        | Limit::Reduces => Withheld::Limit,
    }
}
