//! Tests of tickers, tapes and their readers.

use proptest::prelude::*;

use super::csv::{TradeReader, TradesRead, read_markets, read_trades, write_markets, write_trades};
use super::{EventTape, FeeMultiplier, FeeType, Side, Tape, Ticker, Trade, TradeId};
use crate::units::{Price, Quantity};

fn trades(text: &str) -> Vec<Trade> {
    read_trades(text.as_bytes(), "tape.csv").unwrap()
}

fn refusal(text: &str) -> String {
    read_trades(text.as_bytes(), "tape.csv").unwrap_err().to_string()
}

#[test]
fn columns_are_found_by_name_in_any_order() {
    let read = trades(
        "extra,count_fp,taker_outcome_side,created_time,yes_price_dollars,ticker\n\
         x,7.77,yes,2026-06-15T15:48:42.609997Z,0.0300,KXPGATOUR-USO26-JDAY\n\
         \n\
         \"y,z\",1,,2026-06-15 15:48:42,0.5,KXPGATOUR-USO26-JDAY\r\n",
    );
    assert_eq!(read.len(), 2);
    assert_eq!(read[0].ticker.as_str(), "KXPGATOUR-USO26-JDAY");
    assert_eq!(read[0].at.to_string(), "2026-06-15T15:48:42.609997Z");
    assert_eq!(read[0].price, Price::from_cents(3).unwrap());
    assert_eq!(read[0].count, Quantity::from_hundredths(777).unwrap());
    assert_eq!(read[0].taker_side, Some(Side::Yes));
    assert_eq!(read[1].taker_side, None);
}

#[test]
fn the_first_listed_name_wins_where_several_are_there() {
    let read = trades("mid_price,price,ticker,volume,count,timestamp\n0.9,0.1,A-B,2,1,2026-01-01T00:00:00\n");
    assert_eq!(read[0].price, Price::from_cents(10).unwrap());
    assert_eq!(read[0].count, Quantity::from_contracts(1).unwrap());
    // As Kalshi sent both for a while: the whole number is cut.
    let read = trades(
        "ticker,count,count_fp,created_time,yes_price,yes_price_dollars\nA-B,0,0.97,2026-03-10 10:00:00,35,0.3550\n",
    );
    assert_eq!((read[0].price.centicents(), read[0].count.hundredths()), (3550, 97));
}

#[test]
fn prices_of_old_archives_are_whole_cents_and_nothing_else() {
    let header = ",trade_id,ticker,count,created_time,yes_price,no_price,taker_side\n";
    let row = |price: &str| format!("{header}0,t0,A-B,10,2025-08-01T12:30:07.61886Z,{price},1,NO\n");
    let read = trades(&row("99"));
    assert_eq!((read[0].price, read[0].taker_side), (Price::from_cents(99).unwrap(), Some(Side::No)));
    assert_eq!(trades(&row("62.0"))[0].price, Price::from_cents(62).unwrap());
    for price in ["0", "100", "0.35", "35.5", "x", "9223372036854775808"] {
        assert_eq!(
            refusal(&row(price)),
            format!(
                "tape.csv, line 2, column yes_price: \"{price}\" is not from 1 to 99 whole cents; \
                 dollars belong in a column yes_price_dollars"
            )
        );
    }
}

#[test]
fn a_block_trade_is_marked() {
    let row = |text: &str| {
        format!("ticker,timestamp,price,count,is_block_trade\nA-B,2026-01-01T00:00:00,0.5,1,{text}\n")
    };
    for (text, is_block) in [("true", true), ("True", true), ("FALSE", false), ("false", false), ("", false)]
    {
        assert_eq!(trades(&row(text))[0].is_block, is_block, "{text}");
    }
    assert_eq!(
        refusal(&row("2")),
        "tape.csv, line 2, column is_block_trade: must be true or false, got \"2\""
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_name() {
    let read = trades("\u{feff}ticker,timestamp,price,count\nA-B,2026-01-01T00:00:00,0.5,1\n");
    assert_eq!(read.len(), 1);
}

#[test]
fn errors_name_the_file_the_line_and_the_column() {
    let header = "ticker,timestamp,price,count,taker_side\n";
    let good = "A-B,2026-01-01T00:00:00,0.5,1,no\n";
    for (row, message) in [
        (
            "A-B,2026-01-01T00:00:00,0.12345,1,no",
            "tape.csv, line 3, column price: \"0.12345\" has more than 4 decimals",
        ),
        (
            "A-B,yesterday,0.5,1,no",
            "tape.csv, line 3, column timestamp: \"yesterday\" is not a time like 2026-02-01T19:00:49.408374Z",
        ),
        (
            "A-B,2026-01-01T00:00:00,0,1,no",
            "tape.csv, line 3, column price: 0.0000 dollars are no price of a trade; cents belong in a column yes_price",
        ),
        ("A-B,2026-01-01T00:00:00,0.5,0,no", "tape.csv, line 3, column count: 0.00 contracts are no trade"),
        (
            "A-B,2026-01-01T00:00:00,0.5,1,bid",
            "tape.csv, line 3, column taker_side: must be yes or no, got \"bid\"",
        ),
        (",2026-01-01T00:00:00,0.5,1,no", "tape.csv, line 3, column ticker: is empty"),
        ("A B,2026-01-01T00:00:00,0.5,1,no", "tape.csv, line 3, column ticker: \"A B\" contains ' '"),
        ("A-B,2026-01-01T00:00:00,0.5,1", "tape.csv, line 3: has 4 fields where the header has 5"),
    ] {
        assert_eq!(refusal(&format!("{header}{good}{row}\n")), message);
    }
    assert_eq!(refusal(""), "tape.csv, line 1: is empty: expected a header with column names");
    assert_eq!(
        refusal("ticker,timestamp,count\n"),
        "tape.csv, line 1, column price|yes_price_dollars|mid_price: no such column; \
         the header has ticker, timestamp, count"
    );
    assert_eq!(
        refusal("ticker,price,timestamp,count,price\n"),
        "tape.csv, line 1, column price: appears twice in the header"
    );
    let latin = b"ticker,timestamp,price,count\nA-\xe9,2026-01-01T00:00:00,0.5,1\n";
    let error = read_trades(latin, "tape.csv").unwrap_err();
    assert_eq!(error.to_string(), "tape.csv, line 2, column ticker: \"A-\u{fffd}\" is not UTF-8");
}

/// A file with a byte order mark, quotes, both line ends, blank lines, and five malformed rows.
const MIXED: &str = "\u{feff}ticker,note,timestamp,price,count,taker_side\r\n\
    A-B,\"x, \"\"y\"\"\nz\",2026-01-01T00:00:00Z,0.5,1,no\r\n\
    \r\n\
    A-B,,2026-01-01T00:00:01Z,0.5,1\n\
    A-C,,2026-01-01T00:00:02Z,1.5,1,\n\
    \n\
    AC,,2026-01-01T00:00:02Z,0.5,1,\n\
    A-C,\u{e9},2026-01-01T00:00:03Z,0.25,2.5,yes\n\
    A-C,,2026-01-01T00:00:04Z,0.26,0,yes\n\
    A-C,,2026-01-01T00:00:04Z,1.0000,3,yes\n\
    A-C,,2026-01-01T00:00:05Z,0.27,3,";

fn in_pieces(text: &[u8], cuts: &[usize]) -> TradesRead {
    let mut reader = TradeReader::new("tape.csv");
    let mut start = 0;
    for cut in cuts.iter().map(|cut| cut % (text.len() + 1)).collect::<std::collections::BTreeSet<_>>() {
        reader.push(&text[start..cut]).unwrap();
        start = cut;
    }
    reader.push(&text[start..]).unwrap();
    reader.finish().unwrap()
}

#[test]
fn malformed_rows_are_skipped_counted_and_named() {
    let read = in_pieces(MIXED.as_bytes(), &[]);
    assert_eq!(read.trades.len(), 3);
    assert_eq!(read.malformed.count, 5);
    let named: Vec<String> = read.malformed.shown.iter().map(ToString::to_string).collect();
    assert_eq!(
        named,
        [
            "tape.csv, line 5: has 5 fields where the header has 6",
            "tape.csv, line 6, column price: \"1.5\" is not from 0 to 1 dollar",
            "tape.csv, line 8, column ticker: \"AC\" names no event: it has no '-'",
            "tape.csv, line 10, column count: 0.00 contracts are no trade",
            "tape.csv, line 11, column price: 1.0000 dollars are no price of a trade; cents belong in a column yes_price",
        ]
    );
}

#[test]
fn of_many_malformed_rows_the_first_are_kept_and_all_counted() {
    let text = format!("ticker,timestamp,price,count\n{}", "A-B,now,0.5,1\n".repeat(1_000));
    let read = in_pieces(text.as_bytes(), &[]);
    assert_eq!((read.trades.len(), read.malformed.count, read.malformed.shown.len()), (0, 1_000, 20));
    assert_eq!(read.malformed.shown[19].line, 21);
}

#[test]
fn a_quote_that_is_never_closed_costs_its_neighbourhood_and_not_the_file() {
    let row = "A-B,2026-01-01T00:00:00Z,0.5,1\n";
    let text =
        format!("ticker,timestamp,price,count\n{row}\"A-B,{}{}", row.repeat(10_000), row.replace('B', "C"));
    let read = in_pieces(text.as_bytes(), &[7_000, 70_000]);
    assert_eq!(read.malformed.count, 1);
    let error = read.malformed.shown[0].to_string();
    assert!(error.starts_with("tape.csv, line 3: is too long for a row"), "{error}");
    assert!(read.trades.len() > 7_000);
    assert_eq!(read.trades.last().unwrap().ticker.as_str(), "A-C");
}

#[test]
fn a_file_without_a_usable_header_is_refused_with_its_first_piece() {
    let mut reader = TradeReader::new("tape.csv");
    assert_eq!(reader.push(b"ticker,pri"), Ok(()));
    assert_eq!(reader.push(b"ce\n").unwrap_err().column.as_deref(), Some("timestamp|created_time"));
    let mut reader = TradeReader::new("tape.csv");
    assert_eq!(reader.push(b"\n\n"), Ok(()));
    assert!(reader.finish().unwrap_err().reason.starts_with("is empty"));
}

proptest! {
    #[test]
    fn a_file_reads_alike_in_any_pieces(cuts in prop::collection::vec(0..1000_usize, 0..40)) {
        prop_assert_eq!(in_pieces(MIXED.as_bytes(), &cuts), in_pieces(MIXED.as_bytes(), &[]));
    }
}

#[test]
fn what_is_written_is_read_back() {
    let events = EventTape::group(trades(SWEEP)).unwrap();
    let written: String = events.iter().map(write_trades).collect::<Vec<_>>().concat();
    const HEADER: &str = "ticker,timestamp,price,count,taker_side,is_block_trade\n";
    let again = format!("{HEADER}{}", written.replace(HEADER, ""));
    assert_eq!(EventTape::group(trades(&again)).unwrap(), events);
    let text = "ticker,event_ticker,result,fee_type,fee_multiplier,close_time\n\
        E-A,E,yes,quadratic_with_maker_fees,0.500000,2026-02-28T23:59:00.000000Z\n\
        E-B,E,,,,\n";
    let contracts = read_markets(text.as_bytes(), "markets.csv").unwrap().contracts;
    let again = read_markets(write_markets(&contracts).as_bytes(), "again").unwrap();
    assert_eq!((again.contracts, again.malformed.count), (contracts, 0));
}

#[test]
fn an_event_is_all_before_the_last_dash() {
    let event = |text: &str| text.parse::<Ticker>().unwrap().event().map(|event| event.to_string());
    assert_eq!(event("KXTOPMONTHLY-26FEB-BAD").unwrap(), "KXTOPMONTHLY-26FEB");
    assert_eq!(event("KXHIGHNY-25DEC05-B45.5").unwrap(), "KXHIGHNY-25DEC05");
    assert_eq!(
        event("KXTOPMONTHLY").unwrap_err().to_string(),
        "ticker: \"KXTOPMONTHLY\" names no event: it has no '-'"
    );
    assert!("A".repeat(129).parse::<Ticker>().is_err());
}

const SWEEP: &str = "ticker,timestamp,price,count\n\
    E-B,2026-01-02T00:00:00,0.40,3\n\
    E-A,2026-01-03T00:00:00,0.70,1\n\
    E-A,2026-01-01T00:00:00,0.50,2\n\
    E-A,2026-01-01T00:00:00,0.52,0.5\n\
    E-A,2026-01-01T00:00:00,0.51,1\n\
    F-A,2026-01-01T00:00:00,0.10,1\n";

#[test]
fn a_tape_is_in_time_order_and_a_batch_in_file_order() {
    let of_a = trades(SWEEP).into_iter().filter(|trade| trade.ticker.as_str() == "E-A").collect();
    let tape = Tape::new(of_a).unwrap();
    let cents: Vec<Vec<i64>> = tape
        .batches()
        .map(|batch| batch.iter().map(|trade| trade.price.centicents() / 100).collect())
        .collect();
    assert_eq!(cents, [vec![50, 52, 51], vec![70]]);
    assert_eq!(tape.last_price(), Price::from_cents(70).unwrap());
    assert_eq!(tape.volume().to_string(), "4.50");
}

#[test]
fn an_instant_is_a_millisecond() {
    let text = "ticker,timestamp,price,count\n\
        E-A,2026-01-01T00:00:00.001999,0.40,1\n\
        E-A,2026-01-01T00:00:00.002000,0.50,1\n\
        E-A,2026-01-01T00:00:00.001000,0.30,1\n\
        E-A,1969-12-31T23:59:59.999999,0.20,1\n\
        E-A,1969-12-31T23:59:59.999000,0.10,1\n";
    let tape = Tape::new(trades(text)).unwrap();
    let instants: Vec<(i64, usize)> =
        tape.batches().map(|batch| (batch[0].instant().micros() % 1_000_000, batch.len())).collect();
    assert_eq!(instants, [(-1_000, 2), (1_767_225_600_001_000 % 1_000_000, 2), (2_000, 1)]);
    assert_eq!(tape.span().0.micros(), -1_000);
}

#[test]
fn an_id_counts_once() {
    let mut text = String::from("trade_id,ticker,timestamp,price,count\n");
    for k in 0..50 {
        // Each is told twice; without an id, all count.
        for id in [format!("id-{k}"), format!("id-{k}"), String::new()] {
            let second = k / 40;
            text.push_str(&format!("{id},E-A,2026-01-01T00:00:0{second},0.50,1\n"));
        }
    }
    text.push_str("id-0,E-A,2026-01-01T00:00:00,0.50,1\nid-0,E-A,2026-01-01T00:00:00,0.51,1\n");
    let read = trades(&text);
    assert_eq!(read.len(), 152);
    let tape = Tape::new(read).unwrap();
    let sizes: Vec<usize> = tape.batches().map(<[Trade]>::len).collect();
    assert_eq!((sizes, tape.volume().to_string()), (vec![81, 20], "101.00".to_owned()));
    assert_eq!(size_of::<Option<TradeId>>(), 8);
}

#[test]
fn trades_group_into_events_and_contracts() {
    let events = EventTape::group(trades(SWEEP)).unwrap();
    let names: Vec<(&str, Vec<&str>)> = events
        .iter()
        .map(|e| (e.event().as_str(), e.contracts().iter().map(|tape| tape.ticker().as_str()).collect()))
        .collect();
    assert_eq!(names, [("E", vec!["E-A", "E-B"]), ("F", vec!["F-A"])]);
    assert_eq!(events[0].contracts().iter().map(|tape| tape.volume().hundredths()).sum::<i64>(), 750);
    assert_eq!(events[0].contracts().iter().map(|tape| tape.last_price().centicents()).sum::<i64>(), 11_000);
}

#[test]
fn a_tape_refuses_what_is_not_one_contract() {
    assert_eq!(Tape::new(Vec::new()).unwrap_err().field, "trades");
    assert_eq!(Tape::new(trades(SWEEP)).unwrap_err().field, "ticker");
    let mut most = trades(SWEEP).split_off(5);
    most.push(Trade { count: Quantity::MAX, ..most[0].clone() });
    assert_eq!(Tape::new(most).unwrap_err().field, "count");
}

#[test]
fn contracts_come_with_their_results_and_fees() {
    let text = "result,ticker,event_ticker,fee_type,fee_multiplier,close_time,extra\n\
        yes,E-A,E,quadratic_with_maker_fees,0.5,2026-02-28T23:59:00Z,x\n\
        ,E-B,E,,,,x\n";
    let contracts = read_markets(text.as_bytes(), "markets.csv").unwrap().contracts;
    assert_eq!(contracts[0].result, Some(Side::Yes));
    assert_eq!(contracts[0].fee_type, Some(FeeType::QuadraticWithMakerFees));
    assert_eq!(contracts[0].fee_multiplier.map(FeeMultiplier::millionths), Some(500_000));
    assert_eq!(contracts[0].close_time.unwrap().to_string(), "2026-02-28T23:59:00.000000Z");
    assert_eq!(contracts[1].event_ticker.as_str(), "E");
    assert_eq!((contracts[1].result, contracts[1].fee_type, contracts[1].close_time), (None, None, None));

    assert_eq!(
        read_markets(b"ticker,event_ticker\n", "markets.csv").unwrap_err().to_string(),
        "markets.csv, line 1, column result: no such column; the header has ticker, event_ticker"
    );
}

#[test]
fn odd_rows_of_contracts_are_skipped_and_named_and_the_first_of_two_counts() {
    let text = "ticker,event_ticker,result\n\
        E-A,E,maybe\n\
        E-B,E\n\
        E-C,E,no\n\
        E-C,E,yes\n\
        E-D,E,yes\n";
    let read = read_markets(text.as_bytes(), "markets.csv").unwrap();
    let known: Vec<(&str, Option<Side>)> =
        read.contracts.iter().map(|contract| (contract.ticker.as_str(), contract.result)).collect();
    assert_eq!(known, [("E-A", None), ("E-C", Some(Side::No)), ("E-D", Some(Side::Yes))]);
    assert_eq!(
        read.malformed.sentences("markets.csv"),
        [
            "markets.csv, line 2, column result: must be yes or no, got \"maybe\"",
            "markets.csv, line 3: has 2 fields where the header has 3",
            "markets.csv, line 5, column ticker: E-C appears twice",
        ]
    );
    let many = format!("ticker,event_ticker,result\n{}", "E-A,E,maybe\n".repeat(30));
    let sentences = read_markets(many.as_bytes(), "markets.csv").unwrap().malformed.sentences("markets.csv");
    assert_eq!((sentences.len(), sentences[20].as_str()), (21, "markets.csv: 10 more malformed rows"));
}
