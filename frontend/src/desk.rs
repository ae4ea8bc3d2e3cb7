//! The state that all pages share: the events, the scenario, and the way back.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{EventSummary, Origin, Prints, TapeList};
use shared::pricing::winner::Workspace;
use shared::scenario::{ARTIST_PARAMETERS, EVENT_PARAMETERS, Evaluation, Parameter, Scenario};

use crate::net;
use crate::parts::notices::Notices;
use crate::parts::open::Reading;
use crate::parts::state::Remote;
use crate::reactive::{RwSignal, StoredValue, effect};
use crate::route::{self, Page};

/// The greatest number of steps back.
const MAX_UNDO: usize = 200;
/// Changes of one parameter that follow each other this closely are one step back, in milliseconds.
const ONE_DRAG: f64 = 700.0;
/// How long the hand must rest before the address is written.
const REST: Duration = Duration::from_millis(250);

/// Which parameter: the event's, or one artist's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Knob {
    /// The event's, by its place.
    Event(usize),
    /// An artist's: the artist, and the parameter's place.
    Artist(usize, usize),
}

impl Knob {
    /// Returns what it is.
    pub(crate) fn parameter(self) -> &'static Parameter {
        match self {
            Self::Event(place) => &EVENT_PARAMETERS[place],
            Self::Artist(_, place) => &ARTIST_PARAMETERS[place],
        }
    }

    /// Returns its value.
    pub(crate) fn read(self, scenario: &Scenario) -> f64 {
        match self {
            Self::Event(place) => scenario.value(place),
            Self::Artist(artist, place) => {
                scenario.artists().get(artist).map_or(f64::NAN, |a| a.value(place))
            }
        }
    }

    /// Returns the scenario with another value.
    pub(crate) fn write(self, scenario: &Scenario, value: f64) -> Scenario {
        match self {
            Self::Event(place) => scenario.with(place, value),
            Self::Artist(artist, place) => scenario.with_artist(artist, place, value),
        }
    }
}

/// What the model says of a scenario, or why it can't.
pub(crate) type Outcome = Result<Arc<Evaluation>, String>;

/// The state of the dashboard.
#[derive(Clone, Copy)]
pub(crate) struct Desk {
    /// The events and contracts there are.
    pub(crate) list: RwSignal<Remote<TapeList>>,
    /// The page shown.
    pub(crate) page: RwSignal<Page>,
    /// The scenario; none until the events are here.
    pub(crate) scenario: RwSignal<Option<Scenario>>,
    /// The scenario as it was opened: what reset returns to.
    pub(crate) opened: RwSignal<Option<Scenario>>,
    /// What follows from the scenario.
    pub(crate) outcome: RwSignal<Option<Outcome>>,
    /// How long that took, in milliseconds.
    pub(crate) took: RwSignal<f64>,
    /// The artist that the page is about, by place.
    pub(crate) artist: RwSignal<usize>,
    /// The artist under the pointer or the focus, in any view.
    pub(crate) pointed: RwSignal<Option<usize>>,
    /// What the page says.
    pub(crate) notices: Notices,
    /// How far the files are that are read now.
    pub(crate) reading: RwSignal<Option<Reading>>,
    /// The tapes that are here already, fetched or opened: one a contract.
    pub(crate) prints: RwSignal<Vec<Arc<Prints>>>,
    /// How often files were opened: what depends on them looks again.
    pub(crate) opened_files: RwSignal<u32>,
    /// The lab's address after its path.
    pub(crate) lab_address: RwSignal<String>,
    /// What the nowcast page adds to its address.
    pub(crate) nowcast_address: RwSignal<String>,
    undo: StoredValue<Vec<Scenario>>,
    last_change: StoredValue<Option<(Knob, f64)>>,
}

thread_local! {
    static WORKSPACE: RefCell<Workspace> = RefCell::new(Workspace::new());
}

/// Lends the page's one workspace of the winner's integral.
pub(crate) fn with_workspace<T>(act: impl FnOnce(&mut Workspace) -> T) -> T {
    WORKSPACE.with_borrow_mut(act)
}

/// Returns milliseconds since the page was opened.
pub(crate) fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

impl Desk {
    /// Reads the address, asks for the events, and keeps address, scenario and numbers together from then on.
    pub(crate) fn open() -> Self {
        let desk = Self {
            list: RwSignal::new(Remote::Loading),
            page: RwSignal::new(Page::of_address()),
            scenario: RwSignal::new(None),
            opened: RwSignal::new(None),
            outcome: RwSignal::new(None),
            took: RwSignal::new(0.0),
            artist: RwSignal::new(0),
            pointed: RwSignal::new(None),
            notices: Notices::new(),
            reading: RwSignal::new(None),
            prints: RwSignal::new(Vec::new()),
            opened_files: RwSignal::new(0),
            lab_address: RwSignal::new(String::new()),
            nowcast_address: RwSignal::new(String::new()),
            undo: StoredValue::new(Vec::new()),
            last_change: StoredValue::new(None),
        };
        // A link needs no answer from the server: its numbers are shown at once.
        desk.read_address();
        desk.load();
        effect(move || {
            let begun = now();
            let outcome = desk.scenario.with(|scenario| {
                let scenario = scenario.as_ref()?;
                Some(
                    with_workspace(|workspace| scenario.evaluate(workspace))
                        .map(Arc::new)
                        .map_err(|e| e.to_string()),
                )
            });
            desk.took.set(now() - begun);
            if outcome.is_some() && desk.outcome.with_untracked(Option::is_none) {
                // For `cargo xtask bench page`: from here on the page answers.
                let _ = window().performance().map(|performance| performance.mark("first-numbers"));
            }
            desk.outcome.set(outcome);
        });
        desk.keep_address();
        let back = window_event_listener_untyped("popstate", move |_| {
            desk.page.set(Page::of_address());
            desk.read_address();
        });
        on_cleanup(move || back.remove());
        desk
    }

    /// Asks the server for the events.
    pub(crate) fn load(self) {
        self.list.set(Remote::Loading);
        spawn_local(async move {
            match net::tapes().await {
                Ok(list) => {
                    let first = list.events.first().cloned();
                    let asked = route::value(&route::query(), "event").and_then(|ticker| {
                        list.events.iter().find(|event| event.event.as_str() == ticker).cloned()
                    });
                    self.list.set(Remote::Ready(list));
                    match (self.scenario.get_untracked(), asked.or(first)) {
                        (None, Some(event)) => self.open_event(&event),
                        // What reset returns to is the event itself, not the link.
                        (Some(shown), Some(event)) if event.event == *shown.event() => {
                            self.opened.set(
                                Scenario::of_event(&event)
                                    .ok()
                                    .filter(|s| same_artists(s, &shown))
                                    .or(Some(shown)),
                            );
                        }
                        _ => {}
                    }
                }
                Err(reason) => self.list.set(Remote::Failed(reason)),
            }
        });
    }

    /// Opens an event as it is known.
    pub(crate) fn open_event(self, event: &EventSummary) {
        match Scenario::of_event(event) {
            Ok(scenario) => {
                self.artist.set(0);
                self.undo.set_value(Vec::new());
                self.opened.set(Some(scenario.clone()));
                self.scenario.set(Some(scenario));
            }
            Err(invalid) => self.warn(format!("{} can't be opened: {invalid}", event.event)),
        }
    }

    /// Opens a scenario made elsewhere, about the artist at `place`: it can be undone, and reset returns to it.
    pub(crate) fn open_scenario(self, scenario: Scenario, place: usize) {
        self.replace(scenario.clone());
        self.opened.set(Some(scenario));
        self.artist.set(place);
    }

    /// Returns the event that the scenario is about, as the server knows it.
    pub(crate) fn event(self) -> Option<EventSummary> {
        let ticker = self.scenario.with(|scenario| scenario.as_ref().map(|s| s.event().clone()))?;
        self.list.with(|list| match list {
            Remote::Ready(list) => list.events.iter().find(|event| event.event == ticker).cloned(),
            _ => None,
        })
    }

    /// Returns the names of the scenario's artists.
    pub(crate) fn names(self) -> Vec<String> {
        let event = self.event();
        self.scenario.with(|scenario| {
            let artists = scenario.iter().flat_map(|scenario| scenario.artists());
            artists
                .map(|artist| {
                    let known =
                        event.iter().flat_map(|event| &event.contracts).find(|c| c.ticker == artist.ticker);
                    let outcome = artist.ticker.outcome();
                    known.map_or_else(
                        || shared::market::artist(outcome).unwrap_or(outcome).to_owned(),
                        |contract| contract.name.clone(),
                    )
                })
                .collect()
        })
    }

    /// Moves a parameter.
    pub(crate) fn turn(self, knob: Knob, value: f64) {
        let value = knob.parameter().nearest(value);
        let Some(before) = self.scenario.get_untracked() else { return };
        if knob.read(&before) == value {
            return;
        }
        let at = now();
        let same_drag =
            self.last_change.get_value().is_some_and(|(last, then)| last == knob && at - then < ONE_DRAG);
        self.last_change.set_value(Some((knob, at)));
        let after = knob.write(&before, value);
        if !same_drag {
            self.remember(before);
        }
        self.scenario.set(Some(after));
    }

    /// Replaces the scenario by another one: a preset, or reset.
    pub(crate) fn replace(self, scenario: Scenario) {
        let before = self.scenario.get_untracked();
        if before.as_ref() == Some(&scenario) {
            return;
        }
        if let Some(before) = before {
            self.remember(before);
        }
        self.last_change.set_value(None);
        self.scenario.set(Some(scenario));
    }

    /// Returns to what was opened.
    pub(crate) fn reset(self) {
        if let Some(opened) = self.opened.get_untracked() {
            self.replace(opened);
        }
    }

    /// Takes the last change back.
    pub(crate) fn undo(self) {
        if let Some(before) = self.undo.update_value(Vec::pop).flatten() {
            self.last_change.set_value(None);
            self.scenario.set(Some(before));
        }
    }

    /// Shows another page.
    pub(crate) fn visit(self, page: Page) {
        if self.page.get_untracked() != page {
            self.page.set(page);
            route::push(page, &self.address());
        }
    }

    /// Returns the query that brings all of this back.
    pub(crate) fn address(self) -> String {
        if self.page.get_untracked() == Page::Lab {
            // What a backtest needs is not a scenario's.
            return self.lab_address.get_untracked();
        }
        let scenario = self.scenario.with_untracked(|scenario| {
            scenario.as_ref().map_or_else(String::new, |scenario| {
                let place = self.artist.get_untracked();
                let artist = scenario.artists().get(place).map_or("", |artist| artist.ticker.outcome());
                format!("{}&artist={artist}", scenario.to_link())
            })
        });
        let nowcast = self.nowcast_address.get_untracked();
        if self.page.get_untracked() != Page::Nowcast || nowcast.is_empty() {
            return scenario;
        }
        if scenario.is_empty() { nowcast } else { format!("{nowcast}&{scenario}") }
    }

    /// Says something to the person, until it was read.
    pub(crate) fn say(self, message: impl Into<String>) {
        self.notices.say(message.into(), false);
    }

    /// Says that something went wrong, until it is dismissed.
    pub(crate) fn warn(self, message: impl Into<String>) {
        self.notices.say(message.into(), true);
    }

    /// Chooses the artist that the page is about.
    pub(crate) fn choose_artist(self, place: usize) {
        self.artist.set(place);
    }

    /// Points at an artist, in whatever view it is; at none, with no place.
    pub(crate) fn point(self, place: Option<usize>) {
        self.pointed.set(place);
    }

    /// Keeps a tape, in the place of an earlier one of its contract.
    pub(crate) fn keep_prints(self, prints: Prints) {
        self.prints.update(|kept| {
            kept.retain(|other| other.ticker != prints.ticker);
            kept.push(Arc::new(prints));
        });
    }

    /// Shows events of opened files in front of the others, and the first of them; returns whether any stands in for
    /// one of the server's. Nothing while the server's aren't here.
    pub(crate) fn show_opened(self, events: Vec<EventSummary>, problems: Vec<String>) -> Option<bool> {
        let first = events.first().cloned()?;
        if self.list.with_untracked(|list| !matches!(list, Remote::Ready(_))) {
            return None;
        }
        let is_opened =
            |old: &Prints| events.iter().flat_map(|e| &e.contracts).any(|new| new.ticker == old.ticker);
        self.prints.update(|kept| kept.retain(|old| !is_opened(old)));
        let mut stands_in = false;
        self.list.update(|list| {
            if let Remote::Ready(list) = list {
                let is_new = |old: &EventSummary| !events.iter().any(|event| event.event == old.event);
                stands_in = list.events.iter().any(|old| !is_new(old) && old.origin != Origin::Opened);
                list.events.retain(is_new);
                list.events.splice(0..0, events.iter().cloned());
                list.problems.extend(problems);
            }
        });
        self.open_event(&first);
        self.files_opened();
        Some(stands_in)
    }

    /// Tells that files were opened: what depends on them looks again.
    pub(crate) fn files_opened(self) {
        self.opened_files.update(|count| *count += 1);
    }

    fn remember(self, before: Scenario) {
        self.undo.update_value(|undo| {
            if undo.len() == MAX_UNDO {
                undo.remove(0);
            }
            undo.push(before);
        });
    }

    /// Takes the scenario out of the address; a bad one is told of and changes nothing.
    fn read_address(self) {
        let query = route::query();
        if route::value(&query, "v").is_none() || Page::of_address() == Page::Lab {
            return;
        }
        match Scenario::from_link(&query) {
            Ok(scenario) => {
                let outcome = route::value(&query, "artist").unwrap_or("");
                let place = scenario.artists().iter().position(|artist| artist.ticker.outcome() == outcome);
                self.artist.set(place.unwrap_or(0));
                self.opened.update(|opened| {
                    opened.get_or_insert_with(|| scenario.clone());
                });
                self.scenario.set(Some(scenario));
            }
            Err(invalid) => self.warn(format!("This link holds no scenario that can be shown ({invalid}).")),
        }
    }

    fn keep_address(self) {
        let waiting = StoredValue::new(None::<TimeoutHandle>);
        effect(move || {
            self.scenario.track();
            self.artist.track();
            self.nowcast_address.track();
            self.lab_address.track();
            if let Some(earlier) = waiting.get_value() {
                earlier.clear();
            }
            let write = move || {
                if self.page.get_untracked() == Page::Lab && self.lab_address.with_untracked(String::is_empty)
                {
                    // The link that was opened stands until there is a result.
                    return;
                }
                let has_nowcast = !self.nowcast_address.with_untracked(String::is_empty);
                if has_nowcast || self.scenario.with_untracked(Option::is_some) {
                    route::replace(self.page.get_untracked(), &self.address());
                }
            };
            waiting.set_value(set_timeout_with_handle(write, REST).ok());
        });
    }
}

/// Returns whether two scenarios are about the same contracts.
fn same_artists(a: &Scenario, b: &Scenario) -> bool {
    a.artists().iter().map(|artist| &artist.ticker).eq(b.artists().iter().map(|artist| &artist.ticker))
}
