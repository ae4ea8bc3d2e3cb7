//! The settings of all parts in one list: what forms, help, sweeps, links and reports go by.

use crate::exchange::Assumptions;
use crate::risk::Limits;
use crate::settings::Setting;
use crate::{belief, execution, quoting};

/// A setting of a [`Config`](super::Config).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// What it is, and what values it takes.
    pub setting: &'static Setting,
    pub(super) part: Part,
    /// Its place among the part's rows.
    pub(super) place: usize,
}

/// The part that a setting belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Quoting,
    Execution,
    Limits,
    Belief,
    Assumptions,
}

impl Part {
    const fn rows(self) -> &'static [Setting] {
        match self {
            Self::Quoting => quoting::Settings::ROWS,
            Self::Execution => execution::Settings::ROWS,
            Self::Limits => Limits::ROWS,
            Self::Belief => belief::Settings::ROWS,
            Self::Assumptions => Assumptions::ROWS,
        }
    }

    /// Returns the part's setting named `key`; a key that it has not doesn't compile.
    const fn entry(self, key: &str) -> Entry {
        let rows = self.rows();
        let mut place = 0;
        while !same(rows[place].key, key) {
            place += 1;
        }
        Entry { setting: &rows[place], part: self, place }
    }
}

/// How we quote, and what is assumed of the exchange, in the order of links and reports.
pub static SETTINGS: [Entry; 45] = [
    Part::Quoting.entry("rules"),
    Part::Quoting.entry("quote_size"),
    Part::Quoting.entry("half_spread_cents"),
    Part::Quoting.entry("dynamic"),
    Part::Quoting.entry("half_spread_min_cents"),
    Part::Quoting.entry("half_spread_max_cents"),
    Part::Quoting.entry("sigma_scale"),
    Part::Quoting.entry("skew_cents"),
    Part::Quoting.entry("pull_at"),
    Part::Quoting.entry("z_widen"),
    Part::Quoting.entry("z_pull"),
    Part::Quoting.entry("z_over"),
    Part::Execution.entry("drift_cents"),
    Part::Execution.entry("refresh_s"),
    Part::Belief.entry("calibration"),
    Part::Belief.entry("book"),
    Part::Assumptions.entry("fee"),
    Part::Assumptions.entry("latency_ms"),
    Part::Quoting.entry("risk_aversion"),
    Part::Limits.entry("max_order_size"),
    Part::Limits.entry("max_position_per_ticker"),
    Part::Limits.entry("max_daily_loss_pct"),
    Part::Limits.entry("min_balance_floor_cents"),
    Part::Quoting.entry("other"),
    Part::Quoting.entry("longshots"),
    Part::Quoting.entry("offset"),
    Part::Quoting.entry("fill_decay"),
    Part::Quoting.entry("fill_rate"),
    Part::Quoting.entry("horizon_h"),
    Part::Quoting.entry("alarm_pull"),
    Part::Quoting.entry("fair"),
    Part::Limits.entry("start_balance"),
    Part::Limits.entry("loss_from"),
    Part::Limits.entry("equity_at"),
    Part::Limits.entry("max_event_loss"),
    Part::Limits.entry("outcomes"),
    Part::Limits.entry("max_messages_per_minute"),
    Part::Limits.entry("max_past_mid_cents"),
    Part::Limits.entry("dead_book_cents"),
    // From here on, assumptions that only a backtest has.
    Part::Assumptions.entry("feed_ms"),
    Part::Assumptions.entry("answer_ms"),
    Part::Assumptions.entry("queue_ahead"),
    Part::Assumptions.entry("slippage_cents"),
    Part::Assumptions.entry("lost_fills_pct"),
    Part::Assumptions.entry("blackout_h"),
];

impl Entry {
    /// Returns the setting named `key`.
    pub fn find(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|entry| entry.setting.key == key)
    }

    /// Returns the setting named `key`, for a constant: a key that there is not doesn't compile.
    pub const fn named(key: &str) -> &'static Self {
        let mut place = 0;
        while !same(SETTINGS[place].setting.key, key) {
            place += 1;
        }
        &SETTINGS[place]
    }

    /// Tells whether the setting is an assumption that only a backtest has; `fee` and `latency_ms` also say how to quote
    /// and what to expect live.
    pub fn is_assumed(&self) -> bool {
        self.part == Part::Assumptions && !matches!(self.setting.key, "fee" | "latency_ms")
    }

    /// Returns why a desk that runs can't be told another value, if it can't.
    pub fn fixed(&self) -> Option<&'static str> {
        match (self.part, self.setting.key) {
            (_, "fair") => Some(
                "can't be changed while the desk runs: what was found of a fair value before goes into the next one. Start it with another",
            ),
            (_, "start_balance") => {
                Some("can't be changed while the desk runs: an event's losses count from what it began with")
            }
            (Part::Quoting | Part::Execution | Part::Limits, _) => None,
            (Part::Belief, _) => {
                Some("can't be changed while the desk runs: what is believed comes of all past trades")
            }
            (Part::Assumptions, _) => Some("can't be changed while the desk runs: the exchange is as it is"),
        }
    }
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_of_every_part_is_listed_once() {
        for part in [Part::Quoting, Part::Execution, Part::Limits, Part::Belief, Part::Assumptions] {
            for setting in part.rows() {
                let listed: Vec<&Entry> =
                    SETTINGS.iter().filter(|entry| entry.setting.key == setting.key).collect();
                assert_eq!(listed.len(), 1, "{}", setting.key);
                assert_eq!((listed[0].part, listed[0].setting), (part, setting));
            }
        }
        let counts = SETTINGS.iter().filter(|entry| entry.is_assumed()).count();
        assert!(SETTINGS.is_sorted_by_key(Entry::is_assumed) && counts == 6);
    }
}
