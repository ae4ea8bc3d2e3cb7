//! The settings that have a name.

use core::fmt;
use core::str::FromStr;

use super::{Settings, place};
use crate::Invalid;
use crate::units::quoted;

/// Settings that have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Preset {
    /// The mission's full strategy: dynamic half-spread, skew, pulled when prints are toxic.
    Seed,
    /// The same with a fixed half-spread of 3 cents.
    SeedFixed3,
    /// The same with a fixed half-spread of 5 cents.
    SeedFixed5,
    /// A fixed half-spread of 3 cents and no skew.
    SeedNoSkew,
    /// Reservation prices of all outcomes at once, with an offset that the rate of fills and the fee decide.
    Coherent,
}

impl Preset {
    /// All presets, in the order they are listed in.
    pub const ALL: [Self; 5] =
        [Self::Seed, Self::SeedFixed3, Self::SeedFixed5, Self::SeedNoSkew, Self::Coherent];

    /// Returns its name on the command line and in links.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seed => "seed",
            Self::SeedFixed3 => "seed-fixed3",
            Self::SeedFixed5 => "seed-fixed5",
            Self::SeedNoSkew => "seed-noskew",
            Self::Coherent => "coherent",
        }
    }

    /// Returns its name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Seed => "Seed: dynamic spread, skew, pull",
            Self::SeedFixed3 => "Seed, fixed 3¢",
            Self::SeedFixed5 => "Seed, fixed 5¢",
            Self::SeedNoSkew => "Seed, fixed 3¢, no skew",
            Self::Coherent => "Coherent: all outcomes at once",
        }
    }

    /// Returns what it has other than the table's defaults: places and values.
    pub(super) const fn changes(self) -> &'static [(usize, i64)] {
        match self {
            Self::Seed => &[],
            Self::SeedFixed3 => &[(place::DYNAMIC, 0)],
            Self::SeedFixed5 => &[(place::DYNAMIC, 0), (place::HALF_SPREAD_CENTS, 500)],
            Self::SeedNoSkew => &[(place::DYNAMIC, 0), (place::SKEW_CENTS, 0)],
            // A reservation price moves with every fill of the event: quotes follow it by the cent.
            // A print that is rather stray or a jump than not is waited out.
            Self::Coherent => &[(place::RULES, 1), (place::DRIFT_CENTS, 100), (place::ALARM_PULL, 50)],
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = Invalid;

    /// Parses a preset's name.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `preset` for any other text.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|preset| preset.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Invalid::new("preset", format!("must be one of {names}, got {}", quoted(text)))
        })
    }
}

impl From<Preset> for Settings {
    fn from(preset: Preset) -> Self {
        Self::preset(preset)
    }
}
