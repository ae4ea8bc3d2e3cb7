//! What is asked for again and again without a key: nothing of it is lost, and nothing is told twice.

use super::scripted::{Scripted, answer};
use super::soon;
use crate::clock::Clock;
use crate::kalshi::{Poll, Round};

const A: &str = "KXTOPMONTHLY-SIM-AUR";
const B: &str = "KXTOPMONTHLY-SIM-BRA";

/// Returns the answer with both books, in which so many bid for A.
fn books(size: &str) -> String {
    let book = |ticker: &str, size: &str| {
        format!(
            r#"{{"ticker":"{ticker}","orderbook_fp":{{"yes_dollars":[["0.4000","{size}"]],"no_dollars":[["0.5500","1.00"]]}}}}"#
        )
    };
    ok(&format!(r#"{{"orderbooks":[{},{}]}}"#, book(A, size), book(B, "1.00")))
}

/// Returns the answer with these trades of a contract, each an id and a second of the minute.
fn trades(ticker: &str, trades: &[(&str, u32)]) -> String {
    let trade = |(id, second): &(&str, u32)| {
        format!(
            r#"{{"trade_id":"{id}","ticker":"{ticker}","count_fp":"1.00","yes_price_dollars":"0.4000",
            "no_price_dollars":"0.6000","taker_outcome_side":"yes","created_time":"2026-11-17T10:00:{second:02}Z"}}"#
        )
    };
    let all: Vec<String> = trades.iter().map(trade).collect();
    ok(&format!(r#"{{"cursor":"","trades":[{}]}}"#, all.join(",")))
}

fn ok(body: &str) -> String {
    answer("200 OK", "", body)
}

fn told(round: &Round) -> (usize, Vec<&str>) {
    (round.books.len(), round.trades.iter().map(|trade| trade.trade_id.as_str()).collect())
}

#[tokio::test]
async fn a_round_that_fails_half_way_loses_nothing_and_no_trade_is_told_twice() {
    let refused = r#"{"error":{"code":"not_found","message":"not found"}}"#;
    let server = Scripted::start([
        books("5.00"),
        trades(A, &[("a1", 1)]),
        answer("404 Not Found", "", refused),
        // Once more.
        books("5.00"),
        trades(A, &[("a1", 1)]),
        trades(B, &[("b1", 1)]),
        // Nothing has changed: trades aren't asked for.
        books("5.00"),
        // A's book has: one more of the same instant, and a later one.
        books("3.00"),
        trades(A, &[("a3", 2), ("a2", 1), ("a1", 1)]),
        books("2.00"),
        trades(A, &[("a3", 2)]),
    ])
    .await;
    let clock = Clock::by_hand("2026-11-17T10:00:00Z".parse().unwrap());
    let mut poll = Poll::new(server.member(clock), [A, B].map(|ticker| ticker.parse().unwrap()));
    assert!(soon(poll.round()).await.unwrap_err().is_not_found());
    assert_eq!(told(&soon(poll.round()).await.unwrap()), (2, vec!["a1", "b1"]));
    assert_eq!(told(&soon(poll.round()).await.unwrap()), (2, vec![]));
    assert_eq!(told(&soon(poll.round()).await.unwrap()), (2, vec!["a2", "a3"]));
    assert_eq!(told(&soon(poll.round()).await.unwrap()), (2, vec![]));
    assert_eq!(server.asked().len(), 11);
}
