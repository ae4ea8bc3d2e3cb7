//! A page: what it asks for, and which state it has of that.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use axum::body::Bytes;
use hyper::upgrade::OnUpgrade;
use shared::codec::{self, Codec as _};
use shared::stream::{FromPage, PROTOCOL, ToPage, Topic};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_tungstenite::tungstenite::Message;

use super::Stream;
use super::rounds::Round;
use super::socket::{Socket, frame};
use crate::clock::machine_time;
use crate::people::Viewer;
use crate::web::State;
use crate::web::doors::Doors;

/// How many topics a page may be told of.
const MAX_TOPICS: usize = 16;
/// The least time between two answers to who asks for topics.
const ANSWERS: Duration = Duration::from_millis(50);
/// A page that has said nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(30);
/// How often it is looked whether a page is gone, and how much it may say in between: a page says something every ten seconds,
/// and whenever somebody opens another one.
const LOOK: Duration = Duration::from_secs(5);
const MAX_SAID: u32 = 200;
/// After how many of these looks it is looked whether whoever watches is still signed in.
const SIGNED_IN: u32 = 6;

/// A page, and which state it has of what it follows.
pub(super) struct Page<'a> {
    stream: &'a Stream,
    topics: BTreeMap<Topic, Option<i64>>,
    doors: &'a Doors,
    /// What is kept of the token of whoever watches, if they signed in.
    session: Option<&'a str>,
    /// When whoever asked for a topic is answered.
    answer: Option<Instant>,
    answered: Option<Instant>,
    heard: Instant,
    /// How many messages have come since the last look.
    said: u32,
    /// Which process it was told that the desk's is.
    epoch: i64,
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        self.topics.keys().for_each(|topic| self.stream.book_watched(topic, false));
        self.stream.all().for_each(|rounds| rounds.teller().watched(false));
    }
}

impl<'a> Page<'a> {
    /// Returns a page that follows nothing yet.
    pub(super) fn new(state: &'a State, viewer: &'a Viewer) -> Self {
        let stream = &state.stream;
        stream.all().for_each(|rounds| rounds.teller().watched(true));
        Self {
            stream,
            topics: BTreeMap::new(),
            doors: &state.doors,
            session: viewer.actor().session.as_ref().map(|signed| signed.hash.as_str()),
            answer: None,
            answered: None,
            heard: Instant::now(),
            said: 0,
            epoch: stream.epoch(),
        }
    }

    /// Tells it what happens, until it goes or makes no sense.
    ///
    /// # Errors
    ///
    /// Says why it ended otherwise than by a word of the page's.
    pub(super) async fn tell(mut self, upgrade: OnUpgrade) -> anyhow::Result<()> {
        let mut socket = Socket::open(upgrade).await?;
        let mut of_desk = self.stream.desk.as_ref().map(super::Rounds::follow);
        let mut of_market = self.stream.market.as_ref().map(super::Rounds::follow);
        socket.tell(&[said(&ToPage::Hello { protocol: PROTOCOL, epoch: self.epoch })]).await?;
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut looked = 0;
        loop {
            let answer = self.answer;
            tokio::select! {
                begun = begun(&mut of_desk) => {
                    begun?;
                    if self.stream.epoch() != self.epoch {
                        // It comes back, and forgets what that process has told.
                        return end(&mut socket, "the desk's process is another one now").await;
                    }
                    self.tell_newer(&mut socket).await?;
                }
                begun = begun(&mut of_market) => {
                    begun?;
                    self.tell_newer(&mut socket).await?;
                }
                message = socket.hear() => {
                    let Some(message) = message? else { return Ok(()) };
                    self.heard = Instant::now();
                    self.said += 1;
                    if self.said > MAX_SAID {
                        return end(&mut socket, "too much is said at once").await;
                    }
                    match message {
                        Message::Binary(bytes) => self.hear(&mut socket, &bytes).await?,
                        Message::Close(_) => return Ok(()),
                        _ => {}
                    }
                }
                () = at(answer) => {
                    (self.answer, self.answered) = (None, Some(Instant::now()));
                    self.tell_newer(&mut socket).await?;
                }
                _ = looks.tick() => {
                    self.said = 0;
                    looked += 1;
                    if self.heard.elapsed() > SILENCE {
                        return end(&mut socket, "nothing was heard for 30 s").await;
                    }
                    if looked % SIGNED_IN == 1
                        && let Some(session) = self.session
                        && !self.doors.stands(session).await
                    {
                        return end(&mut socket, "who watches is not signed in any more").await;
                    }
                }
            }
        }
    }

    /// Takes in what the page says.
    async fn hear(&mut self, socket: &mut Socket, bytes: &Bytes) -> anyhow::Result<()> {
        match FromPage::from_message(codec::Message { bytes: bytes.to_vec(), columns: Vec::new() })? {
            FromPage::Ping {} => socket.tell(&[said(&ToPage::Pong {})]).await?,
            FromPage::Subscribe { topic } => {
                self.subscribe(&topic)?;
                let soonest = self.answered.map_or_else(Instant::now, |at| at + ANSWERS);
                self.answer.get_or_insert(soonest);
            }
            FromPage::Unsubscribe { topic } => {
                if self.topics.remove(&topic).is_some() {
                    self.stream.book_watched(&topic, false);
                }
            }
        }
        Ok(())
    }

    fn subscribe(&mut self, topic: &Topic) -> anyhow::Result<()> {
        ensure!(self.topics.len() < MAX_TOPICS || self.topics.contains_key(topic), "too many topics");
        // One that asks again is behind: all of it is sent anew.
        if self.topics.insert(topic.clone(), None).is_none() {
            self.stream.book_watched(topic, true);
        }
        Ok(())
    }

    /// Tells what is newer of all that it follows.
    async fn tell_newer(&mut self, socket: &mut Socket) -> anyhow::Result<()> {
        let mut frames = Vec::new();
        for (topic, have) in &mut self.topics {
            match self.stream.of(topic) {
                Some(rounds) => {
                    if let Some(newer) = rounds.now().newer(topic, *have) {
                        *have = Some(newer.seq);
                        frames.push(newer.frame);
                    }
                }
                None if have.is_none() => {
                    *have = Some(0);
                    frames.push(said(&ToPage::None { topic: topic.clone() }));
                }
                None => {}
            }
        }
        if frames.is_empty() { Ok(()) } else { socket.tell(&frames).await }
    }
}

/// Waits for a round; for ever where nobody could begin one.
pub(super) async fn begun(
    rounds: &mut Option<watch::Receiver<Arc<Round>>>,
) -> Result<(), watch::error::RecvError> {
    match rounds {
        Some(rounds) => rounds.changed().await,
        None => std::future::pending().await,
    }
}

/// Waits until a time; for ever where there is none.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Ends a page's stream with a word.
async fn end(socket: &mut Socket, reason: &str) -> anyhow::Result<()> {
    socket.tell(&[said(&ToPage::Bye { reason: reason.to_owned(), at: machine_time() })]).await
}

/// Returns the frame of a message that is one page's alone.
fn said(message: &ToPage) -> Bytes {
    frame(&message.to_message().bytes)
}
