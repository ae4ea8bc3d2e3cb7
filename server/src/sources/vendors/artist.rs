//! What the servers know of an artist.

use shared::nowcast::series::History;
use shared::units::{Date, Timestamp};
use shared::world::crowd::Crowd;

use super::super::things::{PlaylistAdd, Release};

/// How many hours after its midnight a day's count is published, where nobody says otherwise.
const PUBLISHED_AFTER: i64 = 16;
/// How many days before it is out a release is announced.
const ANNOUNCED_BEFORE: i32 = 10;
/// The seed of the years before a simulated event.
const PAST_SEED: u64 = 7;
/// The playlists that releases are added to in turn, the day after.
const PLAYLISTS: [(&str, &str); 2] =
    [("37i9dQZF1DXcBWIGoYBM5M", "Today's Top Hits"), ("37i9dQZF1DX0XUsuxWHRQd", "RapCaviar")];

/// An artist that the servers know.
#[derive(Debug, Clone)]
pub(crate) struct Artist {
    /// What it is called.
    pub(crate) name: String,
    /// Its number at Chartmetric.
    pub(crate) chartmetric: u64,
    /// Its id at Spotify.
    pub(crate) spotify: String,
    /// Listeners and new sound posts by day, those of days to come too.
    pub(crate) history: History,
    /// The last day whose count was published at its midnight; later ones are in the afternoon.
    pub(crate) known_until: Date,
    /// What is out or will be; each is announced ten days before.
    pub(crate) releases: Vec<Release>,
    /// What was or will be added to playlists.
    pub(crate) playlists: Vec<PlaylistAdd>,
}

impl Artist {
    /// Returns an artist with this history, without a release, who is the `place`-th of those that are served.
    pub(crate) fn new(place: u64, history: History) -> Self {
        Self {
            name: history.artist().to_owned(),
            chartmetric: 900_001 + place,
            spotify: format!("{:022}", 900_001 + place),
            known_until: Date::MIN,
            history,
            releases: Vec::new(),
            playlists: Vec::new(),
        }
    }

    /// Returns the artists of a simulated event with the counts that settle it, those of so many days before, and the releases
    /// that move them.
    ///
    /// # Errors
    ///
    /// Says that there are no days, or too many.
    pub(crate) fn of_crowd(crowd: &Crowd, days: usize) -> anyhow::Result<Vec<Self>> {
        let opened = crowd.opens().date();
        let histories = crowd.histories(PAST_SEED, days)?;
        let artists =
            histories.into_iter().zip(crowd.artists()).zip(0..).map(|((history, contender), place)| {
                let mut artist = Self::new(place, history);
                artist.known_until = opened;
                for (number, day) in contender.releases.iter().enumerate() {
                    let name = format!("{} {}", contender.name, number + 1);
                    let tracks = if number % 2 == 0 { 1 } else { 12 };
                    let kind = if number % 2 == 0 { "single" } else { "album" };
                    if let Some((playlist, title)) = PLAYLISTS.iter().cycle().nth(number) {
                        artist.playlists.push(PlaylistAdd {
                            playlist: (*playlist).to_owned(),
                            name: (*title).to_owned(),
                            track: name.clone(),
                            day: day.plus_days(1),
                            followers: Some(3.0e7),
                        });
                    }
                    artist.releases.push(Release {
                        id: (1_000 * (place + 1) + number as u64).to_string(),
                        name,
                        day: *day,
                        kind: Some(kind.to_owned()),
                        tracks: Some(tracks),
                    });
                }
                artist
            });
        Ok(artists.collect())
    }

    /// Returns whether a day's count is published.
    pub(super) fn is_published(&self, day: Date, now: Timestamp) -> bool {
        let hours = if day <= self.known_until { 0 } else { PUBLISHED_AFTER };
        now.micros_since(day.midnight()) >= hours * 3_600_000_000
    }

    /// Returns the releases that are known of.
    pub(super) fn announced(&self, now: Timestamp) -> impl Iterator<Item = &Release> {
        self.releases.iter().filter(move |release| now.date() >= release.day.plus_days(-ANNOUNCED_BEFORE))
    }

    /// Returns the new posts on TikTok of the days that are over at `now`, as a file has them that somebody had before we began
    /// to record: a history without listeners. `None` if there are none.
    pub(crate) fn posts_before(&self, now: Timestamp) -> Option<History> {
        let mut days = self.history.as_of(now.date().plus_days(-1)).days().to_vec();
        for day in &mut days {
            day.listeners = None;
        }
        let has_any = days.iter().any(|day| day.sound_posts.is_some());
        // They were a history's before.
        History::new(self.name.clone(), self.history.first(), days).ok().filter(|_| has_any)
    }
}
