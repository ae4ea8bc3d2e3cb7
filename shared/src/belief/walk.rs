//! Recorded tapes, walked forward: what an [`Engine`] believes of them, print by print.

use super::event::Event;
use super::experts::Design;
use super::{Calibration, Engine, Point, Refused, Track};
use crate::market::{Contract, EventTape, Tape, Trade};
use crate::pieces::{Pace, Pieces};
use crate::sort;
use crate::units::Timestamp;

/// What a fit takes, in filters of the same prints.
const FIT_WORK: usize = 300;
/// How many batches are filtered in a piece.
const PIECE: usize = 256;

/// Returns what was believed of every contract of `events` at each of its prints: a list of tracks per event, one a
/// contract, in the tapes' own order. `settles` says when the event at the same place settles; where it doesn't, it is the
/// end of the month that its ticker names. `progress` is told the fraction done, from 0 to 1.
///
/// # Errors
///
/// Returns [`Refused`] if two tapes are of one contract, and prints of one come before those of the other.
pub fn walk_forward(
    events: &[EventTape],
    settles: &[Option<Timestamp>],
    calibration: Calibration,
    progress: &mut dyn FnMut(f64),
) -> Result<Vec<Vec<Track>>, Refused> {
    let mut walk = walk_in_pieces(events, settles, calibration);
    loop {
        if let Some(tracks) = walk.step() {
            return tracks;
        }
        progress(walk.done());
    }
}

/// Does as [`walk_forward`], piece by piece: a pass over an event's prints for a fit, or some hundred batches filtered.
pub fn walk_in_pieces<'a>(
    events: &'a [EventTape],
    settles: &'a [Option<Timestamp>],
    calibration: Calibration,
) -> Pieces<'a, Result<Vec<Vec<Track>>, Refused>> {
    Pieces::new(move |pace| walk(pace, events, settles, Engine::new(calibration)))
}

/// Does as [`walk_forward`] with experts of another design.
///
/// # Errors
///
/// As [`walk_forward`].
pub fn walk_designed(
    events: &[EventTape],
    settles: &[Option<Timestamp>],
    calibration: Calibration,
    design: Design,
) -> Result<Vec<Vec<Track>>, Refused> {
    let engine = Engine::designed(calibration, design);
    Pieces::new(move |pace| walk(pace, events, settles, engine)).finish()
}

/// Returns when each of `events` settles, as far as `markets` tell: when trading in the last of its contracts ends.
pub fn settlements(events: &[EventTape], markets: &[Contract]) -> Vec<Option<Timestamp>> {
    // The last word on a contract counts.
    let closes = |tape: &Tape| markets.iter().rev().find(|known| known.ticker == *tape.ticker())?.close_time;
    events.iter().map(|event| event.contracts().iter().filter_map(closes).max()).collect()
}

/// A tape of one of the events, and its place in the engine.
pub(super) struct Listed<'a> {
    pub(super) tape: &'a Tape,
    event: usize,
    pub(super) place: usize,
}

/// A batch of a tape: when it was, which tape's, and its first print's place there.
#[derive(Clone)]
pub(super) struct Next {
    at: Timestamp,
    pub(super) tape: u32,
    pub(super) first: u32,
}

async fn walk(
    pace: Pace,
    events: &[EventTape],
    settles: &[Option<Timestamp>],
    mut engine: Engine,
) -> Result<Vec<Vec<Track>>, Refused> {
    let tapes = listed(&mut engine, events, settles);
    let batches = in_time(&tapes);
    let mut points: Vec<Vec<Point>> =
        tapes.iter().map(|listed| Vec::with_capacity(listed.tape.trades().len())).collect();
    let (mut done, total) = (0, work(&batches, &tapes, events, settles));
    for (k, batch) in batches.iter().enumerate() {
        let (listed, points) = (&tapes[batch.tape as usize], &mut points[batch.tape as usize]);
        let trades = batch.trades(listed.tape);
        if engine.is_due(listed.place, batch.at) {
            done += FIT_WORK * engine.catch_up(&pace, listed.place, batch.at).await;
        }
        engine.record(listed.place, trades, points)?;
        done += trades.len();
        if k % PIECE == 0 {
            pace.reach(done as f64 / total as f64);
            pace.rest().await;
        }
    }
    pace.reach(1.0);
    let mut points = points.into_iter();
    let mut track =
        |tape: &Tape| Track { ticker: tape.ticker().clone(), points: points.next().unwrap_or_default() };
    Ok(events.iter().map(|event| event.contracts().iter().map(&mut track).collect()).collect())
}

/// Lists the contracts of all `events`, and returns their tapes.
pub(super) fn listed<'a>(
    engine: &mut Engine,
    events: &'a [EventTape],
    settles: &[Option<Timestamp>],
) -> Vec<Listed<'a>> {
    let mut tapes: Vec<Listed<'_>> = Vec::new();
    for (event, of) in events.iter().enumerate() {
        let settles = told(settles, event);
        for tape in of.contracts() {
            let place = engine.list(of.event(), tape.ticker(), settles);
            engine.expect(place, tape);
            tapes.push(Listed { tape, event, place });
        }
    }
    tapes
}

impl Next {
    /// Returns its trades on the tape that it is of.
    pub(super) fn trades<'a>(&self, tape: &'a Tape) -> &'a [Trade] {
        let rest = &tape.trades()[self.first as usize..];
        let end = rest.iter().position(|trade| !trade.is_with(&rest[0])).unwrap_or(rest.len());
        &rest[..end]
    }
}

/// Returns the batches of all tapes in one order of time, those of the same instant in the order of tapes.
pub(super) fn in_time(tapes: &[Listed<'_>]) -> Vec<Next> {
    let mut batches = Vec::with_capacity(tapes.iter().map(|listed| listed.tape.batches().count()).sum());
    for (tape, listed) in (0..).zip(tapes) {
        let mut first = 0;
        for trades in listed.tape.batches() {
            batches.push(Next { at: trades[0].instant(), tape, first });
            first += trades.len() as u32;
        }
    }
    let places = sort::places(batches.len(), &|a, b| batches[a].at < batches[b].at);
    places.into_iter().map(|place| batches[place].clone()).collect()
}

/// Returns how much there is to do, in prints filtered.
fn work(
    batches: &[Next],
    tapes: &[Listed<'_>],
    events: &[EventTape],
    settles: &[Option<Timestamp>],
) -> usize {
    let mut events: Vec<Event> =
        (0..).zip(events).map(|(of, event)| Event::new(event.event().clone(), told(settles, of))).collect();
    let mut total = 0;
    for batch in batches {
        let listed = &tapes[batch.tape as usize];
        let event = &mut events[listed.event];
        if event.schedule.pass(batch.at, event.prints, event.settles).is_some() {
            total += FIT_WORK * event.prints;
        }
        let count = batch.trades(listed.tape).len();
        event.count(batch.at, count);
        total += count;
    }
    total
}

/// Returns what is told of when the event at a place settles.
fn told(settles: &[Option<Timestamp>], place: usize) -> Option<Timestamp> {
    settles.get(place).copied().flatten()
}
