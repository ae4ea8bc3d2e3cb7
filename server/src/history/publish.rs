//! From rows that were read to the files that they belong in.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;

use anyhow::Context;
use bytes::Bytes;
use shared::units::Timestamp;
use shared::wire::{Event, Market, MarketResult, Series as WireSeries};

use super::layout::{self, Month};
use super::question::{Minutes, Series};
use super::rows::{CandleRow, MarketRow, Row, TradeRow};
use super::store::Store;
use super::watch::{Step, Watch};
use crate::files::{Layout, read_parquet, table};

/// Puts all trades and candles that were read into their files, beside what is there.
///
/// # Errors
///
/// Names the file that can't be read or written; and passes on what the watcher says.
pub(super) async fn publish_rows(store: &mut Store, watch: &mut Watch<'_>) -> anyhow::Result<()> {
    let mut trades: BTreeMap<String, Vec<TradeRow>> = BTreeMap::new();
    for row in std::mem::take(&mut store.staged.trades) {
        let series = series_of(store, &row.ticker)?;
        trades.entry(layout::trades(&series, Month::of(row.at()))).or_default().push(row);
    }
    for (path, rows) in trades {
        let rows = merged(store, &path, rows, watch).await?;
        write(store, &path, &TradeRow::columns(&rows), TradeRow::LAYOUT, watch).await?;
    }
    let mut candles: BTreeMap<String, Vec<CandleRow>> = BTreeMap::new();
    for row in std::mem::take(&mut store.staged.candles) {
        let series = series_of(store, &row.ticker)?;
        let minutes =
            if row.period_interval == Minutes::One.number() { Minutes::One } else { Minutes::Sixty };
        candles.entry(layout::candles(&series, Month::of(row.at()), minutes)).or_default().push(row);
    }
    for (path, rows) in candles {
        let rows = merged(store, &path, rows, watch).await?;
        write(store, &path, &CandleRow::columns(&rows), CandleRow::LAYOUT, watch).await?;
    }
    Ok(())
}

/// Puts what was read of contracts into their files, and how they settled.
///
/// # Errors
///
/// As [`publish_rows`].
pub(super) async fn publish_markets(store: &mut Store, watch: &mut Watch<'_>) -> anyhow::Result<()> {
    let as_of = store.begun()?.as_of;
    let mut by_series: BTreeMap<Series, Vec<MarketRow>> = BTreeMap::new();
    for (_, market) in store.staged.markets.values() {
        let Some(series) = store.staged.series_of(&market.event_ticker) else { continue };
        let Some(event) = store.staged.events.get(&market.event_ticker) else { continue };
        let row = market_row(market, event, store.staged.series.get(series.as_str()), as_of)?;
        by_series.entry(series).or_default().push(row);
    }
    for (series, rows) in by_series {
        let path = layout::markets(&series);
        let rows = merged(store, &path, rows, watch).await?;
        write(store, &path, &MarketRow::columns(&rows), MarketRow::LAYOUT, watch).await?;
        let settled: Vec<&MarketRow> = rows.iter().filter(|row| row.has_settled()).collect();
        let path = layout::settlements(&series);
        write(store, &path, &MarketRow::settlement_columns(&settled), Layout::Plain, watch).await?;
    }
    Ok(())
}

/// Returns the series that a contract is of.
fn series_of(store: &Store, ticker: &shared::market::Ticker) -> anyhow::Result<Series> {
    let listed = store.staged.markets.get(ticker);
    let series = listed.and_then(|(_, market)| store.staged.series_of(&market.event_ticker));
    series.with_context(|| format!("{ticker} is of no known series"))
}

/// Returns the rows of a file with others, each once and in order; of two that differ the first counts, which is told.
pub(super) async fn merged<R: Row>(
    store: &Store,
    path: &str,
    rows: Vec<R>,
    watch: &mut Watch<'_>,
) -> anyhow::Result<Vec<R>> {
    let mut all: BTreeMap<R::Key, R> = BTreeMap::new();
    let there = match store.read(path).await? {
        Some(bytes) => rows_of(bytes, &store.home.named(path))?,
        None => Vec::new(),
    };
    for row in there.into_iter().chain(rows) {
        match all.entry(row.key()) {
            Place::Vacant(place) => {
                place.insert(row);
            }
            Place::Occupied(mut place) => {
                if !place.get_mut().agree(&row) {
                    let name = row.name();
                    watch(Step::Odd(&format!("{name} was told in two ways: the first counts")))?;
                }
            }
        }
    }
    let mut rows: Vec<R> = all.into_values().collect();
    rows.sort_by_cached_key(R::place);
    Ok(rows)
}

/// Returns the rows of a table of ours.
pub(super) fn rows_of<R: Row>(bytes: Bytes, named: &str) -> anyhow::Result<Vec<R>> {
    let text = read_parquet(bytes, named)?;
    let rows = csv::Reader::from_reader(text.as_slice()).into_deserialize().collect::<Result<Vec<R>, _>>();
    rows.with_context(|| format!("{named} is no table of ours"))
}

/// Writes a table to its file, unless it is there already.
pub(super) async fn write(
    store: &mut Store,
    path: &str,
    columns: &[crate::files::Column],
    layout: Layout,
    watch: &mut Watch<'_>,
) -> anyhow::Result<()> {
    let bytes = Bytes::from(table(columns, layout).with_context(|| path.to_owned())?);
    if store.read(path).await?.is_some_and(|there| there == bytes) {
        return store.is_written(path, &bytes);
    }
    let named = store.home.named(path);
    watch(Step::Writing(&named))?;
    store.write(path, &bytes).await?;
    watch(Step::Wrote(&named))
}

/// Lays out what is known of a contract.
fn market_row(
    market: &Market,
    event: &Event,
    series: Option<&WireSeries>,
    read_at: Timestamp,
) -> anyhow::Result<MarketRow> {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    // An event's own fee comes before its series'.
    let fee_type = event.fee_type_override.clone().or_else(|| series.map(|series| series.fee_type.clone()));
    let fee_multiplier = event.fee_multiplier_override.or_else(|| series.map(|series| series.fee_multiplier));
    let result = match &market.result {
        MarketResult::None => None,
        MarketResult::Yes => Some("yes"),
        MarketResult::No => Some("no"),
        MarketResult::Scalar => Some("scalar"),
        MarketResult::Other(word) => Some(word.as_str()),
    };
    let status = serde_json::to_value(&market.status)?;
    Ok(MarketRow {
        ticker: market.ticker.clone(),
        event_ticker: market.event_ticker.clone(),
        series_ticker: event.series_ticker.clone(),
        event_title: some(&event.title),
        title: market.title.as_deref().and_then(some),
        yes_sub_title: some(&market.yes_sub_title),
        no_sub_title: some(&market.no_sub_title),
        market_type: some(&market.market_type),
        strike_type: market.strike_type.as_deref().and_then(some),
        status: status.as_str().and_then(some),
        open_time: market.open_time.0,
        close_time: market.close_time.0,
        result: result.map(str::to_owned),
        settlement_value: market.settlement_value_dollars,
        settlement_ts: market.settlement_ts.map(|at| at.0),
        expiration_value: market.expiration_value.as_deref().and_then(some),
        mutually_exclusive: Some(event.mutually_exclusive),
        fee_type,
        fee_multiplier,
        price_ranges: market.price_ranges.as_ref().map(serde_json::to_string).transpose()?,
        read_at,
    })
}

#[cfg(test)]
mod tests {
    use shared::market::Side;

    use super::*;
    use crate::history::tables::Home;

    fn trade(id: &str, price: &str, side: Option<Side>, time: &str) -> TradeRow {
        TradeRow {
            trade_id: id.to_owned(),
            ticker: "KXA-26JUL-B".parse().unwrap(),
            yes_price_dollars: price.parse().unwrap(),
            count_fp: "7.77".parse().unwrap(),
            taker_outcome_side: side,
            is_block_trade: false,
            created_time: format!("2026-07-01T00:00:{time}Z").parse().unwrap(),
        }
    }

    #[tokio::test]
    async fn of_two_different_rows_with_one_id_the_first_counts_and_it_is_said() {
        let folder = std::env::temp_dir().join(format!("tauroi-{}-publish", std::process::id()));
        let mut store = Store::open(&Home::in_folder(&folder)).await.unwrap();
        let mut said = Vec::new();
        let mut watch = |step: Step<'_>| {
            if let Step::Odd(what) = step {
                said.push(what.to_owned());
            }
            Ok(())
        };
        let path = "trades/series=KXA/month=2026-07/trades.parquet";
        let first = vec![
            trade("b", "0.4200", None, "02"),
            trade("a", "0.4300", Some(Side::No), "02"),
            trade("c", "0.4400", None, "01"),
            trade("c", "0.4500", None, "01"),
        ];
        let rows = merged(&store, path, first, &mut watch).await.unwrap();
        write(&mut store, path, &TradeRow::columns(&rows), TradeRow::LAYOUT, &mut watch).await.unwrap();
        // In another fetch: what is in the file comes first; a side that wasn't known is no other row.
        let later = vec![
            trade("b", "0.4200", Some(Side::Yes), "02"),
            trade("a", "0.4300", Some(Side::Yes), "02"),
            trade("d", "0.4600", None, "00.000001"),
        ];
        let rows = merged(&store, path, later, &mut watch).await.unwrap();
        let found: Vec<_> = rows
            .iter()
            .map(|row| (row.trade_id.as_str(), row.yes_price_dollars.to_string(), row.taker_outcome_side))
            .collect();
        assert_eq!(
            found,
            [
                ("d", "0.4600".to_owned(), None),
                ("c", "0.4400".to_owned(), None),
                ("a", "0.4300".to_owned(), Some(Side::No)),
                ("b", "0.4200".to_owned(), Some(Side::Yes)),
            ]
        );
        assert_eq!(
            said,
            [
                "KXA-26JUL-B: trade c was told in two ways: the first counts",
                "KXA-26JUL-B: trade a was told in two ways: the first counts",
            ]
        );
        std::fs::remove_dir_all(folder).unwrap();
    }
}
