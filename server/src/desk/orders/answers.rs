//! What became of orders: answers, fills, ends.

use shared::engine::Record;
use shared::exchange::{OrderId, Verdict};
use shared::market::TradeId;
use shared::units::Quantity;
use shared::wire;

use super::{Follows, Job, Live, Orders, Outcome, Sent, What};
use crate::kalshi::Failure;

/// How often it is asked what became of an order that can't be found before it is believed that it never was.
const LOOKS: u32 = 8;

impl Orders {
    /// Takes in what was answered.
    pub(in crate::desk) fn done(&mut self, sent: &Sent, outcome: Outcome) -> Follows {
        let Job { place, order, action, what } = sent.job;
        if let Some(lane) = self.lanes.get_mut(place) {
            lane.busy = false;
        }
        let mut follows = Follows::default();
        let Some(live) = self.live.get_mut(&order) else { return follows };
        let mut answer = |verdict| follows.records.push(Record::Answer { place, action, order, verdict });
        match (what, outcome) {
            (_, Outcome::Placed(placed)) => {
                live.id = Some(placed.order_id);
                (live.confirmed, live.unknown) = (true, false);
                answer(Verdict::Resting);
                if self.killed {
                    self.wait(place, order, action, What::Cancel);
                }
            }
            (What::Renew, Outcome::Amended(_)) => live.expires = sent.expires,
            // It had traded as much before, and is out of the book. Those fills come first: to the engine, which would take
            // it for the smaller one from now on, they would be too many.
            (_, Outcome::Amended(amended)) if amended.remaining_count.is_some_and(Quantity::is_zero) => {
                self.wait(place, order, action, What::Look { times: 0 });
            }
            (_, Outcome::Amended(_)) => {
                (live.price, live.total, live.expires) = (sent.price, sent.total, sent.expires);
                live.unknown = false;
                answer(Verdict::Resting);
            }
            (_, Outcome::Cancelled(cancelled)) => {
                let traded = live.total.checked_sub(cancelled.reduced_by).unwrap_or(live.traded);
                self.end(order, traded, &mut follows);
            }
            (_, Outcome::Found(Some(found))) => {
                live.id = Some(found.order_id.clone());
                if matches!(found.status, wire::OrderStatus::Resting | wire::OrderStatus::Other(_)) {
                    // It may be as it was before the last request, or as that asked: out of the book it is neither. What
                    // a new word means isn't known; that the order has ended is not to be assumed.
                    self.wait(place, order, action, What::Cancel);
                } else {
                    self.end(order, found.fill_count_fp, &mut follows);
                }
            }
            (What::Look { times }, Outcome::Found(None)) if times < LOOKS => {
                self.wait(place, order, action, What::Look { times: times + 1 });
            }
            (_, Outcome::Found(None)) => {
                // An order that was confirmed and is not listed any more has ended long ago.
                let was = live.confirmed;
                let traded = live.traded;
                if was {
                    follows.alert = Some(format!("{} is not at the exchange any more", sent.name));
                    self.end(order, traded, &mut follows);
                } else {
                    answer(Verdict::Rejected);
                    self.live.remove(&order);
                }
            }
            (What::Look { times }, Outcome::Failed(_)) => {
                self.wait(place, order, action, What::Look { times: times.max(1) });
            }
            // The order is not in the book any more, or was moved before: it is found out.
            (_, Outcome::Failed(Failure::Refused { status: 404, .. }))
                if !matches!(what, What::Place { .. }) =>
            {
                self.wait(place, order, action, What::Look { times: 0 });
            }
            // It ends by itself if nothing comes of the next ones either.
            (What::Renew, Outcome::Failed(failure)) => follows.alert = told(&sent.name, &failure),
            // To take an order back once more changes nothing.
            (What::Cancel, Outcome::Failed(failure)) => {
                follows.alert = told(&sent.name, &failure);
                self.wait(place, order, action, What::Look { times: 1 });
            }
            (_, Outcome::Failed(failure @ Failure::Unknown(_))) => {
                live.unknown = true;
                answer(Verdict::Unknown);
                follows.alert = told(&sent.name, &failure);
                self.wait(place, order, action, What::Look { times: 0 });
            }
            // It has arrived before, by whatever way.
            (What::Place { .. }, Outcome::Failed(failure)) if failure.already_exists() => {
                live.unknown = true;
                answer(Verdict::Unknown);
                self.wait(place, order, action, What::Look { times: 0 });
            }
            (What::Place { .. }, Outcome::Failed(failure)) => {
                answer(Verdict::Rejected);
                follows.alert = told(&sent.name, &failure);
                self.live.remove(&order);
            }
            (What::Amend { .. }, Outcome::Failed(failure)) => {
                answer(Verdict::Rejected);
                follows.alert = told(&sent.name, &failure);
            }
        }
        follows
    }

    /// Takes note that an order is out of the book, having traded so much. The engine is told once all of that was heard.
    pub(in crate::desk) fn end(&mut self, order: OrderId, traded: Quantity, follows: &mut Follows) {
        let Some(live) = self.live.get_mut(&order) else { return };
        live.ended = Some(traded);
        if live.traded < traded {
            let (place, action) = (live.place, live.action);
            let looks = |job: &Job| job.order == order && matches!(job.what, What::Look { .. });
            if !self.lanes.get(place).is_some_and(|lane| lane.waiting.iter().any(looks)) {
                // The fills are on their way here: if they are not here by then, they are asked for.
                self.wait(place, order, action, What::Look { times: 1 });
            }
            return;
        }
        let Live { place, action, .. } = *live;
        follows.records.push(Record::Answer { place, action, order, verdict: Verdict::Gone });
        self.live.remove(&order);
    }

    /// Takes note of a trade of an order; returns whether it was not heard before.
    pub(in crate::desk) fn fill(&mut self, order: OrderId, trade: TradeId, count: Quantity) -> bool {
        let Some(live) = self.live.get_mut(&order) else { return false };
        if live.heard.contains(&trade) {
            return false;
        }
        live.heard.push(trade);
        live.traded = live.traded.checked_add(count).unwrap_or(live.traded);
        true
    }

    /// Says what follows from a trade once the engine was told of it: an order that had ended is over when all of it was
    /// heard.
    pub(in crate::desk) fn filled(&mut self, order: OrderId, follows: &mut Follows) {
        if let Some(traded) = self.live.get(&order).and_then(|live| live.ended) {
            self.end(order, traded, follows);
        }
    }

    /// Takes note of where in the book an order came to rest.
    pub(in crate::desk) fn rests(&mut self, order: OrderId, ahead: Quantity) {
        if let Some(live) = self.live.get_mut(&order) {
            live.ahead = Some(ahead);
        }
    }
}

/// Says what a person should know of a request that failed. That a quote would have crossed is the market's everyday.
fn told(name: &str, failure: &Failure) -> Option<String> {
    match failure {
        Failure::Refused { text, .. } if text.contains("post only cross") => None,
        _ => Some(format!("{name}: {failure}")),
    }
}
