//! Oddities of Kalshi's exchange that surprise bots although nothing is wrong.

use std::time::{Duration, Instant};

use serde_json::Value;
use shared::market::Side;
use shared::wire::{
    BookSide, CancelOrderAnswer, CreateOrderAnswer, FillsPage, MarketAnswer, MarketStatus, MarketsPage,
    OrderAnswer, OrderStatus, OrderbookAnswer, PositionsPage,
};

use crate::member::Member;
use crate::{ORDERS, POST_ONLY, STILL, TICKER, best, order};

/// The time that nothing here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts an exchange that behaves so, with these options.
fn odd(name: &str, behaviour: &str, options: &[&str]) -> Member {
    let file = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.toml"));
    std::fs::write(&file, format!("[behaviour]\n{behaviour}\n")).unwrap();
    let options = [options, &["--faults", file.to_str().unwrap()]].concat();
    Member::join(name, &options)
}

/// Settles the contract that is traded, by the exchange's token.
fn settle(member: &Member) {
    let text = std::fs::read_to_string(&member.env).unwrap();
    let token = text.lines().find_map(|line| line.strip_prefix("TAUROI_PAPER_TOKEN=")).unwrap();
    let bearer = format!("Bearer {token}");
    let path = format!("/paper/markets/{TICKER}");
    let answer = member.server.send("POST", &path, &[("Authorization", &bearer)], br#"{"settle":"1.0000"}"#);
    assert_eq!(answer.status, 204, "{}", answer.text());
}

/// Returns the tickers of the contracts that are listed as open, and where each stands.
fn open(member: &Member) -> Vec<(String, MarketStatus)> {
    let page: MarketsPage = member.read(200, "GET", "/markets?status=open", "");
    page.markets.into_iter().map(|market| (market.ticker.to_string(), market.status)).collect()
}

#[test]
fn positions_are_a_second_behind_fills_and_an_order_behind_its_cancellation() {
    // As it is by default, but for the book.
    let member = odd("behind", "book_lag_ms = 0", &[]);
    let (_, ask) = best(&member);
    let taken: CreateOrderAnswer =
        member.read(201, "POST", ORDERS, &order("take", "bid", &ask.0.to_string(), "1", ""));
    let began = Instant::now();
    let positions = || member.read::<PositionsPage>(200, "GET", "/portfolio/positions", "").market_positions;
    assert!(positions().is_empty());
    let fills: FillsPage = member.read(200, "GET", "/portfolio/fills", "");
    assert_eq!(fills.fills.len(), 1);
    while positions().is_empty() {
        assert!(began.elapsed() < PATIENCE);
    }
    let seen = member.exchange_time().micros() - taken.ts_ms.number() * 1_000;
    assert!(seen >= 990_000, "{seen}");
    let placed: CreateOrderAnswer =
        member.read(201, "POST", ORDERS, &order("rest", "bid", "0.0100", "1", POST_ONLY));
    let path = format!("/portfolio/orders/{}", placed.order_id);
    let began = Instant::now();
    while member.ask("GET", &path, "").status == 404 {
        assert!(began.elapsed() < PATIENCE);
    }
    member.read::<CancelOrderAnswer>(200, "DELETE", &format!("{ORDERS}/{}", placed.order_id), "");
    let status = || member.read::<OrderAnswer>(200, "GET", &path, "").order.status;
    assert_eq!(status(), OrderStatus::Resting);
    assert_eq!(member.orders("")[0].status, OrderStatus::Canceled);
    while status() != OrderStatus::Canceled {
        assert!(began.elapsed() < PATIENCE);
    }
}

#[test]
fn an_order_fills_in_a_book_that_looks_empty() {
    // Whatever the simulated traders did was less than the lag ago.
    let member = odd("looks-empty", "", &["--speed", "0.0001"]);
    let book: OrderbookAnswer = member.read(200, "GET", &format!("/markets/{TICKER}/orderbook"), "");
    assert!(book.orderbook_fp.yes_dollars.is_empty() && book.orderbook_fp.no_dollars.is_empty());
    let ioc = order("ioc", "bid", "0.9900", "1", "").replace("good_till_canceled", "immediate_or_cancel");
    let filled: CreateOrderAnswer = member.read(201, "POST", ORDERS, &ioc);
    assert_eq!(filled.fill_count.to_string(), "1.00");
}

#[test]
fn a_contract_that_has_settled_is_listed_as_open_and_first_for_a_while() {
    let member = odd("still-open", "settled_as_open_ms = 1500\nvanished = 0.0", &[]);
    let before = open(&member);
    assert!(before.iter().all(|(_, status)| *status == MarketStatus::Active));
    settle(&member);
    let began = Instant::now();
    let settled = (TICKER.to_owned(), MarketStatus::Finalized);
    assert_eq!((open(&member)[0].clone(), open(&member).len()), (settled.clone(), before.len()));
    while open(&member).contains(&settled) {
        assert!(began.elapsed() < PATIENCE);
    }
    assert_eq!(open(&member).len(), before.len() - 1);
    assert!(began.elapsed() > Duration::from_millis(1_400));
}

#[test]
fn a_contract_that_has_settled_may_never_be_found_again() {
    let member = odd("vanished", "vanished = 1.0", &[]);
    let path = format!("/markets/{TICKER}");
    member.read::<MarketAnswer>(200, "GET", &path, "");
    settle(&member);
    let not_found = (404, r#"{"error":{"code":"not_found","message":"not found"}}"#.to_owned());
    assert_eq!(member.refused("GET", &path, ""), not_found);
    let listed: MarketsPage = member.read(200, "GET", "/markets?status=settled", "");
    assert_eq!(listed.markets[0].ticker.as_str(), TICKER);
}

#[test]
fn that_nothing_is_offered_is_told_at_a_dollar_or_at_nothing() {
    for (word, told) in [("one", "1.0000"), ("zero", "0.0000")] {
        let behaviour = format!("no_offer = \"{word}\"\nbook_lag_ms = 0");
        let member = odd(&format!("no-offer-{word}"), &behaviour, &["--speed", "0.0001"]);
        let all =
            order("all", "bid", "0.9900", "9000", "").replace("good_till_canceled", "immediate_or_cancel");
        member.read::<CreateOrderAnswer>(201, "POST", ORDERS, &all);
        let market: Value = member.read(200, "GET", &format!("/markets/{TICKER}"), "");
        let market = &market["market"];
        assert_eq!(market["yes_ask_size_fp"], "0.00");
        assert_eq!((&market["yes_ask_dollars"], &market["no_bid_dollars"]), (&told.into(), &"0.0000".into()));
    }
}

#[tokio::test]
async fn the_stream_may_send_numbers_instead_of_strings() {
    let member = odd("numbers", "numbers = 1.0", &["--speed", "0.0001"]);
    let mut listener = member.listen().await;
    let books = format!(
        r#"{{"id":1,"cmd":"subscribe","params":{{"channels":["orderbook_delta"],"market_ticker":"{TICKER}"}}}}"#
    );
    listener.say(&books).await;
    let frame = loop {
        let frame: Value = serde_json::from_str(&listener.text().await).unwrap();
        if frame["type"] == "orderbook_snapshot" {
            break frame;
        }
    };
    let level = &frame["msg"]["yes_dollars_fp"][0];
    assert!(level[0].is_number() && level[1].is_number(), "{frame}");
    assert!(frame["msg"]["market_ticker"].is_string());
}

#[test]
fn who_sells_yes_is_told_that_it_bought_no() {
    let member = Member::join("sells", &STILL);
    let (bid, _) = best(&member);
    member.read::<CreateOrderAnswer>(
        201,
        "POST",
        ORDERS,
        &order("sells", "ask", &bid.0.to_string(), "1", ""),
    );
    let sold = member.orders("").remove(0);
    assert_eq!((sold.outcome_side, sold.book_side), (Side::No, BookSide::Ask));
    assert_eq!(sold.yes_price_dollars, bid.0);
    assert_eq!(sold.taker_fill_cost_dollars, bid.0.complement().cost(sold.fill_count_fp));
    let fills: FillsPage = member.read(200, "GET", "/portfolio/fills", "");
    assert_eq!((fills.fills[0].outcome_side, fills.fills[0].yes_price_dollars), (Side::No, bid.0));
    let positions: PositionsPage = member.read(200, "GET", "/portfolio/positions", "");
    assert_eq!(positions.market_positions[0].position_fp.hundredths(), -100);
    assert_eq!(
        positions.market_positions[0].market_exposure_dollars,
        bid.0.complement().cost(sold.fill_count_fp)
    );
}
