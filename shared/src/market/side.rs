//! The sides of a contract and of an order.

use core::fmt;
use core::str::FromStr;

use crate::Invalid;
use crate::invalid::quoted;
use crate::units::serde_as_text;

/// One of a contract's two outcomes: the side a taker took, or the result of a settled contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The event's proposition holds: pays $1 a YES contract.
    Yes,
    /// It doesn't hold: pays $1 a NO contract.
    No,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Yes => "yes",
            Self::No => "no",
        })
    }
}

impl FromStr for Side {
    type Err = Invalid;

    /// Parses `yes` or `no`, in any case: archives write them in capitals.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `side` for any other text.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            _ if text.eq_ignore_ascii_case("yes") => Ok(Self::Yes),
            _ if text.eq_ignore_ascii_case("no") => Ok(Self::No),
            _ => Err(Invalid::new("side", format!("must be yes or no, got {}", quoted(text)))),
        }
    }
}

serde_as_text!(Side, "\"yes\" or \"no\"");

/// Whether contracts are bought or sold, at their own price.
///
/// Selling YES at P and buying NO at 1 - P are the same trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Cash goes out, contracts come in.
    Buy,
    /// Contracts go out, cash comes in.
    Sell,
}

impl Action {
    /// Returns what the other side of a trade does.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        })
    }
}

impl FromStr for Action {
    type Err = Invalid;

    /// Parses `buy` or `sell`.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `action` for any other text.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "buy" => Ok(Self::Buy),
            "sell" => Ok(Self::Sell),
            _ => Err(Invalid::new("action", format!("must be buy or sell, got {}", quoted(text)))),
        }
    }
}

serde_as_text!(Action, "\"buy\" or \"sell\"");
