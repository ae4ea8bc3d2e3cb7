//! What an account's orders on one side of a contract come to, and what they reserve.

use super::reserve::{Change, Side};
use crate::market::Action;
use crate::units::Quantity;

/// What rests of one account on one side of a contract, summed up.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    /// All hundredths of a contract.
    count: i64,
    /// What they pay, in microdollars.
    cost: i64,
    /// What is reserved for them, in microdollars.
    pub(super) reserved: i64,
    /// The same by price, as long as that is asked for.
    ladder: Option<Box<Ladder>>,
}

#[derive(Debug, Clone)]
struct Ladder {
    side: Side,
    /// How many orders were looked at to build it: it is kept for as many changes that nobody asks for, so that building
    /// it again takes no longer than keeping it up would have.
    built_from: usize,
    /// How many of these there were.
    idle: usize,
}

impl Tally {
    pub(super) const fn new() -> Self {
        Self { count: 0, cost: 0, reserved: 0, ladder: None }
    }

    /// Adds hundredths of a contract at what they pay, or takes them away.
    #[inline]
    pub(super) fn change(&mut self, change: Change) {
        self.count += change.1;
        self.cost += change.0.centicents() * change.1;
        if self.ladder.is_some() {
            self.keep_up(change);
        }
    }

    #[inline(never)]
    fn keep_up(&mut self, change: Change) {
        let Some(ladder) = &mut self.ladder else { return };
        ladder.side.change(change);
        ladder.idle += 1;
        if ladder.idle > ladder.built_from {
            self.ladder = None;
        }
    }

    /// Returns what is to be reserved, in microdollars, where `against` contracts may be closed; `None` where that depends on
    /// which contracts are the cheapest.
    #[inline]
    pub(super) fn total_now(&self, against: Quantity) -> Option<i64> {
        of_sums(self.count, self.cost, against)
    }

    /// Returns the same if a few things changed.
    #[inline]
    pub(super) fn total(&self, against: Quantity, changes: &[Change]) -> Option<i128> {
        let (mut count, mut cost) = (self.count, i128::from(self.cost));
        for (own, hundredths) in changes {
            count = count.saturating_add(*hundredths);
            cost += i128::from(own.centicents()) * i128::from(*hundredths);
        }
        of_sums(count, cost, against)
    }

    /// Returns all that rests by price. If that is not kept already it is built from the `orders` of both sides, of which
    /// those on `action`'s count.
    pub(super) fn by_price(
        &mut self,
        action: Action,
        orders: impl Iterator<Item = (Action, Change)>,
    ) -> &Side {
        let ladder = self.ladder.get_or_insert_with(|| {
            let (mut side, mut built_from) = (Side::new(), 0);
            for (of, order) in orders {
                built_from += 1;
                if of == action {
                    side.change(order);
                }
            }
            Box::new(Ladder { side, built_from, idle: 0 })
        });
        ladder.idle = 0;
        &ladder.side
    }
}

/// Returns what is to be reserved for hundredths of a contract that cost so much in all, if all of them close a position or
/// none does.
#[inline]
fn of_sums<Amount: Default>(count: i64, cost: Amount, against: Quantity) -> Option<Amount> {
    let against = against.hundredths();
    // No branch for each question: the answers are as good as random.
    let (does_any_close, does_any_open) = ((against > 0) & (count > 0), against < count);
    if does_any_close & does_any_open {
        return None;
    }
    Some(if does_any_close { Amount::default() } else { cost })
}

impl PartialEq for Tally {
    /// Whether the ladder is kept makes no difference.
    fn eq(&self, other: &Self) -> bool {
        (self.count, self.cost, self.reserved) == (other.count, other.cost, other.reserved)
    }
}

impl Eq for Tally {}
