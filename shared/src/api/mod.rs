//! Every message between the server and the browser.
//!
//! Both ends compile these types, so a field can't be renamed on one side only.

use serde::{Deserialize, Serialize};

use crate::flatten::{Plan, Row};
use crate::market::{EventTape, EventTicker, Tape, Ticker, artist};
use crate::sort;
use crate::units::{Cash, Date, Price, Quantity, Timestamp};

/// What the server does, and how far its hands reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A simulated world and recorded tapes: no key, no order.
    Demo,
    /// Kalshi's live data, read only.
    Watch,
    /// Kalshi's live data, with our orders matched here.
    Paper,
    /// Real orders.
    Live,
}

impl Mode {
    /// Returns its name as the badge shows it.
    pub fn badge(self) -> &'static str {
        match self {
            Self::Demo => "DEMO",
            Self::Watch => "WATCH",
            Self::Paper => "PAPER",
            Self::Live => "LIVE",
        }
    }
}

/// The answer of `GET /api/health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The server's version.
    pub version: String,
    /// Its mode.
    pub mode: Mode,
    /// Whether the dashboard is inside the binary, or a placeholder.
    pub page_is_built: bool,
    /// Whether it has a desk, which pages watch and may tell something.
    #[serde(default)]
    pub desk: bool,
    /// Whether it follows the market of an open event.
    #[serde(default)]
    pub market: bool,
    /// How many contracts have a tape.
    pub contracts: usize,
    /// How many trades the tapes hold.
    pub trades: usize,
}

/// The answer of `POST /api/desk/…`, where the desk did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// What it did, in a sentence.
    pub text: String,
}

/// The answer of `GET /api/desk/flatten?slippage_cents=N`: how what is held would be sold, if a person says so in time. A
/// [`Plan`] in columns, all of one length, an entry a contract.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlattenPlan {
    /// What the plan is called for who wants it carried out: it is kept for a minute, and carried out once.
    pub id: String,
    /// The contracts.
    pub ticker: Vec<Ticker>,
    /// What is held of each, in hundredths of a YES contract, NO negative.
    pub held: Vec<i64>,
    /// The YES price that each is sold at in the worst case, or bought back at, in $0.0001; 0 where it can't be.
    pub limit: Vec<i64>,
    /// The same in words, or why it can't be.
    pub order: Vec<String>,
    /// How much the books meet down to the limits, in hundredths of a contract.
    pub there: Vec<i64>,
    /// What that brings after fees at the prices that are there, in $0.000001.
    pub expected: Vec<i64>,
    /// What it brings after fees at the limits.
    pub worst: Vec<i64>,
    /// What is charged of what is expected; 0 also where that is not known.
    pub fees: Vec<i64>,
}

impl FlattenPlan {
    /// Returns what is told of a plan that is kept under this id.
    pub fn new(id: String, plan: &Plan) -> Self {
        let rows = || plan.rows.iter();
        Self {
            id,
            ticker: rows().map(|row| row.ticker.clone()).collect(),
            held: rows().map(|row| row.position.hundredths()).collect(),
            limit: rows().map(|row| row.limit.map_or(0, Price::centicents)).collect(),
            order: rows().map(Row::says).collect(),
            there: rows().map(|row| row.there.hundredths()).collect(),
            expected: rows().map(|row| row.expected.microdollars()).collect(),
            worst: rows().map(|row| row.worst.microdollars()).collect(),
            fees: rows().map(|row| row.fees.map_or(0, Cash::microdollars)).collect(),
        }
    }
}

/// The body of `POST /api/desk/flatten`, which is answered with [`Done`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlattenAsked {
    /// The plan's [`FlattenPlan::id`].
    pub id: String,
}

/// The answer of `GET /api/desk/settings`: what holds of how a desk quotes, and how that came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskSettings {
    /// The version of what holds: how many changes there were.
    pub version: u64,
    /// What holds, as text of a [`Config`](crate::backtest::Config).
    pub holds: String,
    /// What the desk was started with, likewise.
    pub started: String,
    /// Why nothing can be changed while it runs, if nothing can.
    pub fixed: Option<String>,
    /// The latest changes, the latest first.
    pub changes: Vec<SettingsChange>,
}

/// A change of settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsChange {
    /// The version that it made.
    pub version: u64,
    /// When, by the desk's clock.
    pub at: Timestamp,
    /// Who made it, in words.
    pub by: String,
    /// Why.
    pub why: String,
    /// What was changed: name, what it was, what it is.
    pub set: Vec<(String, String, String)>,
}

/// The body of `POST /api/desk/settings`, which is answered with [`Done`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsAsked {
    /// The version that was looked at: another one that holds by now refuses the change.
    pub version: u64,
    /// The settings that are to be others, `quote_size=2&skew_cents=0.5`.
    pub set: String,
    /// Why, in a line.
    pub why: String,
}

/// Where a tape comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A file of recorded trades.
    Recorded,
    /// The simulated world.
    Simulated,
    /// A file that was opened in the browser: the server never sees it.
    Opened,
}

/// The answer of `GET /api/tapes`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TapeList {
    /// The mode, for the badge.
    pub mode: Mode,
    /// The events, newest last trade first.
    pub events: Vec<EventSummary>,
    /// Files, or parts of them, that could not be read: each names the file, the line and the column.
    pub problems: Vec<String>,
}

/// One event and its contracts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventSummary {
    /// Its ticker.
    pub event: EventTicker,
    /// Where its tapes come from.
    pub origin: Origin,
    /// The day whose count settles it, where it is known.
    pub settles: Option<Date>,
    /// Its contracts, most traded first.
    pub contracts: Vec<ContractSummary>,
}

/// One contract and what was traded in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContractSummary {
    /// Its ticker.
    pub ticker: Ticker,
    /// The artist's name where it is known, else the ticker's last part.
    pub name: String,
    /// The artist's monthly listeners at the last trade, where they are known.
    pub listeners: Option<f64>,
    /// How many trades there are.
    pub trades: usize,
    /// How many contracts changed hands.
    pub volume: Quantity,
    /// The price of the last trade.
    pub last: Price,
    /// When the first trade was.
    pub first_at: Timestamp,
    /// When the last trade was.
    pub last_at: Timestamp,
}

/// The answer of `GET /api/tapes/{ticker}`: a tape in columns, all of one length, in tape order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prints {
    /// The contract.
    pub ticker: Ticker,
    /// When, in microseconds since 1970 (UTC).
    pub micros: Vec<i64>,
    /// The YES price, in $0.0001.
    pub centicents: Vec<i64>,
    /// How many, in 0.01 contract.
    pub hundredths: Vec<i64>,
}

/// The answer of `GET /api/history/{series}/{ticker}`: a contract's trades in buckets of equal length, in columns of one length.
/// A bucket in which nothing was traded is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TickChart {
    /// The contract.
    pub ticker: Ticker,
    /// Where the first bucket begins.
    pub from: Timestamp,
    /// What comes at this instant or later is left out.
    pub to: Timestamp,
    /// How long a bucket is, in microseconds; the last one may reach over the end.
    pub width_micros: i64,
    /// The buckets, by their numbers from 0: one begins `width_micros` times its number after `from`.
    pub bucket: Vec<u32>,
    /// How many trades there were.
    pub ticks: Vec<u64>,
    /// The lowest YES price, in $0.0001.
    pub low: Vec<i64>,
    /// The highest.
    pub high: Vec<i64>,
    /// The one of the first trade.
    pub first: Vec<i64>,
    /// The one of the last.
    pub last: Vec<i64>,
    /// How much was traded, in 0.01 contract.
    pub hundredths: Vec<i64>,
}

/// The answer of `GET /api/listeners`: the histories that the nowcast page opens with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listeners {
    /// Where they come from.
    pub origin: Origin,
    /// What to call them.
    pub name: String,
    /// A listeners file, as [`read_histories`](crate::nowcast::series::read_histories) reads it.
    pub csv: String,
}

/// The answer of `GET /api/studies`: what was registered before it was run, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StudyList {
    /// A study a side that was looked at; one that was not looked at once.
    pub studies: Vec<StudyView>,
    /// What could not be read, a sentence each.
    pub problems: Vec<String>,
}

/// A registered study, as a page shows it: in words, as its report has them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StudyView {
    /// What its file is called.
    pub name: String,
    /// What came of it.
    pub verdict: String,
    /// What there is to know of it, the claim first: name and value each.
    pub facts: Vec<Vec<String>>,
    /// What was found: heads, a row an event, and what they come to; nothing of one that was not reported.
    pub found: Vec<Vec<String>>,
}

/// The body of every answer that is an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What went wrong, for the person who asked.
    pub error: String,
}

impl EventSummary {
    /// Returns the summary of an event's recorded tapes: its contracts most traded first, and the last day of
    /// its month as the day that settles it.
    pub fn recorded(tape: &EventTape) -> Self {
        let contracts =
            most_traded_first(&tape.contracts().iter().map(ContractSummary::from).collect::<Vec<_>>());
        let event = tape.event().clone();
        Self { settles: event.month_end(), event, origin: Origin::Recorded, contracts }
    }

    /// Returns what `tape`, which is the event's, told by `at`: a contract without a trade by then has a price of zero.
    #[must_use]
    pub fn as_of(&self, tape: &EventTape, at: Timestamp) -> Self {
        let contract = |tape: &Tape| {
            let known = self.contracts.iter().find(|contract| contract.ticker == *tape.ticker());
            let name =
                known.map_or_else(|| ContractSummary::name_of(tape.ticker()), |known| known.name.clone());
            match tape.until(at) {
                Some(tape) => ContractSummary { name, ..ContractSummary::from(&tape) },
                None => ContractSummary {
                    ticker: tape.ticker().clone(),
                    name,
                    listeners: None,
                    trades: 0,
                    volume: Quantity::ZERO,
                    last: Price::ZERO,
                    first_at: at,
                    last_at: at,
                },
            }
        };
        let contracts = most_traded_first(&tape.contracts().iter().map(contract).collect::<Vec<_>>());
        Self { event: self.event.clone(), origin: self.origin, settles: self.settles, contracts }
    }
}

fn most_traded_first(contracts: &[ContractSummary]) -> Vec<ContractSummary> {
    let traded = |place: usize| (contracts[place].trades, contracts[place].volume);
    let places = sort::places(contracts.len(), &|a, b| traded(a) > traded(b));
    places.into_iter().map(|place| contracts[place].clone()).collect()
}

impl ContractSummary {
    /// Returns the artist's name where it is known, else the ticker's last part.
    pub fn name_of(ticker: &Ticker) -> String {
        artist(ticker.outcome()).unwrap_or(ticker.outcome()).to_owned()
    }
}

impl From<&Tape> for ContractSummary {
    fn from(tape: &Tape) -> Self {
        let (first_at, last_at) = tape.span();
        Self {
            ticker: tape.ticker().clone(),
            name: Self::name_of(tape.ticker()),
            listeners: None,
            trades: tape.trades().len(),
            volume: tape.volume(),
            last: tape.last_price(),
            first_at,
            last_at,
        }
    }
}

impl From<&Tape> for Prints {
    fn from(tape: &Tape) -> Self {
        let trades = tape.trades();
        Self {
            ticker: tape.ticker().clone(),
            micros: trades.iter().map(|trade| trade.at.micros()).collect(),
            centicents: trades.iter().map(|trade| trade.price.centicents()).collect(),
            hundredths: trades.iter().map(|trade| trade.count.hundredths()).collect(),
        }
    }
}
