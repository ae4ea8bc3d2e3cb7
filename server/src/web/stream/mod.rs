//! What happens, told to pages: one WebSocket a page, whatever topics it follows.
//!
//! What is newer of a topic is made once a round for all who stand at one state of it ([`rounds`]), and written to each
//! socket as it is ([`socket`]). All of that runs on a thread of its own: a desk never waits behind those who watch it.

mod page;
mod places;
mod publish;
mod rounds;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::extract::{Request, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use shared::stream::Topic;
use tokio::runtime::{Builder, Handle};

use self::page::Page;
use self::places::Places;
use self::rounds::{EVERY, Rounds};
use super::State;
use super::error::ApiError;
use crate::fanout::{self, Address, Counts, Followed};
use crate::people::Viewer;
use crate::told::Told;

/// Who knows something to be told, if there is one.
type Teller = Option<Arc<dyn Told>>;

/// What tells pages.
pub(super) struct Stream {
    /// Which server process this is.
    epoch: i64,
    /// What is followed, where the desk is in another process.
    followed: Option<Arc<Followed>>,
    desk: Option<Rounds>,
    market: Option<Rounds>,
    places: Places,
    /// Where pages are told.
    thread: Handle,
}

impl Stream {
    /// Begins to tell what these tell, to at most so many pages at once.
    ///
    /// # Errors
    ///
    /// Says that there is no thread to be had for it.
    pub(super) fn begin(epoch: i64, desk: Teller, market: Teller, most: usize) -> anyhow::Result<Self> {
        Self::with(epoch, (desk, market), EVERY, None, most)
    }

    /// Begins to tell what is heard of the desk's process, which paces it already.
    ///
    /// # Errors
    ///
    /// Says that there is no thread to be had for it.
    pub(super) fn replica(followed: &Arc<Followed>, address: Address, most: usize) -> anyhow::Result<Self> {
        let [desk, market] = followed.heard.faces();
        let followed = Arc::clone(followed);
        let this =
            Self::with(0, (Some(desk), Some(market)), Duration::ZERO, Some(Arc::clone(&followed)), most)?;
        this.thread.spawn(fanout::follow(followed, address));
        Ok(this)
    }

    fn with(
        epoch: i64,
        (desk, market): (Teller, Teller),
        apart: Duration,
        followed: Option<Arc<Followed>>,
        most: usize,
    ) -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build().context("the pages' runtime")?;
        let thread = runtime.handle().clone();
        std::thread::Builder::new()
            .name("pages".to_owned())
            // It ends with the process: what is under way then is nobody's any more.
            .spawn(move || runtime.block_on(std::future::pending::<()>()))
            .context("the pages' thread")?;
        let rounds = |teller: Teller| teller.map(|teller| Rounds::begin(teller, &thread, apart));
        let (desk, market) = (rounds(desk), rounds(market));
        Ok(Self { epoch, followed, desk, market, places: Places::new(most), thread })
    }

    /// Returns which process the desk's is: numbers of states are that one's.
    fn epoch(&self) -> i64 {
        self.followed.as_ref().map_or(self.epoch, |followed| followed.heard.instance())
    }

    /// Returns what is followed, where the desk is in another process.
    pub(super) fn followed(&self) -> Option<&Arc<Followed>> {
        self.followed.as_ref()
    }

    /// Returns who tells of a topic, if anybody does.
    fn of(&self, topic: &Topic) -> Option<&Rounds> {
        match topic {
            Topic::Desk {} | Topic::Book { .. } | Topic::Log {} => self.desk.as_ref(),
            Topic::Market {} | Topic::Depth { .. } => self.market.as_ref(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Rounds> {
        self.desk.iter().chain(&self.market)
    }

    /// Takes note that a topic's book is watched, or no more.
    fn book_watched(&self, topic: &Topic, is: bool) {
        if let (Topic::Book { ticker } | Topic::Depth { ticker }, Some(rounds)) = (topic, self.of(topic)) {
            rounds.teller().book_watched(ticker, is);
        }
    }
}

/// Publishes what pages are told for replicas, for as long as the program runs. What they ask of the desk is carried out on the
/// runtime that this is called on.
pub(super) fn publish(state: &Arc<State>, address: Address, counts: Arc<Counts>) {
    let publishing = publish::publish(Arc::clone(state), address, counts, Handle::current());
    state.stream.thread.spawn(publishing);
}

/// Tells a page what happens.
pub(super) async fn stream(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    mut request: Request,
) -> Result<Response, ApiError> {
    let stream = &state.stream;
    if stream.all().next().is_none() {
        let why = "this server has neither a desk nor a market that it follows".to_owned();
        return Err(ApiError::NotFound(why));
    }
    let (answer, upgrade) = socket::shake_hands(&mut request)
        .map_err(|why| ApiError::Refused(StatusCode::BAD_REQUEST, format!("no WebSocket: {why}")))?;
    let place = stream
        .places
        .take(viewer.actor())
        .map_err(|why| ApiError::Refused(StatusCode::SERVICE_UNAVAILABLE, why))?;
    let watching = Arc::clone(&state);
    stream.thread.spawn(async move {
        // A page that goes without a word is the everyday end.
        if let Err(why) = Page::new(&watching, &viewer).tell(upgrade).await {
            tracing::debug!("a page's stream ended: {why:#}");
        }
        drop(place);
    });
    Ok(answer.into_response())
}
