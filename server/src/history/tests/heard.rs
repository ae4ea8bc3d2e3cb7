//! What processes hear, in files of their own, and put together.

use shared::wire::{Millis, TradeMessage};

use super::super::rows::{Row as _, TradeRow};
use super::super::ticks::{Asked, Ticks, series_of};
use super::super::{Address, Compacted, Kept, Place, compact, keep, publish, store};
use super::{Folder, Step, at};
use crate::environment::Variables;

fn told(id: &str, price: &str, time: &str) -> TradeMessage {
    let price: shared::units::Price = price.parse().unwrap();
    TradeMessage {
        trade_id: id.to_owned(),
        market_ticker: "KXA-26NOV-B".parse().unwrap(),
        yes_price_dollars: price,
        no_price_dollars: price.complement(),
        count_fp: "2.50".parse().unwrap(),
        taker_side: None,
        taker_outcome_side: None,
        taker_book_side: None,
        is_block_trade: None,
        ts: None,
        ts_ms: Some(Millis(at(time))),
    }
}

fn place(folder: &Folder) -> Place {
    let address = Address::Folder(folder.0.clone());
    Place::open(&address, &Variables::by(|_| None), true).unwrap()
}

/// Returns how many trades a chart of all of the contract's past counts.
async fn charted(folder: &Folder) -> u64 {
    let ticker: shared::market::Ticker = "KXA-26NOV-B".parse().unwrap();
    let series = series_of(&ticker).unwrap();
    let asked = Asked::new(series, ticker, (None, None), "7".parse().unwrap()).unwrap();
    let (chart, _) = Ticks::new(place(folder)).chart(&asked).await.unwrap().unwrap();
    chart.ticks.iter().sum()
}

const PATH: &str = "trades/series=KXA/month=2026-11/trades.parquet";

#[tokio::test]
async fn what_two_processes_hear_counts_once_and_is_put_together() {
    let folder = Folder::new();
    // Two processes hear one trade both, one of them hears it again after a gap, and one hears what can't be a trade.
    let (first, first_keeper) = keep(place(&folder)).unwrap();
    let (second, second_keeper) = keep(place(&folder)).unwrap();
    first.hear(&told("a", "0.4200", "2026-10-31T23:59:59.999Z"));
    first.hear(&told("b", "0.4300", "2026-11-01T00:00:00Z"));
    first.hear(&told("b", "0.4300", "2026-11-01T00:00:00Z"));
    first.hear(&told("n", "0.0000", "2026-11-01T00:00:00Z"));
    second.hear(&told("b", "0.4300", "2026-11-01T00:00:00Z"));
    second.hear(&told("c", "0.4400", "2026-11-01T00:00:01.007Z"));
    assert_eq!(first_keeper.end().await.unwrap(), Kept { trades: 2, files: 2 });
    assert_eq!(second_keeper.end().await.unwrap(), Kept { trades: 2, files: 1 });
    assert_eq!((folder.tables().len(), charted(&folder).await), (3, 3));

    let mut watch = |_: Step<'_>| Ok(());
    let home = folder.home();
    assert_eq!(compact(&home, None, &mut watch).await.unwrap(), Compacted { months: 2, files: 3 });
    assert_eq!((folder.tables().len(), charted(&folder).await), (2, 3));
    let before = folder.tables();
    assert_eq!(compact(&home, None, &mut watch).await.unwrap(), Compacted::default());
    assert!(folder.tables() == before);

    // A fetch that brings the same trade to the microsecond says the same of it, and makes it exact.
    let mut store = store::Store::open(&home).await.unwrap();
    let rows: Vec<TradeRow> = publish::rows_of(store.read(PATH).await.unwrap().unwrap(), PATH).unwrap();
    let exact = TradeRow { created_time: at("2026-11-01T00:00:01.007123Z"), ..rows[1].clone() };
    let mut said = Vec::new();
    let mut watch = |step: Step<'_>| {
        said.push(format!("{step:?}"));
        Ok(())
    };
    let merged = publish::merged(&store, PATH, vec![exact.clone()], &mut watch).await.unwrap();
    assert_eq!((merged.len(), &merged[1]), (2, &exact));
    publish::write(&mut store, PATH, &TradeRow::columns(&merged), TradeRow::LAYOUT, &mut watch)
        .await
        .unwrap();
    assert!(said.iter().all(|said| said.starts_with("Writ") || said.starts_with("Wrote")), "{said:?}");
    // And what is heard again later changes nothing of it.
    let merged = publish::merged(&store, PATH, rows, &mut |_| Ok(())).await.unwrap();
    assert_eq!(merged[1], exact);
}

#[tokio::test]
async fn what_cannot_be_put_waits() {
    let folder = Folder::new();
    let (tap, keeper) = keep(place(&folder)).unwrap();
    tap.hear(&told("a", "0.4200", "2026-11-01T00:00:00Z"));
    // A file stands where a folder is to be.
    std::fs::write(folder.0.join("trades"), b"").unwrap();
    let why = format!("{:#}", keeper.end().await.unwrap_err());
    assert!(why.contains("trades/series=KXA/month=2026-11/heard-2026-11-01T00-"), "{why}");
}

#[test]
fn the_addresses_of_a_history_are_read_and_no_key_is_one() {
    let read = |text: &str| text.parse::<Address>().map(|address| address.to_string());
    assert_eq!(read("history").unwrap(), "history");
    assert_eq!(read("file:///var/history").unwrap(), "/var/history");
    assert_eq!(read("s3://tapes/a/b/").unwrap(), "s3://tapes/a/b");
    assert_eq!(read("s3://tapes").unwrap(), "s3://tapes");
    for (text, why) in [
        ("", "empty"),
        ("gs://tapes", "not at gs://"),
        ("s3://", "no"),
        ("s3://key:secret@tapes/a", "keys are in variables of their own"),
        ("file://elsewhere/history", "no folder of this machine"),
    ] {
        let said = format!("{:#}", read(text).unwrap_err());
        assert!(said.contains(why) && !said.contains("secret"), "{text}: {said}");
    }
}
