//! The lab's link: what it asks for, and what is shown as one.

#![warn(clippy::indexing_slicing)]

use shared::api::Origin;
use shared::backtest::{Config, Link, Preset};
use shared::exchange::FillModel;

use super::choice::Choice;
use super::state::{Lab, Stage};
use crate::route::Said;

impl Lab {
    /// Takes what the address says that led here, and prepares the tape that it names, or the first one.
    pub(super) fn begin(self) {
        let said = self.desk.said_to(&super::PAGE).unwrap_or_default();
        let wanted = self.take(&said);
        let choices = self.choices.get_untracked();
        let Some(first) = choices.first() else { return };
        if first.origin == Origin::Simulated && said.value("v").is_none() {
            // The simulated crowd trades within a few cents of fair: the widest quotes of `seed` meet nobody there.
            self.config.set(Config::preset(Preset::SeedFixed3));
        }
        match (wanted, choices.iter().find(|choice| choice.in_address() == subject(&said))) {
            (None, Some(choice)) => self.choose(choice.clone()),
            (wanted, _) => {
                self.chosen.set(first.events.clone());
                self.seek(choices, wanted.unwrap_or_default());
            }
        }
    }

    /// Shows what an address says: Back and Forward lead here.
    pub(super) fn read(self, said: &Said) {
        if self.stage.with_untracked(|stage| *stage == Stage::Waiting) {
            // It is read once the page begins.
            return;
        }
        let Some(wanted) = self.take(said) else {
            // What was left while its tape was looked for names the events alone.
            let named = |choice: &&Choice| choice.in_address() == subject(said);
            let named = self.choices.with_untracked(|choices| choices.iter().find(named).cloned());
            if let Some(choice) = named
                && self.chosen.with_untracked(|chosen| *chosen != choice.events)
            {
                self.choose(choice);
            }
            return;
        };
        let is_here = self.stage.with_untracked(|stage| *stage == Stage::Ready)
            && self.tape.with_untracked(|tape| tape.hash == wanted);
        if is_here {
            self.link.set(None);
            if let Some(ticker) = self.wanted_contract.update_value(Option::take).flatten()
                && let Some(place) =
                    self.tape.with_untracked(|tape| tape.contracts.iter().position(|c| c == ticker.as_str()))
            {
                self.turn_to(place);
            }
        } else if self.sought.with_untracked(|(_, sought)| *sought != wanted) {
            self.seek(self.choices.get_untracked(), wanted);
        }
    }

    /// Takes configuration, contract and fill model out of an address and returns the tape that it names.
    fn take(self, said: &Said) -> Option<String> {
        said.value("v")?;
        match Link::parse(&said.query) {
            Ok(link) => {
                if self.stage.with_untracked(|stage| *stage == Stage::Waiting) {
                    // What was opened is where undoing ends.
                    self.config.set(link.config);
                } else {
                    self.replace(link.config);
                }
                if link.models != FillModel::ALL {
                    self.desk.say("The link asks for some of the fill models; all four are run here, so the result hash is another.");
                }
                self.wanted_contract.set_value(subject(said).parse().ok());
                if let Some((_, model)) = said.fragment.split_once('/')
                    && let Ok(model) = model.parse()
                {
                    self.model.set(model);
                }
                let tape = link.tape.clone();
                self.link.set(Some(link));
                tape
            }
            Err(invalid) => {
                self.desk.warn(format!("This link holds no backtest that can be shown ({invalid})."));
                None
            }
        }
    }

    /// Returns the link to what is shown: of the tape that is, or is looked for. It needs no result.
    pub(super) fn write(self) -> Option<String> {
        let stage = self.stage.get();
        if stage == Stage::Waiting {
            return None;
        }
        let mut link = Link::new(self.config.get());
        let subject = if stage == Stage::Ready {
            self.tape.with(|tape| {
                let named = |hash: &String| (!hash.is_empty()).then(|| hash.clone());
                (link.tape, link.markets) = (named(&tape.hash), named(&tape.markets));
                tape.contracts.get(self.contract.get()).cloned().unwrap_or_default()
            })
        } else {
            self.sought.with(|(candidates, wanted)| {
                if !wanted.is_empty() {
                    link.tape = Some(wanted.clone());
                    link.markets = self.link.with(|link| link.as_ref()?.markets.clone());
                }
                let contract = self.wanted_contract.get_value().map(|ticker| ticker.to_string());
                contract.or_else(|| Some(candidates.first()?.in_address())).unwrap_or_default()
            })
        };
        Some(format!("{link}#{subject}/{}", self.model.get()))
    }
}

/// Returns the contract that an address is about; before a tape is known, the tape's events.
fn subject(said: &Said) -> &str {
    said.fragment.split_once('/').map_or("", |(subject, _)| subject)
}
