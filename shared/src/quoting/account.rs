//! The limits on the account.

use super::rules::Rules;
use crate::units::{Cash, Timestamp};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// What is known of the account, and whether it may quote.
///
/// The loss of a day counts from the equity at 00:00 UTC: the last one told before, or the day's first. A loss beyond
/// the limit halts until the next 00:00 UTC, whatever happens in between; a balance below the floor halts while it
/// is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Account {
    today: Option<Today>,
    equity: Option<Cash>,
    below_floor: bool,
    halted_until: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Today {
    ends: Timestamp,
    start: Cash,
}

impl Account {
    /// Takes note of the account's state.
    pub(super) fn observe(&mut self, now: Timestamp, balance: Cash, equity: Cash, rules: &Rules) {
        let today = match self.today {
            Some(today) if now < today.ends => today,
            _ => Today {
                ends: now.date().midnight().checked_add_micros(MICROS_PER_DAY).unwrap_or(Timestamp::MAX),
                start: self.equity.unwrap_or(equity),
            },
        };
        self.today = Some(today);
        self.equity = Some(equity);
        self.below_floor = balance < rules.balance_floor;
        let start = i128::from(today.start.microdollars());
        let loss = start - i128::from(equity.microdollars());
        // Without any equity at the start of the day, any loss is beyond every limit.
        let allowed = start * i128::from(rules.max_loss);
        if loss > 0 && loss * 1_000 >= allowed {
            self.halted_until = Some(today.ends);
        }
    }

    /// Returns whether nothing may be quoted at `now`.
    #[inline]
    pub(super) fn halts(&self, now: Timestamp) -> bool {
        self.below_floor || self.halted_until.is_some_and(|until| now < until)
    }

    /// Returns when a halt for the day's loss ends.
    pub(super) fn resumes(&self) -> Option<Timestamp> {
        self.halted_until
    }
}
