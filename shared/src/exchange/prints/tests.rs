//! When a resting order trades.

use super::*;
use crate::units::Cash;

const ORDER: OrderId = OrderId(7);

fn price(cents: i64) -> Price {
    Price::from_cents(cents).unwrap()
}

fn count(contracts: i64) -> Quantity {
    Quantity::from_contracts(contracts).unwrap()
}

/// An exchange with one contract, and the time in seconds.
struct Exchange {
    venue: PrintVenue,
    seconds: i64,
    reports: Vec<OrderReport>,
}

impl Exchange {
    fn new(model: FillModel, queue: i64) -> Self {
        let settings = PrintVenueSettings {
            model,
            queue_ahead: count(queue),
            slippage: Price::ZERO,
            lost_fills: 0.0,
            rng_seed: 1,
            charges: vec![Charge::Flat(Cash::ZERO)],
        };
        let mut exchange = Self { venue: PrintVenue::new(settings), seconds: 0, reports: Vec::new() };
        exchange.print(50, 1, None);
        exchange
    }

    fn ask(&mut self, request: Request) -> Verdict {
        let command = OrderCommand { contract: 0, action: Action::Buy, order: ORDER, request };
        self.venue.execute(Timestamp::MIN, &command, &mut self.reports).unwrap();
        match self.reports.pop() {
            Some(OrderReport::Answer { verdict, .. }) => verdict,
            other => panic!("{other:?}"),
        }
    }

    fn bid(&mut self, cents: i64, contracts: i64) -> Verdict {
        self.ask(Request::Place { price: price(cents), count: count(contracts) })
    }

    fn amend(&mut self, cents: i64, total: i64) -> Verdict {
        self.ask(Request::Amend { price: price(cents), total: count(total) })
    }

    /// A print a second later, and how much of our order it fills.
    fn print(&mut self, cents: i64, contracts: i64, taker: Option<Side>) -> i64 {
        self.seconds += 1;
        let now = Timestamp::from_micros(self.seconds * 1_000_000).unwrap();
        let print = Print { price: price(cents), count: count(contracts), taker };
        let mut fills = Vec::new();
        self.venue.prints(now, 0, &[print], 0, &mut fills).unwrap();
        fills.pop().map_or(0, |(_, fill)| fill.count.hundredths() / 100)
    }
}

#[test]
fn each_model_has_its_own_answer() {
    let filled = |model| {
        let mut exchange = Exchange::new(model, 250);
        assert_eq!(exchange.bid(45, 300), Verdict::Resting);
        [(46, 900), (45, 200), (45, 150), (44, 100), (45, 900)]
            .map(|(cents, contracts)| exchange.print(cents, contracts, None))
    };
    assert_eq!(filled(FillModel::Through), [0, 0, 0, 100, 0]);
    assert_eq!(filled(FillModel::Queue), [0, 0, 100, 100, 100]);
    assert_eq!(filled(FillModel::Front), [0, 200, 100, 0, 0]);
    // After a print at 45 cents or below, a bid there would take.
    assert_eq!(filled(FillModel::Touch), [0, 200, 0, 0, 0]);
}

#[test]
fn a_taker_on_our_side_trades_with_others() {
    for (model, expected) in FillModel::ALL.into_iter().zip([0, 0, 0, 50]) {
        let mut exchange = Exchange::new(model, 0);
        exchange.bid(45, 100);
        assert_eq!(exchange.print(44, 50, Some(Side::Yes)), expected, "{model}");
    }
}

#[test]
fn an_order_keeps_its_place_unless_it_moves_or_grows() {
    let ahead = |exchange: &Exchange| exchange.venue.books[0].sides[0].ahead;
    let mut exchange = Exchange::new(FillModel::Queue, 1_000);
    exchange.bid(45, 300);
    exchange.print(45, 400, None);
    assert_eq!(exchange.amend(45, 200), Verdict::Resting);
    assert_eq!(ahead(&exchange), count(600));
    exchange.amend(45, 300);
    assert_eq!(ahead(&exchange), count(1_000));
    exchange.print(45, 400, None);
    exchange.amend(44, 300);
    assert_eq!(ahead(&exchange), count(1_000));
    assert_eq!(exchange.ask(Request::Cancel), Verdict::Gone);
    assert_eq!(exchange.print(1, 400, None), 0);
}

#[test]
fn an_amended_order_never_trades_more_than_its_total() {
    let mut exchange = Exchange::new(FillModel::Front, 0);
    exchange.bid(45, 5);
    assert_eq!(exchange.print(45, 3, None), 3);
    // Asked for when nothing of it had traded, so far as we knew.
    assert_eq!(exchange.amend(46, 4), Verdict::Resting);
    assert_eq!(exchange.print(45, 9, None), 1);
    assert_eq!(exchange.amend(46, 9), Verdict::Rejected);
    assert_eq!(exchange.bid(45, 5), Verdict::Resting);
    exchange.print(45, 3, None);
    assert_eq!(exchange.amend(45, 3), Verdict::Gone);
    assert_eq!(exchange.print(45, 9, None), 0);
}

#[test]
fn what_is_not_there_is_refused() {
    let mut exchange = Exchange::new(FillModel::Front, 0);
    assert_eq!(exchange.amend(45, 3), Verdict::Rejected);
    assert_eq!(exchange.ask(Request::Cancel), Verdict::Rejected);
    assert_eq!(exchange.bid(45, 0), Verdict::Rejected);
    exchange.bid(45, 1);
    assert_eq!(exchange.bid(44, 1), Verdict::Rejected);
    exchange.venue.close(0, &mut exchange.reports);
    assert!(matches!(exchange.reports.pop(), Some(OrderReport::Answer { verdict: Verdict::Gone, .. })));
    assert_eq!(exchange.print(1, 1, None), 0);
}

#[test]
fn a_block_trade_meets_nothing_and_moves_nothing() {
    for model in FillModel::ALL {
        let mut exchange = Exchange::new(model, 250);
        exchange.print(50, 1, None);
        exchange.bid(45, 300);
        let before = format!("{:?}", exchange.venue.books);
        // Cheaper than what rests: on the book it would fill it, and end its wait in the queue.
        assert_eq!(exchange.print(40, 0, None), 0, "{model}");
        assert_eq!(format!("{:?}", exchange.venue.books), before, "{model}");
    }
}
