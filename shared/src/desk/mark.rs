//! The mark of a kill at the exchange, for desks that it could not reach.
//!
//! Who kills without a desk (`tauroi kill`) reaches neither its memory nor its journal. So it leaves something where every desk
//! looks before it trades: an order group with a limit that nothing else has, and no orders. First the mark is made, then all
//! groups are listed and triggered; a desk makes its own group first and looks for the mark then. So whichever comes first, the
//! desk finds the mark or its group is triggered. A person who starts a desk again takes the mark away.

use crate::units::Quantity;
use crate::wire::OrderGroup;

/// The limit of the group, in contracts: no desk's own is this.
const MARK: i64 = 999_983;

/// Returns the limit of an order group that says that the account was killed.
pub fn kill_mark() -> Quantity {
    Quantity::from_contracts(MARK).unwrap_or(Quantity::ZERO)
}

/// Returns whether a group says that the account was killed.
pub fn is_kill_mark(group: &OrderGroup) -> bool {
    group.contracts_limit_fp == Some(kill_mark())
}
