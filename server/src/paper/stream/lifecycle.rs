//! What happens to contracts and events.

use shared::exchange::matching::MarketStatus;
use shared::units::Timestamp;
use shared::wire::{Channel, EventLifecycle, Frame, MarketLifecycle, MarketMetadata, Seconds};

use crate::paper::catalogue::{result, structure};
use crate::paper::core::Core;

/// Tells that a contract was listed, paused, opened, determined and paid; that it closes at its time is known.
pub(super) fn lifecycle(core: &mut Core, at: Timestamp, market: usize, status: MarketStatus) {
    let when = Some(Seconds(at));
    match status {
        MarketStatus::Open if core.positions.lists(market) => {
            if let Some(created) = created(core, at, market) {
                tell(core, at, &created);
            }
        }
        MarketStatus::Open | MarketStatus::Paused => {
            let is_paused = status == MarketStatus::Paused;
            let word = if is_paused { "deactivated" } else { "activated" };
            if let Some(told) = message(core, market, word) {
                tell(core, at, &MarketLifecycle { is_deactivated: Some(is_paused), ..told });
            }
        }
        MarketStatus::Closed => {}
        MarketStatus::Settled(value) => {
            core.positions.settled(market);
            if let Some(told) = message(core, market, "determined") {
                let (result, settlement_value) = (Some(result(value)), Some(value));
                tell(core, at, &MarketLifecycle { result, settlement_value, determination_ts: when, ..told });
            }
            if let Some(told) = message(core, market, "settled") {
                tell(core, at, &MarketLifecycle { settled_ts: when, ..told });
            }
        }
    }
}

/// Tells that a contract has other prices.
pub(super) fn regrid(core: &mut Core, at: Timestamp, market: usize) {
    let Some(grid) = core.exchange.markets().get(market).map(|market| market.listing().grid.clone()) else {
        return;
    };
    if let Some(told) = message(core, market, "price_level_structure_updated") {
        let price_level_structure = Some(structure(&grid).to_owned());
        tell(core, at, &MarketLifecycle { price_level_structure, price_ranges: Some(grid), ..told });
    }
}

/// Returns a message that says nothing but what happened.
fn message(core: &Core, market: usize, word: &str) -> Option<MarketLifecycle> {
    Some(MarketLifecycle::of(core.catalogue.ticker(market)?.clone(), word))
}

/// Returns that a contract was listed, and what it is.
fn created(core: &Core, at: Timestamp, market: usize) -> Option<MarketLifecycle> {
    let (listed, event) = (core.catalogue.markets.get(market)?, core.catalogue.event_of(market)?);
    let listing = core.exchange.markets().get(market)?.listing();
    let metadata = MarketMetadata {
        name: listed.name.clone(),
        title: event.title.clone(),
        yes_sub_title: listed.name.clone(),
        no_sub_title: listed.name.clone(),
        rules_primary: String::new(),
        rules_secondary: String::new(),
        can_close_early: false,
        event_ticker: event.ticker.clone(),
        expected_expiration_ts: Seconds(event.settles),
        strike_type: Some("custom".to_owned()),
    };
    Some(MarketLifecycle {
        exchange_index: Some(0),
        open_ts: Some(Seconds(at)),
        close_ts: Some(Seconds(listing.closes.unwrap_or(event.settles))),
        price_level_structure: Some(structure(&listing.grid).to_owned()),
        price_ranges: Some(listing.grid.clone()),
        additional_metadata: Some(metadata),
        ..message(core, market, "created")?
    })
}

/// Tells that an event was listed.
pub(in crate::paper) fn tell_event(core: &mut Core, at: Timestamp, event: usize) {
    let Some(event) = core.catalogue.events.get(event) else { return };
    let msg = EventLifecycle {
        event_ticker: event.ticker.clone(),
        exchange_index: 0,
        title: event.title.clone(),
        subtitle: String::new(),
        collateral_return_type: if event.exclusive { "MECNET" } else { "" }.to_owned(),
        series_ticker: event.series.clone(),
        strike_date: Some(Seconds(event.settles)),
        strike_period: Some("month".to_owned()),
    };
    core.hub.tell(at, Channel::MarketLifecycle, None, &mut |_, sid, subscribed| {
        Some(Frame::EventLifecycle { sid, seq: subscribed.next(), msg: msg.clone() })
    });
}

/// Tells everybody who listens: the channel knows no contracts.
fn tell(core: &mut Core, at: Timestamp, msg: &MarketLifecycle) {
    core.hub.tell(at, Channel::MarketLifecycle, None, &mut |_, sid, subscribed| {
        Some(Frame::MarketLifecycleV2 { sid, seq: Some(subscribed.next()), msg: msg.clone() })
    });
}
