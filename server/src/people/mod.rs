//! People who sign in: accounts, sessions, invitations and roles, and the log of what they did.
//!
//! `web` asks this who somebody is and lets them in; `store` keeps it. Secrets are compared by their hashes alone, and what is wrong
//! with a sign-in is never told apart: whether an address has an account stays its owner's business.

mod actor;
mod backoff;
mod codes;
mod passphrase;
mod signing;
mod tokens;

pub(crate) use self::actor::{Actor, Admin, Signed, Trader, Viewer};
pub(crate) use self::signing::{NotIn, SignIn};
pub(crate) use self::tokens::{could_be, hash as token_hash};
pub(crate) use self::{codes::address as codes_address, passphrase::unfit};

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use shared::access::Role;
use shared::units::Timestamp;
use tokio::sync::{MappedMutexGuard, MutexGuard, Semaphore};

use self::backoff::{BackOff, Whose};
use crate::clock::machine_time;
use crate::environment::Secret;
use crate::store::{
    self, Account, Address, Bearer, Ended, Invitation, Kept, NewAccount, NewWork, Note, Scope, Session,
    SessionLine, TokenLine, Unchanged, Work,
};

/// How long a session lasts that nobody uses, and how long any.
pub(crate) const IDLE: Duration = Duration::from_secs(30 * 60);
const LONGEST: Duration = Duration::from_secs(12 * 3_600);
/// A session that was seen so lately is not written down as seen again.
const SEEN: Duration = Duration::from_secs(60);
/// How long an invitation stands.
pub(crate) const INVITED: Duration = Duration::from_secs(7 * 86_400);
/// How many passphrases are hashed at once: each takes 19 MiB and a core.
const HASHED_AT_ONCE: usize = 2;
/// The most letters of a reason, and of what a browser says of itself.
const MOST_LETTERS: usize = 500;

/// The people of this server.
pub(crate) struct People {
    address: Address,
    /// Opened anew after whatever went wrong.
    store: tokio::sync::Mutex<Option<store::People>>,
    attempts: Mutex<BackOff>,
    hashing: Semaphore,
}

/// Returns an e-mail address as it is kept, or says that it is none.
///
/// # Errors
///
/// Says that it is no e-mail address.
pub(crate) fn email(text: &str) -> anyhow::Result<String> {
    let text = text.trim().to_lowercase();
    let is_one = text.len() <= 254
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
        && !text.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    if is_one { Ok(text) } else { bail!("{text:?} is no e-mail address") }
}

/// Returns a text from outside as a line of at most so many letters, without what no line has.
pub(crate) fn line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(MOST_LETTERS)
        .collect::<String>()
        .trim()
        .to_owned()
}

fn before(now: Timestamp, span: Duration) -> Timestamp {
    let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(now.micros().saturating_sub(micros)).unwrap_or(now)
}

impl People {
    /// Opens the people of a store.
    ///
    /// # Errors
    ///
    /// Says that it can't be opened or written.
    pub(crate) async fn open(address: Address) -> anyhow::Result<Self> {
        let store = store::People::open(&address).await?;
        let mut people = Self::at(address);
        *people.store.get_mut() = Some(store);
        Ok(people)
    }

    /// Returns those of a store that is opened once something is asked of it.
    pub(crate) fn at(address: Address) -> Self {
        Self {
            address,
            store: tokio::sync::Mutex::new(None),
            attempts: Mutex::default(),
            hashing: Semaphore::new(HASHED_AT_ONCE),
        }
    }

    async fn store(&self) -> anyhow::Result<MappedMutexGuard<'_, store::People>> {
        let mut held = self.store.lock().await;
        if held.is_none() {
            *held = Some(store::People::open(&self.address).await?);
        }
        MutexGuard::try_map(held, Option::as_mut).ok().context("the store of people is closed")
    }

    /// Does something with the store; after an error it is opened anew by whoever comes next.
    async fn with<T>(
        &self,
        does: impl AsyncFnOnce(&mut store::People) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let done = {
            let mut store = self.store().await?;
            does(&mut store).await
        };
        if done.is_err() {
            *self.store.lock().await = None;
        }
        done.context("the store of people")
    }

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

    /// Makes a token of an account, for so long: returns it, to be shown once.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn make_token(
        &self,
        account: i64,
        name: &str,
        scope: Scope,
        lasts: Duration,
        note: &Note,
    ) -> anyhow::Result<Secret> {
        let (now, token) = (machine_time(), tokens::draw()?);
        let ends = Timestamp::from_micros(now.micros().saturating_add(i64::try_from(lasts.as_micros())?))?;
        let hash = tokens::hash(&token);
        self.with(async |store| store.add_token((now, ends), account, &hash, (name, scope), note).await)
            .await?;
        Ok(token)
    }

    /// Returns the token of this hash, if it stands.
    ///
    /// # Errors
    ///
    /// Says that it can't be found out.
    pub(crate) async fn token(&self, hash: &str) -> anyhow::Result<Option<Bearer>> {
        self.with(async |store| store.token(hash, machine_time()).await).await
    }

    /// Returns the tokens of an account.
    ///
    /// # Errors
    ///
    /// Says that they can't be read.
    pub(crate) async fn tokens(&self, account: i64) -> anyhow::Result<Vec<TokenLine>> {
        self.with(async |store| store.tokens(account).await).await
    }

    /// Ends a token of an account.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn end_token(&self, account: i64, hash: &str, note: &Note) -> anyhow::Result<()> {
        self.with(async |store| store.end_token(machine_time(), account, hash, note).await).await
    }

    /// Writes down what somebody did.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn note(&self, note: &Note) -> anyhow::Result<()> {
        self.with(async |store| store.note(machine_time(), note).await).await
    }

    /// Returns the `most` latest lines of the log before the one of this number, the latest first.
    ///
    /// # Errors
    ///
    /// Says that they can't be read.
    pub(crate) async fn log(&self, before: Option<i64>, most: i64) -> anyhow::Result<Vec<Kept>> {
        self.with(async |store| store.latest(before, most).await).await
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

    /// Returns what was saved, the latest first.
    ///
    /// # Errors
    ///
    /// Says that it can't be read.
    pub(crate) async fn work(&self) -> anyhow::Result<Vec<Work>> {
        self.with(async |store| store.work().await).await
    }

    /// Saves an address of a page; returns its number, and when that was.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn add_work(
        &self,
        new: &NewWork<'_>,
        note: &Note,
    ) -> anyhow::Result<Result<(i64, Timestamp), Unchanged>> {
        let now = machine_time();
        let added = self.with(async |store| store.add_work(now, new, note).await).await?;
        Ok(added.map(|id| (id, now)))
    }

    /// Gives what was saved another name and note, or takes it away where there are none: one of `owner`'s, or anybody's where
    /// there is none.
    ///
    /// # Errors
    ///
    /// Says that it can't be written.
    pub(crate) async fn change_work(
        &self,
        id: i64,
        text: Option<(&str, &str)>,
        owner: Option<&str>,
        note: &Note,
    ) -> anyhow::Result<Result<(), Unchanged>> {
        self.with(async |store| store.change_work(machine_time(), id, text, owner, note).await).await
    }

    /// Returns a passphrase's slow hash, made where it holds up nobody.
    async fn hash(&self, passphrase: Secret) -> anyhow::Result<String> {
        let _one = self.hashing.acquire().await?;
        tokio::task::spawn_blocking(move || passphrase::hash(&passphrase)).await?
    }

    /// Counts an attempt, unless one must wait.
    fn attempt(&self, all: &[Whose]) -> Result<(), Duration> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).begin(all, Instant::now())
    }

    fn was_right(&self, all: &[Whose]) {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).right(all);
    }

    /// Ends it in order.
    pub(crate) async fn close(self) {
        if let Some(store) = self.store.into_inner() {
            store.close().await;
        }
    }
}
