//! How the filter's parameters come about.

use core::fmt;
use core::str::FromStr;

use crate::Invalid;
use crate::invalid::quoted;
use crate::units::serde_as_text;

/// How the filter's parameters are chosen from the prints before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Calibration {
    /// Direct maximum likelihood with priors pooled across contracts.
    #[default]
    Ml,
    /// Structured variational expectation-maximisation.
    Em,
    /// A local level, whose process noise is a median of squares; for comparison only.
    Legacy,
}

impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ml => "ml",
            Self::Em => "em",
            Self::Legacy => "legacy",
        })
    }
}

impl FromStr for Calibration {
    type Err = Invalid;

    /// Parses `ml`, `em` or `legacy`.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `calibration` for any other text.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "ml" => Ok(Self::Ml),
            "em" => Ok(Self::Em),
            "legacy" => Ok(Self::Legacy),
            _ => Err(Invalid::new("calibration", format!("must be ml, em or legacy, got {}", quoted(text)))),
        }
    }
}

serde_as_text!(Calibration, "\"ml\", \"em\" or \"legacy\"");
