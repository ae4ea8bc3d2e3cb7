//! What a client of the stream may ask, and its answers.

use std::collections::BTreeSet;

use shared::market::Ticker;
use shared::wire::{
    Channel, Command, CommandError, Frame, OrderbookSnapshot, Parameters, Subscribed as Told, Subscription,
    UpdateAction,
};

use crate::paper::catalogue::levels;
use crate::paper::core::Core;
use crate::paper::hub::{ClientNumber, Subscribed};
use crate::paper::ids::Named;

/// Why a command is refused: the wire's number and words for it.
type Refused = (i64, &'static str);

const UNPROCESSABLE: Refused = (1, "Unable to process message");
const PARAMETERS: Refused = (2, "Params required");
const CHANNELS: Refused = (3, "Channels required");
const SIDS: Refused = (4, "Subscription IDs required");
const UNKNOWN_COMMAND: Refused = (5, "Unknown command");
const UNKNOWN_SID: Refused = (7, "Unknown subscription ID");
const UNKNOWN_CHANNEL: Refused = (8, "Unknown channel name");
const ONE_SID: Refused = (12, "Exactly one subscription ID is required");
const UNSUPPORTED: Refused = (13, "Unsupported action");
const TICKER: Refused = (14, "Market Ticker required");
const ACTION: Refused = (15, "Action required");

/// Carries out what a client has sent, and puts the answers into its queue.
pub(in crate::paper) fn carry_out(core: &mut Core, client: ClientNumber, text: &str) {
    let (id, refused) = match serde_json::from_str::<Command>(text) {
        Ok(command) => {
            let id = (command.id > 0).then_some(command.id);
            (id, answer(core, client, id, &command).err())
        }
        Err(_) => (None, Some(UNPROCESSABLE)),
    };
    if let Some((code, msg)) = refused {
        let msg = CommandError { code, msg: msg.to_owned() };
        send(core, client, &Frame::Error { id, sid: None, seq: None, msg });
    }
    core.hub.cut_off();
}

fn send(core: &mut Core, client: ClientNumber, frame: &Frame) {
    if let Some(client) = core.hub.client(client) {
        client.send(frame);
    }
}

fn answer(core: &mut Core, client: ClientNumber, id: Option<u64>, command: &Command) -> Result<(), Refused> {
    match command.cmd.as_str() {
        "list_subscriptions" => {
            let Some(client) = core.hub.client(client) else { return Ok(()) };
            let all = client
                .subscriptions
                .iter()
                .map(|(sid, subscribed)| Told { channel: subscribed.channel.name().to_owned(), sid: *sid });
            let msg = Some(Subscription::All(all.collect()));
            client.send(&Frame::Ok { id, sid: None, seq: None, msg });
            Ok(())
        }
        "subscribe" => subscribe(core, client, id, command.params.as_ref().ok_or(PARAMETERS)?),
        "unsubscribe" => {
            let sids = sids(command.params.as_ref().ok_or(PARAMETERS)?)?;
            let Some(client) = core.hub.client(client) else { return Ok(()) };
            if sids.iter().any(|sid| !client.subscriptions.contains_key(sid)) {
                return Err(UNKNOWN_SID);
            }
            for sid in sids {
                let seq = client.subscriptions.remove(&sid).map(|mut gone| gone.next());
                client.send(&Frame::Unsubscribed { id, sid, seq });
            }
            Ok(())
        }
        "update_subscription" => update(core, client, id, command.params.as_ref().ok_or(PARAMETERS)?),
        _ => Err(UNKNOWN_COMMAND),
    }
}

fn sids(parameters: &Parameters) -> Result<Vec<u64>, Refused> {
    let mut sids = parameters.sids.clone().unwrap_or_default();
    sids.extend(parameters.sid);
    if sids.is_empty() { Err(SIDS) } else { Ok(sids) }
}

/// Returns the contracts that are named, by place; `None` where none is. A name that is not listed is left out.
fn markets(core: &Core, parameters: &Parameters) -> Option<BTreeSet<usize>> {
    let one = parameters.market_ticker.iter();
    let named: Vec<&Ticker> = one.chain(parameters.market_tickers.iter().flatten()).collect();
    if named.is_empty() {
        return None;
    }
    Some(named.into_iter().filter_map(|ticker| core.catalogue.place(ticker.as_str())).collect())
}

fn subscribe(
    core: &mut Core,
    client: ClientNumber,
    id: Option<u64>,
    parameters: &Parameters,
) -> Result<(), Refused> {
    let names = parameters.channels.as_ref().filter(|names| !names.is_empty()).ok_or(CHANNELS)?;
    let channels: Vec<Channel> =
        names.iter().map(|name| Channel::named(name).ok_or(UNKNOWN_CHANNEL)).collect::<Result<_, _>>()?;
    let markets = markets(core, parameters);
    if markets.is_none() && channels.contains(&Channel::OrderbookDelta) {
        return Err(TICKER);
    }
    let use_yes_price = parameters.use_yes_price.unwrap_or(false);
    for channel in channels {
        let Some(here) = core.hub.client(client) else { return Ok(()) };
        // Asking again for a channel adds to what it is of.
        let there = here.subscriptions.iter().find(|(_, subscribed)| subscribed.channel == channel);
        if let Some(sid) = there.map(|(sid, _)| *sid) {
            add(core, client, id, sid, markets.clone());
            continue;
        }
        let sid = here.subscribe(Subscribed::new(channel, markets.clone(), use_yes_price));
        let msg = Told { channel: channel.name().to_owned(), sid };
        here.send(&Frame::Subscribed { id, msg });
        snapshots(core, client, None, sid, markets.as_ref());
    }
    Ok(())
}

fn update(
    core: &mut Core,
    client: ClientNumber,
    id: Option<u64>,
    parameters: &Parameters,
) -> Result<(), Refused> {
    let [sid] = sids(parameters)?[..] else { return Err(ONE_SID) };
    let action = parameters.action.as_deref().ok_or(ACTION)?;
    let action = UpdateAction::named(action).ok_or(UNSUPPORTED)?;
    let named = markets(core, parameters);
    let Some(here) = core.hub.client(client) else { return Ok(()) };
    let subscribed = here.subscriptions.get_mut(&sid).ok_or(UNKNOWN_SID)?;
    match action {
        UpdateAction::AddMarkets => add(core, client, id, sid, Some(named.ok_or(TICKER)?)),
        UpdateAction::DeleteMarkets => {
            let named = named.ok_or(TICKER)?;
            if let Some(markets) = &mut subscribed.markets {
                markets.retain(|market| !named.contains(market));
            }
            acknowledge(core, client, id, sid);
        }
        UpdateAction::GetSnapshot => {
            let of = named.or_else(|| subscribed.markets.clone());
            snapshots(core, client, id, sid, of.as_ref());
        }
    }
    Ok(())
}

/// Adds contracts to a subscription, says what it is of now, and sends the books that are new.
fn add(core: &mut Core, client: ClientNumber, id: Option<u64>, sid: u64, named: Option<BTreeSet<usize>>) {
    let Some(here) = core.hub.client(client) else { return };
    let Some(subscribed) = here.subscriptions.get_mut(&sid) else { return };
    let new: Option<BTreeSet<usize>> = match (&mut subscribed.markets, named) {
        (Some(markets), Some(named)) => {
            let new = named.difference(markets).copied().collect();
            markets.extend(named);
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
    snapshots(core, client, None, sid, new.as_ref());
}

/// Says what a subscription is of.
fn acknowledge(core: &mut Core, client: ClientNumber, id: Option<u64>, sid: u64) {
    let catalogue = &core.catalogue;
    let Some(here) = core.hub.client(client) else { return };
    let Some(subscribed) = here.subscriptions.get_mut(&sid) else { return };
    let markets = subscribed.markets.iter().flatten();
    let market_tickers = markets.filter_map(|market| catalogue.ticker(*market).cloned()).collect();
    let seq = Some(subscribed.next());
    here.send(&Frame::Ok { id, sid: Some(sid), seq, msg: Some(Subscription::Markets { market_tickers }) });
}

/// Sends the books of contracts, where a subscription is to books.
fn snapshots(
    core: &mut Core,
    client: ClientNumber,
    id: Option<u64>,
    sid: u64,
    markets: Option<&BTreeSet<usize>>,
) {
    let (catalogue, exchange) = (&core.catalogue, &core.exchange);
    let Some(here) = core.hub.client(client) else { return };
    for market in markets.into_iter().flatten() {
        let Some(subscribed) = here.subscriptions.get_mut(&sid) else { return };
        if subscribed.channel != Channel::OrderbookDelta {
            return;
        }
        let (Some(ticker), Some(listed)) = (catalogue.ticker(*market), exchange.markets().get(*market))
        else {
            continue;
        };
        let book = levels(listed.book(), 0, subscribed.use_yes_price);
        let msg = OrderbookSnapshot {
            market_ticker: ticker.clone(),
            market_id: Some(core.ids.text(Named::Market, *market as u64)),
            yes_dollars_fp: book.yes_dollars,
            no_dollars_fp: book.no_dollars,
        };
        let seq = subscribed.next();
        here.send(&Frame::OrderbookSnapshot { sid, seq, id, msg });
    }
}
