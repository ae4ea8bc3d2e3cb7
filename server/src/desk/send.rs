//! Sending what the desk asks, each request in a task of its own, and bringing the answers back.

use std::sync::Arc;
use std::time::Duration;

use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::{
    AmendOrder, BookSide, CreateOrder, Fill, Order, Seconds, SelfTradePrevention, TimeInForce,
};
use tokio::sync::mpsc;

use super::journal::Before;
use super::latency::Cause;
use super::orders::{Outcome, Sent, What};
use crate::kalshi::{Client, Failure, Ready, Sending, SentAt};

/// How long it takes the exchange at most to list what it has done.
const LAG: Duration = Duration::from_millis(250);

/// A request that is over.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) sent: Sent,
    pub(super) outcome: Outcome,
    /// Trades of the order, where it was asked for them.
    pub(super) fills: Vec<Fill>,
    /// When it was where on its way.
    pub(super) at: SentAt,
    /// The frame that it came of.
    pub(super) cause: Option<Cause>,
}

/// Sends requests of a run.
#[derive(Clone)]
pub(super) struct Sender {
    client: Client,
    done: mpsc::UnboundedSender<Done>,
    /// The orders of this run are of this time or later.
    since: Timestamp,
    /// Signatures of orders are ready as long as orders may be sent.
    _ready: Arc<Option<Ready>>,
}

impl Sender {
    pub(super) fn new(client: Client, since: Timestamp) -> (Self, mpsc::UnboundedReceiver<Done>) {
        let (done, answers) = mpsc::unbounded_channel();
        let _ready = Arc::new(client.keep_ready());
        (Self { client, done, since, _ready }, answers)
    }

    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a request about an order of this contract, once what must be in the journal is. Meanwhile it is signed.
    pub(super) fn send(&self, sent: Sent, ticker: Ticker, cause: Option<Cause>, before: Before) {
        let this = self.clone();
        tokio::spawn(async move {
            let (mut sending, mut fills) = (Sending::after(before.committed()), Vec::new());
            let outcome = this.ask(&sent, &ticker, &mut sending, &mut fills).await;
            let outcome = outcome.unwrap_or_else(Outcome::Failed);
            // Nobody waits for it any more when its run is over.
            let _ = this.done.send(Done { sent, outcome, fills, at: sending.at, cause });
        });
    }

    async fn ask(
        &self,
        sent: &Sent,
        ticker: &Ticker,
        sending: &mut Sending,
        fills: &mut Vec<Fill>,
    ) -> Result<Outcome, Failure> {
        let Sent { job, name, id, price, total, expires } = sent;
        let side = BookSide::from(job.action);
        match (job.what, id) {
            (What::Place { .. }, _) => {
                let order = CreateOrder {
                    ticker: ticker.clone(),
                    client_order_id: Some(name.clone()),
                    side,
                    count: *total,
                    price: *price,
                    time_in_force: TimeInForce::GoodTillCanceled,
                    self_trade_prevention_type: SelfTradePrevention::TakerAtCross,
                    post_only: Some(true),
                    expiration_time: Some(Seconds(*expires)),
                    cancel_order_on_pause: Some(true),
                    reduce_only: None,
                    order_group_id: None,
                    subaccount: None,
                    exchange_index: None,
                };
                self.client.create(&order, sending).await.map(Outcome::Placed)
            }
            (What::Amend { .. } | What::Renew, Some(id)) => {
                let order = AmendOrder {
                    ticker: ticker.clone(),
                    side,
                    price: *price,
                    count: *total,
                    client_order_id: None,
                    updated_client_order_id: None,
                    expiration_time: Some(Seconds(*expires)),
                    exchange_index: None,
                };
                self.client.amend(id, &order, sending).await.map(Outcome::Amended)
            }
            (What::Cancel, Some(id)) => self.client.cancel(id, sending).await.map(Outcome::Cancelled),
            (What::Look { times }, _) => {
                if times > 0 {
                    tokio::time::sleep(LAG).await;
                }
                let found = self.find(name, id.as_deref(), ticker).await?;
                if let Some(found) = &found {
                    *fills = self.client.fills(Some(&found.order_id), None).await?;
                }
                Ok(Outcome::Found(found.map(Box::new)))
            }
            // Of an order whose id is not known it must be found out first.
            (What::Amend { .. } | What::Renew | What::Cancel, None) => {
                Ok(Outcome::Found(self.find(name, None, ticker).await?.map(Box::new)))
            }
        }
    }

    /// Finds an order by the exchange's id, or by our own name among those of the run.
    async fn find(&self, name: &str, id: Option<&str>, ticker: &Ticker) -> Result<Option<Order>, Failure> {
        if let Some(id) = id {
            return match self.client.order(id).await {
                Ok(order) => Ok(Some(order)),
                Err(failure) if failure.is_not_found() => Ok(None),
                Err(failure) => Err(failure),
            };
        }
        let orders = self.client.orders(Some(ticker), Some(self.since)).await?;
        Ok(orders.into_iter().find(|order| order.client_order_id == name))
    }
}
