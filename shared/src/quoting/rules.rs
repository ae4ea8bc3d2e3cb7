//! The settings as the numbers that a step needs.

use super::Parameters;
use super::amount::{CENT, Nano};
use crate::settings::Fixed;
use crate::units::{Cash, Quantity};

/// The settings, converted once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rules {
    pub(super) half_spread: Nano,
    pub(super) dynamic: bool,
    pub(super) half_spread_bounds: (Nano, Nano),
    /// A hundredth of a contract's skew.
    pub(super) skew: Nano,
    /// In hundredths of a contract.
    pub(super) pull_at: i64,
    pub(super) z_widen: f64,
    pub(super) z_pull: f64,
    pub(super) alarm_pull: f64,
    pub(super) drift: Nano,
    /// In microseconds.
    pub(super) refresh: i64,
    /// The contracts of one quote.
    pub(super) size: Quantity,
    /// In hundredths of a contract.
    pub(super) max_position: i64,
    /// The daily loss that halts, in thousandths of the equity.
    pub(super) max_loss: i64,
    pub(super) balance_floor: Cash,
}

impl Rules {
    pub(super) fn new(parameters: &Parameters) -> Self {
        let Parameters { quoting, execution, limits, .. } = parameters;
        // A setting in cents, in billionths of a dollar.
        let cents = |amount: Fixed<2>| amount.units() * (CENT / 100);
        Self {
            half_spread: cents(quoting.half_spread_cents),
            dynamic: quoting.dynamic,
            half_spread_bounds: (cents(quoting.half_spread_min_cents), cents(quoting.half_spread_max_cents)),
            skew: cents(quoting.skew_cents) / 100,
            pull_at: quoting.pull_at.hundredths(),
            z_widen: quoting.z_widen.to_f64(),
            z_pull: quoting.z_pull.to_f64(),
            alarm_pull: quoting.alarm_pull.to_f64(),
            drift: cents(execution.drift_cents),
            refresh: execution.refresh_s.units() * 1_000_000,
            size: quoting.quote_size.min(limits.max_order_size),
            max_position: limits.max_position_per_ticker.hundredths(),
            max_loss: limits.max_daily_loss_pct.units(),
            balance_floor: limits.min_balance_floor_cents,
        }
    }
}
