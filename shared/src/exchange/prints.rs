//! An exchange of which only the public prints are known.

use super::{Charge, Fill, FillModel, OrderCommand, OrderId, OrderReport, Print, Request, Venue, Verdict};
use crate::Invalid;
use crate::fees::{OrderFees, Role};
use crate::market::{Action, Side};
use crate::random::SplitMix64;
use crate::units::{Price, Quantity, Timestamp};

/// What is assumed of such an exchange.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintVenueSettings {
    /// When a print fills a resting order.
    pub model: FillModel,
    /// How many contracts stand before an order of ours that joins a price, for [`FillModel::Queue`].
    pub queue_ahead: Quantity,
    /// How much worse than quoted every fill is.
    pub slippage: Price,
    /// The fraction of prints that should have filled us and didn't.
    pub lost_fills: f64,
    /// The seed of which ones.
    pub rng_seed: u64,
    /// What fills are charged, by contract.
    pub charges: Vec<Charge>,
}

/// Lets our orders rest, one a side of each contract, and trades them by [`FillModel`] as prints go by.
///
/// A second order on a side is refused while the first one rests: nothing that we run asks for it.
#[derive(Debug, Clone)]
pub struct PrintVenue {
    settings: PrintVenueSettings,
    books: Vec<Book>,
}

/// What rests in one contract.
#[derive(Debug, Clone, Copy)]
struct Book {
    /// Our bid, and our offer as the other side of the book sees it: a bid for NO.
    sides: [Resting; 2],
    /// The last print; none at first.
    last: Option<Price>,
}

/// An order in the book, or what is left of one: nothing.
#[derive(Debug, Clone, Copy)]
struct Resting {
    order: OrderId,
    /// The price of its own side: of YES for a bid, of NO for an offer.
    price: Price,
    left: Quantity,
    traded: Quantity,
    /// What stands before it in the queue.
    ahead: Quantity,
    fees: Option<OrderFees>,
}

impl Resting {
    const NONE: Self = Self {
        order: OrderId(0),
        price: Price::ZERO,
        left: Quantity::ZERO,
        traded: Quantity::ZERO,
        ahead: Quantity::ZERO,
        fees: None,
    };
}

/// A print as the order that it may meet sees it.
struct Seen {
    price: Price,
    count: Quantity,
    /// Whether the taker is known to have been on the order's own side, so that it can't have traded with it.
    same_side: bool,
}

impl PrintVenue {
    /// Returns an exchange with an empty book for each contract that it knows a charge for.
    pub fn new(settings: PrintVenueSettings) -> Self {
        let books = vec![Book { sides: [Resting::NONE; 2], last: None }; settings.charges.len()];
        Self { settings, books }
    }

    /// Whether a print passes us by, by lot: one draw a print, so that a tape's beginning is not changed by its end.
    fn loses(&self, nth: usize) -> bool {
        let share = self.settings.lost_fills;
        share > 0.0 && SplitMix64::new(self.settings.rng_seed ^ ((nth as u64) << 20)).uniform() < share
    }
}

impl Venue for PrintVenue {
    #[inline]
    fn execute(
        &mut self,
        _: Timestamp,
        command: &OrderCommand,
        reports: &mut Vec<OrderReport>,
    ) -> Result<(), Invalid> {
        let OrderCommand { contract, action, order, request } = *command;
        let queue = self.settings.queue_ahead;
        let resting = self.books.get_mut(contract).map(|book| &mut book.sides[side_of(action)]);
        let verdict =
            resting.map_or(Verdict::Rejected, |resting| resting.execute(action, order, request, queue));
        reports.push(OrderReport::Answer { contract, action, order, verdict });
        Ok(())
    }

    #[inline]
    fn prints(
        &mut self,
        now: Timestamp,
        contract: usize,
        prints: &[Print],
        first: usize,
        fills: &mut Vec<(usize, Fill)>,
    ) -> Result<(), Invalid> {
        let newest = prints.iter().rfind(|print| !print.count.is_zero());
        let (Some(book), Some(newest)) = (self.books.get_mut(contract), newest) else { return Ok(()) };
        let before = book.last.replace(newest.price);
        if book.sides[0].left.is_zero() && book.sides[1].left.is_zero() {
            return Ok(());
        }
        self.meet(now, contract, prints, (first, before), fills)
    }

    fn close(&mut self, contract: usize, reports: &mut Vec<OrderReport>) {
        let Some(book) = self.books.get_mut(contract) else { return };
        for (resting, action) in book.sides.iter_mut().zip([Action::Buy, Action::Sell]) {
            if !resting.left.is_zero() {
                let verdict = Verdict::Gone;
                reports.push(OrderReport::Answer { contract, action, order: resting.order, verdict });
            }
            *resting = Resting::NONE;
        }
    }
}

impl PrintVenue {
    /// Lets prints meet what rests; `before` is the print before them, the first of them where there was none.
    fn meet(
        &mut self,
        now: Timestamp,
        contract: usize,
        prints: &[Print],
        (first, mut before): (usize, Option<Price>),
        fills: &mut Vec<(usize, Fill)>,
    ) -> Result<(), Invalid> {
        let model = self.settings.model;
        for (k, print) in prints.iter().enumerate() {
            // A block trade meets no order.
            if print.count.is_zero() {
                continue;
            }
            let last = *before.get_or_insert(print.price);
            if self.loses(first + k) {
                continue;
            }
            let Some(book) = self.books.get_mut(contract) else { return Ok(()) };
            let as_bid =
                Seen { price: print.price, count: print.count, same_side: print.taker == Some(Side::Yes) };
            // A bid lies below an offer, so that no print reaches both.
            let bought = book.sides[0].meet(model, &as_bid, last);
            if !bought.is_zero() {
                fills.push((k, self.fill(now, contract, Action::Buy, bought)?));
                continue;
            }
            let as_offer = Seen {
                price: print.price.complement(),
                count: print.count,
                same_side: print.taker == Some(Side::No),
            };
            let sold = book.sides[1].meet(model, &as_offer, last.complement());
            if !sold.is_zero() {
                fills.push((k, self.fill(now, contract, Action::Sell, sold)?));
            }
        }
        Ok(())
    }

    /// Charges what an order has just traded.
    fn fill(
        &mut self,
        now: Timestamp,
        contract: usize,
        action: Action,
        count: Quantity,
    ) -> Result<Fill, Invalid> {
        let unknown = || Invalid::new("contract", format!("{contract} is none of the exchange's"));
        let charge = self.settings.charges.get(contract).ok_or_else(unknown)?;
        let book = self.books.get_mut(contract).ok_or_else(unknown)?;
        let resting = &mut book.sides[side_of(action)];
        let slippage = self.settings.slippage;
        // Worse is more paid and less received; nothing trades beyond $0 and $1.
        let (quoted, price) = match action {
            Action::Buy => (resting.price, resting.price.checked_add(slippage).unwrap_or(Price::ONE)),
            Action::Sell => {
                let quoted = resting.price.complement();
                (quoted, quoted.checked_sub(slippage).unwrap_or(Price::ZERO))
            }
        };
        let fee = charge.of(&mut resting.fees, now, (Role::Maker, action), price, count)?;
        Ok(Fill { contract, order: resting.order, action, quoted, price, count, fee, trade: None })
    }
}

impl Resting {
    /// Does what is asked of the order on its side.
    fn execute(&mut self, action: Action, order: OrderId, request: Request, queue: Quantity) -> Verdict {
        let own_price = |price: Price| if action == Action::Buy { price } else { price.complement() };
        let rests = !self.left.is_zero();
        match request {
            Request::Place { price, count } => {
                if rests || count.is_zero() {
                    return Verdict::Rejected;
                }
                *self = Self { order, price: own_price(price), left: count, ahead: queue, ..Self::NONE };
                Verdict::Resting
            }
            _ if self.order != order || !rests => Verdict::Rejected,
            Request::Amend { price, total } => {
                let price = own_price(price);
                let Some(left) = total.checked_sub(self.traded).filter(|left| !left.is_zero()) else {
                    self.left = Quantity::ZERO;
                    return Verdict::Gone;
                };
                // It keeps its place in the queue unless it moves or grows.
                if price != self.price || left > self.left {
                    (self.price, self.ahead) = (price, queue);
                    // An order that moves is charged as a new one.
                    self.fees = None;
                }
                self.left = left;
                Verdict::Resting
            }
            Request::Cancel => {
                self.left = Quantity::ZERO;
                Verdict::Gone
            }
        }
    }

    /// Takes in a print and returns how much of the order it fills; `last` is the price of the print before it.
    #[inline]
    fn meet(&mut self, model: FillModel, print: &Seen, last: Price) -> Quantity {
        if self.left.is_zero() || print.price > self.price {
            return Quantity::ZERO;
        }
        let through = print.price < self.price;
        let reaches = match model {
            // An order at the last print's price or beyond would have taken.
            FillModel::Touch if self.price >= last => Quantity::ZERO,
            FillModel::Touch => print.count,
            _ if print.same_side => Quantity::ZERO,
            FillModel::Through if !through => Quantity::ZERO,
            // Of books a print tells nothing: who replays them has no such exchange.
            FillModel::Book(_) => Quantity::ZERO,
            FillModel::Through | FillModel::Front => print.count,
            FillModel::Queue if through => {
                self.ahead = Quantity::ZERO;
                print.count
            }
            FillModel::Queue => {
                let before = self.ahead.min(print.count);
                self.ahead = self.ahead.checked_sub(before).unwrap_or(Quantity::ZERO);
                print.count.checked_sub(before).unwrap_or(Quantity::ZERO)
            }
        };
        let filled = reaches.min(self.left);
        self.left = self.left.checked_sub(filled).unwrap_or(Quantity::ZERO);
        // At most what the order was for.
        self.traded = self.traded.checked_add(filled).unwrap_or(Quantity::MAX);
        filled
    }
}

/// The place of a side: bids, then offers.
const fn side_of(action: Action) -> usize {
    match action {
        Action::Buy => 0,
        Action::Sell => 1,
    }
}

#[cfg(test)]
mod tests;
