//! Sessions: who has signed in, from where, and when they last showed who they are.

use shared::access::Role;
use shared::units::Timestamp;

use super::People;
use super::audit::Note;
use crate::store::connection::{Connection, on};

/// A session, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// The number of the account.
    pub(crate) account: i64,
    pub(crate) email: String,
    pub(crate) role: Role,
    /// Whether the account has an authenticator.
    pub(crate) has_codes: bool,
    pub(crate) made: Timestamp,
    pub(crate) seen: Timestamp,
    /// When they last showed who they are.
    pub(crate) shown: Timestamp,
    /// Why they did, in their words.
    pub(crate) reason: String,
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionLine {
    pub(crate) hash: String,
    pub(crate) made: Timestamp,
    pub(crate) seen: Timestamp,
    pub(crate) address: String,
    pub(crate) agent: String,
}

impl People {
    /// Begins a session of an account.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn begin_session(
        &mut self,
        at: Timestamp,
        account: i64,
        session: &str,
        (address, agent): (&str, &str),
        note: &Note,
    ) -> anyhow::Result<()> {
        self.noted(at, note, async |connection| {
            let sql = "INSERT INTO session (hash, account, made, seen, shown, reason, address, agent) \
                 VALUES ($1, $2, $3, $3, $3, '', $4, $5)";
            on!(connection, inner => {
                let insert = sqlx::query(sql).bind(session).bind(account).bind(at.micros());
                insert.bind(address).bind(agent).execute(inner).await.map(|_| ())
            })
        })
        .await
    }

    /// Returns the session of this hash, if it was last seen after `seen` and made after `made`, of an account that was not ended.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn session(
        &mut self,
        hash: &str,
        seen: Timestamp,
        made: Timestamp,
    ) -> anyhow::Result<Option<Session>> {
        type Row = (i64, String, String, i64, i64, i64, i64, String);
        let sql = "SELECT account.id, email, role, CAST(CASE WHEN secret IS NULL THEN 0 ELSE 1 END AS BIGINT), session.made, seen, shown, reason \
             FROM session JOIN account ON account.id = session.account \
             WHERE hash = $1 AND seen > $2 AND session.made > $3 AND ended IS NULL";
        let row: Option<Row> = on!(&mut self.connection, inner => {
            let select = sqlx::query_as(sql).bind(hash).bind(seen.micros()).bind(made.micros());
            select.fetch_optional(inner).await
        })?;
        let Some((account, email, role, codes, made, seen, shown, reason)) = row else { return Ok(None) };
        Ok(Some(Session {
            account,
            email,
            role: role.parse()?,
            has_codes: codes != 0,
            made: Timestamp::from_micros(made)?,
            seen: Timestamp::from_micros(seen)?,
            shown: Timestamp::from_micros(shown)?,
            reason,
        }))
    }

    /// Takes note that a session was seen.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn see(&mut self, at: Timestamp, hash: &str) -> anyhow::Result<()> {
        let sql = "UPDATE session SET seen = $1 WHERE hash = $2 AND seen < $1";
        Ok(on!(&mut self.connection, inner => {
            sqlx::query(sql).bind(at.micros()).bind(hash).execute(inner).await.map(|_| ())
        })?)
    }

    /// Takes note that somebody showed again who they are, and why. The session goes on under another token.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn show_again(
        &mut self,
        at: Timestamp,
        hash: &str,
        next: &str,
        reason: &str,
        note: &Note,
    ) -> anyhow::Result<()> {
        self.noted(at, note, async |connection| {
            let sql = "UPDATE session SET shown = $1, seen = $1, reason = $2, hash = $3 WHERE hash = $4";
            on!(connection, inner => {
                let update = sqlx::query(sql).bind(at.micros()).bind(reason).bind(next).bind(hash);
                update.execute(inner).await.map(|_| ())
            })
        })
        .await
    }

    /// Returns the sessions of an account, the latest seen first.
    ///
    /// # Errors
    ///
    /// Says that they can't be read.
    pub(crate) async fn sessions(&mut self, account: i64) -> anyhow::Result<Vec<SessionLine>> {
        let sql = "SELECT hash, made, seen, address, agent FROM session WHERE account = $1 ORDER BY seen DESC, hash";
        let rows: Vec<(String, i64, i64, String, String)> =
            on!(&mut self.connection, inner => sqlx::query_as(sql).bind(account).fetch_all(inner).await)?;
        let line = |(hash, made, seen, address, agent)| {
            let (made, seen) = (Timestamp::from_micros(made)?, Timestamp::from_micros(seen)?);
            Ok(SessionLine { hash, made, seen, address, agent })
        };
        rows.into_iter().map(line).collect()
    }

    /// Ends a session of an account.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn end_session(
        &mut self,
        at: Timestamp,
        account: i64,
        hash: &str,
        note: &Note,
    ) -> anyhow::Result<()> {
        self.noted(at, note, async |connection| {
            let sql = "DELETE FROM session WHERE hash = $1 AND account = $2";
            on!(connection, inner => {
                sqlx::query(sql).bind(hash).bind(account).execute(inner).await.map(|_| ())
            })
        })
        .await
    }

    /// Ends all sessions of an account but one.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn end_sessions(
        &mut self,
        at: Timestamp,
        account: i64,
        kept: Option<&str>,
        note: &Note,
    ) -> anyhow::Result<()> {
        self.noted(at, note, async |connection| end_all_of(connection, account, kept).await).await
    }

    /// Takes out sessions that are over, and invitations that nobody took up: nothing finds them any more.
    ///
    /// # Errors
    ///
    /// Says that they can't be taken out.
    pub(crate) async fn sweep(
        &mut self,
        now: Timestamp,
        seen: Timestamp,
        made: Timestamp,
    ) -> anyhow::Result<()> {
        let sql = "DELETE FROM session WHERE seen <= $1 OR made <= $2";
        on!(&mut self.connection, inner => {
            sqlx::query(sql).bind(seen.micros()).bind(made.micros()).execute(inner).await.map(|_| ())
        })?;
        let sql = "DELETE FROM invitation WHERE ends <= $1";
        Ok(on!(&mut self.connection, inner => {
            sqlx::query(sql).bind(now.micros()).execute(inner).await.map(|_| ())
        })?)
    }
}

/// Within a transaction: ends all sessions of an account but one.
pub(super) async fn end_all_of(
    connection: &mut Connection,
    account: i64,
    kept: Option<&str>,
) -> Result<(), sqlx::Error> {
    let sql = "DELETE FROM session WHERE account = $1 AND hash <> $2";
    on!(connection, inner => {
        sqlx::query(sql).bind(account).bind(kept.unwrap_or_default()).execute(inner).await.map(|_| ())
    })
}
