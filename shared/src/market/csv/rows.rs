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
        }
    }

    /// Takes the next row from the front of `piece`; `is_last` says that nothing follows the piece.
    pub(super) fn next(&mut self, piece: &mut &[u8], is_last: bool) -> Next {
        loop {
            if !self.is_inside {
                self.skip_line_ends(piece);
                if self.skips_line {
                    return Next::Nothing;
                }
                self.filled = (0, 0);
                self.line = self.core.line();
            }
            if piece.is_empty() && !(is_last && self.is_inside) {
                return Next::Nothing;
            }
            self.is_inside = true;
            // An empty input tells the splitter that the text ends.
            let (result, read, bytes, ends) = self.core.read_record(
                piece,
                self.bytes.get_mut(self.filled.0..).unwrap_or_default(),
                self.ends.get_mut(self.filled.1..).unwrap_or_default(),
            );
            *piece = piece.get(read..).unwrap_or_default();
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

    /// Passes over blank lines, and over what is left of a line that was given up.
    fn skip_line_ends(&mut self, piece: &mut &[u8]) {
        while let Some((first, rest)) = piece.split_first() {
            if self.mark.first() == Some(first) {
                (self.mark, *piece) = (&self.mark[1..], rest);
                continue;
            }
            self.mark = &[];
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
    }
}
