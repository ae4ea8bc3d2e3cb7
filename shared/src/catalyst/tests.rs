//! What is news, and what isn't.

use proptest::prelude::*;

use super::seen::{
    Look, PlaylistTrack, Release, Scheduled, playlists, popularity, releases, scheduled, velocity,
};
use super::*;
use crate::settings::{Kind as SettingKind, Part as _, Setting};
use crate::units::Date;

fn at(text: &str) -> Timestamp {
    format!("2026-11-{text}Z").parse().unwrap()
}

fn day(day: i32) -> Date {
    Date::new(2026, 11, 1).unwrap().plus_days(day - 1)
}

fn release(title: &str, on: i32) -> Release {
    Release { title: title.to_owned(), date: day(on) }
}

/// The texts of what is raised.
fn texts(catalysts: &[Catalyst]) -> Vec<&str> {
    catalysts.iter().map(|catalyst| catalyst.text.as_str()).collect()
}

#[test]
fn a_release_is_news_once_and_only_of_the_last_days() {
    let settings = Settings::default();
    let known = [release("Lux", 27), release("Motomami", 1)];
    let before = || Some(Look { at: at("29T10:00:00"), seen: &known });
    let raised =
        |seen: &[Release]| releases(&settings, "Rosalía", before(), Look { at: at("29T11:00:00"), seen });
    // What was there, under whatever spelling, and a back catalogue that is listed anew, are none.
    assert_eq!(raised(&[release("LUX", 27), release("Lux", 28), release("Los Ángeles", 25)]), []);
    let news = raised(&[release("Berghain", 26), release("BERGHAIN", 26), release("Tomorrow", 30)]);
    assert_eq!(texts(&news), ["“Berghain” came out on 26 Nov 2026"]);
    let [news] = news.as_slice() else { panic!("{news:?}") };
    assert_eq!(
        (news.kind, news.precaution, news.until),
        (Kind::Release, Precaution::Pull, at("29T12:00:00"))
    );
    // At the first look all of the last days is.
    let first = releases(&settings, "Rosalía", None, Look { at: at("29T11:00:00"), seen: &known });
    assert_eq!(first.len(), 1);
}

#[test]
fn what_was_announced_is_news_when_it_is_out() {
    let settings = Settings::default();
    let announced = [release("Lux", 28)];
    let look = |when: &str| Look { at: at(when), seen: announced.as_slice() };
    assert_eq!(releases(&settings, "R", None, look("27T23:45:00")), []);
    let news = releases(&settings, "R", Some(look("27T23:45:00")), look("28T00:00:00"));
    assert_eq!(news.len(), 1);
    // After a restart the last look comes from a store: the same cause isn't raised again.
    assert_eq!(releases(&settings, "R", Some(look("28T00:00:00")), look("28T00:15:00")), []);
}

#[test]
fn popularity_jumps_up_or_down_by_the_threshold() {
    let settings = Settings::from_text("popularity_points=3").unwrap();
    let seen = |before, now| popularity(&settings, "A", before, at("29T11:00:00"), now);
    assert_eq!((seen(None, 90), seen(Some(80), 82), seen(Some(80), 78)), (None, None, None));
    assert_eq!(seen(Some(80), 83).unwrap().text, "the popularity rose from 80 to 83");
    assert_eq!(seen(Some(80), 77).unwrap().text, "the popularity fell from 80 to 77");
    assert_eq!(seen(Some(0), 255).map(|seen| seen.kind), Some(Kind::Popularity));
}

#[test]
fn a_track_that_was_not_on_a_watched_playlist_before_is_news() {
    let settings = Settings::default();
    let on = |playlist: &str, track: &str, added| PlaylistTrack {
        playlist: playlist.to_owned(),
        track: track.to_owned(),
        added: day(added),
    };
    let known = [on("RapCaviar", "Old", 20)];
    let before = || Some(Look { at: at("29T10:00:00"), seen: &known });
    let seen = [
        on("RapCaviar", "Old", 29),
        on("rapcaviar", "New", 28),
        on("RapCaviar", "New", 28),
        on("My mix", "New", 29),
        on("Today's Top Hits", "Long there", 2),
    ];
    let now = Look { at: at("29T11:00:00"), seen: &seen };
    let news = playlists(&settings, "A", &PLAYLISTS, before(), now);
    assert_eq!(texts(&news), ["“New” is on rapcaviar since 28 Nov 2026"]);
    assert_eq!(playlists(&settings, "A", &["my mix"], before(), now).len(), 1);
}

/// Forty days of 100 to 119 posts, from 11 October on, and then days of these.
fn posts(latest: &[f64]) -> Vec<(Date, f64)> {
    let usual = (0..40).map(|k| 100.0 + f64::from(7 * k % 20));
    (-20..).map(day).zip(usual.chain(latest.iter().copied())).collect()
}

#[test]
fn a_surge_is_news_on_its_first_day_that_is_looked_at() {
    let settings = Settings::default();
    let last = |days: &[(Date, f64)]| days.last().unwrap().0;
    let seen = |before: Option<Date>, days: &[(Date, f64)]| {
        let at = last(days).midnight().checked_add_micros(1).unwrap();
        velocity(&settings, "A", before, at, days)
    };
    // The 95th percentile of the days before is 118: of 40 values, the one that 38 aren't above.
    let calm = posts(&[118.0]);
    assert_eq!(seen(None, &calm), None);
    let surge = posts(&[500.0]);
    let before = surge[surge.len() - 2].0;
    let news = seen(Some(before), &surge).unwrap();
    assert!(news.text.starts_with("500 posts a day on TikTok on 20 Nov 2026, where 118"), "{}", news.text);
    // Told once, also while it goes on, and by whoever missed its first day.
    assert_eq!(seen(Some(last(&surge)), &surge), None);
    let longer = posts(&[500.0, 600.0]);
    assert_eq!(seen(Some(last(&surge)), &longer), None);
    assert!(seen(Some(before), &longer).is_some());
    // It is over, and another one begins.
    let again = posts(&[500.0, 100.0, 700.0]);
    assert!(seen(Some(last(&surge)), &again).is_some());
    // Too few days to compare with, none, old ones, and what is no number.
    assert_eq!(seen(None, &surge[22..]), None);
    assert!(seen(None, &surge[20..]).is_some());
    assert_eq!(velocity(&settings, "A", None, at("25T00:00:00"), &surge), None);
    assert_eq!(velocity(&settings, "A", None, at("25T00:00:00"), &[]), None);
    let mut odd = posts(&[f64::NAN]);
    assert_eq!(seen(None, &odd), None);
    odd.last_mut().unwrap().1 = 500.0;
    odd[3].1 = f64::INFINITY;
    assert!(seen(None, &odd).is_some());
}

#[test]
fn what_is_scheduled_is_news_on_its_day() {
    let settings = Settings::default();
    let row = |kind: &str, on| Scheduled { date: day(on), kind: kind.to_owned() };
    let table = [row("festival", 29), row("Album", 29), row("concert", 30), row("none", 29)];
    let look = |when: &str| Look { at: at(when), seen: table.as_slice() };
    let first = scheduled(&settings, "A", Some(look("28T23:59:00")), look("29T00:01:00"));
    assert_eq!(first.iter().map(|news| news.kind).collect::<Vec<_>>(), [Kind::Tour, Kind::Release]);
    assert_eq!(scheduled(&settings, "A", Some(look("29T00:01:00")), look("29T00:16:00")), []);
    // A row that is added on the day itself.
    let fewer = Some(Look { at: at("29T00:01:00"), seen: &table[1..] });
    assert_eq!(scheduled(&settings, "A", fewer, look("29T00:16:00")).len(), 1);
}

#[test]
fn settings_are_told_as_text_and_decide_what_is_raised() {
    let text = "release=widen&release_min=15&velocity_pctile=97.5&tour=ignore&widen_pct=150";
    let settings = Settings::from_text(text).unwrap();
    assert_eq!(settings.text(), text);
    assert_eq!(
        (Settings::default().text(), Settings::from_text("")),
        (String::new(), Ok(Settings::default()))
    );
    for (text, field) in
        [("relase=pull", "relase"), ("release=buy", "release"), ("release_min=0", "release_min")]
    {
        assert_eq!(Settings::from_text(text).unwrap_err().field, field);
    }
    let now = at("29T11:00:00");
    let raised = |kind| settings.raise(kind, "A", now, "it".to_owned());
    assert_eq!(raised(Kind::Tour), None);
    let release = raised(Kind::Release).unwrap();
    assert_eq!(release.precaution, Precaution::Widen { percent: 150 });
    assert_eq!(release.until, at("29T11:15:00"));
    assert!(release.is_same(&Catalyst { artist: "a".to_owned(), ..release.clone() }));
    let late = Settings::default().raise(Kind::Release, "A", Timestamp::MAX, String::new()).unwrap();
    assert_eq!(late.until, Timestamp::MAX);
    // Each kind's own setting is named as it is.
    for kind in Kind::ALL {
        let mut settings = Settings::default();
        settings.set(kind.name(), "ignore").unwrap();
        for other in Kind::ALL {
            assert_eq!(settings.raise(other, "A", now, String::new()).is_none(), other == kind);
        }
    }
    assert_eq!(Settings::default().rows().len(), Settings::ROWS.len());
}

/// A setting's row of the table in the desk's docs.
fn documented(row: &Setting, default: &str) -> String {
    let values = match row.kind {
        SettingKind::Number { range: (low, high), .. } => format!("{low} to {high} {}", row.unit),
        SettingKind::Choice(words) => words.join(", "),
        SettingKind::Flag | SettingKind::Fee => String::new(),
    };
    format!("| `{}` | {default} | {values} | {} |", row.key, row.meaning)
}

#[test]
fn the_docs_have_every_setting_as_it_is_declared() {
    let docs = include_str!("../../../docs/desk.md");
    let usual = Settings::default();
    let rows = Settings::ROWS.iter().enumerate();
    let rows: Vec<String> = rows.map(|(place, row)| documented(row, &row.text(usual.units(place)))).collect();
    let table = format!("|---|---|---|---|\n{}\n\n", rows.join("\n"));
    assert!(docs.contains(&table), "docs/desk.md is to have\n{table}");
}

proptest! {
    /// Whoever looks often and whoever looks seldom raises each release that came out meanwhile exactly once, whatever the
    /// pauses, as long as none is longer than what is news.
    #[test]
    fn each_release_is_raised_once(
        on in prop::collection::vec(1..28_i32, 1..12), pauses in prop::collection::vec(1..70_i64, 4..200),
    ) {
        let settings = Settings::default();
        let all: Vec<Release> = on.iter().zip(0..).map(|(on, n)| release(&format!("No. {n}"), *on)).collect();
        let mut now = day(1).midnight();
        let mut before: Option<Timestamp> = None;
        let mut raised: Vec<String> = Vec::new();
        for hours in pauses {
            let look = |at| Look { at, seen: all.as_slice() };
            let news = releases(&settings, "A", before.map(look), look(now));
            raised.extend(news.into_iter().map(|news| news.text));
            before = Some(now);
            now = now.checked_add_micros(hours * 3_600_000_000).unwrap();
        }
        let last = before.unwrap().date();
        prop_assert_eq!(raised.len(), all.iter().filter(|release| release.date <= last).count());
        raised.sort();
        raised.dedup();
        prop_assert_eq!(raised.len(), all.iter().filter(|release| release.date <= last).count());
    }
}
