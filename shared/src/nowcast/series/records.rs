//! CSV records.
//!
//! The page reads a person's own files, and so carries this: a general CSV reader would weigh four times as much.

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

    proptest! {
        #[test]
        fn a_written_record_is_read_back(fields in proptest::collection::vec("[a-z\",\n é]{0,6}", 1..5)) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let text = fields.iter().map(quoted).collect::<Vec<_>>().join(",");
            let expected: Vec<String> = fields.iter().map(|field| field.trim().to_owned()).collect();
            prop_assert_eq!(&all(&text)[0].1, &expected);
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let mut records = Records::new(&text);
            let mut fields = Vec::new();
            while records.next(&mut fields) == Ok(true) {}
        }
    }
}
