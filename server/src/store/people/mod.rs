//! People: accounts, their sessions, invitations, what they saved, and what each did.
//!
//! A secret is never kept as it is: of a passphrase there is its slow hash, of a token its SHA-256. What changes who may do what is
//! written in one transaction with the line of the log that says so.

mod accounts;
mod audit;
mod invitations;
mod sessions;
mod tokens;
mod work;

pub(crate) use self::accounts::{Account, Ended, NewAccount};
pub(crate) use self::audit::{Kept, Note};
pub(crate) use self::invitations::Invitation;
pub(crate) use self::sessions::{Session, SessionLine};
pub(crate) use self::tokens::{Bearer, Scope, TokenLine};
pub(crate) use self::work::{NewWork, Unchanged, Work};

pub(super) use self::accounts::ACCOUNTS;
pub(super) use self::audit::AUDIT;
pub(super) use self::work::WORK;

use anyhow::Context;

use super::Address;
use super::connection::{Access, Connection, PATIENCE};

/// The people of a store. Several processes may have them open and write.
pub(crate) struct People {
    pub(in crate::store) connection: Connection,
}

impl People {
    /// Opens those of a store; a file is made if there is none, and its schema brought forward.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened or written, or is something else.
    pub(crate) async fn open(address: &Address) -> anyhow::Result<Self> {
        let opened = Connection::open(address, Access::Write, PATIENCE).await;
        let mut connection = opened.with_context(|| format!("the store {address} can't be opened"))?;
        connection.migrate().await.with_context(|| format!("{address} is no store that can be written"))?;
        Ok(Self { connection })
    }

    /// Ends it in order.
    pub(crate) async fn close(self) {
        self.connection.close().await;
    }
}
