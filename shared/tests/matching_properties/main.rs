//! The exchange against a second one that is too simple to be wrong, and its money to the microdollar.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use shared::exchange::matching::{
    AccountNumber, Amendment, Listing, MarketStatus, Matching, NewOrder, OrderNumber, Refusal, SelfTrade,
    TimeInForce, What,
};
use shared::fees::{FeeMultiplier, FeeSchedule, FeeType};
use shared::market::{Action, PriceGrid};
use shared::units::{Cash, Price, Quantity, Timestamp};

const ACCOUNTS: usize = 4;
const MARKETS: usize = 2;
const START: i64 = 1_796_000_000_000_000;

/// What happens next.
#[derive(Debug, Clone)]
enum Next {
    Place {
        who: usize,
        order: NewOrder,
        lasts: Option<i64>,
    },
    /// The n-th order that was ever placed.
    Cancel {
        nth: usize,
    },
    Amend {
        nth: usize,
        cents: i64,
        hundredths: i64,
    },
    /// Microseconds that pass.
    Wait(i64),
    Pause(usize),
    Resume(usize),
    Settle {
        market: usize,
        cents: i64,
    },
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![Just(Action::Buy), Just(Action::Sell)]
}

fn cents() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 45..56_i64, 1 => 1..100_i64]
}

fn place() -> impl Strategy<Value = Next> {
    let time_in_force = prop_oneof![
        6 => Just(TimeInForce::GoodTillCancelled),
        1 => Just(TimeInForce::ImmediateOrCancel),
        1 => Just(TimeInForce::FillOrKill),
    ];
    let self_trade = prop_oneof![Just(SelfTrade::TakerAtCross), Just(SelfTrade::Maker)];
    let what = (0..MARKETS, action(), cents(), 1..900_i64);
    (0..ACCOUNTS, what, time_in_force, any::<bool>(), self_trade, proptest::option::weighted(0.2, 1..40_i64))
        .prop_map(|(who, (market, action, cents, count), time_in_force, post_only, self_trade, lasts)| {
            let (price, count) =
                (Price::from_cents(cents).unwrap(), Quantity::from_hundredths(count).unwrap());
            let order = NewOrder {
                time_in_force,
                post_only: post_only && time_in_force == TimeInForce::GoodTillCancelled,
                self_trade,
                ..NewOrder::resting(market, action, price, count)
            };
            Next::Place {
                who,
                order,
                lasts: lasts.filter(|_| time_in_force == TimeInForce::GoodTillCancelled),
            }
        })
}

fn next() -> impl Strategy<Value = Next> {
    prop_oneof![
        12 => place(),
        3 => any::<usize>().prop_map(|nth| Next::Cancel { nth }),
        4 => (any::<usize>(), cents(), 1..900_i64)
            .prop_map(|(nth, cents, hundredths)| Next::Amend { nth, cents, hundredths }),
        2 => (1..20_i64).prop_map(Next::Wait),
    ]
}

fn rough() -> impl Strategy<Value = Next> {
    prop_oneof![
        30 => next(),
        1 => (0..MARKETS).prop_map(Next::Pause),
        2 => (0..MARKETS).prop_map(Next::Resume),
        1 => (0..MARKETS, 0..=100_i64).prop_map(|(market, cents)| Next::Settle { market, cents }),
    ]
}

fn exchange(fee_type: FeeType, each: &str) -> (Matching, Vec<AccountNumber>) {
    let now = Timestamp::from_micros(START).unwrap();
    let mut exchange = Matching::new(now);
    let accounts = (0..ACCOUNTS).map(|_| {
        let account = exchange.open_account();
        exchange.pay(account, each.parse().unwrap()).unwrap();
        account
    });
    let accounts = accounts.collect();
    for _ in 0..MARKETS {
        let fees = FeeSchedule::new(fee_type, FeeMultiplier::ONE).unwrap();
        exchange.list(now, Listing { grid: PriceGrid::linear_cent(), fees, closes: None });
    }
    (exchange, accounts)
}

/// A trade: contract, price in cents, hundredths of a contract, whether the taker bought.
type Print = (usize, i64, i64, bool);

/// An order of the simple exchange.
#[derive(Debug, Clone)]
struct Simple {
    number: u64,
    who: usize,
    market: usize,
    buys: bool,
    cents: i64,
    left: i64,
    filled: i64,
    post_only: bool,
    expires: Option<i64>,
    maker_goes: bool,
}

/// A list of orders, in the order of their turn. Nobody pays.
#[derive(Debug, Default)]
struct Simplest {
    orders: Vec<Simple>,
    prints: Vec<Print>,
    held: BTreeMap<(usize, usize), i64>,
}

impl Simplest {
    fn expire(&mut self, now: i64) {
        self.orders.retain(|order| order.expires.is_none_or(|expires| expires > now));
    }

    fn crosses(a: &Simple, b: &Simple) -> bool {
        a.market == b.market
            && a.buys != b.buys
            && if a.buys { a.cents >= b.cents } else { a.cents <= b.cents }
    }

    /// Returns the place of what `order` trades with next: the best price, the earliest turn.
    fn against(&self, order: &Simple) -> Option<usize> {
        let mut best: Option<usize> = None;
        for (k, other) in self.orders.iter().enumerate() {
            if Self::crosses(order, other) {
                let better = best.is_none_or(|b| {
                    let b = self.orders[b].cents;
                    if order.buys { other.cents < b } else { other.cents > b }
                });
                if better {
                    best = Some(k);
                }
            }
        }
        best
    }

    /// Returns whether the order was taken.
    fn arrive(&mut self, mut order: Simple, tif: TimeInForce) -> bool {
        if order.post_only && self.against(&order).is_some() {
            return false;
        }
        if tif == TimeInForce::FillOrKill {
            let mut there = 0;
            let mut book: Vec<&Simple> =
                self.orders.iter().filter(|other| Self::crosses(&order, other)).collect();
            book.sort_by_key(|other| if order.buys { other.cents } else { -other.cents });
            let mut own = false;
            for other in book {
                if other.who != order.who {
                    there += other.left;
                } else if !order.maker_goes && there < order.left {
                    own = true;
                    break;
                }
            }
            if there < order.left && !own {
                return false;
            }
        }
        let mut stopped = false;
        while order.left > 0 {
            let Some(k) = self.against(&order) else { break };
            if self.orders[k].who == order.who {
                if order.maker_goes {
                    self.orders.remove(k);
                    continue;
                }
                stopped = true;
                break;
            }
            let count = order.left.min(self.orders[k].left);
            let (cents, maker) = (self.orders[k].cents, self.orders[k].who);
            order.left -= count;
            order.filled += count;
            self.orders[k].left -= count;
            self.orders[k].filled += count;
            if self.orders[k].left == 0 {
                self.orders.remove(k);
            }
            let signed = if order.buys { count } else { -count };
            *self.held.entry((order.who, order.market)).or_default() += signed;
            *self.held.entry((maker, order.market)).or_default() -= signed;
            self.prints.push((order.market, cents, count, order.buys));
        }
        if order.left > 0 && !stopped && tif == TimeInForce::GoodTillCancelled {
            self.orders.push(order);
        }
        true
    }

    fn amend(&mut self, number: u64, cents: i64, total: i64) -> Option<bool> {
        let k = self.orders.iter().position(|order| order.number == number)?;
        let left = total - self.orders[k].filled;
        if left <= 0 {
            self.orders.remove(k);
            return Some(true);
        }
        if cents == self.orders[k].cents && left <= self.orders[k].left {
            self.orders[k].left = left;
            return Some(true);
        }
        let changed = Simple { cents, left, ..self.orders[k].clone() };
        if changed.post_only && self.against(&changed).is_some() {
            return Some(false);
        }
        self.orders.remove(k);
        Some(self.arrive(changed, TimeInForce::GoodTillCancelled))
    }
}

/// What rests: contract, whether it buys, cents, hundredths and owner, by number.
fn resting(exchange: &Matching, accounts: &[AccountNumber]) -> BTreeMap<u64, (usize, bool, i64, i64, usize)> {
    let mut all = BTreeMap::new();
    for market in 0..exchange.markets().len() {
        for action in [Action::Buy, Action::Sell] {
            for order in exchange.queue(market, action) {
                let number = order.number;
                let who = accounts.iter().position(|account| *account == order.account).unwrap();
                let cents = order.price.centicents() / 100;
                all.insert(number.0, (market, action == Action::Buy, cents, order.left.hundredths(), who));
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn it_trades_as_the_simplest_exchange_does(steps in proptest::collection::vec(next(), 1..120)) {
        let (mut exchange, accounts) = exchange(FeeType::Quadratic, "1000000");
        let mut simple = Simplest::default();
        let (mut now, mut placed, mut trades) = (START, Vec::new(), Vec::new());
        for step in steps {
            let at = Timestamp::from_micros(now).unwrap();
            match step {
                Next::Place { who, mut order, lasts } => {
                    order.expires = lasts.and_then(|lasts| at.checked_add_micros(lasts));
                    let taken = exchange.place(at, accounts[who], &order);
                    let number = taken.as_ref().map_or(0, |placed| placed.order.0);
                    let same = simple.arrive(
                        Simple {
                            number,
                            who,
                            market: order.market,
                            buys: order.action == Action::Buy,
                            cents: order.price.centicents() / 100,
                            left: order.count.hundredths(),
                            filled: 0,
                            post_only: order.post_only,
                            expires: order.expires.map(Timestamp::micros),
                            maker_goes: order.self_trade == SelfTrade::Maker,
                        },
                        order.time_in_force,
                    );
                    prop_assert_eq!(taken.is_ok(), same, "{:?} {:?}", order, taken);
                    if let Ok(taken) = taken {
                        placed.push((who, taken.order));
                    }
                }
                Next::Cancel { nth } if !placed.is_empty() => {
                    let (who, number): (usize, OrderNumber) = placed[nth % placed.len()];
                    let before = simple.orders.len();
                    simple.orders.retain(|order| order.number != number.0);
                    let gone = exchange.cancel(at, accounts[who], number).is_ok();
                    prop_assert_eq!(gone, simple.orders.len() < before);
                }
                Next::Amend { nth, cents, hundredths } if !placed.is_empty() => {
                    let (who, number) = placed[nth % placed.len()];
                    let change = Amendment {
                        price: Price::from_cents(cents).unwrap(),
                        total: Quantity::from_hundredths(hundredths).unwrap(),
                        expires: None,
                    };
                    let taken = exchange.amend(at, accounts[who], number, &change);
                    match simple.amend(number.0, cents, hundredths) {
                        None => prop_assert_eq!(taken, Err(Refusal::NoSuchOrder)),
                        Some(true) => prop_assert!(taken.is_ok(), "{:?}", taken),
                        Some(false) => prop_assert_eq!(taken, Err(Refusal::PostOnlyCross)),
                    }
                }
                Next::Wait(micros) => {
                    now += micros;
                    exchange.advance(Timestamp::from_micros(now).unwrap());
                    simple.expire(now);
                }
                _ => {}
            }
            trades.extend(exchange.drain().into_iter().filter_map(|event| match event.what {
                What::Trade(trade) => Some((
                    trade.market,
                    trade.price.centicents() / 100,
                    trade.count.hundredths(),
                    trade.taker == Action::Buy,
                )),
                _ => None,
            }));
            prop_assert_eq!(&trades, &simple.prints);
            let expected: BTreeMap<_, _> = simple
                .orders
                .iter()
                .map(|order| (order.number, (order.market, order.buys, order.cents, order.left, order.who)))
                .collect();
            prop_assert_eq!(resting(&exchange, &accounts), expected);
        }
        for ((who, market), held) in simple.held {
            prop_assert_eq!(exchange.account(accounts[who]).unwrap().position(market).hundredths(), held);
        }
    }

    #[test]
    fn no_microdollar_is_made_or_lost(
        steps in proptest::collection::vec(rough(), 1..150),
        makers_pay in any::<bool>(),
    ) {
        let fee_type = if makers_pay { FeeType::QuadraticWithMakerFees } else { FeeType::Quadratic };
        let (mut exchange, accounts) = exchange(fee_type, "9.37");
        let (mut now, mut placed) = (START, Vec::new());
        let mut shown: BTreeMap<(usize, bool, Price), i64> = BTreeMap::new();
        let mut seq = 0;
        for step in steps {
            let at = Timestamp::from_micros(now).unwrap();
            match step {
                Next::Place { who, mut order, lasts } => {
                    order.expires = lasts.and_then(|lasts| at.checked_add_micros(lasts));
                    if let Ok(taken) = exchange.place(at, accounts[who], &order) {
                        placed.push((who, taken.order));
                    }
                }
                Next::Cancel { nth } if !placed.is_empty() => {
                    let (who, number): (usize, OrderNumber) = placed[nth % placed.len()];
                    // The next account asks: it gets nothing.
                    let stranger = accounts[(who + 1) % ACCOUNTS];
                    prop_assert_eq!(exchange.cancel(at, stranger, number), Err(Refusal::NoSuchOrder));
                    let _ = exchange.cancel(at, accounts[who], number);
                }
                Next::Amend { nth, cents, hundredths } if !placed.is_empty() => {
                    let (who, number) = placed[nth % placed.len()];
                    let change = Amendment {
                        price: Price::from_cents(cents).unwrap(),
                        total: Quantity::from_hundredths(hundredths).unwrap(),
                        expires: Some(at.checked_add_micros(hundredths)),
                    };
                    let _ = exchange.amend(at, accounts[who], number, &change);
                }
                Next::Wait(micros) => {
                    now += micros;
                    exchange.advance(Timestamp::from_micros(now).unwrap());
                }
                Next::Pause(market) => {
                    let _ = exchange.set_status(at, market, MarketStatus::Paused);
                }
                Next::Resume(market) => {
                    let _ = exchange.set_status(at, market, MarketStatus::Open);
                }
                Next::Settle { market, cents } => {
                    let _ = exchange.settle(at, market, Price::from_cents(cents).unwrap());
                }
                Next::Cancel { .. } | Next::Amend { .. } => {}
            }
            let audit = exchange.audit();
            prop_assert!(audit.balances(), "{:?}", audit);
            for account in &accounts {
                let account = exchange.account(*account).unwrap();
                prop_assert!(account.reserved() >= Cash::ZERO);
                // Nobody owes anything: where makers pay nothing, no fill can take what is not there.
                prop_assert!(makers_pay || account.free() >= Cash::ZERO, "{}", account.free());
            }
            for event in exchange.drain() {
                seq += 1;
                prop_assert_eq!(event.seq, seq);
                if let What::Level { market, side, price, change, .. } = event.what {
                    let level = shown.entry((market, side == Action::Buy, price)).or_default();
                    *level += change;
                    prop_assert!(*level >= 0);
                }
            }
            shown.retain(|_, level| *level != 0);
            let mut book = BTreeMap::new();
            for (market, listed) in exchange.markets().iter().enumerate() {
                for side in [Action::Buy, Action::Sell] {
                    for (price, count) in listed.book().levels(side) {
                        book.insert((market, side == Action::Buy, price), count.hundredths());
                    }
                }
                let (bid, ask) = (listed.book().best(Action::Buy), listed.book().best(Action::Sell));
                prop_assert!(bid.zip(ask).is_none_or(|(bid, ask)| bid < ask), "a crossed book");
            }
            prop_assert_eq!(&shown, &book);
        }
    }
}
