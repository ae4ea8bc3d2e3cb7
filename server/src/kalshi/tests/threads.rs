//! What went wrong elsewhere, as public threads about clients of Kalshi tell it, and must not here: asked over a socket.

use shared::units::Price;
use shared::wire::{BookSide, MarketResult, OrderStatus};

use super::scripted::{Scripted, answer};
use super::{Exchange, SERIES, order, soon};
use crate::clock::Clock;
use crate::kalshi::{Failure, MarketsAsked, Sending, Tier};
use crate::paper::KeyKind;

fn clock() -> Clock {
    Clock::scaled("2026-11-16T10:00:00Z".parse().unwrap(), 1_000.0)
}

/// DarriEy/Auramaur#187: the first version's paths were gone, and every live order failed without a word.
#[tokio::test]
async fn orders_go_to_the_second_version_and_a_410_is_refused_loudly() {
    let gone = r#"{"error":{"code":"deprecated_v1_order_endpoint","message":"Please switch to the V2 endpoints","details":"https://docs.kalshi.com/api-reference/orders/create-order-v2"}}"#;
    let server = Scripted::start([answer("410 Gone", "", gone)]).await;
    let ticker = "KXTOPMONTHLY-SIM-AUR".parse().unwrap();
    let bid = order(&ticker, "a", BookSide::Bid, "0.0100", "1");
    let failed = soon(server.member(clock()).create(&bid, &mut Sending::default())).await.unwrap_err();
    let Failure::Refused { status: 410, code, text } = &failed else { panic!("{failed}") };
    assert_eq!(code, "deprecated_v1_order_endpoint");
    assert!(text.starts_with("Please switch to the V2 endpoints"), "{text}");
    assert_eq!(server.asked(), ["POST /trade-api/v2/portfolio/events/orders HTTP/1.1"]);
}

/// DarriEy/Auramaur#314: what was read until a page failed was taken for the whole.
#[tokio::test]
async fn an_incomplete_page_is_not_taken_for_the_whole() {
    let first = answer("200 OK", "", r#"{"orders":[],"cursor":"more"}"#);
    let refused = answer("400 Bad Request", "", r#"{"msg":"no such cursor"}"#);
    let server = Scripted::start([first.clone(), refused, first.clone()]).await;
    let failed = soon(server.member(clock()).resting()).await.unwrap_err();
    assert!(matches!(failed, Failure::Refused { status: 400, .. }), "{failed}");
    // Nor where the connection goes in between.
    let failed = soon(server.member(clock()).resting()).await.unwrap_err();
    assert!(matches!(failed, Failure::Unknown(_)), "{failed}");
    assert!(server.asked().iter().any(|asked| asked.contains("cursor=more")));
    // Nor where the exchange says the same cursor for ever.
    let endless = Scripted::start(std::iter::repeat_n(first, 300)).await;
    let failed = soon(endless.member(clock()).resting()).await.unwrap_err();
    assert!(failed.to_string().contains("has no end"), "{failed}");
}

/// hummingbot#8454: a cancellation that comes after the fill was taken for an error.
#[tokio::test]
async fn a_cancellation_after_a_fill_finds_nothing_and_the_order_says_why() {
    for key in [KeyKind::Ed25519, KeyKind::Rsa] {
        let exchange = Exchange::start(key).await;
        let client = &exchange.client;
        let ticker = exchange.tickers().await.remove(0);
        let takes = order(&ticker, "a", BookSide::Bid, "0.9900", "1.00");
        let placed = client.create(&takes, &mut Sending::default()).await.unwrap();
        let failed = client.cancel(&placed.order_id, &mut Sending::default()).await.unwrap_err();
        assert!(failed.is_not_found(), "{failed}");
        let order = client.order(&placed.order_id).await.unwrap();
        assert_eq!((order.status, order.fill_count_fp), (OrderStatus::Executed, takes.count));
        exchange.running.stop().await.unwrap();
    }
}

/// kurealnum/husker-mini#187: a fee that is told a contract was multiplied once more, or not at all.
#[tokio::test]
async fn a_fee_a_contract_is_taken_once_for_each_contract() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let client = &exchange.client;
    let ticker = exchange.tickers().await.remove(0);
    let takes = order(&ticker, "a", BookSide::Bid, "0.9900", "3.00");
    let placed = client.create(&takes, &mut Sending::default()).await.unwrap();
    let each = placed.average_fee_paid.unwrap().0.microdollars();
    let charged: i64 = client
        .fills(Some(&placed.order_id), None)
        .await
        .unwrap()
        .iter()
        .map(|fill| fill.fee_cost.microdollars())
        .sum();
    let contracts = placed.fill_count.hundredths();
    // What is told a contract is rounded to a ten-thousandth of a dollar.
    assert!((each * contracts / 100 - charged).abs() <= 50 * contracts / 100 + 1, "{each} {charged}");
    let order = client.order(&placed.order_id).await.unwrap();
    assert_eq!(order.taker_fees_dollars.microdollars(), charged);
    let position = client.positions().await.unwrap();
    assert_eq!(position[0].fees_paid_dollars.microdollars(), charged);
    exchange.running.stop().await.unwrap();
}

/// pmxt#517: fills name no `client_order_id` any more.
#[tokio::test]
async fn fills_are_found_by_the_exchanges_order_id() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let client = &exchange.client;
    let ticker = exchange.tickers().await.remove(0);
    for name in ["a", "b"] {
        let takes = order(&ticker, name, BookSide::Bid, "0.9900", "1.00");
        client.create(&takes, &mut Sending::default()).await.unwrap();
    }
    for order in client.orders(None, None).await.unwrap() {
        let fills = client.fills(Some(&order.order_id), None).await.unwrap();
        assert!(!fills.is_empty() && fills.iter().all(|fill| fill.order_id == order.order_id));
    }
    exchange.running.stop().await.unwrap();
}

/// kurealnum/husker-mini#188: the settlement of `markets[0]` was booked for every contract of an event.
#[tokio::test]
async fn a_settlement_is_that_of_its_own_contract() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let client = &exchange.client;
    for (k, ticker) in exchange.tickers().await.iter().enumerate() {
        let takes = order(ticker, &k.to_string(), BookSide::Bid, "0.9900", "1.00");
        client.create(&takes, &mut Sending::default()).await.unwrap();
    }
    exchange.pass(24 * 15);
    let paid = client.settlements(None).await.unwrap();
    let mut results = std::collections::BTreeSet::new();
    for paid in &paid {
        let market = client.market(Tier::Live, &paid.ticker).await.unwrap();
        assert_eq!((&market.result, &market.event_ticker), (&paid.market_result, &paid.event_ticker));
        let pays = market.settlement_value_dollars.unwrap();
        assert_eq!(paid.value, Some(pays.centicents() / 100));
        assert_eq!(paid.revenue, pays.cost(paid.yes_count_fp).microdollars() / 10_000);
        results.insert(paid.market_result.as_str());
    }
    // The first one's result is not everybody's.
    assert_eq!(
        results.into_iter().collect::<Vec<_>>(),
        [MarketResult::No.as_str(), MarketResult::Yes.as_str()]
    );
    exchange.running.stop().await.unwrap();
}

/// DarriEy/Auramaur#119, kurealnum/husker-mini#189, pmxt#117: what the listing, the book and either outcome's prices say is one
/// and the same.
#[tokio::test]
async fn listing_and_book_say_the_same_of_either_outcome() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let client = &exchange.client;
    let event = client.open_events(SERIES).await.unwrap().remove(0).event_ticker;
    let asked = MarketsAsked { event: Some(&event), ..MarketsAsked::default() };
    let markets = client.markets_part(Tier::Live, asked, None).await.unwrap().items;
    let mut quoted = 0;
    for market in markets {
        let (book, quotes) = (client.orderbook(&market.ticker).await.unwrap(), market.quotes());
        assert_eq!(book.bids().next().map(|level| level.0), quotes.bid);
        assert_eq!(book.offers().next().map(|level| level.0), quotes.ask);
        if let (Some(bid), Some(ask)) = (quotes.bid, quotes.ask) {
            assert_eq!(market.no_ask_dollars, Some(bid.complement()));
            assert_eq!(market.no_bid_dollars, Some(ask.complement()));
            assert!(bid < ask && bid > Price::ZERO && ask < Price::ONE);
            quoted += 1;
        }
    }
    assert!(quoted > 0);
    exchange.running.stop().await.unwrap();
}
