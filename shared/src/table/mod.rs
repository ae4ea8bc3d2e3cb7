//! CSV tables with named columns, in text that may come in pieces, and where in one something is wrong.

mod rows;

use core::fmt;

use self::rows::{Next, Rows};
use crate::Invalid;

/// What a file's reader can't accept, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct TableError {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, the header being 1.
    pub line: u64,
    /// The column's name; none if the fault is of the whole line.
    pub column: Option<String>,
    /// What is wrong, with the offending text.
    pub reason: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// A column of a table: where it stands, and what it is called where it is looked for.
pub(crate) struct Column {
    index: usize,
    name: String,
}

/// A CSV table being read row by row, from text that may come in pieces.
pub(crate) struct Table {
    file: String,
    rows: Rows,
    header: Vec<String>,
}

impl Table {
    /// Returns the table of a text of which nothing was read; `file` is what errors call it.
    pub(crate) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), rows: Rows::new(), header: Vec::new() }
    }

    /// Reads the header and tells whether it is whole: while it isn't, the next piece goes on with it.
    pub(crate) fn read_header(&mut self, piece: &mut &[u8], is_last: bool) -> Result<bool, TableError> {
        match self.rows.next(piece, is_last) {
            Next::Row => {
                let name =
                    |place| core::str::from_utf8(self.rows.field(place)).map(|name| name.trim().to_owned());
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

    /// Finds the column that has one of `names`, in any case, spaces for `_`: the first name that is there.
    pub(crate) fn optional(&self, names: &[&str]) -> Result<Option<Column>, TableError> {
        for name in names {
            let mut places =
                self.header.iter().enumerate().filter(|(_, column)| is_called(column.as_bytes(), name));
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
    pub(crate) fn required(&self, names: &[&str]) -> Result<Column, TableError> {
        self.optional(names)?.ok_or_else(|| {
            let reason = format!("no such column; the header has {}", self.header.join(", "));
            self.error(1, Some(&names.join("|")), reason)
        })
    }

    /// Reads the next row and tells whether there was one in this piece; blank lines are skipped.
    ///
    /// After an error the next call goes on behind the row that it is about.
    pub(crate) fn advance(&mut self, piece: &mut &[u8], is_last: bool) -> Result<bool, TableError> {
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

    /// Returns the current row's text in a column, without the white space around it.
    pub(crate) fn text(&self, column: &Column) -> Result<&str, TableError> {
        let bytes = self.rows.field(column.index);
        let text = core::str::from_utf8(bytes).map_err(|_| {
            self.refuse_text(column, format!("{:?} is not UTF-8", String::from_utf8_lossy(bytes)))
        })?;
        let trimmed = text.trim();
        // To a reader of CSV a quote behind white space is a part of the text, and a comma after it ends the text.
        if trimmed.starts_with('"') && !text.starts_with('"') {
            return Err(self.refuse_text(column, "has a quote behind white space".to_owned()));
        }
        Ok(trimmed)
    }

    /// Returns the current row's value in a column.
    pub(crate) fn value<T: core::str::FromStr<Err = Invalid>>(
        &self,
        column: &Column,
    ) -> Result<T, TableError> {
        self.text(column)?.parse().map_err(|invalid| self.refuse(column, &invalid))
    }

    /// Returns the current row's value in a column, or `None` if the column or the text isn't there.
    pub(crate) fn value_if_any<T>(&self, column: Option<&Column>) -> Result<Option<T>, TableError>
    where
        T: core::str::FromStr<Err = Invalid>,
    {
        match column {
            Some(column) if !self.text(column)?.is_empty() => self.value(column).map(Some),
            _ => Ok(None),
        }
    }

    /// Returns the number of the line on which the current row begins, the header's being 1.
    pub(crate) fn line(&self) -> u64 {
        self.rows.line()
    }

    /// Places an [`Invalid`] at the current row and `column`.
    pub(crate) fn refuse(&self, column: &Column, invalid: &Invalid) -> TableError {
        self.refuse_text(column, invalid.reason.clone())
    }

    /// Refuses what the current row has in `column`, because of `reason`.
    pub(crate) fn refuse_text(&self, column: &Column, reason: String) -> TableError {
        self.error(self.rows.line(), Some(&column.name), reason)
    }

    fn refuse_line(&self, reason: &str) -> TableError {
        self.error(self.rows.line(), None, reason.to_owned())
    }

    fn error(&self, line: u64, column: Option<&str>, reason: String) -> TableError {
        TableError { file: self.file.clone(), line, column: column.map(str::to_owned), reason }
    }
}

/// Returns whether a header's name is the one that is looked for.
fn is_called(column: &[u8], name: &str) -> bool {
    let letter = |byte: &u8| if *byte == b' ' { b'_' } else { byte.to_ascii_lowercase() };
    column.iter().map(letter).eq(name.as_bytes().iter().map(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &str) -> (Table, &[u8]) {
        let (mut table, mut rest) = (Table::new("f.csv"), text.as_bytes());
        assert_eq!(table.read_header(&mut rest, true), Ok(true));
        (table, rest)
    }

    #[test]
    fn names_are_found_in_any_case_and_white_space_is_no_part_of_names_and_texts() {
        let (mut table, mut rest) = opened("\u{feff}extra, ARTIST ,Date\nx,\t A b ,\" c \"\n");
        let (artist, date) = (table.required(&["artist"]).unwrap(), table.required(&["DATE"]).unwrap());
        assert_eq!(table.advance(&mut rest, true), Ok(true));
        assert_eq!((table.text(&artist), table.text(&date)), (Ok("A b"), Ok("c")));
        let twice = opened("date,Date\n").0.required(&["date"]).map(|_| ()).unwrap_err();
        assert_eq!(twice.to_string(), "f.csv, line 1, column date: appears twice in the header");
    }

    #[test]
    fn a_quote_behind_white_space_is_refused() {
        let (mut table, mut rest) = opened("artist\n \"A\"\n\"\"\"A\"\" B\"\n");
        let artist = table.required(&["artist"]).unwrap();
        assert_eq!(table.advance(&mut rest, true), Ok(true));
        let refusal = table.text(&artist).unwrap_err().to_string();
        assert_eq!(refusal, "f.csv, line 2, column artist: has a quote behind white space");
        assert_eq!(table.advance(&mut rest, true), Ok(true));
        assert_eq!(table.text(&artist), Ok("\"A\" B"));
    }
}
