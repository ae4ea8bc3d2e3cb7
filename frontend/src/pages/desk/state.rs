//! What the page shows of the desk: which contract, and which of its quotes is explained.

use shared::access;
use shared::market::{Action, Ticker};
use shared::stream::{DeskCommand, DeskRow, DeskState};

use super::flatten::Flatten;
use super::hand::Hand;
use super::settings::Tune;
use crate::commands::Command;
use crate::desk::Desk;
use crate::live::{self, Link, Live, Of};
use crate::reactive::{Memo, RwSignal, effect, memo};
use crate::route::Said;

/// The page's state.
#[derive(Clone, Copy)]
pub(super) struct Watch {
    /// The dashboard's state, which knows who looks.
    desk: Desk,
    /// Selling what is held.
    pub(super) flatten: Flatten,
    /// Changing settings.
    pub(super) tune: Tune,
    /// What is asked by hand.
    pub(super) hand: Hand,
    /// The desk as it is heard.
    pub(super) live: Live,
    /// The contract that was chosen, if one was.
    asked: RwSignal<Option<Ticker>>,
    /// The contract that is shown: the chosen one, or the first.
    pub(super) chosen: Memo<Option<Ticker>>,
    /// Whose quote is explained: the bid's or the offer's.
    pub(super) side: RwSignal<Option<Action>>,
    /// What the desk is doing, once that is known.
    pub(super) state: Memo<Option<DeskState>>,
}

impl Watch {
    /// Returns the state of a page that is not shown yet.
    pub(super) fn new(desk: Desk) -> Self {
        let live = Live::new(desk, Of::Desk);
        let asked = RwSignal::new(None::<Ticker>);
        let chosen = memo(move || {
            let asked = asked.get();
            live.desk(|desk| {
                let rows = desk.map(|desk| desk.rows.as_slice()).unwrap_or_default();
                let found = rows.iter().find(|row| Some(&row.ticker) == asked.as_ref());
                found.or(rows.first()).map(|row| row.ticker.clone())
            })
        });
        let state = memo(move || live.desk(|desk| desk.map(|desk| desk.state)));
        Self {
            desk,
            flatten: Flatten::new(),
            tune: Tune::new(),
            hand: Hand::new(),
            live,
            asked,
            chosen,
            side: RwSignal::new(None),
            state,
        }
    }

    /// Takes what an address says.
    pub(super) fn read(self, said: &Said) {
        self.asked.set(said.value("contract").and_then(|ticker| ticker.parse().ok()));
        self.side.set(match said.value("why") {
            Some("bid") => Some(Action::Buy),
            Some("offer") => Some(Action::Sell),
            _ => None,
        });
    }

    /// Returns what the address says.
    pub(super) fn write(self) -> String {
        let contract = self.asked.get().map(|ticker| format!("contract={ticker}"));
        let why = self.side.get().map(|side| format!("why={}", word(side)));
        contract.into_iter().chain(why).collect::<Vec<_>>().join("&")
    }

    /// Hears the book of the contract that is shown.
    pub(super) fn follow_book(self) {
        effect(move || self.live.choose(self.chosen.get()));
    }

    /// Shows a contract by its place.
    pub(super) fn choose(self, place: usize) {
        let row = |row: &DeskRow| row.ticker.clone();
        let found = self.live.desk(|desk| desk.and_then(|desk| desk.rows.get(place).map(row)));
        if found.is_some() {
            self.asked.set(found);
        }
    }

    /// Returns the place of the contract that is shown.
    pub(super) fn place(self) -> Option<usize> {
        let chosen = self.chosen.get()?;
        self.live.desk(|desk| desk?.rows.iter().position(|row| row.ticker == chosen))
    }

    /// Returns whether a command can be given now.
    pub(super) fn takes(self, command: DeskCommand) -> bool {
        let action = access::Action::of(command);
        if command == DeskCommand::Kill {
            // Whether the desk is heard or not: what is to be killed may not be heard any more.
            return self.desk.may(action);
        }
        self.is_open_to(action) && self.state.get().is_some_and(|state| state.takes(command))
    }

    /// Returns whether the desk is heard, and whoever looks may ask this of it.
    pub(super) fn is_open_to(self, action: access::Action) -> bool {
        self.live.link() == Link::Open && self.desk.may(action)
    }

    /// Returns what can be done on the page.
    pub(super) fn commands(self) -> Vec<Command> {
        let step = move |by: usize| {
            let count = self.live.desk(|desk| desk.map_or(0, |desk| desk.rows.len()));
            if let Some(place) = leptos::prelude::untrack(|| self.place()) {
                self.choose((place + by) % count);
            }
        };
        let back =
            move || step(self.live.desk(|desk| desk.map_or(1, |desk| desk.rows.len())).saturating_sub(1));
        let turn = move |side: Action| self.turn(side);
        let pause = move || {
            let command = [DeskCommand::Pause, DeskCommand::Resume].into_iter().find(|c| self.takes(*c));
            if let Some(command) = command {
                self.live.command(command);
            }
        };
        let mut commands = vec![
            Command::new("Kill the desk: take every order back and stop", "K", move || {
                self.live.command(DeskCommand::Kill);
            })
            .when(move || self.takes(DeskCommand::Kill)),
            Command::new("Flatten: sell what is held, at limits that you see first", "F", move || {
                self.flatten.open(self);
            })
            .when(move || self.is_open_to(access::Action::PlanFlatten)),
            Command::new("Settings: see what others would come to, and change them", "S", move || {
                self.tune.open();
            })
            .when(move || self.is_open_to(access::Action::DeskSettings)),
            Command::new("Pause the quoter, or resume", "space", pause),
            Command::new("Next contract", "j", move || step(1)),
            Command::new("Previous contract", "k", back),
            Command::new("Why our bid stands there", "b", move || turn(Action::Buy)),
            Command::new("Why our offer stands there", "o", move || turn(Action::Sell)),
        ];
        for command in [DeskCommand::Start, DeskCommand::Pause, DeskCommand::Resume] {
            let give = move || self.live.command(command);
            commands.push(
                Command::new(format!("{} the desk", live::name(command)), "", give)
                    .when(move || self.takes(command)),
            );
        }
        let names: Vec<String> = self
            .live
            .desk(|desk| desk.iter().flat_map(|desk| &desk.rows).map(|row| row.name.clone()).collect());
        let show = |(place, name)| Command::new(format!("Show {name}"), "", move || self.choose(place));
        commands.extend(names.into_iter().enumerate().map(show));
        commands
    }

    /// Explains a side's quote, or no more.
    pub(super) fn turn(self, side: Action) {
        self.side.update(|shown| *shown = if *shown == Some(side) { None } else { Some(side) });
    }
}

/// Returns a side of ours in a word.
pub(super) fn word(side: Action) -> &'static str {
    match side {
        Action::Buy => "bid",
        Action::Sell => "offer",
    }
}
