//! What Chartmetric says.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::names::folded;
use shared::units::Date;

use super::{Artist, Asked, Kind, Refusal, Settings};

/// The most days that an answer covers.
const MOST_DAYS: i32 = 365;
/// How many posts there were before an artist's history begins.
const POSTS_BEFORE: f64 = 1.0e6;

/// Answers a request below `/api`.
pub(super) fn answer(settings: &Settings, path: &[&str], asked: &Asked<'_>) -> Result<Value, Refusal> {
    let artist = |id: &str| {
        let known = settings.artists.iter().find(|artist| artist.chartmetric.to_string() == id);
        known.ok_or(Refusal::NOT_FOUND)
    };
    let obj = match path {
        ["search"] => search(settings, asked)?,
        ["artist", "chartmetric", id, "get-ids"] => {
            let artist = artist(id)?;
            json!([{ "chartmetric_id": artist.chartmetric, "artist_name": artist.name,
                "spotify_artist_id": artist.spotify }])
        }
        ["artist", id, "stat", "spotify"] => stat(settings, artist(id)?, asked)?,
        ["artist", id, "cmStats"] => statistics(settings, artist(id)?, asked),
        ["artist", id, "albums"] => albums(settings, artist(id)?),
        ["artist", id, "spotify", "current", "playlists"] => playlists(settings, artist(id)?, asked),
        _ => return Err(Refusal::NOT_FOUND),
    };
    Ok(json!({ "obj": obj }))
}

/// Returns a number, or a text of it where types are wrong.
fn number(value: f64, asked: &Asked<'_>) -> Value {
    if asked.fault == Some(Kind::WrongTypes) { json!(value.to_string()) } else { json!(value) }
}

/// Returns the last count that is published, with its day.
fn last(settings: &Settings, artist: &Artist) -> Option<(Date, f64)> {
    let now = settings.clock.now();
    let days = artist.history.as_of(now.date());
    let all = days.days().iter().zip(0..).map(|(day, ahead)| (days.first().plus_days(ahead), day.listeners));
    let published = all.filter(|(day, _)| artist.is_published(*day, now));
    published.filter_map(|(day, count)| Some((day, count?))).last()
}

fn search(settings: &Settings, asked: &Asked<'_>) -> Result<Value, Refusal> {
    let name = folded(asked.parameter("q").ok_or(Refusal::BAD)?);
    let found = settings.artists.iter().filter(|artist| folded(&artist.name).contains(&name));
    let found: Vec<Value> = found
        .take(10)
        .map(|artist| {
            let listeners = last(settings, artist).map(|(_, count)| count);
            json!({ "id": artist.chartmetric, "name": artist.name, "sp_monthly_listeners": listeners,
                "isni": null, "verified": true })
        })
        .collect();
    Ok(json!({ "artists": found }))
}

fn stat(settings: &Settings, artist: &Artist, asked: &Asked<'_>) -> Result<Value, Refusal> {
    let day = |name| asked.parameter(name).and_then(|text| text.parse::<Date>().ok()).ok_or(Refusal::BAD);
    let (since, until) = (day("since")?, day("until")?);
    if until.days_since(since) > MOST_DAYS || asked.parameter("interpolated") == Some("true") {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "until must not be more than 365 days from since"));
    }
    let now = settings.clock.now();
    let (mut listeners, mut followers, mut popularity) = (Vec::new(), Vec::new(), Vec::new());
    for ahead in 0..=until.days_since(since) {
        let day = since.plus_days(ahead);
        if asked.fault == Some(Kind::Missing) && day.unix_days() % 3 == 0 {
            continue;
        }
        let count = artist.history.as_of(day).on(day).and_then(|day| day.listeners);
        let Some(count) = count.filter(|_| artist.is_published(day, now)) else { continue };
        let point = |value: f64| {
            json!({ "timestp": format!("{day}T08:00:00.000Z"), "value": number(value, asked), "diff": null,
                "weekly_diff": null, "weekly_diff_percent": null, "monthly_diff": null,
                "monthly_diff_percent": null })
        };
        listeners.push(point(count));
        followers.push(point((0.62 * count).round()));
        popularity.push(point((count / 1.4e6).round().min(100.0)));
    }
    Ok(json!({ "link": format!("https://open.spotify.com/artist/{}", artist.spotify), "listeners": listeners,
        "followers": followers, "popularity": popularity,
        "followers_to_listeners_ratio": [{ "timestp": "2020-01-01T08:00:00.000Z", "value": "57.41" }] }))
}

fn statistics(settings: &Settings, artist: &Artist, asked: &Asked<'_>) -> Value {
    let now = settings.clock.now();
    let all = artist.history.as_of(now.date());
    let published = all
        .days()
        .iter()
        .zip(0..)
        .filter(|(_, ahead)| artist.is_published(all.first().plus_days(*ahead), now));
    let (posts, days) = published
        .fold((POSTS_BEFORE, 0), |(posts, _), (day, ahead)| (posts + day.sound_posts.unwrap_or(0.0), ahead));
    let listeners = last(settings, artist).map(|(_, count)| number(count, asked));
    json!({ "timestamp": format!("{}T03:00:00.000Z", all.first().plus_days(days)),
        "latest": { "sp_monthly_listeners": listeners, "tiktok_track_posts": number(posts, asked) },
        "weekly_diff": {}, "monthly_diff": {} })
}

fn albums(settings: &Settings, artist: &Artist) -> Value {
    let mut releases: Vec<_> = artist.announced(settings.clock.now()).collect();
    releases.sort_by_key(|release| std::cmp::Reverse(release.day));
    let album = |release: &&super::Release| {
        let id: u64 = release.id.parse().unwrap_or(0);
        let tracks = release.tracks.map(|tracks| tracks.to_string());
        json!({ "id": id, "name": release.name, "release_date": format!("{}T00:00:00.000Z", release.day),
            "num_track": tracks })
    };
    releases.iter().take(100).map(album).collect()
}

fn playlists(settings: &Settings, artist: &Artist, asked: &Asked<'_>) -> Value {
    // As the vendor says of it: without a filter the answer is empty.
    if asked.parameter("editorial") != Some("true") {
        return json!([]);
    }
    let since = asked.parameter("since").and_then(|text| text.parse().ok()).unwrap_or(Date::MIN);
    let today = settings.clock.now().date();
    let on = artist.playlists.iter().filter(|add| add.day >= since && add.day <= today);
    on.map(|add| {
        json!({ "playlist": { "playlist_id": add.playlist, "name": add.name, "followers": add.followers,
            "added_at": format!("{}T00:00:00.000Z", add.day), "editorial": true, "position": 1 },
            "track": { "name": add.track } })
    })
    .collect()
}
