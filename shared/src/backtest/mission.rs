//! The table that the mission came with, to be set beside ours.

use super::preset::Preset;

/// What the mission says of a configuration: fills, and dollars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mission {
    /// The configuration.
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

/// The mission's four rows. Which fill model they come from, and which tape, it doesn't say.
pub const MISSION: [Mission; 4] = [
    Mission { preset: Preset::Seed, fills: 3_810, gross: 4.39, fees: 3.12, net: 1.27 },
    Mission { preset: Preset::SeedFixed3, fills: 5_045, gross: 14.07, fees: 7.85, net: 6.22 },
    Mission { preset: Preset::SeedFixed5, fills: 3_909, gross: 12.39, fees: 3.93, net: 8.46 },
    Mission { preset: Preset::SeedNoSkew, fills: 902, gross: -1.22, fees: 2.53, net: -3.75 },
];
