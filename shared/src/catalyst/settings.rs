//! What is a catalyst, and what is done about each kind.

use super::{Catalyst, Kind, Precaution};
use crate::Invalid;
use crate::settings::{Fixed, Part, settings, words};
use crate::units::Timestamp;

const MICROS_PER_MINUTE: i64 = 60_000_000;

/// What is done when something is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    /// Quotes are taken out for a while.
    Pull,
    /// Quotes are widened for a while.
    Widen,
    /// Nothing, and nobody is told.
    Ignore,
}

words!(Response { Pull "pull", Widen "widen", Ignore "ignore" });

settings! {
    /// What is a catalyst, and what is done about each kind. The defaults are judgement: beside no recorded prices has it
    /// been recorded when any of this was seen.
    pub struct Settings {
        /// What is done when music came out.
        release: Response = Response::Pull, "Release";
        /// For how long.
        release_min: Fixed<0> = 60, "Release, for" "min" [1.0 to 10_080.0 by 5.0];
        /// What is done when Spotify's popularity of the artist jumped.
        popularity: Response = Response::Widen, "Popularity jump";
        /// A change between two looks of at least this, up or down, is a jump.
        popularity_points: Fixed<0> = 5, "Jump from" "points" [1.0 to 100.0 by 1.0];
        /// For how long.
        popularity_min: Fixed<0> = 240, "Popularity jump, for" "min" [1.0 to 10_080.0 by 5.0];
        /// What is done when a track was put on a watched playlist.
        playlist: Response = Response::Widen, "Playlist add";
        /// For how long.
        playlist_min: Fixed<0> = 240, "Playlist add, for" "min" [1.0 to 10_080.0 by 5.0];
        /// What is done when a day has more posts on TikTok than nearly all before it.
        velocity: Response = Response::Widen, "TikTok velocity";
        /// It has more than this part of the days before it.
        velocity_pctile: Fixed<1> = 95, "Velocity above percentile" "%" [50.0 to 100.0 by 1.0];
        /// How many days before it are compared with it; at least 20 of them must have been counted.
        velocity_days: Fixed<0> = 90, "Velocity, compared with" "days" [20.0 to 730.0 by 10.0];
        /// For how long.
        velocity_min: Fixed<0> = 240, "TikTok velocity, for" "min" [1.0 to 10_080.0 by 5.0];
        /// What is done on the day of a concert, a festival or an award.
        tour: Response = Response::Widen, "Tour or festival";
        /// For how long.
        tour_min: Fixed<0> = 720, "Tour or festival, for" "min" [1.0 to 10_080.0 by 5.0];
        /// What a source tells late is news if it is of today or of so many days before.
        recent_days: Fixed<0> = 3, "News for" "days" [0.0 to 30.0 by 1.0];
        /// Where quotes are widened, the half-spread becomes this much of what it is as usual.
        widen_pct: Fixed<0> = 200, "Widen to" "%" [100.0 to 1_000.0 by 10.0];
    }
}

impl Settings {
    /// Sets the setting named `key` to what `text` says, or changes nothing.
    ///
    /// # Errors
    ///
    /// Names `key` if there is no such setting, or if the text is no value of it or out of its range.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), Invalid> {
        let Some(place) = Self::ROWS.iter().position(|row| row.key == key) else {
            let names: Vec<&str> = Self::ROWS.iter().map(|row| row.key).collect();
            return Err(Invalid::new(
                key.to_owned(),
                format!("is no setting: there are {}", names.join(", ")),
            ));
        };
        (self as &mut dyn Part).set(place, text)
    }

    /// Returns all that differs from the defaults, `release_min=30&tour=ignore`: equal settings have equal text.
    pub fn text(&self) -> String {
        let usual = Self::default();
        let rows = Self::ROWS.iter().enumerate();
        let differing = rows.filter(|(place, _)| self.units(*place) != usual.units(*place));
        let texts: Vec<String> =
            differing.map(|(place, row)| format!("{}={}", row.key, row.text(self.units(place)))).collect();
        texts.join("&")
    }

    /// Reads what [`text`](Self::text) wrote.
    ///
    /// # Errors
    ///
    /// Names the part that is unknown, no value or out of range.
    pub fn from_text(text: &str) -> Result<Self, Invalid> {
        let mut settings = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            settings.set(key, value)?;
        }
        Ok(settings)
    }

    /// Returns what was seen with what is done about it; nothing where it is ignored.
    pub fn raise(&self, kind: Kind, artist: &str, seen_at: Timestamp, text: String) -> Option<Catalyst> {
        let (response, minutes) = match kind {
            Kind::Release => (self.release, self.release_min),
            Kind::Popularity => (self.popularity, self.popularity_min),
            Kind::Playlist => (self.playlist, self.playlist_min),
            Kind::Velocity => (self.velocity, self.velocity_min),
            Kind::Tour => (self.tour, self.tour_min),
        };
        let precaution = match response {
            Response::Pull => Precaution::Pull,
            Response::Widen => Precaution::Widen { percent: self.widen_pct.units() },
            Response::Ignore => return None,
        };
        let lasts = minutes.units().saturating_mul(MICROS_PER_MINUTE);
        let until = seen_at.checked_add_micros(lasts).unwrap_or(Timestamp::MAX);
        Some(Catalyst { artist: artist.to_owned(), kind, seen_at, text, precaution, until })
    }
}
