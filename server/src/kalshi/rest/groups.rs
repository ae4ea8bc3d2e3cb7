//! Groups of orders, which the exchange cancels together when too much of them is filled within seconds.

use reqwest::Method;
use shared::wire::{GroupCreated, GroupLimit, OrderGroup, OrderGroupAnswer, OrderGroups};

use super::{Ask, Client, Failure, NONE, Sending};

const GROUPS: [&str; 2] = ["portfolio", "order_groups"];

impl Client {
    /// Makes a group. If it is unknown whether it was made, [`Self::order_groups`] tells: one without orders does nothing.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn create_group(&self, limit: &GroupLimit) -> Result<GroupCreated, Failure> {
        let [a, b] = GROUPS;
        let path = [a, b, "create"];
        let ask = Ask { method: Method::POST, path: &path, query: &[], body: Some(limit), items: 1 };
        self.read(&ask, &mut Sending::default()).await
    }

    /// Returns all groups.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn order_groups(&self) -> Result<Vec<OrderGroup>, Failure> {
        self.get::<OrderGroups>(&GROUPS, &[]).await.map(|answer| answer.order_groups)
    }

    /// Returns a group with the ids of its orders that rest.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn order_group(&self, id: &str) -> Result<OrderGroupAnswer, Failure> {
        let [a, b] = GROUPS;
        self.get(&[a, b, id], &[]).await
    }

    /// Sets how much of a group may be filled within 15 seconds.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn limit_group(&self, id: &str, limit: &GroupLimit) -> Result<(), Failure> {
        self.change_group(Method::PUT, &[id, "limit"], Some(limit)).await
    }

    /// Cancels a group's orders, and lets no more in until it is [reset](Self::reset_group). It passes all orders that wait.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn trigger_group(&self, id: &str) -> Result<(), Failure> {
        self.change_group(Method::PUT, &[id, "trigger"], Some(&EMPTY)).await
    }

    /// Lets a group trade again, with nothing counted.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn reset_group(&self, id: &str) -> Result<(), Failure> {
        self.change_group(Method::PUT, &[id, "reset"], Some(&EMPTY)).await
    }

    /// Removes a group and cancels its orders.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn delete_group(&self, id: &str) -> Result<(), Failure> {
        self.change_group(Method::DELETE, &[id], NONE).await
    }

    async fn change_group(
        &self,
        method: Method,
        of: &[&str],
        body: Option<&impl serde::Serialize>,
    ) -> Result<(), Failure> {
        let path: Vec<&str> = GROUPS.iter().chain(of).copied().collect();
        let ask = Ask { method, path: &path, query: &[], body, items: 1 };
        self.send(&ask, &mut Sending::default()).await.map(drop).map_err(|failed| failed.failure)
    }
}

/// A body of which nothing is said: `{}`.
#[derive(serde::Serialize)]
struct Empty {}

const EMPTY: Empty = Empty {};
