//! What the account has: fills, positions, money.

use shared::units::Timestamp;
use shared::wire::{
    Balance, Fill, FillsPage, MarketPosition, PositionsPage, Settlement, SettlementsPage, UserDataTimestamp,
};

use super::pages::{min_ts, oldest_first};
use super::{Client, Failure};

impl Client {
    /// Returns the fills, the oldest first and each once: of an order, of `since` or later, where those are said.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn fills(
        &self,
        order_id: Option<&str>,
        since: Option<Timestamp>,
    ) -> Result<Vec<Fill>, Failure> {
        let min_ts = min_ts(since);
        let mut query = Vec::with_capacity(2);
        query.extend(order_id.map(|id| ("order_id", id)));
        query.extend(min_ts.as_deref().map(|second| ("min_ts", second)));
        let mut fills = self.list::<FillsPage>(&["portfolio", "fills"], &query).await?;
        fills.retain(|fill| {
            let at = fill.created_time.map(|at| at.0);
            since.is_none_or(|since| at.is_none_or(|at| at >= since))
        });
        Ok(oldest_first(fills, |fill| &fill.fill_id))
    }

    /// Returns what is or was held, by contract.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn positions(&self) -> Result<Vec<MarketPosition>, Failure> {
        self.list::<PositionsPage>(&["portfolio", "positions"], &[]).await
    }

    /// Returns what contracts have paid, the oldest first and each once: of `since` or later, where that is said.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn settlements(&self, since: Option<Timestamp>) -> Result<Vec<Settlement>, Failure> {
        let min_ts = min_ts(since);
        let query: Vec<_> = min_ts.as_deref().map(|second| ("min_ts", second)).into_iter().collect();
        let mut paid = self.list::<SettlementsPage>(&["portfolio", "settlements"], &query).await?;
        paid.retain(|paid| since.is_none_or(|since| paid.settled_time.0 >= since));
        // A contract that was restated has paid more than once.
        paid.dedup();
        paid.reverse();
        Ok(paid)
    }

    /// Returns until when balance, orders, fills and positions are told.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn user_data_timestamp(&self) -> Result<Timestamp, Failure> {
        let answer = self.get::<UserDataTimestamp>(&["exchange", "user_data_timestamp"], &[]).await?;
        Ok(answer.as_of_time.0)
    }

    /// Returns the money. It has a bucket of its own: on the lowest tiers a question a second.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn balance(&self) -> Result<Balance, Failure> {
        self.get(&["portfolio", "balance"], &[]).await
    }
}
