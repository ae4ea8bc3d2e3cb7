//! Lists whose elements carry the links themselves, so that one is taken out without looking for it.

use core::hint::select_unpredictable;

/// Where an order is kept while it rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot(pub(super) u32);

impl Slot {
    /// No place.
    pub(super) const NONE: Self = Self(u32::MAX);

    /// Returns the place, if it is one.
    pub(super) fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }

    /// Returns the place, or `other` if it is none.
    #[inline]
    fn or(self, other: Self) -> Self {
        select_unpredictable(self == Self::NONE, other, self)
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
    #[inline]
    pub(super) fn push(&mut self, of: Of, slots: &mut impl Linked, slot: Slot) {
        let before = self.last;
        *Self::follows(&mut self.first, slots.link_mut(of, before.or(slot)), before) = slot;
        *slots.link_mut(of, slot) = Link { before, after: Slot::NONE };
        self.last = slot;
    }

    /// Takes an element out.
    #[inline]
    pub(super) fn remove(&mut self, of: Of, slots: &mut impl Linked, slot: Slot) {
        let Link { before, after } = slots.link(of, slot);
        *Self::follows(&mut self.first, slots.link_mut(of, before.or(slot)), before) = after;
        *Self::precedes(&mut self.last, slots.link_mut(of, after.or(slot)), after) = before;
    }

    /// Returns what says which element follows `before`, whose link is given, or which is the first where there is none.
    ///
    /// Whether there is one is as good as random. So both places are found, for which an element that has no neighbour
    /// stands in for it, and one of them is chosen: that needs no branch, which would be foretold wrongly half of the time.
    #[inline]
    fn follows<'a>(first: &'a mut Slot, link: &'a mut Link, before: Slot) -> &'a mut Slot {
        select_unpredictable(before == Slot::NONE, first, &mut link.after)
    }

    /// Returns what says which element precedes `after`, or which is the last where there is none.
    #[inline]
    fn precedes<'a>(last: &'a mut Slot, link: &'a mut Link, after: Slot) -> &'a mut Slot {
        select_unpredictable(after == Slot::NONE, last, &mut link.before)
    }

    /// Returns the elements from the first to the last.
    pub(super) fn iter(self, of: Of, slots: &impl Linked) -> impl Iterator<Item = Slot> {
        core::iter::successors(self.first.some(), move |slot| slots.link(of, *slot).after.some())
    }
}
