//! The belief in many contracts, walked forward through time.

use core::ops::ControlFlow;

use super::bounce::Bounce;
use super::forward::forward_means;
use super::legacy::{Calibrated, Level};
use super::model::Model;
use super::prints::Prints;
use super::run::Runner;
use super::{Calibration, Track, ml, variational};
use crate::market::{EventTape, Ticker};
use crate::sort;
use crate::units::Timestamp;

/// Parameters are refitted at midnights UTC: so many days after the last fit, or as soon as the prints have grown by a
/// quarter.
const REFIT_DAYS: i64 = 7;
/// With fewer prints than this the prior rules.
const FEWEST: usize = 20;
/// What a fit takes, in filters of the same prints.
const FIT_WORK: usize = 300;

/// Returns what the filter believed of every contract of `events` at each of its prints: a list of tracks per event,
/// one a contract, in the tapes' own order; `None` if `progress` broke off.
///
/// Whatever is said of a print was known before it or, where [`Point`](super::Point) says so, with it: the filter's
/// parameters are refitted at fixed instants on the prints before, of all contracts of the event together, and frozen in
/// between; the correction of bounce is refitted every midnight, of all contracts of all events together. `progress` is told the fraction done, from 0 to 1, and may break off.
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

/// [`walk_forward`] in steps, for who has other things to do in between: a step is one fit, the filter of one contract, or
/// the correction of all.
#[derive(Debug)]
pub struct WalkForward {
    events: Vec<Event>,
    /// The fits in time order: when, and the event's place.
    fits: Vec<(Timestamp, usize)>,
    fitted: usize,
    /// The event whose contracts are filtered.
    at: usize,
    corrected: bool,
    /// The work done and to do, in prints filtered.
    done: usize,
    total: usize,
}

/// An event on its way.
#[derive(Debug)]
struct Event {
    calibration: Calibration,
    contracts: Vec<Contract>,
    /// When parameters are refitted, in time order.
    epochs: Vec<Timestamp>,
    /// What holds from each epoch on, of those that were fitted.
    models: Vec<Model>,
    /// The same of the first system's level.
    levels: Vec<Calibrated>,
    tracks: Vec<Track>,
}

#[derive(Debug)]
struct Contract {
    ticker: Ticker,
    prints: Prints,
    forward_means: Vec<f64>,
}

impl WalkForward {
    /// Starts at the first print. An event settles at the end of the month its ticker names.
    pub fn new(events: &[EventTape], calibration: Calibration) -> Self {
        Self::settling(events, &[], calibration)
    }

    /// Starts at the first print, where `settles` says when the event at the same place settles; where it doesn't, it is
    /// the end of the month that its ticker names.
    pub fn settling(events: &[EventTape], settles: &[Option<Timestamp>], calibration: Calibration) -> Self {
        let settles = |place: usize| settles.get(place).copied().flatten();
        let events: Vec<Event> =
            (0..).zip(events).map(|(place, event)| Event::new(event, settles(place), calibration)).collect();
        let total = events.iter().map(Event::work).sum();
        let fits: Vec<(Timestamp, usize)> = (0..)
            .zip(&events)
            .flat_map(|(place, event)| event.epochs.iter().map(move |epoch| (*epoch, place)))
            .collect();
        let places = sort::places(fits.len(), &|a, b| fits[a] < fits[b]);
        let fits = places.into_iter().map(|place| fits[place]).collect();
        Self { events, fits, fitted: 0, at: 0, corrected: false, done: 0, total }
    }

    /// Fits an epoch, filters a contract or corrects all, and returns the fraction done; `None` when there is nothing left to do.
    pub fn step(&mut self) -> Option<f64> {
        if let Some(&(epoch, place)) = self.fits.get(self.fitted) {
            let prior = self.prior(place);
            self.done += self.events[place].fit(epoch, &prior);
            self.fitted += 1;
            return Some(self.done as f64 / self.total as f64);
        }
        while let Some(event) = self.events.get_mut(self.at) {
            if let Some(work) = event.filter_next() {
                self.done += work;
                return Some(self.done as f64 / self.total as f64);
            }
            self.at += 1;
        }
        if self.corrected {
            return None;
        }
        self.correct();
        self.corrected = true;
        Some(1.0)
    }

    /// Corrects the bounce in all that was filtered.
    fn correct(&mut self) {
        let with = |event: &&mut Event| event.calibration != Calibration::Legacy;
        let spans = self.events.iter().filter_map(Event::span);
        let Some((first, last)) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else { return };
        let mut bounce = Bounce::new(first.date(), last.date());
        for event in self.events.iter_mut().filter(with) {
            for (contract, track) in event.contracts.iter().zip(&event.tracks) {
                bounce.add(&contract.prints, &contract.forward_means, &track.points);
            }
        }
        bounce.accumulate();
        for event in self.events.iter_mut().filter(with) {
            for (contract, track) in event.contracts.iter().zip(&mut event.tracks) {
                bounce.correct(&contract.prints, &mut track.points);
            }
        }
    }

    /// Returns what is assumed of the event at `place` from what was learned of the others so far: the mean of that and
    /// of what was assumed before there was any.
    fn prior(&self, place: usize) -> Model {
        let mut sum = Model::prior().to_vector();
        let mut count = 1.0;
        for (other, event) in self.events.iter().enumerate() {
            if let Some(model) = event.models.last().filter(|_| other != place) {
                for (sum, x) in sum.iter_mut().zip(model.to_vector()) {
                    *sum += x;
                }
                count += 1.0;
            }
        }
        Model::from_vector(sum.map(|sum| sum / count))
    }

    /// Returns the epochs of the event at `place` and the models fitted at each so far.
    pub fn fits(&self, place: usize) -> impl Iterator<Item = (Timestamp, &Model)> {
        self.events.get(place).into_iter().flat_map(|event| event.epochs.iter().copied().zip(&event.models))
    }

    /// Returns the tracks, doing all that is left to do.
    pub fn finish(mut self) -> Vec<Vec<Track>> {
        while self.step().is_some() {}
        self.events.into_iter().map(|event| event.tracks).collect()
    }
}

impl Event {
    fn new(event: &EventTape, settles: Option<Timestamp>, calibration: Calibration) -> Self {
        let by_name = || Some(event.event().month_end()?.checked_add_days(1)?.midnight());
        let settles = settles.or_else(by_name);
        let contracts: Vec<Contract> = event
            .contracts()
            .iter()
            .map(|tape| {
                let prints = Prints::new(tape, settles);
                Contract { ticker: tape.ticker().clone(), forward_means: forward_means(&prints), prints }
            })
            .collect();
        let mut event = Self {
            calibration,
            contracts,
            epochs: Vec::new(),
            models: Vec::new(),
            levels: Vec::new(),
            tracks: Vec::new(),
        };
        event.schedule();
        event
    }

    /// Returns the times of the first and the last print.
    fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let spans = self.contracts.iter().filter_map(|contract| {
            Some((contract.prints.batches.first()?.at, contract.prints.batches.last()?.at))
        });
        spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Finds the epochs: each depends on nothing but how many prints were before it.
    fn schedule(&mut self) {
        let Some((first, last)) = self.span() else { return };
        let (mut fitted, mut days) = (0, 0);
        let mut next = first.date().checked_add_days(1);
        while let Some(midnight) = next.map(|date| date.midnight()).filter(|midnight| *midnight <= last) {
            next = midnight.date().checked_add_days(1);
            days += 1;
            let prints = self.prints_before(midnight);
            let grown = 4 * prints >= 5 * fitted;
            if prints >= FEWEST && prints > fitted && (days >= REFIT_DAYS || grown) {
                self.epochs.push(midnight);
                (fitted, days) = (prints, 0);
            }
        }
    }

    fn prints_before(&self, instant: Timestamp) -> usize {
        self.contracts.iter().map(|contract| contract.prints.prints_before(instant)).sum()
    }

    /// Returns how much there is to do.
    fn work(&self) -> usize {
        let fits: usize = self.epochs.iter().map(|epoch| self.prints_before(*epoch)).sum();
        let prints: usize = self.contracts.iter().map(|contract| contract.prints.prints.len()).sum();
        FIT_WORK * fits + prints
    }

    /// Fits the next epoch, which is at `epoch`, and returns how much work that was.
    fn fit(&mut self, epoch: Timestamp, prior: &Model) -> usize {
        let known = || self.contracts.iter().filter(|contract| contract.prints.batches_before(epoch) > 0);
        let start = self.models.last().unwrap_or(prior);
        match self.calibration {
            Calibration::Ml => {
                let prints: Vec<&Prints> = known().map(|contract| &contract.prints).collect();
                let model = ml::fit(&prints, epoch, start, prior);
                self.models.push(model);
            }
            Calibration::Em => {
                let prints: Vec<&Prints> = known().map(|contract| &contract.prints).collect();
                // Every variance is positive by construction: nothing is refused.
                let model = variational::fit(&prints, epoch, start, prior).map_or(*start, |(model, _)| model);
                self.models.push(model);
            }
            Calibration::Legacy => {
                let prints: Vec<&Prints> = known().map(|contract| &contract.prints).collect();
                let level = Calibrated::fit(&prints, epoch);
                self.levels.push(level);
            }
        }
        FIT_WORK * self.prints_before(epoch)
    }

    /// Filters the next contract and returns how much work that was; `None` when there is none left.
    fn filter_next(&mut self) -> Option<usize> {
        let track = self.filter(self.contracts.get(self.tracks.len())?);
        let prints = track.points.len();
        self.tracks.push(track);
        Some(prints)
    }

    /// Runs the filter along a contract, with each epoch's model.
    fn filter(&self, contract: &Contract) -> Track {
        let mut points = Vec::with_capacity(contract.prints.prints.len());
        let first = Model::prior();
        let mut runner = Runner::new(&first);
        let mut level = Level::new();
        let mut epoch = 0;
        for batch in &contract.prints.batches {
            while self.epochs.get(epoch).is_some_and(|start| *start <= batch.at) {
                epoch += 1;
            }
            if self.calibration == Calibration::Legacy {
                let with = epoch.checked_sub(1).map_or(Calibrated::first(), |last| self.levels[last]);
                level.record(&with, &contract.prints.prints[batch.first..batch.end], &mut points);
            } else {
                let model = epoch.checked_sub(1).map_or(&first, |last| &self.models[last]);
                runner.record(model, &contract.prints, batch, &mut points);
            }
        }
        Track { ticker: contract.ticker.clone(), points }
    }
}
