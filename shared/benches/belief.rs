//! How long one thread takes to believe a print: `cargo bench -p shared --bench belief [-- --json] [FILTER…]`.

use std::hint::black_box;

use shared::Invalid;
use shared::belief::{Engine, Model};

#[path = "support/contract.rs"]
mod contract;
#[path = "support/mod.rs"]
mod support;

const PRINTS: usize = 20_000;

fn main() -> Result<(), Invalid> {
    let harness = support::Harness::from_arguments();
    let tape = contract::contract(PRINTS)?;
    let event = tape.ticker().event()?;
    let follow = || {
        let mut engine = Engine::given(black_box(Model::prior()));
        let place = engine.list(&event, tape.ticker(), None);
        (engine, place)
    };
    // The fair value, the innovation that toxicity is told by, and the alarm.
    harness.measure("belief: fair value and toxicity of a print", PRINTS, || {
        let (mut engine, place) = follow();
        for trades in tape.batches() {
            black_box(engine.take(place, black_box(trades)).is_ok());
        }
    });
    harness.measure("belief: a track with its probability transforms, per print", PRINTS, || {
        let ((mut engine, place), mut points) = (follow(), Vec::with_capacity(PRINTS));
        for trades in tape.batches() {
            black_box(engine.record(place, black_box(trades), &mut points).is_ok());
        }
        black_box(points);
    });
    Ok(())
}
