//! Whether the procedure finds an edge where there is none.
//!
//! An event's prints are scaled to sum to one at each time, which takes out what its prices add up to too much, and its
//! winner is drawn from them: from what they said at a print, each as likely. What is quoted sees no settlement, so that it is
//! replayed once, and only what was held is settled anew. The procedure should call hardly any of that real. Its own test draws
//! winners in another way, from what was said before its fills, so that this isn't true by construction.

use super::held::{Said, winner};
use super::judged::Right;
use super::{Held, Judged, Outcomes};
use crate::Invalid;
use crate::backtest::{Prepared, RunResult};
use crate::market::{EventTape, Tape, Trade};
use crate::math::max;
use crate::random::SplitMix64;
use crate::units::{Cash, Date, Price};

/// Returns an event's tape with each price divided by the sum of the latest prices of all its contracts, where that is more
/// than one.
///
/// # Errors
///
/// As [`Tape::new`].
pub fn scaled(event: &EventTape) -> Result<EventTape, Invalid> {
    let contracts = event.contracts();
    let all: Vec<(usize, &Trade)> = contracts
        .iter()
        .enumerate()
        .flat_map(|(place, tape)| tape.trades().iter().map(move |trade| (place, trade)))
        .collect();
    let mut last = vec![0.0; contracts.len()];
    let mut trades: Vec<Trade> = Vec::with_capacity(all.len());
    for place in crate::sort::places(all.len(), &|a, b| all[a].1.at < all[b].1.at) {
        let (contract, trade) = all[place];
        last[contract] = trade.price.to_dollars();
        let total = max(last.iter().sum(), 1.0);
        // A price of nothing is none.
        let price = Price::nearest(trade.price.to_dollars() / total).max(Price::from_centicents(1)?);
        trades.push(Trade { price, ..trade.clone() });
    }
    let mut tapes = Vec::with_capacity(contracts.len());
    for tape in contracts {
        let own = trades.iter().filter(|trade| trade.ticker == *tape.ticker()).cloned().collect();
        tapes.extend(EventTape::group(Tape::new(own)?.trades().iter().cloned())?);
    }
    EventTape::named(event.event(), tapes)
        .ok_or_else(|| Invalid::new("trades", "an event needs at least one trade"))
}

/// Draws the winners of all events `draws.0` times and returns how the profit is judged each time, at this coverage and by these
/// dates of settlement. The tape should be [`scaled`].
///
/// # Errors
///
/// As [`Held::of`].
pub fn judged(
    prepared: &Prepared,
    result: &RunResult,
    dates: &[Option<Date>],
    coverage: f64,
    (draws, rng_seed): (usize, u64),
) -> Result<Vec<Judged>, Invalid> {
    let held = Held::of(prepared, result)?;
    let said = said(prepared);
    let right = Right::draw(&held, rng_seed);
    let mut rng = SplitMix64::new(rng_seed);
    let mut draw = |nth: usize| {
        let settled = held.iter().zip(&said).zip(dates).map(|((held, said), date)| {
            let place = rng.below(said.len().max(1));
            let won = said.get(place).map_or(usize::MAX, |said| winner(said, &mut rng));
            (*date, held.net(won))
        });
        let nets: Vec<(Option<Date>, Cash)> = settled.collect();
        right.judge(&nets, coverage, rng_seed.wrapping_add(nth as u64))
    };
    Ok((0..draws).map(&mut draw).collect())
}

/// Returns what was said of each event at each of its prints.
fn said(prepared: &Prepared) -> Vec<Vec<Outcomes>> {
    let mut said = vec![Vec::new(); prepared.events().len()];
    let mut latest = Said::new(prepared);
    for (contract, price) in prepared.printed() {
        latest.take(contract, price);
        let event = prepared.contracts()[contract].event;
        said[event].push(latest.of(event));
    }
    said
}
