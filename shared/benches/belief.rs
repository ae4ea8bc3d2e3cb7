//! How long one thread takes to believe a print: `cargo bench -p shared --bench belief [-- --json] [FILTER…]`.

use std::hint::black_box;

use shared::Invalid;
use shared::belief::{Filter, Model, filter_with};

#[path = "support/contract.rs"]
mod contract;
#[path = "support/mod.rs"]
mod support;

const PRINTS: usize = 20_000;

fn main() -> Result<(), Invalid> {
    let harness = support::Harness::from_arguments();
    let tape = contract::contract(PRINTS)?;
    // The fair value, the innovation that toxicity is told by, and the alarm.
    harness.measure("belief: fair value and toxicity of a print", PRINTS, || {
        let mut filter = Filter::new(black_box(Model::prior()), 0.5, None);
        for trades in tape.batches() {
            black_box(filter.take(black_box(trades)));
        }
    });
    harness.measure("belief: a track with its probability transforms, per print", PRINTS, || {
        black_box(filter_with(black_box(&Model::prior()), black_box(&tape), None));
    });
    Ok(())
}
