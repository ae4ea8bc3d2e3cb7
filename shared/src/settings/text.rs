//! Values as text, exact both ways.

use super::{Fee, Kind, Part, Setting};
use crate::Invalid;
use crate::units::{parse_fixed, quoted};

impl Setting {
    /// Returns the canonical text of the value that has this number.
    pub fn text(&self, units: i64) -> String {
        match self.kind {
            Kind::Number { auto: true, .. } if units == 0 => "auto".to_owned(),
            Kind::Number { decimals, .. } => short(units, decimals),
            Kind::Flag => (units != 0).to_string(),
            Kind::Choice(words) => {
                let word = usize::try_from(units).ok().and_then(|place| words.get(place));
                word.copied().unwrap_or_default().to_owned()
            }
            Kind::Fee => Fee::of_units(units).to_string(),
        }
    }

    /// Returns the number of the value that `text` is.
    ///
    /// # Errors
    ///
    /// Names the setting if the text is no value of it, or out of its range.
    pub fn parse(&self, text: &str) -> Result<i64, Invalid> {
        let refuse = |why: String| Err(Invalid::new(self.key, format!("{why}, got {}", quoted(text))));
        match self.kind {
            Kind::Number { auto: true, .. } if text == "auto" => Ok(0),
            Kind::Number { range: (low, high), decimals, .. } => {
                let units = parse_fixed(self.key, text.trim(), decimals)?;
                let number = number(units, decimals);
                if number >= low && number <= high {
                    Ok(units)
                } else {
                    refuse(format!("must be from {low} to {high}"))
                }
            }
            Kind::Flag => match text {
                "true" => Ok(1),
                "false" => Ok(0),
                _ => refuse("must be true or false".to_owned()),
            },
            Kind::Choice(words) => match words.iter().position(|word| *word == text) {
                Some(place) => Ok(place as i64),
                None => refuse(format!("must be {}", words.join(" or "))),
            },
            Kind::Fee => Fee::parse(self.key, text).map(Fee::units),
        }
    }

    /// Returns the nearest double to the number of a value; of a flag 0 or 1, of a choice its place.
    pub fn number(&self, units: i64) -> f64 {
        match self.kind {
            Kind::Number { decimals, .. } => number(units, decimals),
            Kind::Flag | Kind::Choice(_) | Kind::Fee => units as f64,
        }
    }
}

impl dyn Part + '_ {
    /// Sets the setting at a place of the rows to what `text` says, or changes nothing.
    ///
    /// # Errors
    ///
    /// Names the setting if the text is no value of it, or out of its range.
    pub fn set(&mut self, place: usize, text: &str) -> Result<(), Invalid> {
        if let Some(row) = self.rows().get(place) {
            self.put(place, row.parse(text)?);
        }
        Ok(())
    }
}

/// Returns the double nearest to a whole number of `10^-decimals`.
fn number(units: i64, decimals: usize) -> f64 {
    let scale = (0..decimals).fold(1_i64, |scale, _| scale * 10);
    units as f64 / scale as f64
}

/// Returns a whole number of `10^-decimals` as decimal text without trailing zeros.
pub(super) fn short(units: i64, decimals: usize) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", units.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}
