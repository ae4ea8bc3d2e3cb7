//! Follows the process that publishes: hears its rounds, notices what is missing and asks for it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use async_nats::{Client, Subscriber};
use futures_util::{FutureExt as _, StreamExt as _};
use shared::codec::Codec as _;
use shared::stream::ToPage;
use shared::units::Timestamp;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::followed::Followed;
use super::message::{Beat, Interest, Pieces, VERSION, read, split, unpack};
use super::{Address, BEATS, Counts, INTERESTS, ROUNDS, is_connected};
use crate::clock::machine_time;

/// A process that has not been heard for so long is not heard; for so long, and an older one takes its place.
const SILENT: Duration = Duration::from_secs(3);
const GONE: Duration = Duration::from_secs(10);
/// How far another machine's clock may be ahead of this one's.
const AHEAD: i64 = 300_000_000;
/// How often it is looked whether it is heard, and how many looks later it is said anew what is wanted.
const LOOK: Duration = Duration::from_millis(500);
const SAID: u32 = 6;
/// The least time between two questions.
const ASKS: Duration = Duration::from_millis(20);
/// How often at most it is said that another process publishes too.
const WARNED: Duration = Duration::from_secs(60);

/// Follows for as long as the program runs.
pub(crate) async fn follow(followed: Arc<Followed>, address: Address) {
    if let Err(error) = begin(&followed, &address).await {
        tracing::error!("the desk's process can't be followed: {error:#}");
        followed.heard.tell_silent(Some(format!("The desk's process can't be followed: {error:#}.")));
    }
}

async fn begin(followed: &Arc<Followed>, address: &Address) -> anyhow::Result<()> {
    let client = address.connect("tauroi replica", &followed.counts).await?;
    let client = followed.client.get_or_init(|| client).clone();
    let inbox = client.new_inbox();
    let mut random = [0; 8];
    getrandom::fill(&mut random).context("no random number")?;
    let mut follower = Follower {
        answers: client.subscribe(inbox.clone()).await?,
        rounds: client.subscribe(ROUNDS).await?,
        beats: client.subscribe(BEATS).await?,
        followed: Arc::clone(followed),
        replica: i64::from_le_bytes(random),
        inbox,
        client,
        of_rounds: Pieces::default(),
        of_answers: Pieces::default(),
        whole: None,
        last: None,
        began: Instant::now(),
        due: None,
        asked: Instant::now(),
        warned: None,
        other: None,
        is_stale: true,
    };
    follower.go_on().await
}

struct Follower {
    followed: Arc<Followed>,
    client: Client,
    replica: i64,
    inbox: String,
    answers: Subscriber,
    rounds: Subscriber,
    beats: Subscriber,
    of_rounds: Pieces,
    of_answers: Pieces,
    /// The number of the last round of which all is here.
    whole: Option<i64>,
    /// When the process that is followed was last heard.
    last: Option<(Instant, Timestamp)>,
    began: Instant,
    /// When it is to be asked for what is missing.
    due: Option<Instant>,
    asked: Instant,
    warned: Option<Instant>,
    /// Why a process that is heard is not followed.
    other: Option<String>,
    /// Whether what is known is of before a silence: it is told as old until what is newer was answered.
    is_stale: bool,
}

impl Follower {
    async fn go_on(&mut self) -> anyhow::Result<()> {
        let mut interests = self.followed.heard.interests();
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut looked: u32 = 0;
        loop {
            let due = self.due;
            tokio::select! {
                // What was answered goes before what was said later, as it was sent before it.
                biased;
                message = self.answers.next() => {
                    let message = message.context("the connection is closed")?;
                    self.take(&message.payload, true);
                }
                message = self.rounds.next() => {
                    let message = message.context("the connection is closed")?;
                    self.take(&message.payload, false);
                }
                message = self.beats.next() => {
                    let message = message.context("the connection is closed")?;
                    // The rounds that came before it.
                    while let Some(Some(message)) = self.rounds.next().now_or_never() {
                        self.take(&message.payload, false);
                    }
                    self.hear_beat(&message.payload);
                }
                changed = interests.changed() => {
                    changed?;
                    self.ask_soon();
                }
                () = at(due) => {
                    self.due = None;
                    self.ask(true).await?;
                }
                _ = looks.tick() => {
                    looked += 1;
                    self.look();
                    if (self.is_stale || self.followed.heard.lacks()) && self.asked.elapsed() > 2 * LOOK {
                        self.ask_soon();
                    } else if looked.is_multiple_of(SAID) {
                        self.ask(false).await?;
                    }
                }
            }
        }
    }

    fn ask_soon(&mut self) {
        self.due.get_or_insert(Instant::now().max(self.asked + ASKS));
    }

    /// Takes a piece of what the process that is followed says.
    fn take(&mut self, message: &[u8], is_answer: bool) {
        let counts = Arc::clone(&self.followed.counts);
        let Ok((head, part)) = split(message) else { return Counts::add(&counts.refused) };
        if head.instance != self.followed.heard.instance() {
            return;
        }
        self.hear();
        let pieces = if is_answer { &mut self.of_answers } else { &mut self.of_rounds };
        let Some(whole) = pieces.take(head, part) else { return };
        let told: Option<Vec<ToPage>> =
            unpack(&whole).and_then(|told| told.into_iter().map(|message| read(message).ok()).collect());
        let Some(told) = told else {
            Counts::add(&counts.refused);
            return self.miss();
        };
        if is_answer {
            self.whole = self.whole.max(Some(head.number));
        } else {
            Counts::add(&counts.rounds);
            if self.whole.is_some_and(|whole| head.number > whole + 1) {
                self.miss();
            }
            self.whole = self.whole.max(Some(head.number));
        }
        if self.followed.heard.take(&told) {
            self.miss();
        } else if is_answer && std::mem::take(&mut self.is_stale) {
            self.look();
        }
    }

    /// Takes note that something is missing.
    fn miss(&mut self) {
        Counts::add(&self.followed.counts.gaps);
        self.ask_soon();
    }

    /// Takes note that a process is there, and follows it if it is the one to be followed.
    fn hear_beat(&mut self, message: &[u8]) {
        let beat = match read::<Beat>(message) {
            Ok(beat) if beat.version == VERSION && beat.instance > 0 => beat,
            Ok(beat) => {
                self.refuse(format!(
                    "The desk's process speaks version {} and this server {VERSION}.",
                    beat.version
                ));
                return;
            }
            Err(_) => return Counts::add(&self.followed.counts.refused),
        };
        if beat.instance.saturating_sub(machine_time().micros()) > AHEAD {
            self.refuse("A process publishes whose clock is more than five minutes ahead.".to_owned());
            return;
        }
        if beat.mode != self.followed.mode {
            let (its, ours) = (beat.mode.badge(), self.followed.mode.badge());
            self.refuse(format!(
                "The desk's process is in mode {its}, and this server was started for {ours}."
            ));
            return;
        }
        let now = self.followed.heard.instance();
        if beat.instance < now && self.last.is_none_or(|(at, _)| at.elapsed() < GONE) {
            self.refuse(format!(
                "A process that began earlier publishes too ({}): it is not followed.",
                beat.instance
            ));
            return;
        }
        if beat.instance != now {
            if now != 0 {
                tracing::warn!(
                    "process {} publishes now, in the place of {now}: all of before is forgotten",
                    beat.instance
                );
            }
            self.followed.heard.follow(beat.instance);
            tracing::info!("process {} is followed", beat.instance);
            (self.whole, self.of_rounds, self.of_answers) = (None, Pieces::default(), Pieces::default());
            self.ask_soon();
        } else if self.whole.is_some_and(|whole| beat.number > whole) {
            self.whole = Some(beat.number);
            self.miss();
        }
        self.hear();
    }

    /// Takes note that the process that is followed is heard.
    fn hear(&mut self) {
        let was_silent = self.last.is_none_or(|(at, _)| at.elapsed() >= SILENT);
        self.last = Some((Instant::now(), machine_time()));
        self.followed.counts.hear();
        if was_silent {
            // What was said meanwhile is not known.
            self.is_stale = true;
            self.ask_soon();
        }
    }

    fn refuse(&mut self, why: String) {
        Counts::add(&self.followed.counts.refused);
        if self.warned.is_none_or(|at| at.elapsed() >= WARNED) {
            self.warned = Some(Instant::now());
            tracing::warn!("{why}");
        }
        self.other = Some(why);
    }

    /// Says for how long nothing was heard, if that is long.
    fn look(&mut self) {
        let cut = if is_connected(&self.client) { "" } else { " NATS is not connected." };
        let other = self.other.as_deref().map_or(String::new(), |why| format!(" {why}"));
        let why = match self.last {
            Some((at, _)) if at.elapsed() < SILENT && self.is_stale => return,
            Some((at, _)) if at.elapsed() < SILENT => {
                self.other = None;
                None
            }
            Some((at, time)) => Some(format!(
                "The desk's process has not been heard since {time}, for {} s: what is shown is of then.{cut}{other}",
                at.elapsed().as_secs()
            )),
            None if self.began.elapsed() < SILENT => return,
            None => Some(format!("The desk's process has not been heard yet.{cut}{other}")),
        };
        self.followed.heard.tell_silent(why);
    }

    /// Says what is wanted, and asks for what is newer than is known, or not.
    async fn ask(&mut self, asks: bool) -> anyhow::Result<()> {
        let instance = self.followed.heard.instance();
        // What waits for a connection would be asked when nobody wants it any more.
        if instance == 0 || !is_connected(&self.client) {
            return Ok(());
        }
        self.asked = Instant::now();
        let (is_watched, topics) = self.followed.heard.wanted();
        let interest = Interest { version: VERSION, replica: self.replica, asks, is_watched, topics };
        let (to, bytes) = (format!("{INTERESTS}.{instance}"), interest.to_message().bytes);
        self.client.publish_with_reply(to, self.inbox.clone(), bytes.into()).await?;
        Ok(())
    }
}

/// Waits until a time; for ever where there is none.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}
