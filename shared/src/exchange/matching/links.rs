//! Lists whose elements carry the links themselves, so that one is taken out without looking for it.

/// Where an order is kept while it rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(pub(super) u32);

impl Slot {
    /// No place.
    pub(super) const NONE: Self = Self(u32::MAX);

    /// Returns the place, if it is one.
    pub(super) fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }

    pub(super) const fn place(self) -> usize {
        self.0 as usize
    }
}

/// The neighbours of an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) before: Slot,
    pub(super) after: Slot,
}

impl Link {
    pub(super) const ALONE: Self = Self { before: Slot::NONE, after: Slot::NONE };
}

/// The two lists that a resting order is in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    /// The orders of one price, in the order of their turn.
    Price,
    /// The orders of one account in one contract, in the order in which they came or last moved.
    Owner,
}

/// What lists are made of.
pub(super) trait Linked {
    /// Returns an element's neighbours.
    fn link(&self, of: Of, slot: Slot) -> Link;
    /// Changes them.
    fn link_mut(&mut self, of: Of, slot: Slot) -> &mut Link;
}

/// The ends of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct List {
    first: Slot,
    last: Slot,
}

impl List {
    pub(super) const EMPTY: Self = Self { first: Slot::NONE, last: Slot::NONE };

    pub(super) fn is_empty(self) -> bool {
        self.first == Slot::NONE
    }

    /// Adds an element at the end.
    pub(super) fn push(&mut self, of: Of, slots: &mut impl Linked, slot: Slot) {
        *slots.link_mut(of, slot) = Link { before: self.last, after: Slot::NONE };
        match self.last.some() {
            Some(last) => slots.link_mut(of, last).after = slot,
            None => self.first = slot,
        }
        self.last = slot;
    }

    /// Takes an element out.
    pub(super) fn remove(&mut self, of: Of, slots: &mut impl Linked, slot: Slot) {
        let Link { before, after } = slots.link(of, slot);
        match before.some() {
            Some(before) => slots.link_mut(of, before).after = after,
            None => self.first = after,
        }
        match after.some() {
            Some(after) => slots.link_mut(of, after).before = before,
            None => self.last = before,
        }
    }

    /// Returns the elements from the first to the last.
    pub(super) fn iter(self, of: Of, slots: &impl Linked) -> impl Iterator<Item = Slot> {
        core::iter::successors(self.first.some(), move |slot| slots.link(of, *slot).after.some())
    }
}
