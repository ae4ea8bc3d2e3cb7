//! The settings as the numbers that a decision needs.

use serde::{Deserialize, Serialize};

use super::amount::{Nano, nano_of_cents};
use super::tails::ONE_SIDED;
use super::{Rules, Settings, UsualSigmaB, ZOver};
use crate::units::Quantity;

/// The settings, converted once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    pub(super) half_spread: Nano,
    pub(super) dynamic: bool,
    pub(super) half_spread_bounds: (Nano, Nano),
    /// None is the median so far.
    sigma_scale: Option<f64>,
    /// A hundredth of a contract's skew.
    pub(super) skew: Nano,
    /// In hundredths of a contract.
    pub(super) pull_at: i64,
    pub(super) z_widen: f64,
    pub(super) z_pull: f64,
    pub(super) alarm_pull: f64,
    /// Whether surprises are reckoned over a minute.
    pub(super) over_minute: bool,
    /// How many innovations upward in a row pull; none never do.
    pub(super) one_sided: Option<u32>,
    /// How long a move must be quiet to have settled, in microseconds.
    pub(super) refresh: i64,
    /// The contracts of one quote.
    pub(super) size: Quantity,
}

impl Numbers {
    /// Returns the settings as numbers; a move has settled when it was quiet for `refresh` microseconds.
    pub fn new(settings: &Settings, refresh: i64) -> Self {
        let (least, most) = (settings.half_spread_min_cents, settings.half_spread_max_cents);
        Self {
            half_spread: nano_of_cents(settings.half_spread_cents),
            dynamic: settings.dynamic && settings.rules == Rules::Seed,
            half_spread_bounds: (nano_of_cents(least), nano_of_cents(most)),
            sigma_scale: settings.sigma_scale.number(),
            skew: nano_of_cents(settings.skew_cents) / 100,
            pull_at: settings.pull_at.hundredths(),
            z_widen: settings.z_widen.to_f64(),
            z_pull: settings.z_pull.to_f64(),
            alarm_pull: settings.alarm_pull.to_f64(),
            over_minute: settings.z_over == ZOver::Minute,
            one_sided: (settings.rules == Rules::Tails).then_some(ONE_SIDED),
            refresh,
            size: settings.quote_size,
        }
    }

    /// Whether quotes depend on what belief volatility usually is.
    pub fn asks_usual(&self) -> bool {
        self.dynamic && self.sigma_scale.is_none()
    }

    /// Returns the belief volatility at which the dynamic half-spread is the plain one, where `usual` is what it was so far.
    pub fn sigma_scale(&self, usual: &UsualSigmaB) -> f64 {
        self.sigma_scale.or_else(|| usual.median()).unwrap_or(1.0)
    }
}
