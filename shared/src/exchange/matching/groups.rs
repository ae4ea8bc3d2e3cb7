//! Order groups: orders that are all cancelled once together they have traded a lot in a short time.
//!
//! A maker whose quotes are swept wants the rest of them gone before it has seen the first fill. Each fill of a group's
//! orders counts for fifteen seconds; the fill that brings the count to the limit triggers the group. Fills are not cut to
//! the limit: the last one may go beyond it.

use super::group::{Counted, MOST_GROUPS, MOST_LIMIT};
use super::{AccountNumber, Group, GroupChange, GroupNumber, Matching, OrderNumber, Reason, Refusal, What};
use crate::units::{Quantity, Timestamp};

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
        if self.groups.count(account) >= MOST_GROUPS {
            return Err(Refusal::TooManyGroups);
        }
        let number = self.groups.add(Group::new(account, limit));
        self.tell_group(account, number, GroupChange::Created(limit));
        Ok(number)
    }

    /// Returns an order group.
    pub fn group(&self, group: GroupNumber) -> Option<&Group> {
        self.groups.get(group)
    }

    /// Returns an account's groups, the oldest first.
    pub fn groups(&self, account: AccountNumber) -> impl Iterator<Item = (GroupNumber, &Group)> {
        self.groups.of(account)
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
        self.group_of(now, account, number)?.reset();
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
        self.groups.remove(number);
        self.tell_group(account, number, GroupChange::Deleted);
        Ok(())
    }

    /// Refuses an order whose group takes none.
    #[inline]
    pub(super) fn may_join(&self, account: AccountNumber, group: Option<GroupNumber>) -> Result<(), Refusal> {
        let Some(number) = group else { return Ok(()) };
        let group = self.group(number).filter(|group| group.account() == account);
        if group.ok_or(Refusal::NoSuchGroup)?.is_triggered { Err(Refusal::GroupTriggered) } else { Ok(()) }
    }

    /// Adds a fill to what a plan counts for a group, and returns whether that would trigger it.
    #[inline]
    pub(super) fn would_count(
        &self,
        counted: &mut Counted,
        group: Option<GroupNumber>,
        count: Quantity,
    ) -> bool {
        let Some(number) = group else { return false };
        let Some(group) = self.group(number) else { return false };
        let more = counted.add(number, count.hundredths());
        group.would_trigger(self.now, more)
    }

    /// Returns whether a plan would have triggered a group by now.
    #[inline]
    pub(super) fn would_be_triggered(&self, counted: &Counted, group: Option<GroupNumber>) -> bool {
        let Some(number) = group.filter(|number| counted.of(*number) > 0) else { return false };
        self.group(number).is_some_and(|group| group.would_trigger(self.now, counted.of(number)))
    }

    /// Counts a fill of hundredths of a contract for a group, which may trigger it.
    #[inline]
    pub(super) fn count(&mut self, number: Option<GroupNumber>, count: i64) {
        if let Some(number) = number {
            self.count_for(number, count);
        }
    }

    fn count_for(&mut self, number: GroupNumber, count: i64) {
        let Some(group) = self.groups.get_mut(number) else { return };
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
        let group = self.groups.get_mut(number).filter(|group| group.account() == account);
        group.ok_or(Refusal::NoSuchGroup)
    }

    fn trigger(&mut self, number: GroupNumber) {
        let Some(group) = self.groups.get_mut(number).filter(|group| !group.is_triggered) else {
            return;
        };
        group.is_triggered = true;
        let account = group.account();
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
