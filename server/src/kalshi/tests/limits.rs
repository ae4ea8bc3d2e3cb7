//! How much may be asked, as the paper exchange says it.

use shared::wire::BookSide;

use super::scripted::{Scripted, answer};
use super::{Exchange, order, soon};
use crate::clock::Clock;
use crate::kalshi::{Client, Config, Failure, Sending};
use crate::paper::{KeyKind, Settings, Tier, start};

#[tokio::test]
async fn what_the_exchange_allows_is_used_and_never_exceeded() {
    let begin = "2026-11-16T10:00:00Z".parse().unwrap();
    // Its clock stands: whoever spends more than a bucket holds is refused.
    let clock = Clock::by_hand(begin);
    let settings = Settings { past_days: 0, tier: Some(Tier::Premier), ..Settings::demo(20, clock.clone()) };
    let running = start(settings).await.unwrap();
    let member = Client::new(Config::of_paper(running.credentials()).unwrap(), clock.clone()).unwrap();
    assert_eq!(member.budget_of_writes(), 100);
    soon(member.learn_limits()).await.unwrap();
    // A second of 1,200 tokens, as often as three times. What it says doesn't fill our bucket: time does.
    assert_eq!(member.budget_of_writes(), 3_600);
    clock.put_on(clock.now().checked_add_micros(3_000_000).unwrap());
    let ticker = "KXTOPMONTHLY-26NOV-AUR".parse().unwrap();
    for k in 0..360 {
        let bid = order(&ticker, &format!("{k}"), BookSide::Bid, "0.0100", "0.01");
        let placed = soon(member.create(&bid, &mut Sending::default())).await;
        assert!(!matches!(placed, Err(Failure::Refused { status: 429, .. })), "order {k} came too early");
    }
    // The next one waits until the clock goes on, and is not refused then.
    let bid = order(&ticker, "next", BookSide::Bid, "0.0100", "0.01");
    let mut sending = Sending::default();
    let next = member.create(&bid, &mut sending);
    tokio::pin!(next);
    tokio::select! {
        biased;
        early = &mut next => panic!("it didn't wait: {early:?}"),
        () = tokio::task::yield_now() => {}
    }
    clock.put_on(clock.now().checked_add_micros(10_000).unwrap());
    let placed = soon(next).await;
    assert!(!matches!(placed, Err(Failure::Refused { status: 429, .. })), "{placed:?}");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn limits_are_asked_at_first_each_hour_and_after_a_refusal() {
    let costs = answer("200 OK", "", r#"{"default_cost":10,"endpoint_costs":[]}"#);
    let limits = |capacity: u64| {
        let body = format!(
            r#"{{"usage_tier":"basic","read":{{"bucket_capacity":600,"refill_rate":200}},
                "write":{{"bucket_capacity":{capacity},"refill_rate":100}},"grants":[]}}"#
        );
        answer("200 OK", "", &body)
    };
    let busy = answer("429 Too Many Requests", "", r#"{"error":"too many requests"}"#);
    let script = [costs.clone(), limits(101), costs.clone(), limits(102), busy, costs, limits(103)];
    let server = Scripted::start(script).await;
    let clock = Clock::by_hand("2026-11-16T10:00:00Z".parse().unwrap());
    let member = server.member(clock.clone());
    let followed = member.follow_limits();
    let is = async |capacity| {
        soon(async {
            while member.budget_of_writes() != capacity {
                tokio::task::yield_now().await;
            }
        })
        .await;
    };
    is(101).await;
    clock.put_on(clock.now().checked_add_micros(3_600_000_000).unwrap());
    is(102).await;
    let refused = soon(member.cancel_all()).await.unwrap_err();
    assert!(matches!(refused, Failure::Refused { status: 429, .. }), "{refused}");
    // Reads have their own bucket, so that the limits can be asked although that of writes is empty.
    is(103).await;
    drop(followed);
    assert_eq!(server.asked().len(), 7);
}

#[tokio::test]
async fn a_batch_that_no_bucket_holds_is_not_sent() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let ticker = exchange.tickers().await.remove(0);
    let orders = (0..11).map(|k| order(&ticker, &format!("{k}"), BookSide::Bid, "0.0100", "1.00")).collect();
    let batch = shared::wire::BatchCreate { orders };
    let failed = exchange.client.batch_create(&batch, &mut Sending::default()).await.unwrap_err();
    let Failure::NotSent(why) = failed else { panic!("{failed}") };
    assert!(why.to_string().contains("costs 110 tokens"), "{why}");
    assert!(exchange.client.resting().await.unwrap().is_empty());
    exchange.running.stop().await.unwrap();
}
