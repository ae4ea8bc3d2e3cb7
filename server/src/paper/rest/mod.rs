//! The REST paths.

mod account;
mod batch;
mod body;
mod candles;
mod exchange;
mod groups;
mod historical;
mod markets;
mod operations;
mod orders;
mod portfolio;
mod public;
mod query;
mod queue;
mod refusal;
mod signed;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::routing::get;
use shared::wire::{REST_PATH, STREAM_PATH};
use tokio::sync::Notify;

#[cfg(test)]
pub(super) use self::operations::{OPERATIONS, Operation};
pub(super) use self::refusal::Refusal;
pub(super) use self::signed::Signed;
use super::core::Core;
use super::journal::{self, Journal, Said};
use super::tier::{Bucket, Buckets, Tier};
use crate::clock::{Clock, machine_time};

/// No batch of orders is larger.
pub(super) const MAX_BODY_BYTES: usize = 512 << 10;

/// What is answered.
type Answer<T> = Result<axum::Json<T>, Refusal>;
/// What every request may reach.
type Exchange = State<Arc<Shared>>;

/// What every request may reach.
pub(super) struct Shared {
    core: Mutex<Core>,
    pub(super) clock: Clock,
    /// Tells whoever waits for the next thing that happens by itself that it may be another one now.
    pub(super) changed: Notify,
    /// How much each member may ask; none asks without limit.
    tier: Option<Tier>,
    /// What is left of that, by member.
    buckets: Mutex<BTreeMap<usize, Buckets>>,
    /// What is done is noted here, if it is.
    journal: Option<Journal>,
    /// Whether a journal is being done again.
    is_again: bool,
    /// How many requests were one too many.
    #[cfg(test)]
    pub(super) too_many: std::sync::atomic::AtomicU64,
}

impl Shared {
    pub(super) fn new(core: Core, clock: Clock, tier: Option<Tier>) -> Self {
        let (buckets, journal, is_again) = (Mutex::default(), None, false);
        Self {
            core: Mutex::new(core),
            clock,
            changed: Notify::new(),
            tier,
            buckets,
            journal,
            is_again,
            #[cfg(test)]
            too_many: std::sync::atomic::AtomicU64::new(0),
        }
    }

    /// Notes what is done from now on.
    pub(super) fn keep(&mut self, journal: Journal) {
        self.journal = Some(journal);
    }

    /// Charges nothing from now on: what a journal says is done again.
    pub(super) const fn do_again(&mut self) {
        self.is_again = true;
    }

    /// Does something for a request at this instant of the exchange's clock, after all that was due before it. All that a
    /// request does it does in one call: a journal has one place for it.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Core) -> T) -> T {
        let done = self.with_quietly(|core| {
            if let Some(journal) = &self.journal {
                journal.say_asked(core.exchange.now());
            }
            act(core)
        });
        self.changed.notify_one();
        done
    }

    /// Does what a client of the stream has said.
    pub(super) fn heed<T>(&self, said: impl FnOnce() -> Said, act: impl FnOnce(&mut Core) -> T) -> T {
        let done = self.with_quietly(|core| {
            if let Some(journal) = &self.journal {
                journal.say(core.exchange.now(), said());
            }
            act(core)
        });
        self.changed.notify_one();
        done
    }

    /// Does what changes nothing and no client sees.
    pub(super) fn with_quietly<T>(&self, act: impl FnOnce(&mut Core) -> T) -> T {
        // Whoever panicked did so between two complete steps of the exchange, which counts its own money.
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        core.advance(self.clock.now());
        act(&mut core)
    }

    /// Takes tokens out of a member's bucket, and returns whether there were enough.
    fn charge(&self, member: usize, bucket: Bucket, tokens: u64) -> bool {
        // What is done again was paid for.
        let Some(tier) = self.tier.filter(|_| !self.is_again) else { return true };
        let (exchange, machine) = (self.clock.now(), machine_time());
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let buckets = buckets.entry(member).or_insert_with(|| Buckets::full(tier, exchange, machine));
        let is_paid = buckets.take(bucket, tokens, exchange, machine);
        #[cfg(test)]
        self.too_many.fetch_add(u64::from(!is_paid), std::sync::atomic::Ordering::Relaxed);
        is_paid
    }
}

/// Returns everything that is answered.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let journal = shared.journal.clone();
    let router = Router::new()
        .nest(REST_PATH, operations::routes(&shared))
        .route(STREAM_PATH, get(super::stream::open))
        .fallback(refusal::no_such_path)
        .nest("/paper", super::control::router())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    let router = match journal {
        Some(journal) => router.layer(axum::middleware::from_fn_with_state(journal, journal::ask)),
        None => router,
    };
    // What befalls requests befalls them on their way: what is noted has arrived.
    let meddle = axum::middleware::from_fn_with_state(Arc::clone(&shared), super::faults::meddle);
    router.layer(meddle).with_state(shared)
}
