//! What the stream says, and a connection to it: frames arrive some time later and in order, or not at all.

use std::collections::VecDeque;
use std::ops::Range;

use super::Venue;
use crate::desk::Heard;
use crate::exchange::matching::{Event, MarketStatus, What};
use crate::market::{Action, Side};
use crate::simulation::dice::{Dice, later};
use crate::units::{Price, Timestamp};
use crate::wire::{
    LevelText, MarketLifecycle, MarketResult, Millis, OrderbookDelta, OrderbookSnapshot, Seconds, SignedCount,
};

/// How long a frame takes, in microseconds: the least and the most.
const TAKES: [i64; 2] = [500, 20_000];
/// How long it takes until books that were missed are there anew, in microseconds.
const ANEW: [i64; 2] = [5_000, 80_000];

/// What may be lost of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulation) enum Channel {
    /// Changes of books: numbered, so that a loss is seen.
    Books,
    /// Public trades and what happens to contracts: numbered.
    Public,
    /// Fills and orders of the account: not numbered, so that nobody sees a loss.
    Own,
}

/// A connection to the stream.
#[derive(Debug)]
pub(in crate::simulation) struct Feed {
    /// The contracts that it is of, by place.
    pub(in crate::simulation) markets: Range<usize>,
    dice: Dice,
    is_up: bool,
    /// What is on its way.
    queue: VecDeque<(Timestamp, Heard)>,
    /// When the last of it arrives: no frame overtakes another one.
    last: Timestamp,
    /// How much longer frames take, in microseconds.
    pub(in crate::simulation) slower: i64,
    /// Before this nothing arrives.
    pub(in crate::simulation) stalled: Timestamp,
    /// How many frames of each channel are lost next.
    losing: [u32; 3],
    /// Changes of books mean nothing until books are there anew, which is then.
    anew: Option<Timestamp>,
    /// Fills are told twice while this is so.
    pub(in crate::simulation) repeats: bool,
}

impl Feed {
    /// Returns a connection that is not up.
    pub(in crate::simulation) const fn new(markets: Range<usize>, dice: Dice) -> Self {
        Self {
            markets,
            dice,
            is_up: false,
            queue: VecDeque::new(),
            last: Timestamp::MIN,
            slower: 0,
            stalled: Timestamp::MIN,
            losing: [0; 3],
            anew: None,
            repeats: false,
        }
    }

    /// Returns whether anybody listens.
    pub(in crate::simulation) const fn is_up(&self) -> bool {
        self.is_up
    }

    /// Ends the connection: what is on its way is lost.
    pub(in crate::simulation) fn close(&mut self) {
        self.is_up = false;
        self.queue.clear();
        self.losing = [0; 3];
        self.anew = None;
    }

    /// Cuts the connection: the client hears so, and nothing more.
    pub(in crate::simulation) fn cut(&mut self, now: Timestamp) {
        if self.is_up {
            self.push(now, Heard::Down("the connection was reset".to_owned()));
            self.is_up = false;
        }
    }

    /// Lets the next frames of a channel be lost.
    pub(in crate::simulation) fn lose(&mut self, channel: Channel, frames: u32) {
        if self.is_up {
            self.losing[channel as usize] = self.losing[channel as usize].max(frames);
        }
    }

    /// Returns when something next arrives.
    pub(in crate::simulation) fn due(&self) -> Option<Timestamp> {
        self.queue.front().map(|frame| frame.0.max(self.stalled))
    }

    /// Returns what has arrived, if something has.
    pub(in crate::simulation) fn next(&mut self, now: Timestamp) -> Option<Heard> {
        if self.stalled > now || self.queue.front()?.0 > now {
            return None;
        }
        self.queue.pop_front().map(|frame| frame.1)
    }

    /// Returns when books that were missed are there anew.
    pub(in crate::simulation) const fn anew(&self) -> Option<Timestamp> {
        self.anew
    }

    fn push(&mut self, now: Timestamp, heard: Heard) {
        let takes = self.slower + self.dice.between(TAKES[0], TAKES[1]);
        self.last = self.last.max(later(now, takes));
        self.queue.push_back((self.last, heard));
    }

    /// Says something on a channel, unless that is lost.
    fn say(&mut self, now: Timestamp, channel: Channel, heard: impl FnOnce() -> Heard) {
        if !self.is_up || (channel == Channel::Books && self.anew.is_some()) {
            return;
        }
        let Some(losing) = self.losing.get_mut(channel as usize) else { return };
        if *losing > 0 {
            *losing -= 1;
            if *losing == 0 {
                // The next number shows it; that it comes is a matter of time.
                match channel {
                    Channel::Books => {
                        self.anew = Some(later(now, self.dice.between(ANEW[0], ANEW[1])));
                        self.push(now, Heard::MissedBooks);
                    }
                    Channel::Public => self.push(now, Heard::Missed("trade".to_owned())),
                    Channel::Own => {}
                }
            }
            return;
        }
        self.push(now, heard());
    }
}

impl Venue {
    /// Takes note of what has happened since this was last called, and tells those who listen. Returns whether any of it is the
    /// account's.
    pub(in crate::simulation) fn publish(&mut self, feeds: &mut [Feed]) -> bool {
        let mut events = core::mem::take(&mut self.events);
        self.matching.drain_into(&mut events);
        let mut is_ours = false;
        for event in &events {
            is_ours |= matches!(&event.what, What::Order { order, .. } if order.account == self.account);
            self.note(event);
            for feed in &mut *feeds {
                self.tell(event, feed);
            }
        }
        self.events = events;
        is_ours
    }

    /// Lets a client listen: all books are told first.
    pub(in crate::simulation) fn connect(&self, now: Timestamp, feed: &mut Feed) {
        feed.close();
        (feed.is_up, feed.last) = (true, now);
        self.books(now, feed);
    }

    /// Tells all books anew to who missed changes of them.
    pub(in crate::simulation) fn books(&self, now: Timestamp, feed: &mut Feed) {
        feed.anew = None;
        for place in feed.markets.clone() {
            if let Some(book) = self.snapshot(place) {
                feed.say(now, Channel::Books, || Heard::Book(book));
            }
        }
    }

    fn snapshot(&self, place: usize) -> Option<OrderbookSnapshot> {
        let book = self.matching.markets().get(place)?.book();
        let levels = |action| book.levels(action).map(|(price, count)| LevelText(price, count)).collect();
        Some(OrderbookSnapshot {
            market_ticker: self.tickers.get(place)?.clone(),
            market_id: None,
            clock: Some(self.matching.seq()),
            yes_dollars_fp: levels(Action::Buy),
            no_dollars_fp: levels(Action::Sell),
        })
    }

    /// Tells a client what has happened.
    fn tell(&self, event: &Event, feed: &mut Feed) {
        let at = event.at;
        match &event.what {
            What::Level { market, side, price, change, order, .. } if feed.markets.contains(market) => {
                let Some(ticker) = self.tickers.get(*market) else { return };
                feed.say(at, Channel::Books, || {
                    Heard::Level(OrderbookDelta {
                        market_ticker: ticker.clone(),
                        market_id: None,
                        clock: Some(event.seq),
                        price_dollars: *price,
                        delta_fp: SignedCount::from_hundredths(*change),
                        side: if *side == Action::Buy { Side::Yes } else { Side::No },
                        client_order_id: self.called_now(*order),
                        ts: None,
                        ts_ms: Some(Millis(at)),
                    })
                });
            }
            What::Trade(trade) if feed.markets.contains(&trade.market) => {
                if let Some(told) = self.trade(at, trade) {
                    feed.say(at, Channel::Public, || Heard::Trade(told));
                }
            }
            What::Fill(fill) if fill.account == self.account => {
                if let Some(told) = self.fill(at, fill) {
                    if feed.repeats {
                        feed.say(at, Channel::Own, || Heard::Fill(Box::new(told.clone())));
                    }
                    feed.say(at, Channel::Own, || Heard::Fill(Box::new(told)));
                }
            }
            What::Order { order, reason } if order.account == self.account => {
                if let Some(told) = self.order(at, order, *reason) {
                    feed.say(at, Channel::Own, || Heard::Order(Box::new(told)));
                }
            }
            What::Status { market, status } if feed.markets.contains(market) => {
                for told in self.lifecycle(at, *market, *status) {
                    feed.say(at, Channel::Public, || Heard::Lifecycle(Box::new(told)));
                }
            }
            What::Grid { market } if feed.markets.contains(market) => {
                if let Some(told) = self.grid(*market) {
                    feed.say(at, Channel::Public, || Heard::Lifecycle(Box::new(told)));
                }
            }
            _ => {}
        }
    }

    /// Returns what is told of a contract whose prices have another grid.
    fn grid(&self, market: usize) -> Option<MarketLifecycle> {
        let told = MarketLifecycle::of(self.tickers.get(market)?.clone(), "price_level_structure_updated");
        let grid = self.matching.markets().get(market)?.listing().grid.clone();
        Some(MarketLifecycle { price_ranges: Some(grid), ..told })
    }

    /// Tells a fill of the account once more, as if it were new.
    pub(in crate::simulation) fn restate(&self, now: Timestamp, feed: &mut Feed, back: usize) {
        let Some((at, fill)) = self.fills.iter().rev().nth(back) else { return };
        if let Some(told) = self.fill(*at, fill) {
            feed.say(now, Channel::Own, || Heard::Fill(Box::new(told)));
        }
    }

    /// Returns what is told of a contract that is something else now; that it closes at its time is known.
    fn lifecycle(&self, at: Timestamp, market: usize, status: MarketStatus) -> Vec<MarketLifecycle> {
        let Some(ticker) = self.tickers.get(market) else { return Vec::new() };
        let told = |word: &str| MarketLifecycle::of(ticker.clone(), word);
        match status {
            MarketStatus::Open => vec![told("activated")],
            MarketStatus::Paused => vec![told("deactivated")],
            MarketStatus::Closed => Vec::new(),
            MarketStatus::Settled(value) => {
                let result = Some(match value {
                    Price::ONE => MarketResult::Yes,
                    Price::ZERO => MarketResult::No,
                    _ => MarketResult::Scalar,
                });
                let determined =
                    MarketLifecycle { result, settlement_value: Some(value), ..told("determined") };
                let whole = at.micros().div_euclid(1_000_000).saturating_mul(1_000_000);
                let settled_ts = Timestamp::from_micros(whole).ok().map(Seconds);
                vec![determined, MarketLifecycle { settled_ts, ..told("settled") }]
            }
        }
    }
}
