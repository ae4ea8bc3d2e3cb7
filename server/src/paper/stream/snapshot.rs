//! How things stand, for whoever begins to listen.

use std::collections::BTreeSet;

use shared::wire::{Channel, Frame, OrderbookSnapshot, Parameters};

use super::ticker::ticker;
use crate::paper::catalogue::levels;
use crate::paper::core::Core;
use crate::paper::hub::ClientNumber;
use crate::paper::ids::Named;

/// Sends the books of contracts where a subscription is to books, and their tickers where it is to those and that was asked
/// for.
pub(super) fn snapshots(
    core: &mut Core,
    client: ClientNumber,
    id: Option<u64>,
    sid: u64,
    markets: Option<&BTreeSet<usize>>,
    parameters: &Parameters,
) {
    let now = core.exchange.now();
    let is_asked = parameters.send_initial_snapshot == Some(true);
    let held = if is_asked { core.exchange.open_interest() } else { Vec::new() };
    for market in markets.into_iter().flatten() {
        let (catalogue, exchange) = (&core.catalogue, &core.exchange);
        let told = if is_asked { ticker(core, *market, &held) } else { None };
        let Some(here) = core.hub.client(client) else { return };
        let Some(subscribed) = here.subscriptions.get_mut(&sid) else { return };
        let frame = match subscribed.channel {
            Channel::OrderbookDelta => {
                let (Some(ticker), Some(listed)) =
                    (catalogue.ticker(*market), exchange.markets().get(*market))
                else {
                    continue;
                };
                let book = levels(listed.book(), 0, subscribed.use_yes_price);
                let msg = OrderbookSnapshot {
                    market_ticker: ticker.clone(),
                    market_id: Some(core.ids.text(Named::Market, *market as u64)),
                    clock: Some(exchange.seq()),
                    yes_dollars_fp: book.yes_dollars,
                    no_dollars_fp: book.no_dollars,
                };
                Frame::OrderbookSnapshot { sid, seq: subscribed.next(), id, msg }
            }
            Channel::Ticker if is_asked => {
                let Some(msg) = told else { continue };
                Frame::Ticker { sid, msg }
            }
            _ => return,
        };
        core.hub.tell_one(now, client, sid, &frame);
    }
}
