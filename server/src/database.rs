//! Files of `SQLite`, opened in one way.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

/// Returns how a file is opened that is written, and made if there is none: a transaction outlives this program, however it
/// ends, and the machine's own end once it is carried over. Who writes too waits for `patience`.
pub(crate) fn written(path: &Path, patience: Duration) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(patience)
        .disable_statement_logging()
}

/// Takes a file away, with what lies beside it.
///
/// # Errors
///
/// Names the file that can't be taken away.
pub(crate) fn begin_anew(file: &Path) -> anyhow::Result<()> {
    for end in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(end);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("can't begin {} anew", file.display()));
            }
            _ => {}
        }
    }
    crate::store::remove_ahead(file)
}
