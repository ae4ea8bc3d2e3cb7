//! Splits CSV text into rows, however the text is cut into pieces.

use csv_core::{ReadRecordResult, Reader};

/// The longest row, in bytes. A quote that is never closed would make the rest of the file one row.
const MAX_BYTES: usize = 64 << 10;

/// The byte order mark that some programs write at the start.
const MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// What came next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A row: its fields can be read until the next call.
    Row,
    /// A row that is too long to be one; reading goes on at the next line.
    Overlong,
    /// Nothing, as the piece ends here.
    Nothing,
}

/// The rows of a CSV text that comes in pieces; blank lines are none.
pub(super) struct Rows {
    core: Reader,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// How much of `bytes` and `ends` the row that is being read has filled.
    filled: (usize, usize),
    line: u64,
    is_inside: bool,
    skips_line: bool,
    /// How much of the byte order mark may still come.
    mark: &'static [u8],
    /// What began like the mark and was none.
    held: &'static [u8],
}

impl Rows {
    /// Returns the rows of a text of which nothing was read.
    pub(super) fn new() -> Self {
        Self {
            core: Reader::new(),
            bytes: vec![0; 1024],
            ends: vec![0; 64],
            filled: (0, 0),
            line: 1,
            is_inside: false,
            skips_line: false,
            mark: &MARK,
            held: &[],
        }
    }

    /// Takes the next row from the front of `piece`; `is_last` says that nothing follows the piece.
    pub(super) fn next(&mut self, piece: &mut &[u8], is_last: bool) -> Next {
        loop {
            if !self.is_inside {
                self.skip_line_ends(piece, is_last);
                if self.skips_line {
                    return Next::Nothing;
                }
                self.filled = (0, 0);
                self.line = self.core.line();
            }
            if piece.is_empty() && self.held.is_empty() && !(is_last && self.is_inside) {
                return Next::Nothing;
            }
            self.is_inside = true;
            let is_held = !self.held.is_empty();
            // An empty input tells the splitter that the text ends.
            let (result, read, bytes, ends) = self.core.read_record(
                if is_held { self.held } else { piece },
                self.bytes.get_mut(self.filled.0..).unwrap_or_default(),
                self.ends.get_mut(self.filled.1..).unwrap_or_default(),
            );
            if is_held {
                self.held = self.held.get(read..).unwrap_or_default();
            } else {
                *piece = piece.get(read..).unwrap_or_default();
            }
            self.filled = (self.filled.0 + bytes, self.filled.1 + ends);
            match result {
                ReadRecordResult::Record => {
                    self.is_inside = false;
                    return Next::Row;
                }
                ReadRecordResult::End => {
                    self.is_inside = false;
                    return Next::Nothing;
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    if self.bytes.len() >= MAX_BYTES || self.ends.len() >= MAX_BYTES {
                        let line = self.core.line();
                        self.core.reset();
                        self.core.set_line(line);
                        (self.is_inside, self.skips_line) = (false, true);
                        return Next::Overlong;
                    }
                    self.bytes.resize(2 * self.bytes.len(), 0);
                    self.ends.resize(2 * self.ends.len(), 0);
                }
            }
        }
    }

    /// Returns the number of the line on which the current row begins, the first being 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Returns how many fields the current row has.
    pub(super) fn len(&self) -> usize {
        self.filled.1
    }

    /// Returns a field of the current row; it is empty where the row has no such field.
    pub(super) fn field(&self, place: usize) -> &[u8] {
        let ends = self.ends.get(..self.filled.1).unwrap_or_default();
        let start = place.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
        ends.get(place).and_then(|end| self.bytes.get(start..*end)).unwrap_or_default()
    }

    /// Passes over the byte order mark, blank lines, and what is left of a line that was given up.
    fn skip_line_ends(&mut self, piece: &mut &[u8], is_last: bool) {
        while let Some((first, rest)) = piece.split_first() {
            if self.mark.first() == Some(first) {
                (self.mark, *piece) = (&self.mark[1..], rest);
                continue;
            }
            if self.is_part_of_a_mark() {
                return;
            }
            match first {
                b'\n' => {
                    self.core.set_line(self.core.line() + 1);
                    self.skips_line = false;
                }
                b'\r' => {}
                _ if self.skips_line => {}
                _ => return,
            }
            *piece = rest;
        }
        if is_last {
            self.is_part_of_a_mark();
        }
    }

    /// Ends the search for the mark; where only a part of it came, that is text.
    fn is_part_of_a_mark(&mut self) -> bool {
        if !self.mark.is_empty() {
            self.held = MARK.get(..MARK.len() - self.mark.len()).unwrap_or_default();
            self.mark = &[];
        }
        !self.held.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &str) -> Vec<(u64, Vec<String>)> {
        let (mut rows, mut rest, mut all) = (Rows::new(), text.as_bytes(), Vec::new());
        while rows.next(&mut rest, true) == Next::Row {
            let field = |place| String::from_utf8(rows.field(place).to_vec()).unwrap();
            all.push((rows.line(), (0..rows.len()).map(field).collect()));
        }
        all
    }

    #[test]
    fn quotes_blank_lines_and_line_ends() {
        let text = "\u{feff}a,b,c\r\n\r\n\"x, \"\"y\"\"\",\"two\nlines\",\n1,2,3";
        let row = |line, fields: [&str; 3]| (line, fields.map(str::to_owned).to_vec());
        assert_eq!(
            all(text),
            [row(1, ["a", "b", "c"]), row(3, ["x, \"y\"", "two\nlines", ""]), row(5, ["1", "2", "3"])]
        );
        assert!(all("").is_empty());
    }

    #[test]
    fn what_begins_like_a_byte_order_mark_is_text() {
        assert_eq!(all("\u{fffc}a"), [(1, vec!["\u{fffc}a".to_owned()])]);
        let mut rows = Rows::new();
        assert_eq!(rows.next(&mut &MARK[..1], false), Next::Nothing);
        assert_eq!(
            (rows.next(&mut &MARK[1..2], false), rows.next(&mut &[][..], true)),
            (Next::Nothing, Next::Row)
        );
        assert_eq!(rows.field(0), &MARK[..2]);
    }

    proptest! {
        #[test]
        fn a_written_row_is_read_back(fields in proptest::collection::vec("[a-z\",\n é]{0,6}", 1..5)) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let text = fields.iter().map(quoted).collect::<Vec<_>>().join(",");
            prop_assert_eq!(&all(&text)[0].1, &fields);
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            all(&text);
        }
    }
}
