//! What a client of the stream may ask, and its answers.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use shared::wire::{
    Channel, Frame, Indices, Parameters, Subscribed as Told, Subscription, Underlyings, UpdateAction,
};

use super::asked::{Markets, check_shards, is_by_market, markets, sids};
use super::refused::Refused;
use super::snapshot::snapshots;
use crate::paper::core::Core;
use crate::paper::hub::{ClientNumber, Subscribed};
use crate::paper::ids::Named;

/// A command before it is known whether its parameters are what they should be.
#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    id: u64,
    #[serde(default)]
    cmd: String,
    params: Option<Value>,
}

/// Carries out what a client has sent, and puts the answers into its queue; one of `too_many` is refused.
pub(in crate::paper) fn carry_out(core: &mut Core, client: ClientNumber, text: &str, too_many: bool) {
    let (id, refused) = match serde_json::from_str::<Raw>(text) {
        Ok(command) => {
            let id = (command.id > 0).then_some(command.id);
            let done = if too_many { Err(Refused::TOO_MANY) } else { answer(core, client, id, command) };
            (id, done.err())
        }
        Err(_) => (None, Some(Refused::UNPROCESSABLE)),
    };
    if let Some(refused) = refused {
        send(core, client, &refused.frame(id));
    }
    core.hub.cut_off();
}

fn send(core: &mut Core, client: ClientNumber, frame: &Frame) {
    core.hub.send(core.exchange.now(), client, frame);
}

fn answer(core: &mut Core, client: ClientNumber, id: Option<u64>, command: Raw) -> Result<(), Refused> {
    let parameters = || -> Result<Parameters, Refused> {
        let parameters = command.params.filter(|there| !there.is_null()).ok_or(Refused::PARAMETERS)?;
        serde_json::from_value(parameters).map_err(|_| Refused::INVALID)
    };
    match command.cmd.as_str() {
        "list_subscriptions" => {
            list(core, client, id);
            Ok(())
        }
        "subscribe" => subscribe(core, client, id, &parameters()?),
        "unsubscribe" => unsubscribe(core, client, id, &parameters()?),
        "update_subscription" => update(core, client, id, &parameters()?),
        _ => Err(Refused::UNKNOWN_COMMAND),
    }
}

fn list(core: &mut Core, client: ClientNumber, id: Option<u64>) {
    let Some(here) = core.hub.client(client) else { return };
    let all = here
        .subscriptions
        .iter()
        .map(|(sid, subscribed)| Told { channel: subscribed.channel.name().to_owned(), sid: *sid });
    let msg = Some(Subscription::All(all.collect()));
    send(core, client, &Frame::Ok { id, sid: None, seq: None, msg });
}

fn subscribe(
    core: &mut Core,
    client: ClientNumber,
    id: Option<u64>,
    parameters: &Parameters,
) -> Result<(), Refused> {
    let names = parameters.channels.as_ref().filter(|names| !names.is_empty()).ok_or(Refused::CHANNELS)?;
    let channels: Vec<Channel> = names
        .iter()
        .map(|name| Channel::named(name).ok_or(Refused::UNKNOWN_CHANNEL))
        .collect::<Result<_, _>>()?;
    let named = markets(core, parameters)?;
    // Ids are the ticker's alone.
    let by_ticker = named.as_ref().is_some_and(|named| !named.by_id);
    if !by_ticker && channels.contains(&Channel::OrderbookDelta) {
        return Err(Refused::TICKER);
    }
    if channels.contains(&Channel::Communications) {
        check_shards(parameters)?;
    }
    for channel in channels {
        let of = named
            .as_ref()
            .filter(|named| is_by_market(channel) && (!named.by_id || channel == Channel::Ticker));
        let Some(here) = core.hub.client(client) else { return Ok(()) };
        // Asking again for a channel adds to what it is of.
        let there = here.subscriptions.iter().find(|(_, subscribed)| subscribed.channel == channel);
        if let Some(sid) = there.map(|(sid, _)| *sid) {
            add(core, client, id, sid, of, parameters);
            continue;
        }
        let mut subscribed = Subscribed::new(channel, of.map(|of| of.places.clone()));
        subscribed.use_yes_price = parameters.use_yes_price == Some(true);
        subscribed.is_brief = parameters.skip_ticker_ack == Some(true);
        subscribed.by_id = of.is_some_and(|of| of.by_id);
        subscribed.names = match channel {
            Channel::Benchmarks | Channel::FastBenchmarks => {
                parameters.index_ids.iter().flatten().cloned().collect()
            }
            Channel::Underlyings => parameters.underlying_tickers.iter().flatten().cloned().collect(),
            _ => BTreeSet::new(),
        };
        let sid = here.subscribe(subscribed);
        let msg = Told { channel: channel.name().to_owned(), sid };
        send(core, client, &Frame::Subscribed { id, msg });
        snapshots(core, client, None, sid, of.map(|of| &of.places), parameters);
    }
    Ok(())
}

fn unsubscribe(
    core: &mut Core,
    client: ClientNumber,
    id: Option<u64>,
    parameters: &Parameters,
) -> Result<(), Refused> {
    let sids = sids(parameters)?;
    let Some(here) = core.hub.client(client) else { return Ok(()) };
    if sids.iter().any(|sid| !here.subscriptions.contains_key(sid)) {
        return Err(Refused::UNKNOWN_SID);
    }
    for sid in sids {
        // One that is named twice is ended once.
        let ended = core.hub.client(client).and_then(|here| here.subscriptions.remove(&sid));
        if let Some(mut ended) = ended {
            send(core, client, &Frame::Unsubscribed { id, sid, seq: Some(ended.next()) });
        }
    }
    Ok(())
}

fn update(
    core: &mut Core,
    client: ClientNumber,
    id: Option<u64>,
    parameters: &Parameters,
) -> Result<(), Refused> {
    let [sid] = sids(parameters)?[..] else { return Err(Refused::ONE_SID) };
    let action = parameters.action.as_deref().ok_or(Refused::ACTION)?;
    let action = UpdateAction::named(action).ok_or(Refused::UNSUPPORTED)?;
    let named = markets(core, parameters)?;
    let Some(here) = core.hub.client(client) else { return Ok(()) };
    let subscribed = here.subscriptions.get_mut(&sid).ok_or(Refused::UNKNOWN_SID)?;
    let channel = subscribed.channel;
    match action {
        UpdateAction::AddMarkets if is_by_market(channel) => {
            add(core, client, id, sid, Some(&named.ok_or(Refused::TICKER)?), parameters);
        }
        UpdateAction::DeleteMarkets if is_by_market(channel) => {
            let named = named.ok_or(Refused::TICKER)?;
            if let Some(markets) = &mut subscribed.markets {
                markets.retain(|market| !named.places.contains(market));
            }
            acknowledge(core, client, id, sid);
        }
        UpdateAction::GetSnapshot if channel == Channel::OrderbookDelta => {
            let of = named.map(|named| named.places).or_else(|| subscribed.markets.clone());
            snapshots(core, client, id, sid, of.as_ref(), parameters);
        }
        _ => return names(core, client, id, sid, action, parameters),
    }
    Ok(())
}

/// Adds to what a subscription to other feeds is of, takes from it, or lists what there is, which is nothing.
fn names(
    core: &mut Core,
    client: ClientNumber,
    id: Option<u64>,
    sid: u64,
    action: UpdateAction,
    parameters: &Parameters,
) -> Result<(), Refused> {
    use UpdateAction as A;
    let Some(here) = core.hub.client(client) else { return Ok(()) };
    let subscribed = here.subscriptions.get_mut(&sid).ok_or(Refused::UNKNOWN_SID)?;
    let of_benchmarks = matches!(subscribed.channel, Channel::Benchmarks | Channel::FastBenchmarks);
    let of_underlyings = subscribed.channel == Channel::Underlyings;
    let (named, missing) = match action {
        A::SubscribeIndices | A::UnsubscribeIndices | A::IndexList if of_benchmarks => {
            (&parameters.index_ids, Refused::INDICES)
        }
        A::SubscribeUnderlyings | A::UnsubscribeUnderlyings | A::UnderlyingList if of_underlyings => {
            (&parameters.underlying_tickers, Refused::UNDERLYINGS)
        }
        _ => return Err(Refused::UNSUPPORTED),
    };
    let named = || named.as_ref().filter(|named| !named.is_empty()).ok_or(missing);
    let none = || (Indices { index_ids: Vec::new() }, Underlyings { underlying_tickers: Vec::new() });
    let frame = match action {
        A::IndexList if subscribed.channel == Channel::Benchmarks => {
            Frame::BenchmarkList { id, sid, seq: subscribed.next(), msg: none().0 }
        }
        A::IndexList => Frame::FastBenchmarkList { id, sid, seq: subscribed.next(), msg: none().0 },
        A::UnderlyingList => Frame::UnderlyingList { id, sid, seq: subscribed.next(), msg: none().1 },
        _ => {
            for name in named()? {
                if matches!(action, A::SubscribeIndices | A::SubscribeUnderlyings) {
                    subscribed.names.insert(name.clone());
                } else {
                    subscribed.names.remove(name);
                }
            }
            let all: Vec<String> = subscribed.names.iter().cloned().collect();
            let msg = if of_benchmarks {
                Subscription::Indices(Indices { index_ids: all })
            } else {
                Subscription::Underlyings(Underlyings { underlying_tickers: all })
            };
            Frame::Ok { id, sid: Some(sid), seq: Some(subscribed.next()), msg: Some(msg) }
        }
    };
    send(core, client, &frame);
    Ok(())
}

/// Adds contracts to a subscription, says what it is of now, and sends the books that are new.
fn add(
    core: &mut Core,
    client: ClientNumber,
    id: Option<u64>,
    sid: u64,
    named: Option<&Markets>,
    parameters: &Parameters,
) {
    let Some(here) = core.hub.client(client) else { return };
    let Some(subscribed) = here.subscriptions.get_mut(&sid) else { return };
    let new: Option<BTreeSet<usize>> = match (&mut subscribed.markets, named) {
        (Some(markets), Some(named)) => {
            let new = named.places.difference(markets).copied().collect();
            markets.extend(&named.places);
            Some(new)
        }
        // It is of all of them already, or is from now on.
        (markets, None) => {
            *markets = None;
            None
        }
        (None, Some(_)) => None,
    };
    acknowledge(core, client, id, sid);
    snapshots(core, client, None, sid, new.as_ref(), parameters);
}

/// Says what a subscription is of.
fn acknowledge(core: &mut Core, client: ClientNumber, id: Option<u64>, sid: u64) {
    let (catalogue, ids) = (&core.catalogue, core.ids);
    let Some(here) = core.hub.client(client) else { return };
    let Some(subscribed) = here.subscriptions.get_mut(&sid) else { return };
    let markets = subscribed.markets.iter().flatten();
    let msg = if subscribed.is_brief {
        None
    } else if subscribed.by_id {
        let market_ids = markets.map(|market| ids.text(Named::Market, *market as u64)).collect();
        Some(Subscription::MarketIds { market_ids })
    } else {
        let market_tickers = markets.filter_map(|market| catalogue.ticker(*market).cloned()).collect();
        Some(Subscription::Markets { market_tickers })
    };
    let seq = Some(subscribed.next());
    send(core, client, &Frame::Ok { id, sid: Some(sid), seq, msg });
}
