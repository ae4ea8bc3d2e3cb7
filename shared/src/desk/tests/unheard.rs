//! Words of the exchange that never come.

use super::bench::{Bench, told};
use super::threads::both;
use crate::desk::{Ask, Heard, Input, Wish};
use crate::wire::OrderStatus;

/// The word that an order has ended may be lost: whoever waits for it would never stop.
#[test]
fn of_an_order_that_traded_all_that_it_was_for_the_end_is_asked_for() {
    let mut bench = Bench::quoting();
    let [bid, _] = both(&mut bench);
    let whole = bench.orders.iter().find(|order| order.client_order_id == bid).unwrap().remaining_count_fp;
    let fill = bench.trade(&bid, &whole.to_string());
    bench.hear(told(&fill));
    bench.tell(Input::Wish(Wish::Stop));
    bench.settle();
    bench.pass(1);
    let is_look = |ask: &Ask| matches!(ask, Ask::Look { id: Some(of), .. } if *of == format!("id-{bid}"));
    assert!(bench.asked(is_look).is_some());
    bench.settle();
    assert!(bench.end.is_some());
}

/// What tells what rests may be lost: what is known to rest doesn't wait for it.
#[test]
fn what_is_known_to_rest_is_taken_back_at_once_when_the_stream_is_cut() {
    let mut bench = Bench::quoting();
    let names = both(&mut bench);
    bench.hear(Heard::Down("the connection was reset".to_owned()));
    bench.settle_but(|ask| matches!(ask, Ask::Resting));
    for name in names {
        let order = bench.orders.iter().find(|order| order.client_order_id == name).unwrap();
        assert_eq!(order.status, OrderStatus::Canceled, "{name}");
    }
}
