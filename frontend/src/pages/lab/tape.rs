//! The way to a tape: it is looked for among those there are, filtered in the worker, and shown.

#![warn(clippy::indexing_slicing)]

use std::collections::VecDeque;
use std::sync::Arc;

use shared::api::Origin;

use super::choice::Choice;
use super::state::{Lab, Stage};
use crate::worker::found::TapeFound;
use crate::worker::{self, Answer, Ask};

impl Lab {
    /// Chooses another tape.
    pub(super) fn choose(self, choice: Choice) {
        self.chosen.set(choice.events.clone());
        self.seek(vec![choice], String::new());
    }

    /// Looks for a tape with the wanted content among `candidates`; any, if none is wanted.
    pub(super) fn seek(self, candidates: Vec<Choice>, wanted: String) {
        self.sought.set((candidates, wanted));
        self.retry();
    }

    /// Prepares the tape that is looked for, once more.
    pub(super) fn retry(self) {
        let (candidates, wanted) = self.sought.get_untracked();
        self.prepare(candidates.into(), wanted);
    }

    /// Prepares the tape again that was looked for: another worker took over, or the server came back.
    pub(super) fn retry_sought(self) {
        if self.sought.with_untracked(|(sought, _)| !sought.is_empty()) {
            self.retry();
        }
    }

    /// Looks for the tape again on a server that has other ones now.
    pub(super) fn look_again(self) {
        let (sought, wanted) = self.sought.get_untracked();
        if sought.is_empty() {
            return;
        }
        let choices = self.choices.get_untracked();
        if self.stage.with_untracked(|stage| *stage != Stage::Ready) {
            // It may have come to be there.
            self.seek(choices, wanted);
        } else if let Some(choice) = sought.into_iter().find(|choice| choices.contains(choice)) {
            self.choose(choice);
        } else {
            self.desk
                .say("The tape that the lab shows is no longer on the server: what was loaded of it stays.");
        }
    }

    /// Stops what is going on in the worker.
    pub(super) fn stop(self) {
        worker::ask(Ask::Stop {}, |_| {});
    }

    /// Prepares the first of `candidates` whose content is the wanted one.
    fn prepare(self, mut candidates: VecDeque<Choice>, wanted: String) {
        let Some(choice) = candidates.pop_front() else {
            let why = "This link is about a tape that isn't here: open its files.";
            self.stage.set(Stage::Failed(why.into()));
            return;
        };
        self.stage.set(Stage::Loading);
        let ask = Ask::Prepare {
            events: choice.events.split(' ').filter_map(|event| event.parse().ok()).collect(),
            is_opened: choice.origin == Origin::Opened,
            calibration: self.calibration(),
            tape: wanted.clone(),
        };
        self.preparation.update_value(|number| *number += 1);
        let number = self.preparation.get_value();
        worker::ask(ask, move |answer| {
            if self.preparation.get_value() != number {
                return;
            }
            match answer {
                Answer::Filtering { share } => self.stage.set(Stage::Filtering(share)),
                Answer::OtherTape { .. } => self.prepare(candidates.clone(), wanted.clone()),
                Answer::Tape { found: tape } => {
                    self.chosen.set(choice.events.clone());
                    self.sought.set((vec![choice.clone()], tape.hash.clone()));
                    self.show(tape);
                }
                Answer::Failed { reason } => {
                    self.stage.set(Stage::Failed(reason));
                    // It may be the server that was not there for the worker.
                    self.desk.load();
                }
                _ => {}
            }
        });
    }

    /// Shows a tape that was prepared.
    fn show(self, tape: TapeFound) {
        let wanted = self.wanted_contract.get_value();
        let counts = tape.prints.iter().enumerate();
        let (most, _) =
            counts.fold((0, 0.0), |most, (i, count)| if *count > most.1 { (i, *count) } else { most });
        let place =
            wanted.and_then(|wanted| tape.contracts.iter().position(|ticker| ticker == wanted.as_str()));
        self.wanted_contract.set_value(None);
        if let Some(link) = self.link.get_untracked() {
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
        self.link.set(None);
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
        worker::ask(Ask::Belief { contract }, move |answer| {
            if let Answer::Belief { found } = answer
                && self.contract.get_untracked() == found.contract
            {
                self.belief.set(Arc::new(found));
            }
        });
    }

    fn calibration(self) -> String {
        self.config.with_untracked(|config| config.belief.calibration.to_string())
    }
}
