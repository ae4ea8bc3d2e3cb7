//! Which rules a trade was charged by, by the time of the trade.

use core::fmt;

use super::RoundingRule;
use crate::Invalid;
use crate::units::{Date, Timestamp};

/// The rules in force at a time, and whether that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeRule {
    /// How fees are rounded.
    pub rounding: RoundingRule,
    /// Whether makers, where a series charges them, pay an amount that doesn't depend on the price.
    pub flat_makers: bool,
    /// Whether these rules were seen, in fills or in Kalshi's or the press's words, on both sides of the time. Where not,
    /// they are the likeliest.
    pub known: bool,
}

/// One row of the table of rules: what changed, and between which times it must have.
struct Change {
    /// The first time at which the rules before may no longer hold.
    doubted: Timestamp,
    /// From when these are taken to hold.
    from: Timestamp,
    /// From when it is known that they do.
    sure: Timestamp,
    rounding: RoundingRule,
}

const fn day(year: i32, month: i32, day: i32) -> Timestamp {
    Date::literal(year, month, day).midnight()
}

/// The rules, oldest first. Before the first row makers paid [`FLAT_MAKER_FEE`](super::schedule::FLAT_MAKER_FEE), as the
/// press reported, and all else was as in it.
const CHANGES: [Change; 4] = [
    // The maker's fee by price, in Kalshi's fee schedule from July 2025 on. No time of day is told.
    Change {
        doubted: day(2025, 7, 1),
        from: day(2025, 7, 1),
        sure: day(2025, 7, 2),
        rounding: RoundingRule::Cent,
    },
    // Kalshi's page "Fee rounding" of 2026-03-04; first seen in a fill of 2026-03-24.
    Change {
        doubted: day(2026, 3, 4),
        from: day(2026, 3, 4),
        sure: day(2026, 3, 24),
        rounding: RoundingRule::CentBalance,
    },
    // Kalshi's changelog: "Starting Thursday, May 28, 2026". The last fill by the rule before is of 00:58, the first by
    // this one of 14:45.
    Change {
        doubted: Date::literal(2026, 5, 28).literal_minute(0, 59),
        from: Date::literal(2026, 5, 28).literal_minute(0, 59),
        sure: Date::literal(2026, 5, 28).literal_minute(14, 45),
        rounding: RoundingRule::Centicent,
    },
    // Fills alone: the last by the rule before is of 2026-07-02, the first by this one of 2026-09-11. Between them the
    // rule that was last seen is the likelier.
    Change {
        doubted: day(2026, 7, 2),
        from: day(2026, 9, 11),
        sure: day(2026, 9, 12),
        rounding: RoundingRule::Microdollar,
    },
];

/// Until when it was looked for newer rules, and none were found.
const LOOKED_UNTIL: Timestamp = day(2026, 11, 29);

impl FeeRule {
    /// Returns the rules of a trade at a time.
    pub fn at(time: Timestamp) -> Self {
        let flat_makers = time < CHANGES[0].from;
        let rounding = CHANGES
            .iter()
            .rev()
            .find(|change| change.from <= time)
            .map_or(RoundingRule::Cent, |c| c.rounding);
        let doubted = CHANGES.iter().any(|change| change.doubted <= time && time < change.sure);
        Self { rounding, flat_makers, known: !doubted && time < LOOKED_UNTIL }
    }

    /// Returns the rules of a trade on a day in UTC of which no time is told: those at the day's end, which are known if
    /// they held all day.
    pub fn on(date: Date) -> Self {
        let (first, last) = (Self::at(date.midnight()), Self::at(date.last_instant()));
        Self { known: first.known && first == last, ..last }
    }

    /// Returns the rules of a trade on the day or at the time that is written so: `2026-07-01`, `2026-05-28T14:45:00Z`.
    ///
    /// # Errors
    ///
    /// Names `date` if it is neither.
    pub fn dated(text: &str) -> Result<Self, Invalid> {
        // What is longer than a date is a time; the error of either names what was given.
        let rules = if text.len() > "2026-07-14".len() {
            text.parse().map(Self::at)
        } else {
            text.parse().map(Self::on)
        };
        rules.map_err(|invalid: Invalid| Invalid::new("date", invalid.reason))
    }

    /// Returns the newest rules, which a question without a date is about.
    pub const fn newest() -> Self {
        Self { rounding: CHANGES[CHANGES.len() - 1].rounding, flat_makers: false, known: true }
    }
}

impl fmt::Display for FeeRule {
    /// Writes the name of the rules, such as `centicent`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.rounding, self.flat_makers) {
            (_, true) => "flat_makers",
            (RoundingRule::Cent, _) => "cent",
            (RoundingRule::CentBalance, _) => "cent_balance",
            (RoundingRule::Centicent, _) => "centicent",
            (RoundingRule::Microdollar, _) => "microdollar",
        })
    }
}
