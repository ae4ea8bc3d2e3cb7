//! Lines from a file or a pipe, however long.

use std::io::{self, BufRead, BufReader, Read};

use shared::Invalid;

/// The longest line that is read, in bytes; nothing longer is held in memory.
const LONGEST: usize = 1 << 20;

/// How much is read at once, where there is that much.
const BUFFER: usize = 1 << 18;

/// The byte order mark that some programs write at the start.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads lines one at a time.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    line: Vec<u8>,
    /// Whether the next line is the first, which may begin with a byte order mark.
    is_first: bool,
}

impl<R: Read> Lines<R> {
    /// Returns the lines of `input`.
    pub(super) fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(BUFFER, input), line: Vec::new(), is_first: true }
    }

    /// Returns the next line without its end, or what makes it unreadable; `None` at the end of the input.
    ///
    /// `before_waiting` is called when no whole line has arrived, before the input is asked for more.
    ///
    /// # Errors
    ///
    /// Fails when the input can't be read or `before_waiting` fails.
    pub(super) fn next(
        &mut self,
        before_waiting: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<Option<Result<&str, Invalid>>> {
        if !self.input.buffer().contains(&b'\n') {
            before_waiting()?;
        }
        self.line.clear();
        // One byte for the line's end.
        let within = LONGEST as u64 + 1;
        if self.input.by_ref().take(within).read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
        } else if self.line.len() > LONGEST {
            self.input.skip_until(b'\n')?;
            return Ok(Some(Err(Invalid::new("line", "is longer than 1 MiB"))));
        }
        let is_first = std::mem::replace(&mut self.is_first, false);
        let line = self.line.strip_prefix(MARK).filter(|_| is_first).unwrap_or(&self.line);
        Ok(Some(match std::str::from_utf8(line) {
            Ok(line) if line.trim_ascii().is_empty() => Err(Invalid::new("line", "is empty")),
            Ok(line) => Ok(line),
            Err(error) => {
                Err(Invalid::new("line", format!("is not UTF-8 from byte {} on", error.valid_up_to() + 1)))
            }
        }))
    }
}
