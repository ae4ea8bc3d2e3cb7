//! Order groups: orders that are all cancelled once together they have traded a lot in a short time.
//!
//! A maker whose quotes are swept wants the rest of them gone before it has seen the first fill. Each fill of a group's
//! orders counts for fifteen seconds; the fill that brings the count to the limit triggers the group. Fills are not cut to
//! the limit: the last one may go beyond it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{AccountNumber, GroupChange, GroupNumber, Matching, Order, OrderNumber, Reason, Refusal, What};
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
    limit: Quantity,
    is_triggered: bool,
    orders: BTreeSet<OrderNumber>,
    /// What was traded when, the oldest first, and how much that is; in hundredths of a contract.
    fills: VecDeque<(Timestamp, i64)>,
    matched: i64,
}

impl Group {
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

    /// Returns what counts at a time, in hundredths of a contract.
    fn counts(&self, now: Timestamp) -> i64 {
        let over = self.fills.iter().take_while(|(at, _)| now.micros_since(*at) >= WINDOW);
        self.matched - over.map(|fill| fill.1).sum::<i64>()
    }

    /// Returns whether it would be triggered at a time if so many more hundredths of a contract were traded.
    fn would_trigger(&self, now: Timestamp, more: i64) -> bool {
        self.counts(now).saturating_add(more) >= self.limit.hundredths()
    }

    /// Counts a fill.
    fn count(&mut self, now: Timestamp, count: i64) {
        while let Some(over) = self.fills.pop_front_if(|(at, _)| now.micros_since(*at) >= WINDOW) {
            self.matched -= over.1;
        }
        self.fills.push_back((now, count));
        self.matched += count;
    }
}

/// All groups.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    all: BTreeMap<GroupNumber, Group>,
    owned: BTreeSet<(AccountNumber, GroupNumber)>,
    last: u64,
}

impl Groups {
    pub(super) const fn new() -> Self {
        Self { all: BTreeMap::new(), owned: BTreeSet::new(), last: 0 }
    }

    /// Notes that an order rests.
    pub(super) fn note(&mut self, order: &Order) {
        if let Some(group) = order.group.and_then(|group| self.all.get_mut(&group)) {
            group.orders.insert(order.number);
        }
    }

    /// Notes that an order rests no longer.
    pub(super) fn forget(&mut self, order: &Order) {
        if let Some(group) = order.group.and_then(|group| self.all.get_mut(&group)) {
            group.orders.remove(&order.number);
        }
    }
}

/// What a plan would add to the counts of groups, in hundredths of a contract.
#[derive(Debug, Clone)]
pub(super) struct Counted(BTreeMap<GroupNumber, i64>);

impl Counted {
    pub(super) const NOTHING: Self = Self(BTreeMap::new());

    /// Begins anew.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Matching {
    /// Makes an order group that is triggered once `limit` contracts of its orders have traded within fifteen seconds.
    ///
    /// # Errors
    ///
    /// Refuses a limit outside 1 to 1,000,000 contracts, and more than 100,000 groups of an account.
    pub fn open_group(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        limit: Quantity,
    ) -> Result<GroupNumber, Refusal> {
        self.advance(now);
        self.may_cancel()?;
        self.account(account).ok_or(Refusal::NoSuchAccount)?;
        in_range(limit)?;
        if self.groups(account).count() >= MOST_GROUPS {
            return Err(Refusal::TooManyGroups);
        }
        self.groups.last += 1;
        let number = GroupNumber(self.groups.last);
        let group = Group {
            account,
            limit,
            is_triggered: false,
            orders: BTreeSet::new(),
            fills: VecDeque::new(),
            matched: 0,
        };
        self.groups.all.insert(number, group);
        self.groups.owned.insert((account, number));
        self.tell_group(account, number, GroupChange::Created(limit));
        Ok(number)
    }

    /// Returns an order group.
    pub fn group(&self, group: GroupNumber) -> Option<&Group> {
        self.groups.all.get(&group)
    }

    /// Returns an account's groups, the oldest first.
    pub fn groups(&self, account: AccountNumber) -> impl Iterator<Item = (GroupNumber, &Group)> {
        let all = (account, GroupNumber(0))..=(account, GroupNumber(u64::MAX));
        self.groups.owned.range(all).filter_map(|(_, number)| Some((*number, self.group(*number)?)))
    }

    /// Takes orders again into a group, and counts none of its fills so far.
    ///
    /// # Errors
    ///
    /// Refuses a group that the account doesn't have.
    pub fn reset_group(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        number: GroupNumber,
    ) -> Result<(), Refusal> {
        let group = self.group_of(now, account, number)?;
        group.fills.clear();
        (group.matched, group.is_triggered) = (0, false);
        self.tell_group(account, number, GroupChange::Reset);
        Ok(())
    }

    /// Cancels a group's orders, and takes none until it is reset.
    ///
    /// # Errors
    ///
    /// Refuses a group that the account doesn't have.
    pub fn trigger_group(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        number: GroupNumber,
    ) -> Result<(), Refusal> {
        self.group_of(now, account, number)?;
        self.trigger(number);
        Ok(())
    }

    /// Changes a group's limit. If it has already been reached, the group is triggered.
    ///
    /// # Errors
    ///
    /// Refuses a group that the account doesn't have, and a limit outside 1 to 1,000,000 contracts.
    pub fn limit_group(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        number: GroupNumber,
        limit: Quantity,
    ) -> Result<(), Refusal> {
        let group = self.group_of(now, account, number)?;
        in_range(limit)?;
        group.limit = limit;
        self.tell_group(account, number, GroupChange::Limit(limit));
        self.count(Some(number), 0);
        Ok(())
    }

    /// Cancels a group's orders and forgets it.
    ///
    /// # Errors
    ///
    /// Refuses a group that the account doesn't have.
    pub fn delete_group(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        number: GroupNumber,
    ) -> Result<(), Refusal> {
        self.group_of(now, account, number)?;
        self.cancel_group(number);
        self.groups.all.remove(&number);
        self.groups.owned.remove(&(account, number));
        self.tell_group(account, number, GroupChange::Deleted);
        Ok(())
    }

    /// Refuses an order whose group takes none.
    pub(super) fn may_join(&self, account: AccountNumber, group: Option<GroupNumber>) -> Result<(), Refusal> {
        let Some(number) = group else { return Ok(()) };
        let group = self.group(number).filter(|group| group.account == account);
        if group.ok_or(Refusal::NoSuchGroup)?.is_triggered { Err(Refusal::GroupTriggered) } else { Ok(()) }
    }

    /// Adds a fill to what a plan counts for a group, and returns whether that would trigger it.
    pub(super) fn would_count(
        &self,
        counted: &mut Counted,
        group: Option<GroupNumber>,
        count: Quantity,
    ) -> bool {
        let Some((number, group)) = group.and_then(|number| Some((number, self.group(number)?))) else {
            return false;
        };
        let more = counted.0.entry(number).or_insert(0);
        *more = more.saturating_add(count.hundredths());
        group.would_trigger(self.now, *more)
    }

    /// Returns whether a plan would have triggered a group by now.
    pub(super) fn would_be_triggered(&self, counted: &Counted, group: Option<GroupNumber>) -> bool {
        let counts = group.and_then(|number| Some((self.group(number)?, *counted.0.get(&number)?)));
        counts.is_some_and(|(group, more)| group.would_trigger(self.now, more))
    }

    /// Counts a fill of hundredths of a contract for a group, which may trigger it.
    pub(super) fn count(&mut self, number: Option<GroupNumber>, count: i64) {
        let Some(number) = number else { return };
        let Some(group) = self.groups.all.get_mut(&number) else { return };
        group.count(self.now, count);
        if !group.is_triggered && group.would_trigger(self.now, 0) {
            self.trigger(number);
        }
    }

    /// Returns an account's group, to change it.
    fn group_of(
        &mut self,
        now: Timestamp,
        account: AccountNumber,
        number: GroupNumber,
    ) -> Result<&mut Group, Refusal> {
        self.advance(now);
        self.may_cancel()?;
        let group = self.groups.all.get_mut(&number).filter(|group| group.account == account);
        group.ok_or(Refusal::NoSuchGroup)
    }

    fn trigger(&mut self, number: GroupNumber) {
        let Some(group) = self.groups.all.get_mut(&number).filter(|group| !group.is_triggered) else {
            return;
        };
        group.is_triggered = true;
        let account = group.account;
        self.cancel_group(number);
        self.tell_group(account, number, GroupChange::Triggered);
    }

    fn cancel_group(&mut self, number: GroupNumber) {
        let orders: Vec<OrderNumber> = self.group(number).into_iter().flat_map(Group::orders).collect();
        self.take_out_all(&orders, Reason::Group);
    }

    fn tell_group(&mut self, account: AccountNumber, group: GroupNumber, change: GroupChange) {
        self.tell(What::Group { group, account, change });
    }
}

/// Refuses a limit that no group may have.
fn in_range(limit: Quantity) -> Result<(), Refusal> {
    if (100..=MOST_LIMIT * 100).contains(&limit.hundredths()) { Ok(()) } else { Err(Refusal::GroupLimit) }
}
