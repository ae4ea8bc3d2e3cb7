//! The lab's state: the tape, the configuration, what they gave, and the conversation with the worker.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use shared::api::Origin;
use shared::backtest::{Axis, Config, Entry, Grid, Link, Preset};
use shared::decimal;
use shared::exchange::FillModel;
use shared::market::Ticker;
use shared::settings::Kind;

use crate::desk::{self, Desk};
use crate::parts::state::Remote;
use crate::reactive::{Memo, RwSignal, StoredValue, effect, memo};
use crate::route::{self, Page};
use crate::worker::found::{
    BeliefFound, CompareFound, ExplainFound, Line, ReportFound, RunFound, SweepFound, TapeFound,
};
use crate::worker::{self, Answer, Ask, RunAsk};

/// How long the hand must rest before the evidence is gathered and the address written.
const REST: Duration = Duration::from_millis(250);
/// Changes of one setting that follow each other this closely are one step back, in milliseconds.
const ONE_DRAG: f64 = 700.0;
/// The greatest number of steps back.
const MAX_UNDO: usize = 200;
/// How many columns of time equity is thinned to, each with every model's extremes.
const COLUMNS: usize = 600;
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

/// A tape that can be chosen: events of the server or of opened files.
#[derive(Clone, PartialEq)]
pub(super) struct Choice {
    /// The events' tickers with spaces between.
    pub(super) events: String,
    /// What it is called.
    pub(super) label: String,
    /// Whether nothing of it ever happened.
    is_simulated: bool,
}

/// The lab.
#[derive(Clone, Copy)]
pub(crate) struct Lab {
    desk: Desk,
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
    /// The mission's configurations on this tape.
    pub(super) presets: RwSignal<Vec<Line>>,
    /// The preparation that they ran on, and what they share with the configuration.
    presets_of: StoredValue<(u32, String)>,
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
    in_flight: StoredValue<Option<RunAsk>>,
    undo: StoredValue<Vec<Config>>,
    last_change: StoredValue<Option<(&'static str, f64)>>,
    /// The number of the preparation that counts: answers to an earlier one are dropped.
    preparation: StoredValue<u32>,
    /// The contract that a link asked for, by its ticker.
    wanted_contract: StoredValue<Option<Ticker>>,
    /// The link that was opened, until a tape is shown.
    link: StoredValue<Option<Link>>,
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
            wanted_contract: StoredValue::new(None),
            link: StoredValue::new(None),
        };
        effect(move || {
            let is_shown = desk.page.get() == Page::Lab && !lab.choices.with(Vec::is_empty);
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
                lab.choose(choice.events);
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
        lab.follow_rest();
        let back = window_event_listener_untyped("popstate", move |_| {
            if Page::of_address() == Page::Lab {
                let _ = lab.read_address();
            }
        });
        on_cleanup(move || back.remove());
        lab
    }

    /// Reads the address and prepares the tape that it names, or the first one.
    fn begin(self) {
        let wanted = self.read_address();
        let choices = self.choices.get_untracked();
        if let Some(first) = choices.first() {
            if first.is_simulated && route::value(&route::query(), "v").is_none() {
                // The simulated crowd trades within a few cents of fair: the mission's widest quotes meet nobody there.
                self.config.set(Config::preset(Preset::SeedFixed3));
            }
            self.chosen.set(first.events.clone());
            self.prepare(
                choices.iter().map(|choice| choice.events.clone()).collect(),
                wanted.unwrap_or_default(),
            );
        }
    }

    /// Takes the configuration out of the address and returns the tape that it names.
    fn read_address(self) -> Option<String> {
        let query = route::query();
        route::value(&query, "v")?;
        match Link::parse(&query) {
            Ok(link) => {
                self.config.set(link.config);
                if link.models != FillModel::ALL {
                    self.desk.say("The link asks for some of the fill models; all four are run here, so the result hash is another.");
                }
                self.link.set_value(Some(link.clone()));
                let hash = window().location().hash().unwrap_or_default();
                let (contract, model) = hash.trim_start_matches('#').split_once('/').unwrap_or_default();
                self.wanted_contract.set_value(contract.parse().ok());
                if let Ok(model) = model.parse() {
                    self.model.set(model);
                }
                link.tape
            }
            Err(invalid) => {
                self.desk.warn(format!("This link holds no backtest that can be shown ({invalid})."));
                None
            }
        }
    }

    /// Chooses another tape.
    pub(super) fn choose(self, events: String) {
        self.chosen.set(events.clone());
        self.prepare(vec![events], String::new());
    }

    /// Tries again.
    pub(super) fn retry(self) {
        self.choose(self.chosen.get_untracked());
    }

    /// Stops what is going on in the worker.
    pub(super) fn stop(self) {
        worker::ask(Ask::Stop, |_| {});
    }

    /// Prepares the first of `candidates` whose content is the wanted one; any, if none is wanted.
    fn prepare(self, mut candidates: Vec<String>, wanted: String) {
        if candidates.is_empty() {
            let why = "This link is about a tape that isn't here: open its files.";
            self.stage.set(Stage::Failed(why.into()));
            return;
        }
        let events = candidates.remove(0);
        self.stage.set(Stage::Loading);
        let ask =
            Ask::Prepare { events: events.clone(), calibration: self.calibration(), tape: wanted.clone() };
        self.preparation.update_value(|number| *number += 1);
        let number = self.preparation.get_value();
        worker::ask(ask, move |answer| {
            if self.preparation.get_value() != number {
                return;
            }
            match answer {
                Answer::Filtering(share) => self.stage.set(Stage::Filtering(share)),
                Answer::OtherTape(_) => self.prepare(candidates.clone(), wanted.clone()),
                Answer::Tape(tape) => {
                    self.chosen.set(events.clone());
                    self.show(tape);
                }
                Answer::Failed(reason) => self.stage.set(Stage::Failed(reason)),
                _ => {}
            }
        });
    }

    /// Shows a tape that was prepared.
    fn show(self, tape: TapeFound) {
        let wanted = self.wanted_contract.get_value();
        let most = (0..tape.prints.len())
            .fold(0, |most, i| if tape.prints[i] > tape.prints[most] { i } else { most });
        let place =
            wanted.and_then(|wanted| tape.contracts.iter().position(|ticker| ticker == wanted.as_str()));
        self.wanted_contract.set_value(None);
        if let Some(link) = self.link.update_value(Option::take).flatten() {
            let differs =
                |named: &Option<String>, here: &str| named.as_ref().is_some_and(|named| named != here);
            if differs(&link.tape, &tape.hash) {
                self.desk.say("This is another tape than the link's: its settings are shown on this one.");
            } else if differs(&link.markets, &tape.markets) {
                self.desk.say(
                    "The link was made with other settlements than are known here, so its results differ: drop its markets.csv.",
                );
            }
        }
        self.in_flight.set_value(None);
        self.sweep.set(None);
        self.sweeping.set(false);
        self.compared.set(None);
        self.pick(None);
        self.report.set(None);
        self.presets.set(Vec::new());
        self.tape.set(Arc::new(tape));
        self.stage.set(Stage::Ready);
        self.turn_to(place.unwrap_or(most));
        self.request_run();
    }

    /// Shows another contract.
    pub(super) fn turn_to(self, contract: usize) {
        self.contract.set(contract);
        self.pick(None);
        worker::ask(Ask::Belief(contract), move |answer| {
            if let Answer::Belief(found) = answer
                && self.contract.get_untracked() == found.contract
            {
                self.belief.set(Arc::new(found));
            }
        });
    }

    /// Goes to the next contract with prints, or to one before.
    pub(crate) fn step_contract(self, by: isize) {
        let count = self.tape.with_untracked(|tape| tape.contracts.len());
        if count > 0 {
            let place = self.contract.get_untracked() as isize + by;
            self.turn_to(place.rem_euclid(count as isize) as usize);
        }
    }

    fn calibration(self) -> String {
        self.config.with_untracked(|config| config.belief.calibration.to_string())
    }

    /// Runs what is wanted now, unless a run is going on: then it follows, and what came between is never run.
    fn request_run(self) {
        if self.stage.with_untracked(|stage| *stage != Stage::Ready)
            || self.in_flight.with_value(Option::is_some)
        {
            return;
        }
        let wanted = self.wanted();
        if self.ran.with_untracked(|ran| ran.as_ref() == Some(&wanted))
            && self.refused.with_untracked(Option::is_none)
        {
            return;
        }
        self.in_flight.set_value(Some(wanted.clone()));
        let number = self.preparation.get_value();
        worker::ask(Ask::Run(wanted.clone()), move |answer| {
            if self.preparation.get_value() != number {
                return;
            }
            self.in_flight.set_value(None);
            match answer {
                Answer::Run(found) => {
                    self.refused.set(None);
                    self.found.set(Arc::new(found));
                }
                Answer::Failed(reason) => self.refused.set(Some(reason)),
                _ => {}
            }
            self.ran.set(Some(wanted.clone()));
            if self.wanted() != wanted {
                self.request_run();
            }
        });
    }

    fn wanted(self) -> RunAsk {
        RunAsk {
            config: self.config.with_untracked(Config::text),
            contract: self.contract.get_untracked(),
            model: self.model.get_untracked(),
            columns: COLUMNS,
        }
    }

    /// Gathers the evidence and writes the address whenever the hand rests.
    fn follow_rest(self) {
        let waiting = StoredValue::new(None::<TimeoutHandle>);
        effect(move || {
            self.ran.track();
            self.pins.track();
            self.tape.track();
            if let Some(earlier) = waiting.get_value() {
                earlier.clear();
            }
            waiting.set_value(set_timeout_with_handle(move || self.rested(), REST).ok());
        });
        // Another calibration is another belief: the tape is filtered again.
        let calibration = memo(move || self.config.with(|config| config.belief.calibration));
        effect(move || {
            calibration.track();
            if self.stage.with_untracked(|stage| *stage == Stage::Ready) {
                self.retry();
            }
        });
    }

    fn rested(self) {
        if self.stage.with_untracked(|stage| *stage != Stage::Ready) {
            return;
        }
        self.rested_found.set(self.found.get_untracked());
        let number = self.preparation.get_value();
        let config = self.config.with_untracked(Config::text);
        if self.report.with_untracked(|report| report.as_ref().is_none_or(|report| report.config != config)) {
            worker::ask(Ask::Report(config), move |answer| {
                if let Answer::Report(report) = answer
                    && self.preparation.get_value() == number
                {
                    self.desk.lab_address.set(format!("{}#{}", report.link, self.fragment()));
                    self.report.set(Some(Arc::new(report)));
                }
            });
            self.request_presets();
        } else if let Some(report) = self.report.get_untracked() {
            self.desk.lab_address.set(format!("{}#{}", report.link, self.fragment()));
        }
        self.request_comparison();
    }

    /// Runs the mission's configurations, unless nothing changed that they share with this one.
    fn request_presets(self) {
        // What they share shows in any of them.
        let shared = self.config.with_untracked(|config| config.of_preset(Preset::Seed));
        let (config, number) = (shared.text(), self.preparation.get_value());
        if self.presets_of.with_value(|known| *known == (number, config.clone())) {
            return;
        }
        self.presets_of.set_value((number, config.clone()));
        worker::ask(Ask::Presets(config), move |answer| {
            if let Answer::Presets(lines) = answer
                && self.preparation.get_value() == number
            {
                self.presets.set(lines);
            }
        });
    }

    /// Returns what of the page isn't the backtest's: which contract, and which fill model.
    fn fragment(self) -> String {
        let contract = self.contract.get_untracked();
        let ticker =
            self.tape.with_untracked(|tape| tape.contracts.get(contract).cloned()).unwrap_or_default();
        format!("{ticker}/{}", self.model.get_untracked())
    }

    fn request_comparison(self) {
        let pins = self.pins.get_untracked();
        if pins.is_empty() {
            self.compared.set(None);
            return;
        }
        let mut configs = vec![self.config.with_untracked(Config::text)];
        configs.extend(pins.iter().map(Config::text));
        let number = self.preparation.get_value();
        let ask = Ask::Compare { configs, model: self.model.get_untracked(), columns: COLUMNS };
        worker::ask(ask, move |answer| {
            if let Answer::Compare(found) = answer
                && self.preparation.get_value() == number
            {
                self.compared.set(Some(Arc::new(found)));
            }
        });
    }

    /// Explains a fill; nothing, with no place.
    pub(super) fn pick(self, fill: Option<usize>) {
        self.picked.set(fill);
        self.explained.set(None);
        let (Some(fill), Some(ran)) = (fill, self.ran.get_untracked()) else { return };
        let ask = Ask::Explain { config: ran.config, model: ran.model, fill };
        worker::ask(ask, move |answer| {
            if self.picked.get_untracked() == Some(fill)
                && let Answer::Explain(found) = answer
            {
                self.explained.set(Some(Arc::new(found)));
            }
        });
    }

    /// Returns why the two settings can't be swept, if they can't as the others are.
    pub(super) fn why_no_sweep(self) -> Option<String> {
        let config = self.config.get();
        let [down, across] = self.axes.get().map(|key| Axis::parse(&axis(&key)));
        let grid = down.and_then(|down| Grid::new(config, vec![down, across?], &FillModel::ALL));
        grid.err().map(|invalid| format!("{invalid}."))
    }

    /// Sweeps the two settings over their ranges, or over a part of them around what is set.
    pub(super) fn start_sweep(self) {
        let axes = self.axes.get_untracked().map(|key| axis(&key));
        self.sweeping.set(true);
        self.sweep.set(None);
        let config = self.config.with_untracked(Config::text);
        worker::ask(Ask::Sweep { config, axes }, move |answer| match answer {
            Answer::Sweep(found) => {
                self.sweeping.set(found.verdicts.is_empty());
                self.sweep.set(Some(Arc::new(found)));
            }
            Answer::Failed(reason) => {
                self.sweeping.set(false);
                self.desk.warn(reason);
            }
            _ => {}
        });
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

    /// Returns to the mission's strategy and the usual assumptions.
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
            if undo.len() == MAX_UNDO {
                undo.remove(0);
            }
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

    /// Takes a configuration away from beside the current one.
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
}

/// Returns the tapes there are: of opened files first, then what was recorded, then what is simulated; of several events
/// all together, then each.
fn choices(desk: Desk) -> Vec<Choice> {
    desk.list.with(|list| {
        let Remote::Ready(list) = list else { return Vec::new() };
        let mut choices = Vec::new();
        for (origin, what) in
            [(Origin::Opened, "opened"), (Origin::Recorded, "recorded"), (Origin::Simulated, "simulated")]
        {
            let events = list.events.iter().filter(|event| event.origin == origin);
            let events: Vec<&str> = events.map(|event| event.event.as_str()).collect();
            let is_simulated = origin == Origin::Simulated;
            let mut choose =
                |events: String, label: String| choices.push(Choice { events, label, is_simulated });
            if events.len() > 1 {
                choose(events.join(" "), format!("All {} {what} events", events.len()));
            }
            for event in events {
                choose(event.to_owned(), format!("{event}, {what}"));
            }
        }
        choices
    })
}

/// Returns a sweep's axis over the range that a setting is mostly used in.
fn axis(key: &str) -> String {
    const CELLS: usize = 11;
    let range = |low: f64, high: f64, decimals: usize| {
        format!("{key}={}:{}:{CELLS}", decimal::text(low, decimals), decimal::text(high, decimals))
    };
    match (key, Entry::find(key).map(|entry| entry.setting.kind)) {
        ("half_spread_cents", _) => range(1.0, 6.0, 2),
        ("skew_cents", _) => range(0.0, 2.0, 2),
        ("drift_cents", _) => range(0.0, 10.0, 2),
        ("pull_at", _) => range(0.0, 50.0, 0),
        ("z_pull", _) => range(2.0, 7.0, 2),
        ("z_widen", _) => range(0.5, 2.5, 2),
        ("latency_ms", _) => range(0.0, 60_000.0, 0),
        ("queue_ahead", _) => range(0.0, 500.0, 2),
        ("slippage_cents" | "lost_fills_pct" | "blackout_h", _) => range(0.0, 10.0, 1),
        ("quote_size" | "max_order_size", _) => range(1.0, 11.0, 2),
        ("start_balance", _) => range(100.0, 2_100.0, 2),
        ("risk_aversion", _) => range(0.01, 0.11, 4),
        ("fill_decay", _) => range(10.0, 110.0, 1),
        (_, Some(Kind::Number { range: (low, high), decimals, .. })) => range(low, high, decimals),
        (_, Some(Kind::Flag)) => format!("{key}=true,false"),
        _ => range(0.0, 10.0, 1),
    }
}
