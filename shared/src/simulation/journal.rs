//! What was written down: what the next run is told of it, and whether it decides the same again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::budget::Budget;
use super::dice::later;
use crate::backtest::Config;
use crate::belief::{self, Stream};
use crate::desk::{Ask, Command, Entry, Left, Setting, What, Written};
use crate::engine::{Decision, Engine, Outputs, Record};
use crate::exchange::{OrderCommand, Request};
use crate::market::{EventTicker, TradeId};
use crate::units::{Price, Quantity, Timestamp};

/// How much of what was written is lost with the machine, in microseconds.
const LOST: i64 = 1_000_000;
/// Of how many messages it is known when they were sent: of more than are sent in a minute.
const SENT: usize = 2_000;

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
    /// What it was last written down that orders are to be changed to, and whether only their end is moved on.
    changed: BTreeMap<String, (Price, Quantity, bool)>,
    /// The orders that were left to the next run and not taken over yet.
    offered: BTreeSet<String>,
    /// The trades that this run was told.
    booked: BTreeSet<TradeId>,
    /// When orders were placed, moved and cancelled.
    sent: VecDeque<Timestamp>,
    replay: Option<Replay>,
}

/// What is wrong with what was written down.
#[derive(Debug)]
pub(super) enum Wrong {
    /// A trade was booked twice.
    Booked(TradeId),
    /// An order was taken over that was not left, or for the second time.
    Adopted(String),
    /// Another decision came of it.
    Decided(String),
    /// More messages came of it than may be.
    Messages(String),
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
                wrong = wrong.and(replay.take(&entry, &self.sent));
            }
            if is_message(&entry) {
                self.sent.push_back(entry.at);
                if self.sent.len() > SENT {
                    self.sent.pop_front();
                }
            }
            self.recent.push_back((now, entry));
        }
        wrong
    }

    fn note(&mut self, entry: &Entry) -> Result<(), Wrong> {
        match &entry.what {
            Written::Setting(Setting::Config(_)) => self.booked.clear(),
            Written::Setting(Setting::HandedOver(handover)) => {
                self.offered = handover.orders.iter().map(|order| order.name.clone()).collect();
            }
            Written::Setting(Setting::Adopted { client_order_id: name, .. })
                if !self.offered.remove(name) =>
            {
                return Err(Wrong::Adopted(name.clone()));
            }
            Written::Command(command) => match (command.what, &command.order_id) {
                (What::Place { .. }, _) => {
                    self.placed.insert(command.client_order_id.clone());
                }
                (what @ (What::Amend { .. } | What::Renew), Some(id)) => {
                    let change = (command.price, command.count, what == What::Renew);
                    self.changed.insert(id.clone(), change);
                }
                _ => {}
            },
            Written::Input(Record::Fill { fill, .. }) => {
                if let Some(trade) = fill.trade.filter(|trade| !self.booked.insert(*trade)) {
                    return Err(Wrong::Booked(trade));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns whether it was written down that this is to be asked, where that must be.
    pub(super) fn has(&self, ask: &Ask) -> bool {
        match ask {
            Ask::Create(order) => {
                order.client_order_id.as_ref().is_some_and(|name| self.placed.contains(name))
            }
            Ask::Amend(id, change) => self
                .changed
                .get(id.as_str())
                .is_some_and(|(price, count, _)| (*price, *count) == (change.price, change.count)),
            _ => true,
        }
    }

    /// Returns whether only the end of an order is moved on, by what was last written down of it.
    pub(super) fn renews(&self, ask: &Ask) -> bool {
        let Ask::Amend(id, change) = ask else { return false };
        let last = self.changed.get(id.as_str());
        last.is_some_and(|(price, count, renews)| *renews && (*price, *count) == (change.price, change.count))
    }

    /// Forgets what was not on the disk.
    pub(super) fn lose(&mut self) {
        let lost = self.recent.iter().filter(|(_, entry)| is_message(entry)).count();
        self.sent.truncate(self.sent.len().saturating_sub(lost));
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

/// Returns whether it is that an order is placed, moved or cancelled.
const fn is_message(entry: &Entry) -> bool {
    matches!(
        &entry.what,
        Written::Command(Command { what: What::Place { .. } | What::Amend { .. } | What::Cancel, .. })
    )
}

/// A run that is done again as it is written down.
#[derive(Debug, Default)]
struct Replay {
    engine: Option<Engine>,
    outputs: Outputs,
    decided: VecDeque<Decision>,
    event: Option<EventTicker>,
    budget: Budget,
}

impl Replay {
    /// Takes in the next entry, after what was sent before it.
    fn take(&mut self, entry: &Entry, sent: &VecDeque<Timestamp>) -> Result<(), Wrong> {
        match &entry.what {
            Written::Setting(Setting::Config(text)) => {
                let config = Config::from_text(text).map_err(|why| Wrong::Decided(why.to_string()))?;
                self.budget = Budget::new(&config.limits);
                self.budget.sent_before(sent.iter().copied());
                let stream = Stream::new(belief::Engine::new(config.belief.calibration));
                (self.engine, self.decided) =
                    (Some(Engine::new(config.parameters(), stream)), VecDeque::new());
            }
            Written::Input(record) => {
                if let Some(decided) = self.decided.pop_front() {
                    return Err(Wrong::Decided(format!("{decided:?} was not decided then")));
                }
                let engine = self.engine.as_mut();
                let engine =
                    engine.ok_or_else(|| Wrong::Decided("a run begins without its settings".to_owned()))?;
                self.outputs.clear();
                // What it refused then it refuses now.
                let _ = engine.apply(entry.at, record, &mut self.outputs);
                self.decided.extend(self.outputs.decisions.iter().copied());
                if let Record::List { event, .. } = record {
                    self.event = Some(event.clone());
                }
                return self.count(entry.at);
            }
            Written::Decision(then) => {
                let now = self.decided.pop_front();
                if now.as_ref() != Some(then) {
                    return Err(Wrong::Decided(format!("{then:?} became {now:?}")));
                }
            }
            Written::Command(_) | Written::Answer(_) | Written::Setting(_) => {}
        }
        Ok(())
    }

    /// Counts the messages of what was just decided.
    fn count(&mut self, at: Timestamp) -> Result<(), Wrong> {
        let maker = self.event.as_ref().and_then(|event| self.engine.as_ref()?.maker(event));
        let (Some(most), Some(maker)) = (self.budget.most(), maker) else { return Ok(()) };
        for OrderCommand { contract, action, order, request } in &self.outputs.commands {
            let sent = self.budget.count(at);
            let working = if order.by_hand().is_some() {
                maker.hand().working(*contract, *action)
            } else {
                maker.execution().working(*contract, *action)
            };
            let traded = working.map_or(Quantity::ZERO, |working| working.traded);
            let asks = match request {
                Request::Place { count, .. } => count.hundredths(),
                Request::Amend { total, .. } => total.hundredths() - traded.hundredths(),
                Request::Cancel => continue,
            };
            let lessens = maker.position(*contract).towards(*action).hundredths() + asks <= 0;
            if sent > most && !lessens {
                return Err(Wrong::Messages(format!("{sent} messages within a minute, {most} at most")));
            }
        }
        Ok(())
    }
}
