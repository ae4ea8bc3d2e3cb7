//! Leaving orders to the next run, and taking them over from the one before.

use super::{Job, Lane, Live, Orders, What};
use crate::desk::HandedOver;
use crate::exchange::OrderId;
use crate::market::Ticker;
use crate::units::{Price, Quantity, Timestamp};
use crate::wire;

impl Orders {
    /// Lets nothing change any more of what rests, but that it may be taken back, until [`Orders::revive`].
    pub(in crate::desk) fn hold(&mut self) {
        if self.held.is_some() {
            return;
        }
        let waiting: Vec<Job> = self.lanes.iter_mut().flat_map(Lane::give_up).collect();
        for job in waiting.iter().filter(|job| matches!(job.what, What::Place { .. })) {
            // It was never sent.
            self.live.remove(&job.order);
        }
        self.held = Some(waiting);
    }

    /// Returns all orders as they may be left to the next run; none while something of them is on its way, is to be asked or isn't
    /// known. What a person has placed is not left.
    pub(in crate::desk) fn handed_over<'a>(
        &self,
        ticker: impl Fn(usize) -> Option<&'a Ticker>,
    ) -> Option<Vec<HandedOver>> {
        let rests = self.held.is_some() && self.is_idle() && !self.lanes.iter().any(Lane::has_waiting);
        rests.then(|| self.live.values().map(|live| self.left(live, ticker(live.place)?)).collect())?
    }

    fn left(&self, live: &Live, ticker: &Ticker) -> Option<HandedOver> {
        let is_known = live.confirmed && live.unknown.is_none() && live.ended.is_none();
        let is_wanted = live.presses.is_none() && live.order.by_hand().is_none();
        let id = live.id.clone().filter(|_| is_known && is_wanted && live.traded < live.total)?;
        Some(HandedOver {
            name: self.name(live.order),
            id,
            ticker: ticker.clone(),
            side: live.action,
            price: live.price,
            total: live.total,
            traded: live.traded,
            expires: live.expires,
            changed: live.amended,
            heard: live.heard.clone(),
        })
    }

    /// Takes an order over from the run before, under a number of its own. Until the exchange has said that it is as it was left,
    /// it is one of which something is unknown.
    pub(in crate::desk) fn adopt(
        &mut self,
        now: Timestamp,
        (place, order): (usize, OrderId),
        left: &HandedOver,
    ) {
        let live = Live {
            id: Some(left.id.clone()),
            traded: left.traded,
            expires: left.expires,
            adopted: true,
            unknown: Some(now),
            confirmed: true,
            heard: left.heard.clone(),
            ..Live::placed(place, left.side, order, (left.price, left.total))
        };
        let look = live.job(What::Look { times: 0 }, Timestamp::MIN);
        self.adopted.insert(order, left.name.clone());
        self.live.insert(order, live);
        self.wait(look);
    }
}

impl Live {
    /// Returns whether the exchange lists it as it is known here.
    pub(super) fn is(&self, listed: &wire::Order) -> bool {
        let (price, left): (Price, Quantity) = (listed.yes_price_dollars, listed.remaining_count_fp);
        self.price == price && self.total.checked_sub(listed.fill_count_fp) == Some(left)
    }
}
