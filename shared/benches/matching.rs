//! How fast the exchange with books is, on one core, with fees and collateral: `cargo bench -p shared --bench matching
//! [-- --json] [--seed=N] [FILTER…]`.
//!
//! The time of an action has what makes it up and what reads the events that come of it in it. The percentiles are of
//! single actions, with a clock read between any two of them, and whatever else the machine did meanwhile is in them.

#![allow(clippy::unwrap_used, reason = "a benchmark of bad inputs should stop")]
#![allow(clippy::print_stdout, reason = "the figures are for the terminal")]
#![allow(clippy::disallowed_methods, reason = "only here time is measured, not decided on")]

use std::time::Instant;

#[path = "support/orders.rs"]
mod orders;
mod support;

use orders::Day;
use support::Harness;

/// How many actions are done before it is measured, so that the books are full.
const WARM: usize = 200_000;
/// How many actions a pass has.
const PASS: usize = 100_000;
/// How many single actions are timed.
const SINGLE: usize = 1_000_000;

/// How many orders rest: ten at each of ten prices on both sides of ten contracts, and ten times as many.
const DEPTH: usize = 2_000;
const DEEP: usize = 20_000;

fn main() {
    let seed = std::env::args().find_map(|argument| argument.strip_prefix("--seed=")?.parse().ok());
    let harness = Harness::from_arguments();
    for (name, depth) in [("an order action", DEPTH), ("an order action in deep books", DEEP)] {
        let name = format!("matching: {name}");
        let names = [("median", 0.5), ("p99", 0.99), ("p99.9", 0.999)]
            .map(|(percentile, share)| (format!("{name}, {percentile}"), share));
        if !harness.wants_any(&names.clone().map(|named| named.0))
            && !harness.wants_any(std::slice::from_ref(&name))
        {
            continue;
        }
        let mut day = Day::new(seed.unwrap_or(1), depth).unwrap();
        (0..WARM).for_each(|_| day.act());
        harness.measure(&name, PASS, || (0..PASS).for_each(|_| day.act()));
        let mut times: Vec<u32> = Vec::with_capacity(SINGLE);
        let mut last = Instant::now();
        for _ in 0..SINGLE {
            day.act();
            let now = Instant::now();
            times.push((now - last).as_nanos() as u32);
            last = now;
        }
        times.sort_unstable();
        for (name, share) in &names {
            harness.time(name, f64::from(times[(share * SINGLE as f64) as usize]));
        }
        assert!(day.balances());
        harness.remark(&format!("{:?}", day.done));
    }
}
