//! Everything that decides a backtest's result besides the tape.

use super::conditions::Conditions;
use crate::Invalid;
use crate::decimal::{self, parse_fixed};
use crate::quoting::{Preset, SETTINGS, Settings, place};
use crate::units::{Price, Quantity};

/// How to quote, and what to assume of the exchange.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    settings: Settings,
    assumptions: [i64; ASSUMPTIONS.len()],
    /// The seed of what is left to chance: lost fills, resampling, random baselines.
    pub rng_seed: u64,
}

/// An assumption about the exchange: a number with a few decimals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assumption {
    /// Its name in `--set`, `--sweep`, links and errors.
    pub key: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What it means, in a line.
    pub meaning: &'static str,
    /// The least and the greatest value.
    pub range: (f64, f64),
    /// The decimal places it is kept with.
    pub decimals: usize,
    /// Its value if nothing is said, in units of the last decimal place.
    default: i64,
}

/// The assumptions, in the order of links.
///
/// Of 15 078 sides of recorded books of winner-take-all events the median size at the best price is 26 contracts
/// (quartiles 5 and 273): hence the default of `queue_ahead`.
pub const ASSUMPTIONS: [Assumption; 4] = [
    Assumption {
        key: "queue_ahead",
        unit: "contracts",
        meaning: "What stands before an order of ours that joins a price, for the fill model `queue`",
        range: (0.0, 1_000_000.0),
        decimals: 2,
        default: 2_500,
    },
    Assumption {
        key: "slippage_cents",
        unit: "¢",
        meaning: "How much worse than quoted every fill is",
        range: (0.0, 20.0),
        decimals: 2,
        default: 0,
    },
    Assumption {
        key: "lost_fills_pct",
        unit: "%",
        meaning: "How many of the prints that should have filled us did not",
        range: (0.0, 100.0),
        decimals: 1,
        default: 0,
    },
    Assumption {
        key: "blackout_h",
        unit: "h",
        meaning: "How long, in the middle of each event, no belief arrives while what rests goes on trading",
        range: (0.0, 2_000.0),
        decimals: 1,
        default: 0,
    },
];

impl Config {
    /// Returns the configuration of `preset` with the usual assumptions.
    pub fn preset(preset: Preset) -> Self {
        Self {
            settings: Settings::preset(preset),
            assumptions: ASSUMPTIONS.each_ref().map(|assumption| assumption.default),
            rng_seed: 1,
        }
    }

    /// Returns how to quote.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Starts over from `preset`, keeping assumptions and seed.
    pub fn quote_as(&mut self, preset: Preset) {
        self.settings = Settings::preset(preset);
    }

    /// Returns `preset` run as this configuration is: with its calibration, fee and latency, its assumptions and its seed.
    ///
    /// # Errors
    ///
    /// As [`Config::set`], which takes what was set before.
    pub fn of_preset(&self, preset: Preset) -> Result<Self, Invalid> {
        let mut other = *self;
        other.quote_as(preset);
        for place in [place::CALIBRATION, place::FEE, place::LATENCY_MS] {
            other.settings.set(SETTINGS[place].key, &self.settings.value_text(place))?;
        }
        Ok(other)
    }

    /// Sets the setting or the assumption named `key`, or changes nothing.
    ///
    /// # Errors
    ///
    /// Names `key` if there is no such thing, or if the text is no value of it or out of its range.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), Invalid> {
        let Some(place) = ASSUMPTIONS.iter().position(|assumption| assumption.key == key) else {
            return self.settings.set(key, text);
        };
        let Assumption { key, range: (low, high), decimals, .. } = ASSUMPTIONS[place];
        let value = parse_fixed(key, text, decimals)?;
        let number = decimal::parse(key, text)?;
        if number < low || number > high {
            return Err(Invalid::new(key, format!("must be from {low} to {high}, got {number}")));
        }
        self.assumptions[place] = value;
        Ok(())
    }

    /// Checks the settings against each other.
    ///
    /// # Errors
    ///
    /// As [`Settings::check`].
    pub fn check(&self) -> Result<(), Invalid> {
        self.settings.check()
    }

    /// Returns an assumption's value by its place in [`ASSUMPTIONS`].
    pub fn assumption(&self, place: usize) -> f64 {
        let scale = (0..ASSUMPTIONS[place].decimals).fold(1, |scale, _| scale * 10);
        self.assumptions[place] as f64 / f64::from(scale)
    }

    /// Returns the nearest preset and all that differs from it and from the usual assumptions, `preset=seed&skew_cents=2`:
    /// equal configurations have equal text.
    pub fn text(&self) -> String {
        let mut text = self.settings.short_text();
        for (place, assumption) in ASSUMPTIONS.iter().enumerate() {
            if self.assumptions[place] != assumption.default {
                let value = decimal::text(self.assumption(place), assumption.decimals);
                text.extend(["&", assumption.key, "=", &value]);
            }
        }
        if self.rng_seed != 1 {
            text.extend(["&rng_seed=", &self.rng_seed.to_string()]);
        }
        text
    }

    /// Reads what [`text`](Self::text) wrote; keys that are neither settings nor assumptions are refused.
    ///
    /// # Errors
    ///
    /// Names the part that is unknown, no value or out of range, or as [`check`](Self::check).
    pub fn from_text(text: &str) -> Result<Self, Invalid> {
        let mut config = Self::preset(Preset::Seed);
        for (i, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            match key {
                "preset" if i == 0 => config.quote_as(value.parse()?),
                "preset" => return Err(Invalid::new("preset", "must come first")),
                "rng_seed" => config.rng_seed = seed(value)?,
                _ => config.set(key, value)?,
            }
        }
        config.check()?;
        Ok(config)
    }

    /// Returns what is assumed of the exchange, as the loop takes it.
    pub fn conditions(&self) -> Conditions {
        let [queue_ahead, slippage, lost_fills, blackout] = self.assumptions;
        Conditions {
            // Milliseconds are whole.
            latency: (self.settings.number(place::LATENCY_MS) as i64).saturating_mul(1_000),
            queue_ahead: Quantity::from_hundredths(queue_ahead).unwrap_or(Quantity::ZERO),
            slippage: Price::from_centicents(slippage).unwrap_or(Price::ZERO),
            lost_fills: lost_fills as f64 / 1_000.0,
            blackout: blackout.saturating_mul(360_000_000),
            fee: self.settings.fee(),
            rng_seed: self.rng_seed,
        }
    }
}

/// Reads a seed.
fn seed(text: &str) -> Result<u64, Invalid> {
    text.parse().map_err(|_| Invalid::new("rng_seed", "must be a whole number from 0 to 2^64 - 1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_back() {
        let mut config = Config::preset(Preset::SeedFixed5);
        assert_eq!(config.text(), "preset=seed-fixed5");
        for (key, value) in [
            ("skew_cents", "0.5"),
            ("queue_ahead", "100.25"),
            ("lost_fills_pct", "12.5"),
            ("blackout_h", "72"),
        ] {
            config.set(key, value).unwrap();
        }
        config.rng_seed = 7;
        let text = "preset=seed-fixed5&skew_cents=0.5&queue_ahead=100.25&lost_fills_pct=12.5&blackout_h=72&rng_seed=7";
        assert_eq!(config.text(), text);
        assert_eq!(Config::from_text(text).unwrap(), config);
        let conditions = config.conditions();
        assert_eq!((conditions.queue_ahead.hundredths(), conditions.blackout), (10_025, 72 * 3_600_000_000));
        assert_eq!(conditions.lost_fills, 0.125);
    }

    #[test]
    fn what_is_no_value_is_refused_by_name() {
        for (key, value) in [
            ("queue_ahead", "-1"),
            ("queue_ahead", "1.234"),
            ("slippage_cents", "21"),
            ("lost_fills_pct", "some"),
            ("blackout_h", "1e3"),
            ("skew", "1"),
        ] {
            assert_eq!(Config::preset(Preset::Seed).set(key, value).unwrap_err().field, key, "{value}");
        }
        assert_eq!(Config::from_text("queue_ahead=1&preset=seed").unwrap_err().field, "preset");
        assert_eq!(Config::from_text("rng_seed=-1").unwrap_err().field, "rng_seed");
    }
}
