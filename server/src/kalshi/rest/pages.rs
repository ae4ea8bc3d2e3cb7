//! Lists, which the exchange gives in pages.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use shared::units::Timestamp;
use shared::wire::{
    Event, EventFeeChange, EventFeeChanges, EventsPage, Fill, FillsPage, IncentiveProgram, IncentivesPage,
    Market, MarketPosition, MarketsPage, Order, OrdersPage, PositionsPage, Settlement, SettlementsPage,
    Trade, TradesPage,
};

use super::{Client, Failure};

/// The longest list that is read, in pages: of a member's orders the exchange holds no more than these have.
const MAX_PAGES: usize = 200;

/// A page of a list.
pub(super) trait Page: DeserializeOwned {
    /// What is listed.
    type Item;
    /// The most of them that may be asked for at a time.
    const LIMIT: &'static str = "1000";

    /// Returns what is on it, and where the next page begins: nothing on the last.
    fn open(self) -> (Vec<Self::Item>, String);
}

/// Says what is on a page.
macro_rules! page {
    ($page:ty, $item:ty, $field:ident $(, $limit:literal)?) => {
        impl Page for $page {
            type Item = $item;
            $(const LIMIT: &'static str = $limit;)?

            fn open(self) -> (Vec<$item>, String) {
                (self.$field, self.cursor)
            }
        }
    };
}

page!(OrdersPage, Order, orders);
page!(FillsPage, Fill, fills);
page!(PositionsPage, MarketPosition, market_positions);
page!(EventsPage, Event, events, "200");
page!(MarketsPage, Market, markets);
page!(TradesPage, Trade, trades);
page!(SettlementsPage, Settlement, settlements);
page!(EventFeeChanges, EventFeeChange, event_fee_changes);

impl Page for IncentivesPage {
    type Item = IncentiveProgram;

    fn open(self) -> (Vec<IncentiveProgram>, String) {
        (self.incentive_programs, self.next_cursor.unwrap_or_default())
    }
}

/// Where a list goes on: the exchange's own word, which may be kept and asked with later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor(String);

impl Cursor {
    /// Returns the text that was given with [`Self::as_str`]; an empty one is no cursor.
    pub(crate) fn new(text: impl Into<String>) -> Option<Self> {
        Some(text.into()).filter(|text| !text.is_empty()).map(Self)
    }

    /// Returns it as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Part of a list: one page, and where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part<T> {
    /// What is on it, in the exchange's order.
    pub(crate) items: Vec<T>,
    /// Where to go on; nothing at the end of the list. While it is something, what was read is not the whole.
    pub(crate) next: Option<Cursor>,
}

/// Returns a query as it is sent.
pub(super) fn borrowed<'a>(query: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    query.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

impl Client {
    /// Reads one page of a list: the first, or the one where a cursor stands.
    pub(super) async fn part<P: Page>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        from: Option<&Cursor>,
    ) -> Result<Part<P::Item>, Failure> {
        let mut query = query.to_vec();
        query.push(("limit", P::LIMIT));
        query.extend(from.map(|from| ("cursor", from.as_str())));
        let (items, next) = self.get::<P>(path, &query).await?.open();
        Ok(Part { items, next: Cursor::new(next) })
    }

    /// Reads a list to its end; part of a list is no list.
    pub(super) async fn list<P: Page>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Vec<P::Item>, Failure> {
        let (mut all, mut from) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let Part { items, next } = self.part::<P>(path, query, from.as_ref()).await?;
            all.extend(items);
            from = next;
            if from.is_none() {
                return Ok(all);
            }
        }
        Err(Failure::Unknown(anyhow::anyhow!("/{} has no end", path.join("/"))))
    }
}

/// Returns the second from which on to ask for what happened at `since` or later. Whether the exchange counts that second in
/// isn't said: one more is asked for.
pub(super) fn min_ts(since: Option<Timestamp>) -> Option<String> {
    since.map(|since| (since.micros().div_euclid(1_000_000) - 1).to_string())
}

/// Turns a list that was the newest first round, and leaves out what is on two pages as the list has grown meanwhile.
pub(super) fn oldest_first<T>(list: Vec<T>, id: impl Fn(&T) -> &str) -> Vec<T> {
    let mut seen = BTreeSet::new();
    let is_new: Vec<bool> = list.iter().map(|item| seen.insert(id(item))).collect();
    drop(seen);
    let mut once: Vec<T> =
        list.into_iter().zip(is_new).filter_map(|(item, is_new)| is_new.then_some(item)).collect();
    once.reverse();
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_turned_round_and_has_each_once() {
        assert_eq!(oldest_first(vec!["c", "b", "b", "a"], |id| id), ["a", "b", "c"]);
        let since: Timestamp = "2026-06-11T06:29:30.5Z".parse().unwrap();
        assert_eq!(min_ts(Some(since)).as_deref(), Some("1781159369"));
    }
}
