//! Tokens: what a program shows in the place of a session.

use shared::access::Role;
use shared::units::Timestamp;

use super::People;
use super::audit::Note;
use crate::store::connection::on;

/// How far a token reaches: never further than its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// It sees.
    Read,
    /// It trades.
    Trade,
}

impl Scope {
    /// Returns its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Trade => "trade",
        }
    }

    /// Returns the scope of a name, if it is one.
    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Read, Self::Trade].into_iter().find(|scope| scope.name() == name)
    }

    /// Returns the most that it may do for whoever has this role.
    pub(crate) fn role(self, owner: Role) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Trade => owner.min(Role::Trader),
        }
    }
}

/// A token and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bearer {
    /// Its owner.
    pub(crate) email: String,
    /// What they may do.
    pub(crate) role: Role,
    pub(crate) has_codes: bool,
    pub(crate) name: String,
    pub(crate) scope: Scope,
}

/// A token as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenLine {
    pub(crate) hash: String,
    pub(crate) name: String,
    pub(crate) scope: String,
    pub(crate) made: Timestamp,
    pub(crate) ends: Timestamp,
    pub(crate) seen: Option<Timestamp>,
}

impl People {
    /// Keeps a token of an account.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn add_token(
        &mut self,
        (made, ends): (Timestamp, Timestamp),
        account: i64,
        hash: &str,
        (name, scope): (&str, Scope),
        note: &Note,
    ) -> anyhow::Result<()> {
        self.noted(made, note, async |connection| {
            let sql =
                "INSERT INTO token (hash, account, name, scope, made, ends) VALUES ($1, $2, $3, $4, $5, $6)";
            on!(connection, inner => {
                let insert = sqlx::query(sql).bind(hash).bind(account).bind(name).bind(scope.name());
                insert.bind(made.micros()).bind(ends.micros()).execute(inner).await.map(|_| ())
            })
        })
        .await
    }

    /// Returns the token of this hash, if its time is not over and its account was not ended, and takes note that it was seen.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn token(&mut self, hash: &str, now: Timestamp) -> anyhow::Result<Option<Bearer>> {
        type Row = (String, String, i64, String, String, Option<i64>);
        let sql = "SELECT email, role, CAST(CASE WHEN secret IS NULL THEN 0 ELSE 1 END AS BIGINT), name, scope, seen \
             FROM token JOIN account ON account.id = token.account WHERE hash = $1 AND ends > $2 AND ended IS NULL";
        let row: Option<Row> = on!(&mut self.connection, inner => {
            sqlx::query_as(sql).bind(hash).bind(now.micros()).fetch_optional(inner).await
        })?;
        let Some((email, role, codes, name, scope, seen)) = row else { return Ok(None) };
        // Once a minute is often enough to know whether it is used.
        if seen.is_none_or(|seen| now.micros().saturating_sub(seen) > 60_000_000) {
            let sql = "UPDATE token SET seen = $1 WHERE hash = $2";
            on!(&mut self.connection, inner => {
                sqlx::query(sql).bind(now.micros()).bind(hash).execute(inner).await.map(|_| ())
            })?;
        }
        let Some(scope) = Scope::of(&scope) else { return Ok(None) };
        Ok(Some(Bearer { email, role: role.parse()?, has_codes: codes != 0, name, scope }))
    }

    /// Returns an account's tokens, the latest made first.
    ///
    /// # Errors
    ///
    /// Says that they can't be read.
    pub(crate) async fn tokens(&mut self, account: i64) -> anyhow::Result<Vec<TokenLine>> {
        type Row = (String, String, String, i64, i64, Option<i64>);
        let sql = "SELECT hash, name, scope, made, ends, seen FROM token WHERE account = $1 ORDER BY made DESC, hash";
        let rows: Vec<Row> =
            on!(&mut self.connection, inner => sqlx::query_as(sql).bind(account).fetch_all(inner).await)?;
        let line = |(hash, name, scope, made, ends, seen): Row| {
            let (made, ends) = (Timestamp::from_micros(made)?, Timestamp::from_micros(ends)?);
            let seen = seen.map(Timestamp::from_micros).transpose()?;
            Ok(TokenLine { hash, name, scope, made, ends, seen })
        };
        rows.into_iter().map(line).collect()
    }

    /// Ends a token of an account.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn end_token(
        &mut self,
        at: Timestamp,
        account: i64,
        hash: &str,
        note: &Note,
    ) -> anyhow::Result<()> {
        self.noted(at, note, async |connection| {
            let sql = "DELETE FROM token WHERE hash = $1 AND account = $2";
            on!(connection, inner => {
                sqlx::query(sql).bind(hash).bind(account).execute(inner).await.map(|_| ())
            })
        })
        .await
    }
}
