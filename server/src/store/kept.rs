//! What is kept beside the journal: tapes as they were read, and signals, what was decided when. Nothing of it is ever changed,
//! and to keep something twice keeps it once.

use anyhow::Context;
use sha2::{Digest as _, Sha256};
use shared::signal::Signal;
use shared::units::Timestamp;

use super::connection::Connection;
use super::table::Type::{Bytes, Int, Text};
use super::table::{Table, Value, Which};
use crate::hexadecimal::hexadecimal;

/// Files of trades, by the SHA-256 of their bytes.
pub(super) const TAPES: Table = Table {
    name: "tapes",
    key: 1,
    page: 1,
    columns: &[("hash", Text), ("t", Int), ("name", Text), ("trades", Int), ("data", Bytes)],
};

/// Lines of a log of signals: when a line was made, of which contract, the SHA-256 of the line, what it says to do, the line.
pub(super) const SIGNALS: Table = Table {
    name: "signals",
    key: 3,
    page: 5_000,
    columns: &[("t", Int), ("ticker", Text), ("hash", Text), ("signal", Text), ("data", Text)],
};

fn hash(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Keeps a file of so many trades; returns whether it is new.
///
/// # Errors
///
/// Says that it can't be written.
pub(super) async fn tape(
    connection: &mut Connection,
    now: Timestamp,
    name: &str,
    trades: usize,
    bytes: Vec<u8>,
) -> anyhow::Result<bool> {
    let hash = hash(&bytes);
    let trades = i64::try_from(trades)?;
    connection.begin().await?;
    let done = async {
        if !connection.rows(&TAPES, Which::Texts("hash", &[&hash])).await?.is_empty() {
            return Ok(false);
        }
        let row =
            vec![hash.as_str().into(), now.micros().into(), name.into(), trades.into(), Value::Bytes(bytes)];
        connection.write_rows(&TAPES, &[row], false).await?;
        Ok(true)
    }
    .await;
    connection.end(done).await
}

/// Keeps lines of a log of signals, all or none; returns how many are new.
///
/// # Errors
///
/// Names the line that is no signal, or says that they can't be written.
pub(super) async fn signals(connection: &mut Connection, lines: &[&str]) -> anyhow::Result<usize> {
    let mut rows = std::collections::BTreeMap::new();
    for (number, line) in (1..).zip(lines) {
        let signal: Signal = serde_json::from_str(line).with_context(|| format!("line {number}"))?;
        let word = serde_json::to_value(signal.signal)?;
        let hash = hash(line.as_bytes());
        let row = vec![
            signal.logged_at.micros().into(),
            signal.ticker.to_string().as_str().into(),
            hash.as_str().into(),
            word.as_str().context("it says to do nothing that has a name")?.into(),
            (*line).into(),
        ];
        rows.insert(hash, row);
    }
    connection.begin().await?;
    let done = async {
        let hashes: Vec<String> = rows.keys().cloned().collect();
        for hashes in hashes.chunks(5_000) {
            let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
            for there in connection.rows(&SIGNALS, Which::Texts("hash", &hashes)).await? {
                if let Some(hash) = there.get(2).and_then(Value::text) {
                    rows.remove(hash);
                }
            }
        }
        let rows: Vec<Vec<Value>> = rows.into_values().collect();
        connection.write_rows(&SIGNALS, &rows, false).await?;
        Ok(rows.len())
    }
    .await;
    connection.end(done).await
}
