//! The lab's state: the tape, the configuration, what they gave, and the conversation with the worker.

#![warn(clippy::indexing_slicing)]

use std::sync::Arc;

use leptos::prelude::*;
use shared::backtest::{Config, Link, Preset};
use shared::exchange::FillModel;
use shared::market::Ticker;

use super::choice::{Choice, choices};
use crate::commands::{self, Command};
use crate::desk::{self, Desk};
use crate::reactive::{Memo, RwSignal, StoredValue, effect, memo};
use crate::worker::RunAsk;
use crate::worker::found::{
    BeliefFound, CompareFound, ExplainFound, Line, ReportFound, RunFound, SweepFound, TapeFound,
};

/// Changes of one setting that follow each other this closely are one step back, in milliseconds.
const ONE_DRAG: f64 = 700.0;
/// The greatest number of steps back.
const MAX_UNDO: usize = 200;
/// The most configurations that are set side by side.
pub(super) const MOST_PINS: usize = 3;

/// How far a tape is.
#[derive(Clone, PartialEq)]
pub(super) enum Stage {
    /// No tape was asked for yet.
    Waiting,
    /// Its trades are on their way.
    Loading,
    /// The filter walks forward along it; how far, from 0 to 1.
    Filtering(f64),
    /// Backtests run on it.
    Ready,
    /// Why there is none.
    Failed(String),
}

/// The lab.
#[derive(Clone, Copy)]
pub(crate) struct Lab {
    pub(super) desk: Desk,
    /// What there is to choose from.
    pub(super) choices: Memo<Vec<Choice>>,
    /// The events of the chosen tape.
    pub(super) chosen: RwSignal<String>,
    /// How far it is.
    pub(super) stage: RwSignal<Stage>,
    /// What it is.
    pub(super) tape: RwSignal<Arc<TapeFound>>,
    /// How to quote.
    pub(super) config: RwSignal<Config>,
    /// Why the configuration can't be run.
    pub(super) refused: RwSignal<Option<String>>,
    /// The contract that the charts are of.
    pub(super) contract: RwSignal<usize>,
    /// The fill model that quotes, fills and position are shown of.
    pub(super) model: RwSignal<FillModel>,
    /// What was printed and believed of the contract.
    pub(super) belief: RwSignal<Arc<BeliefFound>>,
    /// What the run gave.
    pub(super) found: RwSignal<Arc<RunFound>>,
    /// The same once the hand rested: for tables that are too long to be built anew under it.
    pub(super) rested_found: RwSignal<Arc<RunFound>>,
    /// What was run.
    pub(super) ran: RwSignal<Option<RunAsk>>,
    /// The evidence, once the hand rested.
    pub(super) report: RwSignal<Option<Arc<ReportFound>>>,
    /// The presets that something was reported of, on this tape.
    pub(super) presets: RwSignal<Vec<Line>>,
    /// The preparation that they ran on, and what they share with the configuration.
    pub(super) presets_of: StoredValue<(u32, String)>,
    /// The place of the fill that is explained.
    pub(super) picked: RwSignal<Option<usize>>,
    /// Its explanation.
    pub(super) explained: RwSignal<Option<Arc<ExplainFound>>>,
    /// The two settings that are swept.
    pub(super) axes: RwSignal<[String; 2]>,
    /// What the sweep found.
    pub(super) sweep: RwSignal<Option<Arc<SweepFound>>>,
    /// Whether a sweep is going on.
    pub(super) sweeping: RwSignal<bool>,
    /// The configurations that are set side by side.
    pub(super) pins: RwSignal<Vec<Config>>,
    /// What they gave.
    pub(super) compared: RwSignal<Option<Arc<CompareFound>>>,
    pub(super) in_flight: StoredValue<Option<RunAsk>>,
    undo: StoredValue<Vec<Config>>,
    last_change: StoredValue<Option<(&'static str, f64)>>,
    /// The number of the preparation that counts: answers to an earlier one are dropped.
    pub(super) preparation: StoredValue<u32>,
    /// The tapes that may be the one that is looked for, and the content that it must have; any, if empty.
    pub(super) sought: RwSignal<(Vec<Choice>, String)>,
    /// The contract that a link asked for, by its ticker.
    pub(super) wanted_contract: StoredValue<Option<Ticker>>,
    /// The link that was opened, until a tape is shown.
    pub(super) link: RwSignal<Option<Link>>,
}

impl Lab {
    /// Starts once the page is shown for the first time.
    pub(crate) fn open(desk: Desk) -> Self {
        let lab = Self {
            desk,
            choices: memo(move || choices(desk)),
            chosen: RwSignal::new(String::new()),
            stage: RwSignal::new(Stage::Waiting),
            tape: RwSignal::default(),
            config: RwSignal::new(Config::preset(Preset::Seed)),
            refused: RwSignal::new(None),
            contract: RwSignal::new(0),
            model: RwSignal::new(FillModel::Queue),
            belief: RwSignal::default(),
            found: RwSignal::default(),
            rested_found: RwSignal::default(),
            ran: RwSignal::new(None),
            report: RwSignal::new(None),
            presets: RwSignal::default(),
            presets_of: StoredValue::default(),
            picked: RwSignal::new(None),
            explained: RwSignal::new(None),
            axes: RwSignal::new(["half_spread_cents".into(), "skew_cents".into()]),
            sweep: RwSignal::new(None),
            sweeping: RwSignal::new(false),
            pins: RwSignal::default(),
            compared: RwSignal::new(None),
            in_flight: StoredValue::new(None),
            undo: StoredValue::default(),
            last_change: StoredValue::new(None),
            preparation: StoredValue::new(0),
            sought: RwSignal::default(),
            wanted_contract: StoredValue::new(None),
            link: RwSignal::new(None),
        };
        effect(move || {
            let is_shown = desk.page.get() == &super::PAGE && !lab.choices.with(Vec::is_empty);
            if is_shown && lab.stage.with_untracked(|stage| *stage == Stage::Waiting) {
                lab.begin();
            }
        });
        effect(move || {
            // Files were opened while the lab is there: it shows them.
            if desk.opened_files.get() > 0
                && lab.stage.with_untracked(|stage| *stage != Stage::Waiting)
                && let Some(choice) = lab.choices.with_untracked(|choices| choices.first().cloned())
            {
                lab.choose(choice);
            }
        });
        effect(move || {
            lab.config.track();
            lab.contract.track();
            lab.model.track();
            // The fills are others now: none at the old one's place is the one that was explained.
            if lab.picked.with_untracked(Option::is_some) {
                lab.pick(None);
            }
            lab.request_run();
        });
        effect(move || {
            if desk.replaced.get() > 0 {
                lab.retry_sought();
            }
        });
        effect(move || {
            if desk.changed.get() > 0 {
                lab.look_again();
            }
        });
        effect(move || {
            if desk.returned.get() > 0 && lab.stage.with_untracked(|stage| matches!(stage, Stage::Failed(_)))
            {
                lab.retry_sought();
            }
        });
        lab.follow_rest();
        lab
    }

    /// Moves a setting or an assumption to what `text` says; a refusal is told.
    pub(super) fn set(self, key: &'static str, text: &str) -> bool {
        let before = self.config.get_untracked();
        let mut after = before;
        match after.set(key, text) {
            Ok(()) if after == before => {}
            Ok(()) => {
                let at = desk::now();
                let same_drag = self
                    .last_change
                    .get_value()
                    .is_some_and(|(last, then)| last == key && at - then < ONE_DRAG);
                self.last_change.set_value(Some((key, at)));
                if !same_drag {
                    self.remember(before);
                }
                self.config.set(after);
                // The worker starts before the page redraws what the hand moved.
                self.request_run();
            }
            Err(invalid) => {
                self.desk.warn(format!("{invalid}."));
                return false;
            }
        }
        true
    }

    /// Takes another configuration.
    pub(super) fn replace(self, config: Config) {
        let before = self.config.get_untracked();
        if before != config {
            self.remember(before);
            self.last_change.set_value(None);
            self.config.set(config);
        }
    }

    /// Starts over from a preset; what is assumed of the exchange and the filter stays.
    pub(super) fn quote_as(self, preset: Preset) {
        self.replace(self.config.with_untracked(|config| config.of_preset(preset)));
    }

    /// Returns to the preset `seed` and the usual assumptions.
    pub(crate) fn reset(self) {
        self.replace(Config::preset(Preset::Seed));
    }

    /// Takes the last change back.
    pub(crate) fn undo(self) {
        if let Some(before) = self.undo.update_value(Vec::pop).flatten() {
            self.last_change.set_value(None);
            self.config.set(before);
        }
    }

    fn remember(self, before: Config) {
        self.undo.update_value(|undo| {
            undo.drain(..(undo.len() + 1).saturating_sub(MAX_UNDO));
            undo.push(before);
        });
    }

    /// Shows quotes, fills and position under another fill model.
    pub(super) fn fill_by(self, model: FillModel) {
        self.pick(None);
        self.model.set(model);
    }

    /// Sweeps another setting down, at place 0, or across.
    pub(super) fn sweep_along(self, place: usize, key: String) {
        self.axes.update(|axes| {
            if let Some(axis) = axes.get_mut(place) {
                *axis = key;
            }
        });
    }

    /// Takes a configuration away from beside the current one: it may be gone already.
    pub(super) fn unpin(self, config: Config) {
        self.pins.update(|pins| pins.retain(|pin| *pin != config));
    }

    /// Sets the configuration beside those to come.
    pub(super) fn pin(self) {
        let config = self.config.get_untracked();
        self.pins.update(|pins| {
            if !pins.contains(&config) && pins.len() < MOST_PINS - 1 {
                pins.push(config);
            }
        });
    }

    /// Returns what can be done on the page now.
    pub(super) fn commands(self) -> Vec<Command> {
        let step = move |by: usize| {
            let count = self.tape.with_untracked(|tape| tape.contracts.len());
            if count > 0 {
                self.turn_to((self.contract.get_untracked() + by) % count);
            }
        };
        let count = move || self.tape.with_untracked(|tape| tape.contracts.len());
        let is_ready = move || self.stage.with_untracked(|stage| *stage == Stage::Ready);
        let mut all = vec![
            Command::new("Next contract", "j", move || step(1)).when(is_ready),
            Command::new("Previous contract", "k", move || step(count().saturating_sub(1))).when(is_ready),
            Command::new("Undo", "u", move || self.undo()).when(move || !self.undo.with_value(Vec::is_empty)),
            Command::new("Reset to the preset seed", "r", move || self.reset()),
            Command::new("Keep this configuration beside", "", move || self.pin()).when(is_ready),
            Command::new("Start the sweep", "", move || self.start_sweep())
                .when(move || is_ready() && untrack(|| self.why_no_sweep()).is_none()),
            Command::new("Stop what the worker does", "", move || self.stop()),
            commands::focus("Choose a tape", "#lab-tape"),
        ];
        for choice in self.choices.get_untracked() {
            let name = format!("Run on {}", choice.label);
            all.push(Command::new(name, "", move || self.choose(choice.clone())));
        }
        all
    }
}
