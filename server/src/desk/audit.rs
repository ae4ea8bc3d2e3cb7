//! Asking now and then whether the exchange holds what we think.

use std::time::Duration;

use anyhow::bail;
use shared::market::Position;

use super::core::Core;
use super::find::{self, Account};
use crate::kalshi::Client;

/// How often it is asked.
pub(super) const EVERY: Duration = Duration::from_secs(10);

/// What the exchange holds, and how many of our fills were known when it was asked.
pub(super) struct Audit {
    fills: u32,
    account: anyhow::Result<Account>,
}

impl Audit {
    /// Asks the exchange, where so many of our fills are known.
    pub(super) async fn of(client: &Client, fills: u32) -> Self {
        Self { fills, account: find::account(client).await }
    }

    /// Compares what is held with what the exchange says, where nothing has happened since it was asked, and returns how often
    /// in a row it was something else.
    ///
    /// # Errors
    ///
    /// Says what differs: twice in a row is no delay any more.
    pub(super) fn compare(self, core: &mut Core, misfits: u32) -> anyhow::Result<u32> {
        let held = match self.account {
            Ok(account) => account.held,
            Err(error) => {
                core.alert(true, format!("the account can't be asked for: {error:#}"));
                return Ok(misfits);
            }
        };
        if self.fills != core.fills || !core.orders.is_idle() {
            return Ok(misfits);
        }
        let Some(maker) = core.maker() else { return Ok(0) };
        let differs = core.contracts.iter().zip(0..).find(|(contract, place)| {
            let told = held.get(&contract.ticker).copied().unwrap_or(Position::FLAT);
            told != maker.position(*place) && maker.ledger().settled(*place).is_none()
        });
        match differs {
            None => Ok(0),
            Some(_) if misfits == 0 => Ok(1),
            Some((contract, _)) => {
                bail!("the exchange holds another position of {} than was heard", contract.ticker)
            }
        }
    }
}
