//! What is known of exponents before any event is looked at, with its source and the day from which it could be known.

use super::Category;
use super::category::{CATEGORIES, SPANS};

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// All markets.
    All,
    /// One category.
    Category(Category),
}

/// Something that is known of an exponent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fact {
    /// Which.
    pub about: About,
    /// The exponent.
    pub theta: f64,
    /// The standard deviation of its logarithm.
    pub deviation: f64,
    /// The day from which it could be known: year, month, day.
    pub from: (i32, i32, i32),
    /// The series whose settled events say it; `None` of a study.
    pub series: Option<&'static str>,
    /// Who says it.
    pub source: &'static str,
}

/// How far a study's exponent may be from that of exclusive outcomes at their last prices: studies are of all markets, by
/// trades or by contracts, and Le's slopes leave an intercept beside them, which is not taken.
const STUDY: f64 = 0.2;

const fn study(about: About, theta: f64, from: (i32, i32, i32), source: &'static str) -> Fact {
    Fact { about, theta, deviation: STUDY, from, series: None, source }
}

const LE: &str = "Le, arXiv:2602.19520, table 3: geometric mean over the time left, Kalshi, 2021 to 2025";

/// What is known.
///
/// Where a study says how often a price wins, the exponent is the quotient of the log-odds: 5 c that win 4.18 % of the time
/// have 1.064; 5 c that lose 60 % after a fee of 0.33 c win 2.13 %, which is 1.30; and short at 5 c that earns 1.7 to 3.1 c
/// wins 3.3 to 1.9 %, which is 1.24 in the middle.
pub const FACTS: &[Fact] = &[
    study(About::All, 1.30, (2025, 10, 1), "Bürgi, Deng, Whelan, CEPR DP20631: below 10 c takers lose 60 %"),
    study(About::All, 1.064, (2026, 2, 1), "Becker, SSRN 7217640: 5 c win 4.18 %, 72 million trades"),
    study(About::Category(Category::Politics), 1.476, SHAPE_FROM, LE),
    study(About::Category(Category::Sports), 1.104, SHAPE_FROM, LE),
    study(About::Category(Category::Crypto), 1.091, SHAPE_FROM, LE),
    study(About::Category(Category::Finance), 1.046, SHAPE_FROM, LE),
    study(About::Category(Category::Weather), 0.953, SHAPE_FROM, LE),
    study(About::Category(Category::Entertainment), 0.953, SHAPE_FROM, LE),
    study(
        About::Category(Category::Entertainment),
        1.24,
        (2026, 11, 28),
        "kalshi-maker: makers short YES below 10 c earn 1.7 to 3.1 c, trades to September 2026",
    ),
    // Derived by the example `calibration_prior`, each from the day after the last of its events.
    recorded("KXTOPMONTHLY", Category::Entertainment, (2.021, 0.425), (2025, 12, 2), "6 events"),
    recorded("KXTONYAWARDS", Category::Entertainment, (1.042, 0.444), (2026, 6, 30), "20 awards, two nights"),
    recorded("KXETH15M", Category::Crypto, (0.901, 0.476), (2026, 5, 19), "160 events, three days"),
    recorded("KXECONSTAT", Category::Finance, (0.745, 0.357), (2026, 7, 15), "10 events, four days"),
    recorded("KXHIGH", Category::Weather, (1.385, 0.270), (2026, 7, 20), "115 events, four days"),
    recorded("KXPGA", Category::Sports, (1.321, 0.229), (2026, 7, 26), "38 rounds, 18 tournaments"),
];

/// What settled events of a series, and of others like it, say by themselves: an exponent, and the standard deviation of
/// its logarithm. Of `n` events that share a day each counts as `1 / sqrt(n)`.
const fn recorded(
    series: &'static str,
    category: Category,
    (theta, deviation): (f64, f64),
    from: (i32, i32, i32),
    source: &'static str,
) -> Fact {
    Fact { about: About::Category(category), theta, deviation, from, series: Some(series), source }
}

/// From when on [`SHAPE`] could be known.
pub(super) const SHAPE_FROM: (i32, i32, i32) = (2026, 2, 24);

/// Exponents by category and time left (Le, arXiv:2602.19520, table 3): below 1, 3, 6, 12, 24 and 48 hours, a week, a month,
/// and above.
pub(super) const SHAPE: [[f64; SPANS]; CATEGORIES] = [
    [1.34, 0.93, 1.32, 1.55, 1.48, 1.52, 1.83, 1.83, 1.73],
    [1.10, 0.96, 0.90, 1.01, 1.05, 1.08, 1.04, 1.24, 1.74],
    [0.99, 1.01, 1.07, 1.01, 1.01, 1.21, 1.12, 1.09, 1.36],
    [0.96, 1.07, 1.03, 0.97, 0.98, 0.82, 1.07, 1.42, 1.20],
    [0.69, 0.84, 0.74, 0.87, 0.91, 0.97, 1.20, 1.20, 1.37],
    [0.81, 1.02, 1.00, 0.92, 0.89, 0.84, 1.07, 1.11, 0.96],
];
