//! A CSV table with named columns, and where in it something is wrong.

use core::fmt;

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};

use crate::Invalid;

/// What a file's reader can't accept, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct TapeError {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, the header being 1.
    pub line: u64,
    /// The column's name; none if the fault is of the whole line.
    pub column: Option<String>,
    /// What is wrong, with the offending text.
    pub reason: String,
}

impl fmt::Display for TapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// A column of a table: where it stands and what the file calls it.
pub(super) struct Column {
    index: usize,
    name: String,
}

/// A CSV table being read row by row.
pub(super) struct Table<'a> {
    file: &'a str,
    reader: Reader<&'a [u8]>,
    header: Vec<String>,
    record: ByteRecord,
}

impl<'a> Table<'a> {
    /// Reads the header of `bytes`; `file` is what errors call them.
    pub(super) fn new(bytes: &'a [u8], file: &'a str) -> Result<Self, TapeError> {
        // The csv crate skips a byte order mark by itself.
        let mut reader = ReaderBuilder::new().from_reader(bytes);
        let header = match reader.headers() {
            Ok(header) => header.iter().map(str::to_owned).collect(),
            Err(error) => return Err(malformed(file, &error)),
        };
        let table = Self { file, reader, header, record: ByteRecord::new() };
        if table.header.is_empty() {
            return Err(table.error(1, None, "is empty: expected a header with column names".into()));
        }
        Ok(table)
    }

    /// Finds the column that has one of `names`, the first name that is there.
    pub(super) fn optional(&self, names: &[&str]) -> Result<Option<Column>, TapeError> {
        for name in names {
            let mut places = self.header.iter().enumerate().filter(|(_, column)| column == name);
            if let Some((index, _)) = places.next() {
                if places.next().is_some() {
                    return Err(self.error(1, Some(name), "appears twice in the header".into()));
                }
                return Ok(Some(Column { index, name: (*name).to_owned() }));
            }
        }
        Ok(None)
    }

    /// Finds the column that has one of `names`, which must be there.
    pub(super) fn required(&self, names: &[&str]) -> Result<Column, TapeError> {
        self.optional(names)?.ok_or_else(|| {
            let reason = format!("no such column; the header has {}", self.header.join(", "));
            self.error(1, Some(&names.join("|")), reason)
        })
    }

    /// Reads the next row and tells whether there was one; blank lines are skipped.
    pub(super) fn advance(&mut self) -> Result<bool, TapeError> {
        self.reader.read_byte_record(&mut self.record).map_err(|error| malformed(self.file, &error))
    }

    /// Returns the current row's text in a column.
    pub(super) fn text(&self, column: &Column) -> Result<&str, TapeError> {
        // Every row has as many fields as the header: the csv crate refuses others.
        let bytes = self.record.get(column.index).unwrap_or_default();
        core::str::from_utf8(bytes).map_err(|_| {
            let reason = format!("{:?} is not UTF-8", String::from_utf8_lossy(bytes));
            self.error(self.line(), Some(&column.name), reason)
        })
    }

    /// Returns the current row's value in a column.
    pub(super) fn value<T: core::str::FromStr<Err = Invalid>>(
        &self,
        column: &Column,
    ) -> Result<T, TapeError> {
        self.text(column)?.parse().map_err(|invalid| self.refuse(column, &invalid))
    }

    /// Returns the current row's value in a column, or `None` if the column or the text isn't there.
    pub(super) fn value_if_any<T>(&self, column: Option<&Column>) -> Result<Option<T>, TapeError>
    where
        T: core::str::FromStr<Err = Invalid>,
    {
        match column {
            Some(column) if !self.text(column)?.is_empty() => self.value(column).map(Some),
            _ => Ok(None),
        }
    }

    /// Places an [`Invalid`] at the current row and `column`.
    pub(super) fn refuse(&self, column: &Column, invalid: &Invalid) -> TapeError {
        self.error(self.line(), Some(&column.name), invalid.reason.clone())
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(1, csv::Position::line)
    }

    fn error(&self, line: u64, column: Option<&str>, reason: String) -> TapeError {
        TapeError { file: self.file.to_owned(), line, column: column.map(str::to_owned), reason }
    }
}

/// Returns the error of a line that is not a row of the table.
fn malformed(file: &str, error: &csv::Error) -> TapeError {
    let line = error.position().map_or(1, csv::Position::line);
    let reason = match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("has {len} fields where the header has {expected_len}")
        }
        ErrorKind::Utf8 { .. } => "is not UTF-8".to_owned(),
        _ => error.to_string(),
    };
    TapeError { file: file.to_owned(), line, column: None, reason }
}
