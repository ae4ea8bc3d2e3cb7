//! The range that a setting is swept over.

#![warn(clippy::indexing_slicing)]

use shared::backtest::Entry;
use shared::decimal;
use shared::settings::Kind;

/// Returns a sweep's axis over the range that a setting is mostly used in.
pub(super) fn axis(key: &str) -> String {
    const CELLS: usize = 11;
    let range = |low: f64, high: f64, decimals: usize| {
        format!("{key}={}:{}:{CELLS}", decimal::text(low, decimals), decimal::text(high, decimals))
    };
    match (key, Entry::find(key).map(|entry| entry.setting.kind)) {
        ("half_spread_cents", _) => range(1.0, 6.0, 2),
        ("skew_cents", _) => range(0.0, 2.0, 2),
        ("drift_cents", _) => range(0.0, 10.0, 2),
        ("pull_at", _) => range(0.0, 50.0, 0),
        ("z_pull", _) => range(2.0, 7.0, 2),
        ("z_widen", _) => range(0.5, 2.5, 2),
        ("latency_ms", _) => range(0.0, 60_000.0, 0),
        ("queue_ahead", _) => range(0.0, 500.0, 2),
        ("slippage_cents" | "lost_fills_pct" | "blackout_h", _) => range(0.0, 10.0, 1),
        ("quote_size" | "max_order_size", _) => range(1.0, 11.0, 2),
        ("start_balance", _) => range(100.0, 2_100.0, 2),
        ("risk_aversion", _) => range(0.01, 0.11, 4),
        ("fill_decay", _) => range(10.0, 110.0, 1),
        (_, Some(Kind::Number { range: (low, high), decimals, .. })) => range(low, high, decimals),
        (_, Some(Kind::Flag)) => format!("{key}=true,false"),
        _ => range(0.0, 10.0, 1),
    }
}
