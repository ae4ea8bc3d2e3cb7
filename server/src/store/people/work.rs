//! Saved work: addresses of pages, with what people say of them.

use shared::access::MOST_ITEMS;
use shared::units::Timestamp;

use super::People;
use super::audit::{self, Note};
use crate::store::connection::on;
use crate::store::table::Table;
use crate::store::table::Type::{Int, Text};

/// What was saved. Its number is the one of the line of the log that says so: nothing else gets it, also once it is gone.
pub(in crate::store) const WORK: Table = Table {
    name: "work",
    key: 1,
    page: 1_000,
    columns: &[
        ("id", Int),
        ("name", Text),
        ("note", Text),
        ("address", Text),
        ("owner", Text),
        ("made", Int),
        ("changed", Int),
        ("source", Int),
    ],
};

/// An item as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Work {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) address: String,
    pub(crate) owner: String,
    pub(crate) made: Timestamp,
    /// When its name or note was last changed.
    pub(crate) changed: Timestamp,
    /// What it was forked from, which may be gone.
    pub(crate) source: Option<i64>,
}

/// An item that is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewWork<'a> {
    /// Its name and note.
    pub(crate) text: (&'a str, &'a str),
    pub(crate) address: &'a str,
    pub(crate) owner: &'a str,
    pub(crate) source: Option<i64>,
}

/// Why nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unchanged {
    /// There is no such item.
    #[error("there is no such item, or it was taken away")]
    NoSuch,
    /// It is somebody else's.
    #[error("it is somebody else's: fork it, and change the fork")]
    NotTheirs,
    /// There are as many as are kept.
    #[error("{MOST_ITEMS} items are kept, and no more: take away some that nobody needs")]
    Full,
}

type Row = (i64, String, String, String, String, i64, i64, Option<i64>);

impl Work {
    fn of((id, name, note, address, owner, made, changed, source): Row) -> anyhow::Result<Self> {
        let (made, changed) = (Timestamp::from_micros(made)?, Timestamp::from_micros(changed)?);
        Ok(Self { id, name, note, address, owner, made, changed, source })
    }
}

impl People {
    /// Returns all that was saved, the latest first.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn work(&mut self) -> anyhow::Result<Vec<Work>> {
        let sql = "SELECT id, name, note, address, owner, made, changed, source FROM work ORDER BY id DESC";
        let rows: Vec<Row> = on!(&mut self.connection, inner => sqlx::query_as(sql).fetch_all(inner).await)?;
        rows.into_iter().map(Work::of).collect()
    }

    /// Saves an item, and returns its number.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn add_work(
        &mut self,
        at: Timestamp,
        new: &NewWork<'_>,
        note: &Note,
    ) -> anyhow::Result<Result<i64, Unchanged>> {
        self.connection.begin().await?;
        let done = self.add_work_within(at, new, note).await;
        self.end(done).await
    }

    async fn add_work_within(
        &mut self,
        at: Timestamp,
        new: &NewWork<'_>,
        note: &Note,
    ) -> anyhow::Result<Result<i64, Unchanged>> {
        // Nobody else saves anything from here on, so that what is counted stays right.
        let id = audit::add_numbered(&mut self.connection, at, note).await?;
        let sql = "SELECT COUNT(*) FROM work";
        let (kept,): (i64,) = on!(&mut self.connection, inner => sqlx::query_as(sql).fetch_one(inner).await)?;
        if kept >= MOST_ITEMS {
            return Ok(Err(Unchanged::Full));
        }
        // Numbers are given in order: what has a later one never was. An earlier one may be gone, and is named all the same.
        if new.source.is_some_and(|source| source >= id) {
            return Ok(Err(Unchanged::NoSuch));
        }
        let (name, said) = new.text;
        let row = vec![
            id.into(),
            name.into(),
            said.into(),
            new.address.into(),
            new.owner.into(),
            at.micros().into(),
            at.micros().into(),
            new.source.into(),
        ];
        self.connection.write_rows(&WORK, &[row], false).await?;
        Ok(Ok(id))
    }

    /// Gives an item another name and note, or takes it away where there are none: one of `owner`'s, or anybody's where there is
    /// none.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn change_work(
        &mut self,
        at: Timestamp,
        id: i64,
        text: Option<(&str, &str)>,
        owner: Option<&str>,
        note: &Note,
    ) -> anyhow::Result<Result<(), Unchanged>> {
        self.connection.begin().await?;
        let done = self.change_work_within(at, id, text, owner, note).await;
        self.end(done).await
    }

    async fn change_work_within(
        &mut self,
        at: Timestamp,
        id: i64,
        text: Option<(&str, &str)>,
        owner: Option<&str>,
        note: &Note,
    ) -> anyhow::Result<Result<(), Unchanged>> {
        audit::add(&mut self.connection, at, note).await?;
        let sql = "SELECT owner FROM work WHERE id = $1";
        let found: Option<(String,)> =
            on!(&mut self.connection, inner => sqlx::query_as(sql).bind(id).fetch_optional(inner).await)?;
        let Some((theirs,)) = found else { return Ok(Err(Unchanged::NoSuch)) };
        if owner.is_some_and(|owner| owner != theirs) {
            return Ok(Err(Unchanged::NotTheirs));
        }
        if let Some((name, said)) = text {
            let sql = "UPDATE work SET name = $1, note = $2, changed = $3 WHERE id = $4";
            on!(&mut self.connection, inner => {
                sqlx::query(sql).bind(name).bind(said).bind(at.micros()).bind(id).execute(inner).await.map(|_| ())
            })?;
        } else {
            let sql = "DELETE FROM work WHERE id = $1";
            on!(&mut self.connection, inner => sqlx::query(sql).bind(id).execute(inner).await.map(|_| ()))?;
        }
        Ok(Ok(()))
    }
}
