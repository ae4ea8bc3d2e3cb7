//! The scenario's part of the grid: everything that the what-if page shows.

use super::{Digest, ParityBlock};
use crate::Invalid;
use crate::pricing::winner::Workspace;
use crate::scenario::{Reprices, Scenario, density, strike_curve};

/// A scenario with three artists and every parameter at a value of its own.
const LINK: &str = "v=1&event=KXTOPMONTHLY-26FEB&days=12&correlation=0.35&tiktok_gamma=0.4&other=0.015\
    &a=BRU,0.6200,121300000,0.1,0.2,0.31,1.1,6,0.01,0.05,117465088\
    &a=BAD,0.3000,117465088,-0.3,0.5,0.42,1,3,-0.02,0.08,121300000\
    &a=TAY,0.0900,108000000,0.7,0.1,0.27,1.6,9,0.03,0.03,121300000";

pub(super) fn blocks() -> Result<Vec<ParityBlock>, Invalid> {
    let scenario = Scenario::from_link(LINK)?;
    let mut workspace = Workspace::new();
    let found = scenario.evaluate(&mut workspace)?;
    let mut table = Digest::new();
    for row in &found.rows {
        table.add(&[
            row.fair,
            row.volatility.sigma,
            row.median,
            row.digital.merton,
            row.digital.black_scholes,
        ]);
        table.add(&[row.edge.unwrap_or(0.0), row.trade.map_or(0.0, |edge| edge.earns.to_dollars())]);
        if let Some(implied) = &row.implied {
            table.add(&[implied.forward]);
            table.add(&implied.volatilities);
        }
    }
    let mut curves = Digest::new();
    let densities = density(&scenario, 120)?;
    curves.add(&densities.listeners);
    for curve in &densities.artists {
        curves.add(curve);
    }
    for (strike, merton, plain) in strike_curve(&scenario, 0, (7e7, 2e8), 120)? {
        curves.add(&[strike, merton, plain]);
    }
    let mut slow = Digest::new();
    let mut jobs = Reprices::new(scenario, 1, 8);
    while jobs.step(&mut workspace)? {}
    for (days, fair) in &jobs.through_time {
        slow.add(&[*days]);
        slow.add(fair);
    }
    for bar in &jobs.tornado {
        slow.add(&[bar.values.0, bar.values.1, bar.fair.0, bar.fair.1]);
    }
    Ok(vec![table.block("scenario/table"), curves.block("scenario/curves"), slow.block("scenario/slow")])
}
