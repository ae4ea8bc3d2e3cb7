//! What may move an artist's listeners soon, as it is seen: a release, a jump of popularity, a place on an editorial
//! playlist, a surge of posts, a day on tour.
//!
//! Whoever knew of it first trades against quotes that don't know yet. So each kind has a precaution, which is a setting:
//! the quotes are pulled or widened for a while. It says nothing of which way, and moves no fair value.
//!
//! What is seen is told apart from what was there before by pure functions of two looks ([`seen`]): dates, counts and names,
//! whoever found them. The same two looks give the same catalysts, so that who keeps the last look raises each cause once,
//! also after a restart.
//!
//! ```
//! use shared::catalyst::{Kind, Precaution, Settings, seen};
//!
//! let settings = Settings::from_text("popularity_points=4&popularity=pull&popularity_min=30")?;
//! let now = "2026-11-29T14:00:00Z".parse()?;
//! let seen = seen::popularity(&settings, "Rosalía", Some(80), now, 85).expect("five points are a jump");
//! assert_eq!((seen.kind, seen.precaution), (Kind::Popularity, Precaution::Pull));
//! assert_eq!(seen.until, "2026-11-29T14:30:00Z".parse()?);
//! # Ok::<(), shared::Invalid>(())
//! ```

pub mod seen;
mod settings;

use serde::{Deserialize, Serialize};

pub use self::settings::{Response, Settings};
use crate::names;
use crate::units::Timestamp;

/// The editorial playlists of Spotify's that are watched where nobody names others: they reach most listeners.
pub const PLAYLISTS: [&str; 2] = ["Today's Top Hits", "RapCaviar"];

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Music came out.
    Release,
    /// The popularity that Spotify gives jumped.
    Popularity,
    /// A track was put on an editorial playlist.
    Playlist,
    /// More posts of sounds on TikTok than on nearly all days before.
    Velocity,
    /// A concert, a festival or an award is today.
    Tour,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Release, Self::Popularity, Self::Playlist, Self::Velocity, Self::Tour];

    /// Returns its name, which is also the key of the setting that says what is done.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Popularity => "popularity",
            Self::Playlist => "playlist",
            Self::Velocity => "velocity",
            Self::Tour => "tour",
        }
    }
}

/// What is done about the quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precaution {
    /// All quotes of the event are taken out. What one outcome gains the others lose, so that each of them is as wrong as
    /// the artist's own.
    Pull,
    /// The artist's contract, and the likeliest other one of its event, which would lose most, are quoted wider.
    Widen {
        /// How many percent of what it is as usual the half-spread becomes.
        percent: i64,
    },
}

/// Something that may move an artist's listeners soon, and what is done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalyst {
    /// The artist's name.
    pub artist: String,
    /// What kind of thing was seen.
    pub kind: Kind,
    /// When it was seen, which is later than when it happened.
    pub seen_at: Timestamp,
    /// What was seen, without the artist: `“Berghain” came out on 27 Nov 2026`. It tells causes of one kind apart.
    pub text: String,
    /// What is done.
    pub precaution: Precaution,
    /// When that ends.
    pub until: Timestamp,
}

impl Catalyst {
    /// Returns whether another one has the same cause: it is told again.
    pub fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.text == other.text
            && names::folded(&self.artist) == names::folded(&other.artist)
    }
}

#[cfg(test)]
mod tests;
