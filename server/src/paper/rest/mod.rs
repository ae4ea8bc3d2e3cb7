//! The REST paths.

mod orders;
mod portfolio;
mod public;
mod query;
mod refusal;
mod signed;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post};
use shared::wire::{REST_PATH, STREAM_PATH};
use tokio::sync::Notify;

pub(super) use self::signed::Signed;
use super::core::Core;
use super::journal::{self, Journal, Said};
use crate::clock::Clock;

/// No order is larger.
const MAX_BODY_BYTES: usize = 64 << 10;

/// What every request may reach.
pub(super) struct Shared {
    core: Mutex<Core>,
    pub(super) clock: Clock,
    /// Tells whoever waits for the next thing that happens by itself that it may be another one now.
    pub(super) changed: Notify,
    /// What is done is noted here, if it is.
    journal: Option<Journal>,
}

impl Shared {
    pub(super) fn new(core: Core, clock: Clock, journal: Option<Journal>) -> Self {
        Self { core: Mutex::new(core), clock, changed: Notify::new(), journal }
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
}

/// Returns everything that is answered.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let api = Router::new()
        .route("/exchange/status", get(public::status))
        .route("/series", get(public::all_series))
        .route("/series/fee_changes", get(public::fee_changes))
        .route("/series/{ticker}", get(public::series))
        .route("/events", get(public::events))
        .route("/events/{ticker}", get(public::event))
        .route("/markets", get(public::markets))
        .route("/markets/trades", get(public::trades))
        .route("/markets/{ticker}", get(public::market))
        .route("/markets/{ticker}/orderbook", get(public::orderbook))
        .route("/portfolio/balance", get(portfolio::balance))
        .route("/portfolio/positions", get(portfolio::positions))
        .route("/portfolio/fills", get(portfolio::fills))
        .route("/portfolio/settlements", get(portfolio::settlements))
        .route("/portfolio/orders", get(portfolio::orders).post(orders::gone))
        .route("/portfolio/orders/{id}", get(portfolio::order).delete(orders::gone))
        .route("/portfolio/events/orders", post(orders::create).delete(orders::cancel_all))
        .route("/portfolio/events/orders/{id}", delete(orders::cancel))
        .route("/portfolio/events/orders/{id}/amend", post(orders::amend));
    let journal = shared.journal.clone();
    let router = Router::new()
        .nest(REST_PATH, api)
        .route(STREAM_PATH, get(super::stream::open))
        .fallback(refusal::no_such_path)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    let router = match journal {
        Some(journal) => router.layer(axum::middleware::from_fn_with_state(journal, journal::ask)),
        None => router,
    };
    router.with_state(shared)
}
