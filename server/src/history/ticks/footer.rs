//! What a file says of itself: where its columns are, and what their smallest and largest values are.

use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use moka::future::Cache;
use parquet::basic::{LogicalType, TimeUnit, Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader,
    ParquetStatisticsPolicy, RowGroupMetaData,
};
use parquet::file::statistics::Statistics;
use parquet::schema::types::SchemaDescriptor;

use crate::history::place::{Listed, Place};

/// How much of a file's end is read at first: a month of a busy series has some 150 KB.
const FIRST: u64 = 256 << 10;
/// The longest footer that is read.
const LONGEST: usize = 64 << 20;
/// How many bytes of footers are kept.
const KEPT: u64 = 128 << 20;

/// A file's footer.
#[derive(Debug)]
pub(super) struct Footer {
    meta: ParquetMetaData,
    pub(super) columns: Columns,
}

/// Where the columns are that are read here, in a file's schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    pub(super) ticker: usize,
    pub(super) time: usize,
    pub(super) price: usize,
    pub(super) count: usize,
    /// Without it all rows of a file are trades of their own.
    pub(super) id: Option<usize>,
}

/// What a row group says of a contract and a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Nothing of it.
    None,
    /// Nothing else: all rows are the contract's, the first and the last of which were then, in microseconds.
    Only { first: i64, last: i64 },
    /// Perhaps some rows, and others.
    Some,
}

/// Footers that were read, by where they are and what was in the file then.
#[derive(Debug, Clone)]
pub(super) struct Footers(Cache<(String, u64, String), Arc<Footer>>);

impl Footers {
    pub(super) fn new() -> Self {
        let weigh = |_: &(String, u64, String), footer: &Arc<Footer>| {
            u32::try_from(footer.meta.memory_size()).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().weigher(weigh).max_capacity(KEPT).build())
    }

    /// Returns a file's footer.
    ///
    /// # Errors
    ///
    /// Names the file when it can't be read, or isn't one of trades as a history has them.
    pub(super) async fn of(&self, place: &Place, file: &Listed) -> anyhow::Result<Arc<Footer>> {
        let key = (file.path.clone(), file.bytes, file.tag.clone());
        if let Some(known) = self.0.get(&key).await {
            return Ok(known);
        }
        let named = || format!("{place}: {}", file.path);
        let footer = Arc::new(Footer::read(place, file).await.with_context(named)?);
        self.0.insert(key, Arc::clone(&footer)).await;
        Ok(footer)
    }
}

impl Footer {
    async fn read(place: &Place, file: &Listed) -> anyhow::Result<Self> {
        let mut end = place.end(file, FIRST).await?;
        // Sizes and encodings of pages are of no use here.
        let options = ParquetMetaDataOptions::new()
            .with_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll)
            .with_size_stats_policy(ParquetStatisticsPolicy::SkipAll);
        loop {
            let mut reader = ParquetMetaDataReader::new().with_metadata_options(Some(options.clone()));
            match reader.try_parse_sized(&end, file.bytes) {
                Ok(()) => return Self::of(reader.finish()?, file.bytes),
                Err(ParquetError::NeedMoreData(needed)) if needed > end.len() && needed <= LONGEST => {
                    end = place.end(file, needed as u64).await?;
                }
                Err(error) => return Err(error).context("can't be read as Parquet"),
            }
        }
    }

    fn of(meta: ParquetMetaData, bytes: u64) -> anyhow::Result<Self> {
        // The library takes it for granted that no place in the file is negative.
        let columns = || meta.row_groups().iter().flat_map(RowGroupMetaData::columns);
        ensure!(!columns().any(|column| is_outside(column, bytes)), "it has a column at no place");
        let schema = meta.file_metadata().schema_descr();
        let is_decimal = |place: usize, scale| {
            let column = schema.column(place);
            column.physical_type() == Type::INT64 && column.type_scale() == scale
        };
        let columns = Columns {
            ticker: find(schema, "ticker", |place| schema.column(place).physical_type() == Type::BYTE_ARRAY)?,
            time: find(schema, "created_time", |place| {
                let time = schema.column(place);
                let is_micros = |of: &LogicalType| matches!(of, LogicalType::Timestamp(of) if of.unit == TimeUnit::MICROS);
                time.physical_type() == Type::INT64 && time.logical_type_ref().is_some_and(is_micros)
            })?,
            price: find(schema, "yes_price_dollars", |place| is_decimal(place, 4))?,
            count: find(schema, "count_fp", |place| is_decimal(place, 2))?,
            id: column(schema, "trade_id")
                .filter(|place| schema.column(*place).physical_type() == Type::BYTE_ARRAY),
        };
        Ok(Self { meta, columns })
    }

    /// Returns the row groups.
    pub(super) fn groups(&self) -> &[RowGroupMetaData] {
        self.meta.row_groups()
    }

    /// Returns the schema.
    pub(super) fn schema(&self) -> &SchemaDescriptor {
        self.meta.file_metadata().schema_descr()
    }

    /// Returns how many rows there are.
    pub(super) fn rows(&self) -> u64 {
        self.groups().iter().map(|group| group.num_rows().max(0).unsigned_abs()).sum()
    }

    /// Returns when the first and the last row was, in microseconds, if all row groups say so.
    pub(super) fn span(&self) -> Option<(i64, i64)> {
        let spans: Option<Vec<(i64, i64)>> = self.groups().iter().map(|group| self.times(group)).collect();
        spans?.into_iter().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Returns what a row group has of a contract from an instant until before another one, by what it says of itself.
    pub(super) fn holds(&self, group: &RowGroupMetaData, ticker: &str, from: i64, to: i64) -> Holds {
        if group.num_rows() <= 0 {
            return Holds::None;
        }
        let times = self.times(group);
        if times.is_some_and(|(first, last)| last < from || first >= to) {
            return Holds::None;
        }
        let Some(Statistics::ByteArray(of)) = statistics(group, self.columns.ticker) else {
            return Holds::Some;
        };
        let (Some(least), Some(most)) = (of.min_opt(), of.max_opt()) else { return Holds::Some };
        let ticker = ticker.as_bytes();
        // A bound that was cut short is still one.
        if ticker < least.data() || ticker > most.data() {
            return Holds::None;
        }
        let is_exact = of.min_is_exact() && of.max_is_exact() && of.null_count_opt() == Some(0);
        match times {
            Some((first, last)) if is_exact && least.data() == ticker && most.data() == ticker => {
                Holds::Only { first, last }
            }
            _ => Holds::Some,
        }
    }

    /// Returns when the first and the last row of a group was.
    fn times(&self, group: &RowGroupMetaData) -> Option<(i64, i64)> {
        match statistics(group, self.columns.time)? {
            Statistics::Int64(of) => Some((*of.min_opt()?, *of.max_opt()?)),
            _ => None,
        }
    }
}

fn statistics(group: &RowGroupMetaData, column: usize) -> Option<&Statistics> {
    group.columns().get(column)?.statistics()
}

/// Returns whether a column's values are said to lie outside the file.
fn is_outside(column: &ColumnChunkMetaData, bytes: u64) -> bool {
    let places = [Some(column.data_page_offset()), column.dictionary_page_offset()];
    let length = column.compressed_size();
    let is_end = |place: i64| {
        let end = place.checked_add(length).and_then(|end| u64::try_from(end).ok());
        end.is_none_or(|end| end > bytes)
    };
    length < 0 || places.iter().flatten().any(|place| *place < 0) || {
        let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
        is_end(start)
    }
}

/// Returns where a column is.
fn column(schema: &SchemaDescriptor, name: &str) -> Option<usize> {
    (0..schema.num_columns()).find(|place| {
        let column = schema.column(*place);
        column.path().parts().len() == 1 && column.max_rep_level() == 0 && column.name() == name
    })
}

/// Returns where a column is that must be there, of a kind.
fn find(schema: &SchemaDescriptor, name: &str, is_fit: impl Fn(usize) -> bool) -> anyhow::Result<usize> {
    let place = column(schema, name).with_context(|| format!("it has no column {name}"))?;
    if !is_fit(place) {
        bail!("its column {name} isn't of the kind that a history has: it was written by another program");
    }
    Ok(place)
}
