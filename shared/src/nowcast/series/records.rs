//! CSV records, and the numbers in them.
//!
//! The page reads a person's own files, and so carries this: a general CSV reader and the standard library's tables
//! for numbers would weigh four times as much.

/// Reads the records of a CSV text (RFC 4180) one after another; lines without anything are passed over.
#[derive(Debug)]
pub(super) struct Records<'a> {
    rest: &'a str,
    /// The line that the next record begins on, from 1.
    next_line: usize,
    /// The line that the last record began on.
    pub(super) line: usize,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text.strip_prefix('\u{feff}').unwrap_or(text), next_line: 1, line: 1 }
    }

    /// Puts the next record's fields into `fields`, without the white space around them; false if there is none.
    ///
    /// # Errors
    ///
    /// When a quoted field has no end.
    pub(super) fn next(&mut self, fields: &mut Vec<String>) -> Result<bool, &'static str> {
        while let Some(rest) = self.rest.strip_prefix(['\n', '\r']) {
            self.next_line += usize::from(self.rest.starts_with('\n'));
            self.rest = rest;
        }
        fields.clear();
        if self.rest.is_empty() {
            return Ok(false);
        }
        self.line = self.next_line;
        loop {
            let mut field = String::new();
            let unquoted = self.rest.trim_start_matches([' ', '\t']);
            if let Some(quoted) = unquoted.strip_prefix('"') {
                self.rest = quoted;
                loop {
                    let (part, rest) = self.rest.split_once('"').ok_or("a quoted field has no end")?;
                    self.next_line += part.bytes().filter(|byte| *byte == b'\n').count();
                    field.push_str(part);
                    self.rest = rest;
                    let Some(rest) = rest.strip_prefix('"') else { break };
                    field.push('"');
                    self.rest = rest;
                }
            }
            let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
            let (part, rest) = self.rest.split_at(end);
            field.push_str(part);
            fields.push(field.trim().to_owned());
            self.rest = rest;
            match rest.strip_prefix(',') {
                Some(rest) => self.rest = rest,
                None => return Ok(true),
            }
        }
    }
}

/// Returns the decimal number in `text`, with an exponent or without; nothing if it is none.
///
/// Of up to 15 digits and a power of ten up to 22 it is the nearest double; beyond that each operation rounds once
/// more, the same way on every target.
pub(super) fn number(text: &str) -> Option<f64> {
    const MOST_DIGITS: u32 = 18;
    let (negative, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match magnitude.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?.clamp(-400, 400)),
        None => (magnitude, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (mut digits, mut value, mut power) = (0, 0_u64, exponent);
    for (place, byte) in whole.bytes().chain(fraction.bytes()).enumerate() {
        if !byte.is_ascii_digit() {
            return None;
        }
        // Digits that no double can tell apart are left out.
        if digits < MOST_DIGITS {
            value = value * 10 + u64::from(byte - b'0');
            digits += u32::from(value > 0);
            power -= i32::from(place >= whole.len());
        } else {
            power += i32::from(place < whole.len());
        }
    }
    let mut value = value as f64;
    while power != 0 {
        let step = power.clamp(-22, 22);
        let factor = (0..step.abs()).fold(1.0, |product, _| 10.0 * product);
        value = if step < 0 { value / factor } else { value * factor };
        power -= step;
    }
    value.is_finite().then_some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> Vec<(usize, Vec<String>)> {
        let (mut records, mut fields, mut all) = (Records::new(text), Vec::new(), Vec::new());
        while records.next(&mut fields).unwrap() {
            all.push((records.line, fields.clone()));
        }
        all
    }

    #[test]
    fn quotes_blank_lines_and_line_ends() {
        let text = "\u{feff}a, b ,c\r\n\r\n\"x, \"\"y\"\"\",\"two\nlines\",\n1,2,3";
        let record = |line, fields: [&str; 3]| (line, fields.map(str::to_owned).to_vec());
        assert_eq!(
            all(text),
            [
                record(1, ["a", "b", "c"]),
                record(3, ["x, \"y\"", "two\nlines", ""]),
                record(5, ["1", "2", "3"])
            ]
        );
        assert!(all("").is_empty());
        assert!(Records::new("a,\"b").next(&mut Vec::new()).is_err());
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", ".", "1,5", "NaN", "inf", "1e", "1e400", "0x1", "1.2.3", "--1"] {
            assert_eq!(number(text), None, "{text:?}");
        }
        assert_eq!(number("1e-400"), Some(0.0));
        assert_eq!(number("+.5E1"), Some(5.0));
    }

    proptest! {
        #[test]
        fn a_written_record_is_read_back(fields in proptest::collection::vec("[a-z\",\n é]{0,6}", 1..5)) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let text = fields.iter().map(quoted).collect::<Vec<_>>().join(",");
            let expected: Vec<String> = fields.iter().map(|field| field.trim().to_owned()).collect();
            prop_assert_eq!(&all(&text)[0].1, &expected);
        }

        #[test]
        fn a_short_number_is_the_nearest(value in -1_000_000_000_000_000_i64..1_000_000_000_000_000, places in 0..15_usize) {
            let digits = format!("{:015}", value.unsigned_abs());
            let (whole, fraction) = digits.split_at(15 - places);
            let text = format!("{}{whole}.{fraction}", if value < 0 { "-" } else { "" });
            prop_assert_eq!(number(&text), text.parse::<f64>().ok());
        }

        #[test]
        fn any_number_is_as_near_as_a_few_roundings_allow(value: f64) {
            prop_assume!(value.is_normal() && value.abs() > 1e-290 && value.abs() < 1e290);
            let read = number(&format!("{value:e}")).unwrap();
            prop_assert!((read / value - 1.0).abs() < 20.0 * f64::EPSILON, "{read} {value}");
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = number(&text);
            let mut records = Records::new(&text);
            let mut fields = Vec::new();
            while records.next(&mut fields) == Ok(true) {}
        }
    }
}
