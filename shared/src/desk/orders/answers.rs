//! What became of orders: answers, fills, ends.

use super::{Follows, Job, Live, Orders, Sent, What};
use crate::desk::{Answer, Failure};
use crate::engine::Record;
use crate::exchange::{OrderId, Verdict};
use crate::market::TradeId;
use crate::units::{Quantity, Timestamp};
use crate::wire;

/// How long it takes the exchange at most to list what it has done: after a first look in vain the next one comes that much
/// later, and each further one twice as late, up to the longest. In microseconds.
const LAG: i64 = 250_000;
const LONGEST: i64 = 8_000_000;
/// How long fills may be on their way after an answer that counts them, before they are asked for, in microseconds: the stream tells
/// them by itself, and of what is asked for the order loses its place.
const BEHIND: i64 = 2_000_000;
/// How long after its expiry an order that the exchange doesn't know is believed never to have been, for clocks that differ
/// a little, in microseconds.
const MARGIN: i64 = 5_000_000;

impl Orders {
    /// Takes in what was answered at `now`.
    pub(in crate::desk) fn done(
        &mut self,
        now: Timestamp,
        sent: &Sent,
        outcome: &Result<Answer, Failure>,
    ) -> Follows {
        let Job { place, order, what, .. } = sent.job;
        if sent.beside {
            return self.pressed(now, order, outcome);
        }
        if let Some(lane) = self.lanes.get_mut(place) {
            lane.busy = false;
        }
        let mut follows = Follows::default();
        let at = now.checked_add_micros(self.skew).unwrap_or(now);
        let Some(live) = self.live.get_mut(&order) else { return follows };
        if matches!(what, What::Amend { .. } | What::Renew) {
            live.amended = Some(at);
        }
        match outcome {
            Ok(Answer::Created(placed)) => self.placed(order, &placed.order_id, &mut follows),
            Ok(Answer::Amended(amended)) => self.amended(now, sent, amended, &mut follows),
            Ok(Answer::Cancelled(cancelled)) => {
                let live = self.live.get(&order);
                // What it was for less what was taken back of it has traded.
                let traded = live.map_or(Quantity::ZERO, |live| {
                    live.total.checked_sub(cancelled.reduced_by).unwrap_or(live.traded)
                });
                self.end(now, order, traded, &mut follows);
            }
            Ok(Answer::Found(found, _)) => self.found(now, sent, found.as_deref(), &mut follows),
            Ok(other) => {
                follows.alert = Some(format!("{}: another question was answered: {other:?}", sent.name));
                self.look(now, order);
            }
            // It has arrived before, by whatever way.
            Err(failure) if matches!(what, What::Place { .. }) && failure.already_exists() => {
                self.unknown(now, sent, &mut follows);
            }
            Err(failure) => self.failed(now, sent, failure, &mut follows),
        }
        follows
    }

    /// The order rests, or has traded already.
    fn placed(&mut self, order: OrderId, id: &str, follows: &mut Follows) {
        let is_killed = self.killed;
        let Some(live) = self.live.get_mut(&order) else { return };
        live.id = Some(id.to_owned());
        (live.confirmed, live.unknown, live.tries) = (true, None, 0);
        follows.records.push(live.answer(Verdict::Resting));
        let cancel = live.job(What::Cancel, Timestamp::MIN);
        if is_killed {
            self.wait(cancel);
        }
    }

    /// An amendment was carried out.
    fn amended(
        &mut self,
        now: Timestamp,
        sent: &Sent,
        amended: &wire::AmendOrderAnswer,
        follows: &mut Follows,
    ) {
        let Some(live) = self.live.get_mut(&sent.job.order) else { return };
        live.expires = sent.expires;
        if sent.job.what == What::Renew {
            live.tries = 0;
            return;
        }
        if amended.remaining_count.is_some_and(Quantity::is_zero) {
            // It had traded as much before, and is out of the book. Those fills come first: to the engine, which would take
            // it for the smaller one from now on, they would be too many.
            let look = live.job(What::Look { times: 0 }, Timestamp::MIN);
            self.wait(look);
            return;
        }
        (live.price, live.total) = (sent.price, sent.total);
        (live.unknown, live.tries) = (None, 0);
        let traded = amended.remaining_count.and_then(|left| sent.total.checked_sub(left));
        live.changed = traded.filter(|traded| *traded > live.traded);
        if live.changed.is_none() {
            follows.records.push(live.answer(Verdict::Resting));
            return;
        }
        let at = now.checked_add_micros(BEHIND).unwrap_or(Timestamp::MAX);
        let look = live.job(What::Look { times: 0 }, at);
        self.wait(look);
    }

    /// Tells the engine of a change once all that traded before it was heard.
    fn heard_before(&mut self, order: OrderId, follows: &mut Follows) {
        let Some(live) = self.live.get_mut(&order) else { return };
        if live.changed.is_none_or(|traded| live.traded < traded) {
            return;
        }
        live.changed = None;
        follows.records.push(live.answer(Verdict::Resting));
        // It was to be asked for only for that, unless something else is not known.
        if live.unknown.is_none() && live.presses.is_none() && live.ended.is_none() {
            let place = live.place;
            if let Some(lane) = self.lanes.get_mut(place) {
                lane.look_no_more(order);
            }
        }
    }

    /// The exchange was asked what became of an order.
    fn found(&mut self, now: Timestamp, sent: &Sent, found: Option<&wire::Order>, follows: &mut Follows) {
        let order = sent.job.order;
        let Some(live) = self.live.get_mut(&order) else { return };
        let is_adopted = std::mem::take(&mut live.adopted);
        match found {
            // Its trades are told before, unless what is listed of them is behind.
            Some(found) if is_adopted && found.status == wire::OrderStatus::Resting && live.is(found) => {
                if live.traded < found.fill_count_fp {
                    live.adopted = true;
                    self.look(now, order);
                    return;
                }
                (live.unknown, live.tries, live.presses) = (None, 0, None);
                follows.records.push(live.answer(Verdict::Resting));
            }
            Some(found) => {
                live.id = Some(found.order_id.clone());
                if matches!(found.status, wire::OrderStatus::Resting | wire::OrderStatus::Other(_)) {
                    // It may be as it was before the last request, or as that asked: out of the book it is neither. What a
                    // new word means isn't known; that the order has ended is not to be assumed.
                    live.confirmed = true;
                    live.presses = None;
                    let cancel = live.job(What::Cancel, Timestamp::MIN);
                    self.wait(cancel);
                } else {
                    self.end(now, order, found.fill_count_fp, follows);
                }
            }
            // It may yet arrive, or what the exchange lists is behind. Once its own expiry is over by the exchange's clock it
            // can't rest.
            None if now.micros().saturating_add(self.skew)
                <= live.expires.micros().saturating_add(MARGIN) =>
            {
                live.adopted = is_adopted;
                self.look(now, order);
            }
            None if live.confirmed || live.id.is_some() => {
                follows.alert = Some(format!("{} is not at the exchange any more", sent.name));
                let traded = live.traded;
                self.end(now, order, traded, follows);
            }
            None => {
                follows.records.push(live.answer(Verdict::Rejected));
                follows.over.push(sent.name.clone());
                self.live.remove(&order);
            }
        }
    }

    /// A request failed.
    fn failed(&mut self, now: Timestamp, sent: &Sent, failure: &Failure, follows: &mut Follows) {
        let Job { order, what, .. } = sent.job;
        let is_unknown = matches!(failure, Failure::Unknown(_));
        let is_traded = self.live.get(&order).is_some_and(|live| live.traded >= live.total);
        follows.is_fenced = failure.is_of_group();
        match what {
            What::Look { .. } => self.look(now, order),
            // To take an order back once more changes nothing, but it may have ended by now.
            What::Cancel => {
                follows.alert = told(sent, failure).filter(|_| !failure.is_not_found());
                self.look(now, order);
            }
            // The order is not in the book any more.
            What::Amend { .. } | What::Renew if failure.is_not_found() => self.look(now, order),
            What::Renew if is_traded => self.look(now, order),
            // A renewal that comes late asks for what the order was: a change that was made meanwhile would be undone.
            What::Place { .. } | What::Amend { .. } | What::Renew if is_unknown => {
                follows.alert = told(sent, failure);
                self.unknown(now, sent, follows);
            }
            What::Place { .. } => {
                follows.alert = told(sent, failure);
                if let Some(live) = self.live.remove(&order) {
                    follows.records.push(live.answer(Verdict::Rejected));
                    follows.over.push(sent.name.clone());
                }
            }
            What::Amend { .. } => {
                follows.alert = told(sent, failure);
                if let Some(live) = self.live.get(&order) {
                    follows.records.push(live.answer(Verdict::Rejected));
                }
            }
            // It ends by itself if nothing comes of the next ones either.
            What::Renew => {
                follows.alert = told(sent, failure);
                if let Some(live) = self.live.get_mut(&order) {
                    let at = live.again(now);
                    let renew = live.job(What::Renew, at);
                    self.wait(renew);
                }
            }
        }
    }

    /// It is not known what became of a request.
    fn unknown(&mut self, now: Timestamp, sent: &Sent, follows: &mut Follows) {
        let Some(live) = self.live.get_mut(&sent.job.order) else { return };
        live.unknown.get_or_insert(now);
        live.changed = None;
        // It may have moved the expiry on.
        live.expires = live.expires.max(sent.expires);
        follows.records.push(live.answer(Verdict::Unknown));
        let look = live.job(What::Look { times: 0 }, Timestamp::MIN);
        self.wait(look);
    }

    /// Asks what became of an order, later the more often that was asked in vain.
    pub(super) fn look(&mut self, now: Timestamp, order: OrderId) {
        let Some(live) = self.live.get_mut(&order) else { return };
        let at = live.again(now);
        let look = live.job(What::Look { times: live.tries }, at);
        self.wait(look);
    }

    /// Takes note that an order is out of the book, having traded so much. The engine is told once all of that was heard.
    pub(in crate::desk) fn end(
        &mut self,
        now: Timestamp,
        order: OrderId,
        traded: Quantity,
        follows: &mut Follows,
    ) {
        let name = self.name(order);
        let Some(live) = self.live.get_mut(&order) else { return };
        live.ended = Some(live.ended.map_or(traded, |known| known.max(traded)));
        if live.traded < traded {
            // The fills are on their way here: if they are not here by then, they are asked for.
            self.look(now, order);
            return;
        }
        follows.records.push(live.answer(Verdict::Gone));
        follows.over.push(name);
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
    /// heard, and one that has traded all that it was for has ended.
    pub(in crate::desk) fn filled(&mut self, now: Timestamp, order: OrderId, follows: &mut Follows) {
        self.heard_before(order, follows);
        let Some(live) = self.live.get(&order) else { return };
        if let Some(traded) = live.ended {
            self.end(now, order, traded, follows);
        } else if live.traded >= live.total {
            // The exchange tells that next. If that is lost, it is asked.
            self.look(now, order);
        }
    }

    /// Takes note of where in the book an order came to rest.
    pub(in crate::desk) fn rests(&mut self, order: OrderId, ahead: Quantity) {
        if let Some(live) = self.live.get_mut(&order) {
            live.ahead = Some(ahead);
        }
    }
}

impl Live {
    fn answer(&self, verdict: Verdict) -> Record {
        Record::Answer { place: self.place, action: self.action, order: self.order, verdict }
    }

    /// Returns when the exchange is asked about it again, and counts that.
    fn again(&mut self, now: Timestamp) -> Timestamp {
        let pause = (LAG << self.tries.min(8)).min(LONGEST);
        self.tries = self.tries.saturating_add(1);
        now.checked_add_micros(pause).unwrap_or(Timestamp::MAX)
    }
}

/// Says what a person should know of a request that failed. That a quote would have crossed is the market's everyday.
fn told(sent: &Sent, failure: &Failure) -> Option<String> {
    match failure {
        Failure::Refused { text, .. }
            if sent.job.order.by_hand().is_none() && text.contains("post only cross") =>
        {
            None
        }
        _ => Some(format!("{}: {failure}", sent.name)),
    }
}
