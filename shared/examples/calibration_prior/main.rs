//! Derives what recorded events say of the exponents by which prices are corrected: the last numbers of
//! `calibrated/facts.rs`.
//!
//! `cargo run --release -p shared --example calibration_prior`: of each set the exponent by its events alone, the standard
//! deviation of its logarithm, how many events and clusters it is of, and the last day of them.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each example uses a part of it")]
mod support;

use std::collections::BTreeSet;

use shared::calibrated::Prior;
use shared::math::exp;

fn main() -> Result<(), support::Failure> {
    for set in support::read_all()? {
        let events: Vec<_> = set.weighed().collect();
        let clusters: BTreeSet<&str> = set.events.iter().map(|event| event.cluster.as_str()).collect();
        let looks: usize = events.iter().map(|(event, _)| event.looks().len()).sum();
        let last = set.events.iter().map(|event| event.settled.at).max().ok_or("no event")?;
        let Some(said) = Prior::evidence(&events, set.category) else {
            println!("{}: says nothing", set.name);
            continue;
        };
        println!(
            "{:<13} {:<14} theta {:.3}, deviation {:.3}; {} events, {looks} looks, {} clusters, to {}",
            set.name,
            set.category.name(),
            exp(said.mean),
            said.deviation,
            events.len(),
            clusters.len(),
            last.date()
        );
    }
    Ok(())
}
