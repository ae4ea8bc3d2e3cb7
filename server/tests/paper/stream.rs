//! The stream: what it tells, what may be asked on it, and what time does.

use std::collections::{BTreeMap, BTreeSet};

use shared::market::{Side, Ticker};
use shared::units::Price;
use shared::wire::{
    Channel, CreateOrderAnswer, FillsPage, Frame, MarketAnswer, MarketStatus, OrderStatus, OrderbookAnswer,
    PositionsPage, SettlementsPage, TradesPage,
};

use crate::member::Member;
use crate::{ORDERS, POST_ONLY, STILL, TICKER, best, order};

#[tokio::test]
async fn the_stream_tells_the_book_our_orders_and_our_fills() {
    let member = Member::join("stream", &STILL);
    let mut listener = member.listen().await;
    listener.say(r#"{"id":1,"cmd":"subscribe","params":{"channels":["fill","user_orders"]}}"#).await;
    listener
        .say(&format!(
            r#"{{"id":2,"cmd":"subscribe","params":{{"channels":["orderbook_delta","trade"],"market_tickers":["{TICKER}"],"use_yes_price":true}}}}"#
        ))
        .await;
    let mut sids = BTreeMap::new();
    let mut levels: BTreeMap<(Side, Price), i64> = BTreeMap::new();
    let mut numbered = 0;
    while levels.is_empty() || sids.len() < 4 {
        match listener.hear().await {
            Frame::Subscribed { msg, .. } => {
                sids.insert(Channel::named(&msg.channel).unwrap(), msg.sid);
            }
            Frame::OrderbookSnapshot { sid, seq, msg, .. } => {
                assert_eq!((Some(&sid), seq), (sids.get(&Channel::OrderbookDelta), 1));
                for (side, bids) in [(Side::Yes, &msg.yes_dollars_fp), (Side::No, &msg.no_dollars_fp)] {
                    levels.extend(bids.iter().map(|level| ((side, level.0), level.1.hundredths())));
                }
                numbered = seq;
            }
            other => panic!("{other:?}"),
        }
    }
    let (_, ask) = best(&member);
    // Levels of NO are at YES prices, as was asked.
    assert_eq!(levels.get(&(Side::No, ask.0)), Some(&ask.1.hundredths()));
    let taken: CreateOrderAnswer =
        member.read(201, "POST", ORDERS, &order("take", "bid", &ask.0.to_string(), "1", ""));
    assert_eq!(taken.average_fill_price.unwrap().to_string(), ask.0.to_string());
    member.read::<CreateOrderAnswer>(201, "POST", ORDERS, &order("rest", "bid", "0.0100", "2", POST_ONLY));
    let (mut fill, mut trade, mut states) = (None, None, Vec::new());
    let mut own = BTreeSet::new();
    while states.len() < 2 {
        match listener.hear().await {
            Frame::OrderbookDelta { seq, msg, .. } => {
                numbered += 1;
                assert_eq!(seq, numbered);
                *levels.entry((msg.side, msg.price_dollars)).or_insert(0) += msg.delta_fp.hundredths();
                own.extend(msg.client_order_id);
            }
            Frame::Fill { msg, .. } => fill = Some(msg),
            Frame::Trade { seq, msg, .. } => {
                assert_eq!(seq, Some(1));
                trade = Some(msg);
            }
            Frame::UserOrder { msg, .. } => {
                states.push((msg.client_order_id, msg.status, msg.last_update_reason));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        states,
        [
            ("take".to_owned(), OrderStatus::Executed, Some("Trade".to_owned())),
            ("rest".to_owned(), OrderStatus::Resting, None)
        ]
    );
    let (fill, trade) = (fill.unwrap(), trade.unwrap());
    assert_eq!((fill.client_order_id.as_deref(), fill.is_taker), (Some("take"), true));
    assert_eq!((fill.trade_id.as_str(), fill.post_position_fp.hundredths()), (trade.trade_id.as_str(), 100));
    assert_eq!((trade.taker_outcome_side, trade.yes_price_dollars), (Some(Side::Yes), ask.0));
    // Only what rests is ours in the book.
    assert_eq!(own, BTreeSet::from(["rest".to_owned()]));
    levels.retain(|_, count| *count != 0);
    let book: OrderbookAnswer = member.read(200, "GET", &format!("/markets/{TICKER}/orderbook"), "");
    let yes = book.orderbook_fp.yes_dollars.iter().map(|level| ((Side::Yes, level.0), level.1.hundredths()));
    let no = book
        .orderbook_fp
        .no_dollars
        .iter()
        .map(|level| ((Side::No, level.0.complement()), level.1.hundredths()));
    assert_eq!(levels, yes.chain(no).collect());
    // REST tells the same.
    let fills: FillsPage = member.read(200, "GET", "/portfolio/fills", "");
    assert_eq!(
        (fills.fills.len(), &fills.fills[0].trade_id, fills.fills[0].fee_cost),
        (1, &trade.trade_id, fill.fee_cost)
    );
    let positions: PositionsPage = member.read(200, "GET", "/portfolio/positions", "");
    assert_eq!(positions.market_positions[0].position_fp.hundredths(), 100);
    assert_eq!(positions.event_positions[0].total_cost_shares_fp.to_string(), "1.00");
    let trades: TradesPage = member.read(200, "GET", &format!("/markets/trades?ticker={TICKER}&limit=1"), "");
    assert_eq!(trades.trades[0].trade_id, trade.trade_id);
}

#[tokio::test]
async fn commands_on_the_stream_are_answered_and_wrong_ones_refused() {
    let member = Member::join("commands", &STILL);
    let mut listener = member.listen().await;
    for (command, code) in [
        ("{", 1),
        (r#"{"id":1,"cmd":"dance"}"#, 5),
        (r#"{"id":2,"cmd":"subscribe"}"#, 2),
        (r#"{"id":3,"cmd":"subscribe","params":{"channels":[]}}"#, 3),
        (r#"{"id":4,"cmd":"subscribe","params":{"channels":["gossip"]}}"#, 8),
        (r#"{"id":5,"cmd":"subscribe","params":{"channels":["orderbook_delta"]}}"#, 14),
        (r#"{"id":6,"cmd":"unsubscribe","params":{}}"#, 4),
        (r#"{"id":7,"cmd":"unsubscribe","params":{"sids":[9]}}"#, 7),
    ] {
        listener.say(command).await;
        let Frame::Error { msg, .. } = listener.hear().await else { panic!("{command}") };
        assert_eq!(msg.code, code, "{command}");
    }
    listener.say(&format!(r#"{{"id":8,"cmd":"subscribe","params":{{"channels":["orderbook_delta"],"market_ticker":"{TICKER}"}}}}"#)).await;
    assert!(matches!(listener.hear().await, Frame::Subscribed { id: Some(8), .. }));
    assert!(matches!(listener.hear().await, Frame::OrderbookSnapshot { seq: 1, .. }));
    listener.say(r#"{"id":9,"cmd":"update_subscription","params":{"sids":[1],"market_tickers":["KXTOPMONTHLY-SIM-BRA"],"action":"add_markets"}}"#).await;
    // The answer takes a number, and the new book comes after it.
    assert!(matches!(listener.hear().await, Frame::Ok { id: Some(9), sid: Some(1), seq: Some(2), .. }));
    let Frame::OrderbookSnapshot { seq: 3, msg, .. } = listener.hear().await else { panic!("no book") };
    assert_eq!(msg.market_ticker, "KXTOPMONTHLY-SIM-BRA".parse::<Ticker>().unwrap());
    listener.say(r#"{"id":10,"cmd":"update_subscription","params":{"sid":1,"action":"get_snapshot"}}"#).await;
    assert!(matches!(listener.hear().await, Frame::OrderbookSnapshot { id: Some(10), seq: 4, .. }));
    assert!(matches!(listener.hear().await, Frame::OrderbookSnapshot { id: Some(10), seq: 5, .. }));
    listener.say(r#"{"id":11,"cmd":"unsubscribe","params":{"sids":[1]}}"#).await;
    assert!(matches!(listener.hear().await, Frame::Unsubscribed { sid: 1, seq: Some(6), .. }));
    listener.say(r#"{"id":12,"cmd":"list_subscriptions"}"#).await;
    assert!(matches!(listener.hear().await, Frame::Ok { id: Some(12), .. }));
}

#[tokio::test]
async fn an_order_ends_at_its_time_and_an_event_settles_at_its_own() {
    // Two days of the exchange in some four seconds.
    let member = Member::join("time", &["--speed", "50000", "--days", "2"]);
    let mut listener = member.listen().await;
    listener.subscribe(&["user_orders", "fill", "market_lifecycle_v2"]).await;
    let opened: MarketAnswer = member.read(200, "GET", &format!("/markets/{TICKER}"), "");
    let closes = opened.market.close_time.0.micros() / 1_000_000;
    // The last hour before the close: what is placed for longer ends with the contract.
    let ends = order("ends", "bid", "0.0100", "1", &format!(r#","expiration_time":{}"#, closes - 3_600));
    member.read::<CreateOrderAnswer>(201, "POST", ORDERS, &ends);
    member.read::<CreateOrderAnswer>(201, "POST", ORDERS, &order("stays", "bid", "0.0100", "1", ""));
    // It takes what is offered, and what comes later; what is left of it ends with the contract.
    member.read::<CreateOrderAnswer>(201, "POST", ORDERS, &order("held", "bid", "0.9900", "3000", ""));
    let (mut reasons, mut held) = (BTreeMap::new(), 0);
    while !(reasons.contains_key("ends") && reasons.contains_key("stays") && reasons.contains_key("held")) {
        match listener.hear().await {
            Frame::UserOrder { msg, .. } if msg.status == OrderStatus::Canceled => {
                reasons.insert(msg.client_order_id, msg.last_update_reason.unwrap());
            }
            Frame::Fill { msg, .. } => {
                held += msg.count_fp.hundredths();
                assert_eq!(msg.post_position_fp.hundredths(), held);
            }
            _ => {}
        }
    }
    let reason = |name: &str| reasons[name].as_str();
    assert_eq!(
        [reason("ends"), reason("stays"), reason("held")],
        ["ExpiryCancel", "CloseCancel", "CloseCancel"]
    );
    assert!(held > 0);
    assert!(
        member
            .refused("POST", ORDERS, &order("late", "bid", "0.0100", "1", ""))
            .1
            .contains("market_inactive")
    );
    let paid = listener.until(|frame| match frame {
        Frame::MarketLifecycleV2 { msg, .. } if msg.market_ticker.as_str() == TICKER => Some(msg),
        _ => None,
    });
    // What it pays is told when that is known, and then that it was paid.
    let paid = paid.await;
    assert_eq!(paid.event_type, "determined");
    let settles = listener.until(|frame| match frame {
        Frame::MarketLifecycleV2 { msg, .. } if msg.market_ticker.as_str() == TICKER => Some(msg),
        _ => None,
    });
    let settles = settles.await;
    assert_eq!((settles.event_type.as_str(), settles.settlement_value), ("settled", None));
    assert!(settles.settled_ts.is_some());
    let page: SettlementsPage = member.read(200, "GET", "/portfolio/settlements", "");
    let [settled] = &page.settlements[..] else { panic!("{page:?}") };
    assert_eq!((settled.ticker.as_str(), settled.yes_count_fp.hundredths()), (TICKER, held));
    let market: MarketAnswer = member.read(200, "GET", &format!("/markets/{TICKER}"), "");
    assert_eq!(
        (market.market.status, market.market.result),
        (MarketStatus::Finalized, settled.market_result.clone())
    );
    let pays = market.market.settlement_value_dollars.unwrap();
    assert_eq!((paid.settlement_value, paid.result), (Some(pays), Some(settled.market_result.clone())));
    assert_eq!(settled.revenue, pays.cost(settled.yes_count_fp).microdollars() / 10_000);
    assert!(settled.settled_time.0 > opened.market.close_time.0);
}
