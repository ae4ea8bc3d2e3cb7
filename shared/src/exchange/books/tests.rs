use super::*;
use crate::exchange::{Charge, OrderCommand, OrderId, OrderReport, Request, Verdict};
use crate::market::Action;
use crate::units::{Cash, Price, Quantity, Timestamp};

fn price(cents: i64) -> Price {
    Price::from_cents(cents).unwrap()
}

fn count(contracts: i64) -> Quantity {
    Quantity::from_contracts(contracts).unwrap()
}

/// An event of one contract: when, what, on which side, at how many cents, how many contracts.
fn event(at: i64, what: What, side: Action, cents: i64, contracts: i64) -> Event {
    let at = Timestamp::from_micros(at).unwrap();
    Event { at, heard: at, contract: 0, what, side, price: price(cents), size: count(contracts) }
}

use Action::{Buy, Sell};
use What::{Snapshot, Trade};

fn level(at: i64, side: Action, cents: i64, contracts: i64) -> Event {
    event(at, What::Level, side, cents, contracts)
}

/// A venue on a tape that begins with 10 bid at 40 c and 10 offered at 45 c.
struct Desk {
    tape: BookTape,
    venue: BookVenue<Queue>,
    place: usize,
    reports: Vec<OrderReport>,
}

impl Desk {
    fn new(queue: Queue, rest: &[Event]) -> Self {
        let mut events = vec![event(0, Snapshot, Buy, 40, 10), event(0, Snapshot, Sell, 45, 10)];
        events.extend_from_slice(rest);
        let tape = BookTape::new(1, events).unwrap();
        let venue = BookVenue::new(&tape, queue, Rules::default(), vec![Charge::Flat(Cash::ZERO)]).unwrap();
        let mut desk = Self { tape, venue, place: 0, reports: Vec::new() };
        desk.step();
        desk.step();
        desk
    }

    fn step(&mut self) {
        self.venue.event(&self.tape, self.place, &mut self.reports).unwrap();
        self.place += 1;
    }

    fn ask(&mut self, order: u64, action: Action, request: Request, lasts: Lasts) -> Verdict {
        let command = OrderCommand { contract: 0, action, order: OrderId(order), request };
        self.venue.arrive(1, &command, lasts, &mut self.reports).unwrap();
        match self.reports.pop() {
            Some(OrderReport::Answer { verdict, .. }) => verdict,
            other => panic!("{other:?}"),
        }
    }

    fn place(&mut self, order: u64, action: Action, cents: i64, contracts: i64) -> Verdict {
        let request = Request::Place { price: price(cents), count: count(contracts) };
        self.ask(order, action, request, Lasts::PostOnly)
    }

    /// Returns the fills since this was last asked, as order and contracts.
    fn fills(&mut self) -> Vec<(u64, i64)> {
        let fill = |report| match report {
            OrderReport::Fill(fill) => Some((fill.order.0, fill.count.hundredths() / 100)),
            OrderReport::Answer { .. } => None,
        };
        self.reports.drain(..).filter_map(fill).collect()
    }

    fn ahead(&self, order: u64) -> i64 {
        self.venue.standing(0, Buy, OrderId(order)).unwrap().ahead / 1_000_000
    }
}

#[test]
fn a_trade_eats_the_queue_before_us_and_then_us() {
    let mut desk = Desk::new(
        Queue::Pessimistic,
        &[
            event(2, Trade, Buy, 40, 7),
            level(2, Buy, 40, 3),
            event(3, Trade, Buy, 40, 5),
            level(3, Buy, 40, 0),
            event(4, Trade, Buy, 40, 9),
        ],
    );
    assert_eq!(desk.place(1, Buy, 40, 4), Verdict::Resting);
    assert_eq!(desk.ahead(1), 10);
    desk.step();
    desk.step();
    assert_eq!((desk.ahead(1), desk.fills()), (3, vec![]));
    desk.step();
    assert_eq!(desk.fills(), [(1, 2)]);
    desk.step();
    desk.step();
    assert_eq!(desk.fills(), [(1, 2)]);
    assert_eq!(desk.venue.standing(0, Buy, OrderId(1)), None);
}

#[test]
fn what_is_taken_back_moves_us_as_the_model_says() {
    // Ten before us, ten after us, then four give up.
    let rest = [level(2, Buy, 40, 20), level(3, Buy, 40, 16)];
    for (queue, ahead) in [
        (Queue::Pessimistic, 10),
        (Queue::Proportional, 8),
        (Queue::Square, 8),
        (Queue::Logarithm, 8),
        (Queue::BySize, 6),
        (Queue::Optimistic, 6),
    ] {
        let mut desk = Desk::new(queue, &rest);
        desk.place(1, Buy, 40, 1);
        desk.step();
        desk.step();
        assert_eq!(desk.ahead(1), ahead, "{queue}");
    }
}

#[test]
fn an_order_of_a_known_size_that_came_after_us_is_taken_to_be_the_one_that_goes() {
    let mut desk = Desk::new(Queue::BySize, &[level(2, Buy, 40, 14), level(3, Buy, 40, 10)]);
    desk.place(1, Buy, 40, 1);
    desk.step();
    desk.step();
    assert_eq!(desk.ahead(1), 10);
}

#[test]
fn no_model_lets_more_stand_before_us_than_is_there_or_more_go_than_stood_there() {
    for queue in Queue::ALL {
        let mut desk =
            Desk::new(queue, &[level(2, Buy, 40, 12), level(3, Buy, 40, 5), level(4, Buy, 40, 50)]);
        desk.place(1, Buy, 40, 1);
        desk.step();
        desk.step();
        assert!((3..=5).contains(&desk.ahead(1)), "{queue}: {}", desk.ahead(1));
        let before = desk.ahead(1);
        desk.step();
        assert_eq!(desk.ahead(1), before, "{queue}");
    }
}

#[test]
fn a_trade_below_our_bid_fills_no_more_of_it_than_was_traded() {
    let mut desk = Desk::new(Queue::Optimistic, &[event(2, Trade, Buy, 40, 3), event(3, Trade, Buy, 39, 3)]);
    desk.place(1, Buy, 41, 5);
    desk.step();
    desk.step();
    assert_eq!(desk.fills(), [(1, 3), (1, 2)]);
}

#[test]
fn an_offer_at_our_bid_trades_with_us() {
    let mut desk = Desk::new(Queue::Pessimistic, &[level(2, Sell, 40, 3), level(3, Sell, 40, 3)]);
    desk.place(1, Buy, 40, 5);
    desk.step();
    assert_eq!(desk.fills(), [(1, 3)]);
    // Nobody came to it.
    desk.step();
    assert_eq!(desk.fills(), []);
}

#[test]
fn one_print_fills_our_orders_once() {
    let mut desk = Desk::new(Queue::Pessimistic, &[event(2, Trade, Buy, 40, 13)]);
    desk.place(1, Buy, 40, 2);
    desk.place(2, Buy, 40, 5);
    desk.step();
    assert_eq!(desk.fills(), [(1, 2), (2, 1)]);
}

#[test]
fn who_must_rest_is_refused_where_it_would_take_and_who_may_takes_what_stands_once() {
    let mut desk = Desk::new(Queue::Pessimistic, &[level(2, Sell, 45, 8)]);
    assert_eq!(desk.place(1, Buy, 45, 5), Verdict::Rejected);
    let request = Request::Place { price: price(46), count: count(7) };
    assert_eq!(desk.ask(2, Buy, request, Lasts::Immediate), Verdict::Gone);
    assert_eq!(desk.fills(), [(2, 7)]);
    // Three are left of the ten, and the rest of the order is left to rest.
    assert_eq!(desk.ask(3, Buy, request, Lasts::Limit), Verdict::Resting);
    assert_eq!(desk.fills(), [(3, 3)]);
    assert_eq!(desk.venue.standing(0, Buy, OrderId(3)).unwrap().left, count(4));
}

#[test]
fn an_order_keeps_its_place_when_it_shrinks_and_loses_it_when_it_grows_or_moves() {
    let mut desk = Desk::new(Queue::Pessimistic, &[level(2, Buy, 40, 15)]);
    desk.place(1, Buy, 40, 5);
    desk.step();
    let amend = |cents, total| Request::Amend { price: price(cents), total: count(total) };
    desk.ask(1, Buy, amend(40, 3), Lasts::PostOnly);
    assert_eq!(desk.ahead(1), 10);
    desk.ask(1, Buy, amend(40, 4), Lasts::PostOnly);
    assert_eq!(desk.ahead(1), 15);
    desk.ask(1, Buy, amend(41, 4), Lasts::PostOnly);
    assert_eq!(desk.ahead(1), 0);
    assert_eq!(desk.ask(1, Buy, amend(45, 4), Lasts::PostOnly), Verdict::Rejected);
    assert_eq!(desk.ask(1, Buy, Request::Cancel, Lasts::PostOnly), Verdict::Gone);
    assert_eq!(desk.ask(1, Buy, Request::Cancel, Lasts::PostOnly), Verdict::Rejected);
}

#[test]
fn without_trades_what_fills_at_most_is_at_least_what_fills_at_least() {
    let events = vec![
        event(0, Snapshot, Buy, 40, 10),
        event(0, Snapshot, Sell, 45, 10),
        level(2, Buy, 40, 4),
        level(3, Buy, 38, 9),
        level(4, Buy, 40, 0),
        level(5, Buy, 38, 2),
    ];
    let tape = BookTape::new(1, events).unwrap();
    assert!(!tape.has_trades());
    let most = tape.bounded(Bound::Most);
    let trades: Vec<_> = (0..most.len())
        .map(|place| most.event(place).unwrap())
        .filter(|event| event.what == Trade)
        .map(|event| (event.price.centicents() / 100, event.size.hundredths() / 100))
        .collect();
    // What is taken back below the best price is no trade.
    assert_eq!(trades, [(40, 6), (40, 4), (38, 7)]);
    assert_eq!(tape.bounded(Bound::Least), tape);
}

#[test]
fn a_trade_is_put_before_the_decrease_that_was_told_first() {
    let at = |micros| Timestamp::from_micros(micros).unwrap();
    let tenth = |size| Level { side: Buy, price: Price::from_centicents(4010).unwrap(), size: count(size) };
    let mut decoder = Decoder::new();
    decoder.snapshot(at(1), at(2), 0, &[tenth(10)]);
    decoder.level(at(5), at(6), 0, tenth(7));
    decoder.trade(at(5), at(9), 0, tenth(3));
    decoder.trade(at(11), at(12), 0, tenth(2));
    decoder.change(at(11), at(13), 0, (Buy, tenth(0).price), -200).unwrap();
    assert!(decoder.change(at(14), at(14), 0, (Buy, tenth(0).price), -501).is_err());
    decoder.snapshot(at(15), at(15), 0, &[]);
    let tape = decoder.tape(1).unwrap();
    let told: Vec<_> = (0..tape.len())
        .map(|place| tape.event(place).unwrap())
        .map(|event| (event.at.micros(), event.what, event.size.hundredths() / 100))
        .collect();
    let level = What::Level;
    assert_eq!(
        told,
        [(1, Snapshot, 10), (5, Trade, 3), (5, level, 7), (11, Trade, 2), (11, level, 5), (15, Snapshot, 0)]
    );
    assert!(tape.has_trades() && tape.ladders().unit().centicents() == 10);
}

/// Bids at the best price whenever it looks, and notes what it knew.
struct Bidder {
    due: i64,
    seen: Vec<(i64, usize)>,
    heard: Vec<(i64, bool)>,
}

impl Trader for Bidder {
    fn due(&self) -> i64 {
        self.due
    }

    fn look(&mut self, now: i64, view: &View<'_>, out: &mut Vec<OrderCommand>) {
        self.due += 10;
        self.seen.push((now, view.heard));
        if let (1, Some((price, _))) = (self.seen.len(), view.books.best(0, Buy)) {
            let request = Request::Place { price, count: count(1) };
            out.push(OrderCommand { contract: 0, action: Buy, order: OrderId(1), request });
        }
    }

    fn hear(&mut self, now: i64, report: &OrderReport, _: &mut Vec<OrderCommand>) {
        self.heard.push((now, matches!(report, OrderReport::Fill(_))));
    }
}

#[test]
fn feed_order_and_answer_take_their_own_time() {
    let events = vec![
        level(0, Buy, 40, 10),
        level(8, Buy, 40, 2),
        event(17, Trade, Buy, 40, 10),
        level(40, Buy, 39, 1),
    ];
    let tape = BookTape::new(1, events).unwrap().heard_after(Delay::Constant(3));
    let mut venue =
        BookVenue::new(&tape, Queue::Pessimistic, Rules::default(), vec![Charge::Flat(Cash::ZERO)]).unwrap();
    let mut trader = Bidder { due: 10, seen: Vec::new(), heard: Vec::new() };
    let ran = run(&tape, &mut venue, &mut trader, Delays::constant(5, 7)).unwrap();
    // What happened at 8 is heard at 11; the order arrives at 15, its answer at 22, and what filled it at 17 at 24.
    assert_eq!(trader.seen, [(10, 1), (20, 3), (30, 3)]);
    assert_eq!(trader.heard, [(22, false), (24, true)]);
    assert_eq!((ran.commands, ran.fills, ran.looks), (1, 1, 3));
}

#[test]
fn drawn_delays_are_the_same_for_the_same_seed_and_never_overtake() {
    let events = (0..200).map(|at| level(at, Buy, 40, 1 + at % 2)).collect();
    let tape = BookTape::new(1, events).unwrap();
    let drawn = |state| tape.clone().heard_after(Delay::Drawn { least: 2, mean: 50, state });
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
    let heard: Vec<_> = (0..200).map(|place| drawn(1).event(place).unwrap().heard).collect();
    assert!(heard.is_sorted() && heard[0].micros() >= 2);
}
