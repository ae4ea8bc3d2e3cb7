//! What rests: orders in places that are used again, found by number.

use core::ops;

use super::links::{Link, Linked, Of, Slot};
use super::seat::Seat;
use super::{Order, OrderNumber};

/// The least number of chains.
const LEAST: usize = 64;
/// How many chains there are at least for each order: so many that an order is most often alone in its own.
const CHAINS: usize = 2;

/// What is needed of an order to find it, and to take it and its neighbours out of lists: two of them in a cache line,
/// where the order itself takes two.
#[derive(Debug, Clone)]
#[repr(align(32))]
struct Node {
    number: OrderNumber,
    links: [Link; 2],
    /// The next one of its chain, or the next free place.
    next: Slot,
    /// Where its account keeps what it holds of the contract.
    seat: Seat,
}

/// An order where cache lines begin, so that it is in no more of them than it must be.
#[derive(Debug, Clone)]
#[repr(align(64))]
struct Aligned(Order);

/// All orders that rest.
///
/// Numbers follow one another, so that a number's last bits spread them evenly over chains, of which there are more than
/// orders. What rests no longer leaves nothing behind.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    nodes: Vec<Node>,
    /// The orders, at the places of their nodes.
    orders: Vec<Aligned>,
    /// The first place that is free.
    free: Slot,
    len: usize,
    /// The first of each chain, a power of two of them.
    chains: Vec<Slot>,
}

impl Slots {
    pub(super) const fn new() -> Self {
        Self { nodes: Vec::new(), orders: Vec::new(), free: Slot::NONE, len: 0, chains: Vec::new() }
    }

    fn chain(&self, number: OrderNumber) -> usize {
        number.0 as usize & (self.chains.len().wrapping_sub(1))
    }

    /// Returns where the order of a number rests.
    #[inline]
    pub(super) fn find(&self, number: OrderNumber) -> Option<Slot> {
        let mut slot = *self.chains.get(self.chain(number))?;
        while slot != Slot::NONE {
            let node = &self.nodes[slot.place()];
            if node.number == number {
                return Some(slot);
            }
            slot = node.next;
        }
        None
    }

    /// Returns the order of a number.
    pub(super) fn get(&self, number: OrderNumber) -> Option<&Order> {
        self.find(number).map(|slot| &self[slot])
    }

    /// Returns where the account of an order keeps what it holds of the contract.
    #[inline]
    pub(super) fn seat(&self, slot: Slot) -> Seat {
        self.nodes[slot.place()].seat
    }

    /// Keeps an order, in no list yet.
    #[inline]
    pub(super) fn insert(&mut self, order: &Order, seat: Seat) -> Slot {
        if CHAINS * self.len >= self.chains.len() {
            self.lengthen();
        }
        self.len += 1;
        let chain = self.chain(order.number);
        let node = Node { number: order.number, links: [Link::ALONE; 2], next: self.chains[chain], seat };
        let slot = match self.free.some() {
            Some(slot) => {
                self.free = self.nodes[slot.place()].next;
                self.nodes[slot.place()] = node;
                self.orders[slot.place()].0 = order.clone();
                slot
            }
            None => {
                self.nodes.push(node);
                self.orders.push(Aligned(order.clone()));
                Slot(self.nodes.len() as u32 - 1)
            }
        };
        self.chains[chain] = slot;
        slot
    }

    /// Forgets an order that is in no list any more.
    #[inline]
    pub(super) fn remove(&mut self, slot: Slot) {
        let Node { number, next, .. } = self.nodes[slot.place()];
        let chain = self.chain(number);
        let mut at = self.chains[chain];
        if at == slot {
            self.chains[chain] = next;
        } else {
            while self.nodes[at.place()].next != slot {
                at = self.nodes[at.place()].next;
            }
            self.nodes[at.place()].next = next;
        }
        self.len -= 1;
        self.nodes[slot.place()].next = self.free;
        self.free = slot;
    }

    /// Makes more chains. There never were as many orders as there are now, so that no place is free.
    #[cold]
    fn lengthen(&mut self) {
        self.chains = vec![Slot::NONE; LEAST.max(2 * self.chains.len())];
        for place in 0..self.nodes.len() {
            let chain = self.chain(self.nodes[place].number);
            self.nodes[place].next = core::mem::replace(&mut self.chains[chain], Slot(place as u32));
        }
    }
}

impl ops::Index<Slot> for Slots {
    type Output = Order;

    #[inline]
    fn index(&self, slot: Slot) -> &Order {
        &self.orders[slot.place()].0
    }
}

impl ops::IndexMut<Slot> for Slots {
    #[inline]
    fn index_mut(&mut self, slot: Slot) -> &mut Order {
        &mut self.orders[slot.place()].0
    }
}

impl Linked for Slots {
    #[inline]
    fn link(&self, of: Of, slot: Slot) -> Link {
        self.nodes[slot.place()].links[of as usize]
    }

    #[inline]
    fn link_mut(&mut self, of: Of, slot: Slot) -> &mut Link {
        &mut self.nodes[slot.place()].links[of as usize]
    }
}
