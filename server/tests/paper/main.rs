//! The paper exchange over real sockets: a real process, signed requests, the stream.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asyncapi;
mod behaviour;
mod checked;
#[path = "../support/corpus.rs"]
mod corpus;
mod faults;
mod frames;
mod journal;
#[path = "../support/member.rs"]
mod member;
mod stream;
#[path = "../support/mod.rs"]
mod support;

use member::{Member, now_ms};
use shared::market::PriceGrid;
use shared::units::{Cash, Quantity};
use shared::wire::{
    AmendOrderAnswer, Balance, CancelOrderAnswer, CreateOrderAnswer, EventsPage, ExchangeStatus, KEY_HEADER,
    LevelText, MarketAnswer, MarketStatus, MarketsPage, OrderAnswer, OrderStatus, OrderbookAnswer,
    OrdersPage, SeriesAnswer,
};

const TICKER: &str = "KXTOPMONTHLY-SIM-AUR";
/// An exchange without oddities.
const PLAIN: [&str; 1] = ["--plain"];
/// The same, on a clock that stands nearly still: the simulated traders have acted once.
const STILL: [&str; 3] = ["--speed", "0.0001", "--plain"];

/// Returns the body of an order that rests.
fn order(name: &str, side: &str, price: &str, count: &str, more: &str) -> String {
    format!(
        r#"{{"ticker":"{TICKER}","client_order_id":"{name}","side":"{side}","count":"{count}","price":"{price}","time_in_force":"good_till_canceled","self_trade_prevention_type":"taker_at_cross"{more}}}"#
    )
}

const POST_ONLY: &str = r#","post_only":true"#;
const ORDERS: &str = "/portfolio/events/orders";

fn free(member: &Member) -> Cash {
    member.read::<Balance>(200, "GET", "/portfolio/balance", "").balance_dollars.unwrap().0
}

/// What is done to a request's headers before it is sent.
type Change<'a> = &'a dyn Fn(&mut Vec<(&'static str, String)>);

/// Returns the best bid and offer of YES.
fn best(member: &Member) -> (LevelText, LevelText) {
    let book: OrderbookAnswer = member.read(200, "GET", &format!("/markets/{TICKER}/orderbook"), "");
    let (bid, no) = (book.orderbook_fp.yes_dollars.last(), book.orderbook_fp.no_dollars.last());
    let no = no.expect("an offer");
    (*bid.expect("a bid"), LevelText(no.0.complement(), no.1))
}

#[test]
fn a_request_is_a_members_only_with_its_signature() {
    let path = "/trade-api/v2/portfolio/balance";
    for kind in ["ed25519", "rsa"] {
        let member = Member::join(&format!("signed-{kind}"), &[&STILL[..], &["--key", kind]].concat());
        // The query is sent, and not signed.
        assert_eq!(member.ask("GET", "/portfolio/balance?subaccount=0", "").status, 200);
        let ask = |age: i64, change: Change| {
            let mut headers = member.headers("GET", path, age).to_vec();
            change(&mut headers);
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = member.server.send("GET", path, &headers, b"");
            (answer.status, String::from_utf8(answer.body).unwrap())
        };
        let refused = |text: &str| (401, text.to_owned());
        let other = member.sign("something else");
        assert_eq!(
            ask(0, &|headers| headers[1].1.clone_from(&other)),
            refused(
                r#"{"error":{"code":"authentication_error","message":"authentication_error","details":"INCORRECT_API_KEY_SIGNATURE"}}"#
            )
        );
        assert_eq!(
            ask(0, &|headers| headers[0].1 = "nobody".to_owned()),
            refused(
                r#"{"error":{"code":"authentication_error","message":"authentication_error","details":"NOT_FOUND"}}"#
            )
        );
        assert_eq!(
            ask(0, &|headers| {
                headers.remove(1);
            }),
            refused(
                r#"{"error":{"code":"signature_is_missing_from_headers","message":"signature is missing from headers"}}"#
            )
        );
        for age in [30_000, 300_000, -300_000] {
            assert_eq!(
                ask(age, &|_| {}),
                refused(
                    r#"{"error":{"code":"header_timestamp_expired","message":"header timestamp expired"}}"#
                )
            );
        }
        for age in [5_000, -5_000] {
            assert_eq!(ask(age, &|_| {}).0, 200);
        }
        // The stream's handshake, too.
        let handshake = member.server.send("GET", "/trade-api/ws/v2", &[(KEY_HEADER, &member.key_id)], b"");
        assert_eq!(handshake.status, 401);
    }
}

#[cfg(unix)]
#[test]
fn its_secret_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let member = Member::join("secret", &STILL);
    let key = member.env.with_extension("env.key");
    for file in [&member.env, &key] {
        assert_eq!(
            std::fs::metadata(file).unwrap().permissions().mode() & 0o777,
            0o600,
            "{}",
            file.display()
        );
    }
    let text = std::fs::read_to_string(&member.env).unwrap();
    assert_eq!(text.lines().count(), 6, "{text}");
}

#[test]
fn what_is_listed_is_told_as_kalshi_does() {
    let member = Member::join("listed", &STILL);
    let status: ExchangeStatus = member.read(200, "GET", "/exchange/status", "");
    assert!(status.exchange_active && status.trading_active);
    let series: SeriesAnswer = member.read(200, "GET", "/series/KXTOPMONTHLY", "");
    assert_eq!(series.series.fee_type().unwrap().to_string(), "quadratic");
    let events: EventsPage = member.read(
        200,
        "GET",
        "/events?series_ticker=KXTOPMONTHLY&status=open&with_nested_markets=true",
        "",
    );
    let [event] = &events.events[..] else { panic!("{events:?}") };
    assert!(event.mutually_exclusive && events.cursor.is_empty());
    let markets = event.markets.as_ref().unwrap();
    assert_eq!(markets.len(), 10);
    for market in markets {
        assert_eq!(market.price_ranges, Some(PriceGrid::linear_cent()));
        assert!(market.status == MarketStatus::Active && market.close_time > market.open_time);
        assert!(market.expected_expiration_time.unwrap() > market.close_time);
    }
    // Pages of four hold the ten, each once.
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page: MarketsPage = member.read(
            200,
            "GET",
            &format!("/markets?event_ticker={}&limit=4&cursor={cursor}", event.event_ticker),
            "",
        );
        seen.extend(page.markets.into_iter().map(|market| market.ticker));
        cursor = page.cursor;
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(seen, markets.iter().map(|market| market.ticker.clone()).collect::<Vec<_>>());
    let none: MarketsPage = member.read(200, "GET", "/markets?status=settled", "");
    assert!(none.markets.is_empty());
    let (bid, ask) = best(&member);
    let one: MarketAnswer = member.read(200, "GET", &format!("/markets/{TICKER}"), "");
    assert_eq!(one.market.yes_bid_dollars, Some(bid.0));
    assert_eq!(one.market.yes_ask_dollars, Some(ask.0));
    assert_eq!(one.market.no_bid_dollars, Some(ask.0.complement()));
    assert_eq!(member.ask("GET", "/markets/KXNONE-X", "").status, 404);
    assert_eq!(member.ask("GET", "/markets?limit=1001", "").status, 400);
}

#[test]
fn an_order_is_placed_listed_changed_and_taken_back() {
    let member = Member::join("order", &STILL);
    let before = free(&member);
    let placed: CreateOrderAnswer =
        member.read(201, "POST", ORDERS, &order("a", "bid", "0.0100", "5.00", POST_ONLY));
    assert_eq!((placed.fill_count, placed.average_fill_price), (Quantity::ZERO, None));
    let paid = |free: Cash| before.checked_sub(free).unwrap().to_string();
    assert_eq!(paid(free(&member)), "0.050000");
    let path = format!("{ORDERS}/{}", placed.order_id);
    let listed: OrdersPage = member.read(200, "GET", "/portfolio/orders?status=resting", "");
    let [listed] = &listed.orders[..] else { panic!("{listed:?}") };
    assert_eq!((listed.client_order_id.as_str(), &listed.status), ("a", &OrderStatus::Resting));
    let body = format!(
        r#"{{"ticker":"{TICKER}","side":"bid","price":"0.0200","count":"3.00","client_order_id":"a","updated_client_order_id":"b"}}"#
    );
    let amended: AmendOrderAnswer = member.read(200, "POST", &format!("{path}/amend"), &body);
    assert_eq!(amended.client_order_id.as_deref(), Some("b"));
    assert_eq!((amended.order_id.as_str(), amended.fill_count), (placed.order_id.as_str(), None));
    assert_eq!(amended.remaining_count.unwrap().to_string(), "3.00");
    assert_eq!(paid(free(&member)), "0.060000");
    let wrong = body.replace("\"bid\"", "\"ask\"").replace("\"a\"", "\"b\"");
    assert!(member.refused("POST", &format!("{path}/amend"), &wrong).1.contains("order_side_mismatch"));
    let one: OrderAnswer = member.read(200, "GET", &format!("/portfolio/orders/{}", placed.order_id), "");
    assert_eq!(
        (one.order.client_order_id.as_str(), one.order.yes_price_dollars.to_string()),
        ("b", "0.0200".to_owned())
    );
    let gone: CancelOrderAnswer = member.read(200, "DELETE", &path, "");
    assert_eq!(gone.reduced_by.to_string(), "3.00");
    assert_eq!(free(&member), before);
    // Taken back, filled or never there: the answer is the same.
    let not_found = (404, r#"{"error":{"code":"not_found","message":"not found"}}"#.to_owned());
    assert_eq!(member.refused("DELETE", &path, ""), not_found);
    assert_eq!(
        member.refused("DELETE", &format!("{ORDERS}/00000000-0000-0000-0000-000000000000"), ""),
        not_found
    );
    for k in 0..3 {
        let name = format!("c{k}");
        member.read::<CreateOrderAnswer>(201, "POST", ORDERS, &order(&name, "ask", "0.9900", "1", POST_ONLY));
    }
    assert_eq!(member.ask("DELETE", ORDERS, "").status, 204);
    let listed: OrdersPage = member.read(200, "GET", "/portfolio/orders?limit=2", "");
    assert_eq!(listed.orders.len(), 2);
    assert!(listed.orders.iter().all(|order| order.status == OrderStatus::Canceled));
    let rest: OrdersPage =
        member.read(200, "GET", &format!("/portfolio/orders?limit=2&cursor={}", listed.cursor), "");
    let names =
        |page: &OrdersPage| page.orders.iter().map(|order| order.client_order_id.clone()).collect::<Vec<_>>();
    assert_eq!(
        (names(&listed), names(&rest)),
        (vec!["c2".into(), "c1".into()], vec!["c0".into(), "b".into()])
    );
    assert_eq!(rest.cursor, "");
}

#[test]
fn what_is_refused_is_refused_in_kalshis_words() {
    let member = Member::join("refused", &STILL);
    let nested = |status: u16, code: &str, details: &str| {
        let message = code.replace('_', " ");
        let details = if details.is_empty() { String::new() } else { format!(r#","details":"{details}""#) };
        (status, format!(r#"{{"error":{{"code":"{code}","message":"{message}"{details}}}}}"#))
    };
    let refused = |body: &str| member.refused("POST", ORDERS, body);
    assert_eq!(refused(&order("a", "bid", "0.5150", "1", POST_ONLY)), nested(400, "invalid_price", ""));
    assert_eq!(
        refused(&order("b", "bid", "0.9900", "1", POST_ONLY)),
        nested(400, "invalid_order", "post only cross")
    );
    assert_eq!(refused(&order("c", "bid", "0.0100", "2000000", "")), nested(400, "insufficient_balance", ""));
    let (status, text) =
        refused(&order("d", "bid", "0.0100", "1", "").replace("\"count\":\"1\"", "\"count\":1"));
    assert!(
        status == 400
            && text.starts_with(r#"{"code":"bad_request","message":"bad request","details":"json: "#),
        "{text}"
    );
    let past = format!(r#","expiration_time":{}"#, now_ms() / 1_000 - 60);
    assert_eq!(
        refused(&order("e", "bid", "0.0100", "1", &past)),
        nested(400, "invalid_parameters", "Expiration timestamp must be in the future")
    );
    let kill = order("f", "bid", "0.0100", "1", "").replace("good_till_canceled", "fill_or_kill");
    assert_eq!(refused(&kill), nested(409, "fill_or_kill_insufficient_resting_volume", ""));
    // Even a killed order's name is taken.
    assert_eq!(refused(&kill), nested(409, "order_already_exists", ""));
    let group = order("g", "bid", "0.0100", "1", r#","order_group_id":"x""#);
    assert_eq!(refused(&group), nested(404, "order_group_not_found", ""));
    for (method, path) in [("POST", "/portfolio/orders"), ("DELETE", "/portfolio/orders/x")] {
        assert_eq!(member.ask(method, path, "{}").status, 410);
    }
    // None of it has left an order or cost anything.
    let listed: OrdersPage = member.read(200, "GET", "/portfolio/orders", "");
    assert!(listed.orders.is_empty());
    assert_eq!(free(&member).to_string(), "10000.000000");
}

#[test]
fn kill_takes_all_orders_back_and_says_when_it_can_not_know() {
    for kind in ["ed25519", "rsa"] {
        let mut member = Member::join(&format!("kill-{kind}"), &[&STILL[..], &["--key", kind]].concat());
        for k in 0..3 {
            let body = order(&format!("k{k}"), "bid", "0.0100", "1", POST_ONLY);
            member.read::<CreateOrderAnswer>(201, "POST", ORDERS, &body);
        }
        let killed = member.tauroi(&["kill"]);
        assert!(killed.status.success(), "{killed:?}");
        assert_eq!(String::from_utf8(killed.stdout).unwrap(), "No order rests.\n");
        let listed: OrdersPage = member.read(200, "GET", "/portfolio/orders?status=resting", "");
        assert!(listed.orders.is_empty());
        // Nobody is there any more: that nothing rests can't be said.
        member.server.process().kill().unwrap();
        member.server.process().wait().unwrap();
        let failed = member.tauroi(&["kill"]);
        let said = String::from_utf8(failed.stderr).unwrap();
        assert!(!failed.status.success() && failed.stdout.is_empty(), "{said}");
        assert!(said.contains("ORDERS MAY STILL REST") && !said.contains("PRIVATE"), "{said}");
    }
}
