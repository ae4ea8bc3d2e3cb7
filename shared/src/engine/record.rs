//! What an engine was told, as it is written down: a desk tells its engine nothing else, so that a run can be done again
//! from what was written, to the last bit.

use serde::{Deserialize, Serialize};

use super::Parameters;
use crate::catalyst::Catalyst;
use crate::exchange::{Fill, OrderId, Verdict};
use crate::market::{Action, EventTicker, Position, Ticker, Trade};
use crate::quoting::{Status, Terms};
use crate::risk::{Carried, ClosedFor};
use crate::units::{Cash, Price, Quantity};

/// Something that happened, its contract named by place. [`Engine::apply`](super::Engine::apply) does it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A contract was listed: it takes the next place.
    List {
        /// Its event.
        event: EventTicker,
        /// The contract.
        ticker: Ticker,
        /// What it is quoted on.
        terms: Terms,
    },
    /// A public trade.
    Trade {
        /// The contract's place.
        place: usize,
        /// The trade.
        trade: Trade,
    },
    /// The feed is drained: what has come is complete.
    Drained,
    /// A fit of the belief is made beside the loop from now on: trades wait for it.
    Fitting,
    /// The fit is there.
    Fitted,
    /// One of our orders traded.
    Fill {
        /// The fill.
        fill: Fill,
        /// The public trade that it is.
        trade: Trade,
    },
    /// A command was answered, or was not.
    Answer {
        /// The contract's place.
        place: usize,
        /// Whether the order buys or sells YES.
        action: Action,
        /// Which order.
        order: OrderId,
        /// The answer.
        verdict: Verdict,
    },
    /// An order that the run before has left resting is gone on with. It is answered how it is before anything is asked of it.
    Adopted {
        /// The contract's place.
        place: usize,
        /// Whether the order buys or sells YES.
        action: Action,
        /// The number that it has from now on, above those of all orders before.
        order: OrderId,
        /// Its YES price.
        price: Price,
        /// How many contracts it is for in all.
        total: Quantity,
        /// How many of them have traded.
        traded: Quantity,
    },
    /// A person asked for an order by hand on a side of a contract, in the place of the one by hand that is there. The gate may
    /// have refused it.
    ByHand {
        /// The contract's place.
        place: usize,
        /// Whether it buys or sells YES.
        action: Action,
        /// Its YES price and how many contracts; none takes back what is there.
        asked: Option<(Price, Quantity)>,
    },
    /// What is known of the others' orders in a contract's book.
    Book {
        /// The contract's place.
        place: usize,
        /// Their highest bid for YES.
        bid: Option<Price>,
        /// Their lowest offer of YES.
        ask: Option<Price>,
    },
    /// What the nowcast of listeners says of a contract.
    Nowcast {
        /// The contract's place.
        place: usize,
        /// Its probability in billionths; none where it says nothing any more.
        nano: Option<i64>,
    },
    /// What is held of a contract, in the exchange's own words.
    Position {
        /// The contract's place.
        place: usize,
        /// Net YES contracts.
        position: Position,
    },
    /// The cash that is free for an event, in the exchange's own words.
    Balance {
        /// The event.
        event: EventTicker,
        /// The cash.
        balance: Cash,
    },
    /// What runs before this one have sent and lost, for the limits to count on from.
    Carried {
        /// The event.
        event: EventTicker,
        /// What they have sent and lost.
        carried: Box<Carried>,
        /// Of each of the event's contracts, by place, what is held whose cost is not in that.
        brought: Vec<Position>,
    },
    /// A contract was paused, resumed or closed.
    Status {
        /// The contract's place.
        place: usize,
        /// Whether it can be traded from now on.
        status: Status,
    },
    /// A contract is quoted on other terms: its prices have another grid.
    Terms {
        /// The contract's place.
        place: usize,
        /// What it is quoted on from now on.
        terms: Terms,
    },
    /// A contract settled.
    Settled {
        /// The contract's place.
        place: usize,
        /// What a YES contract paid.
        value: Price,
    },
    /// What may move a contract's artist was seen.
    Catalyst {
        /// The contract's place.
        place: usize,
        /// What was seen, and what is done about it.
        catalyst: Catalyst,
    },
    /// Other settings hold from now on, in all events: all that there are, as text. What is quoted about is as before.
    Settings(Box<Parameters>),
    /// Nothing shall be quoted from now on, or may be again.
    Paused(bool),
    /// What quoting rests on is not known to be so: nothing of the contract, or of all events, is to be quoted.
    Closed {
        /// The contract's place; all contracts, also those that are listed later, where there is none.
        place: Option<usize>,
        /// The reason; none lifts all that were given for just that, but not [`ClosedFor::Killed`].
        why: Option<ClosedFor>,
    },
    /// One reason not to quote holds no longer.
    Lifted {
        /// The contract's place; all contracts as a whole where there is none.
        place: Option<usize>,
        /// The reason.
        why: ClosedFor,
    },
    /// Time passed.
    Tick,
}
