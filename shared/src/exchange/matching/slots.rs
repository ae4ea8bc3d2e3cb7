//! What rests: orders in places that are used again, found by number.

use core::ops;

use super::index::Index;
use super::links::{Link, Linked, Of, Slot};
use super::{Order, OrderNumber};

/// An order that rests, and its neighbours.
#[derive(Debug, Clone)]
pub(super) struct Resting {
    pub(super) order: Order,
    links: [Link; 2],
}

/// All orders that rest.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    all: Vec<Resting>,
    /// A place that is free; the next one is its neighbour.
    free: Slot,
    index: Index,
}

impl Slots {
    pub(super) const fn new() -> Self {
        Self { all: Vec::new(), free: Slot::NONE, index: Index::new() }
    }

    /// Returns where the order of a number rests.
    pub(super) fn find(&self, number: OrderNumber) -> Option<Slot> {
        self.index.find(number.0, |slot| self[slot].number == number)
    }

    /// Returns the order of a number.
    pub(super) fn get(&self, number: OrderNumber) -> Option<&Order> {
        self.find(number).map(|slot| &self[slot])
    }

    /// Keeps an order, in no list yet.
    pub(super) fn insert(&mut self, order: Order) -> Slot {
        let number = order.number.0;
        let resting = Resting { order, links: [Link::ALONE; 2] };
        let slot = match self.free.some() {
            Some(slot) => {
                self.free = self.link(Of::Price, slot).after;
                self.all[slot.place()] = resting;
                slot
            }
            None => {
                self.all.push(resting);
                Slot(self.all.len() as u32 - 1)
            }
        };
        self.index.insert(number, slot);
        slot
    }

    /// Forgets an order that is in no list any more, and returns it.
    pub(super) fn remove(&mut self, slot: Slot) -> Order {
        let order = self[slot].clone();
        self.index.remove(order.number.0, |other| other == slot);
        self.link_mut(Of::Price, slot).after = self.free;
        self.free = slot;
        order
    }
}

impl ops::Index<Slot> for Slots {
    type Output = Order;

    fn index(&self, slot: Slot) -> &Order {
        &self.all[slot.place()].order
    }
}

impl ops::IndexMut<Slot> for Slots {
    fn index_mut(&mut self, slot: Slot) -> &mut Order {
        &mut self.all[slot.place()].order
    }
}

impl Linked for Slots {
    fn link(&self, of: Of, slot: Slot) -> Link {
        self.all[slot.place()].links[of as usize]
    }

    fn link_mut(&mut self, of: Of, slot: Slot) -> &mut Link {
        &mut self.all[slot.place()].links[of as usize]
    }
}
