//! How an event settled: by the file of contracts, or else by the listeners that were counted on its day.

use crate::market::{Contract, EventTape, Ticker, artist};
use crate::names::folded;
use crate::nowcast::series::History;
use crate::units::{Date, Price};

/// A listed artist whose last count is older than so many days before settlement has no part in it.
const RECENT: i32 = 14;

/// What says how an event settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// The file of contracts.
    Markets,
    /// The counts of listeners on the day it settles.
    Listeners,
}

impl Authority {
    /// Returns its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Markets => "markets",
            Self::Listeners => "listeners",
        }
    }
}

/// Returns what YES of each contract of `tape` paid, and who says so; nothing of an event that has not settled as far as is
/// known.
///
/// Without a result in the file the artist with the greatest count of that day won, listed or not: an artist who isn't makes
/// all contracts pay nothing. There must be a count of each listed artist that was counted until shortly before, and
/// no tie.
pub(super) fn settled(
    tape: &EventTape,
    contracts: &[Contract],
    histories: &[History],
    settles: Date,
) -> Option<(Vec<Price>, Authority)> {
    let pays = |ticker: &Ticker| contracts.iter().rfind(|known| known.ticker == *ticker)?.pays();
    let told: Option<Vec<Price>> = tape.contracts().iter().map(|tape| pays(tape.ticker())).collect();
    if let Some(told) = told {
        return Some((told, Authority::Markets));
    }
    let name = |outcome: &str| folded(artist(outcome).unwrap_or(outcome));
    let listed: Vec<String> = tape.contracts().iter().map(|tape| name(tape.ticker().outcome())).collect();
    let mut best: Option<(String, f64)> = None;
    let (mut is_tie, mut has_listed) = (false, false);
    for history in histories {
        let view = history.as_of(settles);
        let Some(last) = view.last_count().filter(|last| settles.days_since(*last) <= RECENT) else {
            continue;
        };
        let own = folded(history.artist());
        let is_listed = listed.contains(&own);
        let Some(count) = view.on(settles).and_then(|day| day.listeners) else {
            if is_listed || last == settles {
                return None;
            }
            continue;
        };
        has_listed |= is_listed;
        if best.as_ref().is_none_or(|(_, most)| count > *most) {
            (best, is_tie) = (Some((own, count)), false);
        } else if best.as_ref().is_some_and(|(_, most)| count == *most) {
            is_tie = true;
        }
    }
    let (winner, _) = best.filter(|_| has_listed && !is_tie)?;
    let pays = |name: &String| if *name == winner { Price::ONE } else { Price::ZERO };
    Some((listed.iter().map(pays).collect(), Authority::Listeners))
}
