//! What the frames of one connection mean, without its socket.

use std::collections::{BTreeMap, BTreeSet};

use shared::book::{Books, Misfit, NoPrices};
use shared::market::Ticker;
use shared::wire::{Channel, Command, Frame, OrderbookDelta, OrderbookSnapshot, ScannedDelta};

use super::What;
use super::ask::Ask;
use super::numbers::{Follows, Numbers};

/// How much may be kept of what is not answered, not confirmed or not asked for: an exchange that goes beyond it is not one.
const MOST: usize = 100_000;

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
    pub(super) ask: Ask,
    pub(super) last_command: u64,
    /// Commands that are not answered yet.
    pub(super) asked: BTreeSet<u64>,
    /// Channels that are not confirmed yet, and commands without which not all is subscribed to: until then nothing is said.
    wanted: BTreeSet<Channel>,
    pub(super) missing: BTreeSet<u64>,
    is_up: bool,
    pub(super) subscriptions: BTreeMap<u64, Subscription>,
    /// The contracts that the command which subscribed to a channel named.
    pub(super) begun: BTreeMap<Channel, Vec<Ticker>>,
    /// How often a channel was subscribed to anew, and the commands that do.
    pub(super) anew: BTreeMap<Channel, u32>,
    pub(super) again: BTreeMap<u64, Channel>,
    /// The books; of those that are not known no change is told.
    pub(super) books: Books,
    /// What was heard before all was confirmed.
    early: Vec<What>,
}

#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) channel: Channel,
    pub(super) numbers: Numbers,
}

impl Session {
    /// Begins a connection: returns its state, and the commands to send first.
    pub(super) fn begin(ask: &Ask) -> (Self, Vec<Command>) {
        let mut session = Self {
            ask: ask.clone(),
            last_command: 0,
            asked: BTreeSet::new(),
            wanted: ask.channels.clone(),
            missing: BTreeSet::new(),
            is_up: false,
            subscriptions: BTreeMap::new(),
            begun: BTreeMap::new(),
            anew: BTreeMap::new(),
            again: BTreeMap::new(),
            books: Books::new(ask.tickers.iter().cloned(), NoPrices::OfYes),
            early: Vec::new(),
        };
        let commands = ask.commands().into_iter().map(|parameters| session.subscribe(parameters)).collect();
        (session, commands)
    }

    /// Returns whether everything that was asked for at first is confirmed.
    pub(super) const fn is_up(&self) -> bool {
        self.is_up
    }

    /// Takes a frame in, and says what is to be done, in order. After a cut nothing more is to be taken in.
    pub(super) fn hear(&mut self, text: &str) -> Vec<Do> {
        let mut todo = Vec::new();
        if let Some(delta) = ScannedDelta::of(text) {
            self.scanned(&delta, &mut todo);
            return todo;
        }
        if [self.asked.len(), self.subscriptions.len(), self.early.len()].into_iter().any(|kept| kept > MOST)
        {
            todo.push(Do::Cut("the exchange answers nothing, or says what nobody asked for".to_owned()));
            return todo;
        }
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
                self.add_the_rest(channel, msg.sid, todo);
                self.wanted.remove(&channel);
                self.answered(id, todo);
            }
            Frame::Unsubscribed { sid, .. } => {
                todo.push(Do::Cut(format!("the subscription {sid} was ended")));
            }
            Frame::Ok { id, sid, seq, .. } => {
                if let (Some(sid), Some(seq)) = (sid, seq) {
                    self.carried_out(id, sid, seq, todo);
                }
                self.answered(id, todo);
            }
            Frame::Error { id, sid, seq, msg } => self.refused(id, sid, seq, &msg, todo),
            Frame::OrderbookSnapshot { sid, seq, id, msg } => {
                self.answered(id, todo);
                if self.number(sid, seq, todo) {
                    self.snapshot(msg, todo);
                }
            }
            Frame::OrderbookDelta { sid, seq, msg } => {
                if self.number(sid, seq, todo) {
                    self.delta(msg, todo);
                }
            }
            Frame::Trade { sid, seq, msg } => {
                if seq.is_none_or(|seq| self.number(sid, seq, todo)) && self.is_ours(&msg.market_ticker) {
                    if let Some(tap) = &self.ask.tap {
                        tap.hear(&msg);
                    }
                    match msg.print() {
                        Ok(trade) => self.say(What::Trade(trade), todo),
                        Err(why) => {
                            tracing::warn!("a trade can't be read: {why}");
                            self.missed(Channel::Trade, todo);
                        }
                    }
                }
            }
            Frame::Ticker { msg, .. } if self.is_ours(&msg.market_ticker) => {
                self.say(What::Ticker(msg), todo);
            }
            Frame::Fill { msg, .. } => self.say(What::Fill(msg), todo),
            Frame::UserOrder { msg, .. } => self.say(What::Order(msg), todo),
            Frame::MarketLifecycleV2 { sid, seq, msg } => {
                if seq.is_none_or(|seq| self.number(sid, seq, todo)) && self.is_ours(&msg.market_ticker) {
                    self.say(What::Lifecycle(msg), todo);
                }
            }
            // The channel of what happens to contracts tells of events too.
            Frame::EventLifecycle { sid, seq, .. } => {
                self.number(sid, seq, todo);
            }
            // Of contracts and channels that are not asked for.
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

    fn is_ours(&self, ticker: &Ticker) -> bool {
        self.ask.tickers.contains(ticker)
    }

    /// Takes in a change of a book as it stands in its frame.
    fn scanned(&mut self, delta: &ScannedDelta<'_>, todo: &mut Vec<Do>) {
        if self.number(delta.sid, delta.seq, todo)
            && let Some(ticker) = self.books.ticker(delta.market_ticker)
        {
            let delta = delta.owned(ticker.clone());
            self.delta(delta, todo);
        }
    }

    fn delta(&mut self, delta: OrderbookDelta, todo: &mut Vec<Do>) {
        let book = self.books.get(delta.market_ticker.as_str());
        if book.is_none_or(|book| !book.is_known()) {
            return;
        }
        match self.books.change(&delta) {
            Ok(_) => self.say(What::Level(delta), todo),
            Err(why) => self.misfit(&why, todo),
        }
    }

    fn snapshot(&mut self, snapshot: OrderbookSnapshot, todo: &mut Vec<Do>) {
        match self.books.replace(&snapshot) {
            Ok(true) => self.say(What::Book(snapshot), todo),
            Ok(false) => {}
            // The next one would look the same.
            Err(why) => todo.push(Do::Cut(why.to_string())),
        }
    }

    /// Takes in that a book can't be what it was taken for, although no number was missing.
    fn misfit(&mut self, why: &Misfit, todo: &mut Vec<Do>) {
        tracing::warn!("a change fits no book: {why}");
        self.missed(Channel::OrderbookDelta, todo);
    }

    /// Takes in the number of a subscription's frame, and returns whether the frame is to be read: it is new, and the
    /// subscription is one of ours.
    pub(super) fn number(&mut self, sid: u64, seq: u64, todo: &mut Vec<Do>) -> bool {
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
    pub(super) fn missed(&mut self, channel: Channel, todo: &mut Vec<Do>) {
        self.say(What::Missed(channel), todo);
        if channel == Channel::OrderbookDelta {
            self.books.forget();
            self.ask_for_missing_books(todo);
        }
    }

    /// Says something, once all is confirmed.
    pub(super) fn say(&mut self, what: What, todo: &mut Vec<Do>) {
        if self.is_up { todo.push(Do::Say(what)) } else { self.early.push(what) }
    }

    /// Takes in that a command was answered, which may have been the last that was waited for.
    fn answered(&mut self, id: Option<u64>, todo: &mut Vec<Do>) {
        if let Some(id) = id {
            self.asked.remove(&id);
            self.missing.remove(&id);
        }
        if !self.is_up && self.wanted.is_empty() && self.missing.is_empty() {
            self.is_up = true;
            todo.push(Do::Say(What::Up));
            todo.extend(self.early.drain(..).map(Do::Say));
        }
    }
}
