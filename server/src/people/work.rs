//! What people save.

use shared::units::Timestamp;

use super::People;
use crate::clock::machine_time;
use crate::store::{NewWork, Note, Unchanged, Work};

impl People {
    /// Returns what was saved, the latest first.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn work(&self) -> anyhow::Result<Vec<Work>> {
        self.with(async |store| store.work().await).await
    }

    /// Saves an address of a page; returns its number, and when that was.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn add_work(
        &self,
        new: &NewWork<'_>,
        note: &Note,
    ) -> anyhow::Result<Result<(i64, Timestamp), Unchanged>> {
        let now = machine_time();
        let added = self.with(async |store| store.add_work(now, new, note).await).await?;
        Ok(added.map(|id| (id, now)))
    }

    /// Gives what was saved another name and note, or takes it away where there are none: one of `owner`'s, or anybody's where
    /// there is none.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn change_work(
        &self,
        id: i64,
        text: Option<(&str, &str)>,
        owner: Option<&str>,
        note: &Note,
    ) -> anyhow::Result<Result<(), Unchanged>> {
        self.with(async |store| store.change_work(machine_time(), id, text, owner, note).await).await
    }
}
