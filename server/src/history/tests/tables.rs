//! What is in the tables, beside what the exchange says.

use std::collections::BTreeMap;

use shared::wire;

use super::super::{Question, Series};
use super::{Folder, SERIES, World, all_past, question, tape, two_tiers};
use crate::kalshi::{Tier, TradesAsked};

/// Returns all trades that a tier has, by id.
async fn told(world: &World, tier: Tier) -> BTreeMap<String, wire::Trade> {
    let (mut all, mut from) = (BTreeMap::new(), None);
    loop {
        let part = world.client.trades_part(tier, TradesAsked::default(), from.as_ref()).await.unwrap();
        all.extend(part.items.into_iter().map(|trade| (trade.trade_id.clone(), trade)));
        from = part.next;
        if from.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn both_tiers_are_read_and_each_trade_is_there_once() {
    let world = World::start(two_tiers(), "").await;
    let (live, past) = (told(&world, Tier::Live).await, told(&world, Tier::Historical).await);
    let both = past.keys().filter(|id| live.contains_key(*id)).count();
    assert!(live.len() > 20 && past.len() > 20 && both > 0, "{} {} {both}", live.len(), past.len());
    let folder = Folder::new();
    let fetched = world.fetch(&folder, &question()).await;
    assert_eq!((fetched.contracts, fetched.settled, fetched.events, fetched.odd), (10, 10, 1, 0));
    let recorded = tape(&folder.0);
    assert!(recorded.left_out.is_empty(), "{:?}", recorded.left_out);
    // October and November.
    assert_eq!(recorded.files.len(), 2);
    let all: BTreeMap<_, _> = live.into_iter().chain(past).collect();
    let mut expected: Vec<_> = all.values().map(|trade| trade.print().unwrap()).collect();
    expected.sort_by_key(|trade| (trade.at, trade.ticker.clone(), trade.id));
    let mut found = recorded.trades;
    found.sort_by_key(|trade| (trade.at, trade.ticker.clone(), trade.id));
    assert!(found == expected, "{} of {}", found.len(), expected.len());
}

#[tokio::test]
async fn contracts_settlements_and_candles_are_as_the_exchange_says() {
    // It makes no difference which tier has them.
    let (live, past) = (World::start(two_tiers(), "").await, World::start(all_past(), "").await);
    let (folder, other) = (Folder::new(), Folder::new());
    live.fetch(&folder, &question()).await;
    past.fetch(&other, &question()).await;
    assert!(folder.tables() == other.tables());
    let markets = super::super::markets_of(&folder.0).unwrap();
    let known = crate::markets::read(&markets);
    assert!(known.left_out.is_empty(), "{:?}", known.left_out);
    assert_eq!(known.contracts.len(), 10);
    let winners =
        known.contracts.iter().filter(|contract| contract.result == Some(shared::market::Side::Yes));
    assert_eq!(winners.count(), 1);
    let first = &known.contracts[0];
    assert_eq!(first.mutually_exclusive, Some(true));
    assert_eq!(first.fee_type, Some(shared::market::FeeType::Quadratic));
    assert_eq!(first.close_time, Some(super::at("2026-11-02T00:00:00Z")));
    let settlements = folder.text(&format!("settlements/series={SERIES}.parquet"));
    assert_eq!(settlements.lines().count(), 11);
    assert!(settlements.contains(",yes,1.0000,2026-11-02T17:00:00"), "{settlements}");
    // Of the trades of each hour the candles say how many contracts they were of.
    let mut by_month = 0;
    for month in ["2026-10", "2026-11"] {
        let candles = folder.text(&format!("candles/series={SERIES}/month={month}/candles-60m.parquet"));
        let mut rows = csv::Reader::from_reader(candles.as_bytes());
        for row in rows.deserialize::<BTreeMap<String, String>>() {
            let row = row.unwrap();
            assert_eq!(row["period_interval"], "60");
            by_month += row["volume_fp"].replace('.', "").parse::<i64>().unwrap();
        }
    }
    let traded: i64 = tape(&folder.0).trades.iter().map(|trade| trade.count.hundredths()).sum();
    assert_eq!(by_month, traded);
}

#[tokio::test]
async fn one_event_and_a_stretch_of_time_can_be_asked_for() {
    let world = World::start(two_tiers(), "").await;
    let (from, to) = (super::at("2026-10-31T06:00:00Z"), super::at("2026-11-01T06:30:00Z"));
    let asked = Question {
        series: Vec::new(),
        events: vec!["KXTOPMONTHLY-SIM".parse().unwrap()],
        from: Some(from),
        to: Some(to),
        candles: None,
    };
    let (part, whole) = (Folder::new(), Folder::new());
    world.fetch(&part, &asked).await;
    world.fetch(&whole, &question()).await;
    let within: Vec<_> =
        tape(&whole.0).trades.into_iter().filter(|trade| trade.at >= from && trade.at < to).collect();
    assert!(!within.is_empty() && tape(&part.0).trades == within);
    assert!(!part.0.join("candles").exists());
    // The rest of it later: the same files as if all had been asked for at once.
    world.fetch(&part, &question()).await;
    assert!(part.tables() == whole.tables());
}

#[tokio::test]
async fn what_the_exchange_does_not_know_is_said() {
    let world = World::start(two_tiers(), "").await;
    let folder = Folder::new();
    let none = Question { series: vec!["KXNONE".parse::<Series>().unwrap()], ..question() };
    let settings = world.settings(&none);
    let refused = super::fetch(&folder.home(), &world.client, &settings, &mut |_| Ok(())).await.unwrap_err();
    assert_eq!(refused.to_string(), "--series: the exchange knows no series KXNONE");
}

/// Some contracts that have settled answer 404 for ever: they are named, and the others are read.
#[tokio::test]
async fn contracts_that_are_gone_for_ever_are_named_and_passed_over() {
    let behaviour = crate::paper::Behaviour { vanished: 0.3, ..two_tiers() };
    let world = World::start(behaviour, "").await;
    let folder = Folder::new();
    let (_, odd) = world.listen(&folder, &question()).await;
    assert!((1..9).contains(&odd.len()), "{odd:?}");
    assert!(
        odd.iter()
            .all(|what| what.ends_with("its candles aren't found (404), which may stay so: passed over"))
    );
    assert!(tape(&folder.0).trades.len() > 40);
}
