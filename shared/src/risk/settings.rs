//! The limits.

use super::Outcomes;
use crate::settings::{Fixed, settings, words};
use crate::units::{Cash, Quantity};

/// What positions are valued at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum EquityAt {
    /// What is believed of them.
    Fair,
    /// The mid of a book that is evidence of a price, else the last trade, else what is believed.
    Book,
}

words!(EquityAt { Fair "fair", Book "book" });

/// What the loss of a day counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum LossFrom {
    /// The equity at 00:00 UTC.
    Midnight,
    /// The highest equity since 00:00 UTC.
    HighWater,
}

words!(LossFrom { Midnight "midnight", HighWater "high_water" });

settings! {
    /// What orders, positions and losses may never go beyond.
    pub struct Limits {
        /// The most contracts of one order.
        max_order_size: Quantity = 10, "Order limit" "contracts" [0.01 to 500.0 by 1.0];
        /// The greatest position, long or short, that the quotes of a contract may lead to.
        max_position_per_ticker: Quantity = 50, "Position limit" "contracts" [0.0 to 500.0 by 1.0, 0 decimals];
        /// A loss of this part of the equity that it counts from halts quoting until the next 00:00 UTC.
        max_daily_loss_pct: Fixed<1> = 10, "Daily loss limit" "%" [0.1 to 100.0 by 1.0];
        /// What the loss of a day counts from: the equity at 00:00 UTC, or the highest one since.
        loss_from: LossFrom = LossFrom::Midnight, "Loss from";
        /// What positions are valued at for the loss of a day: what is believed, or the book's mid, else the last trade.
        equity_at: EquityAt = EquityAt::Fair, "Equity at";
        /// Nothing is quoted while the balance is below this.
        min_balance_floor_cents: Cash = 1000, "Balance floor" "¢" [0.0 to 10_000_000.0 by 100.0, 0 decimals];
        /// The balance that an event is quoted from at first.
        start_balance: Cash = 1000, "Start balance" "$" [1.0 to 10_000_000.0 by 100.0];
        /// The most of its start balance that an event may lose in its worst outcome, with all that may still fill and its
        /// fees; 0 is no limit.
        max_event_loss: Cash = 0, "Event loss limit" "$" [0.0 to 10_000_000.0 by 10.0];
        /// Whether at most one of an event's contracts pays, or each by itself: which outcomes the event loss limit looks at.
        outcomes: Outcomes = Outcomes::Exclusive, "Outcomes", only if_event_loss;
        /// The most messages about orders in a minute: only cancels and what lessens a position pass beyond; 0 is no limit.
        max_messages_per_minute: Fixed<0> = 0, "Message budget" "a minute" [0.0 to 6_000.0 by 10.0];
        /// How far a bid may be above the mid of the book, or an offer below it; 100 is no limit.
        max_past_mid_cents: Fixed<2> = 100, "Past mid limit" "¢" [0.0 to 100.0 by 1.0];
        /// From this spread on a book says nothing of a contract's price, and has no mid.
        dead_book_cents: Fixed<2> = 30, "Dead book" "¢" [0.01 to 100.0 by 1.0], only if_mid;
    }
}

/// When it matters which contracts may pay.
fn if_event_loss(limits: &Limits) -> Option<&'static str> {
    (limits.max_event_loss == Cash::ZERO).then_some("it acts only with max_event_loss")
}

/// When it matters what a book has to be to have a mid.
fn if_mid(limits: &Limits) -> Option<&'static str> {
    let asked = limits.max_past_mid_cents.units() < 10_000 || limits.equity_at == EquityAt::Book;
    (!asked).then_some("it acts only with max_past_mid_cents or equity_at=book")
}
