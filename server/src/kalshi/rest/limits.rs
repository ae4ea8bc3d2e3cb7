//! How much may be asked, as the exchange says it: at the beginning, each hour, and when it refuses for want of tokens.

use std::sync::Arc;

use shared::units::Timestamp;
use shared::wire::{AccountLimits, ApiKeys, EndpointCosts};

use super::{Client, Failure};

/// How long what the exchange has said is gone by, in microseconds of the clock.
const HOUR: i64 = 3_600_000_000;

/// Follows the limits while it is there.
pub(crate) struct Followed(tokio::task::JoinHandle<()>);

impl Drop for Followed {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Client {
    /// Returns how much the account may ask.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn account_limits(&self) -> Result<AccountLimits, Failure> {
        self.get(&["account", "limits"], &[]).await
    }

    /// Returns until when the account has said where it is, without which its keys trade no contract of entertainment; nothing
    /// where it never has.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn attested_until(&self) -> Result<Option<Timestamp>, Failure> {
        let keys = self.api_keys().await?;
        let seconds = keys.api_key_region_expiration_ts;
        Ok(seconds.map(|seconds| {
            let micros = seconds.saturating_mul(1_000_000);
            Timestamp::from_micros(micros).unwrap_or(if micros > 0 { Timestamp::MAX } else { Timestamp::MIN })
        }))
    }

    /// Returns which keys the account has.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn api_keys(&self) -> Result<ApiKeys, Failure> {
        self.get(&["api_keys"], &[]).await
    }

    /// Returns what requests cost.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart.
    pub(crate) async fn endpoint_costs(&self) -> Result<EndpointCosts, Failure> {
        self.get(&["account", "endpoint_costs"], &[]).await
    }

    /// Asks how much may be asked, and goes by it from now on. Without a key there is nothing to go by but the costs.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart; what was gone by before stays.
    pub(crate) async fn learn_limits(&self) -> Result<(), Failure> {
        self.member.budget.price(&self.endpoint_costs().await?);
        if self.has_key() {
            self.member.budget.resize(&self.account_limits().await?);
        }
        Ok(())
    }

    /// Returns how much can be written at once, in tokens.
    #[cfg(test)]
    pub(in crate::kalshi) fn budget_of_writes(&self) -> u64 {
        self.member.budget.most(crate::kalshi::budget::Kind::Write)
    }

    /// Learns the limits now, each hour of the clock and after each refusal for want of tokens, as long as what is returned is
    /// there. What can't be learned is said, and the last that was known goes on.
    pub(crate) fn follow_limits(&self) -> Followed {
        let this = self.clone();
        Followed(tokio::spawn(async move {
            let member = Arc::clone(&this.member);
            loop {
                let refused = member.refused.notified();
                if let Err(failure) = this.learn_limits().await {
                    tracing::warn!("how much may be asked is not known anew: {failure}");
                }
                let clock = member.budget.clock();
                let next = clock.now().checked_add_micros(HOUR).unwrap_or(clock.now());
                tokio::select! {
                    () = clock.reached(next) => {}
                    () = refused => {}
                }
            }
        }))
    }
}
