//! What Chartmetric answers, and what is taken from it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Number;
use shared::units::{Date, Timestamp};

use super::super::things::{PlaylistAdd, Release};
use super::Window;

/// The most entries of one list that are looked at: more than any page that is asked for has.
const MOST: usize = 1_000;

/// Every answer is in an `obj`.
#[derive(Debug, Deserialize)]
pub(super) struct Found<T> {
    pub(super) obj: T,
}

/// What a search finds.
#[derive(Debug, Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    artists: Vec<FoundArtist>,
}

#[derive(Debug, Deserialize)]
struct FoundArtist {
    id: u64,
    name: Option<String>,
    sp_monthly_listeners: Option<f64>,
}

/// An artist that a search has found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// Chartmetric's number.
    pub(crate) id: u64,
    /// The name.
    pub(crate) name: String,
    /// Spotify's monthly listeners, where they are known.
    pub(crate) listeners: Option<f64>,
}

impl Search {
    pub(super) fn candidates(self) -> Vec<Candidate> {
        let candidate = |found: FoundArtist| {
            Some(Candidate { id: found.id, name: found.name?, listeners: found.sp_monthly_listeners })
        };
        self.artists.into_iter().take(MOST).filter_map(candidate).collect()
    }
}

/// A row of ids: an artist has one for each of its ids elsewhere.
#[derive(Debug, Deserialize)]
pub(super) struct Ids {
    artist_name: Option<String>,
    spotify_artist_id: Option<String>,
    spotify_artist_ids: Option<Vec<Option<String>>>,
}

/// What an artist is called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct KnownAs {
    /// The name, if it is known.
    pub(crate) name: Option<String>,
    /// The ids at Spotify, the main one first.
    pub(crate) spotify: Vec<String>,
}

impl KnownAs {
    pub(super) fn of(rows: Vec<Ids>) -> Self {
        let mut known = Self::default();
        for row in rows.into_iter().take(MOST) {
            known.name = known.name.or(row.artist_name);
            let more = row.spotify_artist_ids.unwrap_or_default().into_iter().flatten();
            for id in row.spotify_artist_id.into_iter().chain(more) {
                if !known.spotify.contains(&id) {
                    known.spotify.push(id);
                }
            }
        }
        known
    }
}

/// Series by their names; those that aren't asked for are passed over.
#[derive(Debug, Deserialize)]
pub(super) struct Stat {
    #[serde(default)]
    listeners: Vec<Point>,
    #[serde(default)]
    followers: Vec<Point>,
    #[serde(default)]
    popularity: Vec<Point>,
}

#[derive(Debug, Deserialize)]
struct Point {
    timestp: String,
    value: Option<f64>,
    /// Newer answers say which counts they have made up.
    #[serde(default)]
    interpolated: bool,
}

/// Counts by day.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Series {
    /// Monthly listeners.
    pub(crate) listeners: BTreeMap<Date, f64>,
    /// Followers.
    pub(crate) followers: BTreeMap<Date, f64>,
    /// Popularity from 0 to 100.
    pub(crate) popularity: BTreeMap<Date, f64>,
    /// How many points were left out: of days that weren't asked for or can't be read, or counts that can't be.
    pub(crate) left_out: usize,
}

impl Stat {
    /// Returns the counts of a window by their day in UTC. Of several of a day the last stands, and a day without a count has
    /// none.
    pub(super) fn within(self, window: Window) -> Series {
        let mut left_out = 0;
        let mut by_day = |points: Vec<Point>, least: f64| {
            let mut counts = BTreeMap::new();
            for point in points {
                let Some(value) = point.value.filter(|_| !point.interpolated) else { continue };
                match day(&point.timestp).filter(|day| window.has(*day)) {
                    Some(day) if value.is_finite() && value >= least => {
                        counts.insert(day, value);
                    }
                    _ => left_out += 1,
                }
            }
            counts
        };
        // No artist has a count of no listeners: it stands for one that is missing.
        let (listeners, followers, popularity) =
            (by_day(self.listeners, 1.0), by_day(self.followers, 0.0), by_day(self.popularity, 0.0));
        Series { listeners, followers, popularity, left_out }
    }
}

/// Returns the day in UTC of an instant with a zone, or a date.
fn day(text: &str) -> Option<Date> {
    text.parse::<Timestamp>().map(Timestamp::date).or_else(|_| text.parse()).ok()
}

/// Statistics as of now.
#[derive(Debug, Deserialize)]
pub(super) struct CmStats {
    timestamp: Option<String>,
    latest: Latest,
}

#[derive(Debug, Deserialize)]
struct Latest {
    tiktok_track_posts: Option<f64>,
}

/// How many posts on TikTok have an artist's sounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Posts {
    /// The day in UTC that the number is of, where the answer says so: it may be an older one, kept.
    pub(crate) day: Option<Date>,
    /// All posts so far, if they are counted.
    pub(crate) total: Option<f64>,
}

impl CmStats {
    pub(super) fn posts(self) -> Posts {
        let total = self.latest.tiktok_track_posts.filter(|posts| posts.is_finite() && *posts >= 0.0);
        Posts { day: self.timestamp.as_deref().and_then(day), total }
    }
}

/// Releases.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Albums(Vec<Album>);

#[derive(Debug, Deserialize)]
struct Album {
    id: u64,
    name: Option<String>,
    release_date: Option<String>,
    num_track: Option<OneOrOther>,
}

/// A number that is sometimes written as a text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrOther {
    Number(Number),
    Text(String),
}

impl OneOrOther {
    fn number(self) -> Option<u32> {
        match self {
            Self::Number(number) => u32::try_from(number.as_u64()?).ok(),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

impl Albums {
    /// Returns those with a day.
    pub(super) fn releases(self) -> Vec<Release> {
        let release = |album: Album| {
            Some(Release {
                id: album.id.to_string(),
                name: album.name.unwrap_or_default(),
                day: day(&album.release_date?)?,
                kind: None,
                tracks: album.num_track.and_then(OneOrOther::number),
            })
        };
        self.0.into_iter().take(MOST).filter_map(release).collect()
    }
}

/// Playlists with the track that is on them.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Playlists(Vec<Placement>);

#[derive(Debug, Deserialize)]
struct Placement {
    playlist: Playlist,
    track: Option<Track>,
}

#[derive(Debug, Deserialize)]
struct Playlist {
    playlist_id: String,
    name: Option<String>,
    followers: Option<f64>,
    added_at: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Track {
    name: Option<String>,
}

impl Playlists {
    /// Returns those with a day.
    pub(super) fn adds(self) -> Vec<PlaylistAdd> {
        let add = |placement: Placement| {
            let Playlist { playlist_id, name, followers, added_at } = placement.playlist;
            Some(PlaylistAdd {
                playlist: playlist_id,
                name: name.unwrap_or_default(),
                track: placement.track.and_then(|track| track.name).unwrap_or_default(),
                day: day(&added_at?)?,
                followers,
            })
        };
        self.0.into_iter().take(MOST).filter_map(add).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
        serde_json::from_str::<Found<T>>(text).unwrap().obj
    }

    #[test]
    fn counts_are_by_day_in_utc_the_last_of_a_day_stands_and_gaps_stay() {
        let stat: Stat = read(
            r#"{"obj":{"link":"https://open.spotify.com/artist/x",
            "listeners":[
                {"timestp":"2020-01-01T08:00:00.000Z","value":41400238,"diff":null,"weekly_diff":-239091},
                {"timestp":"2020-01-01T23:30:00.000-02:00","value":5},
                {"timestp":"2020-01-02T20:00:00.000Z","value":6,"daily_diff":1,"interpolated":false},
                {"timestp":"2020-01-04","value":7},
                {"timestp":"2020-01-05T08:00:00.000Z","value":null},
                {"timestp":"2020-01-06T08:00:00.000Z","value":8,"interpolated":true},
                {"timestp":"2020-01-07T08:00:00.000Z","value":0},
                {"timestp":"yesterday","value":9},
                {"timestp":"2062-01-01T08:00:00.000Z","value":9}],
            "followers_to_listeners_ratio":[{"value":"57.41"}],
            "popularity":[{"timestp":"2020-01-01T08:00:00.000Z","value":97}]}}"#,
        );
        let window = Window { since: "2020-01-01".parse().unwrap(), until: "2020-01-31".parse().unwrap() };
        let series = stat.within(window);
        let days: Vec<_> = series.listeners.iter().map(|(day, count)| (day.to_string(), *count)).collect();
        let expected = [("2020-01-01", 41_400_238.0), ("2020-01-02", 6.0), ("2020-01-04", 7.0)];
        assert_eq!(days, expected.map(|(day, count)| (day.to_owned(), count)));
        assert_eq!((series.popularity.len(), series.followers.len(), series.left_out), (1, 0, 3));
    }

    #[test]
    fn a_count_that_is_a_text_is_refused() {
        let text = r#"{"obj":{"listeners":[{"timestp":"2020-01-01","value":"41400238"}]}}"#;
        let error = serde_json::from_str::<Found<Stat>>(text).unwrap_err().to_string();
        assert!(error.contains("expected f64"), "{error}");
    }

    #[test]
    fn posts_releases_playlists_and_ids_are_read() {
        let posts: CmStats = read(
            r#"{"obj":{"timestamp":"2026-11-28T03:00:00.000Z","latest":{"sp_followers":1,"tiktok_track_posts":54010063},
            "weekly_diff":{}}}"#,
        );
        let posts = posts.posts();
        assert_eq!(
            (posts.day.unwrap().to_string().as_str(), posts.total),
            ("2026-11-28", Some(54_010_063.0))
        );
        let albums: Albums = read(
            r#"{"obj":[{"id":1,"name":"A","release_date":"2026-12-05T00:00:00.000Z","num_track":"20"},
            {"id":2,"name":"B","release_date":null},{"id":3,"release_date":"2014-11-24","num_track":3}]}"#,
        );
        let releases = albums.releases();
        assert_eq!((releases.len(), releases[0].tracks, releases[1].tracks), (2, Some(20), Some(3)));
        let playlists: Playlists = read(
            r#"{"obj":[{"playlist":{"playlist_id":"p","name":"Today's Top Hits","followers":3.4e7,
            "added_at":"2026-11-27T00:00:00.000Z","editorial":true},"track":{"name":"Song"}}]}"#,
        );
        assert_eq!(playlists.adds()[0].day.to_string(), "2026-11-27");
        let ids: Vec<Ids> = read(
            r#"{"obj":[{"cm_artist":1,"artist_name":"A","spotify_artist_id":"x","spotify_artist_ids":["x","y"]},
            {"chartmetric_id":1,"itunes_artist_id":7}]}"#,
        );
        let known = KnownAs::of(ids);
        assert_eq!((known.name.as_deref(), known.spotify.len()), (Some("A"), 2));
    }
}
