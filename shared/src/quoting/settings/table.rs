//! The settings of quoting: one table for sliders, the command line, sweeps, links and checks.

use super::Value;

/// What a setting is, where it may go, and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// Its name in `--set`, `--sweep`, links and errors.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// Its unit, where it has one.
    pub unit: &'static str,
    /// What it means, in a line.
    pub meaning: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Its value in the preset `seed`.
    pub(super) default: Value,
}

/// What values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A number with a few decimals.
    Number {
        /// The least and the greatest value.
        range: (f64, f64),
        /// One step of its slider.
        step: f64,
        /// The decimal places it is kept with.
        decimals: usize,
    },
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `exact`, `maker`, or `flat:` and dollars a contract.
    Fee,
}

/// The greatest power of ten that a setting is kept with.
const POWERS: [i64; 5] = [1, 10, 100, 1_000, 10_000];

impl Setting {
    /// Returns the setting named `key`.
    pub fn find(key: &str) -> Option<&'static Self> {
        place_of(key).map(|place| &SETTINGS[place])
    }

    /// Returns how many units of the last decimal place make one; 1 for what is no number.
    pub(super) const fn scale(&self) -> i64 {
        match self.kind {
            Kind::Number { decimals, .. } => POWERS[decimals],
            Kind::Flag | Kind::Choice(_) | Kind::Fee => 1,
        }
    }
}

/// Returns the place of the setting named `key` in [`SETTINGS`].
pub(super) fn place_of(key: &str) -> Option<usize> {
    SETTINGS.iter().position(|setting| setting.key == key)
}

/// The places of the settings in [`SETTINGS`].
pub mod place {
    /// Which rules decide: `seed` or `coherent`.
    pub const RULES: usize = 0;
    /// Contracts on each side of a quote.
    pub const QUOTE_SIZE: usize = 1;
    /// Half the distance between bid and ask.
    pub const HALF_SPREAD_CENTS: usize = 2;
    /// Whether belief volatility scales the half-spread.
    pub const DYNAMIC: usize = 3;
    /// The least dynamic half-spread.
    pub const HALF_SPREAD_MIN_CENTS: usize = 4;
    /// The greatest dynamic half-spread.
    pub const HALF_SPREAD_MAX_CENTS: usize = 5;
    /// How far a contract of position moves the centre.
    pub const SKEW_CENTS: usize = 6;
    /// The position beyond which the side that adds to it is pulled.
    pub const PULL_AT: usize = 7;
    /// The innovation that doubles the half-spread.
    pub const Z_WIDEN: usize = 8;
    /// The innovation that pulls both sides.
    pub const Z_PULL: usize = 9;
    /// How far the centre drifts before quotes are replaced.
    pub const DRIFT_CENTS: usize = 10;
    /// The time between two looks at quotes that something held back.
    pub const REFRESH_S: usize = 11;
    /// How the belief filter is calibrated.
    pub const CALIBRATION: usize = 12;
    /// What a fill is charged.
    pub const FEE: usize = 13;
    /// The delay of an order.
    pub const LATENCY_MS: usize = 14;
    /// The aversion to risk of constant absolute risk aversion.
    pub const RISK_AVERSION: usize = 15;
    /// The most contracts of an order.
    pub const MAX_ORDER_SIZE: usize = 16;
    /// The greatest position in a contract.
    pub const MAX_POSITION_PER_TICKER: usize = 17;
    /// The day's loss that halts.
    pub const MAX_DAILY_LOSS_PCT: usize = 18;
    /// The balance below which nothing is quoted.
    pub const MIN_BALANCE_FLOOR_CENTS: usize = 19;
    /// The least probability of an outcome that isn't listed.
    pub const OTHER: usize = 20;
    /// Which offset from the reservation price.
    pub const OFFSET: usize = 21;
    /// How fast fills become rarer with distance.
    pub const FILL_DECAY: usize = 22;
    /// How many fills a day there are at no distance.
    pub const FILL_RATE: usize = 23;
    /// How long a position is held.
    pub const HORIZON_H: usize = 24;
    /// The probability of a stray print or a jump beyond which both sides are pulled.
    pub const ALARM_PULL: usize = 25;
}

/// How many settings there are.
pub(super) const COUNT: usize = 26;

const fn number(range: (f64, f64), step: f64, decimals: usize) -> Kind {
    Kind::Number { range, step, decimals }
}

/// Returns a row of the table.
const fn row(
    key: &'static str,
    (label, unit): (&'static str, &'static str),
    kind: Kind,
    default: i64,
    meaning: &'static str,
) -> Setting {
    Setting { key, label, unit, meaning, kind, default: Value(default) }
}

/// All settings, in the order of links. The defaults are the preset `seed`, in units of the last decimal place.
pub const SETTINGS: [Setting; COUNT] = [
    row(
        "rules",
        ("Rules", ""),
        Kind::Choice(&["seed", "coherent"]),
        0,
        "Quote about the fair value with a skew by position, or about the exact reservation price",
    ),
    row(
        "quote_size",
        ("Quote size", "contracts"),
        number((0.01, 500.0), 1.0, 2),
        100,
        "Contracts on each side of a quote",
    ),
    row(
        "half_spread_cents",
        ("Half-spread", "¢"),
        number((0.1, 25.0), 0.1, 2),
        300,
        "Distance from the centre to the bid and to the ask, before it is scaled",
    ),
    row("dynamic", ("Dynamic", ""), Kind::Flag, 1, "Scale the half-spread with belief volatility"),
    row(
        "half_spread_min_cents",
        ("Least half-spread", "¢"),
        number((0.1, 25.0), 0.1, 2),
        200,
        "The least that the dynamic half-spread becomes",
    ),
    row(
        "half_spread_max_cents",
        ("Greatest half-spread", "¢"),
        number((0.1, 50.0), 0.1, 2),
        800,
        "The most that the dynamic half-spread becomes, before it is doubled for toxicity",
    ),
    row(
        "skew_cents",
        ("Skew", "¢ / contract"),
        number((0.0, 10.0), 0.1, 2),
        100,
        "How far each contract of position moves the centre against it",
    ),
    row(
        "pull_at",
        ("Pull at", "contracts"),
        number((0.0, 500.0), 1.0, 0),
        15,
        "Beyond this position, the side that adds to it is pulled",
    ),
    row(
        "z_widen",
        ("Widen at z", "σ"),
        number((0.1, 100.0), 0.1, 2),
        180,
        "An innovation of at least this size doubles the half-spread",
    ),
    row(
        "z_pull",
        ("Pull at z", "σ"),
        number((0.1, 100.0), 0.1, 2),
        250,
        "An innovation of at least this size pulls both sides until the move has settled",
    ),
    row(
        "drift_cents",
        ("Drift", "¢"),
        number((0.0, 50.0), 0.1, 2),
        300,
        "Quotes are replaced when the value they were made for drifts by more than this",
    ),
    row(
        "refresh_s",
        ("Refresh", "s"),
        number((1.0, 86_400.0), 1.0, 0),
        60,
        "How long a move must be quiet to have settled, and how soon what was held back is looked at again",
    ),
    row(
        "calibration",
        ("Calibration", ""),
        Kind::Choice(&["ml", "em", "legacy"]),
        0,
        "How the belief filter finds its parameters",
    ),
    row(
        "fee",
        ("Fee", ""),
        Kind::Fee,
        super::fee::EXACT,
        "What a fill is charged: the series' own fee, the maker fee, or an amount a contract",
    ),
    row(
        "latency_ms",
        ("Latency", "ms"),
        number((0.0, 600_000.0), 10.0, 0),
        200,
        "How long after a print our answer to it is in the book",
    ),
    row(
        "risk_aversion",
        ("Risk aversion", "/ $"),
        number((0.001, 1.0), 0.005, 4),
        400,
        "Constant absolute risk aversion: 0.04 moves an even contract by 1 ¢ for each one held",
    ),
    row(
        "max_order_size",
        ("Order limit", "contracts"),
        number((0.01, 500.0), 1.0, 2),
        1_000,
        "The most contracts of one order",
    ),
    row(
        "max_position_per_ticker",
        ("Position limit", "contracts"),
        number((0.0, 500.0), 1.0, 0),
        50,
        "The greatest position, long or short, that the quotes of a contract may lead to",
    ),
    row(
        "max_daily_loss_pct",
        ("Daily loss limit", "%"),
        number((0.1, 100.0), 1.0, 1),
        100,
        "A loss of this part of the equity at 00:00 UTC halts quoting until the next 00:00 UTC",
    ),
    row(
        "min_balance_floor_cents",
        ("Balance floor", "¢"),
        number((0.0, 10_000_000.0), 100.0, 0),
        1_000,
        "Nothing is quoted while the balance is below this",
    ),
    row(
        "other",
        ("OTHER", ""),
        number((0.0, 0.5), 0.005, 4),
        100,
        "The least probability that an outcome which isn't listed wins",
    ),
    row(
        "offset",
        ("Offset", ""),
        Kind::Choice(&["as", "glft"]),
        0,
        "Distance from the reservation price: Avellaneda and Stoikov's, or Guéant, Lehalle and Fernandez-Tapia's",
    ),
    row(
        "fill_decay",
        ("Fill decay", "/ $"),
        number((1.0, 1_000.0), 1.0, 1),
        400,
        "Fills become e times rarer over the inverse of this distance",
    ),
    row(
        "fill_rate",
        ("Fill rate", "/ day"),
        number((0.01, 10_000.0), 1.0, 2),
        1_000,
        "Fills a day at no distance from the fair value, for the offset glft",
    ),
    row(
        "horizon_h",
        ("Horizon", "h"),
        number((0.0, 2_400.0), 1.0, 1),
        0,
        "How long a position is expected to be held; 0 is to settlement",
    ),
    row(
        "alarm_pull",
        ("Pull at alarm", ""),
        number((0.0, 1.0), 0.05, 2),
        100,
        "A print more likely than this to be stray or a jump pulls both sides until the next one; 1 is never",
    ),
];
