//! HTTP: the page, its files and the API.

mod api;
mod assets;
mod books;
mod connections;
mod desk;
mod doors;
mod error;
mod forward;
mod guard;
mod history;
mod kalshi;
mod kept;
mod metrics;
mod openapi;
mod people;
mod proxied;
mod routes;
mod security;
mod settings;
mod signals;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Extension, Request};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Router, middleware};
use shared::api::{Listeners, Mode, StudyList};
use shared::catalyst::Catalyst;
use shared::desk::Nowcast;
use shared::stream::Topic;
use tower_http::timeout::TimeoutLayer;

use self::api::Answer;
pub(crate) use self::assets::PAGE_IS_BUILT;
pub(crate) use self::connections::serve;
pub(crate) use self::doors::Doors;
use self::error::ApiError;
pub(crate) use self::guard::Hosts;
use self::kalshi::Proxy;
use self::kept::Shelf;
pub(crate) use self::metrics::serve_metrics;
pub(crate) use self::proxied::Proxies;
use self::security::Nonce;
use self::stream::Stream;
use crate::alerts::Sender;
use crate::books::Books;
use crate::clock::machine_time;
use crate::desk::Desk;
use crate::fanout::{Address, Counts, Followed};
use crate::history::ticks::Ticks;
use crate::kalshi::Client;
use crate::signals::Served;
use crate::tapes::Library;
use crate::told::Told;
use crate::traces;
use crate::watch::Watch;

/// What a server has to show and to tell.
pub(crate) struct Holds {
    /// What it does.
    pub(crate) mode: Mode,
    /// The tapes that it read at the start or simulated.
    pub(crate) library: Library,
    /// What reads the history that is named, if one is.
    pub(crate) ticks: Option<Ticks>,
    /// What was recorded of books.
    pub(crate) books: Books,
    /// The histories of listeners, likewise.
    pub(crate) listeners: Listeners,
    /// What trades, if anything does.
    pub(crate) desk: Option<Desk>,
    /// What signals were found, if any are looked for.
    pub(crate) signals: Option<Served>,
    /// What was registered before it was run.
    pub(crate) studies: StudyList,
    /// The market that is followed, if one is.
    pub(crate) market: Option<Watch>,
    /// Who asks the exchange for pages, if anybody does.
    pub(crate) asker: Option<Client>,
    /// What sends notices of the desk, if anything does.
    pub(crate) alerts: Option<Sender>,
}

/// What every handler may read.
pub(crate) struct State {
    holds: Holds,
    proxy: Option<Proxy>,
    /// Who signs in, if anybody does.
    doors: Doors,
    /// What tells pages what happens.
    stream: Stream,
    /// Answers that were made of these, none of which changes.
    shelf: Shelf<Answer>,
}

impl State {
    /// Returns the state of a server that holds these, and tells at most so many pages at once what happens.
    ///
    /// # Errors
    ///
    /// Says that there is no thread on which pages could be told.
    pub(crate) fn new(mut holds: Holds, doors: Doors, most_viewers: usize) -> anyhow::Result<Self> {
        let proxy = holds.asker.take().map(Proxy::new);
        let desk = holds.desk.as_ref().map(|desk| Arc::clone(desk.face()) as Arc<dyn Told>);
        let market = holds.market.as_ref().map(|market| Arc::clone(market.face()) as Arc<dyn Told>);
        let stream = Stream::begin(machine_time().micros(), desk, market, most_viewers)?;
        Ok(Self { holds, proxy, doors, stream, shelf: Shelf::new() })
    }

    /// Returns the state of a replica of a server, which holds no desk and no market but hears of them.
    ///
    /// # Errors
    ///
    /// Says that there is no thread on which pages could be told.
    pub(crate) fn replica(
        holds: Holds,
        doors: Doors,
        most_viewers: usize,
        followed: &Arc<Followed>,
        address: Address,
    ) -> anyhow::Result<Self> {
        let stream = Stream::replica(followed, address, most_viewers)?;
        Ok(Self { holds, proxy: None, doors, stream, shelf: Shelf::new() })
    }

    /// Returns whether there is a desk or a market, here or in the process that is followed.
    fn has(&self, is_here: bool, topic: &Topic) -> bool {
        self.stream.followed().map_or(is_here, |followed| followed.heard.has(topic))
    }

    /// Publishes what pages are told for replicas, and does what their pages ask of the desk.
    pub(crate) fn publish(self: &Arc<Self>, address: Address, counts: Arc<Counts>) {
        stream::publish(self, address, counts);
    }

    /// Tells the desk, if there is one, of something that may move an artist's listeners.
    ///
    /// # Errors
    ///
    /// Says that the desk takes nothing more.
    pub(crate) async fn heed(&self, catalyst: Catalyst) -> anyhow::Result<()> {
        match &self.holds.desk {
            Some(desk) => desk.heed(catalyst).await,
            None => Ok(()),
        }
    }

    /// Tells the desk, if there is one, what the nowcast says.
    pub(crate) fn tell_nowcast(&self, nowcast: Nowcast) {
        if let Some(desk) = &self.holds.desk {
            desk.tell_nowcast(nowcast);
        }
    }

    /// Ends the desk in order, if there is one: its orders are taken back.
    pub(crate) async fn stop_desk(&self, grace: Duration) {
        if let Some(desk) = &self.holds.desk {
            desk.stop(grace).await;
        }
    }
}

/// Nothing that is sent here is large.
const MAX_BODY_BYTES: usize = 64 << 10;
const TIMEOUT: Duration = Duration::from_secs(30);

/// Returns everything the server answers.
pub(crate) fn router(state: Arc<State>, hosts: Hosts, proxies: Proxies) -> Router {
    routes::routes(&state)
        .with_state(state)
        .fallback(page)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(Arc::new(hosts), guard::guard))
        .layer(middleware::from_fn_with_state(Arc::new(proxies), proxied::believe))
        .layer(middleware::from_fn(traces::note))
        .layer(middleware::from_fn(security::headers))
}

/// Answers with a file of the bundle, or with the document for every path that looks like a page.
async fn page(
    Extension(nonce): Extension<Nonce>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    _request: Request,
) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return ApiError::NotFound(format!("there is no /{path}")).into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    if let Some(asset) = assets::asset(path, &headers) {
        return asset;
    }
    if path.contains('.') {
        return StatusCode::NOT_FOUND.into_response();
    }
    assets::document(&nonce)
}
