//! What those who watch are told, whoever tells it.
//!
//! Nobody has a queue. Each who watches says which state of a topic he has, and gets what is newer: whoever is slow skips
//! states that are over.

use std::collections::BTreeMap;

use shared::market::Ticker;
use shared::stream::{Data, ToPage, Topic};
use tokio::sync::watch;

/// Somebody who has topics to tell of.
pub(crate) trait Told: Send + Sync {
    /// Returns what tells that something is newer.
    fn changes(&self) -> watch::Receiver<u64>;

    /// Returns what is newer of a topic than state number `have`.
    fn newer(&self, topic: &Topic, have: Option<i64>) -> Option<ToPage>;

    /// Takes note that somebody watches, or watches no more.
    fn watched(&self, is: bool);

    /// Takes note that somebody watches a contract's book, or watches it no more.
    fn book_watched(&self, ticker: &Ticker, is: bool);
}

/// Who watches which contracts, and what is told of those that somebody watches.
#[derive(Debug)]
pub(crate) struct Audience<View> {
    watchers: usize,
    /// All contracts, whether anybody watches them or not.
    tickers: Vec<Ticker>,
    /// What somebody watches, whether there is such a contract or not.
    watched: BTreeMap<Ticker, Watched<View>>,
    /// The highest number of a state of any contract. One that was away for a while goes on after it: who has a state of before
    /// would take another one with its number for the same.
    last: i64,
}

/// A contract that somebody watches.
#[derive(Debug)]
struct Watched<View> {
    /// How many.
    by: usize,
    /// The state that was told last, with its number.
    told: Option<(i64, View)>,
}

impl<View> Default for Audience<View> {
    fn default() -> Self {
        Self { watchers: 0, tickers: Vec::new(), watched: BTreeMap::new(), last: 0 }
    }
}

impl<View: Clone + PartialEq> Audience<View> {
    /// Says which contracts there are.
    pub(crate) fn list(&mut self, tickers: Vec<Ticker>) {
        for (ticker, watched) in &mut self.watched {
            if !tickers.contains(ticker) {
                watched.told = None;
            }
        }
        self.tickers = tickers;
    }

    /// Returns whether anybody watches.
    pub(crate) fn is_there(&self) -> bool {
        self.watchers > 0
    }

    /// Returns whether anybody watches, and which contracts.
    pub(crate) fn wanted(&self) -> (bool, Vec<Ticker>) {
        let wanted = self.watched.keys().filter(|ticker| self.tickers.contains(ticker));
        (self.is_there(), wanted.cloned().collect())
    }

    /// Tells the state of a contract; nothing where it is the one that was told, or nobody watches it.
    pub(crate) fn tell(&mut self, ticker: &Ticker, view: View) {
        let Some(watched) = self.watched.get_mut(ticker) else { return };
        let before = match &watched.told {
            Some((_, told)) if *told == view => return,
            Some((seq, _)) => *seq,
            None => self.last,
        };
        self.last = self.last.max(before + 1);
        watched.told = Some((before + 1, view));
    }

    /// Returns what is newer of a contract's topic than state number `have`.
    pub(crate) fn newer(
        &self,
        topic: &Topic,
        ticker: &Ticker,
        have: Option<i64>,
        data: impl FnOnce(View) -> Data,
    ) -> Option<ToPage> {
        match self.watched.get(ticker).and_then(|watched| watched.told.as_ref()) {
            Some((seq, view)) => newer(topic, have, *seq, || data(view.clone())),
            None if self.tickers.contains(ticker) => None,
            None => have.is_none().then(|| ToPage::None { topic: topic.clone() }),
        }
    }

    /// Takes note that somebody watches, or watches no more.
    pub(crate) fn watched(&mut self, is: bool) {
        self.watchers = if is { self.watchers + 1 } else { self.watchers.saturating_sub(1) };
    }

    /// Takes note that somebody watches a contract, whether there is such or not yet, or watches it no more. What nobody watches
    /// is not kept.
    pub(crate) fn book_watched(&mut self, ticker: &Ticker, is: bool) {
        match self.watched.get_mut(ticker) {
            Some(watched) if is => watched.by += 1,
            Some(watched) if watched.by > 1 => watched.by -= 1,
            Some(_) => drop(self.watched.remove(ticker)),
            None if is => {
                self.watched.insert(ticker.clone(), Watched { by: 1, told: None });
            }
            None => {}
        }
    }
}

/// Returns state number `seq` of a topic to whoever has another one.
pub(crate) fn newer(
    topic: &Topic,
    have: Option<i64>,
    seq: i64,
    data: impl FnOnce() -> Data,
) -> Option<ToPage> {
    (have != Some(seq)).then(|| ToPage::Snapshot { topic: topic.clone(), seq, data: data() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_watched_until_the_last_who_watches_it_goes() {
        let (a, b): (Ticker, Ticker) = ("A-B-C".parse().unwrap(), "A-B-D".parse().unwrap());
        let mut audience = Audience::default();
        audience.list(vec![a.clone()]);
        let topic = |ticker: &Ticker| Topic::Depth { ticker: ticker.clone() };
        let told = |audience: &Audience<i64>, ticker: &Ticker, have| {
            audience.newer(&topic(ticker), ticker, have, |_| Data::Nothing {})
        };
        let number = |told: Option<ToPage>| match told {
            Some(ToPage::Snapshot { seq, .. }) => Some(seq),
            _ => None,
        };
        // There is no such contract; and of one that nobody watches nothing is kept.
        audience.book_watched(&b, true);
        assert_eq!(told(&audience, &b, None), Some(ToPage::None { topic: topic(&b) }));
        audience.tell(&a, 7);
        audience.book_watched(&a, true);
        audience.book_watched(&a, true);
        assert_eq!(told(&audience, &a, None), None);
        for (view, seq) in [(7, 1), (7, 1), (8, 2)] {
            audience.tell(&a, view);
            assert_eq!(number(told(&audience, &a, None)), Some(seq));
            assert_eq!(told(&audience, &a, Some(seq)), None);
        }
        audience.book_watched(&a, false);
        assert_eq!(audience.wanted(), (false, vec![a.clone()]));
        // Another event is open: who has watched its contract before it was there is told now; the other is watched on, and has
        // nothing to tell.
        audience.list(vec![b.clone()]);
        assert_eq!(audience.wanted(), (false, vec![b.clone()]));
        audience.tell(&b, 7);
        assert_eq!(number(told(&audience, &b, Some(0))), Some(3));
        assert_eq!(told(&audience, &a, None), Some(ToPage::None { topic: topic(&a) }));
        // Once the first is open again, its states aren't numbered as those of before.
        audience.list(vec![a.clone(), b.clone()]);
        audience.tell(&a, 9);
        assert_eq!(number(told(&audience, &a, Some(2))), Some(4));
        for ticker in [&a, &b, &a] {
            audience.book_watched(ticker, false);
        }
        audience.watched(true);
        assert!(audience.is_there());
        audience.watched(false);
        audience.watched(false);
        assert_eq!(audience.wanted(), (false, Vec::new()));
    }
}
