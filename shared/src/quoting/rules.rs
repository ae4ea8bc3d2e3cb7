//! The settings as the numbers that a step needs.

use super::amount::{CENT, Nano};
use super::{Settings, place};
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
    pub(super) fn new(settings: &Settings) -> Self {
        // A setting in cents, in billionths of a dollar.
        let cents = |place| settings.nano(place) / (1_000_000_000 / CENT);
        let hundredths = |place| settings.quantity(place).hundredths();
        let order = settings.quantity(place::QUOTE_SIZE).min(settings.quantity(place::MAX_ORDER_SIZE));
        Self {
            half_spread: cents(place::HALF_SPREAD_CENTS),
            dynamic: settings.flag(place::DYNAMIC),
            half_spread_bounds: (cents(place::HALF_SPREAD_MIN_CENTS), cents(place::HALF_SPREAD_MAX_CENTS)),
            skew: cents(place::SKEW_CENTS) / 100,
            pull_at: hundredths(place::PULL_AT),
            z_widen: settings.number(place::Z_WIDEN),
            z_pull: settings.number(place::Z_PULL),
            alarm_pull: settings.number(place::ALARM_PULL),
            drift: cents(place::DRIFT_CENTS),
            refresh: settings.nano(place::REFRESH_S) / 1_000,
            size: order,
            max_position: hundredths(place::MAX_POSITION_PER_TICKER),
            max_loss: settings.nano(place::MAX_DAILY_LOSS_PCT) / 100_000_000,
            balance_floor: Cash::from_microdollars(cents(place::MIN_BALANCE_FLOOR_CENTS) / 1_000),
        }
    }
}
