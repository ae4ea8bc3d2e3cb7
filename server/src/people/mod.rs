//! People who sign in: accounts, sessions, invitations and roles, and the log of what they did.
//!
//! `web` asks this who somebody is and lets them in; `store` keeps it. Secrets are compared by their hashes alone, and what is wrong
//! with a sign-in is never told apart: whether an address has an account stays its owner's business.

mod accounts;
mod actor;
mod backoff;
mod codes;
mod passphrase;
mod programs;
mod sessions;
mod signing;
mod tokens;
mod work;

pub(crate) use self::actor::{Actor, Admin, Signed, Trader, Viewer};
pub(crate) use self::signing::{NotIn, SignIn};
pub(crate) use self::tokens::{could_be, hash as token_hash};
pub(crate) use self::{codes::address as codes_address, passphrase::unfit};

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use shared::units::Timestamp;
use tokio::sync::{MappedMutexGuard, MutexGuard, Semaphore};

use self::backoff::{BackOff, Whose};
use crate::clock::machine_time;
use crate::environment::Secret;
use crate::store::{self, Address, Kept, Note};

/// How long a session lasts that nobody uses, and how long any.
const IDLE: Duration = Duration::from_secs(30 * 60);
const LONGEST: Duration = Duration::from_secs(12 * 3_600);
/// A session that was seen so lately is not written down as seen again.
const SEEN: Duration = Duration::from_secs(60);
/// How long an invitation stands.
const INVITED: Duration = Duration::from_secs(7 * 86_400);
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
