//! The client's own part of the way from a frame to the order that comes of it, without sockets, for a benchmark.

use shared::market::Ticker;
use shared::wire::CreateOrder;

use super::signing::Ready;
use super::{Ask, Client, What, feed};

/// Takes a frame in.
type Hears = dyn FnMut(&str) -> Vec<What>;

/// A client that reads frames and writes orders, and whose key signs as it does for a desk.
pub(crate) struct OrderPath {
    hear: Box<Hears>,
    client: Client,
    _ready: Option<Ready>,
}

impl OrderPath {
    /// Returns one that hears the books of these contracts.
    pub(crate) fn new(client: Client, tickers: Vec<Ticker>) -> Self {
        let ask = Ask::trading(tickers);
        Self { hear: Box::new(feed::without_socket(&ask)), _ready: client.keep_ready(), client }
    }

    /// Takes a frame in.
    pub(crate) fn hear(&mut self, frame: &str) -> Vec<What> {
        (self.hear)(frame)
    }

    /// Returns an order's bytes: a head with the signature, and the body.
    ///
    /// # Errors
    ///
    /// Says why there are none.
    pub(crate) async fn bytes(&self, order: &CreateOrder) -> anyhow::Result<Vec<u8>> {
        self.client.order_bytes(order).await
    }
}
