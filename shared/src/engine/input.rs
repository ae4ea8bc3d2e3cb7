//! What the loop is told.

use super::Parameters;
use crate::belief::Belief;
use crate::exchange::{OrderId, OrderReport};
use crate::market::{Action, Position};
use crate::quoting::{Status, Terms, Widening};
use crate::risk::{Carried, ClosedFor};
use crate::units::{Cash, Price, Quantity, Timestamp};

/// Something that happened in one event. Contracts are named by their place in the event's list.
#[derive(Debug, Clone, PartialEq)]
pub enum Input<'a> {
    /// A contract's belief changed: an instant's prints were filtered. Its fair value is what quotes are made about: what is
    /// believed, or what [`crate::fair::Values`] put in its place.
    Belief {
        /// The contract's place in the event.
        contract: usize,
        /// What is believed now.
        belief: Belief,
        /// The probabilities that the beliefs of all contracts then come to, by contract, where that was found already:
        /// one [`crate::coherence::Agreement`] serves many makers.
        agreed: Option<&'a [f64]>,
    },
    /// What a contract is worth changed without a print: its book or its nowcast did, where quotes are made about that. Before
    /// anything is believed of it this changes nothing.
    Fair {
        /// The contract's place in the event.
        contract: usize,
        /// What it is worth, from 0 to 1 dollar.
        fair: f64,
    },
    /// What is known of the other orders in a contract's book changed. It moves no quote by itself: it bounds the next
    /// ones, as they must rest. Without this nothing is known and nothing is bounded.
    Book {
        /// The contract's place in the event.
        contract: usize,
        /// The highest bid for YES, of which our asks must stay above.
        bid: Option<Price>,
        /// The lowest offer of YES, of which our bids must stay below.
        ask: Option<Price>,
    },
    /// A contract traded at that price, whoever traded: what a position is valued at where the settings ask for that.
    Last {
        /// The contract's place in the event.
        contract: usize,
        /// The YES price.
        price: Price,
    },
    /// One of our orders traded, or a command was answered.
    Order(OrderReport),
    /// An order that an earlier run has left resting is gone on with: what it is answered to be follows.
    Adopted {
        /// The contract's place in the event.
        contract: usize,
        /// Whether it buys or sells YES.
        action: Action,
        /// The number that it has from now on, above those of all orders before.
        order: OrderId,
        /// Its YES price, how many contracts it is for in all, and how many of them have traded.
        rests: (Price, Quantity, Quantity),
    },
    /// A person asks for an order by hand on a side of a contract, in the place of the one by hand that is there.
    ByHand {
        /// The contract's place in the event.
        contract: usize,
        /// Whether it buys or sells YES.
        action: Action,
        /// Its YES price and how many contracts; none takes back what is there.
        asked: Option<(Price, Quantity)>,
    },
    /// What is held of a contract, in the exchange's own words.
    Position {
        /// The contract's place in the event.
        contract: usize,
        /// Net YES contracts.
        position: Position,
    },
    /// The cash that is free, in the exchange's own words.
    Balance(Cash),
    /// What runs before this one have sent and lost, and what is held of each contract, by place, whose cost is not in that: it
    /// counts for what it is worth now. What the account has and what was traded in the past was told before.
    Carried(&'a Carried, &'a [Position]),
    /// A contract was listed: it comes behind those there are.
    Listed(Terms),
    /// A contract's price grid, fee or time of settlement changed.
    Terms {
        /// The contract's place in the event.
        contract: usize,
        /// What holds from now on.
        terms: Terms,
    },
    /// A contract was paused, resumed or closed.
    Status {
        /// The contract's place in the event.
        contract: usize,
        /// Whether it can be traded from now on.
        status: Status,
    },
    /// A contract settled: its position became cash.
    Settled {
        /// The contract's place in the event.
        contract: usize,
        /// What a YES contract paid, from $0 to $1.
        value: Price,
    },
    /// Other settings hold from now on.
    Settings(&'a Parameters),
    /// What may move the event's artists was seen: nothing is to be quoted until then. A shorter one ends no longer one.
    Pull {
        /// When quoting may go on.
        until: Timestamp,
    },
    /// What may move a contract's artist was seen: its quotes and those of the likeliest other outcome are to be wider
    /// for a while. Where several hold, the widest does.
    Widen {
        /// The contract's place in the event.
        contract: usize,
        /// How wide, and until when.
        widening: Widening,
    },
    /// Nothing shall be quoted from now on, until that is taken back: a person pressed pause, or whoever drives the loop
    /// can't see.
    Paused(bool),
    /// What quoting rests on is not known to be so: nothing of the contract, or of the event, is to be quoted. Several reasons
    /// may hold at once, and each holds until it is lifted.
    Closed {
        /// The contract's place in the event; all of them, also those that are listed later, where there is none.
        contract: Option<usize>,
        /// The reason; `None` lifts all that were given for just that, but not [`ClosedFor::Killed`].
        why: Option<ClosedFor>,
    },
    /// One reason not to quote holds no longer.
    Lifted {
        /// The contract's place in the event; the event as a whole where there is none.
        contract: Option<usize>,
        /// The reason.
        why: ClosedFor,
    },
    /// The count that the event settles on was published. Quotes made before it are looked at again.
    Publication,
    /// Time passed.
    Tick,
}
