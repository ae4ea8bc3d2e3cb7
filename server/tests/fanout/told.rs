//! What replicas tell is what the desk's process tells, whatever others publish and whatever becomes of NATS.

use shared::api::Health;
use shared::market::Ticker;
use shared::stream::{Appended, DeskState, Topic};

use crate::SOON;
use crate::house::House;
use crate::support::Server;
use crate::watch::Watch;

/// Watches a server with all of its log, and returns that once the desk quotes.
async fn watch(server: &Server) -> (Watch, Vec<Ticker>) {
    let mut watch = Watch::open(server).await;
    watch.follow(Topic::Log {}).await;
    let told = watch.until("quoting", |desk| desk.state == DeskState::Quoting && desk.resting > 0).await;
    (watch, told.rows.into_iter().map(|row| row.ticker).collect())
}

/// Waits until a page's log begins with another one's.
async fn has(watch: &mut Watch, log: &Appended) {
    let began = std::time::Instant::now();
    let ends = |now: &Appended| {
        log.fills.iter().all(|fill| now.fills.contains(fill))
            && log.alerts.iter().all(|one| now.alerts.contains(one))
    };
    while !ends(&watch.log()) {
        assert!(began.elapsed() < SOON, "what the other was told is not told here");
        watch.hear().await;
    }
}

#[tokio::test]
async fn replicas_tell_what_the_desks_process_tells() {
    let Some(house) = House::begin("fanout-told") else { return };
    let desk = house.desk("desk", &[]);
    let replicas = [house.replica("a", &[]), house.replica("b", &[])];
    let (mut own, tickers) = watch(&desk).await;
    let topic = Topic::Book { ticker: tickers[0].clone() };
    for replica in &replicas {
        let (mut there, same) = watch(replica).await;
        assert_eq!(same, tickers);
        there.follow(topic.clone()).await;
        while there.book(&topic).is_none_or(|book| book.levels.is_empty()) {
            there.hear().await;
        }
        // Fills come, and each of them is told here too.
        let fills = own.log().fills.len();
        while own.log().fills.len() == fills {
            own.hear().await;
        }
        has(&mut there, &own.log()).await;
        let told = there.log();
        has(&mut own, &told).await;
        let health: Health = replica.get("/api/health", &[]).json();
        assert!(health.desk && health.market);
    }
    // A contract that there is not.
    let strange = Topic::Book { ticker: "A-B-C".parse().unwrap() };
    let mut there = Watch::open(&replicas[0]).await;
    there.say(&shared::stream::FromPage::Subscribe { topic: strange.clone() }).await;
    while there.hear().await != (shared::stream::ToPage::None { topic: strange.clone() }) {}
}

#[tokio::test]
async fn while_nats_is_gone_pages_are_told_since_when_and_then_nothing_is_missing() {
    let Some(mut house) = House::begin("fanout-cut") else { return };
    let desk = house.desk("desk", &[]);
    let replica = house.replica("a", &[]);
    let (mut own, _) = watch(&desk).await;
    let (mut there, _) = watch(&replica).await;
    house.nats.kill();
    let told = there.until("blind", |desk| desk.state == DeskState::Blind).await;
    assert!(told.why.contains("has not been heard since") && told.feed_age_ms.is_none(), "{}", told.why);
    let told = there.until("told of NATS", |desk| desk.why.contains("NATS is not connected")).await;
    assert_eq!(told.state, DeskState::Blind);
    let answer = replica.ask("POST", "/api/desk/pause", &[("Accept", "application/json")]);
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.text().contains("Nothing was done: NATS is not connected"), "{}", answer.text());
    // The desk goes on without it.
    own.until("quoting", |desk| desk.state == DeskState::Quoting).await;
    house.nats.again();
    there.until("quoting", |desk| desk.state == DeskState::Quoting).await;
    own.catch_up();
    has(&mut there, &own.log()).await;
}

#[tokio::test]
async fn what_somebody_else_publishes_harms_nobody() {
    let Some(house) = House::begin("fanout-garbage") else { return };
    let desk = house.desk("desk", &[]);
    let replica = house.replica("a", &[]);
    let (mut there, _) = watch(&replica).await;
    let epoch = i64::MAX.to_le_bytes();
    let stranger = house.stranger().await;
    let mut instances = Vec::new();
    let mut beats = stranger.subscribe("tauroi.beat").await.unwrap();
    if let Some(beat) = futures_util::StreamExt::next(&mut beats).await {
        instances.push(i64::from_le_bytes(beat.payload[4..12].try_into().unwrap()));
    }
    let head = |instance: i64, number: i64, piece: u32, pieces: u32| {
        let words =
            [1_u32.to_le_bytes().to_vec(), instance.to_le_bytes().to_vec(), number.to_le_bytes().to_vec()];
        [words.concat(), piece.to_le_bytes().to_vec(), pieces.to_le_bytes().to_vec()].concat()
    };
    // A process of the far future, of another mode, and none.
    let future = [&1_u32.to_le_bytes()[..], &epoch, &[0; 8], &[0]].concat();
    let mut messages = vec![Vec::new(), vec![0xff; 7], vec![0xff; 1_000_000], future, vec![0; 21]];
    for instance in instances.iter().copied().chain([0, -1, i64::MAX]) {
        messages.push(head(instance, i64::MAX - 1, 0, 1));
        messages.push([head(instance, 3, 0, 1), vec![0xff; 600_000]].concat());
        messages.push([head(instance, 4, 0, u32::MAX), vec![1; 900_000]].concat());
        messages.push(head(instance, 5, 7, 3));
    }
    let to: Vec<String> = ["tauroi.round", "tauroi.beat"]
        .map(str::to_owned)
        .into_iter()
        .chain(instances.iter().flat_map(|at| [format!("tauroi.ask.{at}"), format!("tauroi.command.{at}")]))
        .collect();
    for message in &messages {
        for to in &to {
            stranger.publish_with_reply(to.clone(), "nowhere", message.clone().into()).await.unwrap();
        }
    }
    stranger.flush().await.unwrap();
    let now = there.until("told", |_| true).await.now;
    there.until("told on", |desk| desk.now > now && desk.state == DeskState::Quoting).await;
    // Who comes later is told all of it.
    let (mut late, _) = watch(&replica).await;
    let (mut own, _) = watch(&desk).await;
    own.until("told", |_| true).await;
    has(&mut late, &own.log()).await;
}
