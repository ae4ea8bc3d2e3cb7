//! Files of `SQLite`, opened in one way.

use std::path::{Path, PathBuf};
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
    for path in ahead(file).unwrap_or_default() {
        std::fs::remove_file(&path).with_context(|| format!("can't begin {} anew", file.display()))?;
    }
    Ok(())
}

/// What stands behind a file's name in those of the files that are ahead of it ([`crate::store`]).
pub(crate) const AHEAD: &str = "-ahead-";

/// Returns the files that are there of those that are ahead of a file, in order.
///
/// # Errors
///
/// Says that its folder can't be read.
pub(crate) fn ahead(file: &Path) -> std::io::Result<Vec<PathBuf>> {
    let Some(begins) = file.file_name().and_then(|name| name.to_str()) else { return Ok(Vec::new()) };
    let begins = format!("{begins}{AHEAD}");
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder)?.map(|file| file.map(|file| file.path())) {
        let path = path?;
        if path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(&begins)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
