//! That each fault of a source costs what it would have told, and nothing else.

use super::*;
use crate::sources::Question;
use crate::sources::vendors::{Fault, Kind};

/// Returns all that a run says, debugging included.
fn all_said(collected: &Collected) -> String {
    let problems: Vec<&str> = collected.problems().collect();
    format!("{}\n{:?}", problems.join("\n"), collected.sources)
}

/// Returns how a source is.
fn problem(collected: &Collected, source: Source) -> String {
    let state = collected.sources.iter().find(|state| state.source == source).unwrap();
    state.problem.clone().unwrap_or_default()
}

fn is_complete(collected: &Collected) -> bool {
    collected.artists.iter().zip(histories()).all(|(artist, made)| {
        let history = artist.history.as_ref();
        history.is_some_and(|history| counts(history, history.end()) == counts(&made, collected.at.date()))
    })
}

/// Lets this go wrong, and returns what a run brings.
async fn with(faults: Vec<Fault>) -> (Tried, Collected) {
    let tried = Tried::new().await;
    tried.vendors.fail(faults);
    let collected = tried.collect().await;
    (tried, collected)
}

/// Returns how often it was asked for a path with this in it.
fn asked(tried: &Tried, path: &str) -> usize {
    tried.vendors.heard().iter().filter(|heard| heard.contains(path)).count()
}

#[tokio::test]
async fn a_bearer_that_expires_in_the_middle_is_renewed_once() {
    let (tried, collected) = with(vec![Fault::new(Kind::Expired).on("/stat/").after(7, 1)]).await;
    assert_eq!(all_said(&collected).lines().next(), Some(""), "{}", all_said(&collected));
    assert!(is_complete(&collected));
    // Chartmetric's two, and Spotify's, which may have been minted before or after all expired.
    assert_eq!(tried.vendors.heard().iter().filter(|path| *path == "/api/token").count(), 2);
}

#[tokio::test]
async fn a_bearer_that_is_never_taken_ends_the_run_and_not_the_next() {
    let (tried, collected) = with(vec![Fault::new(Kind::Expired).on("/api/artist/")]).await;
    assert!(problem(&collected, Source::Chartmetric).contains("not let in: the token has expired"));
    assert!(!is_complete(&collected));
    assert!(asked(&tried, "/token") <= 4, "{:?}", tried.vendors.heard());
    let named = &collected.artists[0];
    assert_eq!(named.stale_since(Source::Chartmetric, Question::Counts), Some(None));
    tried.vendors.fail(Vec::new());
    assert!(is_complete(&tried.collect().await));
}

#[tokio::test]
async fn a_limit_is_waited_for_with_and_without_a_word_of_how_long() {
    for kind in [Kind::Limited(Some(0)), Kind::Limited(Some(1)), Kind::Limited(None)] {
        let (_, collected) = with(vec![Fault::new(kind).on("/api/artist/").after(3, 2)]).await;
        assert_eq!(problem(&collected, Source::Chartmetric), "", "{kind:?}");
        assert!(is_complete(&collected), "{kind:?}");
    }
}

#[tokio::test]
async fn a_limit_without_an_end_is_asked_three_times_and_one_that_is_far_off_once() {
    let (tried, collected) = with(vec![Fault::new(Kind::Limited(None)).on("/api/search")]).await;
    assert!(problem(&collected, Source::Chartmetric).contains("/api/search: too many requests"));
    assert_eq!(asked(&tried, "/api/search"), 3);

    let (tried, collected) =
        with(vec![Fault::new(Kind::Limited(Some(1_800))).on("/api/search").after(0, 1)]).await;
    assert!(problem(&collected, Source::Chartmetric).contains("to be asked again in 1800 s"));
    assert_eq!(asked(&tried, "/api/search"), 1);
    // The next run leaves it alone until then, and says so.
    tried.vendors.fail(Vec::new());
    tried.clock.put_on(tried.clock.now().checked_add_micros(HOUR / 2 - 1).unwrap());
    let next = tried.collect().await;
    assert!(problem(&next, Source::Chartmetric).contains("left alone until 2026-11-29T17:30:00"));
    assert_eq!(next.sources[0].requests, 0);
    tried.clock.put_on(tried.clock.now().checked_add_micros(1).unwrap());
    assert!(is_complete(&tried.collect().await));
}

#[tokio::test]
async fn a_quota_is_told_from_a_limit_and_left_alone_for_hours() {
    let (tried, collected) = with(vec![Fault::new(Kind::Quota).on("/spotify/v1")]).await;
    assert!(problem(&collected, Source::Spotify).contains("the quota is used up"));
    assert!(is_complete(&collected));
    assert_eq!(problem(&collected, Source::Chartmetric), "");
    let before = asked(&tried, "/spotify/v1");
    assert!((1..=4).contains(&before), "{before}");
    tried.vendors.fail(Vec::new());
    tried.pass(5);
    tried.collect().await;
    assert_eq!(asked(&tried, "/spotify/v1"), before);
    tried.pass(1);
    let last = tried.collect().await;
    assert_eq!((problem(&last, Source::Spotify), asked(&tried, "/spotify/v1")), (String::new(), before + 4));
}

#[tokio::test]
async fn what_the_plan_lacks_is_asked_once_a_run_and_the_rest_is_read() {
    let (tried, collected) = with(vec![Fault::new(Kind::NotInPlan).on("/playlists")]).await;
    assert!(problem(&collected, Source::Chartmetric).contains("not in the account's plan"));
    assert!(is_complete(&collected));
    // Both artists' may have been under way.
    assert!(asked(&tried, "/playlists") <= 2);
    for artist in &collected.artists {
        assert_eq!(artist.unanswered, [(Source::Chartmetric, Question::Playlists)]);
    }
}

#[tokio::test]
async fn a_fault_that_passes_is_asked_again_and_one_that_stays_ends_the_run() {
    for kind in [Kind::Broken(500), Kind::Broken(503), Kind::Cut] {
        let (_, collected) = with(vec![Fault::new(kind).on("/stat/").after(2, 1)]).await;
        assert!(is_complete(&collected) && problem(&collected, Source::Chartmetric).is_empty(), "{kind:?}");
        let (tried, collected) = with(vec![Fault::new(kind).on("/api/")]).await;
        let said = problem(&collected, Source::Chartmetric);
        assert!(
            said.contains(if kind == Kind::Cut { "no answer" } else { "out of order" }),
            "{kind:?} {said}"
        );
        assert!(asked(&tried, "/api/artist") == 0 && !is_complete(&collected));
        // A search and the question who a number is: three times for a bearer each.
        assert!(asked(&tried, "/api/token") <= 6, "{:?}", tried.vendors.heard());
    }
}

#[tokio::test]
async fn who_never_answers_is_not_waited_for_twice() {
    let patience = Patience { answer: Duration::from_millis(400), ..settings().patience };
    let tried = Tried::with(Settings { patience, ..settings() }).await;
    tried.vendors.fail(vec![Fault::new(Kind::Silent).on("/api/")]);
    let collected = tried.collect().await;
    assert!(problem(&collected, Source::Chartmetric).contains("no answer"), "{}", all_said(&collected));
    assert_eq!(collected.sources[0].requests, 2);
}

#[tokio::test]
async fn days_that_are_missing_stay_missing_until_they_are_told() {
    let (tried, collected) = with(vec![Fault::new(Kind::Missing).on("/stat/")]).await;
    let made = counts(&histories()[0], collected.at.date());
    let history = collected.artists[0].history.as_ref().unwrap();
    let expected: Vec<_> = made.iter().copied().filter(|(day, _)| day.unix_days() % 3 != 0).collect();
    assert_eq!(counts(history, history.end()), expected);
    // A day later those of the newest window are told, and known from then on.
    tried.vendors.fail(Vec::new());
    tried.pass(24);
    let next = tried.collect().await;
    let history = next.artists[0].history.as_ref().unwrap();
    let told = counts(history, collected.at.date());
    assert_eq!(
        told.iter().rev().take(50).collect::<Vec<_>>(),
        made.iter().rev().take(50).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn answers_of_wrong_types_and_endless_ones_are_refused_and_the_rest_is_read() {
    for (kind, why) in [(Kind::WrongTypes, "invalid type: string"), (Kind::Huge, "more than 8388608 bytes")] {
        let (_, collected) = with(vec![Fault::new(kind).on("/900001/stat/")]).await;
        let said = collected.artists[0].problems.join("\n");
        assert!(said.contains(why) && said.len() < 4_000, "{said}");
        assert_eq!(problem(&collected, Source::Chartmetric), "");
        assert!(collected.artists[0].history.is_none() && collected.artists[1].history.is_some());
        assert_eq!(collected.artists[0].stale_since(Source::Chartmetric, Question::Counts), Some(None));
        assert!(collected.artists[1].problems.is_empty());
    }
    let (_, collected) = with(vec![Fault::new(Kind::WrongTypes).on("/spotify/v1")]).await;
    assert!(
        collected.artists[0].problems.is_empty(),
        "no release, no type: {:?}",
        collected.artists[0].problems
    );
}

#[tokio::test]
async fn no_secret_is_ever_shown() {
    for kind in [Kind::Echo, Kind::Expired, Kind::NotInPlan, Kind::Quota, Kind::Cut, Kind::Broken(400)] {
        for path in ["/token", "/api/search", "/spotify/v1"] {
            let (tried, collected) = with(vec![Fault::new(kind).on(path)]).await;
            let said = format!("{}{:?}", all_said(&collected), tried.collector);
            assert!(collected.problems().count() > 0, "{kind:?} {path}");
            for secret in ["of-this-machine", "a-bearer-of"] {
                let shown = said.replace("an-app-of-this-machine", "");
                assert!(!shown.contains(secret), "{kind:?} {path}: {shown}");
            }
        }
    }
}

#[tokio::test]
async fn an_artist_that_nobody_knows_is_said_and_the_others_are_read() {
    let tried = Tried::new().await;
    let wanted =
        [Wanted::Named("Nobody".to_owned()), Wanted::Named("Bram Okafor".to_owned()), Wanted::Chartmetric(7)];
    let plan = tried.collector.plan(&wanted).await.unwrap();
    let collected = tried.collector.collect(plan).await.unwrap();
    assert!(collected.artists[0].problems[0].contains("knows no artist called Nobody"));
    assert!(collected.artists[1].history.is_some());
    assert!(collected.artists[2].problems[0].contains("not found"), "{:?}", collected.artists[2]);
    assert!(collected.artists[2].key.is_none());
}

#[tokio::test]
async fn requests_keep_to_a_limit_that_is_only_known_once_it_is_told() {
    let clock = Clock::by_hand(BEGIN.parse().unwrap());
    let artists = histories().into_iter().take(1).map(|history| Artist::new(0, history)).collect();
    let vendors = vendors::start(vendors::Settings {
        artists,
        clock: clock.clone(),
        per_second: 20,
        is_extended: false,
        faults: Vec::new(),
    });
    let vendors = vendors.await.unwrap();
    let folder = Fleeting::new();
    let collector = collector(&folder, &clock, vendors.config().unwrap(), settings()).await;
    let plan = collector.plan(&[Wanted::Named("Aurora Vale".to_owned())]).await.unwrap();
    let began = std::time::Instant::now();
    let collected = collector.collect(plan).await.unwrap();
    // A bearer, a search, ids and twelve answers are spaced by a twentieth of a second: they can't be faster, and none was
    // one too many.
    assert!(began.elapsed() >= Duration::from_millis(14 * 50), "{:?}", began.elapsed());
    assert_eq!(collected.problems().count(), 0, "{}", all_said(&collected));
    assert_eq!(collected.sources[0].per_second, Some(20.0));
    assert_eq!(collected.sources[0].requests, 15);
}
