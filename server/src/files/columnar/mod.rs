//! Parquet, as a table in text: so whoever reads a table reads it too, and refuses the same rows for the same reasons.
//!
//! Source: the Parquet format's logical types, <https://parquet.apache.org/docs/file-format/types/logicaltypes/>.

mod cells;
mod histories;
#[cfg(test)]
mod tests;
mod write;

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom};

use anyhow::{Context, bail};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, FileReader as _, SerializedFileReader};

use self::cells::{is_readable, next_cells};
pub(crate) use self::histories::write_histories;
pub(crate) use self::write::{Column, Layout, Values, table};

/// How a Parquet file begins.
pub(super) const MAGIC: &[u8] = b"PAR1";

/// Returns whether a file is one, and leaves it at its beginning.
///
/// # Errors
///
/// Fails when the file can't be read.
pub(super) fn is_parquet(file: &mut File) -> std::io::Result<bool> {
    let mut start = Vec::new();
    Read::by_ref(file).take(MAGIC.len() as u64).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(start == MAGIC)
}

/// Hands a file's columns to `take` piece by piece, as CSV with a header. Columns of other kinds than text, numbers, truths,
/// days and times are left out, as what nobody reads may be of any kind.
///
/// # Errors
///
/// Names the file when it can't be read or unpacks to more than `limit` bytes; and passes on what `take` refuses.
pub(super) fn unpack<F: ChunkReader + 'static>(
    file: F,
    name: &str,
    limit: u64,
    mut take: impl FnMut(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let unreadable = || format!("{name} can't be read as Parquet");
    let too_much = || format!("{name} holds more than {} MB", limit >> 20);
    let reader = SerializedFileReader::new(file).with_context(unreadable)?;
    let groups = reader.metadata().row_groups().iter();
    // The library takes it for granted that no place in the file is negative.
    if groups.clone().flat_map(RowGroupMetaData::columns).any(is_nowhere) {
        bail!("{}: it has a column at no place", unreadable());
    }
    // Before anything is unpacked: the sizes that it admits to.
    if groups.map(|group| group.total_byte_size().max(0).unsigned_abs()).sum::<u64>() > limit {
        bail!(too_much());
    }
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let places: Vec<usize> =
        (0..schema.num_columns()).filter(|place| is_readable(&schema.column(*place))).collect();
    let mut text = csv::Writer::from_writer(Vec::new());
    text.write_record(places.iter().map(|place| schema.column(*place).name().to_owned()))?;
    let mut written = 0;
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).with_context(unreadable)?;
        let columns =
            places.iter().map(|place| Ok((schema.column(*place), group.get_column_reader(*place)?)));
        let mut columns = columns.collect::<Result<Vec<_>, ParquetError>>().with_context(unreadable)?;
        loop {
            let cells = columns.iter_mut().map(|(column, reader)| next_cells(column, reader));
            let cells = cells.collect::<Result<Vec<_>, ParquetError>>().with_context(unreadable)?;
            let rows = cells.iter().map(Vec::len).max().unwrap_or(0);
            if cells.iter().any(|cells| cells.len() != rows) {
                bail!("{}: its columns have not the same length", unreadable());
            }
            if rows == 0 {
                break;
            }
            let mut cells: Vec<_> = cells.into_iter().map(Vec::into_iter).collect();
            for _ in 0..rows {
                text.write_record(cells.iter_mut().filter_map(Iterator::next))?;
            }
            text.flush()?;
            written += text.get_ref().len() as u64;
            if written > limit {
                bail!(too_much());
            }
            take(text.get_ref())?;
            text = csv::Writer::from_writer(Vec::new());
        }
    }
    // Of a file without rows the header is left.
    let rest = text.into_inner().map_err(csv::IntoInnerError::into_error)?;
    take(&rest)
}

/// Returns whether a column's values are said to lie outside any file.
fn is_nowhere(column: &ColumnChunkMetaData) -> bool {
    let places =
        [Some(column.data_page_offset()), column.dictionary_page_offset(), Some(column.compressed_size())];
    places.into_iter().flatten().any(|place| place < 0)
}
