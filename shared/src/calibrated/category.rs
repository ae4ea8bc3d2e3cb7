//! What a market is about, as far as prices differ by it.

use crate::market::EventTicker;

/// How many categories there are.
pub(super) const CATEGORIES: usize = 6;

/// How many spans of the time left there are.
pub(super) const SPANS: usize = 9;

/// Where spans of the time left end, in days: 1, 3, 6, 12 and 24 hours, two days, a week, a month of 30 days; the last
/// span has no end.
const ENDS: [f64; SPANS - 1] = [1.0 / 24.0, 0.125, 0.25, 0.5, 1.0, 2.0, 7.0, 30.0];

/// What is traded, in the classes of Le (arXiv:2602.19520).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// Elections and offices.
    Politics,
    /// Games and tournaments.
    Sports,
    /// Prices of crypto-currencies.
    Crypto,
    /// Prices and figures of the economy.
    Finance,
    /// Temperatures, rain, storms.
    Weather,
    /// Music, awards, films.
    Entertainment,
}

impl Category {
    /// All categories.
    pub const ALL: [Self; CATEGORIES] =
        [Self::Politics, Self::Sports, Self::Crypto, Self::Finance, Self::Weather, Self::Entertainment];

    /// Returns the category of an event of which only the ticker is known. What isn't known to be of another one is
    /// entertainment, as the music contracts are.
    pub fn of(event: &EventTicker) -> Self {
        const KNOWN: [(&str, Category); 12] = [
            ("KXPGA", Category::Sports),
            ("KXLPGA", Category::Sports),
            ("KXLIV", Category::Sports),
            ("KXDPWORLD", Category::Sports),
            ("KXCHAMPTOUR", Category::Sports),
            ("KXBTC", Category::Crypto),
            ("KXETH", Category::Crypto),
            ("KXECON", Category::Finance),
            ("KXFED", Category::Finance),
            ("KXHIGH", Category::Weather),
            ("KXLOW", Category::Weather),
            ("PRES", Category::Politics),
        ];
        let known = KNOWN.iter().find(|(series, _)| event.as_str().starts_with(series));
        known.map_or(Self::Entertainment, |(_, category)| *category)
    }

    /// Returns its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Politics => "politics",
            Self::Sports => "sports",
            Self::Crypto => "crypto",
            Self::Finance => "finance",
            Self::Weather => "weather",
            Self::Entertainment => "entertainment",
        }
    }
}

/// Returns the place of the span that has so many days left.
pub(super) fn span(days_left: f64) -> usize {
    ENDS.iter().filter(|end| days_left >= **end).count()
}
