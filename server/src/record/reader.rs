//! Recorded streams, read line by line.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

use super::line::Line;
use crate::files;

/// The longest line that is read, in bytes: a snapshot of the deepest book is far below. What is longer is no recording.
const LONGEST: u64 = 16 << 20;

/// A line that can't be used, or the place where a file breaks off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Odd {
    /// The file as it was named, and the line, counted from 1.
    pub(crate) place: String,
    /// What is wrong with it.
    pub(crate) why: String,
}

impl std::fmt::Display for Odd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

/// The lines of a file, zipped or not. Lines that can't be used are handed on as what they are, and the next one is read; a
/// file that breaks off, as one does whose recorder was killed while it wrote, gives all lines before that.
pub(crate) struct Lines {
    name: String,
    text: Option<BufReader<Box<dyn Read>>>,
    number: u64,
}

impl Lines {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// Names the file when it can't be opened, or when its beginning is not one of a text.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let text = Some(BufReader::new(files::open(path)?));
        Ok(Self { name: path.display().to_string(), text, number: 0 })
    }

    fn odd(&self, why: impl Into<String>) -> Odd {
        Odd { place: format!("{}:{}", self.name, self.number), why: why.into() }
    }

    /// Ends, for a reason.
    fn end(&mut self, why: impl Into<String>) -> Option<Result<Line, Odd>> {
        self.text = None;
        Some(Err(self.odd(why)))
    }
}

impl Iterator for Lines {
    type Item = Result<Line, Odd>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut line = Vec::new();
            let read = self.text.as_mut()?.by_ref().take(LONGEST).read_until(b'\n', &mut line);
            self.number += 1;
            if let Err(error) = read {
                return self.end(format!("the file breaks off here, all before it was read: {error}"));
            }
            if line.is_empty() {
                self.text = None;
                return None;
            }
            if line.last() != Some(&b'\n') && line.len() as u64 >= LONGEST {
                return self.end("is longer than any line of a recording: nothing behind it is read");
            }
            let Ok(text) = std::str::from_utf8(&line) else { return Some(Err(self.odd("is no UTF-8"))) };
            let text = text.trim();
            if !text.is_empty() {
                return Some(Line::read(text).map_err(|why| self.odd(why)));
            }
        }
    }
}
