//! What the page knows of the signals, and what of them it shows.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::market::Ticker;
use shared::scenario::Scenario;
use shared::signal::{Action, SignalLog, SignalRow};
use shared::units::Timestamp;

use crate::desk::Desk;
use crate::net;
use crate::pages::whatif;
use crate::parts::state::Remote;
use crate::reactive::{Memo, RwSignal, StoredValue, memo};
use crate::route::Said;

/// How many lines are kept here: as many as the server keeps.
const KEPT: usize = 960;
/// How often the server is asked for new ones while the page is shown.
const EVERY: Duration = Duration::from_secs(3);

/// What was heard of the log.
#[derive(Clone, PartialEq, Default)]
pub(super) struct Heard {
    epoch: i64,
    /// How many lines there were up to the last that is kept.
    end: u64,
    /// The lines, oldest first.
    pub(super) rows: Vec<Arc<SignalRow>>,
    pub(super) every_s: u64,
    pub(super) last_run: Option<Timestamp>,
    pub(super) next_run: Option<Timestamp>,
    pub(super) problems: Vec<String>,
}

/// The page's state.
#[derive(Clone, Copy)]
pub(super) struct Watch {
    desk: Desk,
    pub(super) heard: RwSignal<Remote<Heard>>,
    /// The contract that was chosen, if one was.
    asked: RwSignal<Option<Ticker>>,
    /// Which signals the log lists; all where none is chosen.
    pub(super) action: RwSignal<Option<Action>>,
    /// Whether the log lists the chosen contract alone.
    pub(super) only_chosen: RwSignal<bool>,
    /// The lines of the latest run.
    pub(super) latest: Memo<Vec<Arc<SignalRow>>>,
    /// The contract that is shown: the chosen one, or the one with the greatest edge.
    pub(super) chosen: Memo<Option<Ticker>>,
    /// Counts how often the page was shown, so that only one of them asks.
    shown: StoredValue<u32>,
}

impl Watch {
    /// Returns the state of a page that is not shown yet.
    pub(super) fn new(desk: Desk) -> Self {
        let heard = RwSignal::new(Remote::<Heard>::Loading);
        let asked = RwSignal::new(None::<Ticker>);
        let latest = memo(move || {
            heard.with(|heard| {
                let Remote::Ready(heard) = heard else { return Vec::new() };
                let Some(run) = heard.rows.last().map(|row| row.run.clone()) else { return Vec::new() };
                let of_run = heard.rows.iter().rev().take_while(|row| row.run == run).cloned();
                let mut rows: Vec<_> = of_run.collect();
                rows.reverse();
                rows
            })
        });
        let chosen = memo(move || {
            let asked = asked.get();
            latest.with(|rows| {
                let found = rows.iter().find(|row| Some(&row.ticker) == asked.as_ref());
                let size = |row: &SignalRow| row.edge.map_or(-1.0, f64::abs);
                let most = rows.iter().fold(None, |most: Option<&Arc<SignalRow>>, row| match most {
                    Some(most) if size(most) >= size(row) => Some(most),
                    _ => Some(row),
                });
                found.or(most).map(|row| row.ticker.clone())
            })
        });
        Self {
            desk,
            heard,
            asked,
            action: RwSignal::new(None),
            only_chosen: RwSignal::new(false),
            latest,
            chosen,
            shown: StoredValue::new(0),
        }
    }

    /// Takes what an address says.
    pub(super) fn read(self, said: &Said) {
        self.asked.set(said.value("contract").and_then(|ticker| ticker.parse().ok()));
        self.action.set(said.value("signal").and_then(Action::named));
        self.only_chosen.set(said.value("only") == Some("chosen"));
    }

    /// Returns what the address says.
    pub(super) fn write(self) -> String {
        let contract = self.asked.get().map(|ticker| format!("contract={ticker}"));
        let action = self.action.get().map(|action| format!("signal={}", action.name()));
        let only = self.only_chosen.get().then(|| "only=chosen".to_owned());
        contract.into_iter().chain(action).chain(only).collect::<Vec<_>>().join("&")
    }

    /// Asks for what is new, now and again and again while the page is shown.
    pub(super) fn follow(self) {
        let turn = self.shown.update_value(|shown| {
            *shown += 1;
            *shown
        });
        spawn_local(self.ask());
        let again = set_interval_with_handle(
            move || {
                if self.shown.try_get_value() == turn && !document().hidden() {
                    spawn_local(self.ask());
                }
            },
            EVERY,
        );
        on_cleanup(move || {
            if let Ok(again) = again {
                again.clear();
            }
        });
    }

    /// Asks once more, as after a failure.
    pub(super) fn retry(self) {
        self.heard.set(Remote::Loading);
        spawn_local(self.ask());
    }

    async fn ask(self) {
        let known = self.heard.with_untracked(|heard| match heard {
            Remote::Ready(heard) => (heard.epoch, heard.end),
            _ => (0, 0),
        });
        match net::signals(known.0, known.1).await {
            Ok(log) => self.heard.update(|heard| {
                let mut all = match std::mem::replace(heard, Remote::Loading) {
                    Remote::Ready(all) if all.epoch == log.epoch && log.first <= all.end => all,
                    _ => Heard::default(),
                };
                all.take(log);
                *heard = Remote::Ready(all);
            }),
            // What is here stays: the frame says that the server is gone.
            Err(reason) => self.heard.update(|heard| {
                if !matches!(heard, Remote::Ready(_)) {
                    *heard = Remote::Failed(reason);
                }
            }),
        }
    }

    /// Shows a contract by its place in the latest run.
    pub(super) fn choose(self, place: usize) {
        let found = self.latest.with_untracked(|rows| rows.get(place).map(|row| row.ticker.clone()));
        if found.is_some() {
            self.asked.set(found);
        }
    }

    /// Returns the lines of a contract, oldest first.
    pub(super) fn history(self, ticker: &Ticker) -> Vec<Arc<SignalRow>> {
        self.heard.with(|heard| match heard {
            Remote::Ready(heard) => heard.rows.iter().filter(|row| row.ticker == *ticker).cloned().collect(),
            _ => Vec::new(),
        })
    }

    /// Returns the lines that the log lists, the latest first.
    pub(super) fn listed(self) -> Vec<Arc<SignalRow>> {
        let (action, only) = (self.action.get(), self.only_chosen.get().then(|| self.chosen.get()).flatten());
        self.heard.with(|heard| {
            let Remote::Ready(heard) = heard else { return Vec::new() };
            let is_listed = |row: &&Arc<SignalRow>| {
                action.is_none_or(|action| row.signal == action)
                    && only.as_ref().is_none_or(|ticker| row.ticker == *ticker)
            };
            heard.rows.iter().rev().filter(is_listed).cloned().collect()
        })
    }

    /// Opens What-if with what a line was found from.
    pub(super) fn open(self, row: &SignalRow) {
        // The first line of a run has the assumptions of all.
        let link = self.heard.with_untracked(|heard| {
            let Remote::Ready(heard) = heard else { return None };
            heard.rows.iter().filter(|other| other.run == row.run).find_map(|other| other.scenario.clone())
        });
        let Some(link) = link else {
            self.desk.warn("What this signal was found from is no longer kept here: the whole log has it.");
            return;
        };
        match Scenario::from_link(&link) {
            Ok(scenario) => {
                let place = scenario.artists().iter().position(|artist| artist.ticker == row.ticker);
                self.desk.open_scenario(scenario, place.unwrap_or(0));
                self.desk.visit(&whatif::PAGE);
            }
            Err(invalid) => {
                self.desk.warn(format!("What this signal was found from can't be opened: {invalid}."));
            }
        }
    }
}

impl Heard {
    fn take(&mut self, log: SignalLog) {
        let known = usize::try_from(self.end.saturating_sub(log.first)).unwrap_or(usize::MAX);
        self.end = self.end.max(log.first + log.rows.len() as u64);
        self.rows.extend(log.rows.into_iter().skip(known).map(Arc::new));
        self.rows.drain(..self.rows.len().saturating_sub(KEPT));
        (self.epoch, self.every_s) = (log.epoch, log.every_s);
        (self.last_run, self.next_run, self.problems) = (log.last_run, log.next_run, log.problems);
    }
}
