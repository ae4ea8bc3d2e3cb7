//! Requests: what is done, refused, not sent and unknown.

use std::time::Instant;

use shared::wire::{AmendOrder, BookSide, OrderStatus, SignedCount};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{Exchange, SERIES, client, order, soon};
use crate::kalshi::{Failure, Sending, SentAt};
use crate::paper::KeyKind;

#[tokio::test]
async fn an_order_is_placed_changed_listed_and_taken_back_with_either_key() {
    for key in [KeyKind::Ed25519, KeyKind::Rsa] {
        let exchange = Exchange::start(key).await;
        let client = &exchange.client;
        let ticker = exchange.tickers().await.remove(0);
        let (before, mut sent) = (Instant::now(), Sending::default());
        let bid = order(&ticker, "a", BookSide::Bid, "0.0100", "5.00");
        let placed = client.create(&bid, &mut sent).await.unwrap();
        let passed = [Some(before), sent.at.signed, sent.at.let_go, sent.at.written, Some(Instant::now())];
        assert!(passed.is_sorted() && passed.iter().all(Option::is_some), "{passed:?}");
        let change = AmendOrder {
            ticker: ticker.clone(),
            side: BookSide::Bid,
            price: "0.0200".parse().unwrap(),
            count: "3.00".parse().unwrap(),
            client_order_id: Some("a".to_owned()),
            updated_client_order_id: Some("b".to_owned()),
            expiration_time: None,
            exchange_index: None,
        };
        let amended = client.amend(&placed.order_id, &change, &mut Sending::default()).await.unwrap();
        assert_eq!(amended.client_order_id.as_deref(), Some("b"));
        let resting = client.resting().await.unwrap();
        assert_eq!(resting, [client.order(&placed.order_id).await.unwrap()]);
        assert_eq!(resting[0].yes_price_dollars, change.price);
        let cancelled = client.cancel(&placed.order_id, &mut Sending::default()).await.unwrap();
        assert_eq!(cancelled.reduced_by, change.count);
        assert!(client.resting().await.unwrap().is_empty());
        let all = client.orders(Some(&ticker), Some(exchange.clock.now())).await.unwrap();
        assert_eq!(all.iter().map(|order| &order.status).collect::<Vec<_>>(), [&OrderStatus::Canceled]);
        // What is refused is told apart.
        let gone = client.cancel(&placed.order_id, &mut Sending::default()).await.unwrap_err();
        assert!(gone.is_not_found() && !gone.already_exists(), "{gone}");
        // An id is one part of a path, whatever is in it.
        let odd = client.order("../balance?x=/").await.unwrap_err();
        assert!(odd.is_not_found(), "{odd}");
        let again = client.create(&bid, &mut Sending::default()).await.unwrap_err();
        assert!(again.already_exists() && !again.is_not_found(), "{again}");
        let off_grid =
            client.create(&order(&ticker, "c", BookSide::Bid, "0.0150", "1"), &mut Sending::default()).await;
        let Err(Failure::Refused { status: 400, code, .. }) = off_grid else { panic!("{off_grid:?}") };
        assert_eq!(code, "invalid_price");
        for name in ["d", "e"] {
            client
                .create(&order(&ticker, name, BookSide::Bid, "0.0100", "1"), &mut Sending::default())
                .await
                .unwrap();
        }
        client.cancel_all().await.unwrap();
        assert!(client.resting().await.unwrap().is_empty());
        exchange.running.stop().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_listed_traded_and_held_is_read_whole() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let client = &exchange.client;
    let status = client.exchange_status().await.unwrap();
    assert!(status.exchange_active && status.trading_active);
    assert_eq!(client.series(SERIES).await.unwrap().ticker, SERIES);
    let tickers = exchange.tickers().await;
    assert_eq!(tickers.len(), 10);
    let ticker = &tickers[0];
    let free = async || client.balance().await.unwrap().balance_dollars.unwrap().0;
    let purse = free().await;
    let mut names = Vec::new();
    for name in ["a", "b"] {
        let taken = client
            .create(&order(ticker, name, BookSide::Bid, "0.9900", "1.00"), &mut Sending::default())
            .await
            .unwrap();
        assert_eq!(taken.fill_count.to_string(), "1.00");
        names.push(taken.order_id);
    }
    let fills = client.fills(None, None).await.unwrap();
    assert_eq!(fills.iter().map(|fill| &fill.order_id).collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());
    assert_eq!(client.fills(Some(&names[1]), None).await.unwrap(), fills[1..]);
    let later = exchange.clock.now().checked_add_micros(1).unwrap();
    assert!(client.fills(None, Some(later)).await.unwrap().is_empty());
    let positions = client.positions().await.unwrap();
    assert_eq!(
        positions.iter().map(|held| held.position_fp).collect::<Vec<_>>(),
        [SignedCount::from_hundredths(200)]
    );
    let paid: i64 = fills
        .iter()
        .map(|fill| fill.yes_price_dollars.cost(fill.count_fp).microdollars() + fill.fee_cost.microdollars())
        .sum();
    assert_eq!(purse.microdollars() - free().await.microdollars(), paid);
    // Days of trades, the oldest first, each once.
    exchange.pass(24 * 3);
    let all = client.trades(ticker, None).await.unwrap();
    assert!(all.len() > 10 && all.is_sorted_by_key(|trade| trade.created_time));
    for fill in &fills {
        assert_eq!(all.iter().filter(|trade| trade.trade_id == fill.trade_id).count(), 1);
    }
    let middle = all[all.len() / 2].created_time.0;
    let since = client.trades(ticker, Some(middle)).await.unwrap();
    assert_eq!(since.first().unwrap().created_time.0, middle);
    assert_eq!(all[all.len() - since.len()..], since[..]);
    // More orders than a page holds.
    let mut placed = std::collections::BTreeSet::new();
    for k in 0..1_001 {
        let rests = order(ticker, &format!("rests {k}"), BookSide::Bid, "0.0100", "0.01");
        placed.insert(client.create(&rests, &mut Sending::default()).await.unwrap().order_id);
    }
    let resting = client.resting().await.unwrap();
    assert_eq!(resting.len(), 1_001);
    assert_eq!(
        resting.into_iter().map(|order| order.order_id).collect::<std::collections::BTreeSet<_>>(),
        placed
    );
    exchange.running.stop().await.unwrap();
}

/// Returns the failure of a request to a server that answers with this after it has read the request's head, and then hangs up.
async fn answered_with(exchange: &Exchange, answer: &[u8]) -> (Failure, SentAt) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            head.push(socket.read_u8().await.unwrap());
        }
        // The client may hang up before it has read all.
        let _ = socket.write_all(answer).await;
    };
    elsewhere(exchange, address, serve).await
}

/// Returns the failure of an order to this address, and whether it was handed on.
async fn elsewhere(
    exchange: &Exchange,
    address: std::net::SocketAddr,
    serve: impl Future<Output = ()>,
) -> (Failure, SentAt) {
    let mut there = exchange.running.credentials().clone();
    there.api_base = format!("http://{address}/trade-api/v2");
    let client = client(&there, None);
    let ticker = "KXTOPMONTHLY-SIM-AUR".parse().unwrap();
    let order = order(&ticker, "x", BookSide::Bid, "0.0100", "1");
    let mut sent = Sending::default();
    let (failed, ()) = soon(async { tokio::join!(client.create(&order, &mut sent), serve) }).await;
    (failed.unwrap_err(), sent.at)
}

#[tokio::test]
async fn a_request_leaves_when_it_may_and_never_if_it_may_not() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let ticker = exchange.tickers().await.remove(0);
    let client = exchange.client.apart().unwrap();
    let bid = |name| order(&ticker, name, BookSide::Bid, "0.0100", "1.00");
    let (go, told) = oneshot::channel();
    let mut sent = Sending::after(async { told.await.unwrap() });
    let first = bid("first");
    let both = async {
        let asks = async {
            assert!(client.resting().await.unwrap().is_empty());
            go.send(true).unwrap();
        };
        tokio::join!(client.create(&first, &mut sent), asks)
    };
    let (placed, ()) = soon(both).await;
    assert_eq!(client.resting().await.unwrap(), [client.order(&placed.unwrap().order_id).await.unwrap()]);
    let mut never = Sending::after(async { false });
    let failed = client.create(&bid("never"), &mut never).await.unwrap_err();
    assert!(matches!(failed, Failure::NotSent(_)), "{failed}");
    assert_eq!(client.orders(None, None).await.unwrap().len(), 1);
    exchange.running.stop().await.unwrap();
}

#[tokio::test]
async fn what_became_of_a_request_is_called_unknown_unless_it_is_known() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let unknown = async |answer: &[u8]| {
        let (failure, sent) = answered_with(&exchange, answer).await;
        assert!(sent.signed.is_some());
        let Failure::Unknown(why) = failure else { panic!("{failure}") };
        format!("{why:#}")
    };
    // The request was read, and nothing came.
    unknown(b"").await;
    // Part of an answer came.
    unknown(b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{\"order_id\"").await;
    assert!(unknown(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").await.contains("502"));
    let odd = unknown(b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}").await;
    assert!(odd.contains("answered with something else"), "{odd}");
    let mut long = b"HTTP/1.1 201 Created\r\n\r\n".to_vec();
    long.resize(20 << 20, b' ');
    assert!(unknown(&long).await.contains("too long"));
    // It was refused.
    let (failure, _) = answered_with(
        &exchange,
        b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 29\r\n\r\n{\"error\":\"too many requests\"}",
    )
    .await;
    assert!(matches!(failure, Failure::Refused { status: 429, .. }), "{failure}");
    // Nobody is there.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (failure, _) = elsewhere(&exchange, nobody, async {}).await;
    assert!(matches!(failure, Failure::NotSent(_)), "{failure}");
    exchange.running.stop().await.unwrap();
}
