//! What the frames of one connection mean, without its socket.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use shared::market::Ticker;
use shared::wire::{Channel, Command, CommandError, Frame, Parameters, UpdateAction};

use super::What;
use super::numbers::{Follows, Numbers};

/// Errors that end a subscription, whoever caused them: the channel broke, or we were too slow for it.
const BROKEN: [i64; 2] = [10, 25];

/// What is to be done about a frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Do {
    /// Tell whoever listens.
    Say(What),
    /// Tell the exchange.
    Send(Command),
    /// Make the connection again, for this reason.
    Cut(String),
}

/// The state of one connection.
#[derive(Debug)]
pub(super) struct Session {
    tickers: BTreeSet<Ticker>,
    last_command: u64,
    /// Commands that are not answered yet.
    asked: BTreeSet<u64>,
    /// Channels that are not confirmed yet.
    wanted: BTreeSet<Channel>,
    subscriptions: BTreeMap<u64, Subscription>,
    /// Contracts whose book is not here: their changes are not told.
    awaited: BTreeSet<Ticker>,
    /// What was heard before all was confirmed.
    early: Vec<What>,
}

#[derive(Debug)]
struct Subscription {
    channel: Channel,
    numbers: Numbers,
}

/// What any frame may have, whatever its kind.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type", default)]
    kind: String,
    sid: Option<u64>,
    seq: Option<u64>,
}

impl Session {
    /// Begins a connection: returns its state, and the commands to send first.
    pub(super) fn begin(tickers: &BTreeSet<Ticker>) -> (Self, Vec<Command>) {
        use Channel::{Fill, MarketLifecycle, OrderbookDelta, Trade, UserOrders};
        let mut session = Self {
            tickers: tickers.clone(),
            last_command: 0,
            asked: BTreeSet::new(),
            wanted: [Fill, UserOrders, MarketLifecycle, Trade, OrderbookDelta].into(),
            subscriptions: BTreeMap::new(),
            awaited: tickers.clone(),
            early: Vec::new(),
        };
        let own = Parameters { channels: Some(names(&[Fill, UserOrders, MarketLifecycle])), ..none() };
        let trades = Parameters { channels: Some(names(&[Trade])), market_tickers: session.all(), ..none() };
        let books = Parameters {
            channels: Some(names(&[OrderbookDelta])),
            market_tickers: session.all(),
            use_yes_price: Some(true),
            ..none()
        };
        let commands = [own, trades, books].map(|parameters| session.command("subscribe", parameters));
        (session, commands.into())
    }

    /// Returns whether everything that was asked for is confirmed.
    pub(super) fn is_up(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Takes a frame in, and says what is to be done, in order. After a cut nothing more is to be taken in.
    pub(super) fn hear(&mut self, text: &str) -> Vec<Do> {
        let mut todo = Vec::new();
        match serde_json::from_str::<Frame>(text) {
            Ok(Frame::Unknown) => self.unread(text, None, &mut todo),
            Ok(frame) => self.take(frame, &mut todo),
            Err(why) => self.unread(text, Some(&why), &mut todo),
        }
        todo
    }

    fn take(&mut self, frame: Frame, todo: &mut Vec<Do>) {
        match frame {
            Frame::Subscribed { id, msg } => {
                let Some(channel) = Channel::named(&msg.channel) else { return };
                self.subscriptions.insert(msg.sid, Subscription { channel, numbers: Numbers::default() });
                self.wanted.remove(&channel);
                self.answered(id);
                if self.is_up() {
                    todo.push(Do::Say(What::Up));
                    todo.extend(self.early.drain(..).map(Do::Say));
                }
            }
            Frame::Unsubscribed { sid, .. } => {
                todo.push(Do::Cut(format!("the subscription {sid} was ended")));
            }
            Frame::Ok { id, sid, seq, .. } => {
                self.answered(id);
                if let (Some(sid), Some(seq)) = (sid, seq) {
                    self.number(sid, seq, todo);
                }
            }
            Frame::Error { id, sid, seq, msg } => self.refused(id, sid, seq, &msg, todo),
            Frame::OrderbookSnapshot { sid, seq, id, msg } => {
                self.answered(id);
                if self.number(sid, seq, todo) && self.tickers.contains(&msg.market_ticker) {
                    self.awaited.remove(&msg.market_ticker);
                    self.say(What::Book(msg), todo);
                }
            }
            Frame::OrderbookDelta { sid, seq, msg } => {
                if self.number(sid, seq, todo)
                    && self.tickers.contains(&msg.market_ticker)
                    && !self.awaited.contains(&msg.market_ticker)
                {
                    self.say(What::Level(msg), todo);
                }
            }
            Frame::Trade { sid, seq, msg } => {
                if seq.is_none_or(|seq| self.number(sid, seq, todo))
                    && self.tickers.contains(&msg.market_ticker)
                {
                    match msg.print() {
                        Ok(trade) => self.say(What::Trade(trade), todo),
                        Err(why) => {
                            tracing::warn!("a trade can't be read: {why}");
                            self.missed(Channel::Trade, todo);
                        }
                    }
                }
            }
            Frame::Fill { msg, .. } => self.say(What::Fill(msg), todo),
            Frame::UserOrder { msg, .. } => self.say(What::Order(msg), todo),
            Frame::MarketLifecycleV2 { sid, seq, msg } => {
                if seq.is_none_or(|seq| self.number(sid, seq, todo))
                    && self.tickers.contains(&msg.market_ticker)
                {
                    self.say(What::Lifecycle(msg), todo);
                }
            }
            // The channel of what happens to contracts tells of events too.
            Frame::EventLifecycle { sid, seq, .. } => {
                self.number(sid, seq, todo);
            }
            // Of channels that are not asked for.
            Frame::Ticker { .. }
            | Frame::MarketPosition { .. }
            | Frame::OrderGroupUpdates { .. }
            | Frame::BenchmarkList { .. }
            | Frame::FastBenchmarkList { .. }
            | Frame::UnderlyingList { .. }
            // Read by its envelope before.
            | Frame::Unknown => {}
        }
    }

    /// Takes in a frame of a kind that is not known here, or one that can't be read, for this reason.
    fn unread(&mut self, text: &str, why: Option<&serde_json::Error>, todo: &mut Vec<Do>) {
        // Lines without anything come too.
        if text.trim().is_empty() {
            return;
        }
        let Ok(Envelope { kind, sid, seq }) = serde_json::from_str(text) else {
            tracing::warn!("a frame is no JSON object");
            todo.push(Do::Cut("a frame is no JSON object".to_owned()));
            return;
        };
        if let (Some(sid), Some(seq)) = (sid, seq)
            && !self.number(sid, seq, todo)
        {
            return;
        }
        let Some(why) = why else { return };
        tracing::warn!(kind, "a frame of the kind {kind:?} can't be read: {why}");
        let channel = sid.and_then(|sid| self.subscriptions.get(&sid)).map(|there| there.channel);
        match (kind.as_str(), channel) {
            // The next snapshot would look the same; the others say what becomes of a subscription.
            ("orderbook_snapshot" | "subscribed" | "unsubscribed" | "error", _) => {
                todo.push(Do::Cut(format!("a frame of the kind {kind:?} can't be read")));
            }
            // Nothing is decided by these: it is enough that they have counted.
            ("event_lifecycle" | "ticker" | "market_position" | "order_group_updates", _) | (_, None) => {}
            (_, Some(channel)) => self.missed(channel, todo),
        }
    }

    /// Takes in the number of a subscription's frame, and returns whether the frame is to be read: it is new, and the
    /// subscription is one of ours.
    fn number(&mut self, sid: u64, seq: u64, todo: &mut Vec<Do>) -> bool {
        let Some(subscription) = self.subscriptions.get_mut(&sid) else {
            tracing::warn!("a frame is of the subscription {sid}, which isn't ours");
            return false;
        };
        let channel = subscription.channel;
        match subscription.numbers.hear(seq) {
            Follows::Next => true,
            Follows::Again => false,
            Follows::AfterAGap => {
                tracing::warn!("frames before {seq} of {} are missing", channel.name());
                self.missed(channel, todo);
                true
            }
        }
    }

    /// Says that frames of a channel are lost, and asks for the books again where they were of books.
    fn missed(&mut self, channel: Channel, todo: &mut Vec<Do>) {
        self.say(What::Missed(channel), todo);
        if channel != Channel::OrderbookDelta {
            return;
        }
        self.awaited.clone_from(&self.tickers);
        let books = self.subscriptions.iter().find(|(_, there)| there.channel == channel);
        let parameters = Parameters {
            sids: books.map(|(sid, _)| vec![*sid]),
            market_tickers: self.all(),
            action: Some(UpdateAction::GetSnapshot.name().to_owned()),
            ..none()
        };
        let command = self.command("update_subscription", parameters);
        todo.push(Do::Send(command));
    }

    fn refused(
        &mut self,
        id: Option<u64>,
        sid: Option<u64>,
        seq: Option<u64>,
        msg: &CommandError,
        todo: &mut Vec<Do>,
    ) {
        if let (Some(sid), Some(seq)) = (sid, seq)
            && !self.number(sid, seq, todo)
        {
            return;
        }
        let text = format!("the exchange says: {} ({})", msg.msg, msg.code);
        if BROKEN.contains(&msg.code) || id.is_some_and(|id| self.asked.contains(&id)) {
            todo.push(Do::Cut(text));
        } else {
            tracing::warn!("{text}");
        }
    }

    /// Says something, once all is confirmed.
    fn say(&mut self, what: What, todo: &mut Vec<Do>) {
        if self.is_up() {
            todo.push(Do::Say(what));
        } else {
            self.early.push(what);
        }
    }

    fn command(&mut self, cmd: &str, params: Parameters) -> Command {
        self.last_command += 1;
        self.asked.insert(self.last_command);
        Command { id: self.last_command, cmd: cmd.to_owned(), params: Some(params) }
    }

    fn answered(&mut self, id: Option<u64>) {
        if let Some(id) = id {
            self.asked.remove(&id);
        }
    }

    fn all(&self) -> Option<Vec<Ticker>> {
        Some(self.tickers.iter().cloned().collect())
    }
}

fn names(channels: &[Channel]) -> Vec<String> {
    channels.iter().map(|channel| channel.name().to_owned()).collect()
}

fn none() -> Parameters {
    Parameters::default()
}
