//! A market that is followed, of a paper exchange over real sockets.

use std::time::Duration;

use shared::stream::{Data, DepthView, MarketView, ToPage, Topic};
use shared::units::{Cash, Timestamp};

use super::{Watch, start};
use crate::clock::Clock;
use crate::kalshi::{Client, Config};
use crate::paper::{self, Running, Settings};
use crate::told::Told as _;

const SERIES: &str = "KXTOPMONTHLY";

/// A paper exchange whose time stands unless it is put on, and a market of it that is followed.
struct Followed {
    exchange: Running,
    clock: Clock,
    client: Client,
    watch: Watch,
}

impl Followed {
    async fn start(has_key: bool) -> Self {
        let begin: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
        let clock = Clock::by_hand(begin);
        let settings = Settings { days: 14, past_days: 0, ..Settings::demo(20, clock.clone()) };
        let exchange = paper::start(settings).await.unwrap();
        clock.put_on(begin.checked_add_micros(86_400_000_000).unwrap());
        // Its budget fills a thousand times as fast as Kalshi's, so that no test waits for it.
        let fast = Clock::scaled(clock.now(), 1_000.0);
        let member = Client::new(Config::of_paper(exchange.credentials()).unwrap(), fast.clone()).unwrap();
        let client = if has_key {
            member.clone()
        } else {
            Client::public(Some(&exchange.credentials().api_base), fast).unwrap()
        };
        let watch = start(SERIES.to_owned(), client, clock.clone());
        Self { exchange, clock, client: member, watch }
    }

    /// Waits until the market is told so.
    async fn until(&self, what: &str, is: impl Fn(&MarketView) -> bool) -> MarketView {
        let mut changes = self.watch.face().changes();
        let seen = async {
            loop {
                let market = self.watch.face().market();
                if is(&market) {
                    return market;
                }
                changes.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(Duration::from_secs(60), seen).await {
            Ok(market) => market,
            Err(_) => panic!("it is not {what} in time: {:?}", self.watch.face().market()),
        }
    }

    /// Waits until all is heard.
    async fn up(&self) -> MarketView {
        let is_up = |market: &MarketView| {
            market.feed_age_ms.is_some()
                && !market.rows.is_empty()
                && market.rows.iter().all(|row| row.is_known)
        };
        self.until("heard", is_up).await
    }

    /// Returns what is told of a contract's book, which is watched.
    async fn depth(&self, market: &MarketView, place: usize) -> DepthView {
        let topic = Topic::Depth { ticker: market.rows[place].ticker.clone() };
        self.watch.face().watched(true);
        self.watch.face().book_watched(&market.rows[place].ticker, true);
        let mut changes = self.watch.face().changes();
        loop {
            match self.watch.face().newer(&topic, None) {
                Some(ToPage::Snapshot { data: Data::Depth { depth }, .. }) => return depth,
                None => changes.changed().await.unwrap(),
                Some(other) => panic!("{other:?}"),
            }
        }
    }
}

/// What is told of books, sums and trades is what REST says of them.
async fn is_what_rest_says(has_key: bool) {
    let followed = Followed::start(has_key).await;
    let market = followed.up().await;
    assert_eq!((market.is_polled, market.is_exclusive, market.why.as_str()), (!has_key, true, ""));
    let mut offered = Some(0);
    for row in &market.rows {
        let book = followed.client.orderbook(&row.ticker).await.unwrap();
        let bid = book.yes_dollars.last().map(|level| (level.0, level.1));
        let ask = book.no_dollars.last().map(|level| (level.0.complement(), level.1));
        assert_eq!(row.best, [bid, ask], "{}", row.ticker);
        offered = offered.zip(ask).map(|(sum, (ask, _))| sum + ask.centicents());
    }
    let sum: f64 = market.rows.iter().filter_map(|row| row.share).sum();
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    // YES of all of them, a hundred each.
    assert_eq!(market.whole[0].map(|all| all.cost.microdollars()), offered.map(|sum| sum * 10_000));
    assert!(market.whole[1].is_some_and(|some| some.fees > Cash::ZERO));
    // The trades of the day before are here, and so is a book's depth.
    let market = followed
        .until("told of trades", |market| {
            market.rows.iter().any(|row| row.last.is_some_and(|l| l.1.is_some()))
        })
        .await;
    let place = market.rows.iter().position(|row| row.last.is_some_and(|last| last.1.is_some())).unwrap();
    let depth = followed.depth(&market, place).await;
    let traded = followed.client.trades(&market.rows[place].ticker, None).await.unwrap();
    let newest: Vec<_> =
        traded.iter().rev().take(DepthView::TRADES).map(|trade| trade.created_time.0).collect();
    assert_eq!(depth.trades.iter().map(|trade| trade.at).collect::<Vec<_>>(), newest);
    let book = followed.client.orderbook(&depth.book.ticker).await.unwrap();
    let bids = depth.book.levels.iter().filter(|level| !level.bid.is_zero()).count();
    assert_eq!(bids, book.yes_dollars.len().min(40));
    assert!(depth.book.levels.is_sorted_by(|a, b| a.price > b.price));
    // An hour passes: what happens in it is heard.
    let before: i64 = market.rows.iter().map(|row| row.volume.hundredths()).sum();
    followed.clock.put_on(followed.clock.now().checked_add_micros(6 * 3_600_000_000).unwrap());
    followed
        .until("told of more", |market| {
            market.rows.iter().map(|row| row.volume.hundredths()).sum::<i64>() > before
        })
        .await;
    followed.exchange.stop().await.unwrap();
}

#[tokio::test]
async fn with_a_key_the_stream_says_what_rest_says() {
    is_what_rest_says(true).await;
}

#[tokio::test]
async fn without_a_key_it_is_asked_for_again_and_again() {
    is_what_rest_says(false).await;
}

#[tokio::test]
async fn an_exchange_that_is_gone_is_said_to_be_and_what_it_said_stays() {
    let followed = Followed::start(true).await;
    let before = followed.up().await;
    followed.exchange.stop().await.unwrap();
    let mut changes = followed.watch.face().changes();
    let gone = loop {
        let market = followed.watch.face().market();
        if market.feed_age_ms.is_none() {
            break market;
        }
        tokio::time::timeout(Duration::from_secs(60), changes.changed()).await.unwrap().unwrap();
    };
    assert!(gone.why.starts_with("The exchange isn't heard: "), "{}", gone.why);
    assert_eq!(gone.rows, before.rows);
}
