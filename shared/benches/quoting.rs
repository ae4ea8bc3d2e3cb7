//! How long one thread takes to quote: `cargo bench -p shared --bench quoting [-- --json] [FILTER…]`.

#![allow(clippy::unwrap_used, reason = "a benchmark of bad inputs should stop")]

use std::hint::black_box;

use shared::backtest::Config;
use shared::belief::sigmoid;
use shared::market::Action;
use shared::quoting::offset::Glft;
use shared::quoting::{Belief, Event, Quoter, Terms};
use shared::units::Timestamp;

mod support;

const STEPS: usize = 20_000;

/// Numbers spread over `[0, 1)` (Knuth's MMIX generator).
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1_u64 << 53) as f64
}

/// Beliefs of an event of `contracts` contracts, as prints move them: a step of the log-odds of a size that is usual on
/// recorded tapes, and every thirtieth of one that surprises.
fn beliefs(contracts: usize) -> Vec<(Timestamp, Event<'static>)> {
    let mut state = 7;
    // A favourite and outsiders, which add up to some ten cents more than a dollar.
    let mut log_odds: Vec<f64> =
        (0..contracts).map(|i| if i == 0 { 1.0 } else { -1.25 - 0.75 * i as f64 }).collect();
    let mut micros = 1_770_000_000_000_000;
    (0..STEPS)
        .map(|_| {
            micros += (600e6 * uniform(&mut state)) as i64;
            let contract = (uniform(&mut state) * contracts as f64) as usize;
            let spread = uniform(&mut state) + uniform(&mut state) + uniform(&mut state) - 1.5;
            let z = if uniform(&mut state) < 1.0 / 30.0 { 5.0 * spread } else { 1.5 * spread };
            log_odds[contract] += 0.02 * z;
            let belief = Belief { fair: sigmoid(log_odds[contract]), sd: 0.1, sigma_b: 8.0, z, alarm: 0.0 };
            (Timestamp::from_micros(micros).unwrap(), Event::Belief { contract, belief })
        })
        .collect()
}

/// Quotes all of `events`, with a fill of what rests after every tenth, and returns how many commands that took.
fn quote(quoter: &Quoter, events: &[(Timestamp, Event)]) -> usize {
    let mut quoter = quoter.clone();
    let mut commands = 0;
    for (i, (now, event)) in events.iter().enumerate() {
        quoter.step(*now, event, &mut |_| commands += 1).unwrap();
        let Event::Belief { contract, .. } = *event else { continue };
        if i % 10 == 0 {
            let quotes = quoter.quotes(contract);
            let (action, rests) = if quoter.position(contract).hundredths() > 0 {
                (Action::Sell, quotes.ask)
            } else {
                (Action::Buy, quotes.bid)
            };
            if let Some(rests) = rests {
                let fill = Event::Fill { contract, action, price: rests.price, count: rests.count };
                quoter.step(*now, &fill, &mut |_| commands += 1).unwrap();
            }
        }
    }
    commands
}

fn main() {
    let harness = support::Harness::from_arguments();
    for (name, settings, contracts) in [
        ("quoting: step, seed", "preset=seed", 6),
        ("quoting: step, seed-fixed3", "preset=seed-fixed3", 6),
        ("quoting: step, coherent, 6 contracts", "preset=coherent", 6),
        ("quoting: step, coherent, 30 contracts", "preset=coherent", 30),
        ("quoting: step, coherent with glft, 6 contracts", "preset=coherent&offset=glft", 6),
    ] {
        let events = beliefs(contracts);
        let terms = vec![Terms::default(); contracts];
        let quoter = Quoter::new(&Config::from_text(settings).unwrap().parameters(), terms).unwrap();
        harness.measure(name, events.len(), || {
            black_box(quote(black_box(&quoter), black_box(&events)));
        });
    }
    harness.measure("quoting: glft, 16 lots", 1, || {
        black_box(Glft::new(black_box(3_650.0), 40.0, 0.04, black_box(1.5), 16));
    });
}
