//! A recording of the live stream.

use std::time::{Duration, Instant};

use shared::market::Ticker;
use tokio::sync::mpsc;

use super::line::{Gap, Line, Received, Recorded};
use super::polled::{frames, message};
use super::stillness::Stillness;
use super::writer::{Writer, Written};
use crate::clock::machine_time;
use crate::kalshi::{Client, Feed, Heard, POLLED_EVERY, Poll, Tap, What};

/// How often it is looked what waits to be written, and whether the machine slept.
const LOOK: Duration = Duration::from_secs(1);

/// Writes down what a feed says.
pub(crate) struct Recording {
    writer: Writer,
    /// The last frame.
    last: Option<Received>,
    /// Since when, and why, there is no connection.
    down: Option<(Option<Received>, String)>,
    stillness: Stillness,
}

/// What is to be done about something that was heard.
enum Then {
    Nothing,
    /// A file was begun that has no books yet.
    Refresh,
    /// A contract is over.
    Remove(Ticker),
}

/// Returns the machine's time.
fn now() -> Received {
    Received(machine_time().micros().saturating_mul(1_000))
}

/// Returns the time at which the machine's other clock showed `at`.
fn wall(at: Instant) -> Received {
    let ago = i64::try_from(at.elapsed().as_nanos()).unwrap_or(i64::MAX);
    Received(now().0.saturating_sub(ago))
}

impl Recording {
    /// Begins to write into files of a folder, called by a name.
    ///
    /// # Errors
    ///
    /// Names the folder when it can't be made.
    pub(crate) fn create(folder: &std::path::Path, name: &str) -> anyhow::Result<Self> {
        let stillness = Stillness::new(now(), Instant::now());
        Ok(Self { writer: Writer::create(folder, name)?, last: None, down: None, stillness })
    }

    /// Returns what has been written so far.
    pub(crate) const fn written(&self) -> Written {
        self.writer.written()
    }

    /// Writes what a feed says until `until` ends or the feed does. `found` are contracts that are listed meanwhile; `told` is
    /// called once a second.
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(crate) async fn run(
        &mut self,
        feed: &Feed,
        heard: &mut mpsc::Receiver<Heard>,
        found: &mut mpsc::Receiver<Vec<Ticker>>,
        until: impl Future<Output = ()>,
        mut told: impl FnMut(Written),
    ) -> anyhow::Result<()> {
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tokio::pin!(until);
        loop {
            tokio::select! {
                heard = heard.recv() => match heard {
                    Some(Heard { at, what }) => {
                        match self.hear(wall(at), what)? {
                            Then::Nothing => {}
                            Then::Refresh => feed.refresh(),
                            Then::Remove(ticker) => feed.remove([ticker]),
                        }
                    }
                    None => break,
                },
                Some(tickers) = found.recv() => feed.insert(tickers),
                _ = looks.tick() => {
                    self.look(now(), Instant::now(), LOOK)?;
                    told(self.written());
                }
                () = &mut until => break,
            }
        }
        self.end(now())
    }

    /// Writes what is found by asking `client` every five seconds, until `until` ends; `tap` keeps the trades. `found` and `told`
    /// are as in [`Self::run`].
    ///
    /// # Errors
    ///
    /// Names the file that can't be written.
    pub(crate) async fn poll(
        &mut self,
        client: Client,
        tickers: impl IntoIterator<Item = Ticker>,
        tap: Option<&Tap>,
        found: &mut mpsc::Receiver<Vec<Ticker>>,
        until: impl Future<Output = ()>,
        mut told: impl FnMut(Written),
    ) -> anyhow::Result<()> {
        let (mut poll, mut seq) = (Poll::new(client, tickers), 0);
        let mut rounds = tokio::time::interval(POLLED_EVERY);
        rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tokio::pin!(until);
        loop {
            tokio::select! {
                Some(tickers) = found.recv() => poll.insert(tickers),
                () = &mut until => break,
                _ = rounds.tick() => {
                    let outcome = tokio::select! {
                        outcome = poll.round() => outcome,
                        () = &mut until => break,
                    };
                    if let (Some(tap), Ok(round)) = (tap, &outcome) {
                        round.trades.iter().for_each(|trade| tap.hear(&message(trade)));
                    }
                    let found = outcome.map(|round| frames(round, &mut seq)).map_err(|why| why.to_string());
                    self.found(now(), found)?;
                    self.look(now(), Instant::now(), POLLED_EVERY)?;
                    told(self.written());
                }
            }
        }
        self.end(now())
    }

    /// Takes in what a round of questions found.
    fn found(&mut self, at: Received, outcome: Result<Vec<String>, String>) -> anyhow::Result<()> {
        let frames = match outcome {
            Ok(frames) => frames,
            Err(why) => {
                tracing::warn!("the exchange was asked in vain: {why}");
                self.down.get_or_insert((self.last, why));
                return Ok(());
            }
        };
        if let Some((from, why)) = self.down.take() {
            self.gap(at, from, format!("the exchange was asked in vain: {why}"))?;
        }
        for text in frames {
            let line = Line::Frame(Recorded { at: Some(at), text, is_polled: true });
            self.writer.write(at, &line)?;
        }
        self.last = Some(at);
        Ok(())
    }

    /// Takes in something that was heard.
    fn hear(&mut self, at: Received, what: What) -> anyhow::Result<Then> {
        match what {
            What::Frame(text) if !text.trim().is_empty() => {
                let text = text.trim_end().to_owned();
                let is_first = self.writer.written().files == 0;
                let line = Line::Frame(Recorded { at: Some(at), text, is_polled: false });
                let is_begun = self.writer.write(at, &line)?;
                self.last = Some(at);
                // The first frames of all are followed by books anyway.
                return Ok(if is_begun && !is_first { Then::Refresh } else { Then::Nothing });
            }
            // There is no book any more.
            What::Lifecycle(told) if told.event_type == "settled" => {
                return Ok(Then::Remove(told.market_ticker));
            }
            What::Down(why) => {
                self.down.get_or_insert((self.last, why));
            }
            What::Up => {
                if let Some((from, why)) = self.down.take() {
                    self.gap(at, from, format!("the connection was cut: {why}"))?;
                }
            }
            What::Missed(channel) => {
                self.gap(at, self.last, format!("frames of {} were lost", channel.name()))?;
            }
            // Each was a frame.
            _ => {}
        }
        Ok(Then::Nothing)
    }

    fn gap(&mut self, at: Received, from: Option<Received>, why: String) -> anyhow::Result<()> {
        tracing::warn!("a gap: {why}");
        self.writer.write(at, &Line::Gap(Gap { from, to: Some(at), why }))?;
        Ok(())
    }

    /// Looks at both clocks, and writes what has waited.
    fn look(&mut self, wall: Received, awake: Instant, every: Duration) -> anyhow::Result<()> {
        if let Some((from, why)) = self.stillness.look(wall, awake, every) {
            self.gap(wall, Some(from), why)?;
        }
        self.writer.flush_in_time(awake)
    }

    /// Ends: what waits is written.
    fn end(&mut self, at: Received) -> anyhow::Result<()> {
        if let Some((from, why)) = self.down.take() {
            self.gap(at, from, format!("the connection was cut, and the recording ended without it: {why}"))?;
        }
        self.writer.flush()
    }
}
