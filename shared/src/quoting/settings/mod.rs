//! How quotes are decided: every setting by name, exact, with its range.
//!
//! ```
//! use shared::quoting::{Preset, Settings};
//!
//! let mut settings = Settings::preset(Preset::SeedFixed5);
//! settings.set("skew_cents", "0.5")?;
//! assert_eq!(settings.short_text(), "preset=seed-fixed5&skew_cents=0.5");
//! assert_eq!(Settings::from_text(&settings.short_text())?, settings);
//! assert!(settings.set("skew_cents", "much").is_err());
//! # Ok::<(), shared::Invalid>(())
//! ```

mod fee;
mod preset;
mod table;
pub mod typed;

pub use fee::Fee;
pub use preset::Preset;
pub use table::{Kind, SETTINGS, Setting, place};

use core::fmt::{self, Write as _};

use table::{COUNT, place_of};

use crate::Invalid;
use crate::belief::Calibration;
use crate::units::{Quantity, parse_fixed, quoted};

/// A setting's value: a number in units of its last decimal place, a flag as 0 or 1, or the place of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Value(i64);

/// How quotes are decided: a value for each row of [`SETTINGS`], within its range.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Settings([Value; COUNT]);

impl Settings {
    /// Returns the settings of `preset`.
    pub fn preset(preset: Preset) -> Self {
        let mut values = SETTINGS.each_ref().map(|setting| setting.default);
        for &(place, value) in preset.changes() {
            values[place] = Value(value);
        }
        Self(values)
    }

    /// Sets the setting named `key` to what `text` says, or changes nothing.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `key` if there is no such setting, or if the text is no value of it or out of
    /// its range.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), Invalid> {
        let Some(place) = place_of(key) else {
            let names = SETTINGS.each_ref().map(|setting| setting.key).join(", ");
            return Err(Invalid::new(key.to_owned(), format!("is no setting: there are {names}")));
        };
        self.0[place] = read(&SETTINGS[place], text)?;
        Ok(())
    }

    /// Returns the canonical text of a setting's value, by its place in [`SETTINGS`].
    pub fn value_text(&self, place: usize) -> String {
        let (setting, value) = (&SETTINGS[place], self.0[place]);
        match setting.kind {
            Kind::Number { decimals, .. } => crate::scenario::decimal::text(self.number(place), decimals),
            Kind::Flag => (value.0 != 0).to_string(),
            Kind::Choice(words) => words[self.choice(place)].to_owned(),
            Kind::Fee => fee::text(value),
        }
    }

    /// Iterates over all settings with the canonical text of their values, in the table's order.
    pub fn entries(&self) -> impl Iterator<Item = (&'static Setting, String)> {
        SETTINGS.iter().enumerate().map(|(place, setting)| (setting, self.value_text(place)))
    }

    /// Returns every setting as `key=value&key=value…`, in the table's order: equal settings have equal text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (setting, value) in self.entries() {
            append(&mut text, setting.key, &value);
        }
        text
    }

    /// Returns the nearest preset and what differs from it, `preset=seed&skew_cents=2`, for links.
    pub fn short_text(&self) -> String {
        let differs = |preset: Preset| {
            let named = Self::preset(preset);
            (0..COUNT).filter(|&place| self.0[place] != named.0[place]).count()
        };
        // The first of equally near ones.
        let nearest = Preset::ALL.into_iter().min_by_key(|preset| differs(*preset)).unwrap_or(Preset::Seed);
        let named = Self::preset(nearest);
        let mut text = format!("preset={nearest}");
        for (place, setting) in SETTINGS.iter().enumerate() {
            if self.0[place] != named.0[place] {
                append(&mut text, setting.key, &self.value_text(place));
            }
        }
        text
    }

    /// Reads what [`text`](Self::text) or [`short_text`](Self::short_text) wrote: a preset (`seed` where none is
    /// named, and first where one is) and the settings that differ from it.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming the part that is no setting, no value or out of range, or as [`check`](Self::check).
    pub fn from_text(text: &str) -> Result<Self, Invalid> {
        let mut settings = Self::preset(Preset::Seed);
        for (i, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(Invalid::new("settings", format!("{} is not key=value", quoted(pair))));
            };
            match key {
                "preset" if i == 0 => settings = Self::preset(value.parse()?),
                "preset" => return Err(Invalid::new("preset", "must come first")),
                _ => settings.set(key, value)?,
            }
        }
        settings.check()?;
        Ok(settings)
    }

    /// Returns the preset that these settings are, if they are one.
    pub fn named(&self) -> Option<Preset> {
        Preset::ALL.into_iter().find(|preset| Self::preset(*preset) == *self)
    }

    /// Checks the settings against each other; each alone is in its range already.
    ///
    /// # Errors
    ///
    /// Returns [`Invalid`] naming `half_spread_min_cents` if it is above `half_spread_max_cents`, or `z_widen` if it is
    /// above `z_pull`.
    pub fn check(&self) -> Result<(), Invalid> {
        for (lower, upper) in
            [(place::HALF_SPREAD_MIN_CENTS, place::HALF_SPREAD_MAX_CENTS), (place::Z_WIDEN, place::Z_PULL)]
        {
            if self.0[lower].0 > self.0[upper].0 {
                return Err(Invalid::new(
                    SETTINGS[lower].key,
                    format!(
                        "must be at most {}, {}, got {}",
                        SETTINGS[upper].key,
                        self.value_text(upper),
                        self.value_text(lower)
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Returns the value of a setting by its place in [`SETTINGS`]: a number, a flag as 0 or 1, a choice as its place
    /// in the list of words.
    pub fn number(&self, place: usize) -> f64 {
        self.0[place].0 as f64 / SETTINGS[place].scale() as f64
    }

    /// Returns how the belief filter finds its parameters.
    pub fn calibration(&self) -> Calibration {
        match self.choice(place::CALIBRATION) {
            0 => Calibration::Ml,
            1 => Calibration::Em,
            _ => Calibration::Legacy,
        }
    }

    /// Returns what a fill is charged.
    pub const fn fee(&self) -> Fee {
        Fee::from_value(self.0[place::FEE])
    }

    /// Returns the place of a choice in its list of words.
    pub fn choice(&self, place: usize) -> usize {
        usize::try_from(self.0[place].0).unwrap_or(0)
    }

    /// Returns whether a flag is set.
    pub fn flag(&self, place: usize) -> bool {
        self.0[place].0 != 0
    }

    /// Returns a setting in units of `10^-9`, exactly: cents in ten-billionths of a dollar times a hundred, say.
    pub(super) fn nano(&self, place: usize) -> i64 {
        // The greatest value of the table times 10^9 is 10^16.
        self.0[place].0 * (1_000_000_000 / SETTINGS[place].scale())
    }

    /// Returns a setting that counts contracts.
    pub fn quantity(&self, place: usize) -> Quantity {
        Quantity::from_hundredths(self.nano(place) / 10_000_000).unwrap_or(Quantity::ZERO)
    }
}

impl fmt::Debug for Settings {
    /// Writes the nearest preset and what differs from it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short_text())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::preset(Preset::Seed)
    }
}

/// Appends `key=value`.
fn append(text: &mut String, key: &str, value: &str) {
    let separator = if text.is_empty() { "" } else { "&" };
    // Writing to a string can't fail.
    let _ = write!(text, "{separator}{key}={value}");
}

/// Reads a value of `setting`.
fn read(setting: &Setting, text: &str) -> Result<Value, Invalid> {
    match setting.kind {
        Kind::Number { range: (low, high), decimals, .. } => {
            let value = Value(parse_fixed(setting.key, text.trim(), decimals)?);
            let number = value.0 as f64 / setting.scale() as f64;
            if number >= low && number <= high {
                Ok(value)
            } else {
                Err(Invalid::new(setting.key, format!("must be from {low} to {high}, got {}", quoted(text))))
            }
        }
        Kind::Flag => match text {
            "true" => Ok(Value(1)),
            "false" => Ok(Value(0)),
            _ => Err(Invalid::new(setting.key, format!("must be true or false, got {}", quoted(text)))),
        },
        Kind::Choice(words) => {
            let place = words.iter().position(|word| *word == text).ok_or_else(|| {
                Invalid::new(setting.key, format!("must be {}, got {}", words.join(" or "), quoted(text)))
            })?;
            Ok(Value(place as i64))
        }
        Kind::Fee => fee::parse(setting.key, text),
    }
}

#[cfg(test)]
mod tests;
