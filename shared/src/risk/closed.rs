//! What quoting rests on and is not known to be so: while it isn't, nothing is quoted.

use serde::{Deserialize, Serialize};

/// Why nothing of a contract, or of all contracts, is quoted. Each reason is given and lifted by itself; it is apart from a
/// person's pause and from what the exchange says of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedFor {
    /// The others' orders are not known any more.
    StaleBook,
    /// What is held is not known any more.
    StalePosition,
    /// Our clock and the exchange's don't agree.
    Clock,
    /// What is decided can't be written down.
    Journal,
    /// Orders of which nothing is known for too long.
    UnknownOrders,
    /// Messages of the feed are missing.
    FeedGap,
    /// What is held here and what the exchange says is held are not the same.
    Drift,
    /// A person killed the desk, and nobody has armed it again.
    Killed,
    /// What is to be taken for the fair value says nothing.
    NoFairValue,
}

impl ClosedFor {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::StaleBook,
        Self::StalePosition,
        Self::Clock,
        Self::Journal,
        Self::UnknownOrders,
        Self::FeedGap,
        Self::Drift,
        Self::Killed,
        Self::NoFairValue,
    ];

    /// Returns its name in records and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StaleBook => "stale_book",
            Self::StalePosition => "stale_position",
            Self::Clock => "clock",
            Self::Journal => "journal",
            Self::UnknownOrders => "unknown_orders",
            Self::FeedGap => "feed_gap",
            Self::Drift => "drift",
            Self::Killed => "killed",
            Self::NoFairValue => "no_fair_value",
        }
    }

    /// Says it to people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::StaleBook => "the book is stale",
            Self::StalePosition => "the position is stale",
            Self::Clock => "the clock is out of step",
            Self::Journal => "the journal can't be written",
            Self::UnknownOrders => "orders are unknown for too long",
            Self::FeedGap => "the feed has a gap",
            Self::Drift => "the exchange's account and ours differ",
            Self::Killed => "killed",
            Self::NoFairValue => "nothing says what it is worth",
        }
    }
}

/// Which reasons hold at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<ClosedFor>", into = "Vec<ClosedFor>")]
pub struct Closures(u16);

impl Closures {
    /// Nothing closes.
    pub const NONE: Self = Self(0);

    /// Returns whether nothing closes.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns whether a reason is among them.
    #[inline]
    pub const fn holds(self, why: ClosedFor) -> bool {
        self.0 & bit(why) != 0
    }

    /// Takes note that a reason holds from now on.
    pub const fn close(&mut self, why: ClosedFor) {
        self.0 |= bit(why);
    }

    /// Takes note that a reason holds no longer.
    pub const fn lift(&mut self, why: ClosedFor) {
        self.0 &= !bit(why);
    }

    /// Takes note that no reason holds any longer, but for [`ClosedFor::Killed`] and [`ClosedFor::NoFairValue`]: that all is
    /// well again is no person's word that orders may be sent again, and says nothing of what a contract is worth.
    pub const fn lift_all(&mut self) {
        self.0 &= bit(ClosedFor::Killed) | bit(ClosedFor::NoFairValue);
    }

    /// Takes note that a reason holds from now on; without one, as [`Closures::lift_all`].
    pub const fn close_or_lift(&mut self, why: Option<ClosedFor>) {
        match why {
            Some(why) => self.close(why),
            None => self.lift_all(),
        }
    }

    /// Returns the reasons that are among these or those.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Iterates over the reasons that hold.
    pub fn iter(self) -> impl Iterator<Item = ClosedFor> {
        ClosedFor::ALL.into_iter().filter(move |why| self.holds(*why))
    }
}

/// The place of a reason in the set.
const fn bit(why: ClosedFor) -> u16 {
    1 << why as u16
}

impl From<Vec<ClosedFor>> for Closures {
    fn from(reasons: Vec<ClosedFor>) -> Self {
        let mut all = Self::NONE;
        reasons.into_iter().for_each(|why| all.close(why));
        all
    }
}

impl From<Closures> for Vec<ClosedFor> {
    fn from(closures: Closures) -> Self {
        closures.iter().collect()
    }
}
