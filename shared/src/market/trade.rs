//! One print.

use core::num::NonZeroU64;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Side, Ticker};
use crate::Invalid;
use crate::sort;
use crate::units::{Price, Quantity, Timestamp};

/// One public trade of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// The contract.
    pub ticker: Ticker,
    /// When it was matched.
    pub at: Timestamp,
    /// The price of YES.
    pub price: Price,
    /// How many contracts changed hands.
    pub count: Quantity,
    /// The outcome the taker took, where the tape says so: `Yes` lifted an ask, `No` hit a bid.
    pub taker_side: Option<Side>,
    /// What the exchange calls it, where the tape says so.
    pub id: Option<TradeId>,
    /// Whether it was arranged off the book: it says what the contract is worth, and fills no resting order.
    pub is_block: bool,
}

/// The exchange's id of a trade: 64 bits of its text, as a tape has many. Two texts may share them, so that trades are the
/// same only if the rest agrees too: [`Trade::repeats`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TradeId(NonZeroU64);

impl FromStr for TradeId {
    type Err = Invalid;

    /// Takes any text but an empty one.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `trade_id` if the text is empty.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("trade_id", "is empty"));
        }
        // Fowler, Noll and Vo's hash, 1a.
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Ok(Self(NonZeroU64::new(hash).unwrap_or(NonZeroU64::MIN)))
    }
}

/// Of more trades than this in one instant, the repeated ones are found by sorting.
const FEW: usize = 32;

/// Returns the places of those among the trades of one instant that repeat an earlier one, in rising order.
pub(crate) fn repeated(trades: &[Trade]) -> Vec<usize> {
    if trades.len() <= FEW {
        let is_repeated = |place: &usize| trades[..*place].iter().any(|other| trades[*place].repeats(other));
        return (1..trades.len()).filter(is_repeated).collect();
    }
    // Stable: the earliest of those that share an id comes first.
    let by_id = sort::places(trades.len(), &|a, b| trades[a].id < trades[b].id);
    let mut is_repeated = vec![false; trades.len()];
    for same in by_id.chunk_by(|a, b| trades[*a].id.is_some() && trades[*a].id == trades[*b].id) {
        for (k, place) in same.iter().enumerate() {
            is_repeated[*place] = same[..k].iter().any(|other| trades[*place].repeats(&trades[*other]));
        }
    }
    (0..trades.len()).filter(|place| is_repeated[*place]).collect()
}

impl Trade {
    /// Returns whether this is `other`, told again: the same id, and the same contract, instant, price and count.
    pub fn repeats(&self, other: &Self) -> bool {
        self.id.is_some()
            && self.id == other.id
            && self.ticker == other.ticker
            && self.is_with(other)
            && self.price == other.price
            && self.count == other.count
    }

    /// Returns whether both are of one instant.
    #[inline]
    pub fn is_with(&self, other: &Self) -> bool {
        self.at == other.at || self.instant() == other.instant()
    }

    /// Returns the instant it belongs to: the millisecond, which is what the exchange's stream tells.
    #[inline]
    pub fn instant(&self) -> Timestamp {
        self.at.floor_to_millisecond()
    }
}
