//! The exchange answers, trades, reserves and keeps what the naive one does, after every action.

use std::collections::BTreeSet;

use shared::exchange::matching::{
    AccountNumber, Amendment, Event, GroupNumber, Matching, Placed, Refusal, What,
};
use shared::market::{Action, PriceGrid};
use shared::units::Quantity;

use crate::naive::{Naive, Print};
use crate::steps::{ACCOUNTS, MARKETS, Next, Steps};
use crate::{AT_ONE, START, at, exchange, kind, listing, with_each_seed};

/// What an action has come to.
#[derive(Debug, PartialEq)]
enum Done {
    Placed(Result<Placed, Refusal>),
    Left(Result<Quantity, Refusal>),
    Opened(Result<u64, Refusal>),
    Other(Result<(), Refusal>),
}

/// Both exchanges and the time.
struct Both {
    real: Matching,
    accounts: Vec<AccountNumber>,
    naive: Naive,
    now: i64,
}

impl Both {
    /// Does the same at both, and returns what it came to at each.
    fn act(&mut self, next: &Next) -> [Done; 2] {
        let (now, at_now) = (self.now, at(self.now));
        let Self { real, accounts, naive, .. } = self;
        naive.advance(now);
        match next.clone() {
            Next::Place { who, mut order, lasts } => {
                order.expires = lasts.map(|lasts| at(now + lasts));
                let placed = real.place(at_now, accounts[who], &order);
                [Done::Placed(placed), Done::Placed(naive.place(who, &order))]
            }
            Next::Cancel { who, order } => {
                let left = real.cancel(at_now, accounts[who], order);
                [Done::Left(left), Done::Left(naive.cancel(who, order.0))]
            }
            Next::Decrease { who, order, to } => {
                let left = real.decrease(at_now, accounts[who], order, to);
                [Done::Left(left), Done::Left(naive.decrease(who, order.0, to.hundredths()))]
            }
            Next::Amend { who, order, price, total, lasts } => {
                let ends = lasts.map(|lasts| lasts.map(|lasts| now + lasts));
                let change = Amendment { price, total, expires: ends.map(|ends| ends.map(at)) };
                let placed = real.amend(at_now, accounts[who], order, &change);
                [
                    Done::Placed(placed),
                    Done::Placed(naive.amend(who, order.0, price, total.hundredths(), ends)),
                ]
            }
            Next::Wait(micros) => {
                self.now += micros;
                real.advance(at(self.now));
                naive.advance(self.now);
                [Done::Other(Ok(())), Done::Other(Ok(()))]
            }
            Next::OpenGroup { who, limit } => {
                let opened = real.open_group(at_now, accounts[who], limit).map(|group| group.0);
                [Done::Opened(opened), Done::Opened(naive.open_group(who, limit.hundredths()))]
            }
            Next::ResetGroup { who, group } => {
                [real.reset_group(at_now, accounts[who], group), naive.reset_group(who, group.0)]
                    .map(Done::Other)
            }
            Next::TriggerGroup { who, group } => {
                [real.trigger_group(at_now, accounts[who], group), naive.trigger_group(who, group.0)]
                    .map(Done::Other)
            }
            Next::LimitGroup { who, group, limit } => {
                let limited = real.limit_group(at_now, accounts[who], group, limit);
                [limited, naive.limit_group(who, group.0, limit.hundredths())].map(Done::Other)
            }
            Next::DeleteGroup { who, group } => {
                [real.delete_group(at_now, accounts[who], group), naive.delete_group(who, group.0)]
                    .map(Done::Other)
            }
            Next::Exchange(state) => {
                real.set_exchange(at_now, state);
                naive.set_exchange(state);
                [Done::Other(Ok(())), Done::Other(Ok(()))]
            }
            Next::Status { market, status } => {
                [real.set_status(at_now, market, status), naive.set_status(market, status)].map(Done::Other)
            }
            Next::Grid { market, grid } => {
                [real.change_grid(at_now, market, grid.clone()), naive.change_grid(market, grid)]
                    .map(Done::Other)
            }
            Next::List { lasts } => {
                let closes = lasts.map(|lasts| now + lasts);
                let fees = real.markets()[0].listing().fees;
                real.list(at_now, listing(fees, closes));
                naive.list(PriceGrid::linear_cent(), closes);
                [Done::Other(Ok(())), Done::Other(Ok(()))]
            }
            Next::Settle { market, value } => {
                [real.settle(at_now, market, value), naive.settle(market, value)].map(Done::Other)
            }
            Next::Resettle { market, value } => {
                [real.resettle(at_now, market, value), naive.resettle(market, value)].map(Done::Other)
            }
        }
    }

    /// Compares all that both know.
    fn compare(&self) {
        let Self { real, accounts, naive, .. } = self;
        for (who, account) in accounts.iter().enumerate() {
            let account = real.account(*account).unwrap();
            let money = (account.free().microdollars(), account.reserved().microdollars());
            assert_eq!(money, (naive.free(who), naive.reserved(who)), "account {who}");
            for market in 0..naive.markets.len() {
                assert_eq!(account.position(market).hundredths(), naive.held(who, market));
            }
        }
        for (market, listed) in naive.markets.iter().enumerate() {
            assert_eq!(real.markets()[market].status(), listed.status);
            for (action, buys) in [(Action::Buy, true), (Action::Sell, false)] {
                let mut ahead = 0;
                let mut queue = real.queue(market, action);
                for other in naive.queue(market, buys) {
                    let order = queue.next().unwrap();
                    let told = (order.price.centicents(), order.left.hundredths(), order.filled.hundredths());
                    assert_eq!(
                        (order.number.0, told),
                        (other.number, (other.price, other.left, other.filled))
                    );
                    assert_eq!(accounts[other.who], order.account);
                    assert_eq!(real.queue_ahead(order.number).unwrap().hundredths(), ahead);
                    ahead += other.left;
                }
                assert!(queue.next().is_none());
                let total: i64 =
                    real.markets()[market].book().levels(action).map(|level| level.1.hundredths()).sum();
                assert_eq!(total, ahead);
            }
        }
        for (number, group) in &naive.groups {
            let told = real.group(GroupNumber(*number)).unwrap();
            let mut orders: Vec<u64> = naive
                .orders
                .iter()
                .filter(|order| order.group == Some(*number))
                .map(|order| order.number)
                .collect();
            orders.sort_unstable();
            assert_eq!(told.is_triggered(), group.is_triggered);
            assert!(told.orders().map(|order| order.0).eq(orders));
        }
        let audit = real.audit();
        assert!(audit.balances(), "{audit:?}");
        assert_eq!((audit.fees.microdollars(), audit.rounding.microdollars()), (naive.fees, naive.rounding));
    }
}

/// Notes the names of what an action has come to.
fn note(seen: &mut BTreeSet<String>, done: &Done, events: &[Event]) {
    let mut name = |what: &dyn std::fmt::Debug| {
        let text = format!("{what:?}");
        seen.insert(text.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned());
    };
    match done {
        Done::Placed(Err(why)) | Done::Left(Err(why)) | Done::Opened(Err(why)) | Done::Other(Err(why)) => {
            name(why);
        }
        _ => {}
    }
    for event in events {
        match &event.what {
            What::Order { reason, .. } => name(reason),
            What::Group { change, .. } => name(change),
            What::Status { status, .. } => name(status),
            What::Exchange(state) => name(state),
            other => name(other),
        }
    }
}

/// Compares both exchanges over one seed's actions, and notes what happened if that is asked.
fn episode(seed: u64, mut seen: Option<&mut BTreeSet<String>>) {
    let (fees, purse) = kind(seed);
    let (real, accounts) = exchange(fees, purse);
    let mut naive = Naive::new(START, fees, vec![purse; ACCOUNTS]);
    (0..MARKETS).for_each(|_| naive.list(PriceGrid::linear_cent(), None));
    let mut both = Both { real, accounts, naive, now: START };
    let mut steps = Steps::new(seed);
    for k in 0..AT_ONE {
        let next = steps.next();
        let [done, same] = both.act(&next);
        assert_eq!(done, same, "seed {seed}, action {k}: {next:?}");
        match (&next, &done) {
            (Next::Place { who, .. }, Done::Placed(Ok(placed))) => steps.placed(*who, placed.order),
            (Next::OpenGroup { who, .. }, Done::Opened(Ok(group))) => {
                steps.grouped(*who, GroupNumber(*group));
            }
            _ => {}
        }
        let events = both.real.drain();
        if let Some(seen) = &mut seen {
            note(seen, &done, &events);
        }
        let trades = events.iter().filter_map(|event| match &event.what {
            What::Trade(trade) => Some(trade),
            _ => None,
        });
        let prints: Vec<Print> = trades
            .map(|trade| {
                let buys = trade.taker == Action::Buy;
                (trade.market, trade.price.centicents(), trade.count.hundredths(), buys)
            })
            .collect();
        assert_eq!(prints, core::mem::take(&mut both.naive.prints), "seed {seed}, action {k}: {next:?}");
        let compared = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| both.compare()));
        assert!(compared.is_ok(), "seed {seed}, action {k}: {next:?}");
    }
}

#[test]
fn it_does_what_the_simplest_exchange_does() {
    with_each_seed(|seed| episode(seed, None));
}

#[test]
fn what_is_compared_has_all_that_can_happen() {
    let mut seen = BTreeSet::new();
    (0..60).for_each(|seed| episode(seed, Some(&mut seen)));
    let refusals = [
        "NoSuchMarket",
        "NoSuchOrder",
        "Inactive",
        "OffGrid",
        "Count",
        "PostOnlyCross",
        "FillOrKill",
        "Expiry",
        "Balance",
        "TradingPaused",
        "ExchangePaused",
        "Increase",
        "NoSuchGroup",
        "GroupTriggered",
        "GroupLimit",
    ];
    let reasons = [
        "Placed",
        "Amended",
        "Decreased",
        "Traded",
        "Cancelled",
        "SelfTrade",
        "Expired",
        "Closed",
        "Group",
        "Paused",
        "ReduceOnly",
    ];
    let others =
        ["Created", "Triggered", "Reset", "Limit", "Deleted", "Settled", "Grid", "Level", "Fill", "Open"];
    for name in refusals.iter().chain(&reasons).chain(&others) {
        assert!(seen.contains(*name), "{name} never happened: {seen:?}");
    }
}
