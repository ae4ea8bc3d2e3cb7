//! What the sources know besides counts: announced albums, for the nowcast, and what was seen since the last look, for the
//! desk.

use shared::catalyst::seen::{self, Look, PlaylistTrack, Release, Scheduled};
use shared::catalyst::{Catalyst, PLAYLISTS, Settings};
use shared::names::folded;
use shared::nowcast::series::{EventKind, ListenerEvent};
use shared::units::{Date, Timestamp};

use crate::sources::{self, ArtistKey, Field, Heard, Store};

/// A release of so many tracks is an album, where its source doesn't say what it is.
const TRACKS_OF_ALBUM: u32 = 7;

/// An artist whom signals are about.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// The name, as the exchange spells it.
    pub(super) name: String,
    pub(super) key: ArtistKey,
}

/// Returns an artist's albums of `from` and later, those announced too, as what moves listeners.
///
/// # Errors
///
/// Says that the store can't be read.
pub(super) async fn albums(
    store: &Store,
    artist: &Known,
    from: Date,
    now: Timestamp,
) -> anyhow::Result<Vec<ListenerEvent>> {
    let mut events: Vec<ListenerEvent> = Vec::new();
    for Heard { what, .. } in store.releases_as_of(artist.key, now).await? {
        let is_album = match &what.kind {
            Some(kind) => kind == "album",
            None => what.tracks.is_some_and(|tracks| tracks >= TRACKS_OF_ALBUM),
        };
        // Of two sources that know it the day's largest counts, which is the same.
        if is_album && what.day >= from {
            events.push(ListenerEvent::new(&artist.name, what.day, EventKind::Album, None)?);
        }
    }
    Ok(events)
}

/// Returns what was seen of artists since the last look. At the first one nothing is news: everybody knows it.
///
/// # Errors
///
/// Says that the store can't be read.
pub(super) async fn news(
    store: &Store,
    artists: &[Known],
    events: &[ListenerEvent],
    settings: &Settings,
    last: Timestamp,
    now: Timestamp,
) -> anyhow::Result<Vec<Catalyst>> {
    let mut found = Vec::new();
    for artist in artists {
        let name = artist.name.as_str();
        let (before, after) =
            (releases(store, artist.key, last).await?, releases(store, artist.key, now).await?);
        found.extend(seen::releases(settings, name, look(last, &before), Look { at: now, seen: &after }));
        let (before, after) =
            (playlists(store, artist.key, last).await?, playlists(store, artist.key, now).await?);
        let watched = Look { at: now, seen: &after };
        found.extend(seen::playlists(settings, name, &PLAYLISTS, look(last, &before), watched));
        let (before, after) =
            (popularity(store, artist.key, last).await?, popularity(store, artist.key, now).await?);
        found.extend(after.and_then(|after| seen::popularity(settings, name, before, now, after)));
        let (before, after) = (posts(store, artist.key, last).await?, posts(store, artist.key, now).await?);
        let latest = before.last().map(|(day, _)| *day);
        found.extend(seen::velocity(settings, name, latest, now, &after));
        let scheduled: Vec<Scheduled> = events
            .iter()
            .filter(|event| folded(event.artist()) == folded(name))
            .map(|event| Scheduled { date: event.day(), kind: event.kind().name().to_owned() })
            .collect();
        // A table of events is the same at each look; what is of today wasn't so yesterday.
        found.extend(seen::scheduled(
            settings,
            name,
            look(last, &scheduled),
            Look { at: now, seen: &scheduled },
        ));
    }
    Ok(found)
}

const fn look<T>(at: Timestamp, seen: &[T]) -> Option<Look<'_, T>> {
    Some(Look { at, seen })
}

async fn releases(store: &Store, artist: ArtistKey, by: Timestamp) -> anyhow::Result<Vec<Release>> {
    let heard = store.releases_as_of(artist, by).await?;
    Ok(heard.into_iter().map(|Heard { what, .. }| Release { title: what.name, date: what.day }).collect())
}

async fn playlists(store: &Store, artist: ArtistKey, by: Timestamp) -> anyhow::Result<Vec<PlaylistTrack>> {
    let heard = store.playlists_as_of(artist, by).await?;
    let entry = |Heard { what: sources::PlaylistAdd { name, track, day, .. }, .. }| PlaylistTrack {
        playlist: name,
        track,
        added: day,
    };
    Ok(heard.into_iter().map(entry).collect())
}

/// Returns the latest popularity that was known by then.
async fn popularity(store: &Store, artist: ArtistKey, by: Timestamp) -> anyhow::Result<Option<u8>> {
    let days = store.numbers_as_of(artist, Field::Popularity, by).await?;
    // From 0 to 100: a conversion saturates.
    Ok(days.values().next_back().map(|popularity| *popularity as u8))
}

async fn posts(store: &Store, artist: ArtistKey, by: Timestamp) -> anyhow::Result<Vec<(Date, f64)>> {
    let Some(history) = store.history_as_of(artist, by).await? else { return Ok(Vec::new()) };
    let days = history.as_of(history.end());
    let counted =
        (0..).zip(days.days()).filter_map(|(i, day)| Some((history.first().plus_days(i), day.sound_posts?)));
    Ok(counted.collect())
}
