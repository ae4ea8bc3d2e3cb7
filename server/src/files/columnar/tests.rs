use std::fs::File;
use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType, Decimal, DoubleType, Int32Type};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use shared::units::{Date, Timestamp};

use super::cells::decimal;
use super::unpack;

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
    let fixed = |number: i128| FixedLenByteArray::from(ByteArray::from(number.to_be_bytes()[7..].to_vec()));
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
