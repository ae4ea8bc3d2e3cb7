//! Publishes what pages are told, for replicas that tell their own: it is a page that follows what all of them follow.
//!
//! Where there is no replica nothing is published but that this process is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Context;
use async_nats::{Client, Message};
use axum::body::Bytes;
use futures_util::StreamExt as _;
use shared::api::Mode;
use shared::codec::{self, Codec as _};
use shared::stream::{ToPage, Topic};
use tokio::runtime::Handle;
use tokio::time::{MissedTickBehavior, interval};

use super::page::begun;
use super::{Stream, socket};
use crate::fanout::{
    self, Address, BEAT, BEATS, Beat, COMMANDS, Counts, INTERESTS, Interest, ROUNDS, VERSION, pack, send,
};
use crate::web::{State, forward};

/// How often at most it is said that another process publishes too.
const WARNED: Duration = Duration::from_secs(60);

/// Publishes for as long as the program runs. What replicas ask of the desk is carried out on `hands`, not among the pages.
pub(super) async fn publish(state: Arc<State>, address: Address, counts: Arc<Counts>, hands: Handle) {
    if let Err(error) = begin(&state, &address, counts, hands).await {
        tracing::error!("nothing is published for replicas: {error:#}");
    }
}

async fn begin(
    state: &Arc<State>,
    address: &Address,
    counts: Arc<Counts>,
    hands: Handle,
) -> anyhow::Result<()> {
    let client = address.connect("tauroi desk", &counts).await?;
    let instance = state.stream.epoch;
    let mut interests = client.subscribe(format!("{INTERESTS}.{instance}")).await?;
    let mut commands = client.subscribe(format!("{COMMANDS}.{instance}")).await?;
    let mut others = client.subscribe(BEATS).await?;
    let stream = &state.stream;
    let [mut of_desk, mut of_market] =
        [&stream.desk, &stream.market].map(|rounds| rounds.as_ref().map(super::Rounds::follow));
    let mut publisher = Publisher {
        stream,
        counts,
        instance,
        mode: state.holds.mode,
        number: 0,
        wants: fanout::Wants::default(),
        topics: BTreeMap::new(),
        is_watched: false,
        warned: None,
        client,
    };
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            round = begun(&mut of_desk) => {
                round?;
                publisher.tell().await?;
            }
            round = begun(&mut of_market) => {
                round?;
                publisher.tell().await?;
            }
            message = interests.next() => publisher.hear(message.context("the connection is closed")?).await?,
            message = commands.next() => {
                let message = message.context("the connection is closed")?;
                hands.spawn(carry_out(Arc::clone(state), publisher.client.clone(), message));
            }
            message = others.next() => publisher.meet(&message.context("the connection is closed")?),
            _ = beats.tick() => publisher.beat().await?,
        }
    }
}

/// Carries out what a replica's page asks of the desk.
async fn carry_out(state: Arc<State>, client: Client, message: Message) {
    let Some(to) = message.reply else { return };
    let answer = forward::carry_out(&state, &message.payload).await;
    if let Err(error) = fanout::reply(&client, to, state.stream.epoch, &answer).await {
        tracing::warn!("an answer to a replica could not be sent: {error:#}");
    }
}

struct Publisher<'a> {
    stream: &'a Stream,
    client: Client,
    counts: Arc<Counts>,
    instance: i64,
    mode: Mode,
    /// The last round's number.
    number: i64,
    wants: fanout::Wants,
    /// What is published, and which state of it was last.
    topics: BTreeMap<Topic, Option<i64>>,
    is_watched: bool,
    warned: Option<Instant>,
}

impl Drop for Publisher<'_> {
    fn drop(&mut self) {
        self.topics.keys().for_each(|topic| self.stream.book_watched(topic, false));
        self.watch(false);
    }
}

impl Publisher<'_> {
    /// Publishes what is newer of all that any replica wants.
    async fn tell(&mut self) -> anyhow::Result<()> {
        // What waits for a connection would be old when it comes: the newest is published then.
        if self.topics.is_empty() || !fanout::is_connected(&self.client) {
            return Ok(());
        }
        let mut frames = Vec::new();
        for (topic, have) in &mut self.topics {
            if let Some((seq, message)) = newer(self.stream, topic, *have) {
                *have = Some(seq);
                frames.push(message);
            }
        }
        if frames.is_empty() {
            return Ok(());
        }
        self.number += 1;
        Counts::add(&self.counts.rounds);
        let whole = pack(frames.iter().map(|frame| &frame[..]));
        send(&self.client, ROUNDS, (self.instance, self.number), whole).await
    }

    /// Takes in what a replica wants, and answers it.
    async fn hear(&mut self, message: Message) -> anyhow::Result<()> {
        let interest = Interest::read(&message.payload).and_then(|interest| {
            self.wants.take(&interest)?;
            Ok(interest)
        });
        let interest = match interest {
            Ok(interest) => interest,
            Err(why) => {
                Counts::add(&self.counts.refused);
                tracing::debug!("what a replica wants makes no sense: {why:#}");
                return Ok(());
            }
        };
        self.follow();
        let Some(to) = message.reply.filter(|_| interest.asks) else { return Ok(()) };
        Counts::add(&self.counts.gaps);
        // What is answered is no newer than what was published, so that what is published next goes on from it.
        self.tell().await?;
        let told: Vec<Bytes> = interest
            .topics
            .iter()
            .filter_map(|wanted| newer(self.stream, &wanted.topic, wanted.have).map(|(_, message)| message))
            .collect();
        let whole = pack(told.iter().map(|message| &message[..]));
        send(&self.client, to, (self.instance, self.number), whole).await
    }

    /// Follows what replicas want now, and nothing else.
    fn follow(&mut self) {
        let replicas = self.wants.forget();
        self.counts.replicas.store(u64::try_from(replicas).unwrap_or(u64::MAX), Ordering::Relaxed);
        let wanted: BTreeSet<Topic> = self.wants.topics();
        self.topics.retain(|topic, _| {
            let stays = wanted.contains(topic);
            if !stays {
                self.stream.book_watched(topic, false);
            }
            stays
        });
        for topic in wanted {
            if !self.topics.contains_key(&topic) {
                self.stream.book_watched(&topic, true);
                self.topics.insert(topic, None);
            }
        }
        self.watch(self.wants.is_watched());
    }

    fn watch(&mut self, is: bool) {
        if std::mem::replace(&mut self.is_watched, is) != is {
            self.stream.all().for_each(|rounds| rounds.teller().watched(is));
        }
    }

    /// Says that this process is there.
    async fn beat(&mut self) -> anyhow::Result<()> {
        self.follow();
        if !fanout::is_connected(&self.client) {
            return Ok(());
        }
        let beat = Beat { version: VERSION, instance: self.instance, number: self.number, mode: self.mode };
        self.client.publish(BEATS, beat.to_message().bytes.into()).await?;
        Ok(())
    }

    /// Says that another process publishes too, if that is what was heard.
    fn meet(&mut self, message: &Message) {
        let bytes = message.payload.to_vec();
        let Ok(beat) = Beat::from_message(codec::Message { bytes, columns: Vec::new() }) else {
            return Counts::add(&self.counts.refused);
        };
        if beat.instance != self.instance && self.warned.is_none_or(|at| at.elapsed() >= WARNED) {
            self.warned = Some(Instant::now());
            let followed = if beat.instance > self.instance { "that one" } else { "this one" };
            tracing::warn!(
                "another process publishes for replicas too ({}; this is {}): they follow {followed}, which began later",
                beat.instance,
                self.instance
            );
        }
    }
}

/// Returns what is newer of a topic than a state, with its number, as pages are told it.
fn newer(stream: &Stream, topic: &Topic, have: Option<i64>) -> Option<(i64, Bytes)> {
    match stream.of(topic) {
        Some(rounds) => {
            let newer = rounds.now().newer(topic, have)?;
            Some((newer.seq, socket::message(&newer.frame)))
        }
        None if have.is_none() => {
            let none = ToPage::None { topic: topic.clone() };
            Some((0, none.to_message().bytes.into()))
        }
        None => None,
    }
}
