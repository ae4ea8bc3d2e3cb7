//! Our orders at the exchange: what is asked for each, one request at a time a contract, and what became of it.
//!
//! An order's expiry is its dead man's switch: it lies `order_ttl_s` ahead, and is moved on by amendments that change
//! nothing else, so that the order keeps its place. Whatever stops this program stops that too.
//!
//! What became of a request may be *unknown*. Then the exchange is asked, at growing intervals, and until it is known nothing
//! new is asked of the contract but to take back what rests. An order that the exchange doesn't know may still be on its way:
//! it is believed never to have been only when its own expiry is over, as nothing can make it rest then.
//!
//! A state machine: [`Orders::accept`] takes the engine's commands, [`Orders::next`] says what is to be sent now,
//! [`Orders::done`] takes in what was answered.

mod adopted;
mod answers;
mod ask;
mod lane;
mod press;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use std::collections::BTreeMap;

pub use self::ask::What;
pub(super) use self::ask::{Follows, Job, Sent};
use self::lane::Lane;
use crate::engine::Record;
use crate::exchange::{OrderCommand, OrderId, Request, Verdict};
use crate::market::{Action, TradeId};
use crate::units::{Price, Quantity, Timestamp};

const SECOND: i64 = 1_000_000;
/// What all our names for orders begin with.
pub const PREFIX: &str = "tauroi-";
/// What the names of orders begin with that sell what is held, past the desk: no run has such a number.
pub const FLATTENS: &str = "tauroi-flatten-";

/// What comes before the number of an order by hand, in its name.
const HAND: char = 'h';

/// Returns whether a name is of an order that a person has placed by hand.
pub fn is_by_hand(name: &str) -> bool {
    let number = name.strip_prefix(PREFIX).and_then(|name| name.split_once('-'));
    number.is_some_and(|(_, number)| number.starts_with(HAND))
}

/// Returns the run whose name of an order this is, if it is one of a desk's.
pub(super) fn run_of(name: &str) -> Option<i64> {
    let (run, _) = name.strip_prefix(PREFIX)?.split_once('-')?;
    i64::from_str_radix(run, 16).ok()
}

/// Our orders.
#[derive(Debug)]
pub(super) struct Orders {
    /// How long an order lives if its expiry is not moved on, in microseconds.
    ttl: i64,
    /// What this run's names for orders begin with.
    prefix: String,
    live: BTreeMap<OrderId, Live>,
    lanes: Vec<Lane>,
    /// The names of orders that this run has taken over from the one before.
    adopted: BTreeMap<OrderId, String>,
    /// Nothing new is to rest any more.
    killed: bool,
    /// Nothing is to change any more of what rests, but that it may be taken back: what was to be asked otherwise, which the engine
    /// waits for.
    held: Option<Vec<Job>>,
    /// By how much the exchange's clock is ahead, in microseconds: it is by that one that orders end.
    pub(super) skew: i64,
}

/// An order that may rest.
#[derive(Debug, Clone)]
pub(super) struct Live {
    pub(super) place: usize,
    pub(super) action: Action,
    pub(super) order: OrderId,
    /// The exchange's id, once it has told it.
    pub(super) id: Option<String>,
    /// As the exchange has confirmed them, or as they were asked for at first.
    pub(super) price: Price,
    pub(super) total: Quantity,
    pub(super) traded: Quantity,
    /// When it ends by itself, at the latest.
    expires: Timestamp,
    /// The exchange says that it is out of the book, and how much of it had traded: fills that were not heard yet come
    /// first.
    ended: Option<Quantity>,
    /// It was taken over from the run before: the exchange has yet to say that it is as it was left.
    adopted: bool,
    /// It was changed, and how much of it had traded by then: the engine is told once all of that was heard, as it traded at the
    /// price that it had.
    changed: Option<Quantity>,
    /// When a change of it was answered last by this run, be it of its end alone, by the exchange's clock.
    amended: Option<Timestamp>,
    /// Since when it is not known what became of a request.
    pub(super) unknown: Option<Timestamp>,
    /// How often in a row the exchange was asked about it in vain.
    tries: u32,
    /// The exchange has confirmed it.
    pub(super) confirmed: bool,
    /// When it is taken back beside all else, if it is still not wanted then.
    presses: Option<Timestamp>,
    /// How much stood before it when it came to rest.
    pub(super) ahead: Option<Quantity>,
    /// Trades of it that were heard.
    heard: Vec<TradeId>,
}

impl Orders {
    /// Returns the orders of a run that has none yet, in so many contracts.
    pub(super) fn new(run: i64, ttl_s: i64, contracts: usize) -> Self {
        Self {
            ttl: ttl_s.saturating_mul(SECOND),
            prefix: format!("{PREFIX}{run:x}-"),
            live: BTreeMap::new(),
            lanes: (0..contracts).map(|_| Lane::default()).collect(),
            adopted: BTreeMap::new(),
            killed: false,
            held: None,
            skew: 0,
        }
    }

    /// Returns the order that goes by this name, if this run gave it or has taken it over.
    pub(super) fn named(&self, name: &str) -> Option<OrderId> {
        if let Some((order, _)) = self.adopted.iter().find(|(_, adopted)| *adopted == name) {
            return Some(*order);
        }
        let number = name.strip_prefix(&self.prefix)?;
        match number.strip_prefix(HAND) {
            Some(number) => OrderId::of_hand(number.parse().ok()?),
            None => number.parse().ok().map(OrderId),
        }
    }

    /// Returns our name of an order.
    fn name(&self, order: OrderId) -> String {
        if let Some(name) = self.adopted.get(&order) {
            return name.clone();
        }
        match order.by_hand() {
            Some(number) => format!("{}{HAND}{number}", self.prefix),
            None => format!("{}{order}", self.prefix),
        }
    }

    /// Returns the order that the exchange calls `id`.
    pub(super) fn by_id(&self, id: &str) -> Option<OrderId> {
        self.live.values().find(|live| live.id.as_deref() == Some(id)).map(|live| live.order)
    }

    /// Returns whether an order may rest.
    pub(super) fn is_live(&self, order: OrderId) -> bool {
        self.live.contains_key(&order)
    }

    /// Returns the orders of a contract that may rest.
    pub(super) fn of(&self, place: usize) -> impl Iterator<Item = &Live> {
        self.live.values().filter(move |live| live.place == place)
    }

    /// Returns all orders that may rest.
    pub(super) fn all(&self) -> impl Iterator<Item = &Live> {
        self.live.values()
    }

    /// Returns whether no request is on its way.
    pub(super) fn is_idle(&self) -> bool {
        self.lanes.iter().all(|lane| !lane.busy)
    }

    /// Returns since when the order that is unknown for longest is.
    pub(super) fn unknown_since(&self) -> Option<Timestamp> {
        self.live.values().filter_map(|live| live.unknown).min()
    }

    /// Takes a command of the engine.
    pub(super) fn accept(&mut self, command: &OrderCommand) -> Option<Record> {
        let OrderCommand { contract: place, action, order, request } = *command;
        let what = match request {
            Request::Place { price, count } => What::Place { price, count },
            Request::Amend { price, total } => What::Amend { price, total },
            Request::Cancel => What::Cancel,
        };
        if self.killed && what != What::Cancel {
            return Some(Record::Answer { place, action, order, verdict: Verdict::Rejected });
        }
        if let (Some(held), false) = (&mut self.held, what == What::Cancel) {
            held.push(Job { place, order, action, what, not_before: Timestamp::MIN });
            return None;
        }
        if let What::Place { price, count } = what {
            self.live.insert(order, Live::placed(place, action, order, (price, count)));
        }
        if let Some(lane) = self.lanes.get_mut(place) {
            lane.command(Job { place, order, action, what, not_before: Timestamp::MIN });
        }
        None
    }

    /// Lets nothing new rest from now on: what waits to be sent for that is answered as refused.
    pub(super) fn kill(&mut self) -> Follows {
        self.killed = true;
        let mut follows = Follows::default();
        let mut refused = self.held.take().unwrap_or_default();
        refused.extend(self.lanes.iter_mut().flat_map(Lane::give_up));
        for Job { place, action, order, what, .. } in refused {
            follows.records.push(Record::Answer { place, action, order, verdict: Verdict::Rejected });
            if matches!(what, What::Place { .. }) {
                // It was never sent.
                self.live.remove(&order);
            }
        }
        follows
    }

    /// Takes back what waits to be sent and isn't wanted any more, as it waited for the answer of another request: a new order that
    /// is to be another one by now, and a change of one that is not to rest at all. Returns what the engine is to be told.
    /// `wanted` says what is to rest in an order's place, at what price.
    pub(super) fn withdraw(&mut self, wanted: impl Fn(&Job) -> Option<(Price, Quantity)>) -> Vec<Record> {
        let mut records = Vec::new();
        for lane in self.lanes.iter_mut().filter(|lane| lane.has_waiting()) {
            for Job { place, action, order, what, .. } in lane.withdraw(&wanted) {
                let is_new = matches!(what, What::Place { .. });
                if is_new {
                    // It was never sent.
                    self.live.remove(&order);
                }
                let verdict = if is_new { Verdict::Gone } else { Verdict::Rejected };
                records.push(Record::Answer { place, action, order, verdict });
            }
        }
        records
    }

    /// Lets orders rest again. What was to be asked meanwhile is answered as refused.
    pub(super) fn revive(&mut self) -> Follows {
        let mut follows = Follows::default();
        if self.held.is_some() {
            follows = self.kill();
        }
        self.killed = false;
        follows
    }

    /// Returns when something is to be sent, if nothing else happens before.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let mut first = Timestamp::MAX;
        for live in self.live.values() {
            first = first.min(live.presses.unwrap_or(Timestamp::MAX));
            // Whether it is to be moved on is asked only of what would be the next thing.
            if live.half_life(self.ttl).is_some_and(|at| at < first) {
                first = first.min(self.renewal(live).unwrap_or(Timestamp::MAX));
            }
        }
        for look in self.lanes.iter().filter_map(Lane::due) {
            first = first.min(look);
        }
        (first < Timestamp::MAX).then_some(first)
    }

    /// Takes what is due next for due now: the machine has waited for it, with a clock that stands still, as it was set back.
    pub(super) fn waited(&mut self, now: Timestamp) {
        let Some(due) = self.due() else { return };
        for at in self.live.values_mut().filter_map(|live| live.presses.as_mut()).filter(|at| **at <= due) {
            *at = now.min(*at);
        }
        self.lanes.iter_mut().for_each(|lane| lane.waited(due));
    }

    /// Returns when an order's expiry is to be moved on: when half of its life is over.
    fn renewal(&self, live: &Live) -> Option<Timestamp> {
        let rests = live.confirmed
            && live.unknown.is_none()
            && live.ended.is_none()
            && live.traded < live.total
            && !self.killed
            && self.held.is_none();
        let is_asked = self.lanes.get(live.place).is_none_or(|lane| lane.concerns(live.order));
        (rests && !is_asked).then(|| live.half_life(self.ttl))?
    }

    /// Returns what is to be sent now, and takes it as sent.
    pub(super) fn next(&mut self, now: Timestamp) -> Vec<Sent> {
        let due: Vec<Job> = self
            .live
            .values()
            .filter(|live| live.expires.micros() <= now.micros().saturating_add(self.ttl / 2))
            .filter(|live| self.renewal(live).is_some_and(|at| at <= now))
            .map(|live| live.job(What::Renew, Timestamp::MIN))
            .collect();
        for job in due {
            self.wait(job);
        }
        let mut sent = Vec::new();
        for place in 0..self.lanes.len() {
            // Of most contracts nothing is to be asked, most of the time.
            if self.lanes.get(place).is_some_and(Lane::waits) {
                sent.extend(self.next_of(place, now));
            }
        }
        sent
    }

    fn next_of(&mut self, place: usize, now: Timestamp) -> Option<Sent> {
        loop {
            let is_unknown = self.of(place).any(|live| live.unknown.is_some());
            // Of two that move at once, the one that goes out of the other's way goes first.
            let chosen = {
                let lane = self.lanes.get(place)?;
                lane.choose(now, is_unknown, |job| self.would_cross(job))?
            };
            let lane = self.lanes.get_mut(place)?;
            let job = lane.take(chosen)?;
            let name = self.name(job.order);
            let Some(live) = self.live.get_mut(&job.order) else { continue };
            let expires = expiry(now, self.ttl);
            let (price, total) = match job.what {
                What::Place { price, count: total } => (price, total),
                What::Amend { price, total } => (price, total),
                What::Cancel | What::Renew | What::Look { .. } => (live.price, live.total),
            };
            if matches!(job.what, What::Place { .. }) {
                live.expires = expires;
            }
            if let Some(lane) = self.lanes.get_mut(place) {
                lane.busy = true;
            }
            return Some(Sent { job, name, id: live.id.clone(), price, total, expires, beside: false });
        }
    }

    fn wait(&mut self, job: Job) {
        if let Some(lane) = self.lanes.get_mut(job.place) {
            lane.wait(job);
        }
    }

    /// Returns whether a job would put an order through our own of the other side, which the exchange refuses.
    fn would_cross(&self, job: &Job) -> bool {
        let (What::Place { price, .. } | What::Amend { price, .. }) = job.what else { return false };
        self.of(job.place).any(|other| {
            other.confirmed
                && other.ended.is_none()
                && match (job.action, other.action) {
                    (Action::Buy, Action::Sell) => price >= other.price,
                    (Action::Sell, Action::Buy) => price <= other.price,
                    _ => false,
                }
        })
    }
}

impl Live {
    /// Returns when half of its life is over, of so many microseconds.
    fn half_life(&self, ttl: i64) -> Option<Timestamp> {
        self.expires.checked_add_micros(-ttl / 2)
    }

    fn placed(place: usize, action: Action, order: OrderId, (price, total): (Price, Quantity)) -> Self {
        Self {
            place,
            action,
            order,
            id: None,
            price,
            total,
            traded: Quantity::ZERO,
            expires: Timestamp::MAX,
            ended: None,
            adopted: false,
            changed: None,
            amended: None,
            unknown: None,
            tries: 0,
            confirmed: false,
            presses: None,
            ahead: None,
            heard: Vec::new(),
        }
    }

    fn job(&self, what: What, not_before: Timestamp) -> Job {
        Job { place: self.place, order: self.order, action: self.action, what, not_before }
    }
}

/// Returns the whole second at which an order that is sent now is to end: the exchange takes no others.
fn expiry(now: Timestamp, ttl: i64) -> Timestamp {
    let at = now.micros().saturating_add(ttl).saturating_add(SECOND - 1);
    Timestamp::from_micros(at.div_euclid(SECOND).saturating_mul(SECOND)).unwrap_or(Timestamp::MAX)
}
