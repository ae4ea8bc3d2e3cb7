//! What is not wanted any more is taken back beside all else: an answer that is lost is given up only after a while, and what was
//! refused is asked again ever later.

use super::{Follows, Live, Orders, Sent, What};
use crate::desk::{Answer, Failure};
use crate::exchange::OrderId;
use crate::units::Timestamp;

/// How long an order may have been unwanted, in microseconds: as long as a kill waits for an answer. Usually it is gone by then.
const PATIENCE: i64 = 150_000;
/// How long it is until that is asked again, in microseconds.
const AGAIN: i64 = 500_000;

impl Orders {
    /// Takes note of the exchange's id of an order, which the stream may tell before the answer does.
    pub(in crate::desk) fn know(&mut self, order: OrderId, id: &str) {
        if let Some(live) = self.live.get_mut(&order) {
            live.id.get_or_insert_with(|| id.to_owned());
        }
    }

    /// Returns the cancels of orders that may rest and have not been wanted for a while. `is_wanted` says whether anything is to
    /// rest in an order's place.
    pub(in crate::desk) fn press(&mut self, now: Timestamp, is_wanted: impl Fn(&Live) -> bool) -> Vec<Sent> {
        let mut pressed = Vec::new();
        for live in self.live.values_mut() {
            let may_rest = live.id.is_some() && live.ended.is_none() && live.traded < live.total;
            if !may_rest || is_wanted(live) {
                live.presses = None;
                continue;
            }
            let after = |micros| now.checked_add_micros(micros).unwrap_or(Timestamp::MAX);
            if *live.presses.get_or_insert_with(|| after(PATIENCE)) > now {
                continue;
            }
            live.presses = Some(after(AGAIN));
            pressed.push(live.clone());
        }
        let sent = |live: Live| Sent {
            job: live.job(What::Cancel, Timestamp::MIN),
            name: self.name(live.order),
            id: live.id,
            price: live.price,
            total: live.total,
            expires: live.expires,
            beside: true,
        };
        pressed.into_iter().map(sent).collect()
    }

    /// Takes in what was answered to such a cancel. How much the order has traded is asked, as what it is for may not be known.
    pub(super) fn pressed(
        &mut self,
        now: Timestamp,
        order: OrderId,
        outcome: &Result<Answer, Failure>,
    ) -> Follows {
        let is_gone = match outcome {
            Ok(answer) => matches!(answer, Answer::Cancelled(_)),
            Err(failure) => failure.is_not_found(),
        };
        if let Some(live) = self.live.get_mut(&order).filter(|_| is_gone) {
            // It is not asked for again before that is looked up.
            live.presses = Some(Timestamp::MAX);
            self.look(now, order);
        }
        Follows::default()
    }
}
