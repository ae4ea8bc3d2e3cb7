//! Our orders against an exchange that does its worst: answers are late or lost, fills come early, late and twice, time
//! runs out, and a person kills.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::Record;
use crate::exchange::{OrderCommand, OrderId, Request, Verdict};
use crate::market::{Action, TradeId};
use crate::units::{Price, Quantity, Timestamp};
use crate::wire::{
    AmendOrderAnswer, BookSide, CancelOrderAnswer, CreateOrderAnswer, Millis, Order, OrderStatus,
};
use proptest::prelude::*;

use super::{Follows, Lane, Orders, Sent, What};
use crate::desk::{Answer, Failure};

const CONTRACTS: usize = 2;
const TTL_S: i64 = 60;

fn count(contracts: i64) -> Quantity {
    Quantity::from_hundredths(contracts * 100).unwrap()
}

/// An order as the exchange has it.
#[derive(Debug, Clone)]
struct Kept {
    sent: Sent,
    price: Price,
    total: i64,
    fills: Vec<i64>,
    /// How much of it had traded as it was last changed.
    before: i64,
    expires: Timestamp,
    status: OrderStatus,
}

impl Kept {
    fn traded(&self) -> i64 {
        self.fills.iter().sum()
    }

    fn left(&self) -> i64 {
        self.total - self.traded()
    }

    /// Returns it as it is listed.
    fn listed(&self) -> Order {
        let side = BookSide::from(self.sent.job.action);
        let zero = crate::units::Cash::ZERO;
        Order {
            order_id: self.sent.name.clone(),
            user_id: String::new(),
            client_order_id: self.sent.name.clone(),
            ticker: "A-B-C".parse().unwrap(),
            side: None,
            action: None,
            outcome_side: if side == BookSide::Bid {
                crate::market::Side::Yes
            } else {
                crate::market::Side::No
            },
            book_side: side,
            r#type: "limit".to_owned(),
            status: self.status.clone(),
            yes_price_dollars: self.price,
            no_price_dollars: self.price.complement(),
            initial_count_fp: count(self.total),
            fill_count_fp: count(self.traded()),
            remaining_count_fp: count(self.left()),
            taker_fill_cost_dollars: zero,
            maker_fill_cost_dollars: zero,
            taker_fees_dollars: zero,
            maker_fees_dollars: zero,
            expiration_time: None,
            created_time: None,
            last_update_time: None,
            self_trade_prevention_type: None,
            order_group_id: None,
            cancel_order_on_pause: None,
            subaccount_number: None,
            exchange_index: None,
        }
    }
}

/// Something that the feed says.
#[derive(Debug, Clone)]
enum Frame {
    /// A fill of an order, by its place among them.
    Fill(String, usize),
    /// An order is out of the book, having traded so much.
    Ended(String, i64),
}

/// Where a request is.
#[derive(Debug)]
enum Stage {
    OnItsWay,
    Answered(Result<Answer, Failure>),
}

/// The engine's side of it: what it takes for granted of its orders.
#[derive(Debug, Clone, Copy)]
struct Working {
    order: OrderId,
    total: i64,
    /// What it is to be for once an amendment is answered.
    asked: Option<i64>,
    traded: i64,
    /// A command was not answered yet.
    waits: bool,
    rested: bool,
}

/// The orders, the engine that asks for them, and the exchange.
struct Bench {
    orders: Orders,
    now: Timestamp,
    working: BTreeMap<(usize, Action), Working>,
    next: u64,
    /// How each order ended towards the engine.
    ended: BTreeMap<OrderId, usize>,
    flying: Vec<(Sent, Stage)>,
    kept: BTreeMap<String, Kept>,
    frames: Vec<Frame>,
}

impl Bench {
    fn new() -> Self {
        Self {
            orders: Orders::new(1, TTL_S, CONTRACTS),
            now: Timestamp::from_micros(1_796_000_000_000_000).unwrap(),
            working: BTreeMap::new(),
            next: 1,
            ended: BTreeMap::new(),
            flying: Vec::new(),
            kept: BTreeMap::new(),
            frames: Vec::new(),
        }
    }

    /// The engine asks for something, where it may.
    fn command(&mut self, place: usize, action: Action, wants: Option<(i64, i64)>) {
        let price = |cents: i64| Price::from_centicents(cents * 100).unwrap();
        let (order, request) = match (self.working.get_mut(&(place, action)), wants) {
            (None, Some((cents, contracts))) => {
                let order = OrderId(self.next);
                self.next += 1;
                self.working.insert(
                    (place, action),
                    Working { order, total: contracts, asked: None, traded: 0, waits: true, rested: false },
                );
                (order, Request::Place { price: price(cents), count: count(contracts) })
            }
            (Some(working), Some((cents, contracts))) if !working.waits => {
                working.waits = true;
                let total = working.traded + contracts;
                working.asked = Some(total);
                (working.order, Request::Amend { price: price(cents), total: count(total) })
            }
            (Some(working), None) if !working.waits => {
                working.waits = true;
                (working.order, Request::Cancel)
            }
            _ => return,
        };
        let refused = self.orders.accept(&OrderCommand { contract: place, action, order, request });
        self.told(refused.into_iter().collect());
    }

    /// The engine is told what was answered.
    fn told(&mut self, records: Vec<Record>) {
        for record in records {
            let Record::Answer { place, action, order, verdict } = record else { panic!("{record:?}") };
            let side = (place, action);
            let Some(working) = self.working.get_mut(&side).filter(|working| working.order == order) else {
                // It has traded whole: what is said of a command that crossed that changes nothing.
                assert!(order.0 < self.next && verdict != Verdict::Unknown, "{order} {verdict:?}");
                if verdict == Verdict::Gone {
                    *self.ended.entry(order).or_insert(0) += 1;
                }
                continue;
            };
            let is_over = match verdict {
                Verdict::Unknown => continue,
                Verdict::Gone => true,
                Verdict::Rejected => !working.rested,
                Verdict::Resting => {
                    if working.asked.is_some() {
                        let kept = self.kept.values().find(|kept| kept.sent.job.order == order).unwrap();
                        let traded = working.traded;
                        assert!(traded >= kept.before, "{kept:?}: {traded} of that were heard before");
                    }
                    working.total = working.asked.unwrap_or(working.total);
                    working.rested = true;
                    false
                }
            };
            (working.waits, working.asked) = (false, None);
            if is_over {
                *self.ended.entry(order).or_insert(0) += 1;
            }
            if is_over || working.traded >= working.total {
                self.working.remove(&side);
            }
        }
    }

    fn follow(&mut self, follows: Follows) {
        self.told(follows.records);
    }

    /// What is to be sent is on its way; no contract ever has two requests there.
    fn send(&mut self) {
        for sent in self.orders.next(self.now) {
            let place = sent.job.place;
            assert!(
                self.flying.iter().all(|(other, _)| other.job.place != place),
                "two requests of contract {place}: {sent:?} and {:?}",
                self.flying
            );
            self.flying.push((sent, Stage::OnItsWay));
        }
    }

    /// The exchange does what it is asked.
    fn process(&mut self, nth: usize) {
        let Some((sent, stage)) = self.flying.get_mut(nth) else { return };
        if !matches!(stage, Stage::OnItsWay) {
            return;
        }
        let (sent, answer) = (sent.clone(), &mut *stage);
        let refused = |status: u16, code: &str| {
            Err(Failure::Refused { status, code: code.to_owned(), text: code.to_owned() })
        };
        let kept = self.kept.get_mut(&sent.name);
        let rests = kept.as_ref().is_some_and(|kept| kept.status == OrderStatus::Resting);
        *answer = Stage::Answered(match (sent.job.what, kept) {
            (What::Place { .. }, Some(_)) => refused(409, "order_already_exists"),
            (What::Place { price, .. }, None) => {
                let total = sent.total.hundredths() / 100;
                let kept = Kept {
                    sent: sent.clone(),
                    price,
                    total,
                    fills: Vec::new(),
                    before: 0,
                    expires: sent.expires,
                    status: OrderStatus::Resting,
                };
                self.kept.insert(sent.name.clone(), kept);
                Ok(Answer::Created(CreateOrderAnswer {
                    order_id: sent.name.clone(),
                    client_order_id: None,
                    fill_count: Quantity::ZERO,
                    remaining_count: sent.total,
                    average_fill_price: None,
                    average_fee_paid: None,
                    ts_ms: Millis(self.now),
                }))
            }
            // What has no id of the exchange is only looked for.
            (What::Look { .. }, kept) => {
                Ok(Answer::Found(kept.map(|kept| Box::new(kept.listed())), Vec::new()))
            }
            (_, kept) if sent.id.is_none() => {
                Ok(Answer::Found(kept.map(|kept| Box::new(kept.listed())), Vec::new()))
            }
            (What::Amend { .. } | What::Renew, Some(kept)) if rests => {
                (kept.price, kept.expires) = (sent.price, sent.expires);
                kept.total = (sent.total.hundredths() / 100).max(kept.traded());
                if sent.job.what != What::Renew {
                    kept.before = kept.traded();
                }
                if kept.left() == 0 {
                    kept.status = OrderStatus::Canceled;
                    self.frames.push(Frame::Ended(sent.name.clone(), kept.traded()));
                }
                Ok(Answer::Amended(AmendOrderAnswer {
                    order_id: sent.name.clone(),
                    client_order_id: None,
                    remaining_count: Some(count(kept.left())),
                    fill_count: None,
                    average_fill_price: None,
                    average_fee_paid: None,
                    ts_ms: Millis(self.now),
                }))
            }
            (What::Cancel, Some(kept)) if rests => {
                kept.status = OrderStatus::Canceled;
                self.frames.push(Frame::Ended(sent.name.clone(), kept.traded()));
                Ok(Answer::Cancelled(CancelOrderAnswer {
                    order_id: sent.name.clone(),
                    client_order_id: None,
                    reduced_by: count(kept.left()),
                    ts_ms: Millis(self.now),
                }))
            }
            _ => refused(404, "not_found"),
        });
    }

    /// An answer comes, or that none does.
    fn answer(&mut self, nth: usize, is_lost: bool) {
        let Some((sent, stage)) = self.flying.get(nth) else { return };
        if matches!(stage, Stage::OnItsWay) && !is_lost {
            return;
        }
        let name = sent.name.clone();
        let (sent, stage) = self.flying.remove(nth);
        let outcome = match stage {
            Stage::Answered(outcome) if !is_lost => outcome,
            _ => Err(Failure::Unknown("lost".to_owned())),
        };
        // Who asks what became of an order is told its trades, too.
        if matches!((&sent.job.what, &outcome), (What::Look { .. }, Ok(Answer::Found(Some(_), _)))) {
            let fills = self.kept.get(&name).map_or(0, |kept| kept.fills.len());
            for nth in 0..fills {
                self.hear(Frame::Fill(name.clone(), nth));
            }
        }
        let follows = self.orders.done(self.now, &sent, &outcome);
        self.follow(follows);
    }

    /// Something that rests trades.
    fn trade(&mut self, nth: usize, contracts: i64) {
        let mut resting = self.kept.values_mut().filter(|kept| kept.status == OrderStatus::Resting);
        let Some(kept) = resting.nth(nth) else { return };
        let name = kept.sent.name.clone();
        kept.fills.push(contracts.min(kept.left()));
        self.frames.push(Frame::Fill(name.clone(), kept.fills.len() - 1));
        if kept.left() == 0 {
            kept.status = OrderStatus::Executed;
            self.frames.push(Frame::Ended(name, kept.traded()));
        }
    }

    /// A frame is heard.
    fn hear(&mut self, frame: Frame) {
        let mut follows = Follows::default();
        match frame {
            Frame::Fill(name, nth) => {
                let order = self.orders.named(&name).unwrap();
                let kept = &self.kept[&name];
                let (place, action) = (kept.sent.job.place, kept.sent.job.action);
                let traded = kept.fills[nth];
                let id: TradeId = format!("{name}/{nth}").parse().unwrap();
                if self.orders.fill(order, id, count(traded)) {
                    let working = self.working.get_mut(&(place, action));
                    let working = working.filter(|working| working.order == order);
                    let working = working.unwrap_or_else(|| panic!("a fill of {name}, which is over"));
                    working.traded += traded;
                    let most = working.total.max(working.asked.unwrap_or(0));
                    assert!(working.traded <= most, "{name} traded more than it was for");
                    if !working.waits && working.traded >= working.total {
                        self.working.remove(&(place, action));
                    }
                    self.orders.filled(self.now, order, &mut follows);
                }
            }
            Frame::Ended(name, traded) => {
                let order = self.orders.named(&name).unwrap();
                self.orders.end(self.now, order, count(traded), &mut follows);
            }
        }
        self.follow(follows);
    }

    /// Time passes: what was not kept up ends.
    fn pass(&mut self, seconds: i64) {
        self.now = self.now.checked_add_micros(seconds * 1_000_000).unwrap();
        for kept in self.kept.values_mut() {
            if kept.status == OrderStatus::Resting && kept.expires <= self.now {
                kept.status = OrderStatus::Canceled;
                self.frames.push(Frame::Ended(kept.sent.name.clone(), kept.traded()));
            }
        }
    }

    /// What rests at the exchange is known here, and at most one order a side.
    fn check(&self) {
        let live: BTreeSet<OrderId> = self.orders.all().map(|live| live.order).collect();
        for kept in self.kept.values().filter(|kept| kept.status == OrderStatus::Resting) {
            assert!(live.contains(&kept.sent.job.order), "{kept:?} rests and is forgotten");
        }
        for (order, times) in &self.ended {
            assert_eq!(*times, 1, "{order} ended {times} times");
        }
    }

    /// All that is on its way arrives and is answered, and all is heard, until nothing more is.
    fn calm(&mut self) {
        for _ in 0..1_000 {
            self.send();
            if self.flying.is_empty() && self.frames.is_empty() {
                // What waits for its time to be asked about.
                let Some(due) = self.orders.lanes.iter().filter_map(Lane::due).min() else { return };
                let micros = due.micros_since(self.now).max(0);
                self.pass((micros + 999_999) / 1_000_000);
                continue;
            }
            if !self.flying.is_empty() {
                self.process(0);
                self.answer(0, false);
            }
            for frame in std::mem::take(&mut self.frames) {
                self.hear(frame);
            }
            self.check();
        }
        panic!("it never comes to rest: {:?}", self.flying);
    }
}

/// Something that happens.
#[derive(Debug, Clone)]
enum Step {
    Command(usize, bool, Option<(i64, i64)>),
    Send,
    Process(usize),
    Answer(usize, bool),
    Trade(usize, i64),
    /// A frame is heard; whether it will come again.
    Hear(bool),
    Pass(i64),
    Hold,
    Kill,
    Revive,
}

fn step() -> impl Strategy<Value = Step> {
    let wants = prop::option::weighted(0.8, (1_i64..=9, 1_i64..=3));
    prop_oneof![
        6 => (0..CONTRACTS, any::<bool>(), wants).prop_map(|(place, buys, wants)| Step::Command(place, buys, wants)),
        8 => Just(Step::Send),
        8 => (0_usize..2).prop_map(Step::Process),
        8 => (0_usize..2, prop::bool::weighted(0.15)).prop_map(|(nth, is_lost)| Step::Answer(nth, is_lost)),
        4 => (0_usize..4, 1_i64..=2).prop_map(|(nth, contracts)| Step::Trade(nth, contracts)),
        4 => prop::bool::weighted(0.3).prop_map(Step::Hear),
        3 => (1_i64..40).prop_map(Step::Pass),
        1 => Just(Step::Hold),
        1 => Just(Step::Kill),
        2 => Just(Step::Revive),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_order_is_forgotten_doubled_or_ended_twice(steps in prop::collection::vec(step(), 1..120)) {
        let mut bench = Bench::new();
        for step in steps {
            match step {
                Step::Command(place, buys, wants) => {
                    let action = if buys { Action::Buy } else { Action::Sell };
                    // Offers lie above bids.
                    let wants = wants.map(|(cents, size)| (if buys { cents } else { cents + 50 }, size));
                    bench.command(place, action, wants);
                }
                Step::Send => bench.send(),
                Step::Process(nth) => bench.process(nth),
                Step::Answer(nth, is_lost) => bench.answer(nth, is_lost),
                Step::Trade(nth, contracts) => bench.trade(nth, contracts),
                Step::Hear(again) => if !bench.frames.is_empty() {
                    let frame = bench.frames.remove(0);
                    if again {
                        bench.frames.push(frame.clone());
                    }
                    bench.hear(frame);
                },
                Step::Pass(seconds) => bench.pass(seconds),
                Step::Hold => bench.orders.hold(),
                Step::Kill => {
                    let follows = bench.orders.kill();
                    bench.follow(follows);
                }
                Step::Revive => {
                    let follows = bench.orders.revive();
                    bench.follow(follows);
                }
            }
            bench.check();
        }
        // In the end all answers come, and all orders are taken back.
        let follows = bench.orders.revive();
        bench.follow(follows);
        bench.calm();
        for (place, action) in (0..CONTRACTS).flat_map(|place| [(place, Action::Buy), (place, Action::Sell)]) {
            bench.command(place, action, None);
        }
        bench.calm();
        let rest: Vec<_> = bench.kept.values().filter(|kept| kept.status == OrderStatus::Resting).collect();
        prop_assert!(rest.is_empty(), "{:?}", rest);
        prop_assert_eq!(bench.orders.all().count(), 0);
        prop_assert!(bench.working.is_empty(), "{:?}", bench.working);
        // Every one of them ended, once.
        prop_assert_eq!(bench.ended.len() as u64, bench.next - 1);
    }

    #[test]
    fn an_expiry_is_moved_on_in_time_where_answers_come(
        steps in prop::collection::vec((0..CONTRACTS, any::<bool>(), 1_i64..=9, 1_i64..TTL_S / 4), 1..60)
    ) {
        let mut bench = Bench::new();
        for (place, buys, cents, seconds) in steps {
            let (action, cents) = if buys { (Action::Buy, cents) } else { (Action::Sell, cents + 50) };
            bench.command(place, action, Some((cents, 1)));
            bench.calm();
            bench.pass(seconds);
            prop_assert!(bench.frames.is_empty(), "{:?}", bench.frames);
            bench.calm();
        }
    }
}
