//! Tapes whose fair prices are those of their prints, and orders that are placed by hand.

#![allow(dead_code, reason = "each test uses a part of this module")]

use shared::backtest::Prepared;
use shared::belief::{Point, Track};
use shared::engine::Outputs;
use shared::exchange::{Fill, OrderCommand, OrderId, OrderReport, Request, Verdict};
use shared::market::{Action, Contract, EventTape, Side, Tape, Trade};
use shared::quoting::Quote;
use shared::units::{Price, Quantity, Timestamp};

pub(crate) const TICKER: &str = "KXTOPMONTHLY-26FEB-BAD";
pub(crate) const OTHER: &str = "KXTOPMONTHLY-26FEB-TAY";

/// So many seconds after noon of 3 February 2026.
pub(crate) fn at(second: i64) -> Timestamp {
    let noon: Timestamp = "2026-02-03T12:00:00Z".parse().unwrap();
    noon.checked_add_micros(second * 1_000_000).unwrap()
}

pub(crate) fn cents(cents: i64) -> Price {
    Price::from_cents(cents).unwrap()
}

pub(crate) fn count(contracts: i64) -> Quantity {
    Quantity::from_contracts(contracts).unwrap()
}

pub(crate) fn quote(price: i64, contracts: i64) -> Option<Quote> {
    Some(Quote { price: cents(price), count: count(contracts) })
}

pub(crate) fn trade(second: i64, price: i64, contracts: i64, taker_side: Option<Side>) -> Trade {
    trade_of(TICKER, second, price, contracts, taker_side)
}

pub(crate) fn trade_of(
    ticker: &str,
    second: i64,
    price: i64,
    contracts: i64,
    taker_side: Option<Side>,
) -> Trade {
    let (ticker, at) = (ticker.parse().unwrap(), at(second));
    Trade { ticker, at, price: cents(price), count: count(contracts), taker_side, id: None, is_block: false }
}

/// Lays out trades of one event whose fair price, before and after, is that of the print. Its first contract settles to
/// `result`, at `closes` where that is known.
pub(crate) fn prepared(trades: Vec<Trade>, result: Option<Side>, closes: Option<Timestamp>) -> Prepared {
    let events = EventTape::group(trades).unwrap();
    let track = |tape: &Tape| {
        let points = tape.trades().iter().map(|trade| {
            let fair = trade.price.to_dollars();
            Point {
                fair_before: fair,
                sd_before: 0.1,
                fair_after: fair,
                sd_after: 0.1,
                weights: [1.0, 0.0, 0.0],
                z: 0.0,
                pit: 0.5,
                probability: 0.5,
                sigma_b: 1.0,
            }
        });
        Track { ticker: tape.ticker().clone(), points: points.collect() }
    };
    let tracks = events[0].contracts().iter().map(track).collect();
    let market = Contract {
        ticker: TICKER.parse().unwrap(),
        event_ticker: events[0].event().clone(),
        result,
        settlement_value: None,
        mutually_exclusive: None,
        fee_type: Some(shared::market::FeeType::QuadraticWithMakerFees),
        fee_multiplier: None,
        close_time: closes,
    };
    Prepared::new(&events, &[tracks], &[market]).unwrap()
}

/// Orders of one event, one a side of each contract.
pub(crate) struct Orders {
    sides: Vec<[Option<Order>; 2]>,
    next: u64,
}

#[derive(Clone, Copy)]
struct Order {
    id: OrderId,
    price: Price,
    total: Quantity,
    traded: Quantity,
}

impl Orders {
    pub(crate) fn new(contracts: usize) -> Self {
        Self { sides: vec![[None; 2]; contracts], next: 1 }
    }

    /// Asks that `quote` rest on a side, as it was wanted: what traded is filled up.
    pub(crate) fn rest(&mut self, contract: usize, action: Action, quote: Option<Quote>, out: &mut Outputs) {
        let side = &mut self.sides[contract][usize::from(action == Action::Sell)];
        let (order, request) = match (side.as_mut(), quote) {
            (None, None) => return,
            (None, Some(Quote { price, count })) => {
                let id = OrderId(self.next);
                self.next += 1;
                *side = Some(Order { id, price, total: count, traded: Quantity::ZERO });
                (id, Request::Place { price, count })
            }
            (Some(order), None) => (order.id, Request::Cancel),
            (Some(order), Some(Quote { price, count })) => {
                let total = order.traded.checked_add(count).unwrap();
                if (order.price, order.total) == (price, total) {
                    return;
                }
                (order.price, order.total) = (price, total);
                (order.id, Request::Amend { price, total })
            }
        };
        out.commands.push(OrderCommand { contract, action, order, request });
    }

    /// Takes in what is heard of an order.
    pub(crate) fn hear(&mut self, report: &OrderReport) {
        let (contract, action, id) = match *report {
            OrderReport::Fill(Fill { contract, action, order, .. })
            | OrderReport::Answer { contract, action, order, .. } => (contract, action, order),
        };
        let side = &mut self.sides[contract][usize::from(action == Action::Sell)];
        let Some(order) = side.as_mut().filter(|order| order.id == id) else { return };
        let over = match report {
            OrderReport::Fill(fill) => {
                order.traded = order.traded.checked_add(fill.count).unwrap();
                order.traded >= order.total
            }
            OrderReport::Answer { verdict, .. } => *verdict != Verdict::Resting,
        };
        if over {
            *side = None;
        }
    }
}
