//! Whether the cash that a run began with is all that is free: what no desk has placed and rests holds back some, the exchange
//! doesn't say how much, and it is there once that order is gone.
//!
//! Lists are a little behind. So what was there as the account was asked for is seen only later, and is asked for once more then.

use super::orders::PREFIX;
use super::{Answer, Ask, Failure};
use crate::units::Timestamp;

/// What is known of others' orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// There were none.
    None,
    /// There were some: more may be there than was reckoned with.
    Some,
    /// That will be known. Those of `since` and later may be missing; they are asked for at `due`, and were where there is none.
    Unknown { since: Timestamp, due: Option<Timestamp> },
}

impl Others {
    /// Returns when what is not known is to be asked for.
    pub(super) const fn due(self) -> Option<Timestamp> {
        match self {
            Self::Unknown { due, .. } => due,
            Self::None | Self::Some => None,
        }
    }

    /// Returns what is to be asked now, if anything, and takes it as asked; `waited` says that the machine has waited for it.
    pub(super) fn ask(&mut self, now: Timestamp, waited: bool) -> Option<Ask> {
        let Self::Unknown { since, due } = self else { return None };
        let is_due = due.is_some_and(|due| waited || due <= now);
        is_due.then(|| {
            *due = None;
            Ask::Orders { since: Some(*since) }
        })
    }

    /// Takes in the answer; where there is none it is asked again at `again`.
    pub(super) fn answered(&mut self, answer: &Result<Answer, Failure>, again: Timestamp) {
        let Self::Unknown { due, .. } = self else { return };
        match answer {
            Ok(Answer::Orders(orders)) => {
                let is_other = orders.iter().any(|order| !order.client_order_id.starts_with(PREFIX));
                *self = if is_other { Self::Some } else { Self::None };
            }
            Ok(_) | Err(_) => *due = Some(again),
        }
    }

    /// Takes it that there were some, if that is not known by now.
    pub(super) fn decide(&mut self) {
        if matches!(self, Self::Unknown { .. }) {
            *self = Self::Some;
        }
    }
}
