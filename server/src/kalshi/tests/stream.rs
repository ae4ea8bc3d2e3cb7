//! The stream: what is heard, and what is lost on the way.

use std::time::Instant;

use shared::market::Ticker;
use shared::wire::{BookSide, Channel, OrderStatus};
use tokio::net::TcpListener;
use tokio::sync::mpsc::Receiver;

use super::books::Books;
use super::proxy::{Fate, Proxy};
use super::{Exchange, client, order, soon};
use crate::kalshi::{Ask, Feed, Heard, Sending, What, listen};
use crate::paper::KeyKind;

/// Who listens, and the books that it has put together.
struct Listener {
    feed: Feed,
    heard: Receiver<Heard>,
    books: Books,
    /// When the last thing was heard.
    at: Instant,
}

impl Listener {
    /// Listens to all contracts of an exchange, through a proxy where there is one.
    async fn start(exchange: &Exchange, proxy: Option<&Proxy>) -> (Self, Vec<Ticker>) {
        let tickers = exchange.tickers().await;
        let client = client(exchange.running.credentials(), proxy.map(|proxy| proxy.url.clone()));
        let (feed, heard) = listen(&client, Ask::trading(tickers.clone())).unwrap();
        (Self { feed, heard, books: Books::default(), at: Instant::now() }, tickers)
    }

    /// Waits for the next thing.
    async fn next(&mut self) -> What {
        let heard = soon(self.heard.recv()).await.expect("the feed has ended");
        assert!(heard.at >= self.at && heard.at <= Instant::now());
        self.at = heard.at;
        self.books.hear(&heard.what);
        heard.what
    }

    /// Waits for what is wanted, and passes over the rest.
    async fn until<T>(&mut self, mut wanted: impl FnMut(What) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(self.next().await) {
                return found;
            }
        }
    }

    /// Waits until the books are those that REST tells. Nothing must change meanwhile.
    async fn agrees(&mut self, exchange: &Exchange, tickers: &[Ticker]) {
        let mut told = Books::default();
        for ticker in tickers {
            told.read(ticker, &exchange.client.orderbook(ticker).await.unwrap());
        }
        while self.books != told {
            self.next().await;
        }
    }
}

#[tokio::test]
async fn books_orders_fills_and_trades_are_heard_with_either_key() {
    for key in [KeyKind::Ed25519, KeyKind::Rsa] {
        let exchange = Exchange::start(key).await;
        let (mut listener, tickers) = Listener::start(&exchange, None).await;
        assert_eq!(listener.next().await, What::Up);
        listener.agrees(&exchange, &tickers).await;
        let ticker = &tickers[0];
        let rests = order(ticker, "a", BookSide::Bid, "0.0100", "5.00");
        let placed = exchange.client.create(&rests, &mut Sending::default()).await.unwrap();
        let (mut level, mut told) = (None, None);
        while level.is_none() || told.is_none() {
            match listener.next().await {
                What::Level(change) => level = Some(change),
                What::Order(order) => told = Some(order),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(level.unwrap().client_order_id.as_deref(), Some("a"));
        assert_eq!(
            told.map(|order| (order.order_id, order.status)),
            Some((placed.order_id, OrderStatus::Resting))
        );
        let takes = order(ticker, "b", BookSide::Bid, "0.9900", "1.00");
        let placed = exchange.client.create(&takes, &mut Sending::default()).await.unwrap();
        let (mut trade, mut fill) = (None, None);
        while trade.is_none() || fill.is_none() {
            match listener.next().await {
                What::Trade(heard) => trade = Some(heard),
                What::Fill(heard) => fill = Some(heard),
                What::Level(_) | What::Order(_) => {}
                other => panic!("{other:?}"),
            }
        }
        let (trade, fill) = (trade.unwrap(), fill.unwrap());
        assert_eq!((fill.order_id, trade.id), (placed.order_id, Some(fill.trade_id.parse().unwrap())));
        // A day of trading leaves the same books.
        exchange.pass(24);
        listener.agrees(&exchange, &tickers).await;
        assert!(listener.feed.silence() < std::time::Duration::from_secs(30));
        // Nothing listens any more once the handle is gone.
        let Listener { feed, mut heard, .. } = listener;
        drop(feed);
        while soon(heard.recv()).await.is_some() {}
        exchange.running.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_is_made_again_with_new_books() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let proxy = Proxy::start(&exchange.running.credentials().ws_url).await;
    let (mut listener, tickers) = Listener::start(&exchange, Some(&proxy)).await;
    for _ in 0..3 {
        listener.until(|what| (what == What::Up).then_some(())).await;
        listener.agrees(&exchange, &tickers).await;
        proxy.once("orderbook_delta", Fate::Cut);
        exchange.pass(1);
        listener.until(|what| matches!(what, What::Down(_)).then_some(())).await;
        listener.books = Books::default();
    }
    listener.until(|what| (what == What::Up).then_some(())).await;
    listener.agrees(&exchange, &tickers).await;
    exchange.running.stop().await.unwrap();
    // The exchange is gone; the feed says so, and goes on trying.
    for _ in 0..2 {
        listener.until(|what| matches!(what, What::Down(_)).then_some(())).await;
    }
}

#[tokio::test]
async fn what_is_lost_doubled_or_spoilt_on_the_way_is_noticed_and_made_good() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let proxy = Proxy::start(&exchange.running.credentials().ws_url).await;
    let (mut listener, tickers) = Listener::start(&exchange, Some(&proxy)).await;
    assert_eq!(listener.next().await, What::Up);
    listener.agrees(&exchange, &tickers).await;
    for (kind, fate, channel) in [
        ("orderbook_delta", Fate::Lose, Channel::OrderbookDelta),
        ("orderbook_delta", Fate::Spoil, Channel::OrderbookDelta),
        ("trade", Fate::Lose, Channel::Trade),
        ("trade", Fate::Spoil, Channel::Trade),
    ] {
        proxy.once(kind, fate);
        exchange.pass(4);
        listener.until(|what| (what == What::Missed(channel)).then_some(())).await;
        listener.agrees(&exchange, &tickers).await;
    }
    // A change that comes twice counts once, and nothing is missed.
    proxy.once("orderbook_delta", Fate::Double);
    exchange.pass(1);
    listener.agrees(&exchange, &tickers).await;
    // A fill is not numbered: it is missed if it can't be read.
    proxy.once("fill", Fate::Spoil);
    let takes = order(&tickers[0], "a", BookSide::Bid, "0.9900", "1.00");
    exchange.client.create(&takes, &mut Sending::default()).await.unwrap();
    listener.until(|what| (what == What::Missed(Channel::Fill)).then_some(())).await;
    exchange.running.stop().await.unwrap();
}

#[tokio::test]
async fn a_public_channel_that_breaks_begins_anew_alone_and_an_own_one_with_the_connection() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let proxy = Proxy::start(&exchange.running.credentials().ws_url).await;
    let (mut listener, tickers) = Listener::start(&exchange, Some(&proxy)).await;
    assert_eq!(listener.next().await, What::Up);
    listener.agrees(&exchange, &tickers).await;
    // The books' subscription is the fifth; a frame of it is lost with the error, and the books come anew.
    for broken in [
        r#"{"type":"error","sid":5,"seq":1,"msg":{"code":25,"msg":"Subscription buffer overflow"}}"#,
        r#"{"type":"error","sid":5,"msg":{"code":10,"msg":"Channel error"}}"#,
    ] {
        proxy.once("orderbook_delta", Fate::Instead(broken));
        exchange.pass(1);
        let books = What::Missed(Channel::OrderbookDelta);
        let only_books = |what: What| {
            assert!(!matches!(what, What::Down(_)), "{what:?}");
            (what == books).then_some(())
        };
        listener.until(only_books).await;
        listener.agrees(&exchange, &tickers).await;
    }
    // What is lost of the own fills is found out as at the beginning. An error about no subscription of ours is only said.
    let nobodys = r#"{"type":"error","msg":{"code":19,"msg":"shard_factor must be > 0"}}"#;
    proxy.once("trade", Fate::Instead(nobodys));
    exchange.pass(12);
    listener.until(|what| (what == What::Missed(Channel::Trade)).then_some(())).await;
    let own = r#"{"type":"error","sid":1,"msg":{"code":25,"msg":"Subscription buffer overflow"}}"#;
    proxy.once("orderbook_delta", Fate::Instead(own));
    exchange.pass(1);
    let why = listener.until(|what| if let What::Down(why) = what { Some(why) } else { None }).await;
    assert_eq!(why, "the exchange says: Subscription buffer overflow (25)");
    exchange.running.stop().await.unwrap();
}

#[tokio::test]
async fn a_silence_is_a_cut() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let proxy = Proxy::start(&exchange.running.credentials().ws_url).await;
    let (mut listener, tickers) = Listener::start(&exchange, Some(&proxy)).await;
    assert_eq!(listener.next().await, What::Up);
    listener.agrees(&exchange, &tickers).await;
    // From here on time passes by itself while nothing happens, to the next thing that is due.
    proxy.plan(|_| Fate::Lose);
    tokio::time::pause();
    let why = listener.until(|what| if let What::Down(why) = what { Some(why) } else { None }).await;
    assert_eq!(why, "nothing was heard for 30 s");
}

#[tokio::test]
async fn an_encrypted_stream_is_tried_and_what_is_wrong_with_it_is_said() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("wss://{}/trade-api/ws/v2", listener.local_addr().unwrap());
    let client = client(exchange.running.credentials(), Some(url));
    let (_feed, mut heard) = listen(&client, Ask::trading([])).unwrap();
    let hangs_up = async {
        let (socket, _) = listener.accept().await.unwrap();
        // It begins as TLS does: a handshake's record.
        let mut first = [0];
        assert_eq!(socket.peek(&mut first).await.unwrap(), 1);
        assert_eq!(first, [22]);
    };
    let (what, ()) = soon(async { tokio::join!(heard.recv(), hangs_up) }).await;
    assert!(matches!(what.unwrap().what, What::Down(_)));
    exchange.running.stop().await.unwrap();
}
