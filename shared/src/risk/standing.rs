//! What halts for a limit, in numbers, and until when.

use super::{Gate, Halt, Limit};
use crate::units::Timestamp;

/// A limit that halts all quoting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which: [`Limit::DailyLoss`] or [`Limit::Floor`].
    pub limit: Limit,
    /// How far it goes, in the limit's own smallest unit, as in a [`Refusal`](super::Refusal).
    pub bound: i64,
    /// What stands against it, in the same unit: the greatest loss of the day that halted, or the balance.
    pub value: i64,
    /// When it ends by itself, if a time says so.
    pub until: Option<Timestamp>,
}

impl Standing {
    /// Says which it is and its numbers.
    pub fn says(&self) -> String {
        let Self { limit, bound, value, .. } = *self;
        match (limit.number(bound), limit.number(value)) {
            (Some(bound), Some(value)) => format!("{} is {bound}, and it is {value}", limit.name()),
            _ => limit.name().to_owned(),
        }
    }
}

impl Gate {
    /// Iterates over the limits that halt all quoting at `now`, whatever else does.
    pub fn standing(&self, now: Timestamp) -> impl Iterator<Item = Standing> {
        let [lost_until, below] = [self.halts.lost_until(now), self.halts.below_floor().then_some(now)];
        let standing = |halt: Halt, until: Option<Timestamp>| {
            let limit = Limit::from(halt);
            let (bound, value) = self.numbers(limit);
            Standing { limit, bound, value, until }
        };
        let lost = lost_until.map(|_| standing(Halt::DailyLoss, lost_until));
        lost.into_iter().chain(below.map(|_| standing(Halt::Floor, None)))
    }
}
