//! What goes wrong: conditions to run a configuration under, and a tape that somebody manipulates.

use super::config::Config;
use crate::Invalid;
use crate::market::{EventTape, Side, Tape, Trade};
use crate::units::{Price, Quantity};

/// One thing that goes wrong: its name, and what it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stress {
    /// Its name in files.
    pub name: &'static str,
    /// What happens, in a line.
    pub meaning: &'static str,
    /// What is set, by name.
    changes: &'static [(&'static str, &'static str)],
    /// Whether the tape is [manipulated](pump_and_dump).
    pub pumped: bool,
}

/// What goes wrong, each by itself.
pub const STRESSES: [Stress; 7] = [
    stress("latency_1s", "Orders take a second", &[("latency_ms", "1000")]),
    stress("latency_30s", "Orders take half a minute", &[("latency_ms", "30000")]),
    stress("slippage_1c", "Every fill is a cent worse than quoted", &[("slippage_cents", "1")]),
    stress("slippage_5c", "Every fill is five cents worse than quoted", &[("slippage_cents", "5")]),
    stress("lost_fills", "Half of the prints that should fill us don't", &[("lost_fills_pct", "50")]),
    stress(
        "blackout_72h",
        "For three days of each event no belief arrives, while what rests goes on trading",
        &[("blackout_h", "72")],
    ),
    Stress {
        name: "pump_and_dump",
        meaning: "In each event's busiest contract somebody buys 25 cents up and sells 35 cents down within half an hour",
        changes: &[],
        pumped: true,
    },
];

const fn stress(
    name: &'static str,
    meaning: &'static str,
    changes: &'static [(&'static str, &'static str)],
) -> Stress {
    Stress { name, meaning, changes, pumped: false }
}

impl Stress {
    /// Returns `config` with what goes wrong.
    ///
    /// # Errors
    ///
    /// Names a setting that can't be so.
    pub fn on(&self, config: &Config) -> Result<Config, Invalid> {
        let mut stressed = *config;
        self.changes.iter().try_for_each(|(key, value)| stressed.set(key, value))?;
        Ok(stressed)
    }
}

/// How many prints go up, and how many come down; one every half minute.
const PRINTS: i64 = 30;
/// The time between two of them, in microseconds.
const APART: i64 = 30_000_000;
/// How far it goes up and then down, in cents.
const PUMP: i64 = 25;
const DUMP: i64 = 35;
/// Contracts a print.
const SIZE: i64 = 50;

/// Returns the tapes with a manipulation added to each event's most traded contract: from the middle of its prints on,
/// somebody buys it up by 25 cents within a quarter of an hour and sells it down by 35 within the next.
///
/// The beliefs must be found anew on it.
///
/// # Errors
///
/// Names a time at the end of the calendar.
pub fn pump_and_dump(events: &[EventTape]) -> Result<Vec<EventTape>, Invalid> {
    let mut trades: Vec<Trade> = Vec::new();
    for event in events {
        let mut busiest: Option<&Tape> = None;
        for tape in event.contracts() {
            trades.extend_from_slice(tape.trades());
            if busiest.is_none_or(|most| tape.trades().len() > most.trades().len()) {
                busiest = Some(tape);
            }
        }
        let Some(tape) = busiest else { continue };
        let middle = &tape.trades()[tape.trades().len() / 2];
        let start = middle.price.centicents() / 100;
        for k in 1..=2 * PRINTS {
            let moved = if k <= PRINTS { PUMP * k / PRINTS } else { PUMP - DUMP * (k - PRINTS) / PRINTS };
            let at = middle.at.checked_add_micros(k * APART);
            trades.push(Trade {
                ticker: tape.ticker().clone(),
                at: at.ok_or_else(|| Invalid::new("timestamp", "lies at the end of the calendar"))?,
                price: Price::from_cents((start + moved).clamp(1, 99))?,
                count: Quantity::from_contracts(SIZE)?,
                taker_side: Some(if k <= PRINTS { Side::Yes } else { Side::No }),
                id: None,
                is_block: false,
            });
        }
    }
    EventTape::group(trades)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::Preset;

    #[test]
    fn every_stress_can_be_set() {
        let base = Config::preset(Preset::Seed);
        for stress in &STRESSES {
            assert_eq!(stress.on(&base).unwrap() == base, stress.pumped, "{}", stress.name);
        }
    }

    #[test]
    fn the_busiest_contract_is_moved_and_the_others_are_not() {
        let tape = crate::world::Month::simulate(2, "2026-11-01".parse().unwrap(), 10).unwrap().tape;
        let busiest = tape.contracts().iter().max_by_key(|tape| tape.trades().len()).unwrap();
        let pumped = pump_and_dump(std::slice::from_ref(&tape)).unwrap();
        for (before, after) in tape.contracts().iter().zip(pumped[0].contracts()) {
            let added = after.trades().len() - before.trades().len();
            assert_eq!(added, if before.ticker() == busiest.ticker() { 60 } else { 0 });
        }
    }
}
