//! That what sources have is fetched, once, and shown as it was known.

use super::*;
use crate::sources::{Field, Question};

#[tokio::test]
async fn years_of_two_artists_are_fetched_once_and_what_is_new_once_a_day() {
    let tried = Tried::new().await;
    let plan = tried.collector.plan(&wanted()).await.unwrap();
    assert_eq!((plan.requests(Source::Chartmetric), plan.requests(Source::Spotify)), (27, 4), "{plan}");
    // Before a limit was heard it is the vendor's least.
    assert_eq!(plan.takes(), Duration::from_secs(27));
    assert_eq!(
        plan.to_string(),
        "27 requests to Chartmetric at 1 a second, 4 requests to Spotify at 10 a second: 27 s"
    );
    let collected = tried.collect().await;
    let problems: Vec<&str> = collected.problems().collect();
    assert!(problems.is_empty(), "{problems:?}");
    // And one each for a bearer.
    assert_eq!(collected.requests(), 27 + 4 + 2);
    let today = tried.clock.now().date();
    for (artist, made) in collected.artists.iter().zip(histories()) {
        let history = artist.history.as_ref().unwrap();
        assert_eq!(counts(history, history.end()), counts(&made, today));
        assert_eq!(artist.last_count(), Some(counts(&made, today).last().unwrap().0));
        assert_eq!(artist.stale_since(Source::Chartmetric, Question::Counts), None);
        assert_eq!(artist.good_at(Source::Spotify, Question::Releases), Some(collected.at));
    }
    assert_eq!(collected.artists[1].history.as_ref().unwrap().artist(), "Bram Okafor");
    let key = collected.artists[0].key.unwrap();
    for (field, least) in [(Field::Followers, 380), (Field::Popularity, 380), (Field::PostsTotal, 1)] {
        let numbers = tried.collector.store().numbers_as_of(key, field, collected.at).await.unwrap();
        assert!(numbers.len() >= least, "{field:?} {}", numbers.len());
    }

    let windows: Vec<(Date, Date)> = tried
        .vendors
        .heard()
        .iter()
        .filter_map(|path| {
            let (_, query) = path.split_once("/stat/spotify?")?;
            let day = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)).unwrap();
            Some((day("since=").parse().unwrap(), day("until=").parse().unwrap()))
        })
        .collect();
    assert_eq!(windows.len(), 18);
    assert!(windows.iter().all(|(since, until)| (0..350).contains(&until.days_since(*since))), "{windows:?}");

    // A quarter of an hour later, and by another process, nothing is stale.
    let again = collector(&tried.folder, &tried.clock, tried.vendors.config().unwrap(), settings()).await;
    let plan = again.plan(&wanted()).await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    let kept = again.collect(plan).await.unwrap();
    assert_eq!((kept.requests(), &kept.artists[0].history), (0, &collected.artists[0].history));
    // The limit is known from the last time.
    tried.pass(24);
    let plan = again.plan(&wanted()).await.unwrap();
    assert_eq!((plan.requests(Source::Chartmetric), plan.requests(Source::Spotify)), (8, 4), "{plan}");
    assert!(plan.takes() < Duration::from_secs(1), "{plan}");
    let next = again.collect(plan).await.unwrap();
    let history = next.artists[0].history.as_ref().unwrap();
    assert_eq!(counts(history, history.end()), counts(&histories()[0], today.plus_days(1)));
    // Of two days in a row the new posts are known, of the first and of those before they are not.
    let posts: Vec<f64> =
        history.as_of(history.end()).days().iter().filter_map(|day| day.sound_posts).collect();
    let made = histories()[0].as_of(today.plus_days(1)).on(today.plus_days(1)).unwrap().sound_posts.unwrap();
    assert_eq!(posts, [made]);
}

#[tokio::test]
async fn nothing_is_shown_that_was_fetched_later() {
    let tried = Tried::new().await;
    let first = tried.collect().await;
    let key = first.artists[0].key.unwrap();
    let store = tried.collector.store();
    let today = tried.clock.now().date();
    tried.pass(24);
    let second = tried.collect().await;
    // A count of a fortnight ago is corrected, by another source, one microsecond later.
    let day = counts(second.artists[0].history.as_ref().unwrap(), today.plus_days(-14)).last().unwrap().0;
    let later = second.at.checked_add_micros(1).unwrap();
    let corrected = [(day, 5.0)].into_iter().collect();
    assert_eq!(store.record(key, Source::Import, Field::Listeners, later, &corrected).await.unwrap(), 1);
    // The same once more is nothing new.
    let much_later = later.checked_add_micros(HOUR).unwrap();
    assert_eq!(store.record(key, Source::Import, Field::Listeners, much_later, &corrected).await.unwrap(), 0);
    let as_of = async |at| store.history_as_of(key, at).await.unwrap();
    assert_eq!(as_of(first.at).await, first.artists[0].history);
    assert_eq!(as_of(second.at).await, second.artists[0].history);
    assert_ne!(first.artists[0].history, second.artists[0].history);
    let now = as_of(later).await.unwrap();
    assert_eq!(now.as_of(day).on(day).unwrap().listeners, Some(5.0));
    assert_eq!(as_of(first.at.checked_add_micros(-1).unwrap()).await, None);
}

#[tokio::test]
async fn the_store_can_not_be_made_to_forget() {
    let tried = Tried::new().await;
    tried.collect().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(tried.collector.store().path());
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    for statement in
        ["UPDATE datum SET value = 1", "DELETE FROM datum", "DELETE FROM question", "DELETE FROM release"]
    {
        let outcome = sqlx::query(statement).execute(&mut connection).await;
        // What holds no row has none to lose.
        match outcome {
            Err(error) => assert!(error.to_string().contains("append-only"), "{error}"),
            Ok(done) => assert_eq!((statement, done.rows_affected()), ("DELETE FROM release", 0)),
        }
    }
}

#[tokio::test]
async fn what_a_simulated_event_settles_by_is_what_the_sources_say() {
    let begin: Timestamp = "2026-11-16T00:00:00Z".parse().unwrap();
    let crowd = world::crowd::Crowd::new(20, begin.date(), 14).unwrap();
    let clock = Clock::by_hand(begin.checked_add_micros(9 * 24 * HOUR + 17 * HOUR).unwrap());
    let vendors = vendors::of_event(20, begin.date(), 14, clock.clone()).await.unwrap();
    let folder = Fleeting::new();
    let collector = collector(&folder, &clock, vendors.config().unwrap(), settings()).await;
    // Two who release something in this time.
    let places: Vec<usize> =
        (0..10).filter(|place| !crowd.artists()[*place].releases.is_empty()).take(2).collect();
    let names = places.iter().map(|place| vendors.artists()[*place].name.clone());
    let wanted: Vec<Wanted> = names.map(Wanted::Named).collect();
    let collected = collector.collect(collector.plan(&wanted).await.unwrap()).await.unwrap();
    let problems: Vec<&str> = collected.problems().collect();
    assert!(problems.is_empty(), "{problems:?}");
    let store = collector.store();
    let (mut releases, mut adds) = (0, 0);
    for (place, artist) in places.into_iter().zip(&collected.artists) {
        let history = artist.history.as_ref().unwrap();
        let (opened, published) = crowd.published(place, clock.now());
        let of_event: Vec<f64> = counts(history, history.end())
            .iter()
            .filter(|(day, _)| *day >= opened)
            .map(|(_, x)| *x)
            .collect();
        assert_eq!(of_event, published);
        let key = artist.key.unwrap();
        let known = store.releases_as_of(key, collected.at).await.unwrap();
        let announced = |release: &Date| release.days_since(clock.now().date()) <= 10;
        let made = crowd.artists()[place].releases.iter().filter(|day| announced(day)).count();
        assert_eq!(known.iter().filter(|heard| heard.source == Source::Chartmetric).count(), made);
        releases += made;
        adds += store.playlists_as_of(key, collected.at).await.unwrap().len();
        // Apps in development mode are told of no popularity; Chartmetric tells it.
        let popularity = store.numbers_as_of(key, Field::Popularity, collected.at).await.unwrap();
        assert!(popularity.len() > 1_000);
        // Before we began to record there are no sound posts, but a file may have them.
        let posts = |history: &History| {
            history.as_of(history.end()).days().iter().filter(|day| day.sound_posts.is_some()).count()
        };
        assert_eq!(posts(history), 0);
        let file = vendors.artists()[place].posts_before(clock.now()).unwrap();
        store.import(&file, collected.at).await.unwrap();
        assert!(posts(&store.history_as_of(key, collected.at).await.unwrap().unwrap()) > 1_000);
    }
    assert!(releases > 0 && adds > 0, "{releases} {adds}");
}

#[tokio::test]
async fn without_any_key_imports_are_enough() {
    let clock = Clock::by_hand(BEGIN.parse().unwrap());
    let folder = Fleeting::new();
    let collector = collector(&folder, &clock, Config::offline(), Settings::default()).await;
    for history in histories() {
        collector.store().import(&history, clock.now()).await.unwrap();
    }
    let wanted = ["Aurora Vale", "Nobody"].map(|name| Wanted::Named(name.to_owned()));
    let plan = collector.plan(&wanted).await.unwrap();
    assert!(plan.is_empty());
    let collected = collector.collect(plan).await.unwrap();
    assert_eq!(collected.artists[0].history.as_ref(), Some(&histories()[0]));
    assert_eq!(collected.artists[0].good_at(Source::Import, Question::Counts), Some(clock.now()));
    assert_eq!((&collected.artists[1].history, collected.requests()), (&None, 0));
    assert!(collected.sources.iter().all(|source| !source.is_set_up));
}
