//! Orders.

use core::num::{NonZeroI64, NonZeroU64};

use crate::market::Action;
use crate::units::{Cash, Price, Quantity, Timestamp};

use super::{AccountNumber, GroupNumber, OrderNumber};

/// The most contracts of one order: a billion.
pub(super) const MOST: i64 = 1_000_000_000;

/// The most orders of one account that may rest at a time, as Kalshi has it.
pub(super) const MOST_RESTING: usize = 200_000;

/// How long an order lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeInForce {
    /// Until it is filled, cancelled, or ends at its expiry.
    GoodTillCancelled,
    /// What can't be filled at once is cancelled.
    ImmediateOrCancel,
    /// Filled at once and whole, or not at all. One that meets an order of its own account is filled as far as that.
    FillOrKill,
}

/// What becomes of an order that meets another one of its own account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelfTrade {
    /// What is left of the arriving order is cancelled; its fills before that stand.
    TakerAtCross,
    /// The resting order is cancelled, and the arriving one goes on.
    Maker,
}

/// What somebody wants to trade, in YES prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewOrder {
    /// The contract's place.
    pub market: usize,
    /// Whether YES is bought or sold; who buys NO at `1 - p` sells YES at `p`.
    pub action: Action,
    /// The worst price at which it trades.
    pub price: Price,
    /// How many contracts.
    pub count: Quantity,
    /// How long it lasts.
    pub time_in_force: TimeInForce,
    /// Whether it is refused rather than to trade at once.
    pub post_only: bool,
    /// When it ends by itself; none for one that doesn't rest.
    pub expires: Option<Timestamp>,
    /// What happens when it meets its own account.
    pub self_trade: SelfTrade,
    /// Whether it trades no more than brings its account's position to nothing; only for one that doesn't rest and needn't
    /// be filled whole. What is beyond that is cancelled at once.
    pub reduce_only: bool,
    /// The group that it belongs to.
    pub group: Option<GroupNumber>,
    /// Whether it is cancelled when trading is paused.
    pub cancel_on_pause: bool,
}

impl NewOrder {
    /// Returns an order that rests until it is filled or taken back, and asks for nothing special.
    pub const fn resting(market: usize, action: Action, price: Price, count: Quantity) -> Self {
        Self {
            market,
            action,
            price,
            count,
            time_in_force: TimeInForce::GoodTillCancelled,
            post_only: false,
            expires: None,
            self_trade: SelfTrade::TakerAtCross,
            reduce_only: false,
            group: None,
            cancel_on_pause: false,
        }
    }
}

/// How a resting order is to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amendment {
    /// The price from now on.
    pub price: Price,
    /// How many contracts it may trade in all, those that it has traded included.
    pub total: Quantity,
    /// When it ends from now on; none leaves it as it was, `Some(None)` takes its end away.
    pub expires: Option<Option<Timestamp>>,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    /// In the book.
    Resting,
    /// Filled whole.
    Executed,
    /// Out of the book with contracts left.
    Cancelled,
}

/// An order at the exchange. It takes 128 bytes: two cache lines where it rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The exchange's number.
    pub number: OrderNumber,
    /// Whose it is.
    pub account: AccountNumber,
    /// The contract's place.
    pub market: usize,
    /// Whether YES is bought or sold.
    pub action: Action,
    /// The YES price.
    pub price: Price,
    /// How many contracts it was for at first.
    pub initial: Quantity,
    /// How many it has traded.
    pub filled: Quantity,
    /// How many are left to trade; zero once it is out of the book.
    pub left: Quantity,
    /// Whether it must not take.
    pub post_only: bool,
    /// What happens when it meets its own account.
    pub self_trade: SelfTrade,
    /// Whether it is cancelled when trading is paused.
    pub cancel_on_pause: bool,
    /// When it ends by itself: microseconds since just before the first instant there is.
    ends: Option<NonZeroI64>,
    /// The number of the group that it belongs to.
    group: Option<NonZeroU64>,
    /// When it arrived.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// Where it stands.
    pub state: OrderState,
    /// What its contracts cost at their own price (NO at `1 - p`), as taker.
    pub taker_cost: Cash,
    /// The same as maker.
    pub maker_cost: Cash,
    /// Fees as taker.
    pub taker_fees: Cash,
    /// Fees as maker.
    pub maker_fees: Cash,
    /// What rounding holds of its fees.
    pub(super) held: Cash,
}

impl Order {
    /// Returns an order that has just arrived.
    pub(super) fn new(number: OrderNumber, account: AccountNumber, new: &NewOrder, now: Timestamp) -> Self {
        Self {
            number,
            account,
            market: new.market,
            action: new.action,
            price: new.price,
            initial: new.count,
            filled: Quantity::ZERO,
            left: new.count,
            post_only: new.post_only,
            self_trade: new.self_trade,
            cancel_on_pause: new.cancel_on_pause,
            ends: new.expires.and_then(ends),
            group: new.group.and_then(|group| NonZeroU64::new(group.0)),
            created: now,
            updated: now,
            state: OrderState::Resting,
            taker_cost: Cash::ZERO,
            maker_cost: Cash::ZERO,
            taker_fees: Cash::ZERO,
            maker_fees: Cash::ZERO,
            held: Cash::ZERO,
        }
    }

    /// Returns when it ends by itself.
    #[inline]
    pub fn expires(&self) -> Option<Timestamp> {
        Timestamp::MIN.checked_add_micros(self.ends?.get() - 1)
    }

    /// Lets it end at another time, or not by itself.
    pub(super) fn end_at(&mut self, expires: Option<Timestamp>) {
        self.ends = expires.and_then(ends);
    }

    /// Returns the group that it belongs to.
    #[inline]
    pub fn group(&self) -> Option<GroupNumber> {
        self.group.map(|group| GroupNumber(group.get()))
    }

    /// Returns what its contracts cost a piece at its price.
    pub(super) const fn own_price(&self) -> Price {
        own_price(self.action, self.price)
    }
}

/// Returns an instant as orders keep it: as a number that is never zero, so that none takes no room.
#[inline]
const fn ends(expires: Timestamp) -> Option<NonZeroI64> {
    NonZeroI64::new(expires.micros_since(Timestamp::MIN) + 1)
}

/// Returns what an order's contracts cost a piece: NO at `1 - p` where YES is sold.
pub(super) const fn own_price(action: Action, price: Price) -> Price {
    match action {
        Action::Buy => price,
        Action::Sell => price.complement(),
    }
}

/// Returns what is left of an amount that is known to be no smaller.
#[inline]
pub(super) const fn less(count: Quantity, by: Quantity) -> Quantity {
    count.saturating_sub(by)
}

/// Returns a number of contracts that is known to fit.
#[inline]
pub(super) const fn more(count: Quantity, by: Quantity) -> Quantity {
    count.saturating_add(by)
}

/// Returns a sum that is known to fit, as all money of an exchange was paid in and is bounded.
#[inline]
pub(super) const fn plus(sum: Cash, by: Cash) -> Cash {
    Cash::from_microdollars(sum.microdollars().saturating_add(by.microdollars()))
}
