//! What happened, was decided, asked and answered, in the order in which it did, written into the [`crate::store`].

mod entry;

use shared::desk::Left;

pub(super) use self::entry::read;
pub(super) use crate::store::{Before, Writer};
pub(crate) use crate::store::{Entry, Journal, Kind};

/// Returns what earlier runs left.
///
/// # Errors
///
/// Says that the journal can't be read.
pub(super) async fn left(journal: &mut Journal) -> anyhow::Result<Left> {
    let mut left = Left::default();
    for entry in journal.last().await? {
        match read(&entry) {
            Ok(entry) => left.take(&entry),
            // Of an order that an older version of this program wrote down otherwise, the exchange says what became.
            Err(error) => tracing::warn!("{error:#}"),
        }
    }
    Ok(left)
}
