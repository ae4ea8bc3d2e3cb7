//! The recorded artists.

use std::io::Read as _;

use shared::nowcast::series::{History, Source, read_histories};

/// Returns the five recorded artists, 2019 to February 2026.
pub(crate) fn recorded() -> Option<Vec<History>> {
    const NAME: &str = "data/listeners/artist_daily_vintage_2026-02-12.csv.gz";
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(crate::corpus::bytes(NAME)?.as_slice())
        .read_to_end(&mut text)
        .expect("a whole gzip file");
    let source = Source::new(NAME, &text);
    let histories = read_histories(&[source], &[]).unwrap_or_else(|error| panic!("{error}")).histories;
    assert_eq!(histories.len(), 5);
    Some(histories)
}
