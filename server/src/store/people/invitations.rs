//! Invitations: a link that lets one person make one account.

use shared::access::Role;
use shared::units::Timestamp;

use super::People;
use super::audit::Note;
use crate::store::connection::on;

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invitation {
    pub(crate) email: String,
    pub(crate) role: Role,
    pub(crate) ends: Timestamp,
}

impl People {
    /// Keeps an invitation, in the place of any other to that address.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn invite(
        &mut self,
        at: Timestamp,
        hash: &str,
        invitation: &Invitation,
        note: &Note,
    ) -> anyhow::Result<()> {
        self.noted(at, note, async |connection| {
            let sql = "DELETE FROM invitation WHERE email = $1";
            on!(&mut *connection, inner => {
                sqlx::query(sql).bind(&invitation.email).execute(inner).await.map(|_| ())
            })?;
            let sql = "INSERT INTO invitation (hash, email, role, made, ends) VALUES ($1, $2, $3, $4, $5)";
            on!(connection, inner => {
                let insert = sqlx::query(sql).bind(hash).bind(&invitation.email).bind(invitation.role.name());
                insert.bind(at.micros()).bind(invitation.ends.micros()).execute(inner).await.map(|_| ())
            })
        })
        .await
    }

    /// Returns an invitation whose time is not over.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn invitation(
        &mut self,
        hash: &str,
        now: Timestamp,
    ) -> anyhow::Result<Option<Invitation>> {
        let sql = "SELECT email, role, ends FROM invitation WHERE hash = $1 AND ends > $2";
        let row: Option<(String, String, i64)> = on!(&mut self.connection, inner => {
            sqlx::query_as(sql).bind(hash).bind(now.micros()).fetch_optional(inner).await
        })?;
        let Some((email, role, ends)) = row else { return Ok(None) };
        Ok(Some(Invitation { email, role: role.parse()?, ends: Timestamp::from_micros(ends)? }))
    }

    /// Within a transaction: takes an invitation out, and returns whether it was there and its time not over.
    pub(super) async fn use_up(&mut self, hash: &str, now: Timestamp) -> anyhow::Result<bool> {
        let sql = "DELETE FROM invitation WHERE hash = $1 AND ends > $2";
        let gone = on!(&mut self.connection, inner => {
            let delete = sqlx::query(sql).bind(hash).bind(now.micros());
            delete.execute(inner).await.map(|done| done.rows_affected())
        })?;
        Ok(gone == 1)
    }
}
