//! What is armed: all that decides what a desk does with money, under one hash.

use sha2::{Digest as _, Sha256};
use shared::backtest::Config;
use shared::settings::Part as _;

use crate::hexadecimal::hexadecimal;

/// A configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Configuration {
    hash: String,
    lines: Vec<(String, String)>,
}

impl Configuration {
    /// Returns that of a desk.
    pub(crate) fn of(series: &str, config: &Config, order_ttl_s: i64) -> Self {
        let mut lines = vec![
            ("series".to_owned(), series.to_owned()),
            ("quotes".to_owned(), config.text()),
            ("order_ttl_s".to_owned(), order_ttl_s.to_string()),
        ];
        // Limits are said although the text implies them: a preset that means others in another version is another
        // configuration, and whoever arms it reads what may be lost.
        let limits = config.limits;
        let rows = limits.rows().iter().enumerate();
        lines.extend(rows.map(|(place, row)| (row.key.to_owned(), row.text(limits.units(place)))));
        let text: String = lines.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        Self { hash: hexadecimal(&Sha256::digest(text)), lines }
    }

    /// Returns its SHA-256, in hexadecimal.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }

    /// Returns what is in it, by name.
    pub(crate) fn lines(&self) -> &[(String, String)] {
        &self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_decides_what_is_done_with_money_makes_another_configuration() {
        let config = |text: &str| Config::from_text(text).unwrap();
        let of =
            |series: &str, text: &str, ttl| Configuration::of(series, &config(text), ttl).hash().to_owned();
        let one = of("KXTOPMONTHLY", "preset=seed", 120);
        assert_eq!(one, of("KXTOPMONTHLY", "preset=seed&quote_size=1", 120));
        for other in [
            of("KXTOPSONG", "preset=seed", 120),
            of("KXTOPMONTHLY", "preset=seed&max_position_per_ticker=51", 120),
            of("KXTOPMONTHLY", "preset=seed&skew_cents=2", 120),
            of("KXTOPMONTHLY", "preset=seed", 121),
        ] {
            assert_ne!(one, other);
        }
    }
}
