//! Orders: placing, changing, taking back, listing.

use reqwest::Method;
use shared::market::{EventTicker, Ticker};
use shared::units::{Quantity, Timestamp};
use shared::wire::{
    AmendOrder, AmendOrderAnswer, BatchCancel, BatchCancelOrder, CancelOrderAnswer, CreateOrder,
    CreateOrderAnswer, DecreaseOrder, DecreaseOrderAnswer, Order, OrderAnswer, OrderQueuePosition,
    OrdersPage, QueuePosition, QueuePositions,
};

use super::pages::min_ts;
use super::{Ask, Client, Failure, NONE, Sending};

/// Where orders are written, and where they are read.
pub(super) const WRITTEN: [&str; 3] = ["portfolio", "events", "orders"];
const READ: [&str; 2] = ["portfolio", "orders"];

/// Those that change an order leave when `sent` lets them, and say there when the request was where on its way. The HTTP
/// client writes it at once where a connection is open, and first makes one where none is.
impl Client {
    /// Places an order.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart. What is unknown may be sent again with the same id: where it had arrived, it is
    /// refused as one that [exists already](Failure::already_exists).
    pub(crate) async fn create(
        &self,
        order: &CreateOrder,
        sent: &mut Sending,
    ) -> Result<CreateOrderAnswer, Failure> {
        self.write(Method::POST, &WRITTEN, Some(order), sent).await
    }

    /// Changes an order that rests.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart; one that doesn't rest [isn't found](Failure::is_not_found).
    pub(crate) async fn amend(
        &self,
        order_id: &str,
        order: &AmendOrder,
        sent: &mut Sending,
    ) -> Result<AmendOrderAnswer, Failure> {
        let [a, b, c] = WRITTEN;
        self.write(Method::POST, &[a, b, c, order_id, "amend"], Some(order), sent).await
    }

    /// Takes an order back. It passes all orders that wait for their turn.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart; one that doesn't rest, whatever the reason, [isn't found](Failure::is_not_found).
    pub(crate) async fn cancel(
        &self,
        order_id: &str,
        sent: &mut Sending,
    ) -> Result<CancelOrderAnswer, Failure> {
        let [a, b, c] = WRITTEN;
        if self.member.access.as_ref().is_none_or(|access| !access.is_slow()) {
            return self.write(Method::DELETE, &[a, b, c, order_id], NONE, sent).await;
        }
        // The path of a batch is the same for every order, so that its signature is ready.
        let order = BatchCancelOrder {
            order_id: order_id.to_owned(),
            subaccount: None,
            exchange_index: None,
            market_ticker: None,
        };
        let answer = self.batch_cancel(&BatchCancel { orders: vec![order] }, sent).await?;
        let cancelled = answer.into_iter().next();
        let cancelled = cancelled.filter(|cancelled| cancelled.order_id == order_id);
        let why = || Failure::Unknown(anyhow::anyhow!("a batch of one was answered with another order"));
        let cancelled = cancelled.ok_or_else(why)?;
        if let Some(error) = &cancelled.error {
            return Err(Failure::of_item(error));
        }
        let why = || Failure::Unknown(anyhow::anyhow!("an order was cancelled at no time"));
        Ok(CancelOrderAnswer {
            order_id: cancelled.order_id,
            client_order_id: cancelled.client_order_id,
            reduced_by: cancelled.reduced_by,
            ts_ms: cancelled.ts_ms.ok_or_else(why)?,
        })
    }

    /// Makes an order smaller; it keeps its place in the queue.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart; one that doesn't rest [isn't found](Failure::is_not_found).
    pub(crate) async fn decrease(
        &self,
        order_id: &str,
        by: &DecreaseOrder,
        sent: &mut Sending,
    ) -> Result<DecreaseOrderAnswer, Failure> {
        let [a, b, c] = WRITTEN;
        self.write(Method::POST, &[a, b, c, order_id, "decrease"], Some(by), sent).await
    }

    /// Takes all orders of the member back, and passes all orders that wait.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn cancel_all(&self) -> Result<(), Failure> {
        let ask = Ask { method: Method::DELETE, path: &WRITTEN, query: &[], body: NONE, items: 1 };
        self.send(&ask, &mut Sending::default()).await.map(drop).map_err(|failed| failed.failure)
    }

    /// Returns all orders that rest, the newest first.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn resting(&self) -> Result<Vec<Order>, Failure> {
        self.list::<OrdersPage>(&READ, &[("status", "resting")]).await
    }

    /// Returns all orders, whatever became of them, the newest first: of a contract, of `since` or later, where those are
    /// said. Some that are a little older may be among them.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn orders(
        &self,
        ticker: Option<&Ticker>,
        since: Option<Timestamp>,
    ) -> Result<Vec<Order>, Failure> {
        let since = min_ts(since);
        let mut query = Vec::with_capacity(2);
        query.extend(ticker.map(|ticker| ("ticker", ticker.as_str())));
        query.extend(since.as_deref().map(|since| ("min_ts", since)));
        self.list::<OrdersPage>(&READ, &query).await
    }

    /// Returns an order.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn order(&self, order_id: &str) -> Result<Order, Failure> {
        let [a, b] = READ;
        self.get::<OrderAnswer>(&[a, b, order_id], &[]).await.map(|answer| answer.order)
    }

    /// Returns how many contracts trade before each order that rests, by price and time.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn queue_positions(
        &self,
        event: &EventTicker,
    ) -> Result<Vec<OrderQueuePosition>, Failure> {
        let query = [("event_ticker", event.as_str())];
        let [a, b] = READ;
        let answer = self.get::<QueuePositions>(&[a, b, "queue_positions"], &query).await?;
        Ok(answer.queue_positions)
    }

    /// Returns how many contracts trade before an order.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn queue_position(&self, order_id: &str) -> Result<Quantity, Failure> {
        let [a, b] = READ;
        let answer = self.get::<QueuePosition>(&[a, b, order_id, "queue_position"], &[]).await?;
        Ok(answer.queue_position_fp)
    }

    /// Returns an order as it is put on the wire: as the HTTP client does it, but for the line that names the host.
    pub(in crate::kalshi) async fn order_bytes(&self, order: &CreateOrder) -> anyhow::Result<Vec<u8>> {
        let ask = Ask { method: Method::POST, path: &WRITTEN, query: &[], body: Some(order), items: 1 };
        let (request, _) = self.prepare(&ask).await?;
        let mut bytes = format!("{} {} HTTP/1.1\r\n", request.method(), request.url().path()).into_bytes();
        for (name, value) in request.headers() {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                bytes.extend_from_slice(part);
            }
        }
        // The request has its body already, where nobody can read it: this one is made again.
        let body = serde_json::to_vec(order)?;
        bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        bytes.extend_from_slice(&body);
        Ok(bytes)
    }

    async fn write<T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&impl serde::Serialize>,
        sent: &mut Sending,
    ) -> Result<T, Failure> {
        self.read(&Ask { method, path, query: &[], body, items: 1 }, sent).await
    }
}
