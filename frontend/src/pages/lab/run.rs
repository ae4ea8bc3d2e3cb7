//! What is asked of the worker about a tape: the run under the hand, and what follows when it rests.

#![warn(clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use shared::backtest::{Axis, Config, Grid, Preset};
use shared::exchange::FillModel;

use super::axis::axis;
use super::state::{Lab, Stage};
use crate::reactive::{StoredValue, effect, memo};
use crate::worker::{self, Answer, Ask, RunAsk};

/// How long the hand must rest before the evidence is gathered.
const REST: Duration = Duration::from_millis(250);
/// How many columns of time equity is thinned to, each with every model's extremes.
const COLUMNS: usize = 600;

impl Lab {
    /// Runs what is wanted now, unless a run is going on: then it follows, and what came between is never run.
    pub(super) fn request_run(self) {
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
        worker::ask(Ask::Run { what: wanted.clone() }, move |answer| {
            if self.preparation.get_value() != number {
                return;
            }
            self.in_flight.set_value(None);
            match answer {
                Answer::Run { found } => {
                    self.refused.set(None);
                    self.found.set(Arc::new(found));
                }
                Answer::Failed { reason } => self.refused.set(Some(reason)),
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

    /// Gathers the evidence whenever the hand rests.
    pub(super) fn follow_rest(self) {
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
            worker::ask(Ask::Report { config }, move |answer| {
                if let Answer::Report { found: report } = answer
                    && self.preparation.get_value() == number
                {
                    self.report.set(Some(Arc::new(report)));
                }
            });
            self.request_presets();
        }
        self.request_comparison();
    }

    /// Runs the presets that something was reported of, unless nothing changed that they share with this one.
    fn request_presets(self) {
        // What they share shows in any of them.
        let shared = self.config.with_untracked(|config| config.of_preset(Preset::Seed));
        let (config, number) = (shared.text(), self.preparation.get_value());
        if self.presets_of.with_value(|known| *known == (number, config.clone())) {
            return;
        }
        self.presets_of.set_value((number, config.clone()));
        worker::ask(Ask::Presets { config }, move |answer| {
            if let Answer::Presets { lines } = answer
                && self.preparation.get_value() == number
            {
                self.presets.set(lines);
            }
        });
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
            if let Answer::Compare { found } = answer
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
                && let Answer::Explain { found } = answer
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
            Answer::Sweep { found } => {
                self.sweeping.set(found.verdicts.is_empty());
                self.sweep.set(Some(Arc::new(found)));
            }
            Answer::Failed { reason } => {
                self.sweeping.set(false);
                self.desk.warn(reason);
            }
            _ => {}
        });
    }
}
