//! Histories of listeners as Parquet.

use std::io::Write;

use anyhow::Context as _;
use shared::nowcast::series::History;

use super::write::{Column, Layout, Values, table};

/// Writes histories of listeners, without the days of which nothing is known: the columns of their CSV, the day as a date.
///
/// # Errors
///
/// Says what can't be written.
pub(crate) fn write_histories(histories: &[History], mut out: impl Write) -> anyhow::Result<()> {
    let (mut artists, mut dates) = (Vec::new(), Vec::new());
    let (mut listeners, mut posts) = (Vec::new(), Vec::new());
    for history in histories {
        let first = history.first();
        let days = (0..).zip(history.as_of(history.end()).days());
        for (place, day) in days.filter(|(_, day)| day.listeners.is_some() || day.sound_posts.is_some()) {
            artists.push(Some(history.artist().to_owned()));
            dates.push(Some(first.plus_days(place).unix_days()));
            listeners.push(day.listeners);
            posts.push(day.sound_posts);
        }
    }
    let columns = [
        Column { name: "artist", values: Values::Text(artists) },
        Column { name: "date", values: Values::Day(dates) },
        Column { name: "spotify_monthly_listeners", values: Values::Real(listeners) },
        Column { name: "tiktok_sound_posts_change", values: Values::Real(posts) },
    ];
    let bytes = table(&columns, Layout::Plain)?;
    out.write_all(&bytes).context("the table can't be written")
}
