//! Fetches into a folder that has something already.

use super::super::{Question, left, markets_of};
use super::{Folder, SETTLED, World, at, question, tape, two_tiers};

#[tokio::test]
async fn a_second_fetch_asks_little_and_changes_no_byte() {
    let world = World::start(two_tiers(), "").await;
    let folder = Folder::new();
    let fetched = world.fetch(&folder, &question()).await;
    assert_eq!(fetched.asked, 10);
    let before = folder.tables();
    world.clock.put_on(at(SETTLED).checked_add_micros(3_600_000_000).unwrap());
    let (asked, odd) = world.listen(&folder, &question()).await;
    // The series, its events, and the contracts of both tiers, which are a page and two.
    assert!(odd.is_empty() && asked.len() <= 5, "{asked:?}");
    assert!(folder.tables() == before);
    assert_eq!(left(&folder.home()).await.unwrap(), None);
}

/// While an event is open each fetch adds what is new; the files are then those of a single fetch at the end, but for since
/// when it was known.
#[tokio::test]
async fn a_later_fetch_adds_what_is_new() {
    let world = World::start(two_tiers(), "").await;
    let folder = Folder::new();
    for until in ["2026-10-30T09:00:00Z", "2026-10-31T00:00:30Z", "2026-11-01T12:34:56.7Z"] {
        let mut settings = world.settings(&question());
        settings.now = at(until);
        super::fetch(&folder.home(), &world.client, &settings, &mut |_| Ok(())).await.unwrap();
        assert!(tape(&folder.0).trades.iter().all(|trade| trade.at < at(until)));
    }
    world.fetch(&folder, &question()).await;
    let whole = Folder::new();
    world.fetch(&whole, &question()).await;
    let is_rows = |path: &std::path::Path| !path.starts_with("markets");
    let (parts, whole) = (folder.tables(), whole.tables());
    assert!(parts.keys().eq(whole.keys()));
    for (path, bytes) in whole.iter().filter(|(path, _)| is_rows(path)) {
        assert!(parts.get(path) == Some(bytes), "{}", path.display());
    }
}

/// One contract settles two days before it was to close, at a part of a dollar; the exchange goes on saying when it was to close.
/// That stale time is not taken for the end: readers take the settlement's, and nothing more is asked for.
#[tokio::test]
async fn early_settlement_with_a_stale_close_time_is_the_end_of_a_contract() {
    let world = World::open(two_tiers(), "").await;
    world.clock.put_on(at("2026-10-31T12:00:00Z"));
    let ticker = "KXTOPMONTHLY-SIM-AUR";
    world.control(&format!("/markets/{ticker}"), r#"{"settle":"0.2600"}"#).await;
    world.clock.put_on(at("2026-10-31T13:00:00Z"));
    let folder = Folder::new();
    world.fetch(&folder, &question()).await;
    let known = crate::markets::read(&markets_of(&folder.0).unwrap());
    let early = known.contracts.iter().find(|contract| contract.ticker.as_str() == ticker).unwrap();
    assert_eq!(early.settlement_value.map(|value| value.to_string()).as_deref(), Some("0.2600"));
    assert_eq!(early.close_time, Some(at("2026-10-31T12:00:00Z")));
    let others =
        known.contracts.iter().filter(|contract| contract.close_time == Some(at("2026-11-02T00:00:00Z")));
    assert_eq!(others.count(), 9);
    world.clock.put_on(at("2026-10-31T15:00:00Z"));
    let (asked, _) = world.listen(&folder, &question()).await;
    assert!(asked.iter().any(|what| what.contains("the trades")), "{asked:?}");
    assert!(!asked.iter().any(|what| what.contains(ticker)), "{asked:?}");
}

#[tokio::test]
async fn another_question_keeps_what_an_unfinished_one_has_brought() {
    let world = World::start(two_tiers(), "").await;
    let (folder, whole) = (Folder::new(), Folder::new());
    let mut steps = 0;
    let mut watch = |_: super::Step<'_>| {
        steps += 1;
        anyhow::ensure!(steps < 200, "enough");
        Ok(())
    };
    let settings = world.settings(&question());
    super::fetch(&folder.home(), &world.client, &settings, &mut watch).await.unwrap_err();
    let there = left(&folder.home()).await.unwrap().unwrap();
    assert!(there.finished > 0 && there.finished < there.listed && there.listed == 10, "{there:?}");
    let other = Question { candles: None, ..question() };
    let fetched = world.fetch(&folder, &other).await;
    assert_eq!(fetched.asked, 10 - there.finished);
    world.fetch(&whole, &other).await;
    assert!(tape(&folder.0).trades == tape(&whole.0).trades);
}

#[tokio::test]
async fn a_file_that_was_changed_is_not_written_over() {
    let world = World::start(two_tiers(), "").await;
    let folder = Folder::new();
    world.fetch(&folder, &question()).await;
    let [file] = &markets_of(&folder.0).unwrap()[..] else { panic!("a file a series") };
    std::fs::write(file, b"mine").unwrap();
    let settings = world.settings(&question());
    let refused = super::fetch(&folder.home(), &world.client, &settings, &mut |_| Ok(())).await.unwrap_err();
    assert!(refused.to_string().contains("isn't as it was written: put it back, or take"), "{refused}");
    std::fs::remove_file(file).unwrap();
    let refused = super::fetch(&folder.home(), &world.client, &settings, &mut |_| Ok(())).await.unwrap_err();
    assert!(refused.to_string().contains("isn't as it was written"), "{refused}");
}

#[tokio::test]
async fn two_fetches_into_one_folder_are_refused() {
    let world = World::start(two_tiers(), "").await;
    let folder = Folder::new();
    let store = super::super::store::Store::open(&folder.home()).await.unwrap();
    let settings = world.settings(&question());
    let refused = super::fetch(&folder.home(), &world.client, &settings, &mut |_| Ok(())).await.unwrap_err();
    assert!(refused.to_string().starts_with("another process fetches into"), "{refused}");
    drop(store);
    world.fetch(&folder, &question()).await;
}
