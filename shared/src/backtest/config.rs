//! Everything that decides a backtest's result besides the tape.
//!
//! ```
//! use shared::backtest::{Config, Preset};
//!
//! let mut config = Config::preset(Preset::SeedFixed5);
//! config.set("skew_cents", "0.5")?;
//! assert_eq!(config.text(), "preset=seed-fixed5&skew_cents=0.5");
//! assert_eq!(Config::from_text(&config.text())?, config);
//! assert!(config.set("skew_cents", "much").is_err());
//! # Ok::<(), shared::Invalid>(())
//! ```

use super::assumed::Assumed;
use super::entries::{Entry, Part, SETTINGS};
use super::preset::Preset;
use crate::engine::Parameters;
use crate::exchange::{Assumptions, FillModel};
use crate::risk::Limits;
use crate::{Invalid, belief, execution, quoting, settings};

/// How to quote, and what to assume of the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// How quotes are decided.
    pub quoting: quoting::Settings,
    /// When they are replaced.
    pub execution: execution::Settings,
    /// What they may never go beyond.
    pub limits: Limits,
    /// How beliefs are found.
    pub belief: belief::Settings,
    /// What is assumed of the exchange.
    pub assumptions: Assumptions,
    /// The seed of what is left to chance: lost fills, resampling, random baselines.
    pub rng_seed: u64,
}

impl Config {
    /// Returns the configuration of `preset` with the usual assumptions.
    pub fn preset(preset: Preset) -> Self {
        let (quoting, execution, limits) = preset.settings();
        Self {
            quoting,
            execution,
            limits,
            belief: belief::Settings::default(),
            assumptions: Assumptions::default(),
            rng_seed: 1,
        }
    }

    /// Returns `preset` run as this configuration is: with its calibration, its assumptions, its start balance and its
    /// seed.
    #[must_use]
    pub fn of_preset(&self, preset: Preset) -> Self {
        let Self { limits: Limits { start_balance, .. }, belief, assumptions, rng_seed, .. } = *self;
        let other = Self::preset(preset);
        Self { limits: Limits { start_balance, ..other.limits }, belief, assumptions, rng_seed, ..other }
    }

    /// Returns the preset that this is, whatever is assumed of a backtest's exchange.
    pub fn named(&self) -> Option<Preset> {
        let is = |preset: &Preset| {
            let named = Self::preset(*preset);
            SETTINGS.iter().all(|entry| entry.is_assumed() || self.units(entry) == named.units(entry))
        };
        Preset::ALL.into_iter().find(is)
    }

    /// Sets the setting named `key` to what `text` says, or changes nothing.
    ///
    /// # Errors
    ///
    /// Names `key` if there is no such setting, or if the text is no value of it or out of its range.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), Invalid> {
        let Some(entry) = Entry::find(key) else {
            let names: Vec<&str> = SETTINGS.iter().map(|entry| entry.setting.key).collect();
            let why = format!("is no setting: there are {}", names.join(", "));
            return Err(Invalid::new(key.to_owned(), why));
        };
        self.part_mut(entry.part).set(entry.place, text)
    }

    /// Returns the canonical text of a setting's value.
    pub fn value(&self, entry: &Entry) -> String {
        entry.setting.text(self.units(entry))
    }

    /// Returns the nearest double to the value of a setting that is a number.
    pub fn number(&self, entry: &Entry) -> f64 {
        entry.setting.number(self.units(entry))
    }

    /// Returns the nearest preset and all that differs from it, `preset=seed&skew_cents=2`: equal configurations have
    /// equal text.
    pub fn text(&self) -> String {
        let differs =
            |named: &Self| SETTINGS.iter().filter(|entry| self.units(entry) != named.units(entry)).count();
        // The first of equally near ones.
        let mut nearest = (Preset::Seed, usize::MAX);
        for preset in Preset::ALL {
            let count = differs(&Self::preset(preset));
            if count < nearest.1 {
                nearest = (preset, count);
            }
        }
        let named = Self::preset(nearest.0);
        let mut text = format!("preset={}", nearest.0);
        for entry in SETTINGS.iter().filter(|entry| self.units(entry) != named.units(entry)) {
            text.extend(["&", entry.setting.key, "=", &self.value(entry)]);
        }
        if self.rng_seed != 1 {
            text.extend(["&rng_seed=", &self.rng_seed.to_string()]);
        }
        text
    }

    /// Reads what [`text`](Self::text) wrote: a preset (`seed` where none is named, and first where one is) and the
    /// settings that differ from it. Keys that are no settings are refused.
    ///
    /// # Errors
    ///
    /// Names the part that is unknown, no value or out of range, or as [`check`](Self::check).
    pub fn from_text(text: &str) -> Result<Self, Invalid> {
        let mut config = Self::preset(Preset::Seed);
        for (i, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            match key {
                "preset" if i == 0 => config = Self::preset(value.parse()?),
                "preset" => return Err(Invalid::new("preset", "must come first")),
                "rng_seed" => config.rng_seed = seed(value)?,
                _ => config.set(key, value)?,
            }
        }
        config.check()?;
        Ok(config)
    }

    /// Checks the settings against each other.
    ///
    /// # Errors
    ///
    /// As [`quoting::Settings::check`].
    pub fn check(&self) -> Result<(), Invalid> {
        self.quoting.check()
    }

    /// Returns when a setting matters at all, if it doesn't as the others are and under these fill models.
    pub fn idle(&self, entry: &Entry, models: &[FillModel]) -> Option<&'static str> {
        let is_of_books = |model: &FillModel| matches!(model, FillModel::Book(_));
        match entry.setting.key {
            "book" if !models.iter().any(is_of_books) => Some("it acts only on recorded books"),
            "slippage_cents" | "lost_fills_pct" if models.iter().all(is_of_books) => {
                Some("it acts only under the fill models of prints")
            }
            "queue_ahead" if !models.contains(&FillModel::Queue) => {
                Some("it acts only under the fill model queue")
            }
            "max_order_size" if self.limits.max_order_size >= self.quoting.quote_size => {
                Some("it acts only below quote_size")
            }
            _ => self.part(entry.part).idle(entry.place),
        }
    }

    /// Returns what decides quotes.
    pub const fn parameters(&self) -> Parameters {
        let Self { quoting, execution, limits, assumptions, .. } = *self;
        Parameters { quoting, execution, limits, fee: assumptions.fee }
    }

    /// Returns what is assumed of the exchange, as the loop takes it.
    pub fn assumed(&self) -> Assumed {
        Assumed::of(&self.assumptions, self.rng_seed)
    }

    /// Returns whether a setting is as in the preset `seed`.
    pub(super) fn is_usual(&self, entry: &Entry) -> bool {
        self.units(entry) == Self::preset(Preset::Seed).units(entry)
    }

    fn units(&self, entry: &Entry) -> i64 {
        self.part(entry.part).units(entry.place)
    }

    fn part(&self, part: Part) -> &dyn settings::Part {
        match part {
            Part::Quoting => &self.quoting,
            Part::Execution => &self.execution,
            Part::Limits => &self.limits,
            Part::Belief => &self.belief,
            Part::Assumptions => &self.assumptions,
        }
    }

    fn part_mut(&mut self, part: Part) -> &mut dyn settings::Part {
        match part {
            Part::Quoting => &mut self.quoting,
            Part::Execution => &mut self.execution,
            Part::Limits => &mut self.limits,
            Part::Belief => &mut self.belief,
            Part::Assumptions => &mut self.assumptions,
        }
    }
}

/// Reads a seed.
fn seed(text: &str) -> Result<u64, Invalid> {
    text.parse().map_err(|_| Invalid::new("rng_seed", "must be a whole number from 0 to 2^64 - 1"))
}
