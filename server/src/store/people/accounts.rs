//! Accounts: who may sign in, as what.

use shared::access::Role;
use shared::units::Timestamp;

use super::People;
use super::audit::{self, Note};
use super::sessions::end_all_of;
use crate::store::connection::on;
use crate::store::table::Table;
use crate::store::table::Type::{Int, Text};

/// The accounts, by number from 1.
pub(in crate::store) const ACCOUNTS: Table = Table {
    name: "account",
    key: 1,
    page: 5_000,
    columns: &[
        ("id", Int),
        ("email", Text),
        ("role", Text),
        ("passphrase", Text),
        ("secret", Text),
        ("asked_secret", Text),
        ("used_step", Int),
        ("made", Int),
        ("ended", Int),
    ],
};

/// An account as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: i64,
    pub(crate) email: String,
    pub(crate) role: Role,
    /// The slow hash of its passphrase.
    pub(crate) passphrase: String,
    /// The secret of its authenticator, in base 32, once a code of it was shown.
    pub(crate) secret: Option<String>,
    /// The same before a code was shown.
    pub(crate) asked_secret: Option<String>,
    pub(crate) made: Timestamp,
    /// When it was ended, if it was: nobody signs in with it any more.
    pub(crate) ended: Option<Timestamp>,
}

/// An account that is to be.
#[derive(Debug, Clone)]
pub(crate) struct NewAccount {
    pub(crate) email: String,
    pub(crate) role: Role,
    /// The slow hash of its passphrase.
    pub(crate) passphrase: String,
}

/// Why an account was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Ended {
    /// There is none, or it was ended.
    #[error("there is no such account, or it was ended")]
    NoSuch,
    /// It is the last one that could say who else may do what.
    #[error("it is the last admin: name another one first")]
    LastAdmin,
    /// Another one has that address.
    #[error("there is an account with that address")]
    Taken,
    /// It was too late: the invitation was taken up or its time is over.
    #[error("the invitation was taken up, taken back, or its time is over")]
    Over,
}

type Row = (i64, String, String, String, Option<String>, Option<String>, i64, Option<i64>);

const COLUMNS: &str = "id, email, role, passphrase, secret, asked_secret, made, ended";

impl Account {
    fn of((id, email, role, passphrase, secret, asked_secret, made, ended): Row) -> anyhow::Result<Self> {
        let ended = ended.map(Timestamp::from_micros).transpose()?;
        let (role, made) = (role.parse()?, Timestamp::from_micros(made)?);
        Ok(Self { id, email, role, passphrase, secret, asked_secret, made, ended })
    }
}

impl People {
    /// Returns all accounts, in the order in which they were made.
    ///
    /// # Errors
    ///
    /// Says that they can't be read.
    pub(crate) async fn accounts(&mut self) -> anyhow::Result<Vec<Account>> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM account ORDER BY id"));
        let rows: Vec<Row> = on!(&mut self.connection, inner => sqlx::query_as(sql).fetch_all(inner).await)?;
        rows.into_iter().map(Account::of).collect()
    }

    /// Returns the account with this e-mail address, ended or not.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn account(&mut self, email: &str) -> anyhow::Result<Option<Account>> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM account WHERE email = $1"));
        let row: Option<Row> =
            on!(&mut self.connection, inner => sqlx::query_as(sql).bind(email).fetch_optional(inner).await)?;
        row.map(Account::of).transpose()
    }

    /// Makes an account, if none has its address; with an invitation only if that still stands, which is then used up. Returns its
    /// number.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn add_account(
        &mut self,
        at: Timestamp,
        new: &NewAccount,
        invitation: Option<&str>,
        note: &Note,
    ) -> anyhow::Result<Result<i64, Ended>> {
        self.connection.begin().await?;
        let done = self.add_within(at, new, invitation, note).await;
        self.end(done).await
    }

    async fn add_within(
        &mut self,
        at: Timestamp,
        new: &NewAccount,
        invitation: Option<&str>,
        note: &Note,
    ) -> anyhow::Result<Result<i64, Ended>> {
        self.alone().await?;
        if let Some(hash) = invitation
            && !self.use_up(hash, at).await?
        {
            return Ok(Err(Ended::Over));
        }
        if self.account(&new.email).await?.is_some() {
            return Ok(Err(Ended::Taken));
        }
        let sql = "SELECT COALESCE(MAX(id), 0) + 1 FROM account";
        let (id,): (i64,) = on!(&mut self.connection, inner => sqlx::query_as(sql).fetch_one(inner).await)?;
        let row = vec![
            id.into(),
            new.email.as_str().into(),
            new.role.name().into(),
            new.passphrase.as_str().into(),
            None::<&str>.into(),
            None::<&str>.into(),
            0.into(),
            at.micros().into(),
            None::<i64>.into(),
        ];
        self.connection.write_rows(&ACCOUNTS, &[row], false).await?;
        audit::add(&mut self.connection, at, note).await?;
        Ok(Ok(id))
    }

    /// Changes an account's role, or ends it where `role` is none; its sessions end with either.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn set_role(
        &mut self,
        at: Timestamp,
        id: i64,
        role: Option<Role>,
        note: &Note,
    ) -> anyhow::Result<Result<(), Ended>> {
        self.connection.begin().await?;
        let done = self.set_role_within(at, id, role, note).await;
        self.end(done).await
    }

    async fn set_role_within(
        &mut self,
        at: Timestamp,
        id: i64,
        role: Option<Role>,
        note: &Note,
    ) -> anyhow::Result<Result<(), Ended>> {
        self.alone().await?;
        let accounts = self.accounts().await?;
        let mut open = accounts.iter().filter(|account| account.ended.is_none());
        let Some(account) = open.clone().find(|account| account.id == id) else {
            return Ok(Err(Ended::NoSuch));
        };
        let keeps = open.any(|other| other.role == Role::Admin && other.id != id);
        if account.role == Role::Admin && role != Some(Role::Admin) && !keeps {
            return Ok(Err(Ended::LastAdmin));
        }
        let ended = role.is_none().then(|| at.micros());
        let role = role.unwrap_or(account.role);
        let sql = "UPDATE account SET role = $1, ended = $2 WHERE id = $3";
        on!(&mut self.connection, inner => {
            sqlx::query(sql).bind(role.name()).bind(ended).bind(id).execute(inner).await.map(|_| ())
        })?;
        end_all_of(&mut self.connection, id, None).await?;
        audit::add(&mut self.connection, at, note).await?;
        Ok(Ok(()))
    }

    /// Sets a passphrase's slow hash, which ends all sessions of the account but `kept`.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn set_passphrase(
        &mut self,
        at: Timestamp,
        id: i64,
        passphrase: &str,
        kept: Option<&str>,
        note: &Note,
    ) -> anyhow::Result<()> {
        self.noted(at, note, async |connection| {
            let sql = "UPDATE account SET passphrase = $1 WHERE id = $2";
            on!(&mut *connection, inner => {
                sqlx::query(sql).bind(passphrase).bind(id).execute(inner).await.map(|_| ())
            })?;
            end_all_of(connection, id, kept).await
        })
        .await
    }

    /// Notes the secret of an authenticator of which no code was shown yet.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn ask_secret(&mut self, id: i64, secret: &str) -> anyhow::Result<()> {
        let sql = "UPDATE account SET asked_secret = $1 WHERE id = $2";
        Ok(on!(&mut self.connection, inner => {
            sqlx::query(sql).bind(secret).bind(id).execute(inner).await.map(|_| ())
        })?)
    }

    /// Takes an authenticator, of which a code was shown, or ends with it where `secret` is none.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn set_secret(
        &mut self,
        at: Timestamp,
        id: i64,
        secret: Option<&str>,
        note: &Note,
    ) -> anyhow::Result<()> {
        self.noted(at, note, async |connection| {
            let sql = "UPDATE account SET secret = $1, asked_secret = NULL WHERE id = $2";
            on!(connection, inner => {
                sqlx::query(sql).bind(secret).bind(id).execute(inner).await.map(|_| ())
            })
        })
        .await
    }

    /// Takes note that the code of this step was used; returns whether none of it or of a later one was before.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn use_step(&mut self, id: i64, step: i64) -> anyhow::Result<bool> {
        let sql = "UPDATE account SET used_step = $1 WHERE id = $2 AND used_step < $1";
        let changed = on!(&mut self.connection, inner => {
            sqlx::query(sql).bind(step).bind(id).execute(inner).await.map(|done| done.rows_affected())
        })?;
        Ok(changed == 1)
    }

    /// Within a transaction: lets nobody else change accounts until it ends.
    async fn alone(&mut self) -> anyhow::Result<()> {
        if let crate::store::connection::Connection::Postgres(inner) = &mut self.connection {
            sqlx::raw_sql("SELECT pg_advisory_xact_lock(hashtext('tauroi people'))").execute(inner).await?;
        }
        Ok(())
    }

    /// Ends a transaction: nothing of it is written where it was refused.
    pub(super) async fn end<T, E>(
        &mut self,
        done: anyhow::Result<Result<T, E>>,
    ) -> anyhow::Result<Result<T, E>> {
        match done {
            Ok(Err(why)) => {
                self.connection.run("ROLLBACK").await?;
                Ok(Err(why))
            }
            done => self.connection.end(done).await,
        }
    }
}
