//! What the filter believes, and what it is fitted to.

use super::{Digest, ParityBlock};
use crate::Invalid;
use crate::belief::{Calibration, Engine, Model, Point, walk_forward};
use crate::market::{EventTicker, Tape};
use crate::world::Month;

/// Days of the simulated month that the fits see: enough for two of them.
const DAYS: u32 = 4;

/// Returns the digests of a simulated event's belief: with a given model, and with those that each way of fitting finds.
pub(super) fn blocks() -> Result<Vec<ParityBlock>, Invalid> {
    let month = Month::simulate(5, "2026-11-01".parse()?, 30)?.until(DAYS)?;
    let busiest = month.tape.contracts().iter().max_by_key(|tape| tape.trades().len());
    let mut given = Digest::new();
    if let Some(tape) = busiest {
        follow(&mut given, month.tape.event(), tape)?;
    }
    let mut blocks = vec![given.block("belief/given")];
    let (events, settles) = ([month.tape], [Some(month.settles)]);
    for (name, calibration) in [
        ("belief/ml", Calibration::Ml),
        ("belief/em", Calibration::Em),
        ("belief/legacy", Calibration::Legacy),
    ] {
        let mut digest = Digest::new();
        let tracks = walk_forward(&events, &settles, calibration, &mut |_| ())?;
        tracks.iter().flatten().for_each(|track| add(&mut digest, &track.points));
        blocks.push(digest.block(name));
    }
    Ok(blocks)
}

fn add(digest: &mut Digest, points: &[Point]) {
    for point in points {
        digest.add(&[point.fair_before, point.sd_before, point.fair_after, point.sd_after]);
        digest.add(&point.weights);
        digest.add(&[point.z, point.pit, point.probability, point.sigma_b]);
    }
}

fn follow(digest: &mut Digest, event: &EventTicker, tape: &Tape) -> Result<(), Invalid> {
    let mut engine = Engine::given(Model::prior());
    let place = engine.list(event, tape.ticker(), None);
    let mut points = Vec::new();
    for trades in tape.batches() {
        let belief = engine.record(place, trades, &mut points)?;
        digest.add(&[belief.fair, belief.sd, belief.sigma_b, belief.z]);
        digest.add(&belief.weights);
    }
    add(digest, &points);
    Ok(())
}
