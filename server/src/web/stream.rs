//! What happens, told to pages: one WebSocket a page, whatever topics it follows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State as Shared;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use shared::codec::{self, Codec as _};
use shared::stream::{FromPage, PROTOCOL, ToPage, Topic};
use shared::units::Timestamp;
use tokio::sync::watch;

use super::State;
use super::doors::Doors;
use super::error::ApiError;
use crate::clock::machine_time;
use crate::people::Viewer;
use crate::told::Told;

/// The longest message that a page sends: the name of a topic.
const MAX_MESSAGE: usize = 1 << 10;
/// How many topics a page may be told of.
const MAX_TOPICS: usize = 16;
/// The least time between two looks for what is newer.
const EVERY: Duration = Duration::from_millis(50);
/// A page that has said nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(30);
/// How often it is looked whether whoever watches is still signed in.
const SIGNED_IN: Duration = Duration::from_secs(30);
/// How long a page may take to take what it is sent.
const SLOW: Duration = Duration::from_secs(10);

/// Who tells of which topics.
#[derive(Clone)]
pub(super) struct Tellers {
    /// Which server process this is.
    pub(super) epoch: i64,
    pub(super) desk: Option<Arc<dyn Told>>,
    pub(super) market: Option<Arc<dyn Told>>,
}

impl Tellers {
    fn of(&self, topic: &Topic) -> Option<&Arc<dyn Told>> {
        match topic {
            Topic::Desk {} | Topic::Book { .. } | Topic::Log {} => self.desk.as_ref(),
            Topic::Market {} | Topic::Depth { .. } => self.market.as_ref(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Arc<dyn Told>> {
        self.desk.iter().chain(&self.market)
    }

    /// Takes note that a topic's book is watched, or no more.
    fn book_watched(&self, topic: &Topic, is: bool) {
        if let (Topic::Book { ticker } | Topic::Depth { ticker }, Some(teller)) = (topic, self.of(topic)) {
            teller.book_watched(ticker, is);
        }
    }
}

/// Tells a page what happens.
pub(super) async fn stream(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    upgrade: WebSocketUpgrade,
) -> Response {
    let tellers = state.tellers();
    if tellers.all().next().is_none() {
        return ApiError::NotFound("this server has neither a desk nor a market that it follows".to_owned())
            .into_response();
    }
    upgrade.max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE).on_upgrade(async move |socket| {
        let session = viewer.actor().session.as_ref().map(|signed| signed.hash.as_str());
        let mut page = Page { tellers: &tellers, topics: BTreeMap::new(), doors: &state.doors, session };
        tellers.all().for_each(|teller| teller.watched(true));
        // A page that goes without a word is the everyday end.
        if let Err(why) = page.tell(socket).await {
            tracing::debug!("a page's stream ended: {why:#}");
        }
        page.topics.keys().for_each(|topic| tellers.book_watched(topic, false));
        tellers.all().for_each(|teller| teller.watched(false));
    })
}

/// A page, and which state it has of what it follows.
struct Page<'a> {
    tellers: &'a Tellers,
    topics: BTreeMap<Topic, Option<i64>>,
    doors: &'a Doors,
    /// What is kept of the token of whoever watches, if they signed in.
    session: Option<&'a str>,
}

impl Page<'_> {
    async fn tell(&mut self, mut socket: WebSocket) -> anyhow::Result<()> {
        let changes = |teller: &Option<Arc<dyn Told>>| teller.as_ref().map(|teller| teller.changes());
        let (mut of_desk, mut of_market) = (changes(&self.tellers.desk), changes(&self.tellers.market));
        send(&mut socket, &ToPage::Hello { protocol: PROTOCOL, epoch: self.tellers.epoch }).await?;
        let mut heard = Instant::now();
        let mut looked: Option<Instant> = None;
        let mut signed_in = tokio::time::interval(SIGNED_IN);
        loop {
            let wait = looked.map_or(Duration::ZERO, |at| EVERY.saturating_sub(at.elapsed()));
            tokio::select! {
                changed = async {
                    tokio::time::sleep(wait).await;
                    tokio::select! {
                        changed = changed(&mut of_desk) => changed,
                        changed = changed(&mut of_market) => changed,
                    }
                } => {
                    changed?;
                    looked = Some(Instant::now());
                    self.tell_newer(&mut socket).await?;
                }
                message = socket.recv() => {
                    let Some(message) = message else { return Ok(()) };
                    heard = Instant::now();
                    let bytes = match message? {
                        Message::Binary(bytes) => bytes.to_vec(),
                        Message::Close(_) => return Ok(()),
                        _ => continue,
                    };
                    match FromPage::from_message(codec::Message { bytes, columns: Vec::new() })? {
                        FromPage::Ping {} => send(&mut socket, &ToPage::Pong {}).await?,
                        FromPage::Subscribe { topic } => {
                            self.subscribe(&topic)?;
                            for changes in of_desk.iter_mut().chain(&mut of_market) {
                                changes.mark_changed();
                            }
                        }
                        FromPage::Unsubscribe { topic } => {
                            if self.topics.remove(&topic).is_some() {
                                self.tellers.book_watched(&topic, false);
                            }
                        }
                    }
                }
                _ = signed_in.tick() => {
                    if let Some(session) = self.session
                        && !self.doors.stands(session).await
                    {
                        let reason = "who watches is not signed in any more".to_owned();
                        return send(&mut socket, &ToPage::Bye { reason, at: machine_time() }).await;
                    }
                }
                () = tokio::time::sleep(SILENCE.saturating_sub(heard.elapsed())) => {
                    let reason = "nothing was heard for 30 s".to_owned();
                    let at: Timestamp = machine_time();
                    return send(&mut socket, &ToPage::Bye { reason, at }).await;
                }
            }
        }
    }

    fn subscribe(&mut self, topic: &Topic) -> anyhow::Result<()> {
        anyhow::ensure!(self.topics.len() < MAX_TOPICS, "too many topics");
        // One that asks again is behind: all of it is sent anew.
        if self.topics.insert(topic.clone(), None).is_none() {
            self.tellers.book_watched(topic, true);
        }
        Ok(())
    }

    async fn tell_newer(&mut self, socket: &mut WebSocket) -> anyhow::Result<()> {
        for (topic, have) in &mut self.topics {
            let newer = match self.tellers.of(topic) {
                Some(teller) => teller.newer(topic, *have),
                None => have.is_none().then(|| ToPage::None { topic: topic.clone() }),
            };
            let Some(newer) = newer else { continue };
            *have = match &newer {
                ToPage::Snapshot { seq, .. } | ToPage::Change { seq, .. } => Some(*seq),
                _ => Some(0),
            };
            send(socket, &newer).await?;
        }
        Ok(())
    }
}

/// Waits for a change; for ever where nobody could tell of one.
async fn changed(changes: &mut Option<watch::Receiver<u64>>) -> Result<(), watch::error::RecvError> {
    match changes {
        Some(changes) => changes.changed().await,
        None => std::future::pending().await,
    }
}

async fn send(socket: &mut WebSocket, message: &ToPage) -> anyhow::Result<()> {
    let bytes = message.to_message().bytes;
    Ok(tokio::time::timeout(SLOW, socket.send(Message::Binary(bytes.into()))).await??)
}
