//! What is asked about an order, and how it is said to the exchange.

use serde::{Deserialize, Serialize};

use crate::desk::entry::{Command, Written};
use crate::desk::{Ask, Entry};
use crate::engine::Record;
use crate::exchange::OrderId;
use crate::market::{Action, Ticker};
use crate::units::{Price, Quantity, Timestamp};
use crate::wire::{AmendOrder, BookSide, CreateOrder, Seconds, SelfTradePrevention, TimeInForce};

/// Something to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) struct Job {
    pub(in crate::desk) place: usize,
    pub(in crate::desk) order: OrderId,
    pub(in crate::desk) action: Action,
    pub(in crate::desk) what: What,
    /// Not to be asked before.
    pub(in crate::desk) not_before: Timestamp,
}

/// What is asked about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Rest a new one.
    Place {
        /// The YES price.
        price: Price,
        /// How many contracts.
        count: Quantity,
    },
    /// Move it.
    Amend {
        /// The YES price.
        price: Price,
        /// How many contracts it may trade in all.
        total: Quantity,
    },
    /// Take it back.
    Cancel,
    /// Move its expiry on.
    Renew,
    /// What became of it?
    Look {
        /// How often that was asked before.
        times: u32,
    },
}

/// What follows from an answer or a frame.
#[derive(Debug, Default)]
pub(in crate::desk) struct Follows {
    /// What the engine is to be told.
    pub(in crate::desk) records: Vec<Record>,
    /// Our names of orders that are over, for good.
    pub(in crate::desk) over: Vec<String>,
    /// What a person should know.
    pub(in crate::desk) alert: Option<String>,
    /// The exchange takes no order of our group any more.
    pub(in crate::desk) is_fenced: bool,
}

/// A job as it is sent.
#[derive(Debug, Clone)]
pub(in crate::desk) struct Sent {
    pub(in crate::desk) job: Job,
    /// Our name for the order.
    pub(in crate::desk) name: String,
    /// The exchange's id of it, where that is known.
    pub(in crate::desk) id: Option<String>,
    /// The price and the contracts that it is to have in all.
    pub(in crate::desk) price: Price,
    pub(in crate::desk) total: Quantity,
    /// When it is to end by itself.
    pub(in crate::desk) expires: Timestamp,
    /// It doesn't wait for the answer to something else of its contract.
    pub(in crate::desk) beside: bool,
}

impl Sent {
    /// Says it to the exchange. `since` is when the run began, `group` what its orders are in.
    pub(in crate::desk) fn ask(&self, ticker: &Ticker, since: Timestamp, group: Option<&str>) -> Ask {
        let (ticker, side) = (ticker.clone(), BookSide::from(self.job.action));
        let expires = Some(Seconds(self.expires));
        match (self.job.what, &self.id) {
            (What::Place { .. }, _) => Ask::Create(Box::new(CreateOrder {
                ticker,
                client_order_id: Some(self.name.clone()),
                side,
                count: self.total,
                price: self.price,
                time_in_force: TimeInForce::GoodTillCanceled,
                self_trade_prevention_type: SelfTradePrevention::TakerAtCross,
                post_only: Some(true),
                expiration_time: expires,
                cancel_order_on_pause: Some(true),
                reduce_only: None,
                order_group_id: group.map(str::to_owned),
                subaccount: None,
                exchange_index: None,
            })),
            (What::Amend { .. } | What::Renew, Some(id)) => {
                let order = AmendOrder {
                    ticker,
                    side,
                    price: self.price,
                    count: self.total,
                    client_order_id: None,
                    updated_client_order_id: None,
                    expiration_time: expires,
                    exchange_index: None,
                };
                Ask::Amend(id.clone(), Box::new(order))
            }
            (What::Cancel, Some(id)) => Ask::Cancel(id.clone()),
            // Of an order whose id is not known it must be found out first.
            (What::Look { .. } | What::Amend { .. } | What::Renew | What::Cancel, id) => {
                Ask::Look { id: id.clone(), name: self.name.clone(), ticker, since }
            }
        }
    }

    /// Returns it as it is written down.
    pub(in crate::desk) fn entry(&self, at: Timestamp, ticker: &Ticker) -> Entry {
        let command = Command {
            client_order_id: self.name.clone(),
            order_id: self.id.clone(),
            ticker: ticker.clone(),
            side: self.job.action,
            what: self.job.what,
            price: self.price,
            count: self.total,
            expires: self.expires,
        };
        Entry { at, what: Written::Command(command) }
    }
}
