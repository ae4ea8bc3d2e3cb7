//! Who may write the journal of a database that several desks share: one row, which its holder renews.
//!
//! The lease is the journal's, whatever key a desk has: a run begins with what the last run of the same journal left, so two
//! desks on one journal would be wrong even with two accounts, and two keys of one account share the row. `docs/desk.md` says
//! why no two holders have orders at once.
//!
//! All times in the row are the database's own. Each take-over raises the epoch, and no entry is written under an older one
//! (`insert`): the row is locked as it is looked at, so that whoever takes over waits for entries that are being written, and
//! reads them.

use std::time::Duration;

use anyhow::Context;
use shared::units::Timestamp;
use sqlx::PgConnection;

use super::Address;
use super::connection::{Access, Connection};
use crate::hexadecimal::hexadecimal;

/// How long a statement waits for others who have locked the row. Entries lock it for as long as they take.
const OTHERS: Duration = Duration::from_secs(1);
/// The state with which `PostgreSQL` says that a lock was not to be had in time.
const LOCKED: &str = "55P03";

/// What shows that a desk holds the lease: the epoch, and a word that nobody else knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) epoch: i64,
    pub(super) holder: String,
}

/// Who asks for the lease, for people: the process, and the account at which exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applicant {
    pub(crate) who: String,
    pub(crate) account: String,
}

/// The row as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LeaseRow {
    /// How often it was taken.
    pub(crate) epoch: i64,
    /// Whether somebody has it and hasn't given it back.
    pub(crate) is_taken: bool,
    /// Whether that one should have renewed it by now, by the database's clock.
    pub(crate) is_over: bool,
    pub(crate) who: String,
    pub(crate) account: String,
    /// Since when, by the database's clock.
    pub(crate) since: Timestamp,
    /// What each renewal changes.
    pub(crate) until: i64,
}

impl LeaseRow {
    /// Returns whether anybody may take it.
    pub(crate) const fn is_free(&self) -> bool {
        !self.is_taken || self.is_over
    }
}

/// A connection for the lease alone, so that nothing else holds up a renewal.
pub(crate) struct Leases(Box<PgConnection>);

impl Leases {
    /// Opens it, and brings the schema forward; none for a file, which has no lease.
    ///
    /// # Errors
    ///
    /// Says that the database can't be reached or written.
    pub(crate) async fn open(address: &Address) -> anyhow::Result<Option<Self>> {
        if matches!(address, Address::Sqlite(_)) {
            return Ok(None);
        }
        Self::connect(address, true).await
    }

    /// Opens it again, for whoever has the lease of a schema that was brought forward before.
    ///
    /// # Errors
    ///
    /// Says that the database can't be reached.
    pub(crate) async fn open_again(address: &Address) -> anyhow::Result<Option<Self>> {
        Self::connect(address, false).await
    }

    async fn connect(address: &Address, brings_forward: bool) -> anyhow::Result<Option<Self>> {
        let opened = Connection::open(address, Access::Write, OTHERS).await;
        let mut connection = opened.with_context(|| format!("the database {address} can't be reached"))?;
        if brings_forward {
            connection
                .migrate()
                .await
                .with_context(|| format!("{address} is no store that can be written"))?;
        }
        // Whoever is told that the lease is theirs has it also after the server's machine has failed.
        connection.wait_for_disk(true).await?;
        Ok(match connection {
            Connection::Postgres(inner) => Some(Self(Box::new(inner))),
            Connection::Sqlite(_) => None,
        })
    }

    /// Returns the row, if anybody ever had the lease.
    ///
    /// # Errors
    ///
    /// Says what the database says.
    pub(crate) async fn look(&mut self) -> anyhow::Result<Option<LeaseRow>> {
        row(&mut self.0).await
    }

    /// Takes the lease for so long, if it is free, or still as it was `seen` by whoever has waited for long enough; returns
    /// what shows that and since when, by the database's clock, or nothing where another one has it.
    ///
    /// # Errors
    ///
    /// Says what the database says.
    pub(crate) async fn take(
        &mut self,
        applicant: &Applicant,
        lasts: Duration,
        seen: Option<&LeaseRow>,
    ) -> anyhow::Result<Option<(Token, Timestamp)>> {
        let mut secret = [0; 16];
        getrandom::fill(&mut secret).context("no entropy for the lease")?;
        let holder = hexadecimal(&secret);
        let taken = sqlx::query_as::<_, (i64, i64)>(
            "INSERT INTO lease AS l (name, epoch, holder, who, account, since, until) \
             SELECT 'desk', 1, $1, $2, $3, now, now + $4 \
             FROM (SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT AS now) AS clock \
             ON CONFLICT (name) DO UPDATE SET epoch = l.epoch + 1, holder = $1, who = $2, account = $3, \
             since = excluded.since, until = excluded.until \
             WHERE l.holder IS NULL \
             OR l.until < (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT \
             OR (l.epoch = $5 AND l.until = $6) \
             RETURNING epoch, since",
        )
        .bind(&holder)
        .bind(&applicant.who)
        .bind(&applicant.account)
        .bind(micros(lasts))
        .bind(seen.map(|row| row.epoch))
        .bind(seen.map(|row| row.until))
        .fetch_optional(&mut *self.0)
        .await;
        match taken {
            Ok(Some((epoch, since))) => Ok(Some((Token { epoch, holder }, Timestamp::from_micros(since)?))),
            Ok(None) => Ok(None),
            Err(sqlx::Error::Database(why)) if why.code().as_deref() == Some(LOCKED) => {
                self.let_go_of().await?;
                Ok(None)
            }
            Err(why) => Err(why.into()),
        }
    }

    /// Ends connections of this account that have locked the row for seconds: a holder whose bytes stopped between a statement
    /// and its end. Nothing of what they were writing is written.
    async fn let_go_of(&mut self) -> anyhow::Result<()> {
        let ended: Vec<(bool,)> = sqlx::query_as(
            "SELECT pg_terminate_backend(a.pid) FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid \
             WHERE l.locktype = 'relation' AND l.relation = 'lease'::REGCLASS AND a.pid <> pg_backend_pid() \
             AND a.usename = current_user AND a.xact_start < clock_timestamp() - INTERVAL '2 s'",
        )
        .fetch_all(&mut *self.0)
        .await?;
        if !ended.is_empty() {
            tracing::warn!("{} connections that held up the lease were ended", ended.len());
        }
        Ok(())
    }

    /// Renews it for so long from now; returns whether it was still held.
    ///
    /// # Errors
    ///
    /// Says what the database says: then it is not known.
    pub(crate) async fn renew(&mut self, token: &Token, lasts: Duration) -> anyhow::Result<bool> {
        let renewed = sqlx::query(
            "UPDATE lease SET until = (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT + $3 \
             WHERE name = 'desk' AND epoch = $1 AND holder = $2",
        )
        .bind(token.epoch)
        .bind(&token.holder)
        .bind(micros(lasts))
        .execute(&mut *self.0)
        .await?;
        Ok(renewed.rows_affected() == 1)
    }

    /// Gives it back, if it is still held: the next one needn't wait.
    ///
    /// # Errors
    ///
    /// Says what the database says: then it ends by itself.
    pub(crate) async fn release(&mut self, token: &Token) -> anyhow::Result<()> {
        let sql = "UPDATE lease SET holder = NULL WHERE name = 'desk' AND epoch = $1 AND holder = $2";
        sqlx::query(sql).bind(token.epoch).bind(&token.holder).execute(&mut *self.0).await?;
        Ok(())
    }
}

/// Returns the row, if there is one.
///
/// # Errors
///
/// Says what the database says.
async fn row(connection: &mut PgConnection) -> anyhow::Result<Option<LeaseRow>> {
    let row: Option<(i64, bool, bool, String, String, i64, i64)> = sqlx::query_as(
        "SELECT epoch, holder IS NOT NULL, until < (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT, \
         who, account, since, until FROM lease WHERE name = 'desk'",
    )
    .fetch_optional(connection)
    .await?;
    let Some((epoch, is_taken, is_over, who, account, since, until)) = row else { return Ok(None) };
    let since = Timestamp::from_micros(since)?;
    Ok(Some(LeaseRow { epoch, is_taken, is_over, who, account, since, until }))
}

/// Returns who holds the lease of a store, for whoever only looks; nothing for a file, or where nobody ever did.
///
/// # Errors
///
/// Says that it can't be read.
pub(crate) async fn look(address: &Address) -> anyhow::Result<Option<LeaseRow>> {
    let mut connection = Connection::open(address, Access::Read, OTHERS).await?;
    if !connection.has_table("lease").await? {
        return Ok(None);
    }
    match &mut connection {
        Connection::Postgres(inner) => row(inner).await,
        Connection::Sqlite(_) => Ok(None),
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}
