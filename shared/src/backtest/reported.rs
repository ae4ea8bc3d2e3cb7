//! Results that were reported of four presets before this engine existed, to be set beside its own.

use super::preset::Preset;

/// What was reported of a preset: fills, and dollars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reported {
    /// The preset.
    pub preset: Preset,
    /// How many fills.
    pub fills: i64,
    /// Profit before fees.
    pub gross: f64,
    /// Fees.
    pub fees: f64,
    /// Profit after fees.
    pub net: f64,
}

/// The four reports. Which fill model they come from, and which tape, they don't say: `docs/backtest.md` tells what is known.
pub const REPORTED: [Reported; 4] = [
    Reported { preset: Preset::Seed, fills: 3_810, gross: 4.39, fees: 3.12, net: 1.27 },
    Reported { preset: Preset::SeedFixed3, fills: 5_045, gross: 14.07, fees: 7.85, net: 6.22 },
    Reported { preset: Preset::SeedFixed5, fills: 3_909, gross: 12.39, fees: 3.93, net: 8.46 },
    Reported { preset: Preset::SeedNoSkew, fills: 902, gross: -1.22, fees: 2.53, net: -3.75 },
];
