//! Tables written as Parquet: the same rows always become the same bytes.
//!
//! Money and counts are decimals, instants are in microseconds of UTC: so pandas, polars and `DuckDB` read exact values
//! without being told what the columns are.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context, bail};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

/// How many rows are written as one group: who reads a part of a file reads at least one of these.
const GROUP: usize = 1 << 16;

/// From how many rows on what belongs together has row groups of its own.
const OWN_GROUP: usize = 1 << 14;

/// How much of a text a group's smallest and largest one keep: all of a ticker, so that it is known whether both are the same.
const LONGEST_BOUND: usize = 128;

/// What the file says wrote it. Without the library's version, so that an update of it doesn't change each file.
const CREATED_BY: &str = "tauroi version 1 (build 1)";

/// A column of a table.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) values: Values,
}

/// How a table's rows are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// In whatever order; groups are cut by their number of rows.
    Plain,
    /// Sorted by a text, then by an instant: a group ends where a text with many rows does, so that who looks for one text finds
    /// groups that have nothing else.
    Sorted {
        /// The column of the texts.
        text: &'static str,
        /// The column of the instants.
        instant: &'static str,
    },
}

/// The values of a column, row by row; one that is not known is `None`.
pub(crate) enum Values {
    /// Text.
    Text(Vec<Option<String>>),
    /// Whole numbers of `10^-scale`, of at most `precision` digits.
    Decimal { precision: u8, scale: u8, unscaled: Vec<Option<i64>> },
    /// Instants, in microseconds since 1970 in UTC.
    Instant(Vec<Option<i64>>),
    /// Days, counted from 1970.
    Day(Vec<Option<i32>>),
    /// Whole numbers.
    Whole(Vec<Option<i32>>),
    /// Numbers that are no money.
    Real(Vec<Option<f64>>),
    /// Truths.
    Flag(Vec<Option<bool>>),
}

/// Returns a table as a file of Parquet, whose first column is always known in each row.
///
/// # Errors
///
/// Fails when the columns have not the same length, or one can't be written.
pub(crate) fn table(columns: &[Column], layout: Layout) -> anyhow::Result<Vec<u8>> {
    let rows = columns.first().map_or(0, |column| column.values.len());
    if let Some(odd) = columns.iter().find(|column| column.values.len() != rows) {
        bail!("column {} has {} rows of {rows}", odd.name, odd.values.len());
    }
    let mut schema = String::from("message table {\n");
    for column in columns {
        // Writing to a string can't fail.
        let _ = writeln!(schema, "{};", column.declaration());
    }
    schema.push('}');
    let schema = parse_message_type(&schema).context("the columns make no table")?;
    let compression = Compression::ZSTD(ZstdLevel::try_new(3)?);
    let properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(compression)
        .set_statistics_truncate_length(Some(LONGEST_BOUND))
        // The groups are cut here, where they are the same whatever a library's defaults are.
        .set_max_row_group_row_count(None);
    let properties = layout.properties(columns, properties)?.build();
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties))?;
    for rows in layout.groups(columns, rows)? {
        let mut group = file.next_row_group()?;
        for column in columns {
            let writer = group.next_column()?.context("a column is missing")?;
            column.values.write(rows.clone(), writer).context(column.name)?;
        }
        group.close()?;
    }
    file.close()?;
    Ok(bytes)
}

impl Layout {
    /// Returns how a file of these columns is written.
    fn properties(
        self,
        columns: &[Column],
        properties: WriterPropertiesBuilder,
    ) -> anyhow::Result<WriterPropertiesBuilder> {
        let Self::Sorted { text, instant } = self else { return Ok(properties) };
        let mut sorting = Vec::new();
        for name in [text, instant] {
            let place = columns.iter().position(|column| column.name == name).context(name)?;
            let column_idx = i32::try_from(place)?;
            sorting.push(SortingColumn { column_idx, descending: false, nulls_first: false });
        }
        // From one instant to the next it is not far.
        let instant = ColumnPath::from(instant);
        Ok(properties
            .set_sorting_columns(Some(sorting))
            .set_column_dictionary_enabled(instant.clone(), false)
            .set_column_encoding(instant, Encoding::DELTA_BINARY_PACKED))
    }

    /// Returns the groups that the rows are written in, one behind the other.
    fn groups(self, columns: &[Column], rows: usize) -> anyhow::Result<Vec<Range<usize>>> {
        let mut groups = Vec::new();
        let mut cut = |mut rows: Range<usize>| {
            while !rows.is_empty() {
                let end = rows.end.min(rows.start + GROUP);
                groups.push(rows.start..end);
                rows.start = end;
            }
        };
        let Self::Sorted { text, .. } = self else {
            cut(0..rows);
            return Ok(groups);
        };
        let column = columns.iter().find(|column| column.name == text).map(|column| &column.values);
        let Some(Values::Text(texts)) = column else { bail!("column {text} is not of texts") };
        let mut start = 0;
        let mut at = 0;
        for same in texts.chunk_by(|a, b| a == b) {
            let is_many = same.len() >= OWN_GROUP;
            if is_many || at - start >= OWN_GROUP {
                cut(start..at);
                start = at;
            }
            at += same.len();
            if is_many {
                cut(start..at);
                start = at;
            }
        }
        cut(start..at);
        Ok(groups)
    }
}

impl Column {
    /// Returns how it is declared; a column in which every value is known says so only if all files of its kind do, or one
    /// folder would have two kinds of it: so none does.
    fn declaration(&self) -> String {
        let name = self.name;
        match &self.values {
            Values::Text(_) => format!("optional binary {name} (STRING)"),
            Values::Decimal { precision, scale, .. } => {
                format!("optional int64 {name} (DECIMAL({precision}, {scale}))")
            }
            Values::Instant(_) => format!("optional int64 {name} (TIMESTAMP(MICROS, true))"),
            Values::Day(_) => format!("optional int32 {name} (DATE)"),
            Values::Whole(_) => format!("optional int32 {name}"),
            Values::Real(_) => format!("optional double {name}"),
            Values::Flag(_) => format!("optional boolean {name}"),
        }
    }
}

impl Values {
    /// Returns how many rows there are.
    const fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Decimal { unscaled: values, .. } | Self::Instant(values) => values.len(),
            Self::Day(values) | Self::Whole(values) => values.len(),
            Self::Real(values) => values.len(),
            Self::Flag(values) => values.len(),
        }
    }

    /// Writes some rows.
    fn write(&self, rows: Range<usize>, writer: SerializedColumnWriter<'_>) -> anyhow::Result<()> {
        match self {
            Self::Text(values) => {
                write::<ByteArrayType, _>(values, rows, writer, |text| ByteArray::from(text.as_str()))
            }
            Self::Decimal { unscaled: values, .. } | Self::Instant(values) => {
                write::<Int64Type, _>(values, rows, writer, |number| *number)
            }
            Self::Day(values) | Self::Whole(values) => {
                write::<Int32Type, _>(values, rows, writer, |number| *number)
            }
            Self::Real(values) => write::<DoubleType, _>(values, rows, writer, |number| *number),
            Self::Flag(values) => write::<BoolType, _>(values, rows, writer, |flag| *flag),
        }
    }
}

/// Writes some rows of a column, and closes it.
fn write<K: DataType, T>(
    values: &[Option<T>],
    rows: Range<usize>,
    mut writer: SerializedColumnWriter<'_>,
    as_stored: impl Fn(&T) -> K::T,
) -> anyhow::Result<()> {
    let rows = values.get(rows).unwrap_or_default();
    let levels: Vec<i16> = rows.iter().map(|value| i16::from(value.is_some())).collect();
    let known: Vec<K::T> = rows.iter().flatten().map(as_stored).collect();
    writer.typed::<K>().write_batch(&known, Some(&levels), None)?;
    writer.close()?;
    Ok(())
}
