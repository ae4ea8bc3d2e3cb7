//! What accounts and orders are called.

/// The exchange's number of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNumber(pub(super) u32);

impl AccountNumber {
    /// Returns its place among all accounts.
    pub(super) const fn place(self) -> usize {
        self.0 as usize
    }
}

/// The exchange's number of an order, in the order of arrival from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNumber(pub u64);

/// The exchange's number of an order group, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupNumber(pub u64);
