//! What a fill of ours is, and what it costs.

use crate::Invalid;
use crate::exchange::books::ladders::{Ladders, side_of};
use crate::exchange::books::resting::Resting;
use crate::exchange::{Charge, Fill, OrderReport};
use crate::fees::Role;
use crate::units::{Price, Quantity, Timestamp};

/// Fills an order that rested, at its own price.
#[cold]
pub(super) fn fill<M: Default>(
    books: &Ladders,
    charges: &[Charge],
    at: i64,
    half: usize,
    ours: &mut Resting<M>,
    count: i64,
    reports: &mut Vec<OrderReport>,
) -> Result<(), Invalid> {
    let price = books.price_of(side_of(half), usize::from(ours.level));
    traded(books, charges, (at, half, Role::Maker, price), ours, count, reports)
}

/// Charges what an order has just traded at a price, and says so.
pub(super) fn traded<M: Default>(
    books: &Ladders,
    charges: &[Charge],
    (at, half, role, price): (i64, usize, Role, Price),
    ours: &mut Resting<M>,
    count: i64,
    reports: &mut Vec<OrderReport>,
) -> Result<(), Invalid> {
    let (contract, action) = (half / 2, side_of(half));
    let quoted = books.price_of(action, usize::from(ours.level));
    ours.fill(count);
    let count = Quantity::from_hundredths(count)?;
    let unknown = || Invalid::new("contract", format!("{contract} is none of the exchange's"));
    let charge = charges.get(contract).ok_or_else(unknown)?;
    let fee = charge.of(&mut ours.fees, Timestamp::from_micros(at)?, (role, action), price, count)?;
    let (order, trade) = (ours.order, None);
    reports.push(OrderReport::Fill(Fill { contract, order, action, quoted, price, count, fee, trade }));
    Ok(())
}
