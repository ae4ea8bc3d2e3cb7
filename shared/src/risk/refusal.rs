//! Why an order may not rest, in numbers.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::{Halt, Order};
use crate::market::Action;
use crate::units::{Cash, Price, Quantity};

/// What refuses an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The event is halted: its day has lost too much.
    DailyLoss,
    /// The event is halted: its balance is below the floor.
    Floor,
    /// What quoting rests on is not known to be so.
    Closed,
    /// Somebody's word.
    Paused,
    /// What may move the event's artists was seen.
    Catalyst,
    /// The size of one order.
    OrderSize,
    /// The position of a contract, with what else may still fill.
    Position,
    /// What the event can lose at the worst.
    EventLoss,
    /// The messages of a minute.
    Messages,
    /// The others' best price on the other side, which the order would meet.
    Cross,
    /// The distance from the book's mid on the side of whoever would meet the order.
    PastMid,
    /// Our own order on the other side, which the order would meet.
    SelfCross,
    /// An order that is asked for to reduce a position doesn't.
    Reduces,
}

impl Limit {
    /// Returns the limit's name: that of its setting, where it has one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DailyLoss => "max_daily_loss_pct",
            Self::Floor => "min_balance_floor_cents",
            Self::Closed => "closed",
            Self::Paused => "paused",
            Self::Catalyst => "catalyst",
            Self::OrderSize => "max_order_size",
            Self::Position => "max_position_per_ticker",
            Self::EventLoss => "max_event_loss",
            Self::Messages => "max_messages_per_minute",
            Self::Cross => "cross",
            Self::PastMid => "max_past_mid_cents",
            Self::SelfCross => "self_cross",
            Self::Reduces => "reduces",
        }
    }

    /// Returns whether it is a bound on what is traded: what else refuses an order are words and what is not known.
    pub const fn is_bound(self) -> bool {
        !matches!(self, Self::Closed | Self::Paused | Self::Catalyst | Self::Reduces)
    }

    /// Returns whether the order may pass without anything being decided anew, as time goes by or the book changes.
    pub const fn may_pass_later(self) -> bool {
        matches!(self, Self::EventLoss | Self::Messages | Self::Cross | Self::PastMid | Self::SelfCross)
    }

    /// Writes one of the limit's numbers; nothing where it has none.
    pub(super) fn number(self, number: i64) -> Option<String> {
        match self {
            Self::DailyLoss => {
                let (sign, tenths) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
                Some(format!("{sign}{}.{} %", tenths / 10, tenths % 10))
            }
            Self::Floor | Self::EventLoss => Some(format!("${}", Cash::from_microdollars(number))),
            Self::OrderSize | Self::Position | Self::Reduces => {
                let sign = if number < 0 { "-" } else { "" };
                let size = i64::try_from(number.unsigned_abs()).unwrap_or(i64::MAX);
                Some(format!("{sign}{}", Quantity::saturating(size)))
            }
            Self::Messages => Some(number.to_string()),
            Self::Cross | Self::PastMid | Self::SelfCross => {
                Price::from_centicents(number).ok().map(|price| format!("${price}"))
            }
            Self::Closed | Self::Paused | Self::Catalyst => None,
        }
    }
}

impl From<Halt> for Limit {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::DailyLoss => Self::DailyLoss,
            Halt::Floor => Self::Floor,
            Halt::Closed => Self::Closed,
            Halt::Paused => Self::Paused,
            Halt::Catalyst => Self::Catalyst,
        }
    }
}

/// An order that may not rest: what refused it, where its bound is, what it would have come to, and the order.
///
/// Bound and value are in the limit's own smallest unit: tenths of a percent of the day's loss, microdollars of a balance or
/// a loss, hundredths of a contract, messages, hundredths of a cent of a price; 0 where the limit has no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What refused it.
    pub limit: Limit,
    /// How far it may go.
    pub bound: i64,
    /// How far it would have gone, or is.
    pub value: i64,
    /// The contract's place in the event.
    pub contract: usize,
    /// Whether the order buys or sells YES.
    pub action: Action,
    /// Its YES price.
    pub price: Price,
    /// Its contracts.
    pub count: Quantity,
}

impl Refusal {
    pub(super) const fn new(order: &Order, limit: Limit, (bound, value): (i64, i64)) -> Self {
        let Order { contract, action, price, count, .. } = *order;
        Self { limit, bound, value, contract, action, price, count }
    }

    /// Says what refused it and its numbers, without the order.
    pub fn says(&self) -> String {
        match self.would_be() {
            Some(value) => format!("{} and would be {value}", self.bound_says()),
            None => self.limit.name().to_owned(),
        }
    }

    /// Says what refused it and where its bound is.
    pub fn bound_says(&self) -> String {
        let name = self.limit.name();
        self.limit.number(self.bound).map_or_else(|| name.to_owned(), |bound| format!("{name} is {bound}"))
    }

    /// Says what it would have come to, where the limit has numbers.
    pub fn would_be(&self) -> Option<String> {
        self.limit.number(self.value)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contract, action, price, count, .. } = *self;
        write!(f, "{}: {action} {count} at ${price} of contract {contract}", self.says())
    }
}
