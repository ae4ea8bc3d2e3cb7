//! The values of a column, as the text that they would have been in CSV.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{DataType, Decimal};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescriptor;
use shared::units::{Date, Timestamp};

/// How many rows are read and handed on at once.
const BATCH: usize = 4096;

/// Returns the next values of a column as text, a batch of them at most; nothing at its end.
pub(super) fn next_cells(
    column: &ColumnDescriptor,
    reader: &mut ColumnReader,
) -> Result<Vec<String>, ParquetError> {
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
pub(super) fn is_readable(column: &ColumnDescriptor) -> bool {
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
pub(super) fn decimal(number: &Decimal) -> String {
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
