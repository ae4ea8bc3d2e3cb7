//! What happens to the exchange at its time: pauses, other grids, other settlements, and sockets that are cut.

use shared::exchange::matching::{ExchangeState, MarketStatus, Matching, Refusal};
use shared::market::PriceGrid;
use shared::units::{Price, Timestamp};

use super::{Faults, Target, There};
use crate::paper::core::Core;
use shared::faults::What;

/// What an act is to end with.
#[derive(Debug, Clone)]
pub(super) enum Undo {
    /// The exchange goes on.
    Exchange,
    /// A contract does.
    Market(usize),
    /// Contracts get back the grids that they had.
    Grids(Vec<(usize, PriceGrid)>),
}

impl There {
    /// Returns whether it does something to the exchange at its time.
    fn is_act(&self) -> bool {
        match self.fault.what {
            What::Pause | What::Grid(_) | What::Restate(_) => true,
            // One with a probability befalls frames.
            What::Cut => self.from.is_some() && self.fault.when.probability >= 1.0,
            _ => false,
        }
    }

    /// Returns when it next does something.
    fn due(&self) -> Option<Timestamp> {
        if !self.is_act() || self.is_spent {
            return None;
        }
        if self.has_acted { self.until.filter(|_| self.undo.is_some()) } else { self.from }
    }
}

impl Faults {
    /// Returns when something will next happen to the exchange.
    pub(in crate::paper) fn next_due(&self) -> Option<Timestamp> {
        self.all.values().filter_map(There::due).min()
    }
}

/// Lets happen what is due.
pub(in crate::paper) fn act(core: &mut Core, now: Timestamp) {
    let due = core.hub.faults.all.iter().filter(|(_, there)| there.due().is_some_and(|due| due <= now));
    let due: Vec<u64> = due.map(|(number, _)| *number).collect();
    for number in due {
        let Some(there) = core.hub.faults.all.get_mut(&number) else { continue };
        if let Some(undo) = there.undo.take() {
            there.is_spent = true;
            tracing::info!("fault {number} ends");
            end(core, now, undo);
            continue;
        }
        there.has_acted = true;
        there.struck += 1;
        let (what, target, lasts) =
            (there.fault.what.clone(), there.fault.target.clone(), there.until.is_some());
        tracing::info!("fault {number} begins");
        let undo = begin(core, now, &what, &target);
        if let Some(there) = core.hub.faults.all.get_mut(&number) {
            there.undo = undo.filter(|_| lasts);
        }
    }
    core.publish();
}

/// Says that the exchange has refused what a fault wanted: its contract may have closed before.
fn told(result: Result<(), Refusal>) {
    if let Err(why) = result {
        tracing::warn!("a fault could not do what it is to do: {why}");
    }
}

/// Does something to the exchange, and returns how it is undone.
fn begin(core: &mut Core, now: Timestamp, what: &What, target: &Target) -> Option<Undo> {
    let market = match target {
        Target::Market(ticker) => {
            let place = core.catalogue.place(ticker.as_str());
            if place.is_none() {
                tracing::warn!("a fault is of {ticker}, which is not listed");
                return None;
            }
            place
        }
        _ => None,
    };
    match (what, target, market) {
        (What::Pause, _, Some(market)) => {
            told(core.exchange.set_status(now, market, MarketStatus::Paused));
            Some(Undo::Market(market))
        }
        (What::Pause, target, None) => {
            let is_all = *target == Target::Exchange;
            let state = if is_all { ExchangeState::Paused } else { ExchangeState::TradingPaused };
            core.exchange.set_exchange(now, state);
            Some(Undo::Exchange)
        }
        (What::Grid(grid), _, market) => {
            let all = 0..core.exchange.markets().len();
            let of: Vec<usize> = market.map_or_else(|| all.collect(), |market| vec![market]);
            let before = of
                .iter()
                .filter_map(|market| {
                    let before = core.exchange.markets().get(*market)?.listing().grid.clone();
                    Some((*market, before))
                })
                .collect();
            for market in of {
                regrid(&mut core.exchange, now, market, grid);
            }
            Some(Undo::Grids(before))
        }
        (What::Restate(value), _, Some(market)) => {
            settle(core, now, market, *value);
            None
        }
        (What::Cut, _, _) => {
            core.hub.cut_all();
            None
        }
        _ => None,
    }
}

fn end(core: &mut Core, now: Timestamp, undo: Undo) {
    match undo {
        Undo::Exchange => core.exchange.set_exchange(now, ExchangeState::Open),
        Undo::Market(market) => told(core.exchange.set_status(now, market, MarketStatus::Open)),
        Undo::Grids(before) => {
            for (market, grid) in before {
                regrid(&mut core.exchange, now, market, &grid);
            }
        }
    }
}

/// Gives a contract another grid, if it still has any use for one.
fn regrid(exchange: &mut Matching, now: Timestamp, market: usize, grid: &PriceGrid) {
    match exchange.change_grid(now, market, grid.clone()) {
        Ok(()) | Err(Refusal::Inactive) => {}
        Err(why) => told(Err(why)),
    }
}

/// Settles a contract, or restates what it was settled at.
pub(in crate::paper) fn settle(core: &mut Core, now: Timestamp, market: usize, value: Price) {
    let settled = core.exchange.markets().get(market).map(|market| market.status());
    match settled {
        Some(MarketStatus::Settled(_)) => core.restate(now, market, value),
        _ => core.settle(now, market, value),
    }
}
