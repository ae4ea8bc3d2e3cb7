//! Who did what: lines that are only ever added, each of which names the one before by its hash. Whoever has the last line's hash
//! can tell whether any line before it was changed, taken out or put in.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared::units::Timestamp;

use super::People;
use crate::hexadecimal::hexadecimal;
use crate::store::connection::{Connection, on};
use crate::store::table::Type::{Int, Text};
use crate::store::table::{Table, Value, Which};

/// The lines, by number from 0.
pub(in crate::store) const AUDIT: Table = Table {
    name: "audit",
    key: 1,
    page: 5_000,
    columns: &[("seq", Int), ("t", Int), ("data", Text), ("previous", Text), ("hash", Text)],
};

/// What somebody did, or tried to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// Who: an e-mail address, or what stands for one where nobody signs in.
    pub(crate) who: String,
    /// Their role at that time; empty where there is none.
    pub(crate) role: String,
    /// The first letters of the hash of their session or token; empty where there is none.
    pub(crate) session: String,
    /// From where.
    pub(crate) address: String,
    /// What, in the words of [`shared::access::Action`].
    pub(crate) action: String,
    /// To what.
    pub(crate) resource: String,
    /// What of it, or what came of it.
    pub(crate) detail: String,
    /// Why, in their words.
    pub(crate) reason: String,
}

/// A line as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) seq: i64,
    pub(crate) at: Timestamp,
    pub(crate) note: Note,
    /// Names it and all lines before it.
    pub(crate) hash: String,
}

/// What is wrong with a log: at which line, and what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {seq} {what}")]
pub(crate) struct Broken {
    pub(crate) seq: i64,
    pub(crate) what: &'static str,
}

/// Returns what names a line: the SHA-256 of its number, time, text and of what names the one before, each ended by a new line,
/// which none of them has in it.
fn hash(seq: i64, t: i64, data: &str, previous: &str) -> String {
    hexadecimal(&Sha256::digest(format!("{seq}\n{t}\n{data}\n{previous}\n")))
}

/// Adds a line behind all others, within a transaction that has begun.
pub(super) async fn add(connection: &mut Connection, at: Timestamp, note: &Note) -> anyhow::Result<()> {
    add_numbered(connection, at, note).await.map(|_| ())
}

/// Does the same and returns the line's number. From then on no other transaction adds one before this one has ended.
pub(super) async fn add_numbered(
    connection: &mut Connection,
    at: Timestamp,
    note: &Note,
) -> anyhow::Result<i64> {
    if let Connection::Postgres(inner) = connection {
        // A transaction of SQLite that writes is alone from its start.
        sqlx::raw_sql("SELECT pg_advisory_xact_lock(hashtext('tauroi audit'))").execute(inner).await?;
    }
    let sql = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
    let last: Option<(i64, String)> =
        on!(&mut *connection, inner => sqlx::query_as(sql).fetch_optional(inner).await)?;
    let (seq, previous) = last.map_or((0, String::new()), |(seq, hash)| (seq + 1, hash));
    let data = serde_json::to_string(note)?;
    let hash = hash(seq, at.micros(), &data, &previous);
    let row = vec![
        seq.into(),
        at.micros().into(),
        data.as_str().into(),
        previous.as_str().into(),
        hash.as_str().into(),
    ];
    connection.write_rows(&AUDIT, &[row], false).await?;
    Ok(seq)
}

impl People {
    /// Adds a line by itself.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn note(&mut self, at: Timestamp, note: &Note) -> anyhow::Result<()> {
        self.noted(at, note, async |_| Ok(())).await
    }

    /// Makes a change in one transaction with the line that says so: both are written, or neither.
    pub(super) async fn noted(
        &mut self,
        at: Timestamp,
        note: &Note,
        change: impl AsyncFnOnce(&mut Connection) -> Result<(), sqlx::Error>,
    ) -> anyhow::Result<()> {
        self.connection.begin().await?;
        let done = async {
            change(&mut self.connection).await?;
            add(&mut self.connection, at, note).await
        }
        .await;
        self.connection.end(done).await
    }

    /// Returns the `most` latest lines before the one of this number, the latest first.
    ///
    /// # Errors
    ///
    /// Says that they can't be read.
    pub(crate) async fn latest(&mut self, before: Option<i64>, most: i64) -> anyhow::Result<Vec<Kept>> {
        let sql = "SELECT seq, t, data, hash FROM audit WHERE seq < $1 ORDER BY seq DESC LIMIT $2";
        let rows: Vec<(i64, i64, String, String)> = on!(&mut self.connection, inner => {
            sqlx::query_as(sql).bind(before.unwrap_or(i64::MAX)).bind(most).fetch_all(inner).await
        })?;
        let line = |(seq, t, data, hash): (i64, i64, String, String)| {
            Ok(Kept { seq, at: Timestamp::from_micros(t)?, note: serde_json::from_str(&data)?, hash })
        };
        rows.into_iter().map(line).collect()
    }

    /// Reads all lines; returns how many there are and what names the last, or the first that is not as it was written.
    ///
    /// # Errors
    ///
    /// Says that they can't be read.
    pub(crate) async fn verify(&mut self) -> anyhow::Result<Result<(i64, String), Broken>> {
        let mut expected = (0, String::new());
        let mut key: Option<Vec<Value>> = None;
        loop {
            let rows = self.connection.rows(&AUDIT, Which::Behind(key.as_deref(), AUDIT.page)).await?;
            let Some(last) = rows.last() else { return Ok(Ok(expected)) };
            key = last.first().cloned().map(|seq| vec![seq]);
            for row in &rows {
                expected = match follows(row, &expected) {
                    Ok(next) => next,
                    Err(broken) => return Ok(Err(broken)),
                };
            }
        }
    }
}

/// Returns the number of the line after this one and what names this one, if it follows what came before.
fn follows(row: &[Value], (seq, before): &(i64, String)) -> Result<(i64, String), Broken> {
    let broken = |what| Broken { seq: *seq, what };
    let [Value::Int(at), Value::Int(t), Value::Text(data), Value::Text(previous), Value::Text(named)] = row
    else {
        return Err(broken("is no line of a log"));
    };
    if at != seq {
        return Err(broken("is not there"));
    }
    if previous != before {
        return Err(broken("names another line before it than there is"));
    }
    if hash(*seq, *t, data, previous) != *named {
        return Err(broken("is not as it was written"));
    }
    Ok((seq + 1, named.clone()))
}
