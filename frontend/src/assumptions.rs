//! The scenario as pages that are about it keep it: in the address, and under the keys.

use leptos::prelude::*;
use shared::scenario::Scenario;

use crate::commands::{self, Command};
use crate::desk::{Desk, same_artists};
use crate::parts::state::Remote;
use crate::route::{Kept, Said};

impl Desk {
    /// Returns what is kept of a page that is about the scenario.
    pub(crate) fn of_scenario(self) -> Kept {
        Kept {
            read: Box::new(move |said| self.read_scenario(said)),
            write: Box::new(move || self.write_scenario()),
            commands: Box::new(move || self.scenario_commands()),
            files: None,
        }
    }

    /// Takes the scenario out of an address; a bad one is told of and changes nothing.
    pub(crate) fn read_scenario(self, said: &Said) {
        if said.value("v").is_none() {
            return;
        }
        match Scenario::from_link(&said.query) {
            Ok(scenario) => {
                let outcome = said.value("artist").unwrap_or("");
                let place = scenario.artists().iter().position(|artist| artist.ticker.outcome() == outcome);
                self.artist.set(place.unwrap_or(0));
                // What reset returns to is of the same event.
                if self.opened.with_untracked(|opened| {
                    opened.as_ref().is_none_or(|opened| opened.event() != scenario.event())
                }) {
                    let event = self.summary(scenario.event());
                    let known = event.as_ref().and_then(|event| Scenario::of_event(event).ok());
                    let known = known.filter(|known| same_artists(known, &scenario));
                    self.fresh.set(event.filter(|_| known.is_some()));
                    self.opened.set(Some(known.unwrap_or_else(|| scenario.clone())));
                }
                self.replace(scenario);
            }
            Err(invalid) => self.warn(format!("This link holds no scenario that can be shown ({invalid}).")),
        }
    }

    /// Returns the query that brings the scenario and the chosen artist back, once there is one.
    pub(crate) fn write_scenario(self) -> Option<String> {
        self.scenario.with(|scenario| {
            let scenario = scenario.as_ref()?;
            let artist = scenario.artists().get(self.artist.get());
            Some(format!(
                "{}&artist={}",
                scenario.to_link(),
                artist.map_or("", |artist| artist.ticker.outcome())
            ))
        })
    }

    fn scenario_commands(self) -> Vec<Command> {
        let mut all = commands::steps("artist", untrack(|| self.names()), self.artist);
        all.extend([
            Command::new("Undo", "u", move || self.undo()).when(move || !self.undo.with_value(Vec::is_empty)),
            Command::new("Reset", "r", move || self.reset())
                .when(move || self.scenario.get_untracked() != self.opened.get_untracked()),
            commands::focus("Choose an event", "#event"),
        ]);
        self.list.with_untracked(|list| {
            let Remote::Ready(list) = list else { return };
            for event in list.events.iter().cloned() {
                all.push(Command::new(format!("Open {}", event.event), "", move || self.open_event(&event)));
            }
        });
        all
    }
}
