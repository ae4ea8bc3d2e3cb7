//! Entries into the table, on either engine.

use anyhow::bail;
use sqlx::{Connection as _, PgConnection, QueryBuilder, SqliteConnection};

use super::{Entry, Token};

/// How many rows one statement of `SQLite` writes at most: those of each number are prepared once.
const ROWS: usize = 96;
/// How many rows one statement of `PostgreSQL` writes at most: all of them are arrays in one message.
const AT_ONCE: usize = 20_000;

/// Writes entries down in a file, all or none.
///
/// # Errors
///
/// Says what the engine says.
pub(super) async fn values(
    connection: &mut SqliteConnection,
    run: i64,
    next: i64,
    entries: &[Entry],
) -> Result<(), sqlx::Error> {
    if entries.len() <= ROWS {
        // One way to the file's thread, which a statement is a transaction of.
        insert(connection, run, next, entries).await
    } else {
        insert_all(connection, run, next, entries).await
    }
}

/// Writes entries down in one statement, numbered from `next` on.
async fn insert(
    connection: &mut SqliteConnection,
    run: i64,
    next: i64,
    entries: &[Entry],
) -> Result<(), sqlx::Error> {
    let mut statement = QueryBuilder::new("INSERT INTO entry (run, seq, t, kind, data) ");
    statement.push_values((next..).zip(entries), |mut row, (seq, entry)| {
        row.push_bind(run).push_bind(seq).push_bind(entry.at.micros());
        row.push_bind(entry.kind.name()).push_bind(entry.data.as_str());
    });
    statement.build().execute(connection).await.map(|_| ())
}

/// Writes entries down in as many statements as it takes, all or none.
async fn insert_all(
    connection: &mut SqliteConnection,
    run: i64,
    next: i64,
    entries: &[Entry],
) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    for (next, entries) in (next..).step_by(ROWS).zip(entries.chunks(ROWS)) {
        insert(&mut transaction, run, next, entries).await?;
    }
    transaction.commit().await
}

/// Writes entries down in a database as arrays, so that one prepared statement does for any number of them, all or none: none
/// where there is a lease and it is not held any more.
///
/// # Errors
///
/// Says what the engine says, or that another desk has the lease.
pub(super) async fn arrays(
    connection: &mut PgConnection,
    run: i64,
    next: i64,
    entries: &[Entry],
    lease: Option<&Token>,
) -> anyhow::Result<()> {
    if entries.len() <= AT_ONCE {
        return insert_array(connection, run, next, entries, lease).await;
    }
    let mut transaction = connection.begin().await?;
    for (next, entries) in (next..).step_by(AT_ONCE).zip(entries.chunks(AT_ONCE)) {
        insert_array(&mut transaction, run, next, entries, lease).await?;
    }
    Ok(transaction.commit().await?)
}

/// Writes whatever is there.
const ALONE: &str = "INSERT INTO entry (run, seq, t, kind, data) \
     SELECT $1, seq, t, kind, data FROM UNNEST($2::BIGINT[], $3::BIGINT[], $4::TEXT[], $5::TEXT[]) \
     AS row (seq, t, kind, data)";
/// The same for the holder of the lease. The lock makes it one with the take-over: that waits for it, or it waits and then sees
/// who has taken over.
const HELD: &str = "WITH held AS MATERIALIZED (SELECT 1 FROM lease \
     WHERE name = 'desk' AND epoch = $6 AND holder = $7 FOR SHARE) \
     INSERT INTO entry (run, seq, t, kind, data) \
     SELECT $1, seq, t, kind, data FROM held, UNNEST($2::BIGINT[], $3::BIGINT[], $4::TEXT[], $5::TEXT[]) \
     AS row (seq, t, kind, data)";

async fn insert_array(
    connection: &mut PgConnection,
    run: i64,
    next: i64,
    entries: &[Entry],
    lease: Option<&Token>,
) -> anyhow::Result<()> {
    let numbers: Vec<i64> = (next..).take(entries.len()).collect();
    let times: Vec<i64> = entries.iter().map(|entry| entry.at.micros()).collect();
    let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.name()).collect();
    let data: Vec<&str> = entries.iter().map(|entry| entry.data.as_str()).collect();
    let sql = if lease.is_some() { HELD } else { ALONE };
    let mut statement = sqlx::query(sql).bind(run).bind(numbers).bind(times).bind(kinds).bind(data);
    if let Some(lease) = lease {
        statement = statement.bind(lease.epoch).bind(lease.holder.as_str());
    }
    let written = statement.execute(connection).await?.rows_affected();
    if usize::try_from(written) != Ok(entries.len()) {
        bail!(
            "another desk has taken over: the lease of epoch {} is over",
            lease.map_or(0, |lease| lease.epoch)
        );
    }
    Ok(())
}
