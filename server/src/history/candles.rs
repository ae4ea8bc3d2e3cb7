//! A contract's candles, some thousand at a time.

use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::Candlestick;

use super::ask::Asker;
use super::catalogue::note;
use super::journal::{Entry, TierName};
use super::kept::Span;
use super::question::{Minutes, Series};
use super::rows::CandleRow;
use super::store::Store;
use super::watch::Watch;
use crate::kalshi::{Client, Period};

/// How many candles are asked for at once, if each period had one. The exchange answers ten thousand at most.
const AT_ONCE: i64 = 5_000;

/// The candles that are wanted.
pub(super) struct Wanted<'a> {
    pub(super) series: &'a Series,
    pub(super) ticker: &'a Ticker,
    pub(super) minutes: Minutes,
    /// Those that begin in this time and have ended in it.
    pub(super) span: Span,
    /// When the contract was open.
    pub(super) open: Timestamp,
    pub(super) end: Timestamp,
    /// The tier that has them, by where the contract is listed.
    pub(super) tier: TierName,
}

/// Reads the candles of a contract, as far as they weren't read yet. Returns whether they were found.
///
/// # Errors
///
/// Passes on what asking and noting say.
pub(super) async fn read(
    store: &mut Store,
    asker: &Asker<'_>,
    wanted: &Wanted<'_>,
    watch: &mut Watch<'_>,
) -> anyhow::Result<bool> {
    let length = wanted.minutes.micros();
    let down = |at: Timestamp| at.micros().div_euclid(length) * length;
    let first = wanted.span.from.map_or(wanted.open, |from| from.max(wanted.open));
    // The period in which trading ends is the last one; one that isn't over yet is the next fetch's.
    let last = down(wanted.end).saturating_add(length).min(down(wanted.span.until));
    let begun = store.staged.candles_until(wanted.ticker);
    let mut at = begun.map_or_else(|| down(first), Timestamp::micros);
    while at < last {
        // Where one answer ends follows from the calendar alone, so that it is the same whenever it was begun.
        let whole = length * AT_ONCE;
        let until = ((at.div_euclid(whole) + 1) * whole).min(last);
        let (from, to) = (Timestamp::from_micros(at)?, Timestamp::from_micros(until)?);
        let Some(found) = ask(asker, wanted, (from, to), watch).await? else { return Ok(false) };
        let rows = found.iter().map(|candle| row(wanted, candle));
        let rows = rows.filter(|row| row.end_period_ts > from && row.end_period_ts <= to).collect();
        note(store, Entry::Candles { ticker: wanted.ticker.clone(), until: to, rows }, watch)?;
        at = until;
    }
    Ok(true)
}

/// Asks the tier that should have them, and the other one where it hasn't: contracts move.
async fn ask(
    asker: &Asker<'_>,
    wanted: &Wanted<'_>,
    times: (Timestamp, Timestamp),
    watch: &mut Watch<'_>,
) -> anyhow::Result<Option<Vec<Candlestick>>> {
    let what = format!("{}: the candles until {}", wanted.ticker, times.1);
    let period = match wanted.minutes {
        Minutes::One => Period::Minute,
        Minutes::Sixty => Period::Hour,
    };
    let other = match wanted.tier {
        TierName::Live => TierName::Historical,
        TierName::Historical => TierName::Live,
    };
    for tier in [wanted.tier, other] {
        let request = async |client: &Client| {
            client.candlesticks(tier.tier(), wanted.series.as_str(), wanted.ticker, times, period).await
        };
        if let Some(found) = asker.ask(&what, watch, request).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn row(wanted: &Wanted<'_>, candle: &Candlestick) -> CandleRow {
    let Candlestick { end_period_ts, yes_bid, yes_ask, price, volume_fp, open_interest_fp } = *candle;
    CandleRow {
        ticker: wanted.ticker.clone(),
        period_interval: wanted.minutes.number(),
        end_period_ts: end_period_ts.0,
        yes_bid_open_dollars: yes_bid.open_dollars,
        yes_bid_low_dollars: yes_bid.low_dollars,
        yes_bid_high_dollars: yes_bid.high_dollars,
        yes_bid_close_dollars: yes_bid.close_dollars,
        yes_ask_open_dollars: yes_ask.open_dollars,
        yes_ask_low_dollars: yes_ask.low_dollars,
        yes_ask_high_dollars: yes_ask.high_dollars,
        yes_ask_close_dollars: yes_ask.close_dollars,
        price_open_dollars: price.open_dollars,
        price_low_dollars: price.low_dollars,
        price_high_dollars: price.high_dollars,
        price_close_dollars: price.close_dollars,
        price_mean_dollars: price.mean_dollars,
        price_previous_dollars: price.previous_dollars,
        volume_fp,
        open_interest_fp,
    }
}
