//! What a person places by hand: through the same gate as the quotes, and beside them.

use super::Maker;
use crate::Invalid;
use crate::engine::{Error, Outputs};
use crate::exchange::{OrderId, Verdict};
use crate::execution::prices;
use crate::market::Action;
use crate::risk::{Book, Cleared, Exposure, MayFill, Order, Place, Purpose, Refusal, Rests};
use crate::units::{Price, Quantity, Timestamp};

/// Why an order by hand is not placed or moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unplaced {
    /// There is no such contract.
    #[error("there is no such contract")]
    NoContract,
    /// It can't be traded now.
    #[error("the contract takes no orders now")]
    NotOpen,
    /// It has no such price.
    #[error("{0}")]
    Grid(Invalid),
    /// The last change of it is not answered yet.
    #[error("its last change is not answered yet")]
    Busy,
    /// The gate refuses it.
    #[error("{}", .0.says())]
    Refused(Refusal),
}

impl Maker {
    /// Returns as much as may rest of an order that a person asks for on a side of a contract, in the place of the one by hand
    /// that is there.
    ///
    /// # Errors
    ///
    /// Returns why nothing may: what rests by hand then stays as it is.
    pub fn by_hand(
        &self,
        now: Timestamp,
        (contract, action): (usize, Action),
        (price, count): (Price, Quantity),
    ) -> Result<Cleared, Unplaced> {
        let state = self.contracts.get(contract).ok_or(Unplaced::NoContract)?;
        if !state.is_open() {
            return Err(Unplaced::NotOpen);
        }
        state.terms.grid.check(price).map_err(Unplaced::Grid)?;
        if self.hand.is_busy(contract, action) {
            return Err(Unplaced::Busy);
        }
        let (rests, book) = (self.hand.rests(contract, action), Book::new(state.book));
        let other = opposite(action);
        let own = prices(self.execution.may_fill(contract, other));
        let own = own.chain(prices(self.hand.may_fill(contract, other)));
        let around = Place { rests, book, opposite: nearest(action, own), ..Place::default() };
        self.clear_by_hand(now, (contract, action), (price, count), around).map_err(Unplaced::Refused)
    }

    /// Returns as much as may go on resting of an order that was placed by hand.
    ///
    /// # Errors
    ///
    /// Returns the [`Refusal`] if nothing may.
    pub fn by_hand_still(
        &self,
        now: Timestamp,
        (contract, action): (usize, Action),
        (price, count): (Price, Quantity),
    ) -> Result<Cleared, Refusal> {
        // It asks for nothing to be sent, and where the book has gone to meanwhile is no reason: what meets it trades.
        let around = Place { rests: Rests::Busy, ..Place::default() };
        self.clear_by_hand(now, (contract, action), (price, count), around)
    }

    /// Takes in what a person asks for on a side of a contract; none takes back what is there. What isn't let through changes
    /// nothing.
    pub(super) fn ask_by_hand(
        &mut self,
        now: Timestamp,
        (contract, action): (usize, Action),
        asked: Option<(Price, Quantity)>,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        self.contract_mut(contract)?;
        match asked.map(|asked| self.by_hand(now, (contract, action), asked)) {
            Some(Err(_)) => Ok(()),
            Some(Ok(cleared)) => self.want_by_hand(now, (contract, action), Some(cleared), out),
            None => self.want_by_hand(now, (contract, action), None, out),
        }
    }

    /// Takes in the answer to a command about an order by hand. What it leaves to the quotes is decided anew.
    pub(super) fn answer_by_hand(
        &mut self,
        now: Timestamp,
        (contract, action): (usize, Action),
        answered: (OrderId, Verdict),
        out: &mut Outputs,
    ) -> Result<(), Error> {
        let before = out.commands.len();
        self.hand.answer(contract, action, answered, &mut out.commands)?;
        self.gate.note_sent(now, out.commands.len().saturating_sub(before));
        self.tell(contract)?;
        self.react(contract, now, out)
    }

    /// Takes back what was placed by hand and would not pass the gate any more: what halts or closes lets only stay what brings a
    /// position nearer to zero.
    #[cold]
    pub(super) fn look_at_hand(&mut self, now: Timestamp, out: &mut Outputs) -> Result<(), Error> {
        let wanted: Vec<_> = self.hand.wanted().collect();
        for (contract, action, wanted) in wanted {
            let is_open = self.contracts.get(contract).is_some_and(|state| state.is_open());
            let (price, count) = (wanted.price(), wanted.count());
            let may_rest = || {
                let cleared = self.by_hand_still(now, (contract, action), (price, count));
                cleared.is_ok_and(|cleared| cleared.count() == count)
            };
            if !(is_open && may_rest()) {
                self.want_by_hand(now, (contract, action), None, out)?;
            }
        }
        Ok(())
    }

    /// Adds to what is around a quote what a person has placed by hand.
    #[cold]
    pub(super) fn beside_hand(&self, (contract, action): (usize, Action), place: Place) -> Place {
        let own = prices(self.hand.may_fill(contract, opposite(action))).chain(place.opposite);
        let others = self.hand.may_fill(contract, action).count();
        Place { others: place.others.saturating_add(others), opposite: nearest(action, own), ..place }
    }

    fn clear_by_hand(
        &self,
        now: Timestamp,
        (contract, action): (usize, Action),
        (price, count): (Price, Quantity),
        around: Place,
    ) -> Result<Cleared, Refusal> {
        let order = Order { contract, purpose: Purpose::Hand, action, price, count };
        let closures = self.contracts.get(contract).map(|state| state.closures).unwrap_or_default();
        let place = Place {
            position: self.ledger.position(contract),
            others: self.execution.may_fill(contract, action).count(),
            closures,
            ..around
        };
        self.gate.clear(now, &order, &place, || self.exposure_by_hand(contract))
    }

    /// Returns what the event can lose as a function of what is placed by hand in a contract.
    fn exposure_by_hand(&self, contract: usize) -> Exposure {
        let mut own = self.stake(contract);
        let [bids, asks] = &mut own.beside;
        (own.bids, *bids) = (*bids, own.bids);
        (own.asks, *asks) = (*asks, own.asks);
        // It counts as what it is asked for, not as what is wanted already.
        for own in [&mut own.bids, &mut own.asks] {
            own.wanted = MayFill::NOTHING.wanted;
        }
        self.exposure_with(contract, own)
    }

    fn want_by_hand(
        &mut self,
        now: Timestamp,
        (contract, action): (usize, Action),
        wanted: Option<Cleared>,
        out: &mut Outputs,
    ) -> Result<(), Error> {
        let before = out.commands.len();
        self.hand.want(contract, action, wanted, &mut out.commands)?;
        self.gate.note_sent(now, out.commands.len().saturating_sub(before));
        Ok(())
    }
}

const fn opposite(action: Action) -> Action {
    match action {
        Action::Buy => Action::Sell,
        Action::Sell => Action::Buy,
    }
}

/// Returns the price that an order would meet first, of orders on the other side.
fn nearest(action: Action, other: impl Iterator<Item = Price>) -> Option<Price> {
    match action {
        Action::Buy => other.min(),
        Action::Sell => other.max(),
    }
}
