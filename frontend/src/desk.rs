//! The state that all pages share: the events, the scenario, and the way back.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use shared::access::{Action, Me};
use shared::api::{EventSummary, Origin, Prints, TapeList};
use shared::market::EventTicker;
use shared::nowcast::fit::Fits;
use shared::nowcast::series::History;
use shared::pricing::winner::Workspace;
use shared::scenario::{ARTIST_PARAMETERS, EVENT_PARAMETERS, Evaluation, Parameter, Scenario};
use wasm_bindgen::prelude::*;
use web_sys::File;

use crate::joined::Ground;
use crate::parts::notices::Notices;
use crate::parts::open::{self, Reading};
use crate::parts::state::Remote;
use crate::reactive::{RwSignal, StoredValue, effect};
use crate::route::{Kept, Page, Said};
use crate::saving::Draft;
use crate::worker::{self, Fate};
use crate::{host, server};

/// The greatest number of steps back.
const MAX_UNDO: usize = 200;
/// Changes of one parameter that follow each other this closely are one step back, in milliseconds.
const ONE_DRAG: f64 = 700.0;

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
            Self::Event(place) => EVENT_PARAMETERS.get(place).unwrap_or(&EVENT_PARAMETERS[0]),
            Self::Artist(_, place) => ARTIST_PARAMETERS.get(place).unwrap_or(&ARTIST_PARAMETERS[0]),
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
    /// Who looks; none until the server has said it.
    pub(crate) me: RwSignal<Option<Me>>,
    /// The page shown.
    pub(crate) page: RwSignal<&'static Page>,
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
    /// Why the server doesn't answer, while it doesn't.
    pub(crate) gone: RwSignal<Option<String>>,
    /// What is saved once the person has named it.
    pub(crate) draft: RwSignal<Option<Draft>>,
    /// How often something was saved: what lists it asks again.
    pub(crate) saved: RwSignal<u32>,
    /// How often the server came back: what didn't come is asked for again.
    pub(crate) returned: RwSignal<u32>,
    /// How often the server came to have other tapes.
    pub(crate) changed: RwSignal<u32>,
    /// How often another worker took over.
    pub(crate) replaced: RwSignal<u32>,
    /// How many of the list's problems are the server's; the others are of files that were opened.
    pub(crate) served_problems: StoredValue<usize>,
    /// Asks the server now.
    pub(crate) look: StoredValue<Option<Callback<()>>>,
    /// The page and the address that were opened, or where Back and Forward led last.
    pub(crate) arrived: RwSignal<(&'static Page, Said)>,
    /// What is kept of every page, in the order of their table.
    pub(crate) kept: StoredValue<Vec<(&'static Page, Rc<Kept>)>>,
    /// The event whose own assumptions reset returns to; none where those came from elsewhere.
    pub(crate) fresh: RwSignal<Option<EventSummary>>,
    /// The histories of listeners that are here.
    pub(crate) histories: RwSignal<Arc<[History]>>,
    /// The nowcast's fits to them: no page makes one that another one made.
    pub(crate) fits: StoredValue<Fits>,
    /// What that event's assumptions rest on.
    pub(crate) ground: RwSignal<Option<Ground>>,
    /// Counts what was begun for it, so that what is no longer wanted ends.
    pub(crate) joining: StoredValue<u32>,
    pub(crate) undo: StoredValue<Vec<Scenario>>,
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
    /// Returns whether whoever looks may do this; before it is known who that is, nothing is greyed.
    pub(crate) fn may(self, action: Action) -> bool {
        self.me.with(|me| me.as_ref().is_none_or(|me| me.may(action)))
    }

    /// Returns the state of a dashboard whose pages are still to be opened: [`Desk::start`] reads the address.
    pub(crate) fn open() -> Self {
        Self {
            list: RwSignal::new(Remote::Loading),
            me: RwSignal::new(None),
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
            gone: RwSignal::new(None),
            draft: RwSignal::new(None),
            saved: RwSignal::new(0),
            returned: RwSignal::new(0),
            changed: RwSignal::new(0),
            replaced: RwSignal::new(0),
            served_problems: StoredValue::new(0),
            look: StoredValue::new(None),
            arrived: RwSignal::new((Page::of_address(), Said::default())),
            kept: StoredValue::new(Vec::new()),
            fresh: RwSignal::new(None),
            histories: RwSignal::new(Vec::new().into()),
            fits: StoredValue::default(),
            ground: RwSignal::new(None),
            joining: StoredValue::new(0),
            undo: StoredValue::new(Vec::new()),
            last_change: StoredValue::new(None),
        }
    }

    /// Opens the pages, reads the address, asks for the events, and keeps address, state and numbers together from then
    /// on.
    pub(crate) fn start(self) {
        // Before all else follows a change: if that fails, the address is already what it should be.
        effect(move || host::intend(&self.address()));
        self.kept.set_value(Page::all().map(|page| (page, Rc::new((page.open)(self)))).collect());
        let arrive = Closure::<dyn FnMut()>::new(move || self.arrive());
        host::follow(arrive.as_ref());
        // The history is listened to as long as the page lives.
        arrive.forget();
        // A link needs no answer from the server: its numbers are shown at once.
        self.arrive();
        server::watch(self);
        worker::watch(move |fate| {
            match fate {
            Fate::Ended(why) => self.say(format!("The worker stopped: {why}. Another one takes over, with the same tapes.")),
            Fate::Replaced { lost } => {
                if !lost.is_empty() {
                    self.warn(format!("These files could not be read again, so open them again: {}.", lost.join("; ")));
                }
                self.replaced.update(|times| *times += 1);
            }
            Fate::GivenUp => self.warn("The worker stopped again and again, so no other one was started: what it is asked for next starts one."),
        }
        });
        effect(move || {
            let begun = now();
            let outcome = self.scenario.with(|scenario| {
                let scenario = scenario.as_ref()?;
                Some(
                    with_workspace(|workspace| scenario.evaluate(workspace))
                        .map(Arc::new)
                        .map_err(|e| e.to_string()),
                )
            });
            self.took.set(now() - begun);
            if outcome.is_some() && self.outcome.with_untracked(Option::is_none) {
                // For `cargo xtask bench page`: from here on the page answers.
                let _ = window().performance().map(|performance| performance.mark("first-numbers"));
            }
            self.outcome.set(outcome);
        });
        self.join();
    }

    /// Asks the server for the events, now.
    pub(crate) fn load(self) {
        if let Some(look) = self.look.get_value() {
            look.run(());
        }
    }

    /// Opens the event that the address asks for, or the first one, unless a link's scenario is shown.
    pub(crate) fn open_asked(self) {
        let asked = self.arrived.with_untracked(|(_, said)| said.value("event").map(str::to_owned));
        let found = self.list.with_untracked(|list| {
            let Remote::Ready(list) = list else { return None };
            let asked = list.events.iter().find(|event| Some(event.event.as_str()) == asked.as_deref());
            asked.or(list.events.first()).cloned()
        });
        match (self.scenario.get_untracked(), found) {
            (None, Some(event)) => self.open_event(&event),
            // What reset returns to is the event itself, not the link.
            (Some(shown), Some(event)) if event.event == *shown.event() => {
                let own = Scenario::of_event(&event).ok().filter(|own| same_artists(own, &shown));
                self.fresh.set(own.is_some().then_some(event));
                self.opened.set(own.or(Some(shown)));
            }
            _ => {}
        }
    }

    /// Opens an event as it is known.
    pub(crate) fn open_event(self, event: &EventSummary) {
        match Scenario::of_event(event) {
            Ok(scenario) => {
                self.artist.set(0);
                self.undo.set_value(Vec::new());
                self.opened.set(Some(scenario.clone()));
                self.scenario.set(Some(scenario));
                self.fresh.set(Some(event.clone()));
            }
            Err(invalid) => self.warn(format!("{} can't be opened: {invalid}", event.event)),
        }
    }

    /// Opens a scenario made elsewhere, about the artist at `place`: it can be undone, and reset returns to it.
    pub(crate) fn open_scenario(self, scenario: Scenario, place: usize) {
        self.fresh.set(None);
        self.replace(scenario.clone());
        self.opened.set(Some(scenario));
        self.artist.set(place);
    }

    /// Returns the event that the scenario is about, as the server knows it.
    pub(crate) fn event(self) -> Option<EventSummary> {
        let ticker = self.scenario.with(|scenario| scenario.as_ref().map(|s| s.event().clone()))?;
        self.list.track();
        self.summary(&ticker)
    }

    /// Returns an event of the list.
    pub(crate) fn summary(self, ticker: &EventTicker) -> Option<EventSummary> {
        self.list.with_untracked(|list| match list {
            Remote::Ready(list) => list.events.iter().find(|event| event.event == *ticker).cloned(),
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

    /// Says something to the person, until it was read.
    pub(crate) fn say(self, message: impl Into<String>) {
        self.notices.say(message.into(), false);
    }

    /// Says that something went wrong, until it is dismissed.
    pub(crate) fn warn(self, message: impl Into<String>) {
        self.notices.say(message.into(), true);
    }

    /// Takes files that were dropped: the page that is shown may know them, and trades are shown on any.
    pub(crate) fn take_files(self, files: Vec<File>) {
        let kept = self.kept_of(self.page.get_untracked());
        match kept.as_ref().and_then(|kept| kept.files.as_ref()) {
            Some(take) => take(files),
            None => open::open(self, files),
        }
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
            undo.drain(..(undo.len() + 1).saturating_sub(MAX_UNDO));
            undo.push(before);
        });
    }
}

/// Returns whether two scenarios are about the same contracts.
pub(crate) fn same_artists(a: &Scenario, b: &Scenario) -> bool {
    a.artists().iter().map(|artist| &artist.ticker).eq(b.artists().iter().map(|artist| &artist.ticker))
}
