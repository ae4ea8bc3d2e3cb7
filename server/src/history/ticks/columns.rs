//! Row groups decoded column by column, into memory that is used again.

use std::ops::Range;

use anyhow::{Context, ensure};
use bytes::{Buf as _, Bytes, buf::Reader};
use parquet::column::page::PageReader;
use parquet::column::reader::{ColumnReaderImpl, get_column_reader};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;
use std::sync::Arc;

use super::footer::Footer;

/// How many rows are decoded at once.
const BATCH: usize = 1 << 14;

/// Parts of a file, each by where it begins.
#[derive(Debug)]
pub(super) struct Parts {
    bytes: u64,
    parts: Vec<(u64, Bytes)>,
}

impl Parts {
    /// Returns the parts of a file of so many bytes.
    pub(super) fn new(bytes: u64, ranges: &[Range<u64>], parts: Vec<Bytes>) -> Self {
        let mut parts: Vec<_> = ranges.iter().map(|range| range.start).zip(parts).collect();
        parts.sort_by_key(|(start, _)| *start);
        Self { bytes, parts }
    }

    /// Returns what there is from a place on.
    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        let missing = || ParquetError::EOF(format!("byte {start} was not asked for"));
        let after = self.parts.partition_point(|(first, _)| *first <= start);
        let (first, part) = after.checked_sub(1).and_then(|at| self.parts.get(at)).ok_or_else(missing)?;
        let skipped = usize::try_from(start - first).map_err(|_| missing())?;
        if skipped > part.len() {
            return Err(missing());
        }
        Ok(part.slice(skipped..))
    }
}

impl Length for Parts {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl ChunkReader for Parts {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let rest = self.from(start)?;
        if length > rest.len() {
            return Err(ParquetError::EOF(format!("{length} bytes from {start} on were not asked for")));
        }
        Ok(rest.slice(..length))
    }
}

/// Rows of one batch, in columns of one length.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Microseconds since 1970.
    pub(super) times: Vec<i64>,
    /// In $0.0001.
    pub(super) prices: Vec<i64>,
    /// In 0.01 contract.
    pub(super) counts: Vec<i64>,
    /// Empty where they were not asked for; an empty id is none.
    pub(super) ids: Vec<ByteArray>,
    tickers: Vec<ByteArray>,
    levels: Vec<i16>,
}

/// Which columns are decoded besides times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Prices and counts.
    pub(super) values: bool,
    /// The ids of trades.
    pub(super) ids: bool,
    /// Tickers, as not all rows are one contract's.
    pub(super) tickers: bool,
}

impl Wanted {
    /// Returns the places of the columns in the file's schema.
    pub(super) fn columns(self, footer: &Footer) -> Vec<usize> {
        let of = footer.columns;
        let mut places = vec![of.time];
        places.extend([of.price, of.count].into_iter().filter(|_| self.values));
        places.extend(of.id.filter(|_| self.ids));
        places.extend(Some(of.ticker).filter(|_| self.tickers));
        places
    }

    /// Returns the ranges of bytes that hold them in a row group.
    pub(super) fn ranges(self, footer: &Footer, group: &RowGroupMetaData) -> Vec<Range<u64>> {
        let columns = self.columns(footer).into_iter().filter_map(|place| group.columns().get(place));
        columns
            .map(|column| column.byte_range())
            .map(|(start, length)| start..start.saturating_add(length))
            .collect()
    }
}

/// A contract's rows of a row group, batch by batch.
///
/// # Errors
///
/// Says what can't be decoded; and passes on what `take` says.
pub(super) fn decode(
    parts: &Arc<Parts>,
    footer: &Footer,
    group: &RowGroupMetaData,
    wanted: Wanted,
    ticker: &str,
    batch: &mut Batch,
    mut take: impl FnMut(&Batch, Range<usize>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let rows = usize::try_from(group.num_rows())?;
    let of = footer.columns;
    let mut times = column::<Int64Type>(parts, footer, group, of.time)?;
    let mut values = if wanted.values {
        let price = column::<Int64Type>(parts, footer, group, of.price)?;
        Some((price, column::<Int64Type>(parts, footer, group, of.count)?))
    } else {
        None
    };
    let text = |place: Option<usize>| {
        place.map(|place| column::<ByteArrayType>(parts, footer, group, place)).transpose()
    };
    let mut ids = text(of.id.filter(|_| wanted.ids))?;
    let mut tickers = text(Some(of.ticker).filter(|_| wanted.tickers))?;
    let mut left = rows;
    while left > 0 {
        let some = left.min(BATCH);
        let levels = &mut batch.levels;
        next(&mut times, some, levels, &mut batch.times).context("created_time")?;
        if let Some((price, count)) = &mut values {
            next(price, some, levels, &mut batch.prices).context("yes_price_dollars")?;
            next(count, some, levels, &mut batch.counts).context("count_fp")?;
        }
        if let Some(ids) = &mut ids {
            next_or_none(ids, some, levels, &mut batch.ids).context("trade_id")?;
        }
        if let Some(tickers) = &mut tickers {
            next_or_none(tickers, some, levels, &mut batch.tickers).context("ticker")?;
            for run in runs(&batch.tickers, ticker.as_bytes()) {
                take(batch, run)?;
            }
        } else {
            take(batch, 0..some)?;
        }
        left -= some;
    }
    Ok(())
}

/// Returns where a text stands, in runs.
fn runs(texts: &[ByteArray], wanted: &[u8]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (place, _) in texts.iter().enumerate().filter(|(_, text)| text.data() == wanted) {
        match runs.last_mut() {
            Some(last) if last.end == place => last.end = place + 1,
            _ => runs.push(place..place + 1),
        }
    }
    runs
}

/// Returns what reads a column of a row group.
fn column<K: DataType>(
    parts: &Arc<Parts>,
    footer: &Footer,
    group: &RowGroupMetaData,
    place: usize,
) -> anyhow::Result<ColumnReaderImpl<K>> {
    let meta = group.columns().get(place).context("a row group has not all columns")?;
    let rows = usize::try_from(group.num_rows())?;
    let pages: Box<dyn PageReader> =
        Box::new(SerializedPageReader::new(Arc::clone(parts), meta, rows, None)?);
    let reader = get_column_reader(footer.schema().column(place), pages);
    K::get_column_reader(reader).context("a column is of another kind than its file says")
}

/// Reads the next values of a column, all of which must be known.
fn next<K: DataType>(
    reader: &mut ColumnReaderImpl<K>,
    rows: usize,
    levels: &mut Vec<i16>,
    values: &mut Vec<K::T>,
) -> anyhow::Result<()> {
    levels.clear();
    values.clear();
    let (records, known, _) = reader.read_records(rows, Some(levels), None, values)?;
    ensure!(records == rows, "the column ends early");
    ensure!(known == rows, "a row has none");
    Ok(())
}

/// Reads the next texts of a column; one that isn't known is empty.
fn next_or_none(
    reader: &mut ColumnReaderImpl<ByteArrayType>,
    rows: usize,
    levels: &mut Vec<i16>,
    values: &mut Vec<ByteArray>,
) -> anyhow::Result<()> {
    levels.clear();
    values.clear();
    let (records, known, _) = reader.read_records(rows, Some(levels), None, values)?;
    ensure!(records == rows, "the column ends early");
    if known < rows {
        let mut there = std::mem::take(values).into_iter();
        values.extend(levels.iter().map(|level| {
            let text = if *level > 0 { there.next() } else { None };
            text.unwrap_or_else(|| ByteArray::from(Vec::new()))
        }));
    }
    Ok(())
}
