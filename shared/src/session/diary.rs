//! What happened besides fills: who said what when, messages, refusals, closures, unknown orders.

use std::collections::{BTreeMap, VecDeque};

use crate::attribution::Alarm;
use crate::desk::{Answered, Command, Entry, Failure, Said, Setting, What, Wish, Written};
use crate::engine::{Decision, Record};
use crate::market::Ticker;
use crate::risk::ClosedFor;
use crate::units::Timestamp;

/// In what time messages are counted against a budget, in microseconds.
const MINUTE: i64 = 60_000_000;
/// How many different reasons of the exchange are told apart.
const REASONS: usize = 40;

/// What happened.
#[derive(Debug, Clone, Default)]
pub struct Diary {
    /// What a person should know of, in the order of time: starts, pauses, kills, ends, alarms.
    pub times: Vec<(Timestamp, String)>,
    /// What was sent.
    pub messages: Messages,
    /// How often each limit refused a side's quote in a decision, by its name.
    pub refusals: BTreeMap<&'static str, u64>,
    /// How often the exchange refused something, by its reason.
    pub refused: BTreeMap<String, u64>,
    /// What was closed, by contract (none is all of them) and reason.
    pub closings: BTreeMap<(Option<Ticker>, &'static str), Closing>,
    /// Orders of which it wasn't known what became of them.
    pub unknown: Vec<Unknown>,
    /// What was found of orders that earlier runs left: name and what became of it.
    pub reconciled: Vec<(String, String)>,
    /// How many decisions there were.
    pub decisions: u64,
    /// What markouts were found to be.
    pub alarms: Vec<(Timestamp, Alarm)>,
    /// The contracts of the run, by place.
    places: Vec<Ticker>,
    /// When messages were sent in the last minute.
    minute: VecDeque<Timestamp>,
    /// What is closed now, and since when.
    open: BTreeMap<(Option<usize>, &'static str), Timestamp>,
}

/// How many messages about orders were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Messages {
    /// New orders.
    pub placed: u64,
    /// Orders that were moved.
    pub amended: u64,
    /// Orders that were taken back.
    pub cancelled: u64,
    /// Orders whose expiry was moved on.
    pub renewed: u64,
    /// Questions what became of one.
    pub looked: u64,
    /// The most of the first three within a minute: what a budget counts.
    pub most_a_minute: u64,
}

/// For how long something was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Closing {
    /// How often.
    pub times: u64,
    /// For how long in all, in microseconds.
    pub lasted: i64,
    /// For how long at the longest.
    pub longest: i64,
}

/// An order of which it wasn't known what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Our name of it.
    pub name: String,
    /// Since when.
    pub since: Timestamp,
    /// When it was known, and what had become of it; none where it never was.
    pub ended: Option<(Timestamp, String)>,
}

impl Diary {
    pub(super) fn note(&mut self, entry: &Entry, is_first: bool) {
        let at = entry.at;
        if is_first {
            self.places.clear();
            self.times.push((at, "a run begins".to_owned()));
        }
        match &entry.what {
            Written::Input(record) => self.input(at, record),
            Written::Decision(Decision { refused, .. }) => {
                self.decisions += 1;
                for limit in refused.iter().flatten() {
                    *self.refusals.entry(limit.name()).or_default() += 1;
                }
            }
            Written::Command(command) => self.command(at, command),
            Written::Answer(answered) => self.answer(at, answered),
            Written::Setting(setting) => self.setting(at, setting),
        }
    }

    fn setting(&mut self, at: Timestamp, setting: &Setting) {
        let text = match setting {
            Setting::Wish(Wish::Quote) => "it is to quote".to_owned(),
            Setting::Wish(Wish::Pause) => "paused".to_owned(),
            Setting::Wish(Wish::Kill) => "killed".to_owned(),
            Setting::Wish(Wish::Off) => "it is to listen and rest nothing".to_owned(),
            Setting::Wish(Wish::Stop) => "it is to end".to_owned(),
            Setting::Wish(Wish::HandOver) => "it is to end, and leaves what rests to the next run".to_owned(),
            Setting::HandedOver(handover) => {
                format!("{} orders are left resting for the next run", handover.orders.len())
            }
            Setting::Adopted { client_order_id, .. } => format!("it goes on with {client_order_id}"),
            Setting::Released(_) => {
                "it has let go of its order group: nothing of it is on its way".to_owned()
            }
            Setting::Changed(change) => {
                let set: Vec<String> =
                    change.set.iter().map(|set| format!("{} {} → {}", set.key, set.from, set.to)).collect();
                format!(
                    "settings {} by {}: {}: {}",
                    change.version,
                    change.by.text(),
                    set.join(", "),
                    change.why
                )
            }
            Setting::Markouts(alarm) => {
                self.alarms.push((at, alarm.clone()));
                alarm.text()
            }
            _ => return,
        };
        self.times.push((at, text));
    }

    fn input(&mut self, at: Timestamp, record: &Record) {
        match record {
            Record::List { ticker, .. } => self.places.push(ticker.clone()),
            Record::Closed { place, why: Some(why) } => {
                self.open.entry((*place, why.name())).or_insert(at);
            }
            Record::Closed { place, why: None } => {
                let all: Vec<_> = self.open.keys().copied().collect();
                let is_lifted =
                    |(of, why): &(Option<usize>, &str)| of == place && *why != ClosedFor::Killed.name();
                all.into_iter().filter(is_lifted).for_each(|key| self.lift(at, key));
            }
            Record::Lifted { place, why } => self.lift(at, (*place, why.name())),
            Record::ByHand { place, action, asked } => {
                let Some(ticker) = self.places.get(*place) else { return };
                let text = match asked {
                    Some((price, count)) => {
                        format!("by hand: {action} {count} {ticker} at ${price} asked for")
                    }
                    None => format!("by hand: {action} {ticker} taken back"),
                };
                self.times.push((at, text));
            }
            _ => {}
        }
    }

    fn lift(&mut self, at: Timestamp, key: (Option<usize>, &'static str)) {
        let Some(since) = self.open.remove(&key) else { return };
        let lasted = at.micros_since(since);
        let ticker = key.0.and_then(|place| self.places.get(place).cloned());
        let closing = self.closings.entry((ticker, key.1)).or_default();
        closing.times += 1;
        closing.lasted = closing.lasted.saturating_add(lasted);
        closing.longest = closing.longest.max(lasted);
    }

    fn command(&mut self, at: Timestamp, command: &Command) {
        let count = match command.what {
            What::Place { .. } => &mut self.messages.placed,
            What::Amend { .. } => &mut self.messages.amended,
            What::Cancel => &mut self.messages.cancelled,
            What::Renew => &mut self.messages.renewed,
            What::Look { .. } => &mut self.messages.looked,
        };
        *count += 1;
        if matches!(command.what, What::Place { .. } | What::Amend { .. } | What::Cancel) {
            while self.minute.front().is_some_and(|sent| at.micros_since(*sent) >= MINUTE) {
                self.minute.pop_front();
            }
            self.minute.push_back(at);
            self.messages.most_a_minute = self.messages.most_a_minute.max(self.minute.len() as u64);
        }
    }

    fn answer(&mut self, at: Timestamp, answered: &Answered) {
        let name = &answered.client_order_id;
        let became = match &answered.answer {
            Said::Failed(why) => {
                // As a failure is written down.
                if why.starts_with(&Failure::Unknown(String::new()).to_string()) {
                    let is_known = |unknown: &Unknown| unknown.name == *name && unknown.ended.is_none();
                    if !self.unknown.iter().any(is_known) {
                        self.unknown.push(Unknown { name: name.clone(), since: at, ended: None });
                    }
                } else if self.refused.len() < REASONS || self.refused.contains_key(why) {
                    *self.refused.entry(why.clone()).or_default() += 1;
                } else {
                    *self.refused.entry("other reasons".to_owned()).or_default() += 1;
                }
                return;
            }
            Said::Placed(_) | Said::Amended(_) => "it rests".to_owned(),
            Said::Cancelled(_) => "it was taken back".to_owned(),
            Said::Found(Some(order)) => {
                format!("found: {:?}, {} traded", order.status, order.fill_count_fp)
            }
            // The exchange may not know it yet: it is given up once its own expiry is over.
            Said::Found(None) => return,
            Said::Over => "over: out of the book, and all of its trades were heard".to_owned(),
            Said::Reconciled(text) => {
                self.reconciled.push((name.clone(), text.clone()));
                format!("a later run found: {text}")
            }
        };
        let is_it = |unknown: &&mut Unknown| unknown.name == *name && unknown.ended.is_none();
        if let Some(unknown) = self.unknown.iter_mut().find(is_it) {
            unknown.ended = Some((at, became));
        }
    }

    /// Ends a run: what is closed then is so no longer.
    pub(super) fn end(&mut self, at: Timestamp) {
        let all: Vec<_> = self.open.keys().copied().collect();
        all.into_iter().for_each(|key| self.lift(at, key));
        self.times.push((at, "the run ends".to_owned()));
    }
}
