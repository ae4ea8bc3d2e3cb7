//! What a program is doing, as numbers for who watches over it: Prometheus' text format (version 0.0.4).
//!
//! Nothing is counted where it happens: each time somebody asks, the numbers are read off what pages are shown. So a desk that
//! nobody asks about does no work for it, and there are as many series as there are names and fixed labels, whatever is traded.

mod names;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::{Level, Metadata};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use shared::api::Mode;
use shared::stream::{DeskState, DeskView};

pub(crate) use self::names::NAMES;
use crate::clock::machine_time;
use crate::desk::Standing;
use crate::fanout::Counts;

/// Says how a desk is now, and who may trade where several share a journal.
pub(crate) type Shown = Box<dyn Fn() -> (DeskView, Option<Standing>) + Send + Sync>;

/// What is asked.
pub(crate) struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    process: metrics_process::Collector,
    mode: Mode,
    desk: Option<Shown>,
    fanout: Option<Arc<Counts>>,
}

impl Metrics {
    /// Returns those of a program in a mode, of its desk if it has one, which is asked each time, and of what goes over NATS if
    /// anything does.
    pub(crate) fn new(mode: Mode, desk: Option<Shown>, fanout: Option<Arc<Counts>>) -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        let this =
            Self { recorder, handle, process: metrics_process::Collector::default(), mode, desk, fanout };
        metrics::with_local_recorder(&this.recorder, || {
            for (name, unit, text) in NAMES {
                metrics::with_recorder(|recorder| {
                    recorder.describe_gauge((*name).into(), *unit, (*text).into());
                });
            }
            this.process.describe();
        });
        this
    }

    /// Returns all numbers as they are now.
    pub(crate) fn text(&self) -> String {
        metrics::with_local_recorder(&self.recorder, || {
            self.process.collect();
            let labels = [("version", env!("CARGO_PKG_VERSION")), ("mode", self.mode.badge())];
            set("tauroi_info", &labels, 1.0);
            if let Some(desk) = &self.desk {
                let (desk, lease) = desk();
                of_desk(&desk);
                if let Some(lease) = lease {
                    of_lease(&lease);
                }
            }
            if let Some(fanout) = &self.fanout {
                of_fanout(fanout);
            }
        });
        self.handle.render()
    }
}

/// Sets a number; one that isn't known is no number, so that no alarm takes it for zero.
fn set(name: &'static str, labels: &[(&'static str, &'static str)], value: f64) {
    let labels: Vec<metrics::Label> =
        labels.iter().map(|(name, value)| metrics::Label::from_static_parts(name, value)).collect();
    let key = metrics::Key::from_parts(name, labels);
    let metadata = Metadata::new(module_path!(), Level::INFO, None);
    metrics::with_recorder(|recorder| recorder.register_gauge(&key, &metadata).set(value));
}

/// Tells of what goes over NATS.
fn of_fanout(counts: &Counts) {
    let counted = |of: &AtomicU64| double(i64::try_from(of.load(Ordering::Relaxed)).unwrap_or(i64::MAX));
    for (name, value) in [
        ("tauroi_fanout_connected", f64::from(u8::from(counts.is_connected()))),
        ("tauroi_fanout_rounds", counted(&counts.rounds)),
        ("tauroi_fanout_gaps", counted(&counts.gaps)),
        ("tauroi_fanout_refused", counted(&counts.refused)),
        ("tauroi_fanout_replicas", counted(&counts.replicas)),
    ] {
        set(name, &[], value);
    }
    if counts.follows {
        set("tauroi_fanout_age_seconds", &[], counts.age_s());
    }
}

/// Tells of a desk.
fn of_desk(desk: &DeskView) {
    let number = |name, value| set(name, &[], value);
    for state in DeskState::ALL {
        set("tauroi_desk_state", &[("state", state.name())], f64::from(u8::from(state == desk.state)));
    }
    let apart =
        |from: shared::units::Timestamp, to: shared::units::Timestamp| double(to.micros_since(from)) / 1e6;
    number(
        "tauroi_desk_feed_age_seconds",
        desk.feed_age_ms.map_or(f64::INFINITY, |age| f64::from(age) / 1e3),
    );
    number("tauroi_desk_resting_orders", f64::from(desk.resting));
    number("tauroi_desk_unknown_orders", f64::from(desk.unknown));
    number("tauroi_desk_unknown_seconds", desk.unknown_since.map_or(0.0, |since| apart(since, desk.now)));
    number("tauroi_desk_killing", f64::from(u8::from(desk.is_killing)));
    number("tauroi_desk_fills", f64::from(desk.fills));
    number("tauroi_desk_balance_dollars", desk.balance.to_dollars());
    number("tauroi_desk_equity_dollars", desk.equity.to_dollars());
    number("tauroi_desk_start_equity_dollars", desk.start_equity.to_dollars());
    number("tauroi_desk_fees_dollars", desk.fees.to_dollars());
    let held: i64 = desk.rows.iter().map(|row| row.position.saturating_abs()).sum();
    number("tauroi_desk_held_contracts", double(held) / 100.0);
    let quoted = desk.rows.iter().filter(|row| row.quotes.iter().any(Option::is_some)).count();
    number("tauroi_desk_contracts", count(desk.rows.len()));
    number("tauroi_desk_quoted_contracts", count(quoted));
    number("tauroi_desk_markout_alarms", count(desk.markouts.iter().filter(|one| one.is_alarm).count()));
    if let Some((median, late)) = desk.latency_us {
        for (quantile, micros) in [("0.5", median), ("0.99", late)] {
            let labels = [("quantile", quantile)];
            set("tauroi_desk_order_latency_seconds", &labels, f64::from(micros) / 1e6);
        }
    }
    if let Some(until) = desk.armed_until {
        number("tauroi_desk_armed_seconds", apart(machine_time(), until).max(0.0));
    }
    if let Some(closes) = desk.closes {
        number("tauroi_desk_closes_seconds", apart(desk.now, closes));
    }
}

/// Tells of the lease, which says who may trade.
fn of_lease(lease: &Standing) {
    let number = |name, value| set(name, &[], value);
    number("tauroi_desk_lease_held", f64::from(u8::from(lease.is_held)));
    number("tauroi_desk_lease_epoch", double(lease.epoch));
    number("tauroi_desk_lease_since_timestamp_seconds", double(lease.since.micros()) / 1e6);
}

#[expect(clippy::cast_precision_loss, reason = "spans of time, positions and counts are far below 2^53")]
fn double(of: i64) -> f64 {
    of as f64
}

fn count(of: usize) -> f64 {
    double(i64::try_from(of).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
