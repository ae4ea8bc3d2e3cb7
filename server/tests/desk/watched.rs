//! What those who watch are told, over a real socket.

use std::time::Instant;

use futures_util::{SinkExt as _, StreamExt as _};
use shared::stream::{FromPage, ToPage, Topic};
use shared::wire::FillsPage;
use tokio_tungstenite::tungstenite::Message;

use crate::SOON;
use crate::account::{agrees, shows_what_rests};
use crate::desk::{Desk, fresh};
use crate::member::Member;
use crate::watch::Watch;

/// Orders that live for longer than a machine that is busy elsewhere needs, at a clock that runs as fast as here.
const LONG: [&str; 2] = ["--order-ttl-s", "86400"];

#[tokio::test]
async fn a_page_is_told_the_fills_that_the_exchange_lists() {
    let member = Member::join("desk-watched", &["--speed", "1000", "--days", "31"]);
    let desk = Desk::start(&member.env, &fresh("desk-watched.sqlite"), &LONG);
    let mut watch = desk.watch().await;
    watch.follow(Topic::Log {}).await;
    shows_what_rests(&member, &mut watch).await;
    let traded = watch.until("trading", |desk| desk.fills >= 3).await;
    assert!(traded.start_equity.microdollars() > 0 && traded.feed_age_ms.is_some());
    assert_eq!(desk.tell("pause").status, 200);
    agrees(&member, &mut watch).await;
    let listed: FillsPage = member.read(200, "GET", "/portfolio/fills?limit=1000", "");
    let mut listed: Vec<_> = listed
        .fills
        .into_iter()
        .map(|fill| {
            (fill.ticker, fill.book_side.action(), fill.yes_price_dollars, fill.count_fp, fill.fee_cost)
        })
        .collect();
    listed.sort();
    let began = Instant::now();
    loop {
        let mut told: Vec<_> = watch
            .log()
            .fills
            .into_iter()
            .map(|fill| (fill.ticker, fill.action, fill.price, fill.count, fill.fee))
            .collect();
        told.sort();
        if told == listed {
            break;
        }
        assert!(began.elapsed() < SOON, "told {told:?}, listed {listed:?}");
        watch.hear().await;
    }
    // Equity is noted as time passes.
    let equity = watch.log().equity;
    assert!(equity.len() > 3 && equity.is_sorted_by_key(|(at, _)| *at));
    // Whoever comes later is told the same of it all.
    let mut late = desk.watch().await;
    late.follow(Topic::Log {}).await;
    late.until("told", |_| true).await;
    while late.log().fills.is_empty() {
        late.hear().await;
    }
    assert_eq!(late.log().fills, watch.log().fills);
}

/// Returns whether the stream ends, which the other end does to whoever says what makes no sense.
pub(crate) async fn ends(watch: &mut Watch) -> bool {
    let began = Instant::now();
    while began.elapsed() < SOON {
        match tokio::time::timeout(SOON, watch.socket.next()).await {
            Ok(None | Some(Err(_)) | Some(Ok(Message::Close(_)))) => return true,
            Ok(Some(Ok(_))) => {}
            Err(_) => return false,
        }
    }
    false
}

#[tokio::test]
async fn whoever_asks_for_what_is_not_there_or_makes_no_sense_harms_nobody() {
    let member = Member::join("desk-odd", &["--speed", "300"]);
    let desk = Desk::start(&member.env, &fresh("desk-odd.sqlite"), &[]);
    let mut watch = desk.watch().await;
    watch.until("quoting", |desk| desk.resting > 0).await;
    let none = Topic::Book { ticker: "KXTOPMONTHLY-SIM-NOBODY".parse().unwrap() };
    watch.say(&FromPage::Subscribe { topic: none.clone() }).await;
    loop {
        if let ToPage::None { topic } = watch.hear().await {
            assert_eq!(topic, none);
            break;
        }
    }
    watch.say(&FromPage::Unsubscribe { topic: none }).await;
    watch.say(&FromPage::Ping {}).await;
    while watch.hear().await != (ToPage::Pong {}) {}
    // More topics than there are on any page.
    let mut greedy = desk.watch().await;
    for k in 0..20 {
        let topic = Topic::Book { ticker: format!("KXTOPMONTHLY-SIM-N{k}").parse().unwrap() };
        // It may be closed already.
        let asked = shared::codec::Codec::to_message(&FromPage::Subscribe { topic }).bytes;
        let _ = greedy.socket.send(Message::Binary(asked.into())).await;
    }
    assert!(ends(&mut greedy).await);
    for bytes in [vec![], vec![255; 64], vec![1, 1], vec![0; 4_096]] {
        let mut odd = desk.watch().await;
        odd.socket.send(Message::Binary(bytes.clone().into())).await.unwrap();
        assert!(ends(&mut odd).await, "{bytes:?}");
    }
    // The one that made sense is told on, and the desk quotes.
    let told = watch.until("told", |_| true).await;
    assert!(told.state == shared::stream::DeskState::Quoting, "{told:?}");
}

#[tokio::test]
async fn whoever_never_reads_holds_nobody_up() {
    let member = Member::join("desk-deaf", &["--speed", "1000", "--days", "31"]);
    let desk = Desk::start(&member.env, &fresh("desk-deaf.sqlite"), &LONG);
    let mut watch = desk.watch().await;
    let first = shows_what_rests(&member, &mut watch).await;
    let mut deaf = Vec::new();
    for _ in 0..8 {
        let mut one = desk.watch().await;
        for (ticker, ..) in &first {
            // From here on nothing is read.
            one.say(&FromPage::Subscribe { topic: Topic::Book { ticker: ticker.clone() } }).await;
        }
        one.say(&FromPage::Subscribe { topic: Topic::Log {} }).await;
        deaf.push(one);
    }
    let now = watch.until("told", |_| true).await.now;
    // The desk goes on as its clock does: an hour of it, with orders that are kept up and trade.
    let later = now.checked_add_micros(3_600_000_000).unwrap();
    watch.until("later", |desk| desk.now > later && desk.resting > 0).await;
    assert_eq!(desk.tell("pause").status, 200);
    agrees(&member, &mut watch).await;
    drop(deaf);
}
