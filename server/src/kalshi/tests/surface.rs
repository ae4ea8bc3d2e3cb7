//! What else can be asked of the exchange, each call over a socket.

use shared::units::Quantity;
use shared::wire::{
    BatchCancel, BatchCancelOrder, BatchCreate, BookSide, DecreaseOrder, GroupLimit, MarketResult,
};

use super::{Exchange, SERIES, order};
use crate::kalshi::Sending;
use crate::paper::KeyKind;

fn count(text: &str) -> Quantity {
    text.parse().unwrap()
}

#[tokio::test]
async fn orders_go_in_batches_get_smaller_and_have_a_place_in_the_queue_with_either_key() {
    for key in [KeyKind::Ed25519, KeyKind::Rsa] {
        let exchange = Exchange::start(key).await;
        let client = &exchange.client;
        let _ready = client.keep_ready();
        let ticker = exchange.tickers().await.remove(0);
        let bid = |name: &str, price: &str| order(&ticker, name, BookSide::Bid, price, "5.00");
        // The second has the first one's name, the third a price that there isn't.
        let batch = BatchCreate { orders: vec![bid("a", "0.0100"), bid("a", "0.0100"), bid("b", "0.0150")] };
        let placed = client.batch_create(&batch, &mut Sending::default()).await.unwrap();
        let codes: Vec<_> =
            placed.iter().map(|one| one.error.as_ref().map(|error| error.code.as_str())).collect();
        assert_eq!(codes, [None, Some("order_already_exists"), Some("invalid_price")]);
        let id = placed[0].order_id.clone().unwrap();
        assert_eq!(placed[0].remaining_count, Some(count("5.00")));
        let smaller = DecreaseOrder {
            reduce_by: None,
            reduce_to: Some(count("2.00")),
            exchange_index: None,
            market_ticker: None,
        };
        let decreased = client.decrease(&id, &smaller, &mut Sending::default()).await.unwrap();
        assert_eq!(decreased.remaining_count, count("2.00"));
        let event = &client.open_events(SERIES).await.unwrap()[0].event_ticker;
        let queued = client.queue_positions(event).await.unwrap();
        assert_eq!(queued.len(), 1);
        assert_eq!(client.queue_position(&id).await.unwrap(), queued[0].queue_position_fp);
        let of = |id: &str| BatchCancelOrder {
            order_id: id.to_owned(),
            subaccount: None,
            exchange_index: None,
            market_ticker: None,
        };
        let batch = BatchCancel { orders: vec![of("nobody"), of(&id)] };
        let cancelled = client.batch_cancel(&batch, &mut Sending::default()).await.unwrap();
        assert_eq!(cancelled[0].error.as_ref().unwrap().code, "not_found");
        assert_eq!((cancelled[0].reduced_by, cancelled[1].reduced_by), (Quantity::ZERO, count("2.00")));
        exchange.running.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_cancellation_that_goes_as_a_batch_fails_as_one_that_goes_alone() {
    let mut said = Vec::new();
    for key in [KeyKind::Ed25519, KeyKind::Rsa] {
        let exchange = Exchange::start(key).await;
        let ticker = exchange.tickers().await.remove(0);
        let bid = order(&ticker, "a", BookSide::Bid, "0.0100", "5.00");
        let placed = exchange.client.create(&bid, &mut Sending::default()).await.unwrap();
        let cancel = async || exchange.client.cancel(&placed.order_id, &mut Sending::default()).await;
        let done = cancel().await.unwrap();
        assert_eq!((&done.order_id, done.reduced_by), (&placed.order_id, bid.count));
        let again = cancel().await.unwrap_err();
        assert!(again.is_not_found(), "{again}");
        said.push(again.to_string());
        exchange.running.stop().await.unwrap();
    }
    assert_eq!(said[0], said[1]);
}

#[tokio::test]
async fn groups_are_made_limited_triggered_reset_and_removed() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let client = &exchange.client;
    let ticker = exchange.tickers().await.remove(0);
    let limit =
        |contracts: &str| GroupLimit { contracts_limit_fp: Some(count(contracts)), ..GroupLimit::default() };
    let group = client.create_group(&limit("10.00")).await.unwrap().order_group_id;
    let mut bid = order(&ticker, "a", BookSide::Bid, "0.0100", "5.00");
    bid.order_group_id = Some(group.clone());
    let placed = client.create(&bid, &mut Sending::default()).await.unwrap();
    assert_eq!(client.order_groups().await.unwrap()[0].id, group);
    client.limit_group(&group, &limit("20.00")).await.unwrap();
    let told = client.order_group(&group).await.unwrap();
    assert_eq!((told.orders, told.contracts_limit_fp), (vec![placed.order_id], Some(count("20.00"))));
    client.trigger_group(&group).await.unwrap();
    assert!(client.resting().await.unwrap().is_empty());
    // Nothing gets in until it is reset.
    bid.client_order_id = Some("b".to_owned());
    assert!(client.create(&bid, &mut Sending::default()).await.is_err());
    client.reset_group(&group).await.unwrap();
    bid.client_order_id = Some("c".to_owned());
    client.create(&bid, &mut Sending::default()).await.unwrap();
    client.delete_group(&group).await.unwrap();
    assert!(client.resting().await.unwrap().is_empty() && client.order_groups().await.unwrap().is_empty());
    assert!(client.order_group(&group).await.unwrap_err().is_not_found());
    exchange.running.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_said_of_exchange_event_and_account_is_read() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let client = &exchange.client;
    let schedule = client.exchange_schedule().await.unwrap();
    assert_eq!(schedule.standard_hours[0].thursday[0].open_time, "00:00");
    assert_eq!(client.user_data_timestamp().await.unwrap(), exchange.clock.now());
    let event = client.open_events(SERIES).await.unwrap().remove(0).event_ticker;
    let tickers = exchange.tickers().await;
    assert_eq!(client.event_metadata(&event).await.unwrap().market_details.len(), tickers.len());
    assert!(client.series_fee_changes(SERIES).await.unwrap().is_empty());
    assert!(client.event_fee_changes(&event).await.unwrap().is_empty());
    assert!(client.incentives("active").await.unwrap().is_empty());
    let books = client.orderbooks(&tickers).await.unwrap();
    assert_eq!(books.len(), tickers.len());
    for book in books {
        assert_eq!(client.orderbook(&book.ticker).await.unwrap(), book.orderbook_fp);
    }
    let limits = client.account_limits().await.unwrap();
    assert!(limits.write.bucket_capacity > 0);
    let costs = client.endpoint_costs().await.unwrap();
    assert_eq!(costs.default_cost, 10);
    exchange.running.stop().await.unwrap();
}

#[tokio::test]
async fn what_contracts_paid_is_read_once_they_have() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let client = &exchange.client;
    assert!(client.settlements(None).await.unwrap().is_empty());
    let tickers = exchange.tickers().await;
    for (k, ticker) in tickers.iter().enumerate() {
        let take = order(ticker, &format!("{k}"), BookSide::Bid, "0.9900", "1.00");
        client.create(&take, &mut Sending::default()).await.unwrap();
    }
    let held = client.positions().await.unwrap().len();
    assert!(held > 1);
    exchange.pass(24 * 15);
    let paid = client.settlements(None).await.unwrap();
    assert_eq!(paid.len(), held);
    assert!(paid.is_sorted_by_key(|paid| paid.settled_time));
    let won = paid.iter().filter(|paid| paid.market_result == MarketResult::Yes);
    let revenue: i64 = paid.iter().map(|paid| paid.revenue).sum();
    // The contract that was bought of the winner paid a dollar, the others nothing.
    assert_eq!(revenue, 100 * i64::try_from(won.count()).unwrap());
    exchange.running.stop().await.unwrap();
}
