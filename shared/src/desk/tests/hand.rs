//! Orders that a person places by hand, from being asked for to their end.

use super::bench::{Bench, TICKER, count, lost, not_found, price, told};
use crate::desk::{Ask, ByHand, HandWhat, Input, NotByHand, Wish, Written};
use crate::engine::Record;
use crate::market::Action;
use crate::wire::{CreateOrder, OrderStatus};

impl Bench {
    /// A person asks something by hand; returns what is said to it.
    fn by_hand(&mut self, action: Action, what: HandWhat, only_says: bool) -> Result<String, NotByHand> {
        let number = self.told.len() as u64;
        let asked = ByHand { ticker: TICKER.parse().unwrap(), action, what, only_says };
        self.tell(Input::Hand(number, asked));
        let (of, told) = self.told.last().unwrap().clone();
        assert_eq!(of, number);
        told
    }

    fn place(&mut self, action: Action, at: &str, contracts: &str) -> Result<String, NotByHand> {
        self.by_hand(action, HandWhat::Place { price: price(at), count: count(contracts) }, false)
    }

    /// Returns the order by hand that is to be placed.
    fn created_by_hand(&self) -> Option<(u64, CreateOrder)> {
        self.asked.iter().find_map(|(number, ask)| match ask {
            Ask::Create(order) if is_by_hand(order.client_order_id.as_deref()?) => {
                Some((*number, (**order).clone()))
            }
            _ => None,
        })
    }

    /// Returns what rests by hand at the exchange: names, prices and what is left.
    fn rests_by_hand(&self) -> Vec<(String, String, String)> {
        let rests = self.orders.iter().filter(|order| order.status == OrderStatus::Resting);
        rests
            .filter(|order| is_by_hand(&order.client_order_id))
            .map(|order| {
                let (at, left) = (order.yes_price_dollars.to_string(), order.remaining_count_fp.to_string());
                (order.client_order_id.clone(), at, left)
            })
            .collect()
    }

    fn quotes_at_rest(&self) -> usize {
        let rests = self.orders.iter().filter(|order| order.status == OrderStatus::Resting);
        rests.filter(|order| !is_by_hand(&order.client_order_id)).count()
    }
}

fn is_by_hand(name: &str) -> bool {
    name.contains("-h")
}

fn only(name: &str, at: &str, left: &str) -> Vec<(String, String, String)> {
    vec![(name.to_owned(), price(at).to_string(), count(left).to_string())]
}

/// Quoting with both quotes at rest.
fn quoting() -> Bench {
    let mut bench = Bench::quoting();
    bench.settle();
    assert_eq!(bench.quotes_at_rest(), 2);
    bench
}

/// Quoting with a bid by hand at 44 ¢.
fn with_a_bid() -> Bench {
    let mut bench = quoting();
    bench.place(Action::Buy, "0.44", "3").unwrap();
    bench.settle();
    assert_eq!(bench.rests_by_hand(), only("tauroi-1-h0", "0.44", "3"));
    bench
}

#[test]
fn an_order_by_hand_is_placed_moved_and_taken_back_beside_the_quotes() {
    let mut bench = with_a_bid();
    let (move_to, cancel) = (HandWhat::Move { price: price("0.45"), count: count("2") }, HandWhat::Cancel);
    let said = bench.by_hand(Action::Buy, move_to, false).unwrap();
    assert_eq!(said, "Your bid of 2.00 at $0.4500 of A is moved there.");
    bench.settle();
    assert_eq!(bench.rests_by_hand(), only("tauroi-1-h0", "0.45", "2"));
    bench.by_hand(Action::Buy, cancel, false).unwrap();
    bench.settle();
    assert_eq!((bench.rests_by_hand(), bench.quotes_at_rest()), (Vec::new(), 2));
    assert_eq!(bench.by_hand(Action::Buy, cancel, false), Err(NotByHand::Nothing));
    // The next one has a name of its own.
    bench.place(Action::Buy, "0.43", "1").unwrap();
    bench.settle();
    assert_eq!(bench.rests_by_hand(), only("tauroi-1-h1", "0.43", "1"));
    assert_eq!(bench.alerts(), "");
    let left = bench.left().unfinished;
    assert_eq!(left.keys().filter(|name| is_by_hand(name)).count(), 1);
}

#[test]
fn what_the_gate_says_is_said_before_anything_is_sent_and_changes_nothing() {
    let mut bench = quoting();
    let (entries, asked) = (bench.entries.len(), bench.asked.len());
    let place = |at: &str| HandWhat::Place { price: price(at), count: count("30") };
    let passes = bench.by_hand(Action::Buy, place("0.44"), true).unwrap();
    assert_eq!(
        passes,
        "Your bid of 10.00 of 30.00, as limits let no more pass, at $0.4400 of A passes every limit."
    );
    let crosses = bench.by_hand(Action::Buy, place("0.60"), true).unwrap_err().to_string();
    assert!(crosses.starts_with("Not let through: cross is $0.6000 and would be $0.6000"), "{crosses}");
    assert_eq!((bench.entries.len(), bench.asked.len()), (entries, asked));
    assert!(bench.created_by_hand().is_none());
    // What is refused is written down where it was asked for, and changes nothing else.
    assert!(bench.place(Action::Buy, "0.60", "1").is_err());
    let is_asked = |written: &Written| matches!(written, Written::Input(Record::ByHand { .. }));
    assert_eq!(bench.entries.iter().filter(|entry| is_asked(&entry.what)).count(), 1);
    assert!(bench.created_by_hand().is_none());
}

#[test]
fn there_is_one_order_by_hand_a_side_and_a_click_twice_places_no_two() {
    let mut bench = with_a_bid();
    assert_eq!(bench.place(Action::Buy, "0.44", "3"), Err(NotByHand::Taken(price("0.44"))));
    bench.settle();
    assert_eq!(bench.rests_by_hand().len(), 1);
    let nowhere = ByHand {
        ticker: "KXTOPMONTHLY-26NOV-Z".parse().unwrap(),
        action: Action::Buy,
        what: HandWhat::Cancel,
        only_says: false,
    };
    bench.tell(Input::Hand(9, nowhere));
    assert!(matches!(bench.told.last(), Some((9, Err(NotByHand::Unknown(_))))));
}

#[test]
fn an_order_by_hand_whose_answer_is_lost_is_looked_up_and_never_placed_twice() {
    let mut bench = quoting();
    bench.place(Action::Buy, "0.44", "3").unwrap();
    let (number, order) = bench.created_by_hand().unwrap();
    // It arrives, and the answer doesn't.
    bench.usual(&Ask::Create(Box::new(order))).unwrap();
    bench.answer(number, Err(lost()));
    bench.settle();
    bench.pass(5);
    bench.settle();
    let names: Vec<_> = bench.orders.iter().filter(|order| is_by_hand(&order.client_order_id)).collect();
    assert_eq!(names.len(), 1, "placed once");
    // What was unknown is taken back, as of quotes; people are told.
    assert_eq!(names[0].status, OrderStatus::Canceled);
    let alerts = bench.alerts();
    assert!(alerts.contains("tauroi-1-h0: unknown what became of it"), "{alerts}");
    assert!(alerts.contains("Your bid of 3.00 at $0.4400 of A is over, and not placed again"), "{alerts}");
    // The side is free again.
    bench.place(Action::Buy, "0.44", "3").unwrap();
    bench.settle();
    assert_eq!(bench.rests_by_hand(), only("tauroi-1-h1", "0.44", "3"));
}

#[test]
fn one_that_never_arrived_is_given_up_when_its_own_expiry_is_over() {
    let mut bench = quoting();
    bench.place(Action::Sell, "0.58", "3").unwrap();
    let (number, order) = bench.created_by_hand().unwrap();
    bench.answer(number, Err(lost()));
    let expires = order.expiration_time.unwrap().0;
    while bench.now < expires {
        assert!(bench.created_by_hand().is_none(), "it was placed once more");
        assert!(bench.place(Action::Sell, "0.58", "3").is_err(), "it counts for what it may be");
        bench.settle();
        bench.wait();
    }
    bench.pass(30);
    bench.settle();
    bench.book("0.40", "0.60");
    bench.place(Action::Sell, "0.58", "1").unwrap();
    bench.settle();
    assert_eq!(bench.rests_by_hand(), only("tauroi-1-h1", "0.58", "1"));
}

#[test]
fn a_cancel_that_a_fill_has_overtaken_is_no_error_and_the_fill_is_the_persons() {
    let mut bench = with_a_bid();
    bench.by_hand(Action::Buy, HandWhat::Cancel, false).unwrap();
    let (number, _) = bench.asked(|ask| matches!(ask, Ask::Cancel(id) if id == "id-tauroi-1-h0")).unwrap();
    let fill = bench.trade("tauroi-1-h0", "3");
    bench.answer(number, Err(not_found()));
    bench.hear(told(&fill));
    bench.settle();
    bench.pass(5);
    bench.settle();
    assert_eq!((bench.held(), bench.rests_by_hand()), (300, Vec::new()));
    assert_eq!(bench.alerts(), "");
    assert_eq!(bench.quotes_at_rest(), 2);
}

#[test]
fn a_pause_leaves_orders_by_hand_and_a_kill_and_a_stop_take_them_back() {
    let mut bench = with_a_bid();
    bench.tell(Input::Wish(Wish::Pause));
    bench.settle();
    assert_eq!((bench.quotes_at_rest(), bench.rests_by_hand().len()), (0, 1));
    bench.place(Action::Sell, "0.58", "1").unwrap();
    bench.settle();
    assert_eq!(bench.rests_by_hand().len(), 2);
    bench.tell(Input::Wish(Wish::Kill));
    bench.settle();
    assert_eq!(bench.rests_by_hand(), []);
    assert_eq!(bench.place(Action::Buy, "0.44", "3"), Err(NotByHand::Idle));
    bench.pass(5);
    bench.settle();
    assert_eq!(bench.rests_by_hand(), []);
    for wish in [Wish::Stop, Wish::Off] {
        let mut bench = with_a_bid();
        bench.tell(Input::Wish(wish));
        bench.settle();
        assert_eq!((bench.quotes_at_rest(), bench.rests_by_hand()), (0, Vec::new()), "{wish:?}");
        assert_eq!(bench.end.is_some(), wish == Wish::Stop);
    }
}

#[test]
fn one_that_was_asked_for_as_a_kill_came_is_never_sent_or_taken_back() {
    let mut bench = quoting();
    bench.place(Action::Buy, "0.44", "3").unwrap();
    let (number, order) = bench.created_by_hand().unwrap();
    bench.tell(Input::Wish(Wish::Kill));
    // It has arrived by then.
    let placed = bench.usual(&Ask::Create(Box::new(order)));
    bench.answer(number, placed);
    bench.settle();
    bench.pass(2);
    bench.settle();
    assert_eq!(bench.rests_by_hand(), []);
    assert_eq!(bench.left().unfinished.len(), 0, "{:?}", bench.left());
}

#[test]
fn orders_by_hand_expire_unless_they_are_looked_after() {
    let mut bench = with_a_bid();
    bench.pass(50_000);
    let mut renewed = Vec::new();
    while let Some((number, ask)) = bench.asked.first().cloned() {
        if let Ask::Amend(id, to) = &ask {
            renewed.push((id.clone(), to.price, to.count));
        }
        let answer = bench.usual(&ask);
        bench.answer(number, answer);
    }
    let own = ("id-tauroi-1-h0".to_owned(), price("0.44"), count("3"));
    assert!(renewed.contains(&own), "{renewed:?}");
}

#[test]
fn after_a_restart_orders_by_hand_are_taken_back_and_it_is_said() {
    let mut bench = with_a_bid();
    let mut next = Bench::begin(bench.now, 2, bench.left(), Wish::Quote);
    next.orders = std::mem::take(&mut bench.orders);
    next.start();
    next.settle();
    assert_eq!(next.rests_by_hand(), []);
    let alerts = next.alerts();
    assert!(alerts.contains("Placed by hand of these: 1. They are not placed again."), "{alerts}");
    // The name of the one before says that it is none of this run's.
    next.place(Action::Buy, "0.44", "3").unwrap();
    next.settle();
    assert_eq!(next.rests_by_hand(), only("tauroi-2-h0", "0.44", "3"));
}

#[test]
fn while_a_book_is_missing_orders_by_hand_are_taken_back_and_people_are_told_why() {
    let mut bench = with_a_bid();
    bench.hear(crate::desk::Heard::MissedBooks);
    bench.settle();
    assert_eq!(bench.rests_by_hand(), []);
    let alerts = bench.alerts();
    let expected = "Your bid of 3.00 at $0.4400 of A is taken back, as closed: the feed has a gap.";
    assert!(alerts.contains(expected), "{alerts}");
}
