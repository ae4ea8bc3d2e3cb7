//! A tape as the filter reads it: everything that no parameter changes, computed once.

use super::price_logit;
use crate::market::{Side, Tape};
use crate::math::{ln, max};
use crate::units::{Price, Timestamp};

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

/// One print.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Print {
    /// Its price in dollars.
    pub(crate) price: f64,
    /// The log-odds of its price.
    pub(crate) log_odds: f64,
    /// The log-odds half a tick below and above: what was rounded to this price.
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// The logarithm of the number of contracts.
    pub(crate) ln_size: f64,
    /// The taker's side: 1 bought YES, -1 bought NO, 0 where it isn't known.
    pub(crate) side: f64,
}

/// All prints of one instant.
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
}

/// The prints of one contract.
#[derive(Debug, Clone)]
pub(crate) struct Prints {
    pub(crate) prints: Vec<Print>,
    pub(crate) batches: Vec<Batch>,
}

impl Prints {
    /// Reads a tape of a contract that settles at `settles`.
    pub(crate) fn new(tape: &Tape, settles: Option<Timestamp>) -> Self {
        let prints: Vec<Print> = tape
            .trades()
            .iter()
            .map(|trade| {
                let side = match trade.taker_side {
                    Some(Side::Yes) => 1.0,
                    Some(Side::No) => -1.0,
                    None => 0.0,
                };
                let (low, high) = rounded_to(trade.price);
                // A hundredth of a contract is the least that trades.
                let size = max(trade.count.to_contracts(), 0.01);
                let (price, log_odds) = (trade.price.to_dollars(), price_logit(trade.price));
                Print { price, log_odds, low, high, ln_size: ln(size), side }
            })
            .collect();
        let mut batches: Vec<Batch> = Vec::new();
        let mut first = 0;
        for trades in tape.batches() {
            let at = trades[0].at;
            let hours = batches.last().map_or(0.0, |last| at.micros_since(last.at) as f64 / HOUR);
            let left = settles.map_or(UNKNOWN_LEFT, |end| end.micros_since(at).max(LEAST_LEFT));
            let end = first + trades.len();
            batches.push(Batch { at, hours, left: left as f64 / HOUR, first, end });
            first = end;
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

/// Returns the log-odds between which everything is rounded to `price`. The tick is a cent, or a tenth of one where the
/// price shows it; all beyond the first and the last tick is rounded to these.
fn rounded_to(price: Price) -> (f64, f64) {
    let (whole, price) = (Price::ONE.centicents(), price.centicents());
    let tick = if price % 100 == 0 { 100 } else { 10 };
    let log_odds = |twice: i64| ln(twice as f64 / (2 * whole - twice) as f64);
    (
        if price <= tick { -BEYOND } else { log_odds(2 * price - tick) },
        if price >= whole - tick { BEYOND } else { log_odds(2 * price + tick) },
    )
}
