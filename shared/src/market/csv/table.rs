//! A CSV table with named columns, and where in it something is wrong.

use core::fmt;

use super::rows::{Next, Rows};
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

/// A CSV table being read row by row, from text that may come in pieces.
pub(super) struct Table {
    file: String,
    rows: Rows,
    header: Vec<String>,
}

impl Table {
    /// Returns the table of a text of which nothing was read; `file` is what errors call it.
    pub(super) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), rows: Rows::new(), header: Vec::new() }
    }

    /// Reads the header and tells whether it is whole: while it isn't, the next piece goes on with it.
    pub(super) fn read_header(&mut self, piece: &mut &[u8], is_last: bool) -> Result<bool, TapeError> {
        match self.rows.next(piece, is_last) {
            Next::Row => {
                let name = |place| core::str::from_utf8(self.rows.field(place)).map(str::to_owned);
                self.header = (0..self.rows.len())
                    .map(name)
                    .collect::<Result<_, _>>()
                    .map_err(|_| self.refuse_line("is not UTF-8"))?;
                Ok(true)
            }
            Next::Overlong => Err(self.refuse_line("is too long for a header")),
            Next::Nothing if is_last => {
                Err(self.refuse_line("is empty: expected a header with column names"))
            }
            Next::Nothing => Ok(false),
        }
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

    /// Reads the next row and tells whether there was one in this piece; blank lines are skipped.
    ///
    /// After an error the next call goes on behind the row that it is about.
    pub(super) fn advance(&mut self, piece: &mut &[u8], is_last: bool) -> Result<bool, TapeError> {
        match self.rows.next(piece, is_last) {
            Next::Row if self.rows.len() == self.header.len() => Ok(true),
            Next::Row => {
                let (found, expected) = (self.rows.len(), self.header.len());
                Err(self.refuse_line(&format!("has {found} fields where the header has {expected}")))
            }
            Next::Overlong => Err(self.refuse_line("is too long for a row; perhaps a quote is not closed")),
            Next::Nothing => Ok(false),
        }
    }

    /// Returns the current row's text in a column.
    pub(super) fn text(&self, column: &Column) -> Result<&str, TapeError> {
        let bytes = self.rows.field(column.index);
        core::str::from_utf8(bytes).map_err(|_| {
            let reason = format!("{:?} is not UTF-8", String::from_utf8_lossy(bytes));
            self.error(self.rows.line(), Some(&column.name), reason)
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
        self.error(self.rows.line(), Some(&column.name), invalid.reason.clone())
    }

    fn refuse_line(&self, reason: &str) -> TapeError {
        self.error(self.rows.line(), None, reason.to_owned())
    }

    fn error(&self, line: u64, column: Option<&str>, reason: String) -> TapeError {
        TapeError { file: self.file.clone(), line, column: column.map(str::to_owned), reason }
    }
}
