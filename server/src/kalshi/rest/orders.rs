//! Orders: placing, changing, taking back, listing.

use reqwest::Method;
use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::{
    AmendOrder, AmendOrderAnswer, CancelOrderAnswer, CreateOrder, CreateOrderAnswer, Order, OrderAnswer,
    OrdersPage,
};

use super::pages::min_ts;
use super::{Ask, Client, Failure, NONE, Sending};
use crate::kalshi::budget::{COST, Kind, LOW_COST};

/// Where orders are written, and where they are read.
const WRITTEN: [&str; 3] = ["portfolio", "events", "orders"];
const READ: [&str; 2] = ["portfolio", "orders"];

/// The three that change an order leave when `sent` lets them, and say there when the request was where on its way. The HTTP
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
        self.write(Method::POST, &WRITTEN, Some(order), Kind::Write, COST, sent).await
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
        self.write(Method::POST, &[a, b, c, order_id, "amend"], Some(order), Kind::Write, COST, sent).await
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
        self.write(Method::DELETE, &[a, b, c, order_id], NONE, Kind::Cancel, LOW_COST, sent).await
    }

    /// Takes all orders of the member back, and passes all orders that wait.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn cancel_all(&self) -> Result<(), Failure> {
        let ask = Ask {
            method: Method::DELETE,
            path: &WRITTEN,
            query: &[],
            body: NONE,
            kind: Kind::Cancel,
            cost: LOW_COST,
        };
        self.send(&ask, &mut Sending::default()).await.map(|_| ())
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
        self.get::<OrderAnswer>(&[a, b, order_id], &[], LOW_COST).await.map(|answer| answer.order)
    }

    async fn write<T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&impl serde::Serialize>,
        kind: Kind,
        cost: u64,
        sent: &mut Sending,
    ) -> Result<T, Failure> {
        self.read(&Ask { method, path, query: &[], body, kind, cost }, sent).await
    }
}
