//! Sessions: who has signed in, and how long that stands.

use super::{IDLE, LONGEST, People, SEEN, before};
use crate::clock::machine_time;
use crate::store::{Note, Session, SessionLine};

impl People {
    /// Returns who has this token's session, if it stands.
    ///
    /// # Errors
    ///
    /// Says that it can't be found out.
    pub(crate) async fn session(&self, hash: &str) -> anyhow::Result<Option<Session>> {
        let now = machine_time();
        self.with(async |store| {
            let session = store.session(hash, before(now, IDLE), before(now, LONGEST)).await?;
            if let Some(session) = &session
                && session.seen < before(now, SEEN)
            {
                store.see(now, hash).await?;
            }
            Ok(session)
        })
        .await
    }

    /// Ends a session.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn end_session(&self, account: i64, hash: &str, note: &Note) -> anyhow::Result<()> {
        self.with(async |store| store.end_session(machine_time(), account, hash, note).await).await
    }

    /// Ends all sessions of an account but one.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn end_sessions(&self, account: i64, kept: &str, note: &Note) -> anyhow::Result<()> {
        self.with(async |store| store.end_sessions(machine_time(), account, Some(kept), note).await).await
    }

    /// Returns the sessions of an account.
    ///
    /// # Errors
    ///
    /// Says that they can't be read.
    pub(crate) async fn sessions(&self, account: i64) -> anyhow::Result<Vec<SessionLine>> {
        let now = machine_time();
        self.with(async |store| {
            store.sweep(now, before(now, IDLE), before(now, LONGEST)).await?;
            store.sessions(account).await
        })
        .await
    }
}
