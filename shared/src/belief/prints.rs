//! A tape as the filter reads it: everything that no parameter changes, computed once.

use super::{logit, price_logit};
use crate::market::{Side, Tape, Trade};
use crate::math::{ln, max, min};
use crate::units::{Price, Quantity, Timestamp};

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

/// A print as it is kept: what a sight of it, alone or with others, is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Print {
    pub(crate) count: Quantity,
    /// The price: at most 10 000, in two bytes, as there are many prints.
    centicents: u16,
    pub(crate) taker_side: Option<Side>,
}

impl Print {
    /// Returns a print; a price fits its two bytes.
    pub(crate) fn new(price: Price, count: Quantity, taker_side: Option<Side>) -> Self {
        Self { count, centicents: u16::try_from(price.centicents()).unwrap_or(u16::MAX), taker_side }
    }

    /// Returns what is kept of a trade.
    pub(crate) fn of(trade: &Trade) -> Self {
        Self::new(trade.price, trade.count, trade.taker_side)
    }

    /// Returns the price.
    pub(crate) fn price(&self) -> Price {
        Price::literal(i64::from(self.centicents))
    }
}

/// The prints of one contract.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prints {
    pub(crate) prints: Vec<Print>,
    pub(crate) batches: Vec<Batch>,
}

impl Prints {
    /// Reads a tape.
    pub(crate) fn of(tape: &Tape) -> Self {
        let mut prints = Self::default();
        prints.expect(tape);
        for trades in tape.batches() {
            prints.take(trades[0].instant(), None, trades);
        }
        prints
    }

    /// Returns those of the last instant alone.
    pub(crate) fn last_instant(&self) -> Self {
        let batch = self.batches.last();
        let prints = batch.map_or(&[][..], |batch| self.of_batch(batch)).to_vec();
        let batches =
            batch.map(|batch| Batch { first: 0, end: prints.len(), ..*batch }).into_iter().collect();
        Self { prints, batches }
    }

    /// Makes room for a tape, no more and no less.
    pub(crate) fn expect(&mut self, tape: &Tape) {
        self.prints.reserve_exact(tape.trades().len());
        self.batches.reserve_exact(tape.batches().count());
    }

    /// Takes in the trades of one instant of a contract that settles at `settles`, and returns them as one.
    pub(crate) fn take(&mut self, at: Timestamp, settles: Option<Timestamp>, trades: &[Trade]) -> Batch {
        let first = self.prints.len();
        self.prints.extend(trades.iter().map(Print::of));
        self.close(at, settles, first)
    }

    /// Makes one batch of the prints from the one at `first` on.
    pub(crate) fn close(&mut self, at: Timestamp, settles: Option<Timestamp>, first: usize) -> Batch {
        let hours = self.batches.last().map_or(0.0, |last| hours_between(last.at, at));
        let sight = Sight::of(&self.prints[first..]);
        let batch = Batch { at, hours, left: hours_left(settles, at), first, end: self.prints.len(), sight };
        self.batches.push(batch);
        batch
    }

    /// Tells when the contract settles, also of what was printed before.
    pub(crate) fn settle(&mut self, settles: Option<Timestamp>) {
        for batch in &mut self.batches {
            batch.left = hours_left(settles, batch.at);
        }
    }

    /// Returns the prints of a batch.
    pub(crate) fn of_batch(&self, batch: &Batch) -> &[Print] {
        &self.prints[batch.first..batch.end]
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

impl Sight {
    /// Returns `prints`, which are of one instant, as one.
    pub(crate) fn of(prints: &[Print]) -> Self {
        let (mut size, mut paid, mut bought) = (0.0, 0.0, 0.0);
        let mut tick = 0.01;
        for print in prints {
            // A hundredth of a contract is the least that trades.
            let count = max(print.count.to_contracts(), 0.01);
            size += count;
            paid += count * print.price().to_dollars();
            bought += match print.taker_side {
                Some(Side::Yes) => count,
                Some(Side::No) => -count,
                None => 0.0,
            };
            if print.price().centicents() % 100 != 0 {
                tick = 0.001;
            }
        }
        let [price, log_odds] = match prints {
            [print] => [print.price().to_dollars(), price_logit(print.price())],
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
