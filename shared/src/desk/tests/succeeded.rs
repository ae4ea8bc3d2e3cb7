//! Two desks with journals of their own on one account: the later one has it.

use super::bench::{Bench, listed, of_order};
use crate::desk::{Ask, Left, Wish};
use crate::stream::DeskState;
use crate::wire::{BookSide, OrderStatus};

#[test]
fn of_two_desks_on_one_account_the_earlier_takes_its_quotes_out_and_the_later_goes_on() {
    let now = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut later = Bench::begin(now, 2, Left::default(), Wish::Quote);
    later.start();
    let (_, order) = later.created(BookSide::Bid).unwrap();
    let theirs = listed(&order);

    let mut earlier = Bench::quoting();
    earlier.settle();
    let mine = earlier.orders.first().unwrap().clone();
    earlier.hear(of_order(&theirs));
    assert_eq!(earlier.desk.wanted(), Wish::Off);
    earlier.settle();
    assert!(earlier.orders.iter().all(|order| order.status != OrderStatus::Resting), "{:?}", earlier.orders);
    // It takes nothing of the other's back: of that the exchange here knows nothing, and none was asked for.
    let asked = |ask: &Ask| matches!(ask, Ask::Cancel(id) if *id == theirs.order_id);
    assert!(!earlier.asked.iter().any(|(_, ask)| asked(ask)));
    let alerts = earlier.desk.take_appended().alerts;
    assert!(alerts.iter().any(|alert| alert.text.contains("Another desk has begun")), "{alerts:?}");

    // What the earlier one left or sent too late is taken back by the later one.
    later.hear(of_order(&mine));
    assert_eq!((later.desk.state().0, later.desk.wanted()), (DeskState::Quoting, Wish::Quote));
    let asked = |ask: &Ask| matches!(ask, Ask::Cancel(id) if *id == mine.order_id);
    assert!(later.asked.iter().any(|(_, ask)| asked(ask)), "{:?}", later.asked);
}
