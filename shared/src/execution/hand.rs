//! What a person places by hand: orders of their own beside the quotes', with the same life.
//!
//! There is one a side of each contract, as of quotes, and neither is ever taken for the other: their numbers are apart. A wish
//! ends with its order: one that is over is not placed again, and where a change of one is refused it stays as it was.

use serde::{Deserialize, Serialize};

use super::{Error, Execution, OrderState, Working};
use crate::exchange::{Fill, OrderCommand, OrderId, Verdict};
use crate::market::Action;
use crate::risk::{Cleared, MayFill, Rests};
use crate::units::{Price, Quantity};

/// The number of the first order by hand. Quotes are never so many.
const FIRST: u64 = 1 << 40;

impl OrderId {
    /// Returns the order by hand of that number, counted from 0.
    pub(crate) fn of_hand(number: u64) -> Option<Self> {
        FIRST.checked_add(number).map(Self)
    }

    /// Returns an order's number among those by hand, if it is one.
    pub const fn by_hand(self) -> Option<u64> {
        self.0.checked_sub(FIRST)
    }
}

/// The orders by hand of one event's contracts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hand {
    execution: Execution,
    /// The sides that a person wants something on, or has wanted it until that is over.
    asked: Vec<Asked>,
}

/// A side that a person wants something on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Asked {
    contract: usize,
    action: Action,
    /// What is on its way.
    sent: Option<Cleared>,
    /// What rests, as far as was answered.
    rests: Option<Cleared>,
}

impl Hand {
    /// Returns that nothing was placed in `contracts` contracts.
    pub fn new(contracts: usize) -> Self {
        Self { execution: Execution::new(contracts, OrderId(FIRST)), asked: Vec::new() }
    }

    /// Adds a contract, behind those there are.
    pub fn list(&mut self) {
        self.execution.list();
    }

    /// Returns how many contracts there are.
    pub fn contracts(&self) -> usize {
        self.execution.contracts()
    }

    /// Returns whether nothing is wanted and nothing may rest.
    #[inline]
    pub fn is_idle(&self) -> bool {
        self.asked.is_empty()
    }

    /// Iterates over the sides on which something is wanted, with what is to rest there.
    pub fn wanted(&self) -> impl Iterator<Item = (usize, Action, Cleared)> {
        self.asked.iter().filter_map(|asked| {
            let wanted = self.execution.wanted(asked.contract, asked.action)?;
            Some((asked.contract, asked.action, wanted))
        })
    }

    /// Returns what is wanted on a side of a contract.
    pub fn wants(&self, contract: usize, action: Action) -> Option<Cleared> {
        self.execution.wanted(contract, action)
    }

    /// Returns the order on a side of a contract.
    pub fn working(&self, contract: usize, action: Action) -> Option<&Working> {
        self.execution.working(contract, action)
    }

    /// Returns what rests on a side of a contract, for what may take its place.
    pub fn rests(&self, contract: usize, action: Action) -> Rests {
        self.execution.rests(contract, action)
    }

    /// Returns what may still trade on a side of a contract.
    #[inline]
    pub fn may_fill(&self, contract: usize, action: Action) -> MayFill {
        if self.is_idle() { MayFill::NOTHING } else { self.execution.may_fill(contract, action) }
    }

    /// Says what is to rest on a side of a contract, and pushes the command that it takes, if it takes one now.
    ///
    /// # Errors
    ///
    /// As [`Execution::want`].
    pub fn want(
        &mut self,
        contract: usize,
        action: Action,
        wanted: Option<Cleared>,
        commands: &mut Vec<OrderCommand>,
    ) -> Result<(), Error> {
        let before = commands.len();
        self.execution.want(contract, action, wanted, commands)?;
        let place = self.place(contract, action).unwrap_or_else(|| {
            self.asked.push(Asked { contract, action, sent: None, rests: None });
            self.asked.len() - 1
        });
        if let Some(asked) = self.asked.get_mut(place).filter(|_| commands.len() > before) {
            asked.sent = wanted;
        }
        self.forget_what_is_over();
        Ok(())
    }

    /// Takes in the answer to a command, and pushes the next one if what is wanted has changed since.
    ///
    /// # Errors
    ///
    /// As [`Execution::answer`].
    pub fn answer(
        &mut self,
        contract: usize,
        action: Action,
        (order, verdict): (OrderId, Verdict),
        commands: &mut Vec<OrderCommand>,
    ) -> Result<(), Error> {
        let wanted = self.execution.wanted(contract, action);
        if !self.execution.heard(contract, action, order, verdict)? {
            return Ok(());
        }
        let is_there = self.execution.working(contract, action).is_some();
        let place = self.place(contract, action);
        let mut wanted = wanted.filter(|_| is_there);
        if let Some(asked) = place.and_then(|place| self.asked.get_mut(place)) {
            match verdict {
                Verdict::Resting => asked.rests = asked.sent.take().or(asked.rests),
                Verdict::Rejected => {
                    asked.sent = None;
                    wanted = wanted.and(asked.rests);
                }
                Verdict::Gone | Verdict::Unknown => {}
            }
        }
        self.want(contract, action, wanted, commands)
    }

    /// Takes in a fill.
    ///
    /// # Errors
    ///
    /// As [`Execution::fill`].
    pub fn fill(&mut self, fill: &Fill) -> Result<(), Error> {
        let Fill { contract, action, count, .. } = *fill;
        let less = |cleared: Option<Cleared>| cleared.and_then(|cleared| cleared.less(count));
        let wanted = less(self.execution.wanted(contract, action));
        self.execution.fill(fill)?;
        if let Some(asked) = self.place(contract, action).and_then(|place| self.asked.get_mut(place)) {
            (asked.sent, asked.rests) = (less(asked.sent), less(asked.rests));
        }
        if self.execution.working(contract, action).is_some() {
            self.execution.keep(contract, action, wanted);
        }
        self.forget_what_is_over();
        Ok(())
    }

    /// Checks that a fill can be taken in.
    ///
    /// # Errors
    ///
    /// As [`Execution::fill`].
    pub fn check_fill(&self, fill: &Fill) -> Result<(), Error> {
        self.execution.check_fill(fill)
    }

    /// Returns whether an answer must come before anything else can be asked on a side of a contract.
    pub fn is_busy(&self, contract: usize, action: Action) -> bool {
        self.working(contract, action).is_some_and(|working| working.state != OrderState::Resting)
    }

    fn place(&self, contract: usize, action: Action) -> Option<usize> {
        self.asked.iter().position(|asked| (asked.contract, asked.action) == (contract, action))
    }

    fn forget_what_is_over(&mut self) {
        let execution = &self.execution;
        self.asked.retain(|Asked { contract, action, .. }| {
            execution.working(*contract, *action).is_some() || execution.wanted(*contract, *action).is_some()
        });
    }
}

/// Iterates over the prices at which something may still trade.
pub(crate) fn prices(may_fill: MayFill) -> impl Iterator<Item = Price> {
    let orders = [may_fill.rests, may_fill.moves, may_fill.wanted].into_iter();
    orders.filter(|(_, count)| *count > Quantity::ZERO).map(|(price, _)| price)
}
