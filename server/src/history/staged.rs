//! What the journal's entries come to: what was read, and where to go on.

use std::collections::{BTreeMap, BTreeSet};

use shared::market::{EventTicker, Ticker};
use shared::units::Timestamp;
use shared::wire;

use super::journal::{Entry, List, OddEvent, TierName};
use super::kept::Known;
use super::question::{Question, Series};
use super::rows::{CandleRow, TradeRow};

/// How far a list has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Read {
    /// Until here: the cursor of the next page.
    Until(String),
    /// To its end.
    Whole,
}

impl Read {
    fn of(next: &Option<String>) -> Self {
        next.clone().map_or(Self::Whole, Self::Until)
    }
}

/// A fetch under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Begun {
    pub(super) number: u64,
    pub(super) question: Question,
    /// When it began, in whole seconds: what was later is the next fetch's.
    pub(super) as_of: Timestamp,
}

/// What was read and is not in its place yet.
#[derive(Debug, Default)]
pub(super) struct Staged {
    pub(super) begun: Option<Begun>,
    pub(super) series: BTreeMap<String, wire::Series>,
    pub(super) events: BTreeMap<EventTicker, wire::Event>,
    /// Those that can't be read, by what they are called, and why.
    pub(super) odd_events: BTreeMap<String, String>,
    /// Each with the tier that has it.
    pub(super) markets: BTreeMap<Ticker, (TierName, wire::Market)>,
    event_lists: BTreeMap<List, Read>,
    market_lists: BTreeMap<(List, TierName), Read>,
    trade_lists: BTreeMap<(Ticker, TierName), Read>,
    candles_until: BTreeMap<Ticker, Timestamp>,
    pub(super) trades: Vec<TradeRow>,
    pub(super) candles: Vec<CandleRow>,
    /// What is known of contracts that were finished in this fetch.
    pub(super) finished: BTreeMap<Ticker, Known>,
    pub(super) missing: BTreeSet<(Ticker, String)>,
    /// What was left out, and why.
    pub(super) odd: Vec<String>,
    /// Contents that files were about to get.
    pub(super) writing: BTreeMap<String, BTreeSet<String>>,
}

impl Staged {
    /// Takes an entry in.
    pub(super) fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Began { number, question, as_of } => {
                *self = Self { begun: Some(Begun { number, question, as_of }), ..Self::default() };
            }
            Entry::Series(series) => {
                self.series.insert(series.ticker.clone(), series);
            }
            Entry::Events { list, next, events, odd } => {
                self.event_lists.insert(list, Read::of(&next));
                for odd in odd {
                    if !odd.is_counted {
                        self.odd.push(odd.to_string());
                    }
                    self.odd_events.insert(odd.name, odd.why);
                }
                self.events.extend(events.into_iter().map(|event| (event.event_ticker.clone(), event)));
            }
            Entry::Markets { list, tier, next, markets, odd } => {
                self.market_lists.insert((list, tier), Read::of(&next));
                for market in markets {
                    self.list(tier, market);
                }
                self.odd.extend(odd);
            }
            Entry::Trades { ticker, tier, next, rows, odd } => {
                self.trade_lists.insert((ticker, tier), Read::of(&next));
                self.trades.extend(rows);
                self.odd.extend(odd);
            }
            Entry::Candles { ticker, until, rows } => {
                self.candles_until.insert(ticker, until);
                self.candles.extend(rows);
            }
            Entry::Missing { ticker, what } => {
                self.missing.insert((ticker, what));
            }
            Entry::Finished { ticker, trades, candles } => {
                self.finished.entry(ticker).or_default().add(trades, candles);
            }
            Entry::Writing { path, sha256 } => {
                self.writing.entry(path).or_default().insert(sha256);
            }
        }
    }

    /// Takes in a contract; of one that both tiers have, what was updated last stands, else what the live one says.
    fn list(&mut self, tier: TierName, market: wire::Market) {
        let updated = |market: &wire::Market| market.updated_time.or(market.settlement_ts);
        match self.markets.get(&market.ticker) {
            Some((TierName::Live, known)) if updated(known) >= updated(&market) => {}
            Some((TierName::Historical, known)) if updated(known) > updated(&market) => {}
            _ => {
                self.markets.insert(market.ticker.clone(), (tier, market));
            }
        }
    }

    /// Returns how far a list of events was read; `None` where nothing was.
    pub(super) fn events_read(&self, list: &List) -> Option<&Read> {
        self.event_lists.get(list)
    }

    /// Returns how far a list of contracts was read.
    pub(super) fn markets_read(&self, list: &List, tier: TierName) -> Option<&Read> {
        self.market_lists.get(&(list.clone(), tier))
    }

    /// Returns how far a contract's trades were read.
    pub(super) fn trades_read(&self, ticker: &Ticker, tier: TierName) -> Option<&Read> {
        self.trade_lists.get(&(ticker.clone(), tier))
    }

    /// Returns until when a contract's candles were read.
    pub(super) fn candles_until(&self, ticker: &Ticker) -> Option<Timestamp> {
        self.candles_until.get(ticker).copied()
    }

    /// Returns how many rows are staged.
    pub(super) fn rows(&self) -> usize {
        self.trades.len() + self.candles.len()
    }

    /// Returns the series of a contract's event, if both are known.
    pub(super) fn series_of(&self, event: &EventTicker) -> Option<Series> {
        self.events.get(event)?.series_ticker.parse().ok()
    }

    /// Returns what a new journal begins with once all rows are in their places: the lists, which are not asked for again.
    pub(super) fn lists(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        if let Some(Begun { number, question, as_of }) = self.begun.clone() {
            entries.push(Entry::Began { number, question, as_of });
        }
        entries.extend(self.series.values().cloned().map(Entry::Series));
        let next = |read: &Read| match read {
            Read::Until(cursor) => Some(cursor.clone()),
            Read::Whole => None,
        };
        let mut events: Vec<wire::Event> = self.events.values().cloned().collect();
        let odd = self.odd_events.iter().map(|(name, why)| OddEvent {
            name: name.clone(),
            why: why.clone(),
            is_counted: true,
        });
        let mut odd: Vec<OddEvent> = odd.collect();
        for (list, read) in &self.event_lists {
            // Of which list an event was is of no matter once it is known.
            entries.push(Entry::Events {
                list: list.clone(),
                next: next(read),
                events: std::mem::take(&mut events),
                odd: std::mem::take(&mut odd),
            });
        }
        let mut by_tier: BTreeMap<TierName, Vec<wire::Market>> = BTreeMap::new();
        for (tier, market) in self.markets.values() {
            by_tier.entry(*tier).or_default().push(market.clone());
        }
        for ((list, tier), read) in &self.market_lists {
            let markets = by_tier.remove(tier).unwrap_or_default();
            let (list, tier, next) = (list.clone(), *tier, next(read));
            entries.push(Entry::Markets { list, tier, next, markets, odd: Vec::new() });
        }
        let missing = self.missing.iter().cloned();
        entries.extend(missing.map(|(ticker, what)| Entry::Missing { ticker, what }));
        entries
    }
}
