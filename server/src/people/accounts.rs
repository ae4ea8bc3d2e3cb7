//! Accounts: who may sign in as what, how they come to be, and what their owners sign in with.

use shared::access::Role;
use shared::units::Timestamp;

use super::{Actor, INVITED, People, codes, tokens};
use crate::clock::machine_time;
use crate::environment::Secret;
use crate::store::{Account, Ended, Invitation, NewAccount, Note};

impl People {
    /// Returns the account with an e-mail address.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn account(&self, email: &str) -> anyhow::Result<Option<Account>> {
        self.with(async |store| store.account(email).await).await
    }

    /// Returns all accounts.
    ///
    /// # Errors
    ///
    /// Says that they can't be read.
    pub(crate) async fn accounts(&self) -> anyhow::Result<Vec<Account>> {
        self.with(async |store| store.accounts().await).await
    }

    /// Makes an account by itself, as the command line does.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn add(
        &self,
        email: String,
        role: Role,
        passphrase: Secret,
        note: &Note,
    ) -> anyhow::Result<Result<i64, Ended>> {
        let passphrase = self.hash(passphrase).await?;
        let new = NewAccount { email, role, passphrase };
        self.with(async |store| store.add_account(machine_time(), &new, None, note).await).await
    }

    /// Changes a role, or ends an account where `role` is none.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn set_role(
        &self,
        account: i64,
        role: Option<Role>,
        note: &Note,
    ) -> anyhow::Result<Result<(), Ended>> {
        self.with(async |store| store.set_role(machine_time(), account, role, note).await).await
    }

    /// Invites somebody: returns the token that their link has in it, and until when it stands.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn invite(
        &self,
        email: String,
        role: Role,
        note: &Note,
    ) -> anyhow::Result<(Secret, Timestamp)> {
        let (now, token) = (machine_time(), tokens::draw()?);
        let micros = now.micros().saturating_add(i64::try_from(INVITED.as_micros())?);
        let ends = Timestamp::from_micros(micros)?;
        let invitation = Invitation { email, role, ends };
        self.with(async |store| store.invite(now, &tokens::hash(&token), &invitation, note).await).await?;
        Ok((token, ends))
    }

    /// Returns what a link invites to, if it still does.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn invitation(&self, token: &Secret) -> anyhow::Result<Option<Invitation>> {
        self.with(async |store| store.invitation(&tokens::hash(token), machine_time()).await).await
    }

    /// Makes the account that a link invites to.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn take_up(
        &self,
        token: &Secret,
        invitation: Invitation,
        passphrase: Secret,
        address: &str,
    ) -> anyhow::Result<Result<i64, Ended>> {
        let Invitation { email, role, .. } = invitation;
        let mut note = Actor::nobody(address.to_owned()).note("TakeInvitation", &email, "made an account");
        note.who.clone_from(&email);
        role.name().clone_into(&mut note.role);
        let passphrase = self.hash(passphrase).await?;
        let new = NewAccount { email, role, passphrase };
        let hash = tokens::hash(token);
        self.with(async |store| store.add_account(machine_time(), &new, Some(&hash), &note).await).await
    }

    /// Sets a passphrase, which ends all other sessions of the account.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn set_passphrase(
        &self,
        account: i64,
        passphrase: Secret,
        kept: Option<&str>,
        note: &Note,
    ) -> anyhow::Result<()> {
        let hash = self.hash(passphrase).await?;
        self.with(async |store| store.set_passphrase(machine_time(), account, &hash, kept, note).await).await
    }

    /// Draws the secret of an authenticator, of which a code must be shown before it is asked for.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn draw_codes(&self, account: i64) -> anyhow::Result<String> {
        let secret = codes::draw()?;
        self.with(async |store| store.ask_secret(account, &secret).await).await?;
        Ok(secret)
    }

    /// Takes an authenticator if this is a code of it; returns whether it is.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn begin_codes(
        &self,
        account: &Account,
        code: &str,
        note: &Note,
    ) -> anyhow::Result<bool> {
        let now = machine_time();
        let Some(secret) = &account.asked_secret else { return Ok(false) };
        let Some(step) = codes::step(secret, code, now) else { return Ok(false) };
        self.with(async |store| {
            if !store.use_step(account.id, step).await? {
                return Ok(false);
            }
            store.set_secret(now, account.id, Some(secret), note).await.map(|()| true)
        })
        .await
    }

    /// Ends with an account's authenticator.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn end_codes(&self, account: i64, note: &Note) -> anyhow::Result<()> {
        self.with(async |store| store.set_secret(machine_time(), account, None, note).await).await
    }
}
