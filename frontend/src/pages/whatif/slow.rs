//! The slower charts' numbers, in small pieces between frames.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use shared::scenario::{Reprices, Sensitivity};

use crate::desk::{self, Desk};
use crate::reactive::{StoredValue, effect};

/// How long one piece may hold the page up, in milliseconds: a drag's own frame still fits beside it.
const PIECE: f64 = 1.5;
/// Between pieces the browser paints and takes input.
const BREATH: Duration = Duration::from_millis(4);
const STEPS: usize = 12;

/// What the slower charts show.
#[derive(Clone, PartialEq, Default)]
pub(super) struct Slow {
    /// Days left, and each artist's probability then.
    pub(super) through_time: Vec<(f64, Vec<f64>)>,
    /// What each parameter does to the chosen artist.
    pub(super) tornado: Vec<Sensitivity>,
    /// The chosen artist's probability now.
    pub(super) fair: f64,
}

/// Returns the slower charts' numbers, which follow the scenario.
///
/// A run that has begun is finished, so that the charts move during a drag too; then the newest scenario is next.
pub(super) fn follow(desk: Desk) -> ReadSignal<Slow> {
    let (slow, publish) = signal(Slow::default());
    let running = Rc::new(RefCell::new(None::<Reprices>));
    let stale = StoredValue::new(false);
    let alive = StoredValue::new(true);
    on_cleanup(move || alive.set_value(false));
    effect(move || {
        desk.scenario.track();
        desk.artist.track();
        stale.set_value(true);
        if running.borrow().is_none() {
            start(desk, &running, stale, alive, publish);
        }
    });
    slow
}

fn start(
    desk: Desk,
    running: &Rc<RefCell<Option<Reprices>>>,
    stale: StoredValue<bool>,
    alive: StoredValue<bool>,
    publish: WriteSignal<Slow>,
) {
    let Some(scenario) = desk.scenario.get_untracked() else { return };
    stale.set_value(false);
    *running.borrow_mut() = Some(Reprices::new(scenario, desk.artist.get_untracked(), STEPS));
    let running = Rc::clone(running);
    set_timeout(move || piece(desk, running, stale, alive, publish), BREATH);
}

fn piece(
    desk: Desk,
    running: Rc<RefCell<Option<Reprices>>>,
    stale: StoredValue<bool>,
    alive: StoredValue<bool>,
    publish: WriteSignal<Slow>,
) {
    if alive.try_get_value() != Some(true) {
        return;
    }
    let begun = desk::now();
    let mut more = true;
    if let Some(jobs) = running.borrow_mut().as_mut() {
        while more && desk::now() - begun < PIECE {
            // A job that can't be priced leaves its place empty: the table says why.
            more = desk::with_workspace(|workspace| jobs.step(workspace)).unwrap_or(true);
        }
    }
    if more {
        set_timeout(move || piece(desk, running, stale, alive, publish), BREATH);
        return;
    }
    if let Some(jobs) = running.borrow_mut().take() {
        let chosen = desk.artist.get_untracked();
        let fair = jobs.through_time.first().and_then(|(_, fair)| fair.get(chosen).copied()).unwrap_or(0.0);
        publish.set(Slow { through_time: jobs.through_time, tornado: jobs.tornado, fair });
    }
    if stale.get_value() {
        start(desk, &running, stale, alive, publish);
    }
}
