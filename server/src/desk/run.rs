//! A run: what is heard, answered, wanted and due goes to the desk one after the other, and what it wants done is done.

mod asked;
mod show;

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use shared::arming::Rehearsal;
use shared::desk::{Desk, Effect, End, Event, Heard, Input, Left, Wish};
use shared::units::Timestamp;
use shared::wire::Channel;
use tokio::sync::mpsc;

use super::arming::Watched;
use super::by_hand::Waiting;
use super::change::Answer;
use super::find::Found;
use super::fits::Fits;
use super::journal::{Entry, Journal, Writer};
use super::latency::{self, Cause, Latency};
use super::lease::lost;
use super::send::{Done, Sender};
use super::session::Supervisor;
use crate::kalshi::{self, Feed, What};

/// How many frames are taken before what came of them is sent.
const BATCH: usize = 256;
/// How long nothing is waited for: time that has come doesn't come again.
const MOMENT: Duration = Duration::from_millis(1);
/// How long is waited at most, in the machine's time, for what is waited for by the clock.
const LONG_ENOUGH: Duration = Duration::from_secs(2);
/// How often it is asked whether the exchange holds what is thought.
const AUDIT: Duration = Duration::from_secs(10);
/// The silence of the exchange that a desk is told of: it says something every ten seconds.
const SILENCE: Duration = Duration::from_secs(5);

/// A run that has begun.
pub(super) struct Run {
    /// None only while it learns on another thread.
    desk: Option<Desk>,
    effects: Vec<Effect>,
    found: Found,
    feed: Feed,
    journal: Writer,
    sender: Sender,
    answers: mpsc::UnboundedReceiver<Done>,
    in_flight: usize,
    fits: Fits,
    /// Who waits for what comes of an order by hand.
    waiting: Waiting,
    latency: Latency,
    /// When the socket returned the frames of which it is not known yet what comes.
    open: Vec<Instant>,
    /// How much was heard, and since when.
    frames: u64,
    began: Instant,
    /// When those who watch were last told.
    shown: Option<Instant>,
    /// The exchange was silent when that was last looked at.
    is_silent: bool,
    /// By how much the exchange's clock was last seen to be ahead, in microseconds.
    ahead: i64,
    /// What it shows as a rehearsal.
    watched: Watched,
    /// It goes, or went, by other settings than the program was started with.
    is_changed: bool,
    /// Who waits for a change to be written down.
    changed: Vec<(u64, Answer)>,
}

impl Run {
    /// Begins a run after what earlier ones left.
    pub(super) fn begin(
        desk: &Supervisor,
        (run, mut left): (i64, Left),
        (found, event): (Found, Event),
        feed: Feed,
        journal: Journal,
    ) -> Self {
        let mut effects = Vec::new();
        let settings = desk.settings.of(event.contracts.len());
        let (now, wish) = (desk.clock.now(), *desk.wish.borrow());
        left.marks.clone_from(&desk.marked.borrow());
        let begun = Desk::begin(now, run, settings, event, left, wish, &mut effects);
        let is_changed = *begun.config() != desk.settings.config;
        let (sender, answers) = {
            let held = desk.lease.as_ref().map(|lease| lease.held.clone());
            Sender::new(run, desk.hands.clone(), desk.armed.clone(), held)
        };
        Self {
            desk: Some(begun),
            effects,
            found,
            feed,
            journal: Writer::new(journal),
            sender,
            answers,
            in_flight: 0,
            fits: Fits::default(),
            waiting: Waiting::default(),
            latency: Latency::default(),
            open: Vec::with_capacity(BATCH),
            frames: 0,
            began: Instant::now(),
            shown: None,
            is_silent: false,
            ahead: 0,
            watched: Watched::default(),
            is_changed,
            changed: Vec::new(),
        }
    }

    /// Returns whether it went by other settings than the program was started with, for a while or all the time.
    pub(super) const fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// Returns what it showed, if anything was decided, as a rehearsal of a configuration at a place, which ends `now`.
    pub(super) fn rehearsal(&self, of: (&str, &str), now: Timestamp, is_in_order: bool) -> Option<Rehearsal> {
        let is_reconciled = is_in_order && self.desk.as_ref().is_some_and(Desk::is_reconciled);
        self.watched.end(of, now, self.found.tickers().len(), is_reconciled)
    }

    /// Ends it, and says how quick it was.
    pub(super) async fn end(self) {
        if let Some(told) = self.latency.told() {
            let a_second = self.frames as f64 / self.began.elapsed().as_secs_f64();
            tracing::info!("from a frame to its order, at {a_second:.0} frames a second: {told}");
        }
        if let Some(told) = self.latency.told_quiet() {
            tracing::info!("from a frame of which no order came until that was known: {told}");
        }
        self.journal.close().await;
    }

    /// Runs until it ends.
    ///
    /// # Errors
    ///
    /// Says what failed here: the run is over, and what rests of it is not known.
    pub(super) async fn go(
        &mut self,
        desk: &mut Supervisor,
        heard: &mut mpsc::Receiver<kalshi::Heard>,
    ) -> anyhow::Result<End> {
        let mut audit = tokio::time::interval(AUDIT);
        audit.tick().await;
        // By the machine's clock, as the desk's own may stand or be put back.
        let mut long = tokio::time::interval(LONG_ENOUGH);
        let mut was_due = None;
        // What was heard before has waited for the past to be learned: it says nothing of how quick this is.
        let mut began = None;
        let mut cause = None;
        let mut told = *desk.wish.borrow();
        self.tell_settings(desk);
        loop {
            let wish = *desk.wish.borrow_and_update();
            if wish != told {
                told = wish;
                let marks = desk.marked.borrow().clone();
                self.step(desk.clock.now(), Input::Marked(marks))?;
                self.step(desk.clock.now(), Input::Wish(wish))?;
            }
            let asked = self.in_flight;
            if let Some(end) = self.carry_out(desk, cause.take()).await? {
                return Ok(end);
            }
            if self.in_flight > asked {
                // What is asked goes first: nobody who watches waits for its milliseconds.
                tokio::task::yield_now().await;
            }
            self.answer_changed(desk);
            told = self.follow(desk, told);
            self.show_in_time(desk);
            let hears = self.desk()?.hears();
            if hears && began.is_none() {
                began = Some(Instant::now());
            }
            let due = self.desk()?.due();
            let time = async {
                match due {
                    Some(due) => {
                        tokio::time::sleep(MOMENT).await;
                        desk.clock.reached(due).await;
                    }
                    None => std::future::pending().await,
                }
            };
            let input = tokio::select! {
                first = heard.recv(), if hears => {
                    let first = first.context("the feed has ended")?;
                    if began.is_some_and(|began| first.at >= began) {
                        cause = Some(Cause::heard(first.at));
                        self.open.push(first.at);
                    }
                    let now = desk.clock.now();
                    self.hear(now, first.what)?;
                    for _ in 1..BATCH {
                        let Ok(next) = heard.try_recv() else { break };
                        if cause.is_some() {
                            self.open.push(next.at);
                        }
                        self.hear(now, next.what)?;
                    }
                    Input::Drained
                }
                Some(done) = self.answers.recv() => {
                    let input = self.answered(done);
                    // Each answer says what time it is there, so the clock is looked at before the answer is.
                    let ahead = desk.hands.reads().ahead();
                    if std::mem::replace(&mut self.ahead, ahead) != ahead {
                        self.step(desk.clock.now(), Input::Skew(ahead))?;
                    }
                    desk.in_flight.send_replace(self.in_flight);
                    if self.desk()?.is_about_to_learn() {
                        self.learn(desk.clock.now(), input).await?;
                        continue;
                    }
                    input
                }
                Some((asked, tell)) = desk.by_hand.recv() => match self.waiting.wait(tell) {
                    Some(number) => Input::Hand(number, asked),
                    None => continue,
                },
                Some(catalyst) = desk.catalysts.recv() => Input::Catalyst(catalyst),
                Some(asked) = desk.asked.recv() => {
                    self.ask(desk, asked);
                    continue;
                }
                Ok(()) = desk.nowcasts.changed() => match desk.nowcasts.borrow_and_update().clone() {
                    Some(nowcast) => Input::Nowcast(nowcast),
                    None => continue,
                },
                changed = desk.wish.changed() => {
                    changed.context("nobody steers")?;
                    continue;
                }
                () = time => Input::Tick,
                _ = long.tick() => {
                    if due.is_none() || std::mem::replace(&mut was_due, due) != due {
                        continue;
                    }
                    Input::Waited
                }
                () = tokio::time::sleep(show::EVERY) => match self.silence() {
                    Some(input) => input,
                    None => continue,
                },
                _ = audit.tick() => Input::Audit,
                found = self.fits.found() => Input::Fitted(found),
                ended = self.journal.ended() => {
                    ended?;
                    bail!("the journal has ended");
                }
                why = lost(desk.lease.as_ref().map(|lease| &lease.held)) => bail!(why),
            };
            self.step(desk.clock.now(), input)?;
        }
    }

    fn desk(&self) -> anyhow::Result<&Desk> {
        self.desk.as_ref().context("the desk is learning")
    }

    fn step(&mut self, now: Timestamp, input: Input) -> anyhow::Result<()> {
        let desk = self.desk.as_mut().context("the desk is learning")?;
        desk.step(now, input, &mut self.effects);
        Ok(())
    }

    /// Takes in an input that takes a while, on another thread.
    async fn learn(&mut self, now: Timestamp, input: Input) -> anyhow::Result<()> {
        let mut desk = self.desk.take().context("the desk is learning")?;
        let mut effects = std::mem::take(&mut self.effects);
        let learning = tokio::task::spawn_blocking(move || {
            desk.step(now, input, &mut effects);
            (desk, effects)
        });
        let (desk, effects) = learning.await.context("the past could not be learned")?;
        (self.desk, self.effects) = (Some(desk), effects);
        Ok(())
    }

    /// What is wanted may be something else by now, after what has happened; returns what the desk goes by.
    fn follow(&self, desk: &Supervisor, told: Wish) -> Wish {
        let wanted = self.desk.as_ref().map_or(told, Desk::wanted);
        if wanted != told {
            desk.wishes.send_if_modified(|wish| {
                // What a person has said since goes before that.
                let is_same = *wish == told;
                if is_same {
                    *wish = wanted;
                }
                is_same
            });
        }
        wanted
    }

    /// Takes in something that was heard.
    fn hear(&mut self, now: Timestamp, what: What) -> anyhow::Result<()> {
        self.frames += 1;
        let heard = match what {
            // Not asked for, or heard of before.
            What::Up | What::Frame(_) | What::Ticker(_) => return Ok(()),
            What::Down(why) => Heard::Down(why),
            What::Book(snapshot) => Heard::Book(snapshot),
            What::Level(delta) => Heard::Level(delta),
            What::Trade(trade) => Heard::Trade(trade),
            What::Fill(fill) => Heard::Fill(Box::new(fill)),
            What::Order(order) => Heard::Order(Box::new(order)),
            What::Lifecycle(told) => Heard::Lifecycle(Box::new(told)),
            What::Missed(Channel::OrderbookDelta) => Heard::MissedBooks,
            What::Missed(channel) => Heard::Missed(channel.name().to_owned()),
        };
        self.step(now, Input::Heard(heard))
    }

    /// Takes in an answer.
    fn answered(&mut self, done: Done) -> Input {
        let Done { number, answer, at, cause, asked } = done;
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(asked) = asked {
            let steps = latency::steps(cause.as_ref(), asked.at(), at);
            asked.answered(&steps, &answer);
        }
        if let Some(cause) = cause {
            self.latency.note(&cause, at);
        }
        Input::Answered(number, answer)
    }

    /// Returns what is to be told of the exchange's silence, if that is anything new.
    fn silence(&mut self) -> Option<Input> {
        let silence = self.feed.silence();
        let was_silent = std::mem::replace(&mut self.is_silent, silence > SILENCE);
        let micros = i64::try_from(silence.as_micros()).unwrap_or(i64::MAX);
        (self.is_silent || was_silent).then_some(Input::Silence(micros))
    }

    /// Does what the desk wants done: writes down what happened, and lets what is asked be sent once that is committed.
    async fn carry_out(&mut self, desk: &Supervisor, cause: Option<Cause>) -> anyhow::Result<Option<End>> {
        let cause = cause.map(Cause::decided);
        let mut effects = std::mem::take(&mut self.effects);
        let mut end = None;
        let last_ask = effects.iter().rposition(|effect| matches!(effect, Effect::Ask(..)));
        for (at, effect) in effects.drain(..).enumerate() {
            match effect {
                Effect::Write(entries) => {
                    self.watched.take(&entries);
                    let is_urgent = last_ask.is_some_and(|last| at < last);
                    self.journal.write(entries.iter().map(Entry::from).collect(), is_urgent).await?;
                }
                Effect::Ask(number, ask) => {
                    self.in_flight += 1;
                    self.sender.send(number, ask, cause, self.journal.before());
                }
                Effect::Fit(asked) => self.fits.begin(asked),
                Effect::Hand(number, told) => self.waiting.tell(number, told),
                Effect::End(why) => end = Some(why),
            }
        }
        self.effects = effects;
        if last_ask.is_none() {
            self.latency.note_quiet(&self.open);
        }
        self.open.clear();
        desk.in_flight.send_if_modified(|known| std::mem::replace(known, self.in_flight) != self.in_flight);
        Ok(end)
    }
}
