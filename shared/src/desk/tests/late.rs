//! An order of which it was believed that it never was arrives after all: it is not left to itself.

use crate::units::{Quantity, Timestamp};
use crate::wire::{CreateOrderAnswer, Millis, UserOrder};

use super::bench::{listed, user_order};
use super::quoting;
use crate::desk::orders::{Sent, What};
use crate::desk::trading::Stray;
use crate::desk::{Answer, Ask, Failure};

/// Returns the answer to an order that came to rest.
fn placed(now: Timestamp, sent: &Sent) -> Result<Answer, Failure> {
    Ok(Answer::Created(CreateOrderAnswer {
        order_id: sent.name.clone(),
        client_order_id: None,
        fill_count: Quantity::ZERO,
        remaining_count: sent.total,
        average_fill_price: None,
        average_fee_paid: None,
        ts_ms: Millis(now),
    }))
}

/// Returns an order that rests, as the feed tells of it.
fn resting(sent: &Sent) -> UserOrder {
    let ticker = "KXTOPMONTHLY-26NOV-A".parse().unwrap();
    let Ask::Create(order) = sent.ask(&ticker, sent.expires, None) else { panic!("{sent:?}") };
    UserOrder { order_id: "late".to_owned(), ..user_order(&listed(&order)) }
}

/// By a clock that was put on, an order's expiry seems to be over, while the exchange would let it rest yet.
#[test]
fn an_order_is_not_given_up_before_its_expiry_is_over_at_the_exchange() {
    const AHEAD_S: i64 = 25;
    let mut now: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut trading = quoting(now);
    let first = trading.take_sent(now).remove(0);
    trading.done(now, &first, Err(Failure::Unknown("no answer".to_owned())));
    trading.orders.skew = -AHEAD_S * 1_000_000;
    while trading.orders.is_live(first.job.order) {
        for sent in trading.take_sent(now) {
            trading.done(now, &sent, Ok(Answer::Found(None, Vec::new())));
        }
        now = trading.orders.due().map_or(now, |due| due.max(now));
    }
    assert!(now.micros_since(first.expires) > AHEAD_S * 1_000_000, "given up at {now}");
}

#[test]
fn an_order_is_given_up_only_when_nothing_can_make_it_rest_and_one_that_comes_later_is_taken_back() {
    let began: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut now = began;
    let mut trading = quoting(now);
    let sent = trading.take_sent(now);
    // Both sides of a contract: one request at a time.
    let first = sent.into_iter().next().unwrap();
    assert!(matches!(first.job.what, What::Place { .. }), "{first:?}");
    trading.done(now, &first, Err(Failure::Unknown("no answer".to_owned())));
    // While it is unknown it counts for what it may be, and whoever hears of it looks after it.
    assert_eq!(trading.order(now, &resting(&first)), None);
    let mut looks = 0;
    while trading.orders.is_live(first.job.order) {
        for sent in trading.take_sent(now) {
            let outcome = match sent.job.what {
                What::Look { .. } if sent.job.order == first.job.order => {
                    looks += 1;
                    Ok(Answer::Found(None, Vec::new()))
                }
                // Nothing new is placed in a contract of which something is unknown.
                _ => panic!("{sent:?}"),
            };
            trading.done(now, &sent, outcome);
        }
        now = trading.orders.due().map_or(now, |due| due.max(now));
    }
    assert!(now > first.expires, "given up at {now}, when it may live until {}", first.expires);
    assert!(looks > 3 && looks < 20_000, "{looks} looks");
    // What waited for that goes on.
    let other = trading.take_sent(now).remove(0);
    assert!(matches!(other.job.what, What::Place { .. }), "{other:?}");
    trading.done(now, &other, placed(now, &other));
    // Now nobody would look after it.
    assert_eq!(trading.order(now, &resting(&first)), Some(Stray::Late("late".to_owned())));
    assert_eq!(trading.lost, None);
}
