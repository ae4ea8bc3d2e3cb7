//! What rests: orders in places that are used again, found by number.

use core::ops;

use super::links::{Link, Linked, Of, Slot};
use super::{Order, OrderNumber};

/// The least number of chains.
const LEAST: usize = 64;

/// An order that rests, and its neighbours.
#[derive(Debug, Clone)]
struct Resting {
    order: Order,
    links: [Link; 2],
    /// The next one of its chain, or the next free place.
    next: Slot,
}

/// All orders that rest.
///
/// Numbers follow one another, so that a number's last bits spread them evenly over chains, at least as many as there are
/// orders. What rests no longer leaves nothing behind.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    all: Vec<Resting>,
    /// The first place that is free.
    free: Slot,
    len: usize,
    /// The first of each chain, a power of two of them.
    chains: Vec<Slot>,
}

impl Slots {
    pub(super) const fn new() -> Self {
        Self { all: Vec::new(), free: Slot::NONE, len: 0, chains: Vec::new() }
    }

    fn chain(&self, number: OrderNumber) -> usize {
        number.0 as usize & (self.chains.len().wrapping_sub(1))
    }

    /// Returns where the order of a number rests.
    pub(super) fn find(&self, number: OrderNumber) -> Option<Slot> {
        let mut slot = *self.chains.get(self.chain(number))?;
        while slot != Slot::NONE {
            let resting = &self.all[slot.place()];
            if resting.order.number == number {
                return Some(slot);
            }
            slot = resting.next;
        }
        None
    }

    /// Returns the order of a number.
    pub(super) fn get(&self, number: OrderNumber) -> Option<&Order> {
        self.find(number).map(|slot| &self[slot])
    }

    /// Keeps an order, in no list yet.
    pub(super) fn insert(&mut self, order: Order) -> Slot {
        if self.len >= self.chains.len() {
            self.lengthen();
        }
        self.len += 1;
        let chain = self.chain(order.number);
        let resting = Resting { order, links: [Link::ALONE; 2], next: self.chains[chain] };
        let slot = match self.free.some() {
            Some(slot) => {
                self.free = self.all[slot.place()].next;
                self.all[slot.place()] = resting;
                slot
            }
            None => {
                self.all.push(resting);
                Slot(self.all.len() as u32 - 1)
            }
        };
        self.chains[chain] = slot;
        slot
    }

    /// Forgets an order that is in no list any more.
    pub(super) fn remove(&mut self, slot: Slot) {
        let (chain, next) = (self.chain(self[slot].number), self.all[slot.place()].next);
        let mut at = self.chains[chain];
        if at == slot {
            self.chains[chain] = next;
        } else {
            while self.all[at.place()].next != slot {
                at = self.all[at.place()].next;
            }
            self.all[at.place()].next = next;
        }
        self.len -= 1;
        self.all[slot.place()].next = self.free;
        self.free = slot;
    }

    /// Makes more chains. There never were as many orders as there are now, so that no place is free.
    fn lengthen(&mut self) {
        self.chains = vec![Slot::NONE; LEAST.max(2 * self.chains.len())];
        for place in 0..self.all.len() {
            let chain = self.chain(self.all[place].order.number);
            self.all[place].next = core::mem::replace(&mut self.chains[chain], Slot(place as u32));
        }
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
