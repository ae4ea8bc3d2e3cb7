//! Charts beside a scan of all rows that is too simple to be wrong.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use shared::api::TickChart;
use shared::market::Ticker;
use shared::units::Timestamp;

use super::{Asked, BucketCount, Effort, Ticks};
use crate::environment::Variables;
use crate::files::{Layout, table};
use crate::history::address::Address;
use crate::history::layout::{self, Month};
use crate::history::place::Place;
use crate::history::rows::{Row as _, TradeRow};

const SERIES: &str = "KXA";
/// The end of a month, so that ticks lie on both sides of it.
const BORDER: &str = "2026-02-01T00:00:00Z";

/// A history in a folder of its own.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("tauroi-{}-ticks-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Writes rows into the files of their months.
    fn write(&self, name: Option<&str>, rows: &[TradeRow], layout: Layout) {
        let months: BTreeSet<Month> = rows.iter().map(|row| Month::of(row.created_time)).collect();
        for month in months {
            let own: Vec<TradeRow> =
                rows.iter().filter(|row| Month::of(row.created_time) == month).cloned().collect();
            let series = SERIES.parse().unwrap();
            let path = name
                .map_or_else(|| layout::trades(&series, month), |name| layout::heard(&series, month, name));
            let path = self.0.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, table(&TradeRow::columns(&own), layout).unwrap()).unwrap();
        }
    }

    fn ticks(&self) -> Ticks {
        let address = Address::Folder(self.0.clone());
        Ticks::new(Place::open(&address, &Variables::by(|_| None), false).unwrap())
    }

    fn chart(
        &self,
        ticker: &str,
        span: (Option<Timestamp>, Option<Timestamp>),
        buckets: u16,
    ) -> Option<(TickChart, Effort)> {
        let buckets = buckets.to_string().parse::<BucketCount>().unwrap();
        let asked = Asked::new(SERIES.parse().unwrap(), ticker.parse().unwrap(), span, buckets).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(self.ticks().chart(&asked)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn border() -> i64 {
    BORDER.parse::<Timestamp>().unwrap().micros()
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

/// A trade of the contract `KXA-26-X`, so many microseconds after the border.
fn row(id: &str, contract: &str, offset: i64, centicents: i64, hundredths: i64) -> TradeRow {
    TradeRow {
        trade_id: id.to_owned(),
        ticker: format!("KXA-26-{contract}").parse().unwrap(),
        yes_price_dollars: shared::units::Price::from_centicents(centicents).unwrap(),
        count_fp: shared::units::Quantity::from_hundredths(hundredths).unwrap(),
        taker_outcome_side: None,
        is_block_trade: false,
        created_time: at(border() + offset),
    }
}

fn sorted(rows: &[TradeRow]) -> Vec<TradeRow> {
    let mut rows = rows.to_vec();
    rows.sort_by_cached_key(TradeRow::place);
    rows
}

/// Returns the chart of rows that are told in this order, by looking at each for each bucket.
fn scanned(rows: &[TradeRow], ticker: &Ticker, (from, to): (i64, i64), buckets: i64) -> TickChart {
    let mut known = BTreeSet::new();
    let own: Vec<&TradeRow> =
        rows.iter().filter(|row| row.ticker == *ticker && known.insert(row.trade_id.clone())).collect();
    let mut width = 1;
    while width * buckets < to - from {
        width += 1;
    }
    let mut chart = TickChart {
        ticker: ticker.clone(),
        from: at(from),
        to: at(to),
        width_micros: width,
        bucket: vec![],
        ticks: vec![],
        low: vec![],
        high: vec![],
        first: vec![],
        last: vec![],
        hundredths: vec![],
    };
    for number in 0..buckets {
        let (start, end) = (from + number * width, (from + (number + 1) * width).min(to));
        let mut inside: Vec<&TradeRow> =
            own.iter().filter(|row| (start..end).contains(&row.created_time.micros())).copied().collect();
        // In order of time; what is at the same instant stays in the order in which it is told.
        inside.sort_by_key(|row| row.created_time);
        let prices = || inside.iter().map(|row| row.yes_price_dollars.centicents());
        if inside.is_empty() {
            continue;
        }
        chart.bucket.push(u32::try_from(number).unwrap());
        chart.ticks.push(inside.len() as u64);
        chart.low.push(prices().min().unwrap());
        chart.high.push(prices().max().unwrap());
        chart.first.push(prices().next().unwrap());
        chart.last.push(prices().next_back().unwrap());
        chart.hundredths.push(inside.iter().map(|row| row.count_fp.hundredths()).sum());
    }
    chart
}

fn some_rows() -> impl Strategy<Value = Vec<TradeRow>> {
    let one = (0..3_usize, -40_i64..40, 1_i64..99, 1_i64..500);
    prop::collection::vec(one, 0..120).prop_map(|rows| {
        let row = |(id, (contract, offset, cents, hundredths)): (usize, (usize, i64, i64, i64))| {
            row(&format!("t{id:03}"), ["A", "B", "BB"][contract], offset, cents * 100, hundredths)
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_chart_is_what_a_scan_of_all_rows_finds(
        rows in some_rows(),
        heard in prop::collection::vec(prop::bool::ANY, 120),
        both in prop::collection::vec(prop::bool::ANY, 120),
        from in -50_i64..50,
        length in 1_i64..100,
        buckets in 1_u16..60,
        whole in prop::bool::ANY,
    ) {
        // Some trades were fetched, some heard, some both; what was heard stands in its file as it came.
        let part = |is_heard: bool| -> Vec<TradeRow> {
            let own = rows.iter().zip(heard.iter().zip(&both));
            own.filter(|(_, (heard, both))| **heard == is_heard || **both).map(|(row, _)| row.clone()).collect()
        };
        let folder = Folder::new();
        let fetched = sorted(&part(false));
        folder.write(None, &fetched, TradeRow::LAYOUT);
        folder.write(Some("heard-x"), &part(true), Layout::Plain);
        let told = [fetched, part(true)].concat();
        for name in ["A", "B", "BB", "C"] {
            let ticker: Ticker = format!("KXA-26-{name}").parse().unwrap();
            let times: Vec<i64> =
                told.iter().filter(|row| row.ticker == ticker).map(|row| row.created_time.micros()).collect();
            let (asked, span) = if whole {
                let span = times.iter().min().copied().zip(times.iter().max().map(|last| last + 1));
                ((None, None), span)
            } else {
                let span = (border() + from, border() + from + length);
                ((Some(at(span.0)), Some(at(span.1))), Some(span))
            };
            let found = folder.chart(ticker.as_str(), asked, buckets).map(|(chart, _)| chart);
            let expected = span.map(|span| scanned(&told, &ticker, span, i64::from(buckets)));
            prop_assert_eq!(found, expected);
        }
    }
}

/// The months' border is a border of buckets or lies in one; a tick at the end of the time is outside of it.
#[test]
fn buckets_have_their_beginning_and_not_their_end() {
    let folder = Folder::new();
    let rows = [
        row("a", "A", -2, 4_000, 100),
        row("b", "A", -1, 4_100, 100),
        row("c", "A", 0, 4_200, 100),
        row("d", "A", 0, 4_300, 200),
        row("e", "A", 2, 4_400, 100),
    ];
    folder.write(None, &sorted(&rows), TradeRow::LAYOUT);
    let chart = |from: i64, to: i64, buckets| {
        let span = (Some(at(border() + from)), Some(at(border() + to)));
        folder.chart("KXA-26-A", span, buckets).unwrap().0
    };
    let two = chart(-2, 2, 2);
    assert_eq!((two.bucket, two.ticks, two.width_micros), (vec![0, 1], vec![2, 2], 2));
    assert_eq!((two.first, two.last), (vec![4_000, 4_200], vec![4_100, 4_300]));
    assert_eq!((two.low, two.high, two.hundredths), (vec![4_000, 4_200], vec![4_100, 4_300], vec![200, 300]));
    let one = chart(-1, 1, 1);
    assert_eq!((one.bucket, one.ticks, one.low, one.high), (vec![0], vec![3], vec![4_100], vec![4_300]));
    // More buckets than microseconds: one each.
    assert_eq!(chart(-2, 3, 10_000).bucket, [0, 1, 2, 4]);
    assert!(chart(3, 9, 5).bucket.is_empty());
    let single = folder.chart("KXA-26-A", (Some(at(border() + 1)), None), 7).unwrap().0;
    assert_eq!((single.ticks, single.from, single.to), (vec![1], at(border() + 1), at(border() + 3)));
    assert_eq!(folder.chart("KXA-26-Z", (None, None), 3), None);
}

/// Of a contract with many ticks nothing of another one is read, and of its months those alone that are asked for.
#[test]
fn only_what_is_asked_for_is_read() {
    let folder = Folder::new();
    let many = 70_000;
    let mut rows = Vec::new();
    for number in 0..many {
        for contract in ["A", "M"] {
            rows.push(row(&format!("{contract}{number}"), contract, number, 5_000 + number % 7, 100));
        }
    }
    rows.extend((0..100).map(|number| row(&format!("s{number}"), "S", number, 100, 100)));
    rows.extend((0..100).map(|number| row(&format!("t{number}"), "T", number, 200, 100)));
    rows.extend((0..200).map(|number| row(&format!("p{number}"), "M", -1 - number, 100, 100)));
    folder.write(None, &sorted(&rows), TradeRow::LAYOUT);
    let (chart, effort) =
        folder.chart("KXA-26-M", (Some(at(border())), Some(at(border() + many))), 3).unwrap();
    assert_eq!((effort.rows, effort.groups), (70_000, 2));
    assert_eq!(chart.ticks.iter().sum::<u64>(), 70_000);
    assert_eq!((chart.low, chart.high), (vec![5_000; 3], vec![5_006; 3]));
    // Where all of its groups are its own, they say themselves when it begins and ends.
    let (chart, effort) = folder.chart("KXA-26-M", (None, None), 3).unwrap();
    assert_eq!((chart.from, chart.to), (at(border() - 200), at(border() + many)));
    assert_eq!(effort.rows, 70_200);
    // One with few ticks shares a group with others that have few: it is looked through for when it was traded, and read.
    let (chart, effort) = folder.chart("KXA-26-S", (None, None), 1).unwrap();
    assert_eq!((chart.ticks, chart.high, effort.rows), (vec![100], vec![100], 400));
    let stored = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let stored = stored.block_on(folder.ticks().stored(None)).unwrap();
    let counted: Vec<(String, u64, usize)> =
        stored.iter().map(|month| (month.month.to_string(), month.rows, month.heard)).collect();
    assert_eq!(counted, [("2026-01".to_owned(), 200, 0), ("2026-02".to_owned(), 140_200, 0)]);
}

#[test]
fn a_spoilt_file_is_an_error_that_names_it() {
    let folder = Folder::new();
    let rows: Vec<TradeRow> =
        (0..50).map(|number| row(&format!("{number}"), "A", number, 100, 100)).collect();
    folder.write(None, &rows, TradeRow::LAYOUT);
    let path = folder.0.join("trades/series=KXA/month=2026-02/trades.parquet");
    let whole = std::fs::read(&path).unwrap();
    let asked = Asked::new(
        SERIES.parse().unwrap(),
        "KXA-26-A".parse().unwrap(),
        (None, None),
        BucketCount::default(),
    );
    let asked = asked.unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for place in (0..whole.len()).step_by(3) {
        let mut spoilt = whole.clone();
        spoilt[place] ^= 0x55;
        std::fs::write(&path, &spoilt).unwrap();
        // What is spoilt is read as something else or refused, never taken for the end of the program.
        if let Err(why) = runtime.block_on(folder.ticks().chart(&asked)) {
            assert!(format!("{why:#}").contains("month=2026-02/trades.parquet"), "{why:#}");
        }
    }
    for end in [0, 3, 8, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..end]).unwrap();
        let why = runtime.block_on(folder.ticks().chart(&asked)).unwrap_err();
        assert!(format!("{why:#}").contains("month=2026-02/trades.parquet"), "{why:#}");
    }
}
