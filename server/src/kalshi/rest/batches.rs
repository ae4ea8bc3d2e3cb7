//! Several orders in one request. Each is paid, and each is done or refused by itself.

use reqwest::Method;
use shared::wire::{
    BatchCancel, BatchCancelAnswer, BatchCancelled, BatchCreate, BatchCreateAnswer, BatchCreated,
};

use super::orders::WRITTEN;
use super::{Ask, Client, Failure, Sending};

impl Client {
    /// Places orders, in their order, and returns what became of each. More than the bucket of writes holds are
    /// [not sent](Failure::NotSent).
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart, of the whole request; an answer of another length says nothing certain of any.
    pub(crate) async fn batch_create(
        &self,
        batch: &BatchCreate,
        sent: &mut Sending,
    ) -> Result<Vec<BatchCreated>, Failure> {
        let answer: BatchCreateAnswer = self.batch(Method::POST, batch, batch.orders.len(), sent).await?;
        whole(answer.orders, batch.orders.len())
    }

    /// Takes orders back, and returns what became of each. It passes all orders that wait.
    ///
    /// # Errors
    ///
    /// As [`Self::batch_create`].
    pub(crate) async fn batch_cancel(
        &self,
        batch: &BatchCancel,
        sent: &mut Sending,
    ) -> Result<Vec<BatchCancelled>, Failure> {
        let answer: BatchCancelAnswer = self.batch(Method::DELETE, batch, batch.orders.len(), sent).await?;
        whole(answer.orders, batch.orders.len())
    }

    async fn batch<T: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        batch: &impl serde::Serialize,
        items: usize,
        sent: &mut Sending,
    ) -> Result<T, Failure> {
        let [a, b, c] = WRITTEN;
        let path = [a, b, c, "batched"];
        // More than a number holds is more than there ever are tokens.
        let items = u64::try_from(items).unwrap_or(u64::MAX);
        self.read(&Ask { method, path: &path, query: &[], body: Some(batch), items }, sent).await
    }
}

/// Returns what became of each order that was sent.
fn whole<T>(answered: Vec<T>, sent: usize) -> Result<Vec<T>, Failure> {
    if answered.len() == sent {
        return Ok(answered);
    }
    let why = anyhow::anyhow!("of {sent} orders of a batch {} were answered", answered.len());
    Err(Failure::Unknown(why))
}
