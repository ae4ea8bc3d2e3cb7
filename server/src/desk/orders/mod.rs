//! Our orders at the exchange: what is asked for each, one request at a time a contract, and what became of it.
//!
//! An order's expiry is its dead man's switch: it lies `order_ttl_s` ahead, and is moved on by amendments that change
//! nothing else, so that the order keeps its place. Whatever stops this program stops that too.
//!
//! A state machine without a socket: [`Orders::accept`] takes the engine's commands, [`Orders::next`] says what is to be
//! sent now, [`Orders::done`] takes in what was answered.

mod answers;
mod ask;

use std::collections::{BTreeMap, VecDeque};

use shared::engine::Record;
use shared::exchange::{OrderCommand, OrderId, Request, Verdict};
use shared::market::{Action, TradeId};
use shared::units::{Price, Quantity, Timestamp};

pub(super) use self::ask::{Follows, Job, Outcome, Sent, What};

const SECOND: i64 = 1_000_000;
/// What all our names for orders begin with.
pub(super) const PREFIX: &str = "tauroi-";

/// Our orders.
#[derive(Debug)]
pub(super) struct Orders {
    /// How long an order lives if its expiry is not moved on, in microseconds.
    ttl: i64,
    /// What this run's names for orders begin with.
    prefix: String,
    live: BTreeMap<OrderId, Live>,
    lanes: Vec<Lane>,
    /// Nothing new is to rest any more.
    killed: bool,
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
    /// When it ends by itself.
    expires: Timestamp,
    /// The exchange says that it is out of the book, and how much of it had traded: fills that were not heard yet come
    /// first.
    ended: Option<Quantity>,
    /// It is not known what became of the last request.
    pub(super) unknown: bool,
    /// The exchange has confirmed it.
    pub(super) confirmed: bool,
    /// How much stood before it when it came to rest.
    pub(super) ahead: Option<Quantity>,
    /// Trades of it that were heard.
    heard: Vec<TradeId>,
}

/// What is asked of one contract's orders, one by one.
#[derive(Debug, Default)]
struct Lane {
    waiting: VecDeque<Job>,
    busy: bool,
}

impl Orders {
    /// Returns the orders of a run that has none yet, in so many contracts.
    pub(super) fn new(run: i64, ttl_s: i64, contracts: usize) -> Self {
        Self {
            ttl: ttl_s.saturating_mul(SECOND),
            prefix: format!("{PREFIX}{run:x}-"),
            live: BTreeMap::new(),
            lanes: (0..contracts).map(|_| Lane::default()).collect(),
            killed: false,
        }
    }

    /// Returns the order that goes by this name, if this run gave it.
    pub(super) fn named(&self, name: &str) -> Option<OrderId> {
        name.strip_prefix(&self.prefix)?.parse().ok().map(OrderId)
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

    /// Returns whether something about an order is on its way.
    pub(super) fn is_busy(&self, place: usize) -> bool {
        self.lanes.get(place).is_some_and(|lane| lane.busy || !lane.waiting.is_empty())
    }

    /// Returns whether no request is on its way.
    pub(super) fn is_idle(&self) -> bool {
        self.lanes.iter().all(|lane| !lane.busy)
    }

    /// Takes a command of the engine.
    pub(super) fn accept(&mut self, command: &OrderCommand) -> Option<Record> {
        let OrderCommand { contract: place, action, order, request } = *command;
        let what = match request {
            Request::Place { price, count } => {
                if !self.killed {
                    self.live.insert(
                        order,
                        Live {
                            place,
                            action,
                            order,
                            id: None,
                            price,
                            total: count,
                            traded: Quantity::ZERO,
                            expires: Timestamp::MAX,
                            ended: None,
                            unknown: false,
                            confirmed: false,
                            ahead: None,
                            heard: Vec::new(),
                        },
                    );
                }
                What::Place { price, count }
            }
            Request::Amend { price, total } => What::Amend { price, total },
            Request::Cancel => What::Cancel,
        };
        if self.killed && what != What::Cancel {
            return Some(Record::Answer { place, action, order, verdict: Verdict::Rejected });
        }
        if let Some(lane) = self.lanes.get_mut(place) {
            // It moves the expiry on too, or there is none left to move.
            lane.waiting.retain(|job| job.order != order || job.what != What::Renew);
            lane.waiting.push_back(Job { place, order, action, what });
        }
        None
    }

    /// Lets nothing new rest from now on: what waits to be sent for that is answered as refused.
    pub(super) fn kill(&mut self) -> Vec<Record> {
        self.killed = true;
        let mut records = Vec::new();
        for lane in &mut self.lanes {
            lane.waiting.retain(|job| match job.what {
                What::Place { .. } | What::Amend { .. } => {
                    let Job { place, order, action, .. } = *job;
                    records.push(Record::Answer { place, action, order, verdict: Verdict::Rejected });
                    if matches!(job.what, What::Place { .. }) {
                        self.live.remove(&order);
                    }
                    false
                }
                What::Renew => false,
                What::Cancel | What::Look { .. } => true,
            });
        }
        records
    }

    /// Lets orders rest again.
    pub(super) fn revive(&mut self) {
        self.killed = false;
    }

    /// Returns when an expiry must be moved on, if one must.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.live.values().filter_map(|live| self.renewal(live)).min()
    }

    /// Returns when an order's expiry is to be moved on: when half of its life is over.
    fn renewal(&self, live: &Live) -> Option<Timestamp> {
        let rests = live.confirmed && live.ended.is_none() && live.traded < live.total && !self.killed;
        (rests && !self.is_busy(live.place)).then(|| live.expires.checked_add_micros(-self.ttl / 2))?
    }

    /// Returns what is to be sent now, and takes it as sent.
    pub(super) fn next(&mut self, now: Timestamp) -> Vec<Sent> {
        let due: Vec<(usize, OrderId, Action)> = self
            .live
            .values()
            .filter(|live| self.renewal(live).is_some_and(|at| at <= now))
            .map(|live| (live.place, live.order, live.action))
            .collect();
        for (place, order, action) in due {
            if let Some(lane) = self.lanes.get_mut(place) {
                lane.waiting.push_back(Job { place, order, action, what: What::Renew });
            }
        }
        let mut sent = Vec::new();
        for place in 0..self.lanes.len() {
            sent.extend(self.next_of(place, now));
        }
        sent
    }

    fn next_of(&mut self, place: usize, now: Timestamp) -> Option<Sent> {
        loop {
            let lane = self.lanes.get(place).filter(|lane| !lane.busy)?;
            // Of two that move at once, the one that goes out of the other's way goes first.
            let first = lane.waiting.iter().position(|job| !self.would_cross(job)).unwrap_or(0);
            let lane = self.lanes.get_mut(place)?;
            let job = lane.waiting.remove(first)?;
            let Some(live) = self.live.get_mut(&job.order) else { continue };
            lane.busy = true;
            let expires = expiry(now, self.ttl);
            let (price, total) = match job.what {
                What::Place { price, count: total } => {
                    live.expires = expires;
                    (price, total)
                }
                What::Amend { price, total } => (price, total),
                What::Cancel | What::Renew | What::Look { .. } => (live.price, live.total),
            };
            let (name, id) = (format!("{}{}", self.prefix, job.order), live.id.clone());
            return Some(Sent { job, name, id, price, total, expires });
        }
    }

    fn wait(&mut self, place: usize, order: OrderId, action: Action, what: What) {
        if let Some(lane) = self.lanes.get_mut(place) {
            lane.waiting.push_back(Job { place, order, action, what });
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

/// Returns the whole second at which an order that is sent now is to end: the exchange takes no others.
fn expiry(now: Timestamp, ttl: i64) -> Timestamp {
    let at = now.micros().saturating_add(ttl).saturating_add(SECOND - 1);
    Timestamp::from_micros(at.div_euclid(SECOND).saturating_mul(SECOND)).unwrap_or(Timestamp::MAX)
}
