//! The nowcast's state: the histories, the day it stands on, and what follows.

#![warn(clippy::indexing_slicing)]

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Listeners, Origin};
use shared::nowcast::event::{DayAhead, EventNowcast, day_ahead, settlement_after};
use shared::nowcast::fit::Fit;
use shared::nowcast::forecast::{Nowcaster, Scheduled};
use shared::nowcast::other::OutsiderRate;
use shared::nowcast::series::{AsOf, History, Source, read_histories};
use shared::units::Date;
use shared::{Invalid, decimal, format, sort};

use super::score::Score;
use crate::desk::{self, Desk};
use crate::net;
use crate::parts::state::Remote;
use crate::pieces::Work;
use crate::reactive::{Memo, RwSignal, StoredValue, effect, memo};
use crate::route::Said;

/// The most artists of an event: as many as there are colours.
const MOST_ARTISTS: usize = 12;
/// An artist without a count for so many days is left out.
const SILENT: i32 = 28;
/// The fewest days that a fit, and the furthest back that one may stand, leave before it.
const LEAST_DAYS: i32 = 400;
/// How far back one may stand.
const FURTHEST: i32 = 365;
/// Parameters are fitted on every seventh day back from the last, as a walk-forward evaluation does.
const WEEK: i32 = 7;
/// By what factors a release can widen a day.
const RELEASES: RangeInclusive<f64> = 1.0..=6.0;
/// How many days of what was said a day ahead are shown.
const SAID: i32 = 120;

/// Histories that were read, with the artists who are shown.
pub(crate) struct Loaded {
    /// The file's name, or what the server calls it.
    pub(super) name: String,
    /// Where the server has them from; nothing for an opened file.
    pub(super) origin: Option<Origin>,
    /// All that were read.
    all: Arc<[History]>,
    /// The artists shown, the one with the most listeners first.
    pub(super) histories: Arc<[History]>,
    /// How many artists are not shown.
    left_out: usize,
    /// The first and the last day with a count.
    first: Date,
    pub(super) last: Date,
}

impl Loaded {
    /// Chooses the artists who are shown: the largest of those with a recent count.
    pub(super) fn new(name: String, origin: Option<Origin>, all: Vec<History>) -> Result<Self, String> {
        let newest = |history: &History| -> Option<(Date, f64)> {
            let days = history.as_of(history.end()).days();
            let place = days.iter().rposition(|day| day.listeners.is_some())?;
            Some((history.first().plus_days(i32::try_from(place).ok()?), days.get(place)?.listeners?))
        };
        let newest: Vec<Option<(Date, f64)>> = all.iter().map(newest).collect();
        let last = newest.iter().flatten().map(|(day, _)| *day).max();
        let last = last.ok_or_else(|| format!("{name} holds no count of listeners."))?;
        let size = |place: usize| match newest.get(place) {
            Some(Some((day, listeners))) if last.days_since(*day) < SILENT => *listeners,
            _ => 0.0,
        };
        let mut places = sort::places(all.len(), &|a, b| size(a) > size(b));
        places.retain(|&place| size(place) > 0.0);
        places.truncate(MOST_ARTISTS);
        let left_out = all.len() - places.len();
        let histories: Arc<[History]> =
            places.into_iter().filter_map(|place| all.get(place).cloned()).collect();
        let first = histories.iter().map(History::first).min().unwrap_or(last);
        Ok(Self { name, origin, all: all.into(), histories, left_out, first, last })
    }

    /// Returns what was read, in a sentence.
    pub(super) fn summary(&self) -> String {
        let artists = format::counted(self.histories.len(), "artist");
        let rest = match self.left_out {
            0 => String::new(),
            more => format!(" {more} more are smaller, or silent for four weeks, and not shown."),
        };
        format!("Opened {}: {artists} up to {}.{rest}", self.name, self.last)
    }

    /// Returns the furthest that one may stand back, in days.
    pub(super) fn furthest(&self) -> i32 {
        (self.last.days_since(self.first) - LEAST_DAYS).clamp(0, FURTHEST)
    }
}

/// What is known on a day, under parameters fitted to what was known then or up to six days earlier.
pub(crate) struct Known {
    pub(super) as_of: Date,
    pub(super) fitted: Date,
    pub(super) nowcaster: Nowcaster,
}

/// What the page can show: nothing yet, nothing as no histories came, nothing before the first fit, nothing as it can't
/// be fitted, all.
pub(super) const LOADING: usize = 0;
pub(super) const MISSING: usize = 1;
pub(super) const FITTING: usize = 2;
pub(super) const REFUSED: usize = 3;
pub(super) const READY: usize = 4;

/// How the fit is going.
#[derive(Clone)]
pub(super) enum Fitting {
    /// It is done.
    Done,
    /// It runs: `fitted_share` says how far it is.
    Running,
    /// It can't be done.
    Failed(String),
}

/// All that follows from histories and the day the page stands on.
pub(super) struct State {
    pub(super) loaded: Remote<Arc<Loaded>>,
    pub(super) fitting: Fitting,
    pub(super) known: Option<Arc<Known>>,
    pub(super) event: Option<Arc<EventNowcast>>,
    pub(super) score: Score,
    /// The files that were opened here, by name: a further one adds to them.
    pub(super) opened: Vec<(String, Arc<[u8]>)>,
    /// What was said of an artist's days, kept while a range or a release moves.
    said: Option<(usize, Arc<Vec<DayAhead>>)>,
    /// Whether the server was asked for histories, and whether fitting them is put off until the page is shown.
    asked: bool,
    is_put_off: bool,
    /// Counts what was begun, so that what is no longer wanted ends.
    fit_turn: usize,
    pub(super) score_turn: usize,
}

/// The state of the nowcast page, which outlives its being shown.
///
/// It is one value with a signal that tells of its changes: every signal of a type of its own weighs a kilobyte.
#[derive(Clone, Copy)]
pub(crate) struct Studio {
    desk: Desk,
    state: StoredValue<State>,
    version: RwSignal<usize>,
    /// The chosen artist, by place.
    pub(super) chosen: RwSignal<usize>,
    /// How many days before the last count the page stands.
    pub(super) back: RwSignal<f64>,
    /// By how much a release tomorrow widens the chosen artist's day; 1 without one.
    pub(super) release: RwSignal<f64>,
    /// How much of the fit, and of the evaluation, is done.
    pub(super) fitted_share: RwSignal<f64>,
    pub(super) scored_share: RwSignal<f64>,
    /// The artists' names.
    pub(super) names: Memo<Vec<String>>,
    /// The artists' places in the palette.
    pub(super) colours: Memo<Vec<usize>>,
}

impl Studio {
    /// Returns the state, which asks the server for histories once a page about an event stands, and fits them once its own
    /// is shown.
    pub(crate) fn open(desk: Desk) -> Self {
        let version = RwSignal::new(0);
        let state = StoredValue::new(State {
            loaded: Remote::Loading,
            fitting: Fitting::Running,
            known: None,
            event: None,
            score: Score::None,
            opened: Vec::new(),
            said: None,
            asked: false,
            is_put_off: false,
            fit_turn: 0,
            score_turn: 0,
        });
        let names = memo(move || {
            version.track();
            state.with_value(|state| match &state.loaded {
                Remote::Ready(loaded) => loaded.histories.iter().map(|h| h.artist().to_owned()).collect(),
                _ => Vec::new(),
            })
        });
        let colours = memo(move || {
            let others = desk.names();
            let mut free = others.len();
            let mut place = |name: &String| {
                others.iter().position(|other| other == name).unwrap_or_else(|| {
                    free += 1;
                    free - 1
                })
            };
            names.with(|names| names.iter().map(&mut place).collect())
        });
        let studio = Self {
            desk,
            state,
            version,
            chosen: RwSignal::new(0),
            back: RwSignal::new(0.0),
            release: RwSignal::new(1.0),
            fitted_share: RwSignal::new(0.0),
            scored_share: RwSignal::new(0.0),
            names,
            colours,
        };
        effect(move || {
            studio.chosen.track();
            let page = desk.page.get();
            let is_here = page == &super::PAGE;
            // Elsewhere the page answers first.
            let answers = page.is_of_event && desk.outcome.with(Option::is_some);
            if !(is_here || answers) {
                return;
            }
            if !studio.change(|state| std::mem::replace(&mut state.asked, true)) {
                studio.load();
            } else if is_here && studio.change(|state| std::mem::take(&mut state.is_put_off)) {
                studio.stand_back(studio.back.get_untracked() as i32);
            } else if is_here && studio.release.get_untracked() > 1.0 {
                studio.evaluate();
            }
        });
        effect(move || {
            if desk.returned.get() > 0 && untrack(|| studio.phase()) == MISSING {
                studio.load();
            }
        });
        studio
    }

    /// Reads the state, and again whenever it changes.
    pub(super) fn with<T>(self, read: impl FnOnce(&State) -> T) -> T {
        self.version.track();
        self.state.with_value(read)
    }

    /// Changes the state without telling of it.
    pub(super) fn change<T: Default>(self, change: impl FnOnce(&mut State) -> T) -> T {
        self.state.update_value(change).unwrap_or_default()
    }

    /// Tells that the state has changed.
    pub(super) fn tell(self) {
        self.version.update(|version| *version += 1);
    }

    /// Asks the server for its histories.
    pub(super) fn load(self) {
        self.change(|state| state.loaded = Remote::Loading);
        self.tell();
        spawn_local(async move {
            let read = |Listeners { origin, name, csv }: Listeners| {
                let source = Source::new(&name, csv.as_bytes());
                let histories = read_histories(&[source], &[]).map_err(|e| e.to_string())?.histories;
                Loaded::new(name, Some(origin), histories)
            };
            let loaded = net::listeners().await.and_then(read);
            // A file that was opened meanwhile stays.
            if untrack(|| self.ready()).is_some() {
                return;
            }
            match loaded {
                Ok(loaded) => self.show(loaded, &self.desk.said_to(&super::PAGE).unwrap_or_default()),
                Err(reason) => {
                    self.change(|state| state.loaded = Remote::Failed(reason));
                    self.tell();
                }
            }
        });
    }

    /// Shows other histories, as an address says.
    pub(super) fn show(self, loaded: Loaded, said: &Said) {
        let loaded = Arc::new(loaded);
        self.desk.know_histories(Arc::clone(&loaded.all));
        let (back, place, release) = self.asked(&loaded, said);
        self.change(|state| {
            state.loaded = Remote::Ready(loaded);
            state.known = None;
            state.event = None;
            state.score = Score::None;
            state.score_turn += 1;
        });
        self.release.set(release);
        self.chosen.set(place);
        if self.desk.is_on(&super::PAGE) {
            self.stand_back(back);
        } else {
            self.back.set(f64::from(back));
            self.change(|state| state.is_put_off = true);
            self.tell();
        }
    }

    /// Opens files of listeners.
    pub(crate) fn open_files(self, files: Vec<web_sys::File>) {
        super::open::open_files(self, self.desk, files);
    }

    /// Assumes a release tomorrow that widens the chosen artist's day by a factor; 1 is none.
    pub(super) fn assume_release(self, factor: f64) {
        self.release.set(factor);
        self.evaluate();
    }

    /// Chooses an artist; none but one of those shown.
    pub(super) fn choose(self, place: usize) {
        if place < self.names.with_untracked(Vec::len) {
            self.chosen.set(place);
        }
    }

    /// Shows what an address says, of histories that are here.
    pub(super) fn read(self, said: &Said) {
        let Some(loaded) = untrack(|| self.ready()) else { return };
        let (back, place, release) = self.asked(&loaded, said);
        self.release.set(release);
        self.chosen.set(place);
        if self.back.get_untracked() == f64::from(back) {
            self.evaluate();
        } else {
            self.stand_back(back);
        }
    }

    /// Returns the histories, once they are here.
    pub(super) fn ready(self) -> Option<Arc<Loaded>> {
        self.with(|state| match &state.loaded {
            Remote::Ready(loaded) => Some(Arc::clone(loaded)),
            _ => None,
        })
    }

    /// Returns what the page can show.
    pub(super) fn phase(self) -> usize {
        self.with(|state| match (&state.loaded, &state.fitting) {
            (Remote::Loading, _) => LOADING,
            (Remote::Failed(_), _) => MISSING,
            _ if state.event.is_some() => READY,
            (_, Fitting::Failed(_)) => REFUSED,
            _ => FITTING,
        })
    }

    /// Returns the event, once it is computed.
    pub(super) fn event(self) -> Option<Arc<EventNowcast>> {
        self.with(|state| state.event.clone())
    }

    /// Stands so many days before the last count, and fits the parameters first if need be.
    pub(super) fn stand_back(self, back: i32) {
        let Some(loaded) = untrack(|| self.ready()) else { return };
        self.back.set(f64::from(back));
        let as_of = loaded.last.plus_days(-back);
        let fitted = loaded.last.plus_days(-WEEK * ((back + WEEK - 1) / WEEK));
        let turn = self.change(|state| {
            state.fit_turn += 1;
            state.fitting = Fitting::Running;
            state.fit_turn
        });
        let views = views(&loaded.histories, fitted);
        let mut pieces = self.desk.fits.with_value(|fits| fits.fit_in_pieces(&views));
        let done = move |result: Result<Fit, Invalid>| match result {
            Ok(fit) => self.stand(Arc::clone(&loaded), as_of, fitted, fit),
            Err(invalid) => self.fail(invalid.to_string()),
        };
        // Nothing moves where it was made before.
        if let Some(result) = pieces.step() {
            return done(result);
        }
        self.fitted_share.set(0.0);
        self.tell();
        Work {
            pieces,
            is_wanted: Box::new(move || self.change(|state| state.fit_turn) == turn),
            progress: Box::new(move |done| self.fitted_share.set(done)),
            done: Box::new(done),
        }
        .begin();
    }

    fn stand(self, loaded: Arc<Loaded>, as_of: Date, fitted: Date, fit: Fit) {
        let nowcaster = Nowcaster::with(fit, &views(&loaded.histories, as_of));
        self.change(|state| {
            state.fitting = Fitting::Done;
            state.known = Some(Arc::new(Known { as_of, fitted, nowcaster }));
            state.said = None;
        });
        // Each of these takes a few frames' time at most, and the browser breathes between them.
        set_timeout(
            move || {
                if let Some(history) = loaded.histories.get(self.chosen.get_untracked())
                    && let Some(known) = self.change(|state| state.known.clone())
                {
                    untrack(|| self.said(&known, history));
                }
                set_timeout(move || self.evaluate(), Duration::ZERO);
            },
            Duration::ZERO,
        );
    }

    /// Puts the event together from what is known.
    pub(super) fn evaluate(self) {
        let Some(known) = self.change(|state| state.known.clone()) else { return };
        let release = self.release.get_untracked();
        let event = Scheduled { day: known.as_of.plus_days(1), impact: release };
        let scheduled = [(self.chosen.get_untracked(), event)];
        let scheduled = if release > 1.0 { &scheduled[..] } else { &[] };
        let begun = desk::now();
        let found = OutsiderRate::recorded().and_then(|rate| {
            desk::with_workspace(|workspace| {
                let settlement = settlement_after(known.as_of);
                EventNowcast::new(&known.nowcaster, settlement, scheduled, &rate, workspace)
            })
        });
        self.desk.took.set(desk::now() - begun);
        match found {
            Ok(event) => {
                self.change(|state| state.event = Some(Arc::new(event)));
                self.tell();
            }
            Err(invalid) => self.fail(invalid.to_string()),
        }
    }

    fn fail(self, reason: String) {
        self.change(|state| {
            state.known = None;
            state.event = None;
            state.fitting = Fitting::Failed(reason);
        });
        self.tell();
    }

    /// Returns what was said of the chosen artist's days, each a day ahead.
    pub(super) fn said(self, known: &Known, history: &History) -> Arc<Vec<DayAhead>> {
        let place = self.chosen.get();
        let kept = self.change(|state| state.said.clone().filter(|(of, _)| *of == place));
        if let Some((_, said)) = kept {
            return said;
        }
        let from = known.as_of.plus_days(-SAID);
        let said = day_ahead(known.nowcaster.parameters(), history, from, known.as_of);
        let said = Arc::new(said.unwrap_or_default());
        self.change(|state| state.said = Some((place, Arc::clone(&said))));
        said
    }

    /// Returns what the address says of the page, once there are histories.
    pub(super) fn write(self) -> Option<String> {
        let loaded = self.ready()?;
        let name = loaded.histories.get(self.chosen.get()).map_or("", History::artist);
        let name = String::from(js_sys::encode_uri_component(name));
        let day = loaded.last.plus_days(-(self.back.get() as i32));
        // An opened file is in no link.
        let day = if loaded.origin.is_some() { day.to_string() } else { String::new() };
        let mut query = format!("asof={day}&of={name}");
        let release = self.release.get();
        if release > 1.0 {
            query.push_str(&format!("&release={}", format::shortest(release)));
        }
        if let Some(scenario) = self.desk.write_scenario() {
            query.push_str(&format!("&{scenario}"));
        }
        Some(query)
    }

    /// Returns how far back an address stands, which artist it is about and by how much a release widens tomorrow; what
    /// it asks in vain is told.
    fn asked(self, loaded: &Loaded, said: &Said) -> (i32, usize, f64) {
        let (mut back, mut chosen) = (0, 0);
        if let Some(text) = said.value("asof").filter(|text| !text.is_empty()) {
            match text.parse::<Date>() {
                Ok(day) if (0..=loaded.furthest()).contains(&loaded.last.days_since(day)) => {
                    back = loaded.last.days_since(day);
                }
                _ => self.desk.warn(format!("These histories can't be shown as of {text:?}.")),
            }
        }
        if let Some(name) = said.value("of") {
            let is_it = |h: &History| js_sys::encode_uri_component(h.artist()) == name;
            chosen = loaded.histories.iter().position(is_it).unwrap_or(0);
        }
        let release = said.value("release").and_then(|text| decimal::parse("release", text).ok());
        (back, chosen, release.filter(|factor| RELEASES.contains(factor)).unwrap_or(1.0))
    }
}

fn views(histories: &[History], day: Date) -> Vec<AsOf<'_>> {
    histories.iter().map(|history| history.as_of(day)).collect()
}
