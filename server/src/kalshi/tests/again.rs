//! What is asked again by itself, and what is not.

use std::time::Duration;

use shared::wire::{AmendOrder, BookSide, DecreaseOrder};

use super::scripted::{Scripted, answer, member};
use super::{order, soon};
use crate::clock::Clock;
use crate::kalshi::{Failure, Sending};

const STATUS: &str = r#"{"market_settled_ts":"2026-10-01T00:00:00Z","trades_created_ts":"2026-10-01T00:00:00Z",
    "orders_updated_ts":"2026-11-01T00:00:00Z"}"#;
const BUSY: &str = r#"{"error":"too many requests"}"#;

fn clock() -> Clock {
    Clock::scaled("2026-11-16T10:00:00Z".parse().unwrap(), 1_000.0)
}

#[tokio::test]
async fn a_question_is_asked_again_until_it_is_answered() {
    let server = Scripted::start([
        answer("429 Too Many Requests", "", BUSY),
        answer("503 Service Unavailable", "retry-after: 0\r\n", "<html>"),
        answer("200 OK", "", STATUS),
    ])
    .await;
    let member = server.member(clock());
    let cutoff = soon(member.historical_cutoff()).await.unwrap();
    assert_eq!(cutoff.trades_created_ts.to_string(), "2026-10-01T00:00:00Z");
    assert_eq!(server.asked().len(), 3);
    // What then comes is nothing: after the third time it is given up, and the last reason is told.
    let failed = soon(member.historical_cutoff()).await.unwrap_err();
    assert!(matches!(failed, Failure::Unknown(_)), "{failed}");
    assert_eq!(server.asked().len(), 6);
}

#[tokio::test]
async fn who_has_time_asks_longer() {
    let mut answers = vec![answer("502 Bad Gateway", "", ""); 4];
    answers.push(answer("200 OK", "", STATUS));
    let server = Scripted::start(answers).await;
    assert!(soon(server.member(clock()).patient().historical_cutoff()).await.is_ok());
    assert_eq!(server.asked().len(), 5);
}

#[tokio::test]
async fn what_would_be_answered_in_the_same_way_or_too_late_is_not_asked_again() {
    let server = Scripted::start([
        answer("404 Not Found", "", r#"{"error":{"code":"not_found","message":"not found"}}"#),
        answer("200 OK", "", "[]"),
        answer("503 Service Unavailable", "retry-after: 3600\r\n", ""),
    ])
    .await;
    let member = server.member(clock());
    assert!(soon(member.historical_cutoff()).await.unwrap_err().is_not_found());
    for times in [2, 3] {
        let failed = soon(member.historical_cutoff()).await.unwrap_err();
        assert!(matches!(failed, Failure::Unknown(_)), "{failed}");
        assert_eq!(server.asked().len(), times);
    }
}

#[tokio::test]
async fn what_changes_something_is_never_sent_twice() {
    let busy = || [answer("429 Too Many Requests", "", BUSY), answer("502 Bad Gateway", "", "")];
    let server = Scripted::start([busy(), busy(), busy(), busy()].into_iter().flatten()).await;
    let member = server.member(clock());
    let ticker = "KXTOPMONTHLY-SIM-AUR".parse().unwrap();
    let place = order(&ticker, "x", BookSide::Bid, "0.0100", "1");
    let amend = AmendOrder {
        ticker: ticker.clone(),
        side: BookSide::Bid,
        price: place.price,
        count: place.count,
        client_order_id: None,
        updated_client_order_id: None,
        expiration_time: None,
        exchange_index: None,
    };
    let decrease =
        DecreaseOrder { reduce_by: None, reduce_to: None, exchange_index: None, market_ticker: None };
    for times in 1..=2 {
        let refused = times == 1;
        let failed = [
            soon(member.create(&place, &mut Sending::default())).await.unwrap_err(),
            soon(member.amend("an-id", &amend, &mut Sending::default())).await.unwrap_err(),
            soon(member.decrease("an-id", &decrease, &mut Sending::default())).await.unwrap_err(),
            soon(member.cancel("an-id", &mut Sending::default())).await.unwrap_err(),
        ];
        assert_eq!(server.asked().len(), 4 * times, "{:?}", server.asked());
        for (k, failure) in failed.iter().enumerate() {
            let is_refused = matches!(failure, Failure::Refused { status: 429, .. });
            assert_eq!(is_refused, k % 2 == 0, "{refused} {failure}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let elsewhere = member(&format!("http://{nobody}/trade-api/v2"), clock());
    let began = std::time::Instant::now();
    let failed = soon(elsewhere.historical_cutoff()).await.unwrap_err();
    assert!(matches!(failed, Failure::NotSent(_)), "{failed}");
    // Two waits of a tenth of a second and two tenths lie between three times, at least.
    assert!(began.elapsed() >= Duration::from_millis(300));
}
