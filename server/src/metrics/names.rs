//! Every number there is: its name, its unit, and what it says. `docs/operate.md` lists them, and alarms and dashboards go by
//! these names; a test holds all three together.

use metrics::Unit;

/// A name, its unit where it has one, and what it says.
type Named = (&'static str, Option<Unit>, &'static str);

/// All that are told, beside those of the process (`process_…`, as Prometheus' client libraries name them).
pub(crate) const NAMES: &[Named] = &[
    ("tauroi_info", None, "1, with the version and the mode"),
    (
        "tauroi_desk_state",
        None,
        "1 for what the desk is doing: off, starting, quoting, paused, blind, killed or ended",
    ),
    (
        "tauroi_desk_feed_age_seconds",
        Some(Unit::Seconds),
        "Since the exchange last said anything; +Inf without a connection",
    ),
    ("tauroi_desk_resting_orders", None, "Orders that rest"),
    ("tauroi_desk_unknown_orders", None, "Orders of which it is not known what became of them"),
    (
        "tauroi_desk_unknown_seconds",
        Some(Unit::Seconds),
        "How long that has not been known, of the oldest; 0 where all is known",
    ),
    ("tauroi_desk_killing", None, "1 while a kill is under way: it is not yet sure that nothing rests"),
    ("tauroi_desk_fills", None, "Fills since it started, each part of an order counted"),
    ("tauroi_desk_balance_dollars", None, "Free cash"),
    ("tauroi_desk_equity_dollars", None, "Cash, and positions at their marks"),
    ("tauroi_desk_start_equity_dollars", None, "What that was when it started"),
    ("tauroi_desk_fees_dollars", None, "What the exchange charged since it started"),
    ("tauroi_desk_held_contracts", None, "Contracts held, YES or NO, of all outcomes together"),
    ("tauroi_desk_contracts", None, "Contracts of the event"),
    ("tauroi_desk_quoted_contracts", None, "Those of them that have a quote of ours"),
    ("tauroi_desk_markout_alarms", None, "Horizons at which fills were worth less than is expected"),
    (
        "tauroi_desk_order_latency_seconds",
        Some(Unit::Seconds),
        "From a frame to the order that came of it, of the last 4,096",
    ),
    (
        "tauroi_desk_armed_seconds",
        Some(Unit::Seconds),
        "For how long it may still trade with real money; absent where it may not",
    ),
    (
        "tauroi_desk_lease_held",
        None,
        "1 where this desk may trade, 0 where it stands by; absent without a shared journal",
    ),
    ("tauroi_desk_lease_epoch", None, "How often the lease of the journal was taken, by any desk"),
    (
        "tauroi_desk_lease_since_timestamp_seconds",
        Some(Unit::Seconds),
        "Since when it is whose it is, by the database's clock, in seconds since 1970",
    ),
    ("tauroi_fanout_connected", None, "1 while there is a connection to NATS"),
    (
        "tauroi_fanout_age_seconds",
        Some(Unit::Seconds),
        "Of a replica: since the desk's process was last heard; +Inf before it ever was",
    ),
    ("tauroi_fanout_rounds", None, "Rounds published, or of a replica heard, since it started"),
    (
        "tauroi_fanout_gaps",
        None,
        "How often a replica missed something and asked for it; of the desk's process, was asked",
    ),
    ("tauroi_fanout_refused", None, "Messages that made no sense, or of a process that is not followed"),
    ("tauroi_fanout_replicas", None, "Of the desk's process: replicas that follow it"),
    ("tauroi_desk_closes_seconds", Some(Unit::Seconds), "Until trading ends, by the exchange's clock"),
];
