//! What happens, told to pages: one WebSocket a page, whatever topics it follows.
//!
//! What is newer of a topic is made once a round for all who stand at one state of it ([`rounds`]), and written to each
//! socket as it is ([`socket`]). All of that runs on a thread of its own: a desk never waits behind those who watch it.

mod page;
mod places;
mod rounds;
mod socket;

use std::sync::Arc;

use anyhow::Context;
use axum::extract::{Request, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use shared::stream::Topic;
use tokio::runtime::{Builder, Handle};

use self::page::Page;
use self::places::Places;
use self::rounds::Rounds;
use super::State;
use super::error::ApiError;
use crate::people::Viewer;
use crate::told::Told;

/// What tells pages.
pub(super) struct Stream {
    /// Which server process this is.
    epoch: i64,
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
    pub(super) fn begin(
        epoch: i64,
        desk: Option<Arc<dyn Told>>,
        market: Option<Arc<dyn Told>>,
        most: usize,
    ) -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build().context("the pages' runtime")?;
        let thread = runtime.handle().clone();
        std::thread::Builder::new()
            .name("pages".to_owned())
            // It ends with the process: what is under way then is nobody's any more.
            .spawn(move || runtime.block_on(std::future::pending::<()>()))
            .context("the pages' thread")?;
        let rounds = |teller: Option<Arc<dyn Told>>| teller.map(|teller| Rounds::begin(teller, &thread));
        let (desk, market) = (rounds(desk), rounds(market));
        Ok(Self { epoch, desk, market, places: Places::new(most), thread })
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
