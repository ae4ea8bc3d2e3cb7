//! A tape as the filter reads it: everything that no parameter changes, computed once.

use super::{logit, price_logit};
use crate::market::{Side, Tape, Trade};
use crate::math::{ln, max, min};
use crate::units::Timestamp;

/// Microseconds in an hour: the filter's unit of time.
const HOUR: f64 = 3_600e6;
/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;
/// Hours in a year of 365 days.
pub(crate) const YEAR_HOURS: f64 = 8_760.0;
/// The time to settlement that is assumed where it is unknown: half a month, the middle of a monthly event.
const UNKNOWN_LEFT: i64 = 15 * DAY;
/// The least time to settlement: listeners are counted once a day, so that the last day's news is one lump.
const LEAST_LEFT: i64 = DAY;
/// Log-odds that are beyond every price.
const BEYOND: f64 = 40.0;

/// A price as the filter sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight {
    /// The price in dollars.
    pub(crate) price: f64,
    /// Its log-odds.
    pub(crate) log_odds: f64,
    /// The log-odds half a tick below and above: what is rounded to this price.
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// The number of contracts, and its logarithm.
    pub(crate) size: f64,
    pub(crate) ln_size: f64,
    /// The taker's side: 1 bought YES, -1 bought NO, 0 where it isn't known.
    pub(crate) side: f64,
}

/// All prints of one instant: the fills of one sweep through the book, in no order that means anything. They are seen
/// as one, at the mean price of a contract.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch {
    /// When.
    pub(crate) at: Timestamp,
    /// Hours since the batch before; 0 for the first.
    pub(crate) hours: f64,
    /// Hours to settlement.
    pub(crate) left: f64,
    /// The places of its prints: from `first` to before `end`.
    pub(crate) first: usize,
    pub(crate) end: usize,
    /// All of them as one.
    pub(crate) sight: Sight,
}

/// The prints of one contract.
#[derive(Debug, Clone)]
pub(crate) struct Prints {
    pub(crate) prints: Vec<Sight>,
    pub(crate) batches: Vec<Batch>,
}

impl Prints {
    /// Reads a tape of a contract that settles at `settles`.
    pub(crate) fn new(tape: &Tape, settles: Option<Timestamp>) -> Self {
        let mut prints = Vec::with_capacity(tape.trades().len());
        let mut batches: Vec<Batch> = Vec::new();
        for trades in tape.batches() {
            let first = prints.len();
            prints.extend(trades.iter().map(|trade| Sight::of(core::slice::from_ref(trade))));
            let at = trades[0].at;
            let hours = batches.last().map_or(0.0, |last| hours_between(last.at, at));
            let left = hours_left(settles, at);
            let sight = if let [_] = trades { prints[first] } else { Sight::of(trades) };
            batches.push(Batch { at, hours, left, first, end: prints.len(), sight });
        }
        Self { prints, batches }
    }

    /// Returns how many of the batches were before `instant`.
    pub(crate) fn batches_before(&self, instant: Timestamp) -> usize {
        self.batches.partition_point(|batch| batch.at < instant)
    }

    /// Returns how many of the prints were before `instant`.
    pub(crate) fn prints_before(&self, instant: Timestamp) -> usize {
        let batches = self.batches_before(instant);
        batches.checked_sub(1).map_or(0, |last| self.batches[last].end)
    }
}

/// Returns the hours from `earlier` to `later`.
pub(crate) fn hours_between(earlier: Timestamp, later: Timestamp) -> f64 {
    later.micros_since(earlier) as f64 / HOUR
}

/// Returns the hours that are left at `at`.
pub(crate) fn hours_left(settles: Option<Timestamp>, at: Timestamp) -> f64 {
    settles.map_or(UNKNOWN_LEFT, |end| end.micros_since(at).max(LEAST_LEFT)) as f64 / HOUR
}

impl Batch {
    /// Returns `trades`, which are of one instant, when `first` prints were before them.
    pub(crate) fn seen(at: Timestamp, hours: f64, left: f64, first: usize, trades: &[Trade]) -> Self {
        Self { at, hours, left, first, end: first + trades.len(), sight: Sight::of(trades) }
    }
}

impl Sight {
    /// Returns `trades`, which are of one instant, as one.
    fn of(trades: &[Trade]) -> Self {
        let (mut size, mut paid, mut bought) = (0.0, 0.0, 0.0);
        let mut tick = 0.01;
        for trade in trades {
            // A hundredth of a contract is the least that trades.
            let count = max(trade.count.to_contracts(), 0.01);
            size += count;
            paid += count * trade.price.to_dollars();
            bought += match trade.taker_side {
                Some(Side::Yes) => count,
                Some(Side::No) => -count,
                None => 0.0,
            };
            if trade.price.centicents() % 100 != 0 {
                tick = 0.001;
            }
        }
        let [price, log_odds] = match trades {
            [trade] => [trade.price.to_dollars(), price_logit(trade.price)],
            _ => [paid / size, logit(min(max(paid / size, 0.001), 0.999))],
        };
        // All beyond the first and the last tick is rounded to these.
        let (low, high) = (price - 0.5 * tick, price + 0.5 * tick);
        Self {
            price,
            log_odds,
            low: if low < tick { -BEYOND } else { logit(low) },
            high: if high > 1.0 - tick { BEYOND } else { logit(high) },
            size,
            ln_size: ln(size),
            side: bought / size,
        }
    }
}
