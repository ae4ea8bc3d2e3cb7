//! What was a little while ago, for reads that are behind: accounts, orders and books.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use shared::exchange::matching::{Account, Event, OrderNumber, What};
use shared::market::Action;
use shared::units::{Price, Quantity, Timestamp};
use shared::wire::{LevelText, Orderbook};

use super::behaviour::LONGEST_LAG_MS;
use super::catalogue::levels;
use super::core::Core;
use super::member::{Kept, Member};

/// How far back it is known, in microseconds.
const KEPT: i64 = LONGEST_LAG_MS as i64 * 1_000;

/// What was a little while ago.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// By member.
    members: BTreeMap<usize, Then>,
    /// Changes of books: when, of which contract and price, and by how many hundredths; the oldest first.
    books: VecDeque<(Timestamp, usize, Action, Price, i64)>,
    /// How long changes of books are kept, in microseconds: as long as reads of them are behind.
    books_kept: i64,
}

/// What a member was.
#[derive(Debug, Default)]
struct Then {
    /// From when on its account was so, the oldest first.
    accounts: VecDeque<(Timestamp, Account)>,
    /// When an order changed, and what it was before, the oldest first.
    orders: VecDeque<(Timestamp, OrderNumber, Option<Kept>)>,
    is_touched: bool,
}

/// Drops from a list what nobody will ask for any more: all before the last that was there when the oldest read is of.
fn forget<T>(
    list: &mut VecDeque<T>,
    when: impl Fn(&T) -> Timestamp,
    now: Timestamp,
    kept: i64,
    spare: usize,
) {
    while list.get(spare).is_some_and(|one| now.micros_since(when(one)) > kept) {
        list.pop_front();
    }
}

impl Past {
    /// Keeps books as long as reads of them are behind.
    pub(super) const fn keep_books(&mut self, lag: i64) {
        self.books_kept = lag;
    }

    /// Takes in what is about to be noted.
    pub(super) fn before(&mut self, event: &Event, owner: Option<usize>, members: &[Member]) {
        match &event.what {
            What::Level { market, side, price, change, .. } if self.books_kept > 0 => {
                self.books.push_back((event.at, *market, *side, *price, *change));
                forget(&mut self.books, |change| change.0, event.at, self.books_kept, 0);
            }
            What::Order { order, .. } => {
                let Some(owner) = owner else { return };
                let before = members.get(owner).and_then(|member| member.orders.get(&order.number)).cloned();
                let then = self.members.entry(owner).or_default();
                then.orders.push_back((event.at, order.number, before));
                forget(&mut then.orders, |change| change.0, event.at, KEPT, 0);
                then.is_touched = true;
            }
            What::Fill(_) => {
                if let Some(owner) = owner {
                    self.members.entry(owner).or_default().is_touched = true;
                }
            }
            What::Status { .. } => {
                for then in self.members.values_mut() {
                    then.is_touched = true;
                }
            }
            _ => {}
        }
    }

    /// Takes in how a member's account stands.
    pub(super) fn account(&mut self, now: Timestamp, member: usize, account: &Account) {
        let then = self.members.entry(member).or_default();
        then.is_touched = false;
        then.accounts.push_back((now, account.clone()));
        forget(&mut then.accounts, |change| change.0, now, KEPT, 1);
    }

    /// Returns the members to whose accounts something has happened.
    pub(super) fn touched(&self) -> Vec<usize> {
        self.members.iter().filter(|(_, then)| then.is_touched).map(|(member, _)| *member).collect()
    }
}

/// Returns a member and its account as they were `lag` microseconds ago.
pub(super) fn as_of(core: &Core, number: usize, lag: i64) -> Option<(Cow<'_, Member>, &Account)> {
    let member = core.members.get(number)?;
    let account = core.exchange.account(member.account)?;
    let now = core.exchange.now();
    let at = now.checked_add_micros(-lag).unwrap_or(Timestamp::MIN);
    let Some(then) = core.past.members.get(&number).filter(|_| lag > 0) else {
        return Some((Cow::Borrowed(member), account));
    };
    let account = match then.accounts.iter().rev().find(|(from, _)| *from <= at) {
        Some((_, then)) => then,
        // What is further back was as the oldest that is known.
        None => then.accounts.front().map_or(account, |(_, then)| then),
    };
    let undone: Vec<_> = then.orders.iter().rev().take_while(|(changed, ..)| *changed > at).collect();
    let is_same = undone.is_empty() && member.updated <= at;
    let member = if is_same { Cow::Borrowed(member) } else { Cow::Owned(member.as_of(at, &undone)) };
    Some((member, account))
}

/// Returns a contract's book as it was `lag` microseconds ago, the best `depth` levels of each side where it is not zero.
pub(super) fn book_as_of(core: &Core, market: usize, depth: usize, lag: i64) -> Option<Orderbook> {
    let book = core.exchange.markets().get(market)?.book();
    let at = core.exchange.now().checked_add_micros(-lag).unwrap_or(Timestamp::MIN);
    let changes = core.past.books.iter().rev().take_while(|(changed, ..)| *changed > at);
    let changes: Vec<_> = changes.filter(|change| change.1 == market).collect();
    if lag <= 0 || changes.is_empty() {
        return Some(levels(book, depth, false));
    }
    let most = if depth == 0 { usize::MAX } else { depth };
    let side = |side: Action| -> Vec<LevelText> {
        let all = book.levels(side).map(|(price, count)| (price, count.hundredths()));
        let mut all: BTreeMap<Price, i64> = all.collect();
        for (_, _, _, price, change) in changes.iter().filter(|change| change.2 == side) {
            let count = all.entry(*price).or_insert(0);
            *count = count.saturating_sub(*change);
        }
        let level = |(price, count): (&Price, &i64)| {
            let count = Quantity::from_hundredths(*count).ok().filter(|count| !count.is_zero())?;
            Some(LevelText(if side == Action::Buy { *price } else { price.complement() }, count))
        };
        // The best is the last: the highest bid, and the lowest offer, which is the highest bid for NO.
        let mut levels: Vec<LevelText> = match side {
            Action::Buy => all.iter().filter_map(level).collect(),
            Action::Sell => all.iter().rev().filter_map(level).collect(),
        };
        levels.drain(..levels.len().saturating_sub(most));
        levels
    };
    Some(Orderbook { yes_dollars: side(Action::Buy), no_dollars: side(Action::Sell) })
}
