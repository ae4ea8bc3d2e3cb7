//! Parquet, as a table in text: so whoever reads a table reads it too, and refuses the same rows for the same reasons.
//!
//! Source: the Parquet format's logical types, <https://parquet.apache.org/docs/file-format/types/logicaltypes/>.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom, Write};
use std::sync::Arc;

use anyhow::{Context, bail};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Decimal, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnDescriptor;
use shared::nowcast::series::History;
use shared::units::{Date, Timestamp};

/// How a Parquet file begins.
pub(super) const MAGIC: &[u8] = b"PAR1";

/// How many rows are read and handed on at once.
const BATCH: usize = 4096;

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
pub(super) fn unpack(
    file: File,
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

/// Returns the next values of a column as text, a batch of them at most; nothing at its end.
fn next_cells(column: &ColumnDescriptor, reader: &mut ColumnReader) -> Result<Vec<String>, ParquetError> {
    let kind = column.converted_type();
    let is_optional = column.max_def_level() > 0;
    let (precision, scale) = (column.type_precision(), column.type_scale());
    match reader {
        ColumnReader::BoolColumnReader(reader) => next(reader, is_optional, bool::to_string),
        ColumnReader::Int32ColumnReader(reader) => next(reader, is_optional, |number| match kind {
            ConvertedType::DATE => day(*number),
            ConvertedType::DECIMAL => decimal(&Decimal::from_i32(*number, precision, scale)),
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 => {
                number.cast_unsigned().to_string()
            }
            _ => number.to_string(),
        }),
        ColumnReader::Int64ColumnReader(reader) => {
            let in_nanos = is_in_nanos(column);
            next(reader, is_optional, |number| match kind {
                _ if in_nanos => time(Some(number.div_euclid(1_000)), *number),
                ConvertedType::TIMESTAMP_MILLIS => time(number.checked_mul(1_000), *number),
                ConvertedType::TIMESTAMP_MICROS => time(Some(*number), *number),
                ConvertedType::DECIMAL => decimal(&Decimal::from_i64(*number, precision, scale)),
                ConvertedType::UINT_64 => number.cast_unsigned().to_string(),
                _ => number.to_string(),
            })
        }
        ColumnReader::Int96ColumnReader(reader) => {
            next(reader, is_optional, |at| time(at.to_millis().checked_mul(1_000), at.to_millis()))
        }
        ColumnReader::FloatColumnReader(reader) => {
            next(reader, is_optional, |number| finite(f64::from(*number), number))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            next(reader, is_optional, |number| finite(*number, number))
        }
        ColumnReader::ByteArrayColumnReader(reader) => next(reader, is_optional, |bytes| match kind {
            ConvertedType::DECIMAL => decimal(&Decimal::from_bytes(bytes.clone(), precision, scale)),
            _ => String::from_utf8_lossy(bytes.data()).into_owned(),
        }),
        ColumnReader::FixedLenByteArrayColumnReader(reader) => next(reader, is_optional, |bytes| {
            decimal(&Decimal::from_bytes(bytes.clone().into(), precision, scale))
        }),
    }
}

/// Reads a batch of values; one that is absent is nothing.
fn next<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    is_optional: bool,
    text: impl Fn(&T::T) -> String,
) -> Result<Vec<String>, ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    reader.read_records(BATCH, is_optional.then_some(&mut levels), None, &mut values)?;
    let mut values = values.iter().map(text);
    if is_optional {
        let cells = levels.iter().map(|level| if *level > 0 { values.next() } else { Some(String::new()) });
        cells.collect::<Option<_>>().ok_or_else(|| ParquetError::EOF("a column ends early".to_owned()))
    } else {
        Ok(values.collect())
    }
}

/// Returns whether a column is of a kind that becomes text.
fn is_readable(column: &ColumnDescriptor) -> bool {
    use ConvertedType as C;
    let kind = column.converted_type();
    let is_flat = column.path().parts().len() == 1 && column.max_rep_level() == 0;
    is_flat
        && match column.physical_type() {
            Physical::BOOLEAN | Physical::FLOAT | Physical::DOUBLE | Physical::INT96 => kind == C::NONE,
            Physical::INT32 => !matches!(kind, C::TIME_MILLIS),
            Physical::INT64 => !matches!(kind, C::TIME_MICROS),
            Physical::BYTE_ARRAY => matches!(kind, C::NONE | C::UTF8 | C::ENUM | C::DECIMAL),
            Physical::FIXED_LEN_BYTE_ARRAY => kind == C::DECIMAL,
        }
}

/// Returns whether a column's integers are times in nanoseconds, which the older names of kinds have no word for.
fn is_in_nanos(column: &ColumnDescriptor) -> bool {
    matches!(column.logical_type_ref(), Some(LogicalType::Timestamp(time)) if time.unit == TimeUnit::NANOS)
}

/// Returns a number as text; nothing for what is none.
fn finite(number: f64, text: &impl ToString) -> String {
    if number.is_finite() { text.to_string() } else { String::new() }
}

fn day(days: i32) -> String {
    Date::from_unix_days(days).map_or_else(|| days.to_string(), |date| date.to_string())
}

/// Returns a time as text; the integer that it was where it is outside the calendar, which no reader takes for a time.
fn time(micros: Option<i64>, number: i64) -> String {
    let at = micros.and_then(|micros| Timestamp::from_micros(micros).ok());
    at.map_or_else(|| number.to_string(), |at| at.to_string())
}

/// Returns an exact decimal number as text; nothing for one of more than 38 digits, which no column of ours has.
fn decimal(number: &Decimal) -> String {
    let bytes = number.data();
    let (Some(first), Ok(scale)) = (bytes.first(), usize::try_from(number.scale())) else {
        return String::new();
    };
    // Two's complement, the highest byte first.
    let mut all = if *first >= 0x80 { [0xff; 16] } else { [0; 16] };
    let Some(last) = 16_usize.checked_sub(bytes.len()).and_then(|skipped| all.get_mut(skipped..)) else {
        return String::new();
    };
    last.copy_from_slice(bytes);
    let unscaled = i128::from_be_bytes(all);
    let sign = if unscaled < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale.min(38) + 1);
    let (whole, part) = digits.split_at(digits.len() - scale.min(38));
    let point = if part.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{part}")
}

/// Writes histories of listeners, without the days of which nothing is known: the columns of their CSV, the day as a date.
///
/// # Errors
///
/// Says what can't be written.
pub(crate) fn write_histories(histories: &[History], out: impl Write + Send) -> anyhow::Result<()> {
    let schema = parse_message_type(
        "message listeners {
           required binary artist (STRING);
           required int32 date (DATE);
           optional double spotify_monthly_listeners;
           optional double tiktok_sound_posts_change;
         }",
    )?;
    let properties = WriterProperties::builder().set_compression(parquet::basic::Compression::SNAPPY).build();
    let mut file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
    for history in histories {
        let first = history.first();
        let days = (0..).zip(history.as_of(history.end()).days());
        let known = days.filter(|(_, day)| day.listeners.is_some() || day.sound_posts.is_some());
        let rows: Vec<_> =
            known.map(|(i, day)| (first.plus_days(i).unix_days(), day.listeners, day.sound_posts)).collect();
        let names = vec![ByteArray::from(history.artist()); rows.len()];
        let dates: Vec<i32> = rows.iter().map(|row| row.0).collect();
        let mut group = file.next_row_group()?;
        let mut column = group.next_column()?.context("a column is missing")?;
        column.typed::<ByteArrayType>().write_batch(&names, None, None)?;
        column.close()?;
        let mut column = group.next_column()?.context("a column is missing")?;
        column.typed::<Int32Type>().write_batch(&dates, None, None)?;
        column.close()?;
        for counts in [rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| row.2).collect()] {
            let counts: Vec<Option<f64>> = counts;
            let levels: Vec<i16> = counts.iter().map(|count| i16::from(count.is_some())).collect();
            let counts: Vec<f64> = counts.into_iter().flatten().collect();
            let mut column = group.next_column()?.context("a column is missing")?;
            column.typed::<DoubleType>().write_batch(&counts, Some(&levels), None)?;
            column.close()?;
        }
        group.close()?;
    }
    file.close()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with a column of each kind that becomes text, and one that doesn't.
    const SCHEMA: &str = "message trades {
        optional binary ticker (STRING);
        required int64 price (DECIMAL(10, 4));
        required fixed_len_byte_array(9) count (DECIMAL(20, 2));
        required int64 seconds (TIMESTAMP(MILLIS, true));
        required int64 created_time (TIMESTAMP(MICROS, true));
        required int64 recorded (TIMESTAMP(NANOS, false));
        required int32 day (DATE);
        required boolean is_block_trade;
        optional double mean;
        repeated int32 levels;
    }";

    const TEXT: &str = "ticker,price,count,seconds,created_time,recorded,day,is_block_trade,mean\n\
                        A,0.4200,7.77,2026-11-29T17:00:00.500000Z,2026-11-29T17:00:00.000001Z,1969-12-31T23:59:59.999999Z,2026-11-29,true,0.1\n\
                        ,0.0300,-0.01,2026-11-29T17:00:00.000000Z,2026-11-29T17:00:00.000000Z,1970-01-01T00:00:00.000000Z,1969-12-31,false,\n";

    fn sample() -> Vec<u8> {
        use parquet::data_type::{BoolType, FixedLenByteArray, FixedLenByteArrayType, Int64Type};
        let mut bytes = Vec::new();
        let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
        let mut file = SerializedFileWriter::new(&mut bytes, schema, Arc::default()).unwrap();
        let mut group = file.next_row_group().unwrap();
        macro_rules! column {
            ($kind:ty, $values:expr, $levels:expr, $repeats:expr) => {
                let mut column = group.next_column().unwrap().unwrap();
                column.typed::<$kind>().write_batch($values, $levels, $repeats).unwrap();
                column.close().unwrap();
            };
        }
        let fixed =
            |number: i128| FixedLenByteArray::from(ByteArray::from(number.to_be_bytes()[7..].to_vec()));
        let at = "2026-11-29T17:00:00Z".parse::<Timestamp>().unwrap().micros();
        let day = "2026-11-29".parse::<Date>().unwrap().unix_days();
        column!(ByteArrayType, &[ByteArray::from("A")], Some(&[1, 0]), None);
        column!(Int64Type, &[4_200, 300], None, None);
        column!(FixedLenByteArrayType, &[fixed(777), fixed(-1)], None, None);
        column!(Int64Type, &[at / 1_000 + 500, at / 1_000], None, None);
        column!(Int64Type, &[at + 1, at], None, None);
        column!(Int64Type, &[-1, 999], None, None);
        column!(Int32Type, &[day, -1], None, None);
        column!(BoolType, &[true, false], None, None);
        column!(DoubleType, &[0.1, f64::NAN], Some(&[1, 1]), None);
        column!(Int32Type, &[1, 2], Some(&[1, 1, 0]), Some(&[0, 1, 0]));
        group.close().unwrap();
        file.close().unwrap();
        bytes
    }

    fn text(bytes: &[u8], limit: u64) -> Result<String, String> {
        let path = std::env::temp_dir().join(format!(
            "tauroi-columnar-{}-{:?}.parquet",
            std::process::id(),
            std::thread::current().id()
        ));
        std::fs::write(&path, bytes).unwrap();
        let mut text = Vec::new();
        let read = unpack(File::open(&path).unwrap(), "x.parquet", limit, |piece| {
            text.extend_from_slice(piece);
            Ok(())
        });
        std::fs::remove_file(path).unwrap();
        read.map(|()| String::from_utf8(text).unwrap()).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_table_becomes_the_text_that_it_would_have_been() {
        assert_eq!(text(&sample(), 1 << 20).unwrap(), TEXT);
        assert_eq!(text(&sample(), 99).unwrap_err(), "x.parquet holds more than 0 MB");
    }

    #[test]
    fn a_spoilt_file_is_refused_or_read_and_nothing_else() {
        let sample = sample();
        for end in 0..sample.len() {
            let why = text(&sample[..end], 1 << 20).unwrap_err();
            assert!(why.starts_with("x.parquet can't be read as Parquet"), "{why}");
        }
        for place in 0..sample.len() {
            let mut spoilt = sample.clone();
            spoilt[place] ^= 0x55;
            if let Err(why) = text(&spoilt, 1 << 20) {
                assert!(why.starts_with("x.parquet "), "{why}");
            }
        }
    }

    #[test]
    fn decimals_are_exact() {
        for (unscaled, scale, text) in [
            (4_200_i64, 4, "0.4200"),
            (-1, 2, "-0.01"),
            (12_345, 0, "12345"),
            (i64::MIN, 2, "-92233720368547758.08"),
        ] {
            assert_eq!(decimal(&Decimal::from_i64(unscaled, 18, scale)), text);
            let bytes = ByteArray::from(unscaled.to_be_bytes().to_vec());
            assert_eq!(decimal(&Decimal::from_bytes(bytes, 18, scale)), text);
        }
        assert_eq!(decimal(&Decimal::from_bytes(ByteArray::from(vec![1; 17]), 40, 2)), "");
        assert_eq!(decimal(&Decimal::from_bytes(ByteArray::from(vec![]), 4, 2)), "");
    }
}
