//! Canonical JSON: one text for one result, the same natively and in the browser.
//!
//! Keys come in the order they are written, nothing is indented, and no number is printed by a general algorithm: money
//! and sizes are integers, and other numbers are rounded to nine decimals by one multiplication.

use crate::decimal::append_fixed;
use crate::units::Cash;

/// JSON text in the making. Calls must pair up as the text would.
#[derive(Debug, Clone, Default)]
pub struct Json(String);

/// The decimals of a number that is no amount, and their power of ten.
const DECIMALS: (usize, f64) = (9, 1e9);
/// The greatest number written: beyond it a double is no exact count of the last decimal.
const GREATEST: f64 = 9e6;

impl Json {
    /// Returns empty text.
    pub const fn new() -> Self {
        Self(String::new())
    }

    /// Opens an object or a list: `{` or `[`.
    #[inline(never)]
    pub fn open(&mut self, bracket: char) -> &mut Self {
        self.separate();
        self.0.push(bracket);
        self
    }

    /// Closes it: `}` or `]`.
    #[inline(never)]
    pub fn close(&mut self, bracket: char) -> &mut Self {
        self.0.push(bracket);
        self
    }

    /// Begins a member of an object; its value follows.
    #[inline(never)]
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.string(key);
        self.0.push(':');
        self
    }

    /// Writes text; tickers, names and links have no control characters, and quotes are escaped.
    #[inline(never)]
    pub fn string(&mut self, text: &str) -> &mut Self {
        self.separate();
        self.0.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => self.0.extend(['\\', c]),
                c if c < ' ' => self.0.push(' '),
                c => self.0.push(c),
            }
        }
        self.0.push('"');
        self
    }

    /// Writes a whole number.
    pub fn integer(&mut self, value: i64) -> &mut Self {
        self.fixed(value, 0)
    }

    /// Writes an amount in dollars, without trailing zeros.
    pub fn dollars(&mut self, amount: Cash) -> &mut Self {
        self.fixed(amount.microdollars(), 6)
    }

    /// Writes a price of centi-cents in dollars.
    pub fn price(&mut self, centicents: i64) -> &mut Self {
        self.fixed(centicents, 4)
    }

    /// Writes hundredths of a contract in contracts.
    pub fn contracts(&mut self, hundredths: i64) -> &mut Self {
        self.fixed(hundredths, 2)
    }

    /// Writes a number rounded to nine decimals; `null` where it is none or beyond nine millions.
    #[inline(never)]
    pub fn number(&mut self, value: f64) -> &mut Self {
        if value.abs() <= GREATEST {
            self.fixed((value * DECIMALS.1).round() as i64, DECIMALS.0)
        } else {
            self.null()
        }
    }

    /// Writes `true` or `false`.
    pub fn truth(&mut self, value: bool) -> &mut Self {
        self.separate();
        self.0.push_str(if value { "true" } else { "false" });
        self
    }

    /// Writes `null`.
    pub fn null(&mut self) -> &mut Self {
        self.separate();
        self.0.push_str("null");
        self
    }

    /// Ends a line between two members of a list, for the eyes.
    #[inline(never)]
    pub fn line(&mut self) -> &mut Self {
        self.separate();
        self.0.push('\n');
        self
    }

    /// Returns the text, ended by a line feed.
    pub fn finish(mut self) -> String {
        self.0.push('\n');
        self.0
    }

    /// Puts a comma where the text so far ends in a value.
    fn separate(&mut self) {
        if !self.0.ends_with(['{', '[', ':', ',', '\n']) && !self.0.is_empty() {
            self.0.push(',');
        }
    }

    #[inline(never)]
    fn fixed(&mut self, value: i64, decimals: usize) -> &mut Self {
        self.separate();
        append_fixed(&mut self.0, value, decimals);
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_separated_and_numbers_short() {
        let dollars = Cash::from_microdollars;
        let mut json = Json::new();
        json.open('{').key("a").integer(-5).key("b").open('[');
        json.line()
            .dollars(dollars(1_270_000))
            .line()
            .dollars(dollars(-3_750_001))
            .null()
            .price(5_600)
            .contracts(1_050);
        json.number(0.1 + 0.2).number(f64::INFINITY).number(-1e-10).string("x\"y").close(']');
        json.key("c").open('{').close('}').close('}');
        assert_eq!(
            json.finish(),
            "{\"a\":-5,\"b\":[\n1.27,\n-3.750001,null,0.56,10.5,0.3,null,0,\"x\\\"y\"],\"c\":{}}\n"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_json(value in -1e7..1e7_f64, text in "\\PC*") {
            let mut json = Json::new();
            json.open('[').number(value).string(&text).close(']');
            let read: serde_json::Value = serde_json::from_str(&json.finish()).unwrap();
            prop_assert_eq!(&read[1], &serde_json::Value::from(text));
            if value.abs() <= GREATEST {
                prop_assert!((read[0].as_f64().unwrap() - value).abs() < 1e-9);
            }
        }
    }
}
