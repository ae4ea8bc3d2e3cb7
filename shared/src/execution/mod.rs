//! From what should rest to what does: working orders, and the commands that close the gap.
//!
//! There is one order a side of each contract. It is moved by amending it, so that two of ours never stand where one was
//! wanted, and what is asked for is an order's *total*: a fill that crosses an amendment on the wire makes it trade no
//! more. A command is answered before the next one of the same order is sent; what is wanted meanwhile is kept. Beside it there
//! may be one that a person has placed by hand ([`Hand`]).

mod error;
mod hand;
mod order;
mod requote;
mod settings;
mod watch;

pub use error::Error;
pub use hand::Hand;
pub(crate) use hand::prices;
pub use order::{OrderState, Working};
pub use requote::{Patience, Reason, Requote};
pub use settings::Settings;
pub(crate) use watch::Watch;

use serde::{Deserialize, Serialize};

use crate::exchange::{Fill, OrderCommand, OrderId, Request, Verdict};
use crate::market::Action;
use crate::risk::{Cleared, MayFill, Rests};
use crate::units::{Price, Quantity};

/// The working orders of one event's contracts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Execution {
    contracts: Vec<[Side; 2]>,
    /// The number of the next order.
    next: u64,
}

/// What rests on one side of a contract, and what should.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Side {
    order: Option<Working>,
    wanted: Option<Cleared>,
}

impl Execution {
    /// Returns the execution of `contracts` contracts without an order; its orders are numbered from `first` on.
    pub fn new(contracts: usize, first: OrderId) -> Self {
        Self { contracts: vec![[Side::default(); 2]; contracts], next: first.0 }
    }

    /// Adds a contract, behind those there are.
    pub fn list(&mut self) {
        self.contracts.push([Side::default(); 2]);
    }

    /// Goes on with an order that an earlier run has left resting, under a number that has none yet. It counts for the most that it
    /// may be, and nothing is asked of it, until it is answered how it is.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if there is no such contract, or an order on that side: nothing changes then.
    pub fn adopt(
        &mut self,
        contract: usize,
        action: Action,
        order: OrderId,
        (price, total, traded): (Price, Quantity, Quantity),
    ) -> Result<(), Error> {
        let next = self.next;
        let side = self.side_mut(contract, action)?;
        if side.order.is_some() || order.0 < next {
            return Err(Error::Taken { contract, order });
        }
        side.order = Some(Working::adopted(order, price, total, traded));
        self.next = order.0.wrapping_add(1);
        Ok(())
    }

    /// Says what should rest on one side of a contract, and pushes the command that it takes, if it takes one now.
    ///
    /// # Errors
    ///
    /// Returns [`Error::NoContract`] if there is none at that place.
    #[inline]
    pub fn want(
        &mut self,
        contract: usize,
        action: Action,
        wanted: Option<Cleared>,
        commands: &mut Vec<OrderCommand>,
    ) -> Result<(), Error> {
        self.side_mut(contract, action)?.wanted = wanted;
        self.close_gap(contract, action, commands)
    }

    /// Takes in the answer to a command, and pushes the next one if what is wanted has changed since.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if there is no such contract or no such order on that side: nothing changes then. That an order is
    /// not there that was over before is no error: a command may cross the end of its order on the wire.
    pub fn answer(
        &mut self,
        contract: usize,
        action: Action,
        order: OrderId,
        verdict: Verdict,
        commands: &mut Vec<OrderCommand>,
    ) -> Result<(), Error> {
        if self.heard(contract, action, order, verdict)? {
            self.close_gap(contract, action, commands)
        } else {
            Ok(())
        }
    }

    /// Takes in the answer to a command as [`Execution::answer`] does, sends nothing yet, and returns whether the order is still
    /// ours to be seen to.
    pub(crate) fn heard(
        &mut self,
        contract: usize,
        action: Action,
        order: OrderId,
        verdict: Verdict,
    ) -> Result<bool, Error> {
        let next = self.next;
        let side = self.side_mut(contract, action)?;
        let Some(working) = side.order.as_mut().filter(|working| working.id == order) else {
            let over = order.0 < next && matches!(verdict, Verdict::Gone | Verdict::Rejected);
            return if over { Ok(false) } else { Err(Error::NoOrder { contract, order }) };
        };
        let traded_in_full = working.traded >= working.total;
        if working.answered(verdict) == OrderState::Done {
            side.order = None;
        }
        if verdict == Verdict::Rejected && !traded_in_full {
            // To ask again at once for what was just refused would never end: the next decision may.
            side.wanted = None;
        }
        Ok(true)
    }

    /// Takes in a fill.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if there is no such contract or order, or if it has traded more than it was for: what was heard
    /// of it is then not what was asked for, and the exchange must be asked what rests.
    #[inline]
    pub fn fill(&mut self, fill: &Fill) -> Result<(), Error> {
        let side = self.side_mut(fill.contract, fill.action)?;
        let Some(working) = side.order.as_mut().filter(|working| working.id == fill.order) else {
            return Err(Error::NoOrder { contract: fill.contract, order: fill.order });
        };
        let state = working.fill(fill.count)?;
        // What it was wanted for has happened: the next decision says what is wanted now.
        side.wanted = None;
        if state == OrderState::Done {
            side.order = None;
        }
        Ok(())
    }

    /// Checks that a fill can be taken in.
    ///
    /// # Errors
    ///
    /// As [`Execution::fill`].
    #[inline]
    pub fn check_fill(&self, fill: &Fill) -> Result<(), Error> {
        let Fill { contract, order, .. } = *fill;
        let contracts = self.contracts.len();
        let sides = self.contracts.get(contract).ok_or(Error::NoContract { contract, contracts })?;
        let working = sides[side_of(fill.action)].order.filter(|working| working.id == order);
        let mut working = working.ok_or(Error::NoOrder { contract, order })?;
        working.fill(fill.count).map(|_| ())
    }

    /// Returns how many contracts there are.
    pub fn contracts(&self) -> usize {
        self.contracts.len()
    }

    /// Returns the order on one side of a contract.
    pub fn working(&self, contract: usize, action: Action) -> Option<&Working> {
        self.contracts.get(contract)?[side_of(action)].order.as_ref()
    }

    /// Forgets what is wanted on one side of a contract, and sends nothing: what is wanted instead is said next.
    pub(crate) fn forget(&mut self, contract: usize, action: Action) {
        if let Some(sides) = self.contracts.get_mut(contract) {
            sides[side_of(action)].wanted = None;
        }
    }

    /// Says what should rest on one side of a contract, and sends nothing: it does already.
    fn keep(&mut self, contract: usize, action: Action, wanted: Option<Cleared>) {
        if let Some(sides) = self.contracts.get_mut(contract) {
            sides[side_of(action)].wanted = wanted;
        }
    }

    /// Returns what should rest on one side of a contract.
    pub fn wanted(&self, contract: usize, action: Action) -> Option<Cleared> {
        self.contracts.get(contract)?[side_of(action)].wanted
    }

    /// Returns what may still trade on one side of a contract: what works, and what is wanted and sent only after an answer.
    pub fn may_fill(&self, contract: usize, action: Action) -> MayFill {
        let mut may_fill = self.working(contract, action).map_or(MayFill::NOTHING, Working::may_fill);
        if let Some(wanted) = self.wanted(contract, action) {
            may_fill.wanted = (wanted.price(), wanted.count());
        }
        may_fill
    }

    /// Returns what rests on one side of a contract, for what may take its place.
    #[inline]
    pub fn rests(&self, contract: usize, action: Action) -> Rests {
        self.working(contract, action).map_or(Rests::Nothing, Working::rests)
    }

    /// Returns how many contracts may still trade on one side, whatever is on its way.
    pub fn exposed(&self, contract: usize, action: Action) -> Quantity {
        self.working(contract, action).map_or(Quantity::ZERO, Working::exposed)
    }

    /// Sends what brings the order of a side nearer to what is wanted, unless an answer is due first.
    #[inline]
    fn close_gap(
        &mut self,
        contract: usize,
        action: Action,
        commands: &mut Vec<OrderCommand>,
    ) -> Result<(), Error> {
        let next = self.next;
        let side = self.side_mut(contract, action)?;
        let send = |order, request| OrderCommand { contract, action, order, request };
        match (&mut side.order, side.wanted) {
            (None, Some(wanted)) => {
                let (price, count) = (wanted.price(), wanted.count());
                let id = OrderId(next);
                side.order = Some(Working::placed(id, price, count));
                commands.push(send(id, Request::Place { price, count }));
                self.next = next.wrapping_add(1);
            }
            (Some(working), Some(wanted)) => {
                if let Some(request) = working.move_to(wanted.price(), wanted.count()) {
                    commands.push(send(working.id, request));
                }
            }
            (Some(working), None) => {
                if let Some(request) = working.cancel() {
                    commands.push(send(working.id, request));
                }
            }
            (None, None) => {}
        }
        Ok(())
    }

    #[inline]
    fn side_mut(&mut self, contract: usize, action: Action) -> Result<&mut Side, Error> {
        let contracts = self.contracts.len();
        match self.contracts.get_mut(contract) {
            Some(sides) => Ok(&mut sides[side_of(action)]),
            None => Err(Error::NoContract { contract, contracts }),
        }
    }
}

/// The place of a side: bids, then offers.
const fn side_of(action: Action) -> usize {
    match action {
        Action::Buy => 0,
        Action::Sell => 1,
    }
}

#[cfg(test)]
mod tests;
