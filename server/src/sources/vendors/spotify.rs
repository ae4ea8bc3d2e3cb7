//! What Spotify says.

use serde_json::{Value, json};

use super::{Asked, Kind, Refusal, Settings};

/// Answers a request below `/v1`.
pub(super) fn answer(settings: &Settings, path: &[&str], asked: &Asked<'_>) -> Result<Value, Refusal> {
    let ["artists", id, rest @ ..] = path else { return Err(Refusal::NOT_FOUND) };
    let artist = settings.artists.iter().find(|artist| artist.spotify == **id).ok_or(Refusal::NOT_FOUND)?;
    let now = settings.clock.now();
    match rest {
        [] => {
            let mut told = json!({ "id": artist.spotify, "name": artist.name, "type": "artist" });
            let count = artist.history.as_of(now.date()).last_count();
            let count = count.and_then(|day| artist.history.as_of(day).on(day)?.listeners);
            if let (true, Some(count), Some(told)) = (settings.is_extended, count, told.as_object_mut()) {
                told.insert("popularity".to_owned(), json!((count / 1.4e6).round().min(100.0)));
                told.insert("followers".to_owned(), json!({ "href": null, "total": (0.62 * count).round() }));
            }
            Ok(told)
        }
        ["albums"] => {
            // Without one an app is told of no release as available.
            if asked.parameter("market").is_none_or(|market| market.len() != 2) {
                return Err(Refusal::BAD);
            }
            let mut out: Vec<_> =
                artist.releases.iter().filter(|release| release.day <= now.date()).collect();
            out.sort_by_key(|release| std::cmp::Reverse(release.day));
            let item = |release: &&super::Release| {
                let tracks = json!(release.tracks);
                let tracks = if asked.fault == Some(Kind::WrongTypes) { json!("one") } else { tracks };
                json!({ "id": format!("sp{}", release.id), "name": release.name, "album_type": release.kind,
                    "release_date": release.day.to_string(), "release_date_precision": "day",
                    "total_tracks": tracks })
            };
            let items: Vec<Value> = out.iter().take(50).map(item).collect();
            Ok(json!({ "href": "", "items": items, "limit": 50, "next": null, "offset": 0,
                "previous": null, "total": out.len() }))
        }
        _ => Err(Refusal::NOT_FOUND),
    }
}
