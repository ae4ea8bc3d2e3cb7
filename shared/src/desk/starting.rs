//! How a run begins: nothing of an earlier one may come to rest, nothing rests, and what is there is known.

use super::clearing::{Clearing, Next};
use super::{Account, Answer, Ask, Event, Failure, HandedOver, Handover, Left, Said, is_kill_mark};
use crate::market::Trade;
use crate::units::{Cash, Quantity, Timestamp};
use crate::wire::{Fill, Order, OrderStatus};

/// By how much positions may be behind fills, and lists behind what has happened, in microseconds of the exchange's clock: about a
/// second was seen.
pub(super) const LAG: i64 = 2_000_000;

/// How much earlier than something was last written down a fill may have been that was not heard, in microseconds: clocks differ,
/// and what a stream is behind.
const UNHEARD: i64 = -60_000_000;

/// How long it is until a group is triggered once more, in microseconds.
const AGAIN: i64 = 500_000;

/// A run that begins.
#[derive(Debug)]
pub(super) struct Starting {
    step: Step,
    /// The order group that its orders will be in.
    pub(super) group: Option<String>,
    /// How many orders of earlier runs rested.
    pub(super) taken: usize,
    /// What no desk has placed rests too: it holds back cash, the exchange doesn't say how much.
    pub(super) sees_others: bool,
    /// Public trades so far.
    trades: Vec<Trade>,
    account: Account,
    /// The orders that earlier runs left, as the exchange lists them.
    before: Vec<Order>,
    /// What the run before has handed over, as long as nothing speaks against going on from it; and the latest fills.
    adopts: Option<Handover>,
    fills: Vec<Fill>,
    /// What was handed over was asked to be taken back.
    is_taken_back: bool,
    /// By how much the exchange's clock is ahead, in microseconds.
    pub(super) skew: i64,
    /// Until when requests of the run before may come a second time, and whether that was waited for once more, as the clock was
    /// put on meanwhile.
    quiet: (Timestamp, bool),
}

/// What is under way.
#[derive(Debug)]
enum Step {
    /// The group of a run that has not let go of it is triggered: what of it is on its way comes to nothing, and what rests is taken
    /// back. An answer that is lost is given up only after a while: meanwhile it is asked again, from then on.
    Fencing(String, Timestamp),
    Grouping,
    /// It is looked whether the account was killed, after the run's own group is there.
    Checking,
    Clearing(Clearing),
    /// What became of orders that an earlier run left is asked for once what is listed can't be behind any more.
    Waiting(Timestamp),
    Reconciling,
    /// The latest fills are asked for, and waited for until positions tell of them.
    Settling(Option<Timestamp>),
    Accounting,
    /// Past trades are asked for, of so many more contracts.
    Learning(usize),
}

/// What follows.
#[derive(Debug, Default)]
pub(super) struct Then {
    pub(super) asks: Vec<Ask>,
    /// What is asked for what it does, whatever is answered.
    pub(super) beside: Vec<Ask>,
    /// What became of orders that earlier runs left, by our names.
    pub(super) found: Vec<(String, Said)>,
    /// These orders, and the latest fills.
    pub(super) before: Option<(Vec<Order>, Vec<Fill>)>,
    /// The order group is known from here on.
    pub(super) group: Option<String>,
    /// Somebody has killed the account.
    pub(super) marks: Vec<String>,
    /// These orders of the run before are gone on with.
    pub(super) adopted: Vec<HandedOver>,
    /// All is known: what the account has, and what was traded, in order of time.
    pub(super) known: Option<(Account, Vec<Trade>)>,
    /// Why it can't go on.
    pub(super) failed: Option<String>,
}

impl Starting {
    /// Begins after what earlier runs left.
    pub(super) fn new(now: Timestamp, event: &Event, left: &Left, limit: Quantity) -> (Self, Then) {
        let (step, group, ask) = match &left.group {
            Some((id, true)) => (Step::Checking, Some(id.clone()), Ask::Groups),
            Some((id, false)) => {
                (Step::Fencing(id.clone(), after(now, AGAIN)), None, Ask::TriggerGroup(id.clone()))
            }
            None => (Step::Grouping, None, Ask::CreateGroup(limit)),
        };
        let then = Then { asks: vec![ask], group: group.clone(), ..Then::default() };
        (
            Self {
                step,
                group,
                taken: 0,
                sees_others: false,
                trades: Vec::new(),
                account: Account { free: Cash::ZERO, held: Vec::new() },
                before: Vec::new(),
                adopts: Handover::to(left, event),
                fills: Vec::new(),
                is_taken_back: false,
                skew: 0,
                quiet: (now, false),
            },
            then,
        )
    }

    /// Returns the orders that are left alone as they were handed over, once: they are to be taken back now.
    pub(super) fn take_back(&mut self) -> Vec<String> {
        if std::mem::replace(&mut self.is_taken_back, true) {
            return Vec::new();
        }
        let orders = self.adopts.iter().flat_map(|handover| &handover.orders);
        orders.map(|order| order.id.clone()).collect()
    }

    /// Returns whether the next answer may be followed by hearing all past trades, which takes a while.
    pub(super) const fn is_about_to_know(&self) -> bool {
        matches!(self.step, Step::Learning(1))
    }

    /// Takes in an answer.
    pub(super) fn answered(
        &mut self,
        now: Timestamp,
        (event, left, limit): (&Event, &Left, Quantity),
        answer: Result<Answer, Failure>,
    ) -> Then {
        let mut then = Then::default();
        match (&mut self.step, answer) {
            (Step::Fencing(..), Ok(Answer::Done)) => self.group(limit, &mut then),
            // No order can come to rest in a group that is gone.
            (Step::Fencing(..), Err(failure)) if failure.is_not_found() => self.group(limit, &mut then),
            (Step::Grouping, Ok(Answer::Group(id))) => {
                (self.group, then.group) = (Some(id.clone()), Some(id));
                self.step = Step::Checking;
                then.asks.push(Ask::Groups);
            }
            (Step::Checking, Ok(Answer::Groups(groups))) => {
                let marks = groups.iter().filter(|group| is_kill_mark(group));
                then.marks = marks.map(|group| group.id.clone()).collect();
                let is_there = |id: &String| groups.iter().any(|group| group.id == *id);
                let group = self.group.as_ref().filter(|id| is_there(id));
                self.adopts = self.adopts.take().filter(|_| group.is_some());
                self.quiet.0 = after(now, self.noise(now));
                self.step = Step::Clearing(match (&self.adopts, group) {
                    (Some(handover), Some(group)) => Clearing::but(group, handover),
                    _ => Clearing::default(),
                });
                then.asks.push(Ask::Resting);
            }
            (Step::Clearing(clearing), answer) => match clearing.answered(now, event, answer) {
                Next::Ask(asks) => then.asks = asks,
                Next::Clear => {
                    self.taken = clearing.taken;
                    self.sees_others |= clearing.sees_others;
                    if self.taken == 0 && left.unfinished.is_empty() {
                        self.settle(now, left, &mut then);
                    } else {
                        // What rests is to be looked at when nothing of the run before can change it any more.
                        self.step = Step::Waiting(after(now, LAG).max(self.quiet.0));
                    }
                }
                Next::Failed(why) => then.failed = Some(why),
            },
            (Step::Reconciling, Ok(Answer::Orders(orders))) => {
                self.before = orders;
                self.before.retain(|order| left.unfinished.contains_key(&order.client_order_id));
                self.settle(now, left, &mut then);
            }
            (Step::Settling(until @ None), Ok(Answer::Fills(fills))) => {
                let latest = fills.iter().filter_map(|fill| fill.created_time).map(|at| at.0).max();
                let known = latest.and_then(|latest| latest.checked_add_micros(LAG));
                *until = Some(known.filter(|known| *known > now).unwrap_or(now));
                then = self.tick(now, left, false);
                if self.adopts.is_some() {
                    // What of them has traded is booked as what these orders trade.
                    self.fills = fills;
                    return then;
                }
                let before = std::mem::take(&mut self.before);
                then.found = reconciled(left, &before);
                then.before = Some((before, fills));
            }
            (Step::Accounting, Ok(Answer::Account(account))) => {
                let fills = std::mem::take(&mut self.fills);
                self.account = match &self.adopts {
                    None => account,
                    Some(handover) => match handover.account(event, &fills, &account) {
                        Some(reckoned) => reckoned,
                        // Then it begins as after any other run.
                        None => {
                            self.adopts = None;
                            self.step = Step::Clearing(Clearing::default());
                            then.asks.push(Ask::Resting);
                            return then;
                        }
                    },
                };
                self.step = Step::Learning(event.contracts.len());
                then.asks = event.contracts.iter().map(|one| Ask::Trades(one.ticker.clone())).collect();
                if event.contracts.is_empty() {
                    then.failed = Some("the event has no contract".to_owned());
                }
            }
            (Step::Learning(left), Ok(Answer::Trades(trades))) => {
                self.trades.extend(trades);
                *left -= 1;
                let is_all = *left == 0;
                let noise = self.noise(now);
                if is_all && noise > 0 && !self.quiet.1 {
                    self.trades.clear();
                    self.quiet.1 = true;
                    self.step = Step::Waiting(after(now, noise.max(LAG)));
                } else if is_all {
                    let mut trades = std::mem::take(&mut self.trades);
                    trades.sort_by_key(|trade| trade.at);
                    then.adopted = self.adopts.take().map(|handover| handover.orders).unwrap_or_default();
                    then.known = Some((self.account.clone(), trades));
                }
            }
            (step, Err(failure)) => then.failed = Some(format!("{}: {failure}", step.name())),
            (step, Ok(other)) => {
                then.failed = Some(format!("{}: another question was answered: {other:?}", step.name()));
            }
        }
        then
    }

    /// Returns what follows as time passes; `waited` says that the machine has waited for it.
    pub(super) fn tick(&mut self, now: Timestamp, left: &Left, waited: bool) -> Then {
        let mut then = Then::default();
        match &mut self.step {
            Step::Fencing(group, again) if *again <= now || waited => {
                *again = after(now, AGAIN);
                then.beside.push(Ask::TriggerGroup(group.clone()));
            }
            Step::Clearing(clearing) => then.asks = clearing.tick(now, waited),
            Step::Waiting(until) if *until <= now || waited => {
                if left.unfinished.is_empty() || self.adopts.is_some() {
                    self.settle(now, left, &mut then);
                } else {
                    self.step = Step::Reconciling;
                    then.asks.push(Ask::Orders { since: None });
                }
            }
            Step::Settling(Some(until)) if *until <= now || waited => {
                self.step = Step::Accounting;
                then.asks.push(Ask::Account);
            }
            _ => {}
        }
        then
    }

    /// Returns when time alone makes it go on.
    pub(super) fn due(&self) -> Option<Timestamp> {
        match &self.step {
            Step::Fencing(_, again) => Some(*again),
            Step::Clearing(clearing) => clearing.due(),
            Step::Waiting(until) => Some(*until),
            Step::Settling(until) => *until,
            _ => None,
        }
    }

    /// Returns for how long what is to be adopted may yet be changed by what the run before has asked, in microseconds.
    fn noise(&self, now: Timestamp) -> i64 {
        self.adopts.as_ref().map_or(0, |handover| handover.noise(after(now, self.skew)))
    }

    fn group(&mut self, limit: Quantity, then: &mut Then) {
        self.step = Step::Grouping;
        then.asks.push(Ask::CreateGroup(limit));
    }

    fn settle(&mut self, now: Timestamp, left: &Left, then: &mut Then) {
        self.step = Step::Settling(None);
        let last = left.so_far.last.and_then(|last| last.checked_add_micros(UNHEARD));
        let since = last.map_or(now, |last| last.min(now));
        let since = since.checked_add_micros(-LAG).unwrap_or(Timestamp::MIN);
        then.asks.push(Ask::Fills { since });
    }
}

impl Step {
    const fn name(&self) -> &'static str {
        match self {
            Self::Fencing(..) => "the order group of the run before",
            Self::Grouping => "an order group",
            Self::Checking => "the order groups",
            Self::Clearing(_) => "what rests",
            Self::Waiting(_) | Self::Reconciling => "the orders of the run before",
            Self::Settling(_) => "the latest fills",
            Self::Accounting => "the account",
            Self::Learning(_) => "past trades",
        }
    }
}

fn after(now: Timestamp, micros: i64) -> Timestamp {
    now.checked_add_micros(micros).unwrap_or(Timestamp::MAX)
}

/// Returns what became of orders that earlier runs left.
fn reconciled(left: &Left, orders: &[Order]) -> Vec<(String, Said)> {
    let known: std::collections::BTreeMap<&str, &Order> =
        orders.iter().map(|order| (order.client_order_id.as_str(), order)).collect();
    left.unfinished
        .iter()
        .map(|(name, was_confirmed)| {
            let became = match known.get(name.as_str()) {
                Some(order) => {
                    let what = match &order.status {
                        OrderStatus::Canceled => "cancelled",
                        OrderStatus::Executed => "executed",
                        OrderStatus::Resting => "resting",
                        OrderStatus::Other(word) => word,
                    };
                    format!("{what}, {} of {} traded", order.fill_count_fp, order.initial_count_fp)
                }
                None if *was_confirmed => "not listed any more".to_owned(),
                None => "never was".to_owned(),
            };
            (name.clone(), Said::Reconciled(became))
        })
        .collect()
}
