//! What happens to an artist besides counts, as sources tell of it.

use shared::units::{Date, Timestamp};

/// Something that is out, or announced for a day to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Release {
    /// The source's id.
    pub(crate) id: String,
    /// Its title.
    pub(crate) name: String,
    /// The day it is out.
    pub(crate) day: Date,
    /// `album`, `single` or `compilation`, where the source says so: Spotify does, Chartmetric doesn't.
    pub(crate) kind: Option<String>,
    /// How many tracks it has, where that is known.
    pub(crate) tracks: Option<u32>,
}

/// A track was added to a playlist of Spotify's editors.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlaylistAdd {
    /// The source's id of the playlist.
    pub(crate) playlist: String,
    /// The playlist's name.
    pub(crate) name: String,
    /// The track's name.
    pub(crate) track: String,
    /// The day on which it was added.
    pub(crate) day: Date,
    /// How many follow the playlist, where that is known.
    pub(crate) followers: Option<f64>,
}

/// Something with the source that told of it and when it was first heard.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heard<T> {
    /// Who told.
    pub(crate) source: super::Source,
    /// When it was fetched.
    pub(crate) fetched: Timestamp,
    /// What.
    pub(crate) what: T,
}
