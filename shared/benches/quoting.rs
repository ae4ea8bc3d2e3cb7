//! How long one thread takes to quote: `cargo bench -p shared --bench quoting [-- --json] [FILTER…]`.

#![allow(clippy::unwrap_used, reason = "a benchmark of bad inputs should stop")]

use std::hint::black_box;

use shared::backtest::Config;
use shared::belief::Belief;
use shared::belief::sigmoid;
use shared::engine::{Input, Maker, Outputs};
use shared::exchange::{Fill, OrderCommand, OrderReport, Request, Verdict};
use shared::market::Action;
use shared::quoting::Terms;
use shared::quoting::offset::Glft;
use shared::units::{Cash, Timestamp};

mod support;

const STEPS: usize = 20_000;

/// Numbers spread over `[0, 1)` (Knuth's MMIX generator).
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1_u64 << 53) as f64
}

/// Beliefs of an event of `contracts` contracts, as prints move them: a step of the log-odds of a size that is usual on
/// recorded tapes, and every thirtieth of one that surprises.
fn beliefs(contracts: usize) -> Vec<(Timestamp, Input<'static>)> {
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
            let belief = Belief {
                fair: sigmoid(log_odds[contract]),
                sd: 0.1,
                sigma_b: 8.0,
                z,
                weights: [1.0, 0.0, 0.0],
            };
            (Timestamp::from_micros(micros).unwrap(), Input::Belief { contract, belief, agreed: None })
        })
        .collect()
}

/// Tells a maker all of `inputs`, with a fill of what rests after every tenth and an answer to every command at once, and
/// returns how many decisions that took.
fn quote(maker: &Maker, inputs: &[(Timestamp, Input<'_>)]) -> usize {
    let mut maker = maker.clone();
    let (mut out, mut answers, mut decisions) = (Outputs::default(), Outputs::default(), 0);
    for (i, (now, input)) in inputs.iter().enumerate() {
        maker.step(*now, input, &mut out).unwrap();
        for command in &out.commands {
            let OrderCommand { contract, action, order, request } = *command;
            let verdict = if request == Request::Cancel { Verdict::Gone } else { Verdict::Resting };
            let answer = OrderReport::Answer { contract, action, order, verdict };
            maker.step(*now, &Input::Order(answer), &mut answers).unwrap();
        }
        decisions += out.decisions.len();
        out.clear();
        let Input::Belief { contract, .. } = *input else { continue };
        if i % 10 == 0 {
            let long = maker.position(contract).hundredths() > 0;
            let action = if long { Action::Sell } else { Action::Buy };
            if let Some(working) = maker.execution().working(contract, action) {
                let (order, price, count) = (working.id, working.price, working.exposed());
                let (quoted, fee) = (price, Cash::ZERO);
                let fill = Fill { contract, order, action, quoted, price, count, fee, trade: None };
                maker.step(*now, &Input::Order(OrderReport::Fill(fill)), &mut out).unwrap();
            }
        }
    }
    decisions
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
        let inputs = beliefs(contracts);
        let terms = vec![Terms::default(); contracts];
        // A day that is lost would leave nothing to measure.
        let settings = format!("{settings}&max_daily_loss_pct=100&min_balance_floor_cents=0");
        let maker = Maker::new(&Config::from_text(&settings).unwrap().parameters(), terms).unwrap();
        harness.measure(name, inputs.len(), || {
            black_box(quote(black_box(&maker), black_box(&inputs)));
        });
    }
    harness.measure("quoting: glft, 16 lots", 1, || {
        black_box(Glft::new(black_box(3_650.0), 40.0, 0.04, black_box(1.5), 16));
    });
}
