//! What was told of an order's place in the queue lately, so that it can be told again in another order.

use std::collections::VecDeque;

use super::super::queue::QueueModel;
use super::super::resting::Resting;
use crate::exchange::OrderId;

/// Something that was told of an order's own level, or became of the order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// So much rests at its price instead of so much, in hundredths of a contract.
    Level { before: i64, now: i64, is_snapshot: bool },
    /// So much was traded at its price, of which orders of ours before it have left so much.
    Trade { count: i64, left: i64 },
    /// So much of it was traded because a price went through its own.
    Filled(i64),
}

/// An order of ours, how it stood a while ago, and what was told since.
#[derive(Debug, Clone)]
pub(super) struct Recent<M> {
    /// The number of the first event that it can have to do with.
    pub(super) since: u64,
    base: Resting<M>,
    /// With the event's number, and when it was heard.
    steps: VecDeque<(u64, i64, Step)>,
}

impl<M: Default + Clone> Recent<M> {
    /// Returns an order that comes to rest before the event of this number.
    pub(super) const fn new(since: u64, base: Resting<M>) -> Self {
        Self { since, base, steps: VecDeque::new() }
    }

    /// Returns which order it is.
    pub(super) const fn order(&self) -> OrderId {
        self.base.order
    }

    /// Takes note of what an event told, and forgets what was heard before `until`.
    pub(super) fn push<Q>(&mut self, queue: &Q, (number, heard, until): (u64, i64, i64), step: Step)
    where
        Q: QueueModel<Memory = M>,
    {
        while let Some((.., old)) = self.steps.pop_front_if(|step| step.1 < until) {
            take(queue, &mut self.base, old);
        }
        self.steps.push_back((number, heard, step));
    }

    /// Takes note that its owner has made it smaller, by hundredths of a contract.
    pub(super) const fn shrink(&mut self, by: i64) {
        self.base.left -= by;
    }

    /// Puts a trade before the event of this number, as if it had been told in time: brings the order to where it then stands,
    /// and returns how many hundredths more of it have traded.
    pub(super) fn put_before<Q>(&mut self, queue: &Q, ours: &mut Resting<M>, number: u64, step: Step) -> i64
    where
        Q: QueueModel<Memory = M>,
    {
        let Some(place) = self.steps.iter().position(|step| step.0 == number) else { return 0 };
        let heard = self.steps.get(place).map_or(0, |step| step.1);
        self.steps.insert(place, (number, heard, step));
        let mut again = self.base.clone();
        for (.., step) in &self.steps {
            take(queue, &mut again, *step);
        }
        (ours.ahead, ours.owed) = (again.ahead, again.owed);
        ours.memory = again.memory;
        // What was told to have traded can't be taken back.
        (ours.left - again.left).max(0)
    }
}

/// Tells an order one thing.
fn take<Q: QueueModel>(queue: &Q, order: &mut Resting<Q::Memory>, step: Step) {
    match step {
        Step::Level { before, now, is_snapshot } => order.level(queue, before, now, is_snapshot),
        Step::Trade { count, left } => {
            let filled = order.trade(count, left);
            order.fill(filled);
        }
        Step::Filled(count) => order.fill(count.min(order.left)),
    }
}
