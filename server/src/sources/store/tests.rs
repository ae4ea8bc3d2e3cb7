//! That the store keeps numbers as they were, and shows them as they were known.

use std::collections::BTreeMap;

use proptest::prelude::*;
use shared::nowcast::series::{History, Observation};
use shared::units::{Date, Timestamp};

use super::super::Source;
use super::*;

async fn in_memory() -> Store {
    Store::open(Path::new(":memory:")).await.unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000).unwrap()
}

fn day(days: i32) -> Date {
    Date::from_unix_days(20_000 + days).unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Each number comes back as it was.
    #[test]
    fn numbers_read_back_to_the_bit(
        values in prop::collection::vec(prop_oneof![
            (0.0..1e9_f64).prop_map(f64::round),
            -1e6..1e6_f64,
            prop::num::f64::NORMAL,
        ], 1..900),
    ) {
        let told: BTreeMap<Date, f64> = (0..).map(day).zip(values).collect();
        let kept = block_on(async {
            let store = in_memory().await;
            let artist = store.artist("A").await.unwrap();
            store.record(artist, Source::Import, Field::PostsChange, at(1), &told).await.unwrap();
            store.numbers_as_of(artist, Field::PostsChange, at(1)).await.unwrap()
        });
        prop_assert_eq!(kept, told);
    }

    /// Whatever was told when: what is known as of a time is what was told last by then.
    #[test]
    fn what_is_known_as_of_a_time_is_what_was_told_last_by_then(
        mut told in prop::collection::vec((0..40_i64, 0..5_i32, 1..4_u8), 1..60),
        asked in 0..41_i64,
    ) {
        // One thing a time and day.
        told.sort_unstable();
        told.dedup_by_key(|(at, day, _)| (*at, *day));
        let mut expected = BTreeMap::new();
        for (_, of, value) in told.iter().filter(|(at, ..)| *at <= asked) {
            expected.insert(day(*of), f64::from(*value));
        }
        let known = block_on(async {
            let store = in_memory().await;
            let artist = store.artist("A").await.unwrap();
            for (told, of, value) in told {
                let numbers = [(day(of), f64::from(value))].into_iter().collect();
                store.record(artist, Source::Import, Field::Listeners, at(told), &numbers).await.unwrap();
            }
            store.numbers_as_of(artist, Field::Listeners, at(asked)).await.unwrap()
        });
        prop_assert_eq!(known, expected);
    }
}

#[tokio::test]
async fn new_posts_are_the_difference_of_days_in_a_row_or_else_imported() {
    let store = in_memory().await;
    let artist = store.artist("A").await.unwrap();
    let totals = [(0, 100.0), (1, 130.0), (3, 200.0), (4, 190.0)].map(|(of, total)| (day(of), total)).into();
    store.record(artist, Source::Chartmetric, Field::PostsTotal, at(5), &totals).await.unwrap();
    let days = [7.0, 8.0, 9.0].map(|posts| Observation { sound_posts: Some(posts), ..Observation::MISSING });
    store.import(&History::new("a", day(-1), days.to_vec()).unwrap(), at(6)).await.unwrap();
    let posts = async |at| -> Vec<Option<f64>> {
        let history = store.history_as_of(artist, at).await.unwrap().unwrap();
        history.as_of(history.end()).days().iter().map(|day| day.sound_posts).collect()
    };
    assert_eq!(posts(at(5)).await, [Some(30.0), None, None, Some(-10.0)]);
    // The import has the day before the first that was recorded, that one, and one that was recorded, which stands.
    assert_eq!(posts(at(6)).await, [Some(7.0), Some(8.0), Some(30.0), None, None, Some(-10.0)]);
}

#[tokio::test]
async fn files_are_imported_in_the_order_in_which_they_were_known() {
    let store = in_memory().await;
    let history = |count| {
        let listeners = Some(count);
        History::new("A", day(0), vec![Observation { listeners, ..Observation::MISSING }]).unwrap()
    };
    assert_eq!(store.import(&history(1.0), at(5)).await.unwrap(), 1);
    assert_eq!(store.import(&history(1.0), at(9)).await.unwrap(), 0);
    // Else the count would be 2 from 7 on, although it was 1 at 9.
    let refused = store.import(&history(2.0), at(7)).await.unwrap_err();
    assert!(refused.to_string().starts_with("A: what was known at 1970-01-01T00:00:09"), "{refused}");
    assert_eq!(store.import(&history(2.0), at(9)).await.unwrap(), 1);
    // The source has one count of a day at a time: another one of the same microsecond is left out.
    assert_eq!(store.import(&history(3.0), at(9)).await.unwrap(), 0);
    assert_eq!(store.import(&history(3.0), at(10)).await.unwrap(), 1);
}

#[tokio::test]
async fn what_is_no_store_is_refused_and_left_alone() {
    let path = std::env::temp_dir().join(format!("tauroi-{}-no-store", std::process::id()));
    std::fs::write(&path, "a letter").unwrap();
    let refused = Store::open(&path).await.unwrap_err();
    let left = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(left, "a letter");
    assert!(format!("{refused:#}").contains("no-store"), "{refused:#}");
}

#[tokio::test]
async fn an_artist_is_one_in_all_spellings_and_ids_are_those_heard_last() {
    let store = in_memory().await;
    let artist = store.artist("Beyonc\u{e9}").await.unwrap();
    assert_eq!(store.artist("BEYONCE\u{301}").await.unwrap(), artist);
    assert_eq!(store.artists().await.unwrap(), [(artist, "Beyonc\u{e9}".to_owned())]);
    store.know(artist, Source::Spotify, "x", at(1)).await.unwrap();
    store.know(artist, Source::Spotify, "y", at(2)).await.unwrap();
    let ids = store.ids(&[artist]).await.unwrap();
    assert_eq!(ids, [((artist, Source::Spotify), "y".to_owned())].into());
    assert_eq!(store.with_id(Source::Spotify, "x").await.unwrap(), Some(artist));
}
