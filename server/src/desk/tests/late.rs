//! An order of which it was believed that it never was arrives after all: it is not left to itself.

use shared::units::{Cash, Quantity, Timestamp};
use shared::wire::{BookSide, CreateOrderAnswer, Millis, OrderStatus, UserOrder};

use super::quoting;
use crate::desk::orders::{Outcome, Sent, What};
use crate::kalshi::Failure;

/// Returns the answer to an order that came to rest.
fn placed(now: Timestamp, sent: &Sent) -> Outcome {
    Outcome::Placed(CreateOrderAnswer {
        order_id: sent.name.clone(),
        client_order_id: None,
        fill_count: Quantity::ZERO,
        remaining_count: sent.total,
        average_fill_price: None,
        average_fee_paid: None,
        ts_ms: Millis(now),
    })
}

/// Returns an order that rests, as the feed tells of it.
fn resting(sent: &Sent) -> UserOrder {
    let side = BookSide::from(sent.job.action);
    UserOrder {
        order_id: "late".to_owned(),
        user_id: String::new(),
        client_order_id: sent.name.clone(),
        ticker: "KXTOPMONTHLY-26NOV-A".parse().unwrap(),
        status: OrderStatus::Resting,
        side: None,
        is_yes: None,
        outcome_side: side.outcome(),
        book_side: side,
        yes_price_dollars: sent.price,
        initial_count_fp: sent.total,
        fill_count_fp: Quantity::ZERO,
        remaining_count_fp: sent.total,
        taker_fill_cost_dollars: Cash::ZERO,
        maker_fill_cost_dollars: Cash::ZERO,
        taker_fees_dollars: Cash::ZERO,
        maker_fees_dollars: Cash::ZERO,
        created_time: None,
        created_ts_ms: None,
        last_updated_ts_ms: None,
        last_update_time: None,
        expiration_ts_ms: None,
        expiration_time: None,
        order_group_id: None,
        self_trade_prevention_type: None,
        last_update_reason: None,
        exchange_index: None,
        subaccount_number: None,
    }
}

#[test]
fn an_order_that_arrives_when_it_was_believed_that_it_never_was_is_taken_back() {
    let now: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
    let mut core = quoting(now);
    let first = core.take_sent(now).remove(0);
    assert!(matches!(first.job.what, What::Place { .. }), "{first:?}");
    core.done(now, &first, Outcome::Failed(Failure::Unknown(anyhow::anyhow!("no answer"))));
    // While it is unknown it counts for what it may be, and whoever hears of it looks after it.
    assert_eq!(core.order(now, &resting(&first)), None);
    let mut looks = 0;
    while core.orders.is_live(first.job.order) {
        for sent in core.take_sent(now) {
            let outcome = match sent.job.what {
                What::Look { .. } if sent.job.order == first.job.order => {
                    looks += 1;
                    Outcome::Found(None)
                }
                What::Place { .. } => placed(now, &sent),
                _ => panic!("{sent:?}"),
            };
            core.done(now, &sent, outcome);
        }
    }
    assert!(looks > 3, "believed after {looks} looks");
    // Now nobody would look after it.
    assert_eq!(core.order(now, &resting(&first)), Some("late".to_owned()));
    assert_eq!(core.lost, None);
}
