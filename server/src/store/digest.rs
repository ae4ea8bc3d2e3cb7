//! A table in a few bytes: two are the same, row for row, if their digests are.

use sha2::{Digest as _, Sha256};

use super::connection::Connection;
use super::table::{Table, Type, Value, Which};
use crate::hexadecimal::hexadecimal;

/// The table of entries.
pub(super) const ENTRY: Table = Table {
    name: "entry",
    key: 2,
    page: 10_000,
    columns: &[
        ("run", Type::Int),
        ("seq", Type::Int),
        ("t", Type::Int),
        ("kind", Type::Text),
        ("data", Type::Text),
    ],
};

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digest {
    /// The table.
    pub(crate) table: &'static str,
    /// How many rows it has.
    pub(crate) rows: u64,
    /// The SHA-256 of its rows in the order of its key, whichever engine has them, in hexadecimal.
    pub(crate) sha256: String,
}

impl Connection {
    /// Returns the digest of a table.
    ///
    /// # Errors
    ///
    /// Says what the engine says.
    pub(super) async fn digest(&mut self, table: &Table) -> Result<Digest, sqlx::Error> {
        let (mut hash, mut rows) = (Sha256::new(), 0);
        let mut last: Option<Vec<Value>> = None;
        loop {
            let page = self.rows(table, Which::Behind(last.as_deref(), table.page)).await?;
            for row in &page {
                row.iter().for_each(|value| take(&mut hash, value));
                rows += 1;
            }
            let Some(row) = page.into_iter().next_back() else { break };
            last = Some(row.into_iter().take(table.key).collect());
        }
        Ok(Digest { table: table.name, rows, sha256: hexadecimal(&hash.finalize()) })
    }
}

/// Takes a value in, so that no two different rows give the same bytes.
fn take(hash: &mut Sha256, value: &Value) {
    let mut bytes = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    match value {
        Value::Null => bytes(0, &[]),
        Value::Int(value) => bytes(1, &value.to_le_bytes()),
        Value::Text(text) => bytes(2, text.as_bytes()),
        Value::Bytes(data) => bytes(3, data),
    }
}
