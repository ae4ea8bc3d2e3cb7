//! Lists, which the exchange gives in pages.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use shared::units::Timestamp;
use shared::wire::{
    Event, EventsPage, Fill, FillsPage, Market, MarketPosition, MarketsPage, Order, OrdersPage,
    PositionsPage, Trade, TradesPage,
};

use super::{COST, Client, Failure};

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

impl Client {
    /// Reads a list to its end; part of a list is no list.
    pub(super) async fn list<P: Page>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Vec<P::Item>, Failure> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        for _ in 0..MAX_PAGES {
            let mut query = query.to_vec();
            query.push(("limit", P::LIMIT));
            if !cursor.is_empty() {
                query.push(("cursor", &cursor));
            }
            let (items, next) = self.get::<P>(path, &query, COST).await?.open();
            all.extend(items);
            if next.is_empty() {
                return Ok(all);
            }
            cursor = next;
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
