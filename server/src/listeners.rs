//! The histories of listeners that the nowcast page opens with: the files that were named, or the demo's.

use std::path::PathBuf;

use anyhow::Context;
use shared::api::{Listeners, Origin};
use shared::nowcast::series::History;

use crate::cli::nowcast::histories::read_readable;
use crate::tapes::Library;

/// Reads the files among `paths` and says what of them was left out, those without a column of artists as `artist`'s;
/// without any file, the listeners are those of the library's simulated artists, or none where it has none.
///
/// # Errors
///
/// Fails when a path does not exist.
pub(crate) fn load(
    paths: &[PathBuf],
    artist: Option<&str>,
    library: &Library,
) -> anyhow::Result<(Listeners, Vec<String>)> {
    if paths.is_empty() && library.histories().is_empty() {
        // Nothing is simulated beside a real market.
        let name = "No listeners".to_owned();
        return Ok((Listeners { origin: Origin::Recorded, name, csv: write(&[])? }, Vec::new()));
    }
    if paths.is_empty() {
        let csv = write(library.histories())?;
        let name = "Simulated artists".to_owned();
        return Ok((Listeners { origin: Origin::Simulated, name, csv }, Vec::new()));
    }
    let name = paths.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy());
    let name = name.collect::<Vec<_>>().join(", ");
    let (histories, problems) = read_readable(paths, artist)?;
    Ok((Listeners { origin: Origin::Recorded, name, csv: write(&histories)? }, problems))
}

/// Writes histories as a listeners file, without the days of which nothing is known.
///
/// # Errors
///
/// None in practice: names are text.
pub(crate) fn write(histories: &[History]) -> anyhow::Result<String> {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(["artist", "date", "spotify_monthly_listeners", "tiktok_sound_posts_change"])?;
    let text = |value: Option<f64>| value.map(|x| x.to_string()).unwrap_or_default();
    for history in histories {
        for (i, day) in (0..).zip(history.as_of(history.end()).days()) {
            if day.listeners.is_some() || day.sound_posts.is_some() {
                let date = history.first().plus_days(i).to_string();
                file.write_record([history.artist(), &date, &text(day.listeners), &text(day.sound_posts)])?;
            }
        }
    }
    let bytes = file.into_inner().map_err(|error| error.into_error())?;
    String::from_utf8(bytes).context("names are text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tapes::Beside;
    use shared::nowcast::series::{Source, read_histories};

    #[test]
    fn what_is_written_reads_back() {
        let library = Library::load(&[], Beside::Demo).unwrap();
        let (listeners, problems) = load(&[], None, &library).unwrap();
        assert!(problems.is_empty());
        let source = Source::new(&listeners.name, listeners.csv.as_bytes());
        assert_eq!(read_histories(&[source], &[]).unwrap().histories, library.histories());
        assert_eq!(listeners.origin, Origin::Simulated);
        assert!(load(&["no/such/file.csv".into()], None, &library).is_err());
    }
}
