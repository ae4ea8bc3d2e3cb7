//! What a contract pays in the end, and what is put right afterwards.

use super::engine::MOST_MONEY;
use super::refusal::too_much;
use super::{MarketStatus, Matching, Refusal, What};
use crate::units::{Cash, Price, Timestamp};

impl Matching {
    /// Settles a contract at `value` a YES contract, from $0 to $1, which need be neither: positions become cash, each down
    /// to the cent. What is rounded away the exchange keeps: it is counted in [`Audit::rounding`](super::Audit::rounding).
    ///
    /// # Errors
    ///
    /// Refuses a contract that has settled.
    pub fn settle(&mut self, now: Timestamp, market: usize, value: Price) -> Result<(), Refusal> {
        self.advance(now);
        let listed = self.markets.get(market).ok_or(Refusal::NoSuchMarket)?;
        if matches!(listed.status, MarketStatus::Settled(_)) {
            return Err(Refusal::Inactive);
        }
        self.close(market);
        let now = self.now;
        for account in &mut self.accounts {
            if let Some(payout) = account.holding_mut(market).map(|holding| holding.settle(value, now)) {
                account.cash += payout.paid.microdollars();
                self.rounding += payout.rounded;
            }
        }
        self.settled(market, value);
        Ok(())
    }

    /// Corrects the value at which a contract has settled: each account gets or gives the difference.
    ///
    /// An account that has spent what it was paid wrongly then owes: its free cash is below zero, and it can do nothing that
    /// costs until it has been paid. What of its orders rests stays.
    ///
    /// # Errors
    ///
    /// Refuses a contract that has not settled, and a correction after which accounts would owe more than a trillion dollars.
    pub fn resettle(&mut self, now: Timestamp, market: usize, value: Price) -> Result<(), Refusal> {
        self.advance(now);
        let listed = self.markets.get(market).ok_or(Refusal::NoSuchMarket)?;
        let MarketStatus::Settled(before) = listed.status else { return Err(Refusal::Inactive) };
        let owed = self.accounts.iter().map(|account| {
            let paid = |value| account.holding(market).map_or(Cash::ZERO, |holding| holding.would_pay(value));
            (account.cash + paid(value).microdollars() - paid(before).microdollars()).min(0)
        });
        if owed.map(i128::from).sum::<i128>() < -i128::from(MOST_MONEY) {
            return Err(too_much("value"));
        }
        let now = self.now;
        for account in &mut self.accounts {
            let holding = account.holding_mut(market);
            if let Some([was, is]) = holding.map(|holding| holding.resettle(before, value, now)) {
                account.cash += is.paid.microdollars() - was.paid.microdollars();
                self.rounding += is.rounded - was.rounded;
            }
        }
        self.settled(market, value);
        Ok(())
    }

    /// Notes what a contract has paid.
    fn settled(&mut self, market: usize, value: Price) {
        let status = MarketStatus::Settled(value);
        if let Some(listed) = self.markets.get_mut(market) {
            listed.status = status;
        }
        self.tell(What::Status { market, status });
    }
}
