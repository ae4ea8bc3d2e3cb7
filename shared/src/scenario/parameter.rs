//! The parameters of a scenario: one table for sliders, links, presets and checks.

use crate::Invalid;
use crate::decimal;

/// What a parameter is, where it may go, and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Its name in errors, links and exports.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// Its unit, where it has one.
    pub unit: &'static str,
    /// What it means, in a line.
    pub meaning: &'static str,
    /// The least and the greatest value.
    pub range: (f64, f64),
    /// The value when nothing else is known.
    pub default: f64,
    /// One step of its slider.
    pub step: f64,
    /// The decimal places it is kept with.
    pub decimals: usize,
    /// A change of ordinary size, for the tornado; relative to the value where `relative` is set.
    pub shock: f64,
    /// Whether `shock` is a fraction of the value.
    pub relative: bool,
}

impl Parameter {
    /// Checks that `value` is a number within the range.
    pub(super) fn check(&self, value: f64) -> Result<(), Invalid> {
        let (low, high) = self.range;
        if value >= low && value <= high {
            Ok(())
        } else {
            Err(Invalid::new(self.key, format!("must be from {low} to {high}, got {value}")))
        }
    }

    /// Returns `value` moved into the range and rounded to the places it is kept with.
    pub fn nearest(&self, value: f64) -> f64 {
        let (low, high) = self.range;
        let inside = crate::math::min(crate::math::max(value, low), high);
        decimal::rounded(inside, self.decimals)
    }
}

/// The parameters that all artists of an event share, in the order of links.
pub const EVENT_PARAMETERS: [Parameter; 5] = [
    Parameter {
        key: "days",
        label: "Days to settlement",
        unit: "days",
        meaning: "Whole publication days until the count that settles",
        range: (0.0, 400.0),
        default: 16.0,
        step: 1.0,
        decimals: 2,
        shock: 3.0,
        relative: false,
    },
    Parameter {
        key: "correlation",
        label: "Correlation",
        unit: "",
        meaning: "Correlation of any two artists' listeners: what moves the whole platform",
        range: (0.0, 0.95),
        default: 0.2,
        step: 0.01,
        decimals: 4,
        shock: 0.2,
        relative: false,
    },
    Parameter {
        key: "tiktok_gamma",
        label: "TikTok gamma",
        unit: "",
        meaning: "Volatility that a unit of TikTok velocity adds",
        range: (0.0, 2.0),
        default: 0.3,
        step: 0.01,
        decimals: 4,
        shock: 0.2,
        relative: false,
    },
    Parameter {
        key: "tiktok_beta",
        label: "TikTok beta",
        unit: "/ year",
        meaning: "Growth of the median a year that a unit of TikTok velocity adds, as a change of the logarithm",
        range: (-12.0, 12.0),
        default: 0.0,
        step: 0.05,
        decimals: 4,
        shock: 0.5,
        relative: false,
    },
    Parameter {
        key: "other",
        label: "OTHER",
        unit: "",
        meaning: "Probability that an artist who is not listed wins",
        range: (0.0, 0.5),
        default: 0.01,
        step: 0.001,
        decimals: 5,
        shock: 0.01,
        relative: false,
    },
];

/// The parameters that each artist has, in the order of links.
pub const ARTIST_PARAMETERS: [Parameter; 9] = [
    Parameter {
        key: "spot",
        label: "Listeners now",
        unit: "",
        meaning: "Monthly listeners today",
        range: (100_000.0, 400_000_000.0),
        default: 100_000_000.0,
        step: 100_000.0,
        decimals: 0,
        shock: 0.02,
        relative: true,
    },
    Parameter {
        key: "trend",
        label: "Trend",
        unit: "/ year",
        meaning: "Growth of the median a year, as a change of the logarithm",
        // In February 2026 one artist's was 7 for a fortnight.
        range: (-12.0, 12.0),
        default: 0.0,
        step: 0.01,
        decimals: 4,
        shock: 0.5,
        relative: false,
    },
    Parameter {
        key: "velocity",
        label: "TikTok velocity",
        unit: "",
        meaning: "New TikTok videos a day, their logarithm over its own 95th percentile of a year: 0 is quiet, 1 is the peak",
        range: (0.0, 3.0),
        default: 0.0,
        step: 0.01,
        decimals: 4,
        shock: 0.3,
        relative: false,
    },
    Parameter {
        key: "sigma_base",
        label: "Base volatility",
        unit: "/ √year",
        meaning: "Standard deviation of the log count over a year, without TikTok and events",
        range: (0.01, 1.0),
        default: 0.25,
        step: 0.01,
        decimals: 4,
        shock: 0.1,
        relative: false,
    },
    Parameter {
        key: "event_impact",
        label: "Event impact",
        unit: "×",
        meaning: "What a release, a tour or an award multiplies volatility by",
        range: (0.2, 5.0),
        default: 1.0,
        step: 0.05,
        decimals: 3,
        shock: 0.5,
        relative: false,
    },
    Parameter {
        key: "lambda",
        label: "Jump intensity",
        unit: "/ year",
        meaning: "How many jumps are expected a year",
        range: (0.0, 60.0),
        default: 4.0,
        step: 0.5,
        decimals: 3,
        shock: 4.0,
        relative: false,
    },
    Parameter {
        key: "muJ",
        label: "Jump mean",
        unit: "",
        meaning: "Mean change of the log count in a jump",
        range: (-0.5, 0.5),
        default: 0.0,
        step: 0.005,
        decimals: 4,
        shock: 0.02,
        relative: false,
    },
    Parameter {
        key: "sigJ",
        label: "Jump size",
        unit: "",
        meaning: "Standard deviation of the change of the log count in a jump",
        range: (0.0, 0.5),
        default: 0.04,
        step: 0.005,
        decimals: 4,
        shock: 0.02,
        relative: false,
    },
    Parameter {
        key: "strike",
        label: "Strike",
        unit: "",
        meaning: "The count that the artist's own digital must exceed; at first the strongest rival's count now",
        range: (100_000.0, 400_000_000.0),
        default: 100_000_000.0,
        step: 100_000.0,
        decimals: 0,
        shock: 0.02,
        relative: true,
    },
];
