//! What the loop is set to.

use core::fmt;
use core::str::FromStr;

use crate::Invalid;
use crate::quoting::Fair;
use crate::risk::Limits;
use crate::settings::{Fee, Part};
use crate::units::serde_as_text;
use crate::{execution, quoting};

/// The settings of all parts of the loop. Their text is every setting with its value, `rules=seed&quote_size=1&…&fee=exact`: it
/// means the same whatever a preset or a default becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    /// How quotes are decided.
    pub quoting: quoting::Settings,
    /// When they are replaced.
    pub execution: execution::Settings,
    /// What they may never go beyond.
    pub limits: Limits,
    /// What a fill is reckoned to be charged.
    pub fee: Fee,
}

impl Parameters {
    /// Returns them for a maker that is told the fair values which `fair` asks for in the place of beliefs.
    #[must_use]
    pub const fn as_told(mut self) -> Self {
        self.quoting.fair = Fair::Belief;
        self
    }

    fn set(&mut self, key: &str, text: &str) -> Result<(), Invalid> {
        if key == FEE {
            self.fee = Fee::parse(FEE, text)?;
            return Ok(());
        }
        let parts: [&mut dyn Part; 3] = [&mut self.quoting, &mut self.execution, &mut self.limits];
        for part in parts {
            if let Some(place) = part.rows().iter().position(|row| row.key == key) {
                return part.set(place, text);
            }
        }
        Err(Invalid::new(key.to_owned(), "is no setting of the loop"))
    }
}

/// What [`Parameters::fee`] is called.
const FEE: &str = "fee";

impl fmt::Display for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: [&dyn Part; 3] = [&self.quoting, &self.execution, &self.limits];
        for part in parts {
            for (place, row) in part.rows().iter().enumerate() {
                write!(f, "{}={}&", row.key, row.text(part.units(place)))?;
            }
        }
        write!(f, "{FEE}={}", self.fee)
    }
}

impl FromStr for Parameters {
    type Err = Invalid;

    /// Reads what was written so. A setting that is not named, as it came later, is as it is by default.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut parameters = Self {
            quoting: quoting::Settings::default(),
            execution: execution::Settings::default(),
            limits: Limits::default(),
            fee: Fee::Exact,
        };
        for pair in text.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.set(key, value)?;
        }
        parameters.quoting.check()?;
        Ok(parameters)
    }
}

serde_as_text!(Parameters, "settings as key=value, joined by &");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::{Config, Preset};

    #[test]
    fn their_text_has_every_setting_and_reads_back() {
        for preset in Preset::ALL {
            let mut config = Config::preset(preset);
            config.set("fee", "flat:0.015").unwrap();
            config.set("max_event_loss", "12.5").unwrap();
            let parameters = config.parameters();
            let text = parameters.to_string();
            assert_eq!(text.parse(), Ok(parameters));
            let rows = [quoting::Settings::ROWS, execution::Settings::ROWS, Limits::ROWS].concat();
            assert_eq!(text.split('&').count(), rows.len() + 1);
        }
    }

    #[test]
    fn what_is_no_setting_or_no_value_is_refused_by_name() {
        for (text, field) in [
            ("", ""),
            ("latency_ms=1", "latency_ms"),
            ("quote_size=many", "quote_size"),
            ("fee=some", "fee"),
            ("z_widen=3", "z_widen"),
        ] {
            assert_eq!(text.parse::<Parameters>().unwrap_err().field, field);
        }
    }
}
