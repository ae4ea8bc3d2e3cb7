//! Each limit stops the desk in a market that is written for it, and those who watch are told which, its numbers, and until when.

use std::path::PathBuf;
use std::time::Instant;

use shared::desk::{ByHand, HandWhat};
use shared::format;
use shared::market::Action;
use shared::stream::{Data, DeskRow, DeskState, DeskView, ToPage, Topic};
use shared::units::{Cash, Timestamp};

use crate::SOON;
use crate::desk::{Desk, fresh};
use crate::journal::replay;
use crate::member::Member;
use crate::script::{SERIES, Script, contract};
use crate::watch::Watch;

/// What lets nothing but the limits decide: no skew, and no print is so surprising that quotes are pulled.
const PLAIN: &str = "preset=seed-fixed3&skew_cents=0&pull_at=500&z_widen=100&z_pull=100&max_position_per_ticker=500&max_order_size=100";

/// Starts an exchange with the event at this speed.
fn exchange(name: &str, speed: &str) -> Member {
    Member::join(name, &["--speed", speed, "--start", "2026-11-20T20:00:00Z", "--days", "31", "--plain"])
}

/// Starts a desk on the event with these settings beside the plain ones, and says where its journal is.
fn desk(member: &Member, name: &str, set: &str) -> (Desk, PathBuf) {
    let config = format!("{PLAIN}&{set}");
    let options = ["--series", SERIES, "--config", &config, "--order-ttl-s", "86400"];
    let journal = fresh(&format!("{name}.sqlite"));
    (Desk::start(&member.env, &journal, &options), journal)
}

fn row<'a>(desk: &'a DeskView, name: &str) -> &'a DeskRow {
    desk.rows.iter().find(|row| row.ticker == contract(name)).unwrap()
}

/// Waits until so many hundredths of a contract are held of A, with quotes as that allows.
async fn until_held(watch: &mut Watch, held: i64) -> DeskView {
    watch.until("holding it", |desk| row(desk, "A").position == held).await
}

/// Waits until A is bid for, and returns at which price.
async fn bid(watch: &mut Watch) -> String {
    let is_bid = |desk: &DeskView| !desk.rows.is_empty() && row(desk, "A").quotes[0].is_some();
    let desk = watch.until("bidding", is_bid).await;
    row(&desk, "A").quotes[0].unwrap().0.to_string()
}

/// Waits until those who watch are told a sentence that has these words, in this order.
async fn until_told(watch: &mut Watch, words: &[&str]) -> DeskView {
    let has = |desk: &DeskView| {
        words
            .iter()
            .try_fold(desk.why.as_str(), |rest, word| rest.split_once(word).map(|(_, rest)| rest))
            .is_some()
    };
    watch.until(&format!("saying {words:?}"), has).await
}

#[tokio::test]
async fn the_order_size_cuts_quotes_and_says_so() {
    let member = exchange("limits-size", "60");
    let script = Script::list(&member, &["A"]);
    script.opens("A", ["0.40", "0.50", "0.60"]);
    let (desk, _) = desk(&member, "limits-size", "quote_size=5&max_order_size=2");
    let mut watch = desk.watch().await;
    let told = until_told(&mut watch, &["max_order_size is 2.00: quotes of 5.00 are cut to it"]).await;
    assert_eq!(told.state, DeskState::Quoting);
    let cut = |desk: &DeskView| {
        row(desk, "A").quotes.iter().all(|quote| quote.is_some_and(|(_, count)| count.to_string() == "2.00"))
    };
    watch.until("quoting two", cut).await;
}

#[tokio::test]
async fn the_position_limit_takes_a_side_out_until_the_position_is_smaller() {
    let member = exchange("limits-position", "60");
    let script = Script::list(&member, &["A"]);
    script.opens("A", ["0.40", "0.50", "0.60"]);
    let (desk, _) = desk(&member, "limits-position", "quote_size=1&max_position_per_ticker=3");
    let mut watch = desk.watch().await;
    for held in 1..=3 {
        let price = bid(&mut watch).await;
        assert_eq!(script.takes("A", "sell", &price, "1"), 1.0);
        until_held(&mut watch, held * 100).await;
    }
    let words =
        ["max_position_per_ticker is 3.00: no bid of A (would be 4.00), until the position is smaller."];
    let told = until_told(&mut watch, &words).await;
    assert_eq!(told.state, DeskState::Quoting);
    let is_out = |desk: &DeskView| matches!(row(desk, "A").quotes, [None, Some(_)]);
    let told = watch.until("offering alone", is_out).await;
    // Somebody buys one of them.
    let (price, _) = row(&told, "A").quotes[1].unwrap();
    assert_eq!(script.takes("A", "buy", &price.to_string(), "1"), 1.0);
    until_held(&mut watch, 200).await;
    let is_back = |desk: &DeskView| desk.why.is_empty() && row(desk, "A").quotes.iter().all(Option::is_some);
    watch.until("quoting both sides", is_back).await;
}

#[tokio::test]
async fn a_days_loss_halts_until_the_next_midnight_and_no_longer() {
    let member = exchange("limits-loss", "1000");
    let script = Script::list(&member, &["A"]);
    script.opens("A", ["0.40", "0.50", "0.60"]);
    let (desk, journal) = desk(&member, "limits-loss", "quote_size=50&max_daily_loss_pct=0.2");
    let mut watch = desk.watch().await;
    watch.follow(Topic::Log {}).await;
    bid(&mut watch).await;
    // The price falls by a cent a trade, and the desk buys all the way.
    let mut told = None;
    for cents in (5..47).rev() {
        let price = format!("0.{cents:02}");
        script.withdraw();
        script.rests("A", "buy", &price, "1");
        script.takes("A", "sell", &price, "60");
        let heard = |desk: &DeskView| {
            row(desk, "A").last.is_some_and(|last| last.to_string() == format!("{price}00"))
        };
        let now = watch.until("hearing the trade", heard).await;
        if now.why.contains("max_daily_loss_pct") {
            told = Some(now);
            break;
        }
    }
    let told = match told {
        Some(told) => told,
        None => until_told(&mut watch, &["max_daily_loss_pct"]).await,
    };
    let lost = told.start_equity.microdollars() - told.equity.microdollars();
    assert!(lost >= 20_000_000, "{told:?}");
    let midnight = told.now.date().checked_add_days(1).unwrap().midnight();
    let says = format!("nothing is quoted until {} UTC.", format::instant(midnight));
    assert!(told.why.contains("max_daily_loss_pct is 0.2 %, and it is 0."), "{told:?}");
    assert!(told.why.contains(&says), "{told:?}");
    let halted = watch.until("without quotes", |desk| desk.resting == 0).await;
    assert_eq!(halted.state, DeskState::Quoting);
    // It is among the alerts too.
    let began = Instant::now();
    while !watch.log().alerts.iter().any(|alert| alert.is_wrong && alert.text.contains(&says)) {
        watch.hear().await;
        assert!(began.elapsed() < SOON, "{:?}", watch.log());
    }
    // A pause says it beside itself.
    assert_eq!(desk.tell("pause").status, 200);
    until_told(&mut watch, &["Resume puts them back.", "max_daily_loss_pct", &says]).await;
    assert_eq!(desk.tell("resume").status, 200);
    // Nothing rests before midnight, and then it quotes again.
    let first = quotes_again(&mut watch).await;
    assert!(first >= midnight, "it quotes at {first}");
    drop(desk);
    assert!(replay(&journal) > 0);
}

/// Waits until something rests, for as long as a day takes at this speed, and returns when that was.
async fn quotes_again(watch: &mut Watch) -> Timestamp {
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < 4 * SOON, "it never quotes again");
        if let ToPage::Snapshot { data: Data::Desk { desk }, .. } = watch.hear().await
            && desk.resting > 0
        {
            return desk.now;
        }
    }
}

#[tokio::test]
async fn a_balance_below_the_floor_halts_until_it_is_there_again() {
    let member = exchange("limits-floor", "60");
    let script = Script::list(&member, &["A"]);
    script.opens("A", ["0.40", "0.50", "0.60"]);
    let (desk, _) = desk(&member, "limits-floor", "quote_size=50&min_balance_floor_cents=999000");
    let mut watch = desk.watch().await;
    let price = bid(&mut watch).await;
    assert_eq!(script.takes("A", "sell", &price, "50"), 50.0);
    let words =
        ["min_balance_floor_cents is $9990.000000, and it is $99", "until the balance is there again."];
    let told = until_told(&mut watch, &words).await;
    let floor: Cash = "9990".parse().unwrap();
    assert!(told.balance < floor, "{told:?}");
    watch.until("without quotes", |desk| desk.resting == 0).await;
    // What brings the position nearer to zero may be sold by hand; then the balance is there.
    let what = HandWhat::Place { price: "0.55".parse().unwrap(), count: "50".parse().unwrap() };
    let asked = ByHand { ticker: contract("A"), action: Action::Sell, what, only_says: false };
    let body = serde_json::to_vec(&asked).unwrap();
    let answer = desk.server.send("POST", "/api/desk/hand", &[("Content-Type", "application/json")], &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    watch.until("offering by hand", |desk| desk.resting == 1).await;
    assert_eq!(script.takes("A", "buy", "0.55", "50"), 50.0);
    let is_back = |desk: &DeskView| desk.balance > floor && desk.why.is_empty() && desk.resting == 2;
    watch.until("quoting again", is_back).await;
}

#[tokio::test]
async fn what_the_event_can_lose_at_the_worst_keeps_quotes_out() {
    let member = exchange("limits-event", "60");
    let script = Script::list(&member, &["A", "B"]);
    script.opens("A", ["0.40", "0.50", "0.60"]);
    script.opens("B", ["0.20", "0.30", "0.40"]);
    let (desk, _) = desk(&member, "limits-event", "quote_size=5&max_event_loss=1");
    let mut watch = desk.watch().await;
    // Two bids lose together where neither comes true, and for the second there is no room beside the first.
    let words = ["max_event_loss is $1.000000: no ", " (would be $", ", until less can be lost."];
    let told = until_told(&mut watch, &words).await;
    assert_eq!(told.state, DeskState::Quoting);
    let bids = |desk: &DeskView| desk.rows.iter().filter(|row| row.quotes[0].is_some()).count();
    watch.until("bidding once", |desk| bids(desk) == 1).await;
}

#[tokio::test]
async fn a_budget_of_messages_that_is_spent_keeps_quotes_out_until_one_is_a_minute_old() {
    let member = exchange("limits-messages", "10");
    let script = Script::list(&member, &["A"]);
    script.opens("A", ["0.40", "0.50", "0.60"]);
    let (desk, _) = desk(&member, "limits-messages", "quote_size=1&max_messages_per_minute=10");
    let mut watch = desk.watch().await;
    bid(&mut watch).await;
    // The price goes up and down, and the quotes follow it for as long as they may.
    let mut told = None;
    for cents in [46, 54].into_iter().cycle().take(40) {
        let (price, action) =
            (format!("0.{cents}"), if cents < 50 { ["buy", "sell"] } else { ["sell", "buy"] });
        script.rests("A", action[0], &price, "1");
        script.takes("A", action[1], &price, "10");
        let heard =
            |desk: &DeskView| row(desk, "A").last.is_some_and(|last| last.to_string().starts_with(&price));
        let now = watch.until("hearing the trade", heard).await;
        if now.why.contains("max_messages_per_minute") {
            told = Some(now);
            break;
        }
    }
    let told = told.expect("it is never out of messages");
    let until = told.why.split_once(", until ").unwrap().1;
    assert!(told.why.starts_with("max_messages_per_minute is 10: no "), "{told:?}");
    let until: Timestamp = until.replace(' ', "T").replace("TUTC.", "Z").parse().unwrap();
    let waits = until.micros_since(told.now);
    assert!((-1_000_000..=60_000_000).contains(&waits), "{told:?}");
    let is_back = |desk: &DeskView| desk.why.is_empty() && row(desk, "A").quotes.iter().all(Option::is_some);
    let back = watch.until("quoting both sides", is_back).await;
    assert!(back.now >= until, "{back:?}");
}
