//! The belief in many contracts, walked forward through time.

use core::ops::ControlFlow;

use super::forward::forward_means;
use super::ml::{self, Lesson};
use super::model::Model;
use super::prints::Prints;
use super::run::Runner;
use super::{Calibration, Track};
use crate::market::{EventTape, Ticker};
use crate::units::Timestamp;

/// Parameters are refitted at midnights UTC: so many days after the last fit, or as soon as the prints have doubled.
const REFIT_DAYS: i64 = 7;
/// With fewer prints than this the prior rules.
const FEWEST: usize = 50;

/// Returns what the filter believed of every contract of `events` at each of its prints: a list of tracks per event,
/// one a contract, in the tapes' own order; `None` if `progress` broke off.
///
/// Whatever is said of a print was known before it or, where [`Point`](super::Point) says so, with it: the filter's
/// parameters are refitted at fixed instants on the prints before, of all contracts together, and frozen in between.
/// `progress` is told the fraction done, from 0 to 1, and may break off.
pub fn walk_forward(
    events: &[EventTape],
    calibration: Calibration,
    progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Option<Vec<Vec<Track>>> {
    let mut walk = WalkForward::new(events, calibration);
    while let Some(done) = walk.step() {
        if progress(done).is_break() {
            return None;
        }
    }
    Some(walk.finish())
}

/// A contract on its way.
#[derive(Debug)]
struct Contract {
    event: usize,
    ticker: Ticker,
    prints: Prints,
    forward_means: Vec<f64>,
}

/// [`walk_forward`] in steps, for who has other things to do in between: a step is the fit of an epoch, or the filter
/// of a contract.
#[derive(Debug)]
pub struct WalkForward {
    contracts: Vec<Contract>,
    tracks: Vec<Vec<Track>>,
    /// When parameters are refitted, in time order.
    epochs: Vec<Timestamp>,
    /// What holds before the first epoch, and from each on.
    models: Vec<Model>,
    filtered: usize,
    /// The work done and to do, in prints filtered.
    done: usize,
    total: usize,
}

/// What a fit takes, in filters of the same prints.
const FIT_WORK: usize = 300;

impl WalkForward {
    /// Starts at the first print. An event settles at the end of the month its ticker names.
    pub fn new(events: &[EventTape], calibration: Calibration) -> Self {
        Self::settling(events, &[], calibration)
    }

    /// Starts at the first print, where `settles` says when the event at the same place settles; where it doesn't, it is
    /// the end of the month that its ticker names.
    pub fn settling(events: &[EventTape], settles: &[Option<Timestamp>], _calibration: Calibration) -> Self {
        let mut contracts = Vec::new();
        for (place, event) in events.iter().enumerate() {
            let by_name = || Some(event.event().month_end()?.checked_add_days(1)?.midnight());
            let settles = settles.get(place).copied().flatten().or_else(by_name);
            for tape in event.contracts() {
                let prints = Prints::new(tape, settles);
                let forward_means = forward_means(&prints);
                contracts.push(Contract {
                    event: place,
                    ticker: tape.ticker().clone(),
                    prints,
                    forward_means,
                });
            }
        }
        let mut walk = Self {
            tracks: events.iter().map(|_| Vec::new()).collect(),
            epochs: Vec::new(),
            models: vec![Model::prior()],
            filtered: 0,
            done: 0,
            total: 0,
            contracts,
        };
        walk.schedule();
        let fits: usize = walk.epochs.iter().map(|epoch| walk.prints_before(*epoch)).sum();
        let prints: usize = walk.contracts.iter().map(|contract| contract.prints.prints.len()).sum();
        walk.total = FIT_WORK * fits + prints;
        walk
    }

    /// Finds the epochs: each depends on nothing but how many prints were before it.
    fn schedule(&mut self) {
        let spans = self.contracts.iter().filter_map(|contract| {
            Some((contract.prints.batches.first()?.at, contract.prints.batches.last()?.at))
        });
        let Some((first, last)) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else { return };
        let (mut fitted, mut days) = (0, 0);
        let mut next = first.date().checked_add_days(1);
        while let Some(midnight) = next.map(|date| date.midnight()).filter(|midnight| *midnight <= last) {
            next = midnight.date().checked_add_days(1);
            days += 1;
            let prints = self.prints_before(midnight);
            if prints >= FEWEST && prints > fitted && (days >= REFIT_DAYS || prints >= 2 * fitted) {
                self.epochs.push(midnight);
                (fitted, days) = (prints, 0);
            }
        }
    }

    fn prints_before(&self, instant: Timestamp) -> usize {
        self.contracts.iter().map(|contract| contract.prints.prints_before(instant)).sum()
    }

    /// Fits an epoch or filters a contract and returns the fraction done; `None` when there is nothing left to do.
    pub fn step(&mut self) -> Option<f64> {
        if let Some(epoch) = self.epochs.get(self.models.len() - 1).copied() {
            let lessons: Vec<Lesson<'_>> = self
                .contracts
                .iter()
                .filter(|contract| contract.prints.batches_before(epoch) > 0)
                .map(|contract| Lesson { prints: &contract.prints, forward_means: &contract.forward_means })
                .collect();
            let start = self.models.last().copied().unwrap_or(Model::prior());
            let model = ml::fit(&lessons, epoch, start);
            self.models.push(model);
            self.done += FIT_WORK * self.prints_before(epoch);
        } else {
            let contract = self.contracts.get(self.filtered)?;
            let track = self.filter(contract);
            self.done += track.points.len();
            self.tracks[contract.event].push(track);
            self.filtered += 1;
        }
        Some(self.done as f64 / self.total as f64)
    }

    /// Runs the filter along a contract, with each epoch's model.
    fn filter(&self, contract: &Contract) -> Track {
        let mut points = Vec::with_capacity(contract.prints.prints.len());
        let mut runner = Runner::new(&self.models[0]);
        let mut epoch = 0;
        for batch in &contract.prints.batches {
            while self.epochs.get(epoch).is_some_and(|start| *start <= batch.at) {
                epoch += 1;
            }
            runner.record(&self.models[epoch], &contract.prints, batch, &mut points);
        }
        Track { ticker: contract.ticker.clone(), points }
    }

    /// Returns the epochs and the models that were fitted at each so far.
    pub fn fits(&self) -> impl Iterator<Item = (Timestamp, &Model)> {
        self.epochs.iter().copied().zip(&self.models[1..])
    }

    /// Returns the tracks, doing all that is left to do.
    pub fn finish(mut self) -> Vec<Vec<Track>> {
        while self.step().is_some() {}
        self.tracks
    }
}
