//! Quotes, their explanations, and the distances they keep.

use super::{Digest, ParityBlock};
use crate::Invalid;
use crate::backtest::Config;
use crate::belief::Belief;
use crate::belief::sigmoid;
use crate::belief::surface::horizon_fraction;
use crate::engine::{Input, Maker, Outputs};
use crate::exchange::{Fill, OrderReport, Verdict};
use crate::market::{Action, PriceGrid};
use crate::quoting::offset::Glft;
use crate::quoting::reservation::LotValues;
use crate::quoting::{FeeModel, Stage, Terms};
use crate::units::{Cash, Price, Quantity, Timestamp};

const CONTRACTS: usize = 4;
const STEPS: u32 = 400;
const START_MICROS: i64 = 1_770_000_000_000_000;
const HOUR_MICROS: i64 = 3_600_000_000;

/// Returns the digests of a simulated event quoted by each kind of rules, and of the functions they are made of.
pub(super) fn blocks() -> Result<Vec<ParityBlock>, Invalid> {
    let mut blocks = vec![functions().block("quoting/functions")];
    for (name, settings) in [
        ("quoting/seed", "preset=seed"),
        ("quoting/coherent", "preset=coherent"),
        ("quoting/glft", "preset=coherent&offset=glft&quote_size=2"),
        ("quoting/horizon", "preset=coherent&horizon_h=36"),
    ] {
        blocks.push(quoted(settings)?.block(name));
    }
    Ok(blocks)
}

fn functions() -> Digest {
    let mut digest = Digest::new();
    for step in 1..40_u32 {
        let x = f64::from(step) / 40.0;
        for risk_aversion in [0.01, 0.3] {
            let (bid, ask) = LotValues::new(2.0, risk_aversion).of(x);
            digest.add(&[bid, ask]);
        }
        for rate in [0.0, 0.0175, 0.07] {
            let fee = FeeModel::Quadratic(rate);
            digest.add(&[fee.bid(x), fee.ask(x)]);
        }
        digest.add(&[horizon_fraction(x, 0.25), horizon_fraction(0.125, x)]);
        let glft = Glft::new(3_650.0, 40.0, 0.04, x, 16);
        for q in [-16, -3, 0, 7] {
            let (bid, ask) = glft.distances(q);
            digest.add(&[bid.unwrap_or(0.0), ask.unwrap_or(0.0)]);
        }
    }
    digest
}

/// Returns the digest of every step to every quote of an event whose log-odds walk, and whose quotes are lifted or hit
/// now and then.
fn quoted(settings: &str) -> Result<Digest, Invalid> {
    let mut digest = Digest::new();
    let start = Timestamp::from_micros(START_MICROS)?;
    let terms = Terms {
        grid: PriceGrid::tapered_deci_cent(),
        settles: start.checked_add_micros(30 * 24 * HOUR_MICROS),
        ..Terms::default()
    };
    let mut maker = Maker::new(&Config::from_text(settings)?.parameters(), vec![terms; CONTRACTS])?;
    maker.keep_explanations();
    let mut out = Outputs::default();
    let mut log_odds = [0.5, -0.75, -1.5, -3.0];
    let (mut state, mut now) = (1_u64, start);
    for step in 0..STEPS {
        // Knuth's multiplier (MMIX): any spread of numbers does.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let uniform = (state >> 40) as f64 / 16_777_216.0;
        let contract = (state >> 33) as usize % CONTRACTS;
        now = now.checked_add_micros(HOUR_MICROS / 64 * i64::from(step % 128)).unwrap_or(now);
        let z = 6.0 * (uniform - 0.5);
        log_odds[contract] += 0.125 * z;
        let belief = Belief {
            fair: sigmoid(log_odds[contract]),
            sd: 0.125,
            sigma_b: 4.0 + 8.0 * uniform,
            z,
            weights: [1.0, 0.0, 0.0],
        };
        let action = if step % 2 == 0 { Action::Buy } else { Action::Sell };
        // An order trades in full, at its own price.
        if let Some(working) = maker.execution().working(contract, action).copied().filter(|_| step % 5 == 0)
        {
            let (quoted, price, count, fee) = (working.price, working.price, working.exposed(), Cash::ZERO);
            let fill = Fill { contract, order: working.id, action, quoted, price, count, fee, trade: None };
            step_of(&mut maker, now, &Input::Order(OrderReport::Fill(fill)), &mut out)?;
        }
        step_of(&mut maker, now, &Input::Belief { contract, belief, agreed: None }, &mut out)?;
        step_of(&mut maker, now, &Input::Tick, &mut out)?;
        for decision in &out.decisions {
            for quote in [decision.quotes.bid, decision.quotes.ask] {
                let count = quote.map_or(Quantity::ZERO, |quote| quote.count);
                digest.add(&[
                    decision.contract as f64,
                    quote.map_or(Price::ZERO, |quote| quote.price).to_dollars(),
                    count.to_contracts(),
                ]);
            }
            let Some([bid, ask]) = maker.explained(decision.contract) else { continue };
            for stage in Stage::ALL {
                digest.add(&[bid.waterfall.amount(stage) as f64, ask.waterfall.amount(stage) as f64]);
            }
        }
        // Every command is carried out at once.
        while let Some(command) = out.commands.pop() {
            let (contract, action, order) = (command.contract, command.action, command.order);
            let gone = command.request == crate::exchange::Request::Cancel;
            let verdict = if gone { Verdict::Gone } else { Verdict::Resting };
            let answer = OrderReport::Answer { contract, action, order, verdict };
            step_of(&mut maker, now, &Input::Order(answer), &mut out)?;
        }
        out.clear();
    }
    Ok(digest)
}

fn step_of(maker: &mut Maker, now: Timestamp, input: &Input<'_>, out: &mut Outputs) -> Result<(), Invalid> {
    maker.step(now, input, out).map_err(|error| Invalid::new("step", error.to_string()))
}
