//! Asking the gate: what it must know of the event, and what it has refused.

use super::{Maker, Numbers};
use crate::engine::{Decision, Error, Outputs};
use crate::exchange::{OrderId, Verdict};
use crate::execution::Reason;
use crate::fees::FeeSchedule;
use crate::market::{Action, FeeMultiplier, FeeType, Position};
use crate::quoting::{Quote, Regime, Withheld};
use crate::risk::{
    Book, Charged, Cleared, EquityAt, Exposure, Limit, Order, Place, Purpose, Refusal, Rests, Stake,
};
use crate::settings::Fee;
use crate::units::{Price, Quantity, Timestamp};

impl Maker {
    /// Returns as much as may be sent, at `now`, of an order that brings a contract's position nearer to zero because a person
    /// asks for it: no halt and no limit but the order size holds it back, and what may still fill on its side counts.
    ///
    /// # Errors
    ///
    /// Returns the [`Refusal`] if it wouldn't.
    pub fn reduce(
        &self,
        now: Timestamp,
        (contract, action): (usize, Action),
        (price, count): (Price, Quantity),
    ) -> Result<Cleared, Refusal> {
        let order = Order { contract, purpose: Purpose::Reduce, action, price, count };
        let others = self.execution.exposed(contract, action);
        let others = others.saturating_add(self.hand.may_fill(contract, action).count());
        let place = Place { position: self.ledger.position(contract), others, ..Place::default() };
        self.gate.clear(now, &order, &place, || self.exposure(contract))
    }

    /// Returns what the event can lose at the worst, in microdollars, with its positions and all that may still fill; negative
    /// where it can only gain.
    pub fn worst_loss(&self) -> i128 {
        self.exposure(self.contracts.len()).worst(None)
    }

    /// Returns what the event can lose as a function of what is done in a contract.
    pub(super) fn exposure(&self, contract: usize) -> Exposure {
        self.exposure_with(contract, self.stake(contract))
    }

    /// Returns what the event can lose as a function of what is done in a contract of which this is at stake.
    pub(super) fn exposure_with(&self, contract: usize, own: Stake) -> Exposure {
        let account = (self.gate.start(), self.ledger.cash());
        let mut exposure = Exposure::new(self.gate.bounds().outcomes, account, own);
        (0..self.contracts.len())
            .filter(|other| *other != contract)
            .for_each(|other| exposure.add(&self.stake(other)));
        exposure
    }

    /// Returns what a contract may still come to.
    pub(super) fn stake(&self, contract: usize) -> Stake {
        let fees = self.contracts.get(contract).and_then(|state| state.terms.fees);
        Stake {
            position: self.ledger.position(contract),
            bids: self.execution.may_fill(contract, Action::Buy),
            asks: self.execution.may_fill(contract, Action::Sell),
            beside: [Action::Buy, Action::Sell].map(|action| self.hand.may_fill(contract, action)),
            charged: self.settings.charged(fees),
        }
    }

    /// Asks the gate for a quote. `place` says what is held, what is known of the book and what closes the contract; what rests
    /// is looked for only where a limit asks.
    #[inline]
    pub(super) fn clear(
        &self,
        now: Timestamp,
        (contract, action): (usize, Action),
        Quote { price, count }: Quote,
        place: Place,
    ) -> Result<Cleared, Refusal> {
        let rests = if self.gate.bounds().max_messages.is_some() {
            self.execution.rests(contract, action)
        } else {
            Rests::Nothing
        };
        let order = Order { contract, purpose: Purpose::Quote, action, price, count };
        let place = if self.hand.is_idle() { place } else { self.beside_hand((contract, action), place) };
        self.gate.clear(now, &order, &Place { rests, ..place }, || self.exposure(contract))
    }

    /// Says what should rest on one side, and counts the message that it takes.
    #[inline]
    pub(super) fn want(
        &mut self,
        now: Timestamp,
        (contract, action): (usize, Action),
        wanted: Option<Cleared>,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        let before = out.commands.len();
        self.execution.want(contract, action, wanted, &mut out.commands)?;
        self.gate.note_sent(now, out.commands.len().saturating_sub(before));
        Ok(())
    }

    /// Takes in the answer to a command. What was wanted meanwhile is sent now: where a limit depends on what else happened
    /// since it was cleared, the gate is asked again.
    pub(super) fn answer(
        &mut self,
        now: Timestamp,
        (contract, action): (usize, Action),
        (order, verdict): (OrderId, Verdict),
        out: &mut Outputs,
    ) -> Result<(), Error> {
        if order.by_hand().is_some() {
            return self.answer_by_hand(now, (contract, action), (order, verdict), out);
        }
        if verdict == Verdict::Rejected {
            self.refused(now, (contract, action), order)?;
        }
        if !self.gate.bounds().asks_twice() {
            return Ok(self.execution.answer(contract, action, order, verdict, &mut out.commands)?);
        }
        if !self.execution.heard(contract, action, order, verdict)? {
            return Ok(());
        }
        let wanted = self.execution.wanted(contract, action);
        let asked = wanted.map(|wanted| Quote { price: wanted.price(), count: wanted.count() });
        let rests = self.execution.rests(contract, action);
        let sends = asked.is_some_and(|Quote { price, count }| match rests {
            Rests::Nothing => true,
            Rests::Order(at, left) => (at, left) != (price, count),
            Rests::Busy => false,
        });
        let (Some(asked), true) = (asked, sends) else {
            return self.want(now, (contract, action), wanted, out);
        };
        let state = self.contract_mut(contract)?;
        let (book, closures, belief) = (Book::new(state.book), state.closures, state.belief);
        let position = self.ledger.position(contract);
        let (other_side, place) = match action {
            Action::Buy => (Action::Sell, 0),
            Action::Sell => (Action::Buy, 1),
        };
        let opposite = self.execution.wanted(contract, other_side).map(Cleared::price);
        // It counts as what it is asked for, not as what is wanted already.
        self.execution.forget(contract, action);
        let around = Place { position, opposite, book, closures, ..Place::default() };
        let cleared = self.clear(now, (contract, action), asked, around);
        self.want(now, (contract, action), cleared.ok(), out)?;
        let refused = cleared.err();
        self.ask_again(contract, now, &[refused]);
        let state = self.contract_mut(contract)?;
        let regime = state.requote.regime().unwrap_or(Regime::Halted);
        let side = match action {
            Action::Buy => &mut state.quotes.bid,
            Action::Sell => &mut state.quotes.ask,
        };
        let quote = cleared.ok().map(quote);
        if let (Some(belief), true) = (belief, *side != quote) {
            *side = quote;
            if let Some(both) = &mut state.explained {
                let [bid, ask] = &mut **both;
                let explained = if action == Action::Buy { bid } else { ask };
                (explained.refusal, explained.quote) = (refused, quote.ok_or(Withheld::Limit));
            }
            let (reason, quotes) = (Reason::Refresh, state.quotes);
            let mut limits = [None; 2];
            limits[place] = refused.map(|refusal| refusal.limit);
            let refused = limits;
            out.decide(|| Decision { contract, reason, regime, belief, position, quotes, refused });
        }
        Ok(())
    }

    /// The exchange refuses a command, or it never was sent. What was wanted by it is wanted again by the next decision, which
    /// comes after a while if nothing else asks for it: at once the same would be refused again.
    fn refused(
        &mut self,
        now: Timestamp,
        (contract, action): (usize, Action),
        order: OrderId,
    ) -> Result<(), Error> {
        let working = self.execution.working(contract, action).filter(|working| working.id == order);
        let is_wanted = self.execution.wanted(contract, action).is_some();
        if is_wanted && working.is_some_and(|working| working.traded < working.total) {
            let at = now.checked_add_micros(self.settings.patience.refresh);
            let state = self.contract_mut(contract)?;
            state.again = state.again.into_iter().chain(at).min();
            if let Some(together) = &mut self.together {
                together.watch.unwatch(contract);
            }
            self.wake_by(at);
        }
        Ok(())
    }

    /// Sees to it that a contract's quotes are decided again as soon as what refused one of them may let it pass.
    pub(super) fn ask_again(&mut self, contract: usize, now: Timestamp, refusals: &[Option<Refusal>]) {
        if refusals.iter().all(Option::is_none) {
            return;
        }
        let refresh = now.checked_add_micros(self.settings.patience.refresh);
        let later = refusals.iter().flatten().filter(|refusal| refusal.limit.may_pass_later());
        let at = later.filter_map(|refusal| match refusal.limit {
            Limit::Messages => self.gate.room_for_messages(now),
            _ => refresh,
        });
        let Some(at) = at.min() else { return };
        if let Some(state) = self.contracts.get_mut(contract) {
            state.again = Some(state.again.map_or(at, |known| known.min(at)));
        }
        self.wake_by(Some(at));
    }

    /// Sees to it that all quotes are decided anew if the event can lose more than its limit: something else happened than
    /// what was counted. Returns whether it can.
    pub(super) fn tell_if_beyond(&mut self) -> Result<bool, Error> {
        let Some(most) = self.gate.bounds().max_event_loss else { return Ok(false) };
        let beyond = self.worst_loss() > i128::from(most.microdollars());
        if beyond {
            (0..self.contracts.len()).try_for_each(|contract| self.tell(contract))?;
        }
        Ok(beyond)
    }

    /// Returns the price that a position in a contract is valued at, where anything is known of it.
    pub(super) fn mark_now(&self, contract: usize) -> Option<Price> {
        let belief = self.contracts.get(contract)?.belief;
        let fair = || belief.map(|belief| Price::nearest(belief.fair));
        match self.gate.bounds().equity_at {
            EquityAt::Fair => fair(),
            EquityAt::Book => self.mark_at_book(contract).or_else(fair),
        }
    }

    /// Values what is held of a contract at what its book or its last trade says now, where the settings ask for that.
    pub(super) fn mark_if_asked(
        &mut self,
        contract: usize,
        now: Timestamp,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        let asked = self.gate.bounds().equity_at == EquityAt::Book;
        if asked
            && self.ledger.position(contract) != Position::FLAT
            && let Some(mark) = self.mark_now(contract)
        {
            self.ledger.mark(contract, mark)?;
            self.account(now, out)?;
        }
        Ok(())
    }

    /// Returns the price that a position in a contract is valued at for the account.
    #[inline]
    pub(super) fn mark(&self, contract: usize, fair: f64) -> Price {
        let fair = Price::nearest(fair);
        match self.gate.bounds().equity_at {
            EquityAt::Fair => fair,
            EquityAt::Book => self.mark_at_book(contract).unwrap_or(fair),
        }
    }

    /// Returns the mid of a contract's book, if it is evidence, else what it traded at last.
    fn mark_at_book(&self, contract: usize) -> Option<Price> {
        let state = self.contracts.get(contract)?;
        Book::new(state.book).mid(self.gate.bounds().dead_book).or(state.last)
    }
}

impl Numbers {
    /// Returns what a fill is charged at most, of a contract whose series charges that.
    fn charged(&self, known: Option<FeeSchedule>) -> Charged {
        let makers = || FeeSchedule::new(FeeType::QuadraticWithMakerFees, FeeMultiplier::ONE);
        let schedule = match (self.fee, known) {
            (Fee::Flat(each), _) => return Charged::Flat(each),
            (Fee::Exact, Some(known)) => Ok(known),
            (Fee::Exact | Fee::Maker, _) => makers(),
        };
        schedule.map_or(Charged::Unknown, Charged::Schedule)
    }
}

/// Returns what was cleared, as a quote.
pub(super) fn quote(cleared: Cleared) -> Quote {
    Quote { price: cleared.price(), count: cleared.count() }
}
