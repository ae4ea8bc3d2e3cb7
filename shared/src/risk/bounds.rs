//! The limits as numbers, converted once.

use serde::{Deserialize, Serialize};

use super::{EquityAt, Limits, LossFrom, Outcomes};
use crate::units::{Cash, Price, Quantity};

/// The limits as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// The most contracts of one order.
    pub max_order: Quantity,
    /// The greatest position in a contract, long or short, that orders may lead to.
    pub max_position: Quantity,
    /// The loss of a day that halts, in thousandths of the equity that it counts from.
    pub max_loss: i64,
    /// What that equity is.
    pub loss_from: LossFrom,
    /// What positions are valued at.
    pub equity_at: EquityAt,
    /// The balance below which nothing is quoted.
    pub floor: Cash,
    /// The most that an event may lose at the worst, if there is a limit.
    pub max_event_loss: Option<Cash>,
    /// Which of its contracts may pay.
    pub outcomes: Outcomes,
    /// The most messages of a minute, if there is a limit.
    pub max_messages: Option<usize>,
    /// How far past a book's mid an order may be, in hundredths of a cent, if there is a limit.
    pub max_past_mid: Option<i64>,
    /// The spread from which on a book has no mid, in hundredths of a cent.
    pub dead_book: i64,
}

impl Bounds {
    /// Returns the limits as numbers.
    pub fn new(limits: &Limits) -> Self {
        let past_mid = limits.max_past_mid_cents.units();
        Self {
            max_order: limits.max_order_size,
            max_position: limits.max_position_per_ticker,
            max_loss: limits.max_daily_loss_pct.units(),
            loss_from: limits.loss_from,
            equity_at: limits.equity_at,
            floor: limits.min_balance_floor_cents,
            max_event_loss: Some(limits.max_event_loss).filter(|most| *most > Cash::ZERO),
            outcomes: limits.outcomes,
            max_messages: usize::try_from(limits.max_messages_per_minute.units())
                .ok()
                .filter(|most| *most > 0),
            max_past_mid: Some(past_mid).filter(|most| *most < Price::ONE.centicents()),
            dead_book: limits.dead_book_cents.units(),
        }
    }

    /// Returns whether what was cleared must be asked again when it is sent, as it may be only later.
    #[inline]
    pub(crate) const fn asks_twice(&self) -> bool {
        self.max_event_loss.is_some() || self.max_messages.is_some()
    }
}
