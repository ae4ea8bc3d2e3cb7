//! Kinds of notices, and the hours in which only some of them are told.

use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Invalid;
use crate::units::Timestamp;

/// What a notice is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody's price is far from what is believed.
    Edge,
    /// A contract's quotes are out, as its last print surprised.
    Toxicity,
    /// Four fifths of a limit are used.
    Limit,
    /// The exchange has not been heard for a while.
    StaleFeed,
    /// Everything was taken back.
    Killed,
    /// An order traded.
    Fill,
    /// Fills turn out to be worth less than is expected.
    Markouts,
    /// Something went wrong at the desk: what it holds and what the exchange says differ, a source was lost, and the like.
    Trouble,
    /// It is tried whether notices arrive.
    Test,
}

impl Kind {
    /// All that a desk causes.
    pub const ALL: [Self; 8] = [
        Self::Edge,
        Self::Toxicity,
        Self::Limit,
        Self::StaleFeed,
        Self::Killed,
        Self::Fill,
        Self::Markouts,
        Self::Trouble,
    ];

    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Toxicity => "toxicity",
            Self::Limit => "limit",
            Self::StaleFeed => "stale_feed",
            Self::Killed => "killed",
            Self::Fill => "fill",
            Self::Markouts => "markouts",
            Self::Trouble => "trouble",
            Self::Test => "test",
        }
    }

    /// Returns whether it is told also in quiet hours: money is in danger, or nothing is done any more.
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::Limit | Self::StaleFeed | Self::Killed | Self::Trouble | Self::Test)
    }
}

impl FromStr for Kind {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let kind = Self::ALL.into_iter().find(|kind| kind.name() == text);
        let names = || Self::ALL.map(Self::name).join(", ");
        kind.ok_or_else(|| Invalid::new("alert", format!("must be one of {}, not {text:?}", names())))
    }
}

/// Hours of each day, in UTC, in which only what is urgent is told: from the first minute on, before the second; over midnight where
/// the first is the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    from: u32,
    to: u32,
}

impl Quiet {
    /// Returns whether an instant is in them.
    pub fn holds(self, at: Timestamp) -> bool {
        let minute = u32::try_from(at.micros().rem_euclid(86_400_000_000) / 60_000_000).unwrap_or(0);
        if self.from <= self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

impl FromStr for Quiet {
    type Err = Invalid;

    /// Reads `22:00-07:30`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let unfit = || Invalid::new("quiet", format!("must be like 22:00-07:30, not {text:?}"));
        let minute = |text: &str| {
            let (hours, minutes) = text.split_once(':')?;
            let two = |text: &str, most: u32| {
                let is_two = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
                text.parse::<u32>().ok().filter(|&number| is_two && number < most)
            };
            Some(60 * two(hours, 24)? + two(minutes, 60)?)
        };
        let (from, to) = text.split_once('-').ok_or_else(unfit)?;
        let (Some(from), Some(to)) = (minute(from.trim()), minute(to.trim())) else { return Err(unfit()) };
        if from == to { Err(unfit()) } else { Ok(Self { from, to }) }
    }
}
