//! Recorded events and what was said of them, laid out for an account.

use super::Config;
use super::said::{Said, Walked, days};
use super::settled::{Authority, settled};
use super::stress::Stress;
use core::ops::Range;

use crate::Invalid;
use crate::backtest::schedule;
use crate::fees::{FeeMultiplier, FeeSchedule, FeeType};
use crate::market::{Contract, EventTape, EventTicker, Tape};
use crate::math::max;
use crate::nowcast::fit::Fits;
use crate::nowcast::series::History;
use crate::pieces::Pace;
use crate::sort;
use crate::units::{Date, Price, Timestamp};

/// What was recorded, and how to walk through it.
pub(super) struct Input {
    pub(super) tapes: Vec<EventTape>,
    pub(super) contracts: Vec<Contract>,
    /// Without what was not known on its day.
    pub(super) histories: Vec<History>,
    pub(super) config: Config,
    pub(super) fits: Fits,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its ticker.
    pub ticker: EventTicker,
    /// The day whose count settles it.
    pub settles: Date,
    /// The end of that day; of an event that has not settled, of the last day with a print if that is earlier.
    pub settles_at: Timestamp,
    /// The places of its contracts.
    pub contracts: Range<usize>,
    /// What YES of each of them paid, and who says so, where it has settled.
    pub paid: Option<(Vec<Price>, Authority)>,
}

impl Event {
    /// Returns what YES of its contract in a place paid, where it has settled.
    pub(super) fn pays(&self, place: usize) -> Option<Price> {
        let (paid, _) = self.paid.as_ref()?;
        paid.get(place.checked_sub(self.contracts.start)?).copied()
    }
}

/// One contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its event's place.
    pub event: usize,
    /// Its trades.
    pub tape: Tape,
    /// What it charges.
    pub schedule: FeeSchedule,
}

/// Recorded events and what was said of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The events that were ever within the nowcast's reach.
    pub events: Vec<Event>,
    /// Their contracts, in order of event and ticker.
    pub contracts: Vec<Listed>,
    /// What was said, in order of time.
    pub said: Vec<Said>,
    /// The events that were left out, and why.
    pub left_out: Vec<(EventTicker, String)>,
}

impl Prepared {
    /// Walks through the days of all events.
    pub(super) async fn walk(pace: &Pace, input: &Input, until: f64) -> Result<Self, Invalid> {
        let Input { tapes, contracts, histories, config, fits } = input;
        let mut prepared =
            Self { events: Vec::new(), contracts: Vec::new(), said: Vec::new(), left_out: Vec::new() };
        let mut said = Vec::new();
        for (place, tape) in tapes.iter().enumerate() {
            pace.reach(until * place as f64 / tapes.len() as f64);
            let ticker = tape.event().clone();
            let Some(settles) = ticker.month_end() else {
                prepared.left_out.push((ticker, "its ticker names no month that settles it".to_owned()));
                continue;
            };
            let event = prepared.events.len();
            let first = prepared.contracts.len();
            let walked = Walked { event, first, tape, settles, fits, config };
            let mut own = Vec::new();
            for day in days(tape, settles, config) {
                own.extend(walked.on(day, histories));
                pace.rest().await;
            }
            if own.is_empty() {
                let why = "no day on which its artists' listeners and prices were known, two months before it settles or less";
                prepared.left_out.push((ticker, why.to_owned()));
                continue;
            }
            said.extend(own);
            prepared.add(tape, contracts, histories, settles)?;
        }
        let in_order = sort::places(said.len(), &|a, b| said[a].at < said[b].at);
        let mut said: Vec<Option<Said>> = said.into_iter().map(Some).collect();
        prepared.said = in_order.into_iter().filter_map(|place| said[place].take()).collect();
        Ok(prepared)
    }

    /// Returns the events as they would be with the histories spoiled by `stress`, each event's by itself, and the most that a
    /// fair value of any day is moved by; nothing if no history is changed.
    pub(super) async fn spoiled(
        &self,
        pace: &Pace,
        input: &Input,
        stress: Stress,
        (from, to): (f64, f64),
    ) -> Result<Option<(Self, f64)>, Invalid> {
        let Input { tapes, histories, config, fits, .. } = input;
        let (mut spoiled, mut is_changed, mut moved) = (self.clone(), false, 0.0);
        for (event, own) in self.events.iter().enumerate() {
            pace.reach(from + (to - from) * event as f64 / self.events.len() as f64);
            let Some(tape) = tapes.iter().find(|tape| *tape.event() == own.ticker) else { continue };
            let (first, settles) = (own.contracts.start, own.settles);
            let days = days(tape, settles, config);
            let Some(middle) = days.get(days.len() / 2) else { continue };
            let Some(histories) = stress.histories(histories, tape, *middle)? else { continue };
            is_changed = true;
            let walked = Walked { event, first, tape, settles, fits, config };
            // What was said before is what it was.
            for said in &mut spoiled.said {
                if said.event == event && said.at >= middle.midnight() {
                    if let Some(now) = walked.on(said.at.date(), &histories) {
                        let pairs = said.lines.iter().zip(&now.lines);
                        moved = pairs
                            .fold(moved, |moved, (a, b)| max(moved, (a.fair_value - b.fair_value).abs()));
                        *said = now;
                    }
                    pace.rest().await;
                }
            }
        }
        Ok(is_changed.then_some((spoiled, moved)))
    }

    fn add(
        &mut self,
        tape: &EventTape,
        contracts: &[Contract],
        histories: &[History],
        settles: Date,
    ) -> Result<(), Invalid> {
        let ticker = tape.event().clone();
        let paid = settled(tape, contracts, histories, settles);
        let last = tape.contracts().iter().map(|tape| tape.span().1.date()).max().unwrap_or(settles);
        let until = if paid.is_some() { settles } else { last.min(settles) };
        let (event, first) = (self.events.len(), self.contracts.len());
        for own in tape.contracts() {
            let known = contracts.iter().rfind(|known| known.ticker == *own.ticker());
            let schedule = match schedule(&ticker, known)? {
                Some(schedule) => schedule,
                None => FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE)?,
            };
            self.contracts.push(Listed { event, tape: own.clone(), schedule });
        }
        let (contracts, settles_at) = (first..self.contracts.len(), until.last_instant());
        self.events.push(Event { ticker, settles, settles_at, contracts, paid });
        Ok(())
    }

    /// Returns what the contract in a place paid in dollars, where its event has settled.
    pub(super) fn paid(&self, place: usize) -> Option<f64> {
        let event = self.events.get(self.contracts.get(place)?.event)?;
        event.pays(place).map(Price::to_dollars)
    }
}
