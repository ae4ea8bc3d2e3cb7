//! Why a contract's orders are where they are, noted while a run goes on.

use crate::engine::Explained;
use crate::exchange::{OrderCommand, OrderId, Request};
use crate::market::Action;
use crate::units::{Price, Timestamp};

/// Why the orders of one contract are where they are.
pub(super) struct Notes {
    event: usize,
    contract: usize,
    noted: Vec<Note>,
}

/// A command that rests an order at a price, and why.
pub(super) struct Note {
    pub(super) at: Timestamp,
    pub(super) order: OrderId,
    pub(super) action: Action,
    pub(super) price: Price,
    pub(super) explained: Explained,
}

impl Notes {
    /// Returns no notes yet of a contract, named by its place in its event.
    pub(super) const fn of(event: usize, contract: usize) -> Self {
        Self { event, contract, noted: Vec::new() }
    }

    /// Returns the contract that is noted, if it is one of this event.
    pub(super) fn contract_of(&self, event: usize) -> Option<usize> {
        (event == self.event).then_some(self.contract)
    }

    /// Takes note of what the event's strategy has just asked for, and of how it decided on the contract's bid and ask.
    pub(super) fn take(&mut self, at: Timestamp, commands: &[OrderCommand], both: &[Explained; 2]) {
        for command in commands.iter().filter(|command| command.contract == self.contract) {
            let OrderCommand { order, action, request, .. } = *command;
            let (Request::Place { price, .. } | Request::Amend { price, .. }) = request else { continue };
            let own = both.iter().filter(|explained| explained.action == action);
            self.noted.extend(own.map(|&explained| Note { at, order, action, price, explained }));
        }
    }

    /// Returns what was noted, in order of time.
    pub(super) fn noted(&self) -> &[Note] {
        &self.noted
    }
}
