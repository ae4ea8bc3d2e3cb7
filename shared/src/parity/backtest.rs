//! A backtest's part of the grid: a simulated week, filtered, quoted, filled and reported.

use super::{Digest, ParityBlock};
use crate::Invalid;
use crate::backtest::{Baseline, Config, Link, Prepared, Record, Report, baseline, decisions};
use crate::belief::{Calibration, walk_forward};
use crate::exchange::FillModel;
use crate::market::{Contract, EventTape, Side};
use crate::units::Date;
use crate::world::Month;

/// What is quoted.
const CONFIGS: [(&str, &str); 2] = [
    ("backtest/seed", "preset=seed&lost_fills_pct=10&slippage_cents=0.5"),
    ("backtest/coherent", "preset=coherent&latency_ms=90000&fee=maker"),
];

/// Returns the digests of the result hash, the decision log and a baseline of each configuration. Two builds that agree on
/// them write the same report.
///
/// # Errors
///
/// If a block can't be computed, which would be a mistake in this module.
pub(super) fn blocks() -> Result<Vec<ParityBlock>, Invalid> {
    let events = [Month::simulate(3, Date::literal(2026, 11, 1), 7)?.tape];
    let tracks = walk_forward(&events, &[], Calibration::Ml, &mut |_| ())?;
    let prepared = Prepared::new(&events, &tracks, &settled(&events)?)?;
    let block = |&(name, config): &(&'static str, &str)| {
        let link = Link::new(Config::from_text(config)?);
        let (report, outcomes) = Report::of(&prepared, &link, Record::All)?;
        let mut digest = Digest::new();
        add_text(&mut digest, &report.hash());
        add_text(&mut digest, &decisions(&prepared, &outcomes));
        for drawn in baseline(&prepared, &link.config, &[FillModel::Touch], Baseline::Shuffled, 2)? {
            digest.add(&[drawn.mean()]);
        }
        Ok(digest.block(name))
    };
    CONFIGS.iter().map(block).collect()
}

/// The first contract wins; the second is open.
fn settled(events: &[EventTape]) -> Result<Vec<Contract>, Invalid> {
    let contract = |(place, tape): (usize, &crate::market::Tape)| {
        Ok(Contract {
            ticker: tape.ticker().clone(),
            event_ticker: tape.ticker().event()?,
            result: match place {
                0 => Some(Side::Yes),
                1 => None,
                _ => Some(Side::No),
            },
            settlement_value: None,
            mutually_exclusive: None,
            fee_type: None,
            fee_multiplier: None,
            close_time: Some(Date::literal(2026, 11, 8).midnight()),
        })
    };
    events.iter().flat_map(EventTape::contracts).enumerate().map(contract).collect()
}

fn add_text(digest: &mut Digest, text: &str) {
    text.bytes().for_each(|byte| digest.add(&[f64::from(byte)]));
}
