//! Settings that have a name.

use core::fmt;
use core::str::FromStr;

use crate::quoting::{self, Rules};
use crate::risk::Limits;
use crate::settings::Fixed;
use crate::units::{Cash, quoted};
use crate::{Invalid, execution};

/// Settings that have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Preset {
    /// The Bernoulli quoter to the owner's specification: dynamic half-spread, skew, pulled when prints are toxic.
    Seed,
    /// The same with a fixed half-spread of 3 cents.
    SeedFixed3,
    /// The same with a fixed half-spread of 5 cents.
    SeedFixed5,
    /// A fixed half-spread of 3 cents and no skew.
    SeedNoSkew,
    /// Reservation prices of all outcomes at once, with an offset that the rate of fills and the fee decide.
    Coherent,
    /// Offers of unlikely outcomes above their calibrated probabilities, and no bids.
    Tails,
}

impl Preset {
    /// All presets, in the order they are listed in.
    pub const ALL: [Self; 6] =
        [Self::Seed, Self::SeedFixed3, Self::SeedFixed5, Self::SeedNoSkew, Self::Coherent, Self::Tails];

    /// Returns its name on the command line and in links.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seed => "seed",
            Self::SeedFixed3 => "seed-fixed3",
            Self::SeedFixed5 => "seed-fixed5",
            Self::SeedNoSkew => "seed-noskew",
            Self::Coherent => "coherent",
            Self::Tails => "tails",
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
            Self::Tails => "Tails: sell what is too dear",
        }
    }

    /// Returns how it quotes, when it replaces quotes, and what they never go beyond.
    pub(super) fn settings(self) -> (quoting::Settings, execution::Settings, Limits) {
        let limits = Limits::default();
        let (usual, patient) = (quoting::Settings::default(), execution::Settings::default());
        let fixed = quoting::Settings { dynamic: false, ..usual };
        let alarm_pull = Fixed::of_units(50);
        let by_the_cent = execution::Settings { drift_cents: Fixed::of_units(1_00), ..patient };
        let (quoting, execution) = match self {
            Self::Seed => (usual, patient),
            Self::SeedFixed3 => (fixed, patient),
            Self::SeedFixed5 => {
                (quoting::Settings { half_spread_cents: Fixed::of_units(5_00), ..fixed }, patient)
            }
            Self::SeedNoSkew => (quoting::Settings { skew_cents: Fixed::ZERO, ..fixed }, patient),
            // A reservation price moves with every fill of the event: quotes follow it by the cent.
            // A print that is rather stray or a jump than not is waited out.
            Self::Coherent => {
                (quoting::Settings { rules: Rules::Coherent, alarm_pull, ..usual }, by_the_cent)
            }
            // As much an order and a contract as the limits allow; the worst outcome may cost what the day may.
            Self::Tails => {
                let (quote_size, pull_at) = (limits.max_order_size, limits.max_position_per_ticker);
                let quoting =
                    quoting::Settings { rules: Rules::Tails, quote_size, pull_at, alarm_pull, ..usual };
                let limits = Limits { max_event_loss: MOST_LOST, ..limits };
                return (quoting, by_the_cent, limits);
            }
        };
        (quoting, execution, limits)
    }
}

/// What `tails` may lose in an event's worst outcome: 10 % of the start balance, as much as a day may cost.
const MOST_LOST: Cash = Cash::from_microdollars(100_000_000);

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
