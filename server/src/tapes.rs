//! Recorded and simulated tapes: read once at the start, then only looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Context;
use shared::api::{EventSummary, Origin};
use shared::market::{Contract, EventTape, Tape, doubts};
use shared::nowcast::series::History;
use shared::units::Date;
use shared::world::{self, Month};

use crate::markets::Known;
use crate::watch::Past;
use crate::{books, files, history, markets, trades};

/// The seed and the first day of the demo's month: fixed, so that two people see the same one.
const DEMO_SEED: u64 = 20;
const DEMO_MONTH: (i32, i32, i32) = (2026, 11, 1);
const DEMO_DAYS: u32 = 29;
/// How many of its days have passed: with half the month open there is something to price.
const DEMO_PASSED: u32 = 14;
/// The seed of the demo's listeners before that month, and how many days of them there are.
const DEMO_PAST_SEED: u64 = 7;
const DEMO_PAST_DAYS: usize = 900;

/// What there is beside what files hold.
#[derive(Debug)]
pub(crate) enum Beside {
    /// The demo's simulated month.
    Demo,
    /// What was traded in the market that is followed, before the server began.
    Market(Past),
}

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
    /// Reads every trade file and every file of contracts among `paths`, each a file or a folder, and adds the demo's
    /// simulated month or what a live market had traded.
    ///
    /// A file or a row that can't be read becomes a problem, and the rest is loaded.
    ///
    /// # Errors
    ///
    /// Fails when a path that was asked for does not exist.
    pub(crate) fn load(paths: &[PathBuf], beside: Beside) -> anyhow::Result<Self> {
        let (of_markets, of_trades) = markets_among(paths)?;
        let recorded = trades::read("--tapes", &of_trades)?;
        let mut problems = recorded.left_out;
        let mut by_event = BTreeMap::new();
        let (demo, histories, live) = match beside {
            Beside::Demo => {
                let (year, month, day) = DEMO_MONTH;
                let first = Date::new(year, month, day)?;
                let demo = Month::simulate(DEMO_SEED, first, DEMO_DAYS)?.until(DEMO_PASSED)?;
                let histories = world::histories_before(&demo, DEMO_PAST_SEED, DEMO_PAST_DAYS)?;
                (Some(demo), histories, Past::default())
            }
            Beside::Market(past) => (None, Vec::new(), past),
        };
        problems.extend(live.problems);
        // A trade that a file has too counts once.
        let known: BTreeSet<_> = recorded.trades.iter().map(|trade| (trade.at, trade.id)).collect();
        let others = live.trades.into_iter().filter(|trade| !known.contains(&(trade.at, trade.id)));
        for trade in others.chain(recorded.trades) {
            match trade.ticker.event() {
                Ok(event) => by_event.entry(event).or_insert_with(Vec::new).push(trade),
                Err(error) => problems.push(error.to_string()),
            }
        }
        // The demo's own trades may come back as a file: an event is there once.
        if let Some((event, trades)) = demo.as_ref().and_then(|demo| by_event.remove_entry(demo.tape.event()))
        {
            let count = trades.len();
            problems.push(format!("{event}: {count} recorded trades, as the simulated event has this name"));
        }
        let Known { contracts: mut markets, left_out } = markets::read(&of_markets);
        problems.extend(left_out);
        let simulated_end = demo.as_ref().map(|demo| demo.settles.date());
        let of_demo =
            demo.iter().flat_map(|demo| demo.artists.iter().map(move |artist| contract(demo, artist)));
        let exact: Vec<Contract> = of_demo.chain(live.contracts).collect();
        // What a file tells of them gives way to what they are.
        markets.retain(|known| exact.iter().all(|contract| contract.ticker != known.ticker));
        markets.extend(exact);
        let mut tapes = Vec::new();
        for (event, trades) in by_event {
            match EventTape::group(trades) {
                Ok(grouped) => tapes.extend(grouped),
                Err(error) => problems.push(format!("{event}: {error}")),
            }
        }
        let tapes = EventTape::regrouped(tapes, &markets);
        problems.extend(doubts(&tapes, &markets));
        let mut events: Vec<_> = tapes.into_iter().map(|tape| (Origin::Recorded, tape)).collect();
        // The newest event first: it is the one that people come for.
        events.sort_by_key(|(_, event)| std::cmp::Reverse(last_trade(event)));
        let simulated = demo.map_or_else(Vec::new, |demo| {
            events.push((Origin::Simulated, demo.tape));
            demo.artists
        });
        Ok(Self { events, simulated, histories, simulated_end, markets, problems })
    }

    /// Returns what could not be read, a sentence each.
    pub(crate) fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Returns the simulated artists' listeners up to the days of the month that have passed.
    pub(crate) fn histories(&self) -> &[History] {
        &self.histories
    }

    /// Adds what else could not be read.
    pub(crate) fn add_problems(&mut self, problems: Vec<String>) {
        self.problems.extend(problems);
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

    /// Returns the tapes of the event with that ticker.
    pub(crate) fn event(&self, event: &str) -> Option<&EventTape> {
        self.events.iter().map(|(_, tape)| tape).find(|tape| tape.event().as_str() == event)
    }

    /// Returns what is known of contracts besides their trades.
    pub(crate) fn markets(&self) -> &[Contract] {
        &self.markets
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

/// Returns a simulated contract as a file of contracts would tell it.
fn contract(demo: &Month, artist: &world::Artist) -> Contract {
    Contract {
        ticker: artist.ticker.clone(),
        event_ticker: demo.tape.event().clone(),
        result: None,
        settlement_value: None,
        mutually_exclusive: None,
        fee_type: None,
        fee_multiplier: None,
        close_time: Some(demo.settles),
    }
}

fn last_trade(event: &EventTape) -> Option<shared::units::Timestamp> {
    event.contracts().iter().filter_map(|tape| tape.trades().last()).map(|trade| trade.at).max()
}

/// Tells the files of contracts that were named from all other paths, and adds those in folders.
///
/// # Errors
///
/// Fails when a folder can't be read.
fn markets_among(paths: &[PathBuf]) -> anyhow::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let (mut of_markets, mut others) = (Vec::new(), Vec::new());
    for path in paths {
        if path.is_dir() {
            let found = files::in_folder(path, markets::is_called);
            let unreadable = || format!("--tapes: {} can't be read", path.display());
            of_markets.extend(found.with_context(unreadable)?);
            of_markets.extend(history::markets_of(path).with_context(unreadable)?);
            // A folder of recorded streams alone has no trades.
            if books::among(path)?.is_empty() || trades::are_in(path) {
                others.push(path.clone());
            }
        } else if path.file_name().is_some_and(|name| markets::is_called(&name.to_string_lossy())) {
            of_markets.push(path.clone());
        } else if books::among(path)?.is_empty() {
            others.push(path.clone());
        }
    }
    Ok((of_markets, others))
}
