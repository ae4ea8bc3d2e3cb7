//! The state of an engine as it is kept outside, and checked when it comes back.

use core::fmt::Display;

use serde::{Deserialize, Serialize};

use super::Calibration;
use super::contract::{Contract, State};
use super::engine::Source;
use super::event::{Event, Fit, Schedule};
use super::experts::{Experts, FILTER, Learning, Losses, Said};
use super::forward::Window;
use super::kalman::Gaussian;
use super::prints::{Print, Prints};
use super::recalibration::Recalibration;
use crate::Invalid;
use crate::invalid::{finite, non_negative, positive};
use crate::market::{EventTicker, Side, Ticker, Trade, TradeId};
use crate::units::{Price, Quantity, Timestamp};

/// The form of the snapshots that are taken and read.
const VERSION: u32 = 3;
/// No engine has waited longer: the days from the first to the last of the calendar.
const MOST_DAYS: i64 = 3_700_000;

/// All that there is to know of an [`Engine`](super::Engine), for serde.
///
/// Prints are kept as they came, in whole numbers: what the filter computes from them is computed again. Where numbers are
/// written as text, it must be text that reads back to the same bits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    version: u32,
    source: Source,
    learning: Learning,
    events: Vec<EventState>,
    contracts: Vec<ContractState>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct EventState {
    ticker: EventTicker,
    settles: Option<Timestamp>,
    schedule: Schedule,
    fits: Vec<Fit>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ContractState {
    ticker: Ticker,
    event: usize,
    /// Centi-cents, hundredths of a contract, and the taker's side.
    prints: Vec<(i64, i64, i8)>,
    /// When each batch was, in microseconds, and how many prints there are with it.
    batches: Vec<(i64, usize)>,
    ids: Vec<(TradeId, usize)>,
    state: State,
    fair: f64,
    experts: Experts,
    losses: Losses,
    open: Vec<Said>,
    window: Window,
    recalibration: Recalibration,
}

/// A trade of an instant that is not complete: microseconds, centi-cents, hundredths of a contract, side and id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Told(i64, i64, i64, i8, Option<TradeId>);

impl Told {
    pub(super) fn of(trade: &Trade) -> Self {
        let (price, count, side) = numbers(&Print::of(trade));
        Self(trade.at.micros(), price, count, side, trade.id)
    }

    /// Returns the trade, of the contract `ticker`.
    pub(super) fn trade(&self, ticker: &Ticker) -> Result<Trade, Invalid> {
        let Self(at, price, count, side, id) = *self;
        let print = print((price, count, side))?;
        Ok(Trade {
            ticker: ticker.clone(),
            at: Timestamp::from_micros(at)?,
            price: print.price(),
            count: print.count,
            taker_side: print.taker_side,
            id,
            is_block: false,
        })
    }
}

fn numbers(print: &Print) -> (i64, i64, i8) {
    let side = match print.taker_side {
        Some(Side::Yes) => 1,
        Some(Side::No) => -1,
        None => 0,
    };
    (print.price().centicents(), print.count.hundredths(), side)
}

fn print((price, count, side): (i64, i64, i8)) -> Result<Print, Invalid> {
    let taker_side = match side {
        1 => Some(Side::Yes),
        -1 => Some(Side::No),
        0 => None,
        _ => return Err(Invalid::new("side", format!("must be 1, -1 or 0, got {side}"))),
    };
    Ok(Print::new(Price::from_centicents(price)?, Quantity::from_hundredths(count)?, taker_side))
}

impl Snapshot {
    pub(super) fn of(source: Source, learning: &Learning, events: &[Event], contracts: &[Contract]) -> Self {
        let events = events.iter().map(|event| EventState {
            ticker: event.ticker.clone(),
            settles: event.settles,
            schedule: event.schedule,
            fits: event.fits.clone(),
        });
        let contracts = contracts.iter().map(|contract| ContractState {
            ticker: contract.ticker.clone(),
            event: contract.event,
            prints: contract.prints.prints.iter().map(numbers).collect(),
            batches: contract.prints.batches.iter().map(|batch| (batch.at.micros(), batch.end)).collect(),
            ids: contract.ids.clone(),
            state: contract.state,
            fair: contract.fair,
            experts: contract.experts,
            losses: contract.losses,
            open: contract.open.clone(),
            window: contract.window,
            recalibration: contract.recalibration,
        });
        Self {
            version: VERSION,
            source,
            learning: *learning,
            events: events.collect(),
            contracts: contracts.collect(),
        }
    }

    pub(super) fn source(&self) -> Result<Source, Invalid> {
        if self.version != VERSION {
            return Err(Invalid::new("version", format!("must be {VERSION}, got {}", self.version)));
        }
        if let Source::Given(model) = &self.source {
            model.check()?;
        }
        Ok(self.source)
    }

    pub(super) fn learning(&self) -> Result<Learning, Invalid> {
        lost(&self.learning.losses)?;
        if !(0..=MOST_DAYS).contains(&self.learning.days.ended) {
            return Err(wrong("ended", self.learning.days.ended));
        }
        Ok(self.learning)
    }

    /// Returns the events, without prints.
    pub(super) fn events(&self) -> Result<Vec<Event>, Invalid> {
        self.events.iter().map(|event| event.restored().map_err(|why| why.within(&event.ticker))).collect()
    }

    /// Returns the contracts of `events`.
    pub(super) fn contracts(&self, events: &[Event]) -> Result<Vec<Contract>, Invalid> {
        let is_legacy = self.source == Source::Fitted(Calibration::Legacy);
        let restored = |contract: &ContractState| {
            let restored = contract.restored(events, is_legacy);
            restored.map_err(|why| why.within(&contract.ticker))
        };
        self.contracts.iter().map(restored).collect()
    }
}

impl EventState {
    fn restored(&self) -> Result<Event, Invalid> {
        let mut event = Event::new(self.ticker.clone(), self.settles);
        for fit in &self.fits {
            fit.learned.model.check()?;
            fit.learned.level.check()?;
        }
        if !(0..=MOST_DAYS).contains(&self.schedule.days) {
            return Err(wrong("days", self.schedule.days));
        }
        (event.schedule, event.fits) = (self.schedule, self.fits.clone());
        Ok(event)
    }
}

impl ContractState {
    fn restored(&self, events: &[Event], is_legacy: bool) -> Result<Contract, Invalid> {
        let Some(event) = events.get(self.event) else { return Err(wrong("event", self.event)) };
        if matches!(self.state, State::Legacy(_)) != is_legacy {
            return Err(Invalid::new("state", "is of another calibration"));
        }
        if let Some(Gaussian { mean, variance }) = self.state.gaussian() {
            finite("mean", mean)?;
            positive("variance", variance)?;
        }
        if let State::Switching(runner) = &self.state
            && let Some(price) = runner.prices().iter().flatten().find(|price| !(0.0..=1.0).contains(*price))
        {
            return Err(wrong("prices", price));
        }
        let mut contract = Contract::new(self.ticker.clone(), self.event, self.state, FILTER);
        contract.prints = self.prints(event.settles)?;
        let Prints { prints, batches } = &contract.prints;
        let (count, batches) = (prints.len(), batches.len());
        if let Some((_, place)) = self.ids.iter().find(|(_, place)| *place >= count) {
            return Err(wrong("ids", place));
        }
        if self.open.len() > batches {
            return Err(wrong("open", self.open.len()));
        }
        lost(&self.losses)?;
        for said in self.open.iter().flatten() {
            finite("open", *said)?;
        }
        let window = &self.window;
        if window.low > window.high || window.high > batches {
            return Err(wrong("window", window.high));
        }
        let inside: usize = contract.prints.batches[window.low..window.high]
            .iter()
            .map(|batch| batch.end - batch.first)
            .sum();
        if window.count != inside {
            return Err(wrong("count", window.count));
        }
        finite("sum", window.sum)?;
        for number in self.experts.numbers() {
            finite("experts", number)?;
        }
        self.recalibration.check()?;
        if !(0.0..=1.0).contains(&self.fair) {
            return Err(wrong("fair", self.fair));
        }
        contract.ids.clone_from(&self.ids);
        contract.open.clone_from(&self.open);
        (contract.fair, contract.experts, contract.window) = (self.fair, self.experts, self.window);
        (contract.losses, contract.recalibration) = (self.losses, self.recalibration);
        Ok(contract)
    }

    /// Returns the prints, from which all is computed again that the filter computes.
    fn prints(&self, settles: Option<Timestamp>) -> Result<Prints, Invalid> {
        let mut prints = Prints::default();
        let mut last = None;
        for &(at, end) in &self.batches {
            let first = prints.prints.len();
            let own = self.prints.get(first..end).filter(|own| !own.is_empty());
            let own = own.ok_or_else(|| wrong("batches", end))?;
            for numbers in own {
                prints.prints.push(print(*numbers)?);
            }
            if last.is_some_and(|last| at < last) {
                return Err(wrong("batches", at));
            }
            last = Some(at);
            prints.close(Timestamp::from_micros(at)?, settles, first);
        }
        if prints.prints.len() != self.prints.len() {
            return Err(wrong("prints", self.prints.len()));
        }
        Ok(prints)
    }
}

/// Checks what experts have lost.
fn lost(losses: &Losses) -> Result<(), Invalid> {
    losses.0.iter().try_for_each(|lost| non_negative("losses", *lost).map(|_| ()))
}

fn wrong(field: &'static str, value: impl Display) -> Invalid {
    Invalid::new(field, format!("{value} does not fit the rest"))
}
