//! An order group, and what counts for it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{AccountNumber, GroupNumber, Order, OrderNumber};
use crate::units::{Quantity, Timestamp};

/// The largest limit, in contracts.
pub(super) const MOST_LIMIT: i64 = 1_000_000;
/// The most groups of an account.
pub(super) const MOST_GROUPS: usize = 100_000;
/// How long a fill counts, in microseconds.
const WINDOW: i64 = 15_000_000;

/// An account's order group.
#[derive(Debug, Clone)]
pub struct Group {
    account: AccountNumber,
    pub(super) limit: Quantity,
    pub(super) is_triggered: bool,
    orders: BTreeSet<OrderNumber>,
    /// What was traded when, the oldest first, and how much that is; in hundredths of a contract.
    fills: VecDeque<(Timestamp, i64)>,
    matched: i64,
}

impl Group {
    /// Returns a group without orders.
    pub(super) const fn new(account: AccountNumber, limit: Quantity) -> Self {
        Self {
            account,
            limit,
            is_triggered: false,
            orders: BTreeSet::new(),
            fills: VecDeque::new(),
            matched: 0,
        }
    }

    /// Returns whose it is.
    pub const fn account(&self) -> AccountNumber {
        self.account
    }

    /// Returns how many contracts traded within fifteen seconds trigger it.
    pub const fn limit(&self) -> Quantity {
        self.limit
    }

    /// Returns whether it was triggered and not reset since.
    pub const fn is_triggered(&self) -> bool {
        self.is_triggered
    }

    /// Returns its resting orders, in order of their arrival.
    pub fn orders(&self) -> impl Iterator<Item = OrderNumber> {
        self.orders.iter().copied()
    }

    /// Takes orders again, and counts no fill so far.
    pub(super) fn reset(&mut self) {
        self.fills.clear();
        (self.matched, self.is_triggered) = (0, false);
    }

    /// Returns what counts at a time, in hundredths of a contract.
    fn counts(&self, now: Timestamp) -> i64 {
        let over = self.fills.iter().take_while(|(at, _)| now.micros_since(*at) >= WINDOW);
        self.matched - over.map(|fill| fill.1).sum::<i64>()
    }

    /// Returns whether it would be triggered at a time if so many more hundredths of a contract were traded.
    pub(super) fn would_trigger(&self, now: Timestamp, more: i64) -> bool {
        self.counts(now).saturating_add(more) >= self.limit.hundredths()
    }

    /// Counts a fill.
    pub(super) fn count(&mut self, now: Timestamp, count: i64) {
        while let Some(over) = self.fills.pop_front_if(|(at, _)| now.micros_since(*at) >= WINDOW) {
            self.matched -= over.1;
        }
        self.matched += count;
        match self.fills.back_mut() {
            Some(last) if last.0 == now => last.1 += count,
            _ => self.fills.push_back((now, count)),
        }
    }
}

/// All groups.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    all: BTreeMap<GroupNumber, Group>,
    owned: BTreeMap<AccountNumber, BTreeSet<GroupNumber>>,
    last: u64,
}

impl Groups {
    pub(super) const fn new() -> Self {
        Self { all: BTreeMap::new(), owned: BTreeMap::new(), last: 0 }
    }

    /// Adds a group and returns its number.
    pub(super) fn add(&mut self, group: Group) -> GroupNumber {
        self.last += 1;
        let number = GroupNumber(self.last);
        self.owned.entry(group.account).or_default().insert(number);
        self.all.insert(number, group);
        number
    }

    /// Forgets a group.
    pub(super) fn remove(&mut self, number: GroupNumber) {
        let group = self.all.remove(&number);
        if let Some(owned) = group.and_then(|group| self.owned.get_mut(&group.account)) {
            owned.remove(&number);
        }
    }

    pub(super) fn get(&self, number: GroupNumber) -> Option<&Group> {
        self.all.get(&number)
    }

    pub(super) fn get_mut(&mut self, number: GroupNumber) -> Option<&mut Group> {
        self.all.get_mut(&number)
    }

    /// Returns how many groups an account has.
    pub(super) fn count(&self, account: AccountNumber) -> usize {
        self.owned.get(&account).map_or(0, BTreeSet::len)
    }

    /// Returns an account's groups, the oldest first.
    pub(super) fn of(&self, account: AccountNumber) -> impl Iterator<Item = (GroupNumber, &Group)> {
        let numbers = self.owned.get(&account).into_iter().flatten();
        numbers.filter_map(|number| Some((*number, self.get(*number)?)))
    }

    /// Notes that an order rests.
    pub(super) fn note(&mut self, order: &Order) {
        if let Some(group) = order.group().and_then(|group| self.get_mut(group)) {
            group.orders.insert(order.number);
        }
    }

    /// Notes that an order rests no longer.
    pub(super) fn forget(&mut self, group: GroupNumber, order: OrderNumber) {
        if let Some(group) = self.get_mut(group) {
            group.orders.remove(&order);
        }
    }
}

/// What a plan would add to the counts of groups, in hundredths of a contract.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted(Vec<(GroupNumber, i64)>);

impl Counted {
    /// Begins anew.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns what it adds to a group's.
    pub(super) fn of(&self, group: GroupNumber) -> i64 {
        self.0.iter().find(|counts| counts.0 == group).map_or(0, |counts| counts.1)
    }

    /// Adds to a group's, and returns what that then is.
    pub(super) fn add(&mut self, group: GroupNumber, count: i64) -> i64 {
        let sum = self.of(group).saturating_add(count);
        self.0.retain(|counts| counts.0 != group);
        self.0.push((group, sum));
        sum
    }
}
