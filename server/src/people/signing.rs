//! Signing in, and showing again who one is.

use std::net::IpAddr;
use std::time::Duration;

use super::backoff::Whose;
use super::{Actor, People, Signed, codes, line, passphrase, tokens};
use crate::clock::machine_time;
use crate::environment::Secret;
use crate::store::Account;

/// What somebody shows.
pub(crate) struct SignIn {
    /// The e-mail address of their account, as it is kept.
    pub(crate) email: String,
    pub(crate) passphrase: Secret,
    /// A code of their authenticator; empty where they have none.
    pub(crate) code: String,
}

/// Why somebody is not let in.
#[derive(Debug)]
pub(crate) enum NotIn {
    /// Something of what they show is wrong: it isn't told what.
    Wrong,
    /// They have tried too often, and must wait so long.
    Later(Duration),
    /// It can't be found out.
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for NotIn {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl People {
    /// Signs somebody in: returns the token of their session.
    ///
    /// # Errors
    ///
    /// Says that what they show is wrong, that they must wait, or that it can't be found out.
    pub(crate) async fn sign_in(&self, shown: SignIn, from: IpAddr, agent: &str) -> Result<Secret, NotIn> {
        let email = shown.email.clone();
        let mut actor = Actor::nobody(from.to_string());
        match self.verify(shown, from).await {
            Ok(account) => {
                actor.who = email;
                actor.role = Some(account.role);
                let token = tokens::draw()?;
                let note = actor.note("SignIn", "", "signed in");
                let (hash, agent) = (tokens::hash(&token), line(agent));
                let address = from.to_string();
                self.with(async |store| {
                    store.begin_session(machine_time(), account.id, &hash, (&address, &agent), &note).await
                })
                .await?;
                Ok(token)
            }
            Err(why) => {
                // What was typed may be a passphrase in the wrong field: only an address that has an account is written down.
                if matches!(why, NotIn::Wrong) {
                    let known = self.account(&email).await?.is_some();
                    let resource = if known { email.as_str() } else { "an address without an account" };
                    self.note(&actor.note("SignIn", resource, "was refused")).await?;
                }
                Err(why)
            }
        }
    }

    /// Lets somebody who signed in show again who they are, and say why: returns the next token of their session.
    ///
    /// # Errors
    ///
    /// As [`sign_in`](Self::sign_in).
    pub(crate) async fn show_again(
        &self,
        actor: &Actor,
        signed: &Signed,
        shown: SignIn,
        reason: &str,
        from: IpAddr,
    ) -> Result<Secret, NotIn> {
        if let Err(why) = self.verify(shown, from).await {
            if matches!(why, NotIn::Wrong) {
                self.note(&actor.note("ShowAgain", "", "was refused")).await?;
            }
            return Err(why);
        }
        let token = tokens::draw()?;
        let (reason, next) = (line(reason), tokens::hash(&token));
        let mut note = actor.note("ShowAgain", "", "showed again who they are");
        note.reason.clone_from(&reason);
        self.with(async |store| store.show_again(machine_time(), &signed.hash, &next, &reason, &note).await)
            .await?;
        Ok(token)
    }

    /// Returns the account of whoever shows this, if it is right. It takes as long for nobody's.
    ///
    /// # Errors
    ///
    /// As [`sign_in`](Self::sign_in).
    pub(crate) async fn verify(&self, shown: SignIn, from: IpAddr) -> Result<Account, NotIn> {
        let SignIn { email, passphrase, code } = shown;
        let counted = [Whose::Account(email.clone()), Whose::address(from)];
        self.attempt(&counted).map_err(NotIn::Later)?;
        let account = self.account(&email).await?.filter(|account| account.ended.is_none());
        let hash = account.as_ref().map(|account| account.passphrase.clone());
        let is_right = {
            let _one = self.hashing.acquire().await.map_err(anyhow::Error::from)?;
            let verify = move || passphrase::is_right(&passphrase, hash.as_deref());
            tokio::task::spawn_blocking(verify).await.map_err(anyhow::Error::from)?
        };
        let Some(account) = account.filter(|_| is_right) else { return Err(NotIn::Wrong) };
        if let Some(secret) = &account.secret {
            let step = codes::step(secret, &code, machine_time()).ok_or(NotIn::Wrong)?;
            if !self.with(async |store| store.use_step(account.id, step).await).await? {
                return Err(NotIn::Wrong);
            }
        }
        self.was_right(&counted);
        Ok(account)
    }
}
