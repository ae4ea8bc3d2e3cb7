//! Recorded and simulated tapes: read once at the start, then only looked at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use shared::api::{EventSummary, Origin};
use shared::market::csv::{read_markets, read_trades, write_markets, write_trades};
use shared::market::{Contract, EventTape, EventTicker, Tape, Trade};
use shared::nowcast::series::History;
use shared::units::Date;
use shared::world::{self, Month};

use crate::files;

/// The seed and the first day of the demo's month: fixed, so that two people see the same one.
const DEMO_SEED: u64 = 20;
const DEMO_MONTH: (i32, i32, i32) = (2026, 11, 1);
const DEMO_DAYS: u32 = 29;
/// How many of its days have passed: with half the month open there is something to price.
const DEMO_PASSED: u32 = 14;
/// The seed of the demo's listeners before that month, and how many days of them there are.
const DEMO_PAST_SEED: u64 = 7;
const DEMO_PAST_DAYS: usize = 900;

/// All tapes, by event.
pub(crate) struct Library {
    events: Vec<(Origin, EventTape)>,
    simulated: Vec<world::Artist>,
    histories: Vec<History>,
    simulated_end: Option<Date>,
    markets: Vec<Contract>,
    problems: Vec<String>,
}

impl Library {
    /// Reads every trade file among `paths`, each a file or a folder, and the files of contracts in the folders, and
    /// simulates the demo's month.
    ///
    /// A file that can't be read or is malformed becomes a problem, and the rest is loaded.
    ///
    /// # Errors
    ///
    /// Fails when a path that was asked for does not exist.
    pub(crate) fn load(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut problems = Vec::new();
        let mut by_event = BTreeMap::new();
        for file in files::find("--tapes", paths, holds_trades, "*trades.csv or *trades.csv.gz")? {
            match read(&file.path) {
                Ok(trades) => {
                    for (event, trade) in trades {
                        by_event.entry(event).or_insert_with(Vec::new).push(trade);
                    }
                }
                Err(error) => problems.push(format!("{error:#}")),
            }
        }
        let mut markets = Vec::new();
        for file in markets_files(paths) {
            let name = file.display().to_string();
            let contracts = files::read(&file).and_then(|bytes| Ok(read_markets(&bytes, &name)?));
            contracts.map_or_else(|error| problems.push(format!("{error:#}")), |read| markets.extend(read));
        }
        let mut events = Vec::new();
        for (event, trades) in by_event {
            match EventTape::group(trades) {
                Ok(tapes) => events.extend(tapes.into_iter().map(|tape| (Origin::Recorded, tape))),
                Err(error) => problems.push(format!("{event}: {error}")),
            }
        }
        // The newest event first: it is the one that people come for.
        events.sort_by_key(|(_, event)| std::cmp::Reverse(last_trade(event)));
        let (year, month, day) = DEMO_MONTH;
        let demo = Month::simulate(DEMO_SEED, Date::new(year, month, day)?, DEMO_DAYS)?.until(DEMO_PASSED)?;
        let histories = world::histories_before(&demo, DEMO_PAST_SEED, DEMO_PAST_DAYS)?;
        let simulated_end = Some(demo.settles.date());
        markets.extend(demo.artists.iter().map(|artist| Contract {
            ticker: artist.ticker.clone(),
            event_ticker: demo.tape.event().clone(),
            result: None,
            fee_type: None,
            fee_multiplier: None,
            close_time: Some(demo.settles),
        }));
        events.push((Origin::Simulated, demo.tape));
        Ok(Self { events, simulated: demo.artists, histories, simulated_end, markets, problems })
    }

    /// Returns what could not be read, a sentence each.
    pub(crate) fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Returns the simulated artists' listeners up to the days of the month that have passed.
    pub(crate) fn histories(&self) -> &[History] {
        &self.histories
    }

    /// Returns how many contracts there are.
    pub(crate) fn contracts(&self) -> usize {
        self.tapes().count()
    }

    /// Returns how many trades all tapes hold.
    pub(crate) fn trades(&self) -> usize {
        self.tapes().map(|tape| tape.trades().len()).sum()
    }

    /// Returns the tape of the contract with that ticker.
    pub(crate) fn tape(&self, ticker: &str) -> Option<&Tape> {
        self.tapes().find(|tape| tape.ticker().as_str() == ticker)
    }

    /// Returns the trades of an event as a CSV file, as [`read_trades`] reads it.
    pub(crate) fn trades_csv(&self, event: &str) -> Option<String> {
        self.events
            .iter()
            .find(|(_, tape)| tape.event().as_str() == event)
            .map(|(_, tape)| write_trades(tape))
    }

    /// Returns what is known of contracts besides their trades as a CSV file, as [`read_markets`] reads it.
    pub(crate) fn markets_csv(&self) -> String {
        write_markets(&self.markets)
    }

    /// Returns what there is, event by event, the most traded contract of each first.
    pub(crate) fn events(&self) -> Vec<EventSummary> {
        let summary = |(origin, event): &(Origin, EventTape)| {
            let recorded = EventSummary::recorded(event);
            match origin {
                Origin::Recorded | Origin::Opened => recorded,
                Origin::Simulated => self.simulated(recorded),
            }
        };
        self.events.iter().map(summary).collect()
    }

    fn tapes(&self) -> impl Iterator<Item = &Tape> {
        self.events.iter().flat_map(|(_, event)| event.contracts())
    }

    /// Adds what only the simulation knows: the end of its month, and its artists with their listeners.
    fn simulated(&self, mut summary: EventSummary) -> EventSummary {
        summary.origin = Origin::Simulated;
        summary.settles = self.simulated_end;
        for contract in &mut summary.contracts {
            if let Some(invented) = self.simulated.iter().find(|artist| artist.ticker == contract.ticker) {
                contract.name = invented.name.to_owned();
                contract.listeners = invented.listeners.last().copied();
            }
        }
        summary
    }
}

fn last_trade(event: &EventTape) -> Option<shared::units::Timestamp> {
    event.contracts().iter().filter_map(|tape| tape.trades().last()).map(|trade| trade.at).max()
}

/// Returns the files in the folders among `paths` that hold contracts, by their names.
fn markets_files(paths: &[PathBuf]) -> Vec<PathBuf> {
    let entries = paths.iter().filter_map(|path| path.read_dir().ok()).flatten();
    let holds = |name: &str| name.ends_with("markets.csv") || name.ends_with("markets.csv.gz");
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(holds))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

/// Returns whether a file in a folder says by its name that it holds trades.
fn holds_trades(name: &str) -> bool {
    name.ends_with("trades.csv") || name.ends_with("trades.csv.gz")
}

/// Reads one file; an error names it.
fn read(path: &Path) -> anyhow::Result<Vec<(EventTicker, Trade)>> {
    let name = path.display().to_string();
    let trades = read_trades(&files::read(path)?, &name)?;
    trades.into_iter().map(|trade| Ok((trade.ticker.event().with_context(|| name.clone())?, trade))).collect()
}
