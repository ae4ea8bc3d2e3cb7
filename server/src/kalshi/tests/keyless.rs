//! What anybody may ask, without a key.

use super::{Exchange, SERIES, client};
use crate::clock::Clock;
use crate::kalshi::{Client, Cursor, EventsAsked, Failure, MarketsAsked, Part, Period, Tier, TradesAsked};
use crate::paper::KeyKind;

/// Returns a client without a key, whose budget fills a thousand times as fast as time passes.
fn anybody(exchange: &Exchange) -> Client {
    let fast = Clock::scaled(exchange.clock.now(), 1_000.0);
    Client::public(Some(&exchange.running.credentials().api_base), fast).unwrap()
}

#[tokio::test]
async fn without_a_key_the_public_is_read_and_nothing_else_is_sent() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    exchange.pass(24 * 2);
    let anybody = anybody(&exchange);
    assert!(!anybody.has_key());
    assert!(anybody.exchange_status().await.unwrap().trading_active);
    let series = anybody.all_series(Some("Entertainment")).await.unwrap();
    assert!(series.iter().any(|series| series.ticker == SERIES));
    assert!(anybody.all_series(Some("entertainment")).await.unwrap().is_empty());
    // Page by page it is what it is as a whole.
    let open = EventsAsked { series: Some(SERIES), status: Some("open"), with_markets: false };
    let events = anybody.events_part(open, None).await.unwrap();
    assert!(events.next.is_none());
    assert_eq!(events.items, anybody.open_events(SERIES).await.unwrap());
    let event = &events.items[0];
    assert_eq!(&anybody.event(&event.event_ticker).await.unwrap(), event);
    let of_event = MarketsAsked { event: Some(&event.event_ticker), ..MarketsAsked::default() };
    let markets = anybody.markets_part(Tier::Live, of_event, None).await.unwrap().items;
    let ticker = &markets[0].ticker;
    assert_eq!(anybody.market(Tier::Live, ticker).await.unwrap(), markets[0]);
    assert!(anybody.orderbook(ticker).await.is_ok());
    // The cutoff says where older records are; here there are none.
    let cutoff = anybody.historical_cutoff().await.unwrap();
    assert!(cutoff.trades_created_ts.0 < exchange.clock.now());
    let old = TradesAsked { ticker: Some(ticker), ..TradesAsked::default() };
    assert!(anybody.trades_part(Tier::Historical, old, None).await.unwrap().items.is_empty());
    assert!(anybody.market(Tier::Historical, ticker).await.unwrap_err().is_not_found());
    let of_series = MarketsAsked { series: Some(SERIES), ..MarketsAsked::default() };
    assert!(anybody.markets_part(Tier::Historical, of_series, None).await.unwrap().items.is_empty());
    // What is a member's is not even sent.
    for refused in
        [anybody.balance().await.map(drop), anybody.resting().await.map(drop), anybody.cancel_all().await]
    {
        let Err(Failure::NotSent(why)) = refused else { panic!("{refused:?}") };
        assert!(why.to_string().ends_with("needs a key"), "{why}");
    }
    exchange.running.stop().await.unwrap();
}

#[tokio::test]
async fn trades_are_read_page_by_page_and_gone_on_with_from_a_cursor_that_was_kept() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    exchange.pass(24 * 10);
    let anybody = anybody(&exchange);
    let tickers = exchange.tickers().await;
    let (mut all, mut from, mut pages) = (Vec::new(), None, 0);
    loop {
        // As a program does that was stopped in between.
        let kept = from.as_ref().map(|from: &Cursor| from.as_str().to_owned());
        let here = kept.and_then(Cursor::new);
        let Part { items, next } =
            anybody.trades_part(Tier::Live, TradesAsked::default(), here.as_ref()).await.unwrap();
        all.extend(items);
        pages += 1;
        from = next;
        if from.is_none() {
            break;
        }
    }
    assert!(pages > 1, "{} trades are on one page", all.len());
    assert!(all.iter().rev().is_sorted_by_key(|trade| trade.created_time));
    // A contract's are among them, and its candles count as many.
    let ticker = &tickers[0];
    let mut own: Vec<_> = all.into_iter().filter(|trade| &trade.ticker == ticker).collect();
    own.reverse();
    let member = client(exchange.running.credentials(), None);
    assert_eq!(member.trades(ticker, None).await.unwrap(), own);
    let span = (exchange.clock.now().checked_add_micros(-11 * 86_400_000_000).unwrap(), exchange.clock.now());
    for period in [Period::Hour, Period::Day] {
        let candles = anybody.candlesticks(Tier::Live, SERIES, ticker, span, period).await.unwrap();
        assert!(candles.is_sorted_by_key(|candle| candle.end_period_ts));
        let seconds = period.minutes() * 60;
        assert!(candles.iter().all(|candle| candle.end_period_ts.number() % seconds == 0));
        // A period that isn't over has no candle yet.
        let until = candles.last().unwrap().end_period_ts.0;
        let traded = own.iter().filter(|trade| trade.created_time.0 <= until);
        assert_eq!(
            candles.iter().map(|candle| candle.volume_fp.hundredths()).sum::<i64>(),
            traded.map(|trade| trade.count_fp.hundredths()).sum::<i64>(),
            "{period:?}"
        );
    }
    let day = (exchange.clock.now().checked_add_micros(-86_400_000_000).unwrap(), exchange.clock.now());
    let minutes = anybody.candlesticks(Tier::Live, SERIES, ticker, day, Period::Minute).await.unwrap();
    assert!(!minutes.is_empty() && minutes.len() <= 1_441, "{}", minutes.len());
    exchange.running.stop().await.unwrap();
}
