//! What a command is about, checked.

use std::collections::BTreeSet;

use shared::market::Ticker;
use shared::wire::{Channel, Parameters};

use super::refused::Refused;
use crate::paper::core::Core;
use crate::paper::ids::Named;

/// How many contracts one subscription may be of.
const MOST_MARKETS: usize = 500_000;
/// In how many parts requests for quotes may be told.
const MOST_SHARDS: i64 = 100;

/// Returns the subscriptions that are named.
pub(super) fn sids(parameters: &Parameters) -> Result<Vec<u64>, Refused> {
    let mut sids = parameters.sids.clone().unwrap_or_default();
    sids.extend(parameters.sid);
    if sids.is_empty() { Err(Refused::SIDS) } else { Ok(sids) }
}

/// The contracts that are named, by place.
pub(super) struct Markets {
    pub(super) places: BTreeSet<usize>,
    /// Whether they were named by the exchange's ids.
    pub(super) by_id: bool,
}

/// Returns the contracts that are named; `None` where none is. A name that is not listed is left out.
pub(super) fn markets(core: &Core, parameters: &Parameters) -> Result<Option<Markets>, Refused> {
    let Parameters { market_ticker, market_tickers, market_id, market_ids, .. } = parameters;
    let ways = [market_ticker.is_some(), market_tickers.is_some(), market_id.is_some(), market_ids.is_some()];
    if ways.iter().filter(|is_there| **is_there).count() > 1 {
        return Err(Refused::INVALID);
    }
    let tickers: Vec<&Ticker> = market_ticker.iter().chain(market_tickers.iter().flatten()).collect();
    let ids: Vec<&String> = market_id.iter().chain(market_ids.iter().flatten()).collect();
    if tickers.len().max(ids.len()) > MOST_MARKETS {
        return Err(Refused::MARKETS);
    }
    if tickers.is_empty() && ids.is_empty() {
        return Ok(None);
    }
    let by_name = tickers.iter().filter_map(|ticker| core.catalogue.place(ticker.as_str()));
    let by_id = ids.iter().filter_map(|id| {
        let place = usize::try_from(core.ids.number(Named::Market, id)?).ok()?;
        core.catalogue.ticker(place).map(|_| place)
    });
    Ok(Some(Markets { places: by_name.chain(by_id).collect(), by_id: tickers.is_empty() }))
}

/// Returns whether a subscription to a channel may be of some contracts only.
pub(super) const fn is_by_market(channel: Channel) -> bool {
    use Channel as C;
    matches!(channel, C::OrderbookDelta | C::Ticker | C::Trade | C::Fill | C::MarketPositions | C::UserOrders)
}

/// Checks what only requests for quotes have.
pub(super) fn check_shards(parameters: &Parameters) -> Result<(), Refused> {
    let Parameters { shard_factor, shard_key, user_filter, .. } = parameters;
    if user_filter.as_ref().is_some_and(|filter| !filter.is_empty() && filter != "self") {
        return Err(Refused::INVALID);
    }
    match (*shard_factor, *shard_key) {
        (Some(..=0), _) => Err(Refused::NO_SHARDS),
        (Some(factor), _) if factor > MOST_SHARDS => Err(Refused::SHARDS),
        (None, Some(_)) => Err(Refused::NO_FACTOR),
        (Some(factor), Some(key)) if !(0..factor).contains(&key) => Err(Refused::SHARD),
        _ => Ok(()),
    }
}
