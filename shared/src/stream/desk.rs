//! A desk as a page shows it.

use crate::api::Mode;
use crate::backtest::Money;
use crate::codec::{Codec, Message, Reader};
use crate::market::{Action, EventTicker, Ticker};
use crate::message;
use crate::quoting::{Regime, Status};
use crate::units::{Cash, Price, Quantity, Timestamp};

/// What a desk is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeskState {
    /// Nothing: it has not been started.
    Off,
    /// It asks the exchange what is there, and learns from past trades. Nothing rests.
    Starting,
    /// It makes the market.
    Quoting,
    /// A person has paused it. Nothing rests; it goes on listening.
    Paused,
    /// It can't see: the feed is cut or the account is not known. Nothing shall rest until it sees again.
    Blind,
    /// A person has killed it. Nothing rests, and nothing will until it is started again.
    Killed,
    /// What it trades has ended, or it can't go on; `why` says which.
    Ended,
}

impl DeskState {
    /// All of them, in the order of their numbers on the wire.
    pub const ALL: [Self; 7] =
        [Self::Off, Self::Starting, Self::Quoting, Self::Paused, Self::Blind, Self::Killed, Self::Ended];

    /// Returns its name as a badge shows it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Starting => "starting",
            Self::Quoting => "quoting",
            Self::Paused => "paused",
            Self::Blind => "blind",
            Self::Killed => "killed",
            Self::Ended => "ended",
        }
    }

    /// Returns whether a command does something now.
    pub const fn takes(self, command: DeskCommand) -> bool {
        match command {
            DeskCommand::Start => matches!(self, Self::Off | Self::Killed),
            DeskCommand::Pause => matches!(self, Self::Starting | Self::Quoting | Self::Blind),
            DeskCommand::Resume => matches!(self, Self::Paused),
            DeskCommand::Kill => true,
        }
    }
}

impl Codec for DeskState {
    fn write(&self, to: &mut Message) {
        let number = Self::ALL.iter().zip(0_u8..).find(|(state, _)| *state == self);
        number.map_or(0, |(_, number)| number).write(to);
    }

    fn read(from: &mut Reader) -> Self {
        let number = u8::read(from);
        Self::ALL.get(usize::from(number)).copied().unwrap_or_else(|| {
            from.refuse("holds no state of a desk");
            Self::Off
        })
    }
}

/// What a person may tell a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskCommand {
    /// Begin to make the market, also after a kill.
    Start,
    /// Take all quotes out and go on listening.
    Pause,
    /// Quote again.
    Resume,
    /// Take every order of the account back, at once, and stop. It never asks, and it is always possible.
    Kill,
}

impl DeskCommand {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Start, Self::Pause, Self::Resume, Self::Kill];

    /// Returns its last part of the path, `POST /api/desk/…`.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Kill => "kill",
        }
    }
}

message! {
    /// All of a desk.
    #[derive(Debug, Clone, PartialEq)]
    pub struct DeskView {
        /// How far its hands reach.
        pub mode: Mode,
        /// What it is doing.
        pub state: DeskState,
        /// Why it is not quoting, or nothing though it makes the market, for people; empty where there is nothing to say.
        pub why: String,
        /// What it trades, once that is known.
        pub event: Option<EventTicker>,
        /// What the event is about.
        pub title: String,
        /// The desk's clock.
        pub now: Timestamp,
        /// How many times as fast as the real one that clock runs.
        pub speed: f64,
        /// How long ago anything came from the exchange, in real milliseconds; `None` while there is no connection.
        pub feed_age_ms: Option<u32>,
        /// When trading ends.
        pub closes: Option<Timestamp>,
        /// Until when a person lets it trade with real money; `None` where it needs no such word, or has none.
        pub armed_until: Option<Timestamp>,
        /// How it quotes: the text of a [`Config`](crate::backtest::Config).
        pub config: String,
        /// The cash that is free but for what resting orders hold back.
        pub balance: Cash,
        /// Cash and positions at their marks.
        pub equity: Cash,
        /// The equity that it started with.
        pub start_equity: Cash,
        /// What the exchange charged since it started.
        pub fees: Cash,
        /// How many of its orders have traded, each part counted.
        pub fills: u32,
        /// How many orders rest.
        pub resting: u32,
        /// Of how many orders it is not known what became of them.
        pub unknown: u32,
        /// Since when that is not known of the one of which it isn't for longest.
        pub unknown_since: Option<Timestamp>,
        /// Whether a kill is under way: it is not yet sure that nothing rests.
        pub is_killing: bool,
        /// From when on orders are placed again, after a kill from which a person has started the desk.
        pub rearms_at: Option<Timestamp>,
        /// From a frame to the order that came of it, in microseconds: the median and the 99th percentile of the last
        /// ones.
        pub latency_us: Option<(u32, u32)>,
        /// Until when a catalyst has pulled all quotes, if one has.
        pub pulled_until: Option<Timestamp>,
        /// A row a contract, in the event's order.
        pub rows: Vec<DeskRow>,
        /// Where the profit since it started comes from.
        pub parts: Parts,
        /// What fills were worth later, at each horizon, the shortest first.
        pub markouts: Vec<MarkoutView>,
        /// What of that is expected and by what, for people.
        pub expects: String,
        /// That fills are estimates and how they are made, for people; empty where an exchange says what trades.
        pub estimates: String,
    }
}

impl DeskView {
    /// Returns what is told of a desk that has not begun, whose clock shows `now` and runs `speed` times as fast as the real
    /// one, and that is to quote as `config` says.
    pub const fn new(mode: Mode, now: Timestamp, speed: f64, config: String) -> Self {
        Self {
            mode,
            state: DeskState::Starting,
            why: String::new(),
            event: None,
            title: String::new(),
            now,
            speed,
            feed_age_ms: None,
            closes: None,
            armed_until: None,
            config,
            balance: Cash::ZERO,
            equity: Cash::ZERO,
            start_equity: Cash::ZERO,
            fees: Cash::ZERO,
            fills: 0,
            resting: 0,
            unknown: 0,
            unknown_since: None,
            is_killing: false,
            rearms_at: None,
            latency_us: None,
            pulled_until: None,
            rows: Vec::new(),
            parts: Parts::NONE,
            markouts: Vec::new(),
            expects: String::new(),
            estimates: String::new(),
        }
    }
}

message! {
    /// A contract.
    #[derive(Debug, Clone, PartialEq)]
    pub struct DeskRow {
        /// Its ticker.
        pub ticker: Ticker,
        /// What YES means: the artist.
        pub name: String,
        /// Whether it can be traded.
        pub status: Status,
        /// What it is believed to be worth in dollars, and the ends of the interval of 80 %, once something is believed.
        pub fair: Option<[f64; 3]>,
        /// The last print's standardised surprise.
        pub z: f64,
        /// How its quotes are made.
        pub regime: Regime,
        /// How many percent of what they are as usual a catalyst has widened its half-spreads to, and until when.
        pub widened: Option<(u32, Timestamp)>,
        /// Our bid and our offer of YES as they rest.
        pub quotes: [Option<(Price, Quantity)>; 2],
        /// The best bid and offer of the others.
        pub others: [Option<Price>; 2],
        /// The last public trade.
        pub last: Option<Price>,
        /// Net YES contracts held, in hundredths.
        pub position: i64,
        /// What the contract has brought since the desk started, its position at its mark.
        pub pnl: Cash,
        /// Where that comes from.
        pub parts: Parts,
        /// How many fills it had.
        pub fills: u32,
    }
}

message! {
    /// Where a profit comes from; the module `attribution` has the definitions.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Parts {
        /// What quoting away from fair earned.
        pub spread: Cash,
        /// How fair moved within half an hour of a fill, on what was filled.
        pub markout: Cash,
        /// How it moved later, and on what was held before.
        pub inventory: Cash,
        /// What the exchange charged.
        pub fees: Cash,
    }
}

impl Parts {
    /// Nothing.
    pub const NONE: Self =
        Self { spread: Cash::ZERO, markout: Cash::ZERO, inventory: Cash::ZERO, fees: Cash::ZERO };

    /// Returns the profit: the sum of the first three less fees.
    pub const fn pnl(self) -> Cash {
        let sum = self.spread.microdollars().saturating_add(self.markout.microdollars());
        let sum = sum.saturating_add(self.inventory.microdollars());
        Cash::from_microdollars(sum.saturating_sub(self.fees.microdollars()))
    }
}

impl Default for Parts {
    fn default() -> Self {
        Self::NONE
    }
}

impl From<Money> for Parts {
    fn from(money: Money) -> Self {
        let Money { spread, markout, revaluation, slippage, fees, .. } = money;
        // An order of ours that rests trades at its own price: there is no slippage, and if there were it would be no spread.
        let inventory = revaluation.microdollars().saturating_sub(slippage.microdollars());
        Self { spread, markout, inventory: Cash::from_microdollars(inventory), fees }
    }
}

message! {
    /// What fills were worth some time later, beside what is expected: of a contract.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MarkoutView {
        /// How much later, for people.
        pub horizon: String,
        /// How many fills it is of.
        pub fills: u32,
        /// The mean; none without a fill.
        pub mean: Option<Cash>,
        /// An interval that holds the truth at all looks and horizons together with 95 %; none of too few.
        pub interval: Option<(Cash, Cash)>,
        /// The interval that is expected, where one is.
        pub expected: Option<(Cash, Cash)>,
        /// How both go together, for people.
        pub verdict: String,
        /// Whether it lies wholly below what is expected.
        pub is_alarm: bool,
    }
}

message! {
    /// A contract's book, ours included.
    #[derive(Debug, Clone, PartialEq)]
    pub struct BookView {
        /// The contract.
        pub ticker: Ticker,
        /// The distance between two prices around the middle of the book.
        pub tick: Price,
        /// Levels with something in them, the highest price first.
        pub levels: Vec<LadderLevel>,
        /// Our orders.
        pub orders: Vec<OwnOrder>,
        /// The last public trade.
        pub last: Option<Price>,
        /// What the contract is believed to be worth in dollars.
        pub fair: Option<f64>,
        /// How the bid and the offer were last decided, once they were.
        pub decided: Option<Decided>,
    }
}

message! {
    /// A price of a book.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LadderLevel {
        /// The YES price.
        pub price: Price,
        /// How much is bid for YES there, ours included.
        pub bid: Quantity,
        /// How much of YES is offered there, ours included.
        pub ask: Quantity,
    }
}

message! {
    /// An order of ours.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OwnOrder {
        /// Whether it buys or sells YES.
        pub action: Action,
        /// The YES price.
        pub price: Price,
        /// How much of it may still trade.
        pub left: Quantity,
        /// Whether it rests and nothing about it is on its way.
        pub is_settled: bool,
        /// How much stood before it when it came to rest there, as far as is known.
        pub ahead: Option<Quantity>,
        /// Whether a person has placed it, not the quoter.
        pub is_by_hand: bool,
    }
}

message! {
    /// How a contract's quotes were decided.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct Decided {
        /// What made them be decided anew.
        pub reason: String,
        /// What went in: name and value.
        pub inputs: Vec<(String, String)>,
        /// The bid.
        pub bid: SideDecided,
        /// The offer.
        pub ask: SideDecided,
    }
}

message! {
    /// How one side's quote was decided.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct SideDecided {
        /// The steps: name, formula, and what they add in dollars.
        pub steps: Vec<(String, String, f64)>,
        /// Why there is no quote; empty if there is one.
        pub withheld: String,
    }
}

message! {
    /// What was appended to the desk's log.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct Appended {
        /// Fills, the oldest first.
        pub fills: Vec<FillRow>,
        /// What people should know of, the oldest first.
        pub alerts: Vec<Alert>,
        /// Equity: when, in microseconds since 1970 by the desk's clock, and dollars.
        pub equity: Vec<(Timestamp, f64)>,
    }
}

message! {
    /// One of our orders traded.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct FillRow {
        /// When.
        pub at: Timestamp,
        /// The contract.
        pub ticker: Ticker,
        /// Whether YES was bought or sold.
        pub action: Action,
        /// The YES price.
        pub price: Price,
        /// How many contracts.
        pub count: Quantity,
        /// What was charged.
        pub fee: Cash,
        /// Net YES contracts held after it, in hundredths.
        pub position: i64,
    }
}

message! {
    /// Something that a person should know of.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Alert {
        /// When.
        pub at: Timestamp,
        /// Whether something is wrong; else something was done.
        pub is_wrong: bool,
        /// What, in a sentence.
        pub text: String,
    }
}

impl Appended {
    /// Returns whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.fills.is_empty() && self.alerts.is_empty() && self.equity.is_empty()
    }

    /// Appends what came after, and forgets the oldest beyond what is kept.
    pub fn extend(&mut self, later: &Self) {
        fn append<T: Clone>(kept: &mut Vec<T>, later: &[T], most: usize) {
            kept.extend_from_slice(later);
            kept.drain(..kept.len().saturating_sub(most));
        }
        append(&mut self.fills, &later.fills, Self::FILLS);
        append(&mut self.alerts, &later.alerts, Self::ALERTS);
        append(&mut self.equity, &later.equity, Self::EQUITY);
    }

    /// How many fills are kept.
    pub const FILLS: usize = 500;
    /// How many alerts are kept.
    pub const ALERTS: usize = 100;
    /// How many points of equity are kept.
    pub const EQUITY: usize = 4_000;
}
