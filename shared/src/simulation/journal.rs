//! What was written down: what the next run is told of it, and whether it decides the same again.

use std::collections::{BTreeSet, VecDeque};

use super::dice::later;
use crate::backtest::Config;
use crate::belief::{self, Stream};
use crate::desk::{Entry, Left, Setting, What, Written};
use crate::engine::{Decision, Engine, Outputs, Record};
use crate::market::TradeId;
use crate::units::Timestamp;

/// How much of what was written is lost with the machine, in microseconds.
const LOST: i64 = 1_000_000;

/// What a desk has written down.
#[derive(Debug, Default)]
pub(super) struct Journal {
    /// What follows from all of it.
    pub(super) left: Left,
    /// What follows from what is on the disk.
    durable: Left,
    recent: VecDeque<(Timestamp, Entry)>,
    /// The names of all orders that it was written down are to be placed.
    placed: BTreeSet<String>,
    /// The trades that this run was told.
    booked: BTreeSet<TradeId>,
    replay: Option<Replay>,
}

/// What is wrong with what was written down.
#[derive(Debug)]
pub(super) enum Wrong {
    /// A trade was booked twice.
    Booked(TradeId),
    /// Another decision came of it.
    Decided(String),
}

impl Journal {
    /// Returns an empty one; whether what is written is done again at once is said.
    pub(super) fn new(replays: bool) -> Self {
        Self { replay: replays.then(Replay::default), ..Self::default() }
    }

    /// Commits entries.
    pub(super) fn commit(&mut self, now: Timestamp, entries: Vec<Entry>) -> Result<(), Wrong> {
        while self.recent.front().is_some_and(|recent| later(recent.0, LOST) <= now) {
            if let Some((_, entry)) = self.recent.pop_front() {
                self.durable.take(&entry);
            }
        }
        let mut wrong = Ok(());
        for entry in entries {
            self.left.take(&entry);
            wrong = wrong.and(self.note(&entry));
            if let Some(replay) = &mut self.replay {
                wrong = wrong.and(replay.take(&entry).map_err(Wrong::Decided));
            }
            self.recent.push_back((now, entry));
        }
        wrong
    }

    fn note(&mut self, entry: &Entry) -> Result<(), Wrong> {
        match &entry.what {
            Written::Setting(Setting::Config(_)) => self.booked.clear(),
            Written::Command(command) if matches!(command.what, What::Place { .. }) => {
                self.placed.insert(command.client_order_id.clone());
            }
            Written::Input(Record::Fill { fill, .. }) => {
                if let Some(trade) = fill.trade.filter(|trade| !self.booked.insert(*trade)) {
                    return Err(Wrong::Booked(trade));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns whether it was written down that an order is to be placed.
    pub(super) fn has_placed(&self, name: &str) -> bool {
        self.placed.contains(name)
    }

    /// Forgets what was not on the disk.
    pub(super) fn lose(&mut self) {
        self.recent.clear();
        self.left = self.durable.clone();
    }

    /// Ends a run: what it decided and was not yet compared is what its last entries were to be.
    pub(super) fn close(&mut self) {
        if let Some(replay) = &mut self.replay {
            *replay = Replay::default();
        }
    }
}

/// A run that is done again as it is written down.
#[derive(Debug, Default)]
struct Replay {
    engine: Option<Engine>,
    outputs: Outputs,
    decided: VecDeque<Decision>,
}

impl Replay {
    fn take(&mut self, entry: &Entry) -> Result<(), String> {
        match &entry.what {
            Written::Setting(Setting::Config(text)) => {
                let config = Config::from_text(text).map_err(|why| why.to_string())?;
                let stream = Stream::new(belief::Engine::new(config.belief.calibration));
                (self.engine, self.decided) =
                    (Some(Engine::new(config.parameters(), stream)), VecDeque::new());
            }
            Written::Input(record) => {
                if let Some(decided) = self.decided.pop_front() {
                    return Err(format!("{decided:?} was not decided then"));
                }
                let engine = self.engine.as_mut().ok_or("a run begins without its settings")?;
                self.outputs.clear();
                // What it refused then it refuses now.
                let _ = engine.apply(entry.at, record, &mut self.outputs);
                self.decided.extend(self.outputs.decisions.iter().copied());
            }
            Written::Decision(then) => {
                let now = self.decided.pop_front();
                if now.as_ref() != Some(then) {
                    return Err(format!("{then:?} became {now:?}"));
                }
            }
            Written::Command(_) | Written::Answer(_) | Written::Setting(_) => {}
        }
        Ok(())
    }
}
