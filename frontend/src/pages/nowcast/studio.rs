//! The nowcast's state: the histories, the day it stands on, and what follows.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Listeners, Origin};
use shared::nowcast::event::{DayAhead, EventNowcast, day_ahead, settlement_after};
use shared::nowcast::fit::Fit;
use shared::nowcast::forecast::{Nowcaster, Scheduled};
use shared::nowcast::other::OutsiderRate;
use shared::nowcast::series::{AsOf, Day, History, Source, read_histories};
use shared::order::order;

use super::score::Score;
use crate::desk::{self, Desk};
use crate::net;
use crate::parts::state::Remote;
use crate::pieces::Work;
use crate::reactive::{effect, memo};
use crate::route::{self, Page};

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
/// How many days of what was said a day ahead are shown.
const SAID: i32 = 120;

/// Histories that were read, with the artists who are shown.
pub(crate) struct Loaded {
    /// The file's name, or what the server calls it.
    pub(super) name: String,
    /// Where the server has them from; nothing for an opened file.
    pub(super) origin: Option<Origin>,
    /// The artists shown, the one with the most listeners first.
    pub(super) histories: Arc<[History]>,
    /// How many artists are not shown.
    left_out: usize,
    /// The first and the last day with a count.
    first: Day,
    pub(super) last: Day,
}

impl Loaded {
    /// Chooses the artists who are shown: the largest of those with a recent count.
    pub(super) fn new(name: String, origin: Option<Origin>, all: Vec<History>) -> Result<Self, String> {
        let newest = |history: &History| -> Option<(Day, f64)> {
            let days = history.as_of(history.end()).days();
            let place = days.iter().rposition(|day| day.listeners.is_some())?;
            Some((history.first().plus(i32::try_from(place).ok()?), days[place].listeners?))
        };
        let newest: Vec<Option<(Day, f64)>> = all.iter().map(newest).collect();
        let last = newest.iter().flatten().map(|(day, _)| *day).max();
        let last = last.ok_or_else(|| format!("{name} holds no count of listeners."))?;
        let size = |place: usize| match newest[place] {
            Some((day, listeners)) if last.since(day) < SILENT => listeners,
            _ => 0.0,
        };
        let mut places = order(all.len(), &|a, b| size(a) > size(b));
        places.retain(|&place| size(place) > 0.0);
        places.truncate(MOST_ARTISTS);
        let left_out = all.len() - places.len();
        let histories: Arc<[History]> = places.into_iter().map(|place| all[place].clone()).collect();
        let first = histories.iter().map(History::first).min().unwrap_or(last);
        Ok(Self { name, origin, histories, left_out, first, last })
    }

    /// Returns what was read, in a sentence.
    pub(super) fn summary(&self) -> String {
        let artists = self.histories.len();
        let rest = match self.left_out {
            0 => String::new(),
            more => format!(" {more} more are smaller, or silent for four weeks, and not shown."),
        };
        format!("Opened {}: {artists} artists up to {}.{rest}", self.name, self.last)
    }

    /// Returns the furthest that one may stand back, in days.
    pub(super) fn furthest(&self) -> i32 {
        (self.last.since(self.first) - LEAST_DAYS).clamp(0, FURTHEST)
    }
}

/// What is known on a day, under parameters fitted to what was known then or up to six days earlier.
pub(crate) struct Known {
    pub(super) as_of: Day,
    pub(super) fitted: Day,
    pub(super) nowcaster: Nowcaster,
}

/// How the fit is going.
#[derive(Clone, PartialEq)]
pub(crate) enum Fitting {
    /// It is done.
    Done,
    /// This share of it is done.
    At(f64),
    /// It can't be done.
    Failed(String),
}

/// The state of the nowcast page, which outlives its being shown.
#[derive(Clone, Copy)]
pub(crate) struct Studio {
    desk: Desk,
    pub(super) loaded: RwSignal<Remote<Arc<Loaded>>, LocalStorage>,
    /// The chosen artist, by place.
    pub(super) chosen: RwSignal<usize>,
    /// How many days before the last count the page stands.
    pub(super) back: RwSignal<i32>,
    /// By how much a release tomorrow widens the chosen artist's day; 1 without one.
    pub(super) release: RwSignal<f64>,
    pub(super) fitting: RwSignal<Fitting>,
    pub(super) known: RwSignal<Option<Arc<Known>>, LocalStorage>,
    pub(super) event: RwSignal<Option<Arc<EventNowcast>>>,
    pub(super) score: RwSignal<Score>,
    /// The artists' names.
    pub(super) names: Memo<Vec<String>>,
    /// The artists' places in the palette.
    pub(super) colours: Memo<Vec<usize>>,
    fits: StoredValue<Vec<(Day, Fit)>>,
    /// Counts what was begun, so that what is no longer wanted ends.
    pub(super) turn: StoredValue<u32>,
    pub(super) scoring: StoredValue<u32>,
}

impl Studio {
    /// Returns the state, which asks the server for histories once its page is shown.
    pub(crate) fn open(desk: Desk) -> Self {
        let loaded: RwSignal<Remote<Arc<Loaded>>, LocalStorage> = RwSignal::new_local(Remote::Loading);
        let names_of = RwSignal::new(Vec::new());
        effect(move || {
            loaded.with(|loaded| {
                if let Remote::Ready(loaded) = loaded {
                    names_of.set(loaded.histories.iter().map(|h| h.artist().to_owned()).collect());
                }
            });
        });
        let names: Memo<Vec<String>> = memo(move || names_of.get());
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
            loaded,
            chosen: RwSignal::new(0),
            back: RwSignal::new(0),
            release: RwSignal::new(1.0),
            fitting: RwSignal::new(Fitting::At(0.0)),
            known: RwSignal::new_local(None),
            event: RwSignal::new(None),
            score: RwSignal::new(Score::None),
            names,
            colours,
            fits: StoredValue::new(Vec::new()),
            turn: StoredValue::new(0),
            scoring: StoredValue::new(0),
        };
        let asked = StoredValue::new(false);
        effect(move || {
            if desk.page.get() == Page::Nowcast && !asked.get_value() {
                asked.set_value(true);
                studio.load();
            }
        });
        effect(move || {
            studio.loaded.track();
            studio.back.track();
            studio.aim();
        });
        effect(move || studio.evaluate());
        effect(move || studio.write_address());
        studio
    }

    /// Asks the server for its histories.
    pub(super) fn load(self) {
        self.loaded.set(Remote::Loading);
        spawn_local(async move {
            let read = |Listeners { origin, name, csv }: Listeners| {
                let source = Source { name: &name, bytes: csv.as_bytes() };
                let histories = read_histories(&[source], &[]).map_err(|e| e.to_string())?;
                Loaded::new(name, Some(origin), histories)
            };
            let loaded = net::listeners().await.and_then(read);
            // A file that was opened meanwhile stays.
            if self.loaded.with_untracked(|loaded| matches!(loaded, Remote::Ready(_))) {
                return;
            }
            match loaded {
                Ok(loaded) => {
                    self.show(loaded);
                    self.read_address();
                }
                Err(reason) => self.loaded.set(Remote::Failed(reason)),
            }
        });
    }

    /// Shows other histories.
    pub(super) fn show(self, loaded: Loaded) {
        self.fits.set_value(Vec::new());
        self.known.set(None);
        self.event.set(None);
        self.score.set(Score::None);
        self.scoring.update_value(|scoring| *scoring += 1);
        self.chosen.set(0);
        self.release.set(1.0);
        self.back.set(0);
        self.loaded.set(Remote::Ready(Arc::new(loaded)));
    }

    /// Chooses the next or the previous artist.
    pub(crate) fn step_artist(self, by: isize) {
        let count = self.names.with_untracked(Vec::len);
        if count > 0 {
            self.chosen.update(|place| *place = (*place as isize + by).rem_euclid(count as isize) as usize);
        }
    }

    /// Returns the histories, once they are here.
    pub(super) fn ready(self) -> Option<Arc<Loaded>> {
        self.loaded.with(|loaded| match loaded {
            Remote::Ready(loaded) => Some(Arc::clone(loaded)),
            _ => None,
        })
    }

    /// Brings what is known to the day the page stands on, and fits the parameters first if need be.
    fn aim(self) {
        let Some(loaded) = self.ready() else { return };
        let back = self.back.get_untracked();
        let as_of = loaded.last.plus(-back);
        let fitted = loaded.last.plus(-WEEK * ((back + WEEK - 1) / WEEK));
        self.turn.update_value(|turn| *turn += 1);
        let turn = self.turn.get_value();
        let found = self.fits.with_value(|fits| fits.iter().find(|(day, _)| *day == fitted).map(|(_, f)| *f));
        if let Some(fit) = found {
            self.stand(&loaded, as_of, fitted, fit);
            return;
        }
        self.fitting.set(Fitting::At(0.0));
        Work {
            pieces: Nowcaster::fit_in_pieces(&views(&loaded.histories, fitted)),
            is_wanted: Box::new(move || self.turn.get_value() == turn),
            progress: Box::new(move |done| self.fitting.set(Fitting::At(done))),
            done: Box::new(move |result| match result {
                Ok(nowcaster) => {
                    let fit = *nowcaster.parameters();
                    self.fits.update_value(|fits| fits.push((fitted, fit)));
                    self.stand(&loaded, as_of, fitted, fit);
                }
                Err(invalid) => {
                    self.known.set(None);
                    self.fitting.set(Fitting::Failed(invalid.to_string()));
                }
            }),
        }
        .begin();
    }

    fn stand(self, loaded: &Loaded, as_of: Day, fitted: Day, fit: Fit) {
        let nowcaster = Nowcaster::with(fit, &views(&loaded.histories, as_of));
        self.fitting.set(Fitting::Done);
        self.known.set(Some(Arc::new(Known { as_of, fitted, nowcaster })));
    }

    /// Puts the event together from what is known.
    fn evaluate(self) {
        let release = self.release.get();
        // Without a release the chosen artist changes nothing.
        let chosen = if release > 1.0 { self.chosen.get() } else { 0 };
        let Some(known) = self.known.get() else {
            self.event.set(None);
            return;
        };
        let begun = desk::now();
        let event = Scheduled { day: known.as_of.plus(1), impact: release };
        let scheduled = [(chosen, event)];
        let scheduled = if release > 1.0 { &scheduled[..] } else { &[] };
        let found = OutsiderRate::recorded().and_then(|rate| {
            desk::with_workspace(|workspace| {
                let settlement = settlement_after(known.as_of);
                EventNowcast::new(&known.nowcaster, settlement, scheduled, &rate, workspace)
            })
        });
        self.desk.took.set(desk::now() - begun);
        match found {
            Ok(event) => self.event.set(Some(Arc::new(event))),
            Err(invalid) => {
                self.event.set(None);
                self.fitting.set(Fitting::Failed(invalid.to_string()));
            }
        }
    }

    /// Returns what was said of the chosen artist's days, each a day ahead.
    pub(super) fn said(self) -> Vec<DayAhead> {
        let (Some(known), Some(loaded)) = (self.known.get(), self.ready()) else { return Vec::new() };
        let Some(history) = loaded.histories.get(self.chosen.get()) else { return Vec::new() };
        day_ahead(known.nowcaster.parameters(), history, known.as_of.plus(-SAID), known.as_of)
            .unwrap_or_default()
    }

    fn write_address(self) {
        let (back, place) = (self.back.get(), self.chosen.get());
        let Some(loaded) = self.ready() else { return };
        let name = loaded.histories.get(place).map_or("", History::artist);
        let name = String::from(js_sys::encode_uri_component(name));
        // An opened file is in no link.
        let day = if loaded.origin.is_some() { loaded.last.plus(-back).to_string() } else { String::new() };
        self.desk.nowcast_address.set(format!("asof={day}&of={name}"));
    }

    fn read_address(self) {
        let (query, Some(loaded)) = (route::query(), self.ready()) else { return };
        if let Some(day) = route::value(&query, "asof").filter(|text| !text.is_empty()) {
            match Day::parse(day) {
                Ok(day) if (0..=loaded.furthest()).contains(&loaded.last.since(day)) => {
                    self.back.set(loaded.last.since(day));
                }
                _ => self.desk.say(format!("These histories can't be shown as of {day:?}.")),
            }
        }
        if let Some(name) = route::value(&query, "of") {
            let is_it = |h: &History| js_sys::encode_uri_component(h.artist()) == name;
            if let Some(place) = loaded.histories.iter().position(is_it) {
                self.chosen.set(place);
            }
        }
    }
}

fn views(histories: &[History], day: Day) -> Vec<AsOf<'_>> {
    histories.iter().map(|history| history.as_of(day)).collect()
}
