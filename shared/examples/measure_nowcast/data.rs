//! The recorded listeners.

use std::io::Read as _;

use shared::Invalid;
use shared::nowcast::series::{History, Source, read_histories};

/// Five artists, 2019 to February 2026.
pub(super) const RECORDED: &str = "data/listeners/artist_daily_vintage_2026-02-12.csv.gz";

/// Artists of April to July 2026.
pub(super) const FRESH: &str = "data/listeners-2026/listeners.csv.gz";

/// Reads the histories of `files` in `folder`, those of one artist as one.
pub(super) fn read(folder: &str, files: &[&str]) -> Result<Vec<History>, Invalid> {
    let mut texts = Vec::new();
    for file in files {
        let name = format!("{folder}/{file}");
        let mut text = Vec::new();
        std::fs::File::open(&name)
            .and_then(|file| flate2::read::GzDecoder::new(file).read_to_end(&mut text))
            .map_err(|error| Invalid::new("folder", format!("{name}: {error}")))?;
        texts.push((name, text));
    }
    let sources: Vec<Source<'_>> = texts.iter().map(|(name, text)| Source::new(name, text)).collect();
    let read = read_histories(&sources, &[]).map_err(|error| Invalid::new("folder", error.to_string()))?;
    Ok(read.histories)
}

/// Returns the names of a file's artists.
pub(super) fn artists(folder: &str, file: &str) -> Result<Vec<String>, Invalid> {
    Ok(read(folder, &[file])?.iter().map(|history| history.artist().to_owned()).collect())
}
