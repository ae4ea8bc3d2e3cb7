//! A contract's trades, page by page, from both tiers.

use serde::Deserialize as _;
use serde_json::Value;
use shared::market::Ticker;
use shared::units::{Price, Timestamp};
use shared::wire;

use super::ask::Asker;
use super::catalogue::{Pages, named, note};
use super::journal::{Entry, TierName};
use super::kept::Span;
use super::rows::TradeRow;
use super::store::Store;
use super::watch::{Step, Watch};
use crate::kalshi::{Part, TradesAsked};

/// Reads the trades of a contract in a time, as far as they weren't read yet. Returns whether all were found.
///
/// # Errors
///
/// Passes on what asking and noting say.
pub(super) async fn read(
    store: &mut Store,
    asker: &Asker<'_>,
    ticker: &Ticker,
    span: Span,
    tiers: &[TierName],
    watch: &mut Watch<'_>,
) -> anyhow::Result<bool> {
    // Whether the exchange counts the seconds at the ends in isn't said: one more is asked for at each.
    let second = |at: Timestamp| at.micros().div_euclid(1_000_000);
    let (min_ts, max_ts) = (span.from.map(|from| second(from) - 1), Some(second(span.until) + 1));
    for tier in tiers.iter().copied() {
        let what = format!("{ticker}: the {}trades", tier.word());
        let mut pages = Pages::default();
        while let Some(from) = pages.next(&what, store.staged.trades_read(ticker, tier))? {
            let asked = TradesAsked { ticker: Some(ticker), min_ts, max_ts };
            let request = async |client: &crate::kalshi::Client| {
                client.trades_raw_part(tier.tier(), asked, asker.page, from.as_ref()).await
            };
            let Some(Part { items, next }) = asker.ask(&what, watch, request).await? else {
                return Ok(false);
            };
            let (mut rows, mut odd) = (Vec::new(), Vec::new());
            for item in &items {
                match row(ticker, item) {
                    Ok(row) if span.holds_at(row.created_time) => rows.push(row),
                    Ok(_) => {}
                    Err(why) => odd.push(format!("{ticker}: trade {}: {why}", named(item, "trade_id"))),
                }
            }
            odd.iter().try_for_each(|what| watch(Step::Odd(what)))?;
            let next = next.map(|cursor| cursor.as_str().to_owned());
            note(store, Entry::Trades { ticker: ticker.clone(), tier, next, rows, odd }, watch)?;
        }
    }
    Ok(true)
}

/// Returns a trade as a row, or says what is wrong with it: what no reader of tapes takes isn't kept either.
fn row(ticker: &Ticker, item: &Value) -> Result<TradeRow, String> {
    let trade = wire::Trade::deserialize(item).map_err(|why| why.to_string())?;
    if trade.ticker != *ticker {
        return Err(format!("is of {}", trade.ticker));
    }
    if trade.trade_id.is_empty() {
        return Err("has no id".to_owned());
    }
    if [Price::ZERO, Price::ONE].contains(&trade.yes_price_dollars) {
        return Err(format!("{} dollars are no price of a trade", trade.yes_price_dollars));
    }
    if trade.count_fp.is_zero() {
        return Err(format!("{} contracts are no trade", trade.count_fp));
    }
    if trade.no_price_dollars != trade.yes_price_dollars.complement() {
        let (yes, no) = (trade.yes_price_dollars, trade.no_price_dollars);
        return Err(format!("YES at {yes} and NO at {no} don't make a dollar"));
    }
    Ok(TradeRow {
        taker_outcome_side: trade.taker_outcome_side.or(trade.taker_side),
        is_block_trade: trade.is_block_trade == Some(true),
        created_time: trade.created_time.0,
        trade_id: trade.trade_id,
        ticker: trade.ticker,
        yes_price_dollars: trade.yes_price_dollars,
        count_fp: trade.count_fp,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_trade_is_refused_and_a_block_trade_is_marked() {
        let good = serde_json::json!({
            "trade_id": "t1", "ticker": "KXA-26JUL-B", "count_fp": "7.77", "yes_price_dollars": "0.0300",
            "no_price_dollars": "0.9700", "taker_side": "no", "created_time": "2026-06-15T15:48:42.609997Z",
            "is_block_trade": true,
        });
        let ticker: Ticker = "KXA-26JUL-B".parse().unwrap();
        let read = row(&ticker, &good).unwrap();
        assert!(read.is_block_trade && read.taker_outcome_side == Some(shared::market::Side::No));
        assert_eq!(read.created_time.to_string(), "2026-06-15T15:48:42.609997Z");
        for (field, value, why) in [
            ("yes_price_dollars", "1.0000", "no price of a trade"),
            ("yes_price_dollars", "3", "price"),
            ("no_price_dollars", "0.9600", "don't make a dollar"),
            ("count_fp", "0.00", "no trade"),
            ("count_fp", "many", "many"),
            ("trade_id", "", "no id"),
            ("ticker", "KXA-26JUL-C", "is of KXA-26JUL-C"),
            ("created_time", "yesterday", "yesterday"),
        ] {
            let mut odd = good.clone();
            odd[field] = value.into();
            let said = row(&ticker, &odd).unwrap_err();
            assert!(said.contains(why), "{field}: {said}");
        }
        // What is missing isn't taken for nothing.
        let mut odd = good;
        odd.as_object_mut().unwrap().remove("count_fp");
        assert!(row(&ticker, &odd).unwrap_err().contains("count_fp"));
    }
}
