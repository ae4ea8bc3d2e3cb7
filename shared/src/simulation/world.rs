//! What a simulation consists of, and how it is set up.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::crowd::Crowd;
use super::dice::{Dice, For, later};
use super::fault::Kind;
use super::journal::Journal;
use super::monitor::Monitor;
use super::schedule::Schedule;
use super::shell::Shell;
use super::trace::Trace;
use super::venue::{Feed, Venue};
use super::violation::{Rule, Violation};
use super::weather::Weather;
use crate::Invalid;
use crate::belief::Found;
use crate::desk::{Answer, Ask, Effect, Event, Failure, Listed};
use crate::exchange::matching::{Listing, Refusal};
use crate::fees::{FeeMultiplier, FeeSchedule, FeeType};
use crate::market::PriceGrid;
use crate::quoting::{Status, Terms};
use crate::units::{Cash, Timestamp};
use crate::wire;

const SECOND: i64 = 1_000_000;
/// When a simulation begins, in microseconds: a Monday in November 2026.
const BEGINS: i64 = 1_794_823_200 * SECOND;
/// For how long the crowd trades before the desk comes, in steps.
const BEFORE: u32 = 400;
/// What the account has, in microdollars.
pub(super) const PURSE: i64 = 2_000 * SECOND;

/// What is looked at besides.
#[derive(Debug, Clone, Copy, Default)]
pub struct Looks {
    /// A hash is made of all that was told and followed.
    pub traces: bool,
    /// The lines are kept that the hash is made of.
    pub keeps: bool,
    /// What is written down is done again, and compared.
    pub replays: bool,
}

/// Returns when the desk of a simulation begins.
pub(super) fn begins(schedule: &Schedule) -> Timestamp {
    let opens = Timestamp::from_micros(BEGINS).unwrap_or(Timestamp::MIN);
    later(opens, schedule.pace.saturating_mul(i64::from(BEFORE)))
}

/// Returns the ticker of a contract of a desk's event.
pub(super) fn desk_ticker(desk: usize, place: usize) -> String {
    format!("KXSIM-{desk}-C{place}")
}

/// What came of a simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What must never be, and was; nothing more was simulated then.
    pub violations: Vec<Violation>,
    /// How long it was, in microseconds.
    pub micros: i64,
    /// How many things happened at the exchange.
    pub events: u64,
    /// How many requests arrived there.
    pub requests: u64,
    /// How many orders of the desk's it took in, and how many of its fills there were.
    pub orders: u64,
    /// How many orders runs have taken over from those before them.
    pub adopted: u64,
    /// How many fills the account had.
    pub fills: u64,
    /// How many runs were begun.
    pub runs: u64,
    /// How often each kind of fault began.
    pub faults: BTreeMap<Kind, u64>,
    /// The hash of all that was told and followed, if it was made.
    pub trace: Option<[u8; 32]>,
    /// The lines that it is made of, if they were kept.
    pub lines: Vec<String>,
}

impl Report {
    /// Compares it with that of the same schedule simulated once more: they must have the same hash.
    pub fn compare(&mut self, again: &Self) {
        if self.trace != again.trace {
            let at = Timestamp::from_micros(BEGINS).unwrap_or(Timestamp::MIN);
            let what = "the same seed was simulated otherwise".to_owned();
            self.violations.push(Violation { at, rule: Rule::Repeatable, what });
        }
    }
}

/// Something that is on its way.
#[derive(Debug)]
pub(super) enum Due {
    /// A request, to the exchange.
    Arrive(Request, Option<i64>),
    /// What became of a request, to the run that asked.
    Answer(usize, i64, u64, Box<Result<Answer, Failure>>),
    /// Fits that were made.
    Fitted(usize, i64, Vec<Found>),
    /// The rest of a kill past the desks.
    Fence,
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// The desk that asks, and in which run.
    pub(super) desk: usize,
    pub(super) run: i64,
    pub(super) number: u64,
    pub(super) ask: Rc<Ask>,
    /// What was answered before, where it takes two requests.
    pub(super) first: Option<First>,
    /// When it was sent, and by how much the desk's clock was ahead then.
    pub(super) sent: (Timestamp, i64),
}

/// What the first of two requests was answered.
#[derive(Debug, Clone)]
pub(super) enum First {
    Order(Box<wire::Order>),
    Free(Cash),
}

/// A simulation under way.
pub(super) struct World<T> {
    pub(super) schedule: Schedule,
    pub(super) begins: Timestamp,
    pub(super) now: Timestamp,
    pub(super) venue: Venue,
    pub(super) feeds: Vec<Feed>,
    pub(super) crowd: Crowd,
    pub(super) shells: Vec<Shell<T>>,
    pub(super) weather: Weather,
    /// When which fault begins or ends, the next one last.
    pub(super) changes: Vec<(Timestamp, bool, usize)>,
    pub(super) on_its_way: BTreeMap<(Timestamp, u64), Due>,
    pub(super) numbered: u64,
    pub(super) network: Dice,
    pub(super) machine: Dice,
    pub(super) monitor: Monitor,
    pub(super) trace: Option<Trace>,
    /// Contracts that a person traded by hand.
    pub(super) by_hand: BTreeSet<usize>,
    pub(super) effects: Vec<Effect>,
    /// When prices last got another grid.
    pub(super) regridded: Timestamp,
    /// What has happened at the end.
    pub(super) stage: u32,
    pub(super) report: Report,
}

/// Why a simulation could not be set up: a fault of this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A setting is none.
    #[error(transparent)]
    Setting(#[from] Invalid),
    /// The exchange refused it.
    #[error(transparent)]
    Exchange(#[from] Refusal),
}

impl<T> World<T> {
    pub(super) fn new(schedule: &Schedule, looks: Looks) -> Result<Self, Unfit> {
        let seed = schedule.rng_seed;
        let opens = Timestamp::from_micros(BEGINS)?;
        let mut venue = Venue::new(opens);
        venue.matching.pay(venue.account, Cash::from_microdollars(PURSE))?;
        let fees = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE)?;
        let begins = begins(schedule);
        let closes = later(begins, schedule.closes.unwrap_or(schedule.micros + 86_400 * SECOND));
        let mut shells = Vec::with_capacity(schedule.desks);
        let mut feeds = Vec::with_capacity(schedule.desks);
        for desk in 0..schedule.desks {
            let first = venue.tickers.len();
            let name = format!("KXSIM-{desk}");
            let mut contracts = Vec::with_capacity(schedule.contracts);
            for place in 0..schedule.contracts {
                let (grid, ticker) = (PriceGrid::linear_cent(), desk_ticker(desk, place));
                let ticker: crate::market::Ticker = ticker.parse()?;
                venue.matching.list(opens, Listing { grid: grid.clone(), fees, closes: Some(closes) });
                venue.name(ticker.clone());
                let terms = Terms { grid, fees: Some(fees), settles: None, status: Status::Open };
                contracts.push(Listed { ticker, name: format!("contract {place}"), terms, closes });
            }
            let event = Event { event: name.parse()?, contracts };
            shells.push(Shell::new(event, desk, Journal::new(looks.replays), begins));
            feeds.push(Feed::new(first..venue.tickers.len(), Dice::new(seed, For::Network)));
        }
        let markets = 0..venue.tickers.len();
        let mut crowd =
            Crowd::join(&mut venue.matching, markets, schedule.pace, Dice::new(seed, For::Crowd))?;
        for step in 0..BEFORE {
            let at = later(opens, schedule.pace.saturating_mul(i64::from(step)));
            crowd.step(at, &mut venue.matching);
        }
        venue.publish(&mut feeds);
        let mut changes: Vec<(Timestamp, bool, usize)> = Vec::with_capacity(2 * schedule.faults.len());
        for (place, fault) in schedule.faults.iter().enumerate() {
            changes.push((later(begins, fault.at), true, place));
            let calm = schedule.micros - schedule.calm();
            changes.push((later(begins, fault.ends().min(calm)), false, place));
        }
        changes.sort_by_key(|change| core::cmp::Reverse((change.0, !change.1)));
        let monitor = Monitor::new(schedule.config.limits, schedule.order_ttl_s, schedule.desks, begins);
        Ok(Self {
            schedule: schedule.clone(),
            begins,
            now: begins,
            venue,
            feeds,
            crowd,
            shells,
            weather: Weather::default(),
            changes,
            on_its_way: BTreeMap::new(),
            numbered: 0,
            network: Dice::new(seed.wrapping_add(1), For::Network),
            machine: Dice::new(seed, For::Shell),
            monitor,
            trace: (looks.traces || looks.keeps).then(|| Trace::new(looks.keeps)),
            by_hand: BTreeSet::new(),
            effects: Vec::new(),
            regridded: Timestamp::MIN,
            stage: 0,
            report: Report {
                violations: Vec::new(),
                micros: 0,
                events: 0,
                requests: 0,
                orders: 0,
                adopted: 0,
                fills: 0,
                runs: 0,
                faults: BTreeMap::new(),
                trace: None,
                lines: Vec::new(),
            },
        })
    }

    /// Lets something happen later.
    pub(super) fn later(&mut self, after: i64, due: Due) {
        self.numbered += 1;
        self.on_its_way.insert((later(self.now, after), self.numbered), due);
    }
}
