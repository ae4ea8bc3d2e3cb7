//! Asking now and then whether the exchange holds what we think.

use std::time::Duration;

use anyhow::bail;
use shared::market::Position;

use super::core::Core;
use super::find::{self, Account};
use crate::kalshi::Client;

/// How often it is asked.
pub(super) const EVERY: Duration = Duration::from_secs(10);

/// What the exchange says that we have, and how many of our fills were known when it was asked.
pub(super) struct Audit {
    fills: u32,
    account: anyhow::Result<Account>,
}

impl Audit {
    /// Asks the exchange, where so many of our fills are known.
    pub(super) async fn of(client: &Client, fills: u32) -> Self {
        Self { fills, account: find::account(client).await }
    }

    /// Compares cash and positions with what the exchange says, where nothing has happened since it was asked. `misfit` is how
    /// many of our fills were known when they were last something else, if they were; so is what is returned.
    ///
    /// # Errors
    ///
    /// Says what differs: twice in a row, with no fill between, is no delay any more. The exchange tells positions up to a
    /// second later than fills, so that a look that comes soon after a fill proves nothing.
    pub(super) fn compare(self, core: &mut Core, misfit: Option<u32>) -> anyhow::Result<Option<u32>> {
        let account = match self.account {
            Ok(account) => account,
            Err(error) => {
                core.alert(true, format!("the account can't be asked for: {error:#}"));
                return Ok(misfit);
            }
        };
        if self.fills != core.fills || !core.orders.is_idle() {
            return Ok(misfit);
        }
        match differs(core, &account) {
            None => Ok(None),
            Some(what) if misfit == Some(self.fills) => bail!(what),
            Some(_) => Ok(Some(self.fills)),
        }
    }
}

/// Returns what the exchange says otherwise than was heard.
fn differs(core: &Core, account: &Account) -> Option<String> {
    let maker = core.maker()?;
    let (cash, free) = (maker.ledger().balance(), account.free);
    let rests = core.orders.all().next().is_some();
    // What orders reserve of it while they rest is the exchange's to say.
    let is_other = if rests { free > cash } else { free != cash };
    if is_other {
        return Some(format!("the exchange has {free} free, where {cash} were reckoned"));
    }
    let held = core.contracts.iter().zip(0..).find(|(contract, place)| {
        let told = account.held.get(&contract.ticker).copied().unwrap_or(Position::FLAT);
        told != maker.position(*place) && maker.ledger().settled(*place).is_none()
    });
    held.map(|(contract, _)| {
        format!("the exchange holds another position of {} than was heard", contract.ticker)
    })
}

#[cfg(test)]
mod tests {
    use shared::units::{Cash, Timestamp};

    use super::*;
    use crate::desk::tests::quoting;

    #[test]
    fn what_differs_once_may_be_late_and_twice_is_said() {
        let now: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
        let mut core = quoting(now);
        let ticker = core.contracts[0].ticker.clone();
        let mut compare = |free: &str, held: i64, misfit| {
            let held = [(ticker.clone(), Position::from_hundredths(held).unwrap())].into();
            let free: Cash = free.parse().unwrap();
            let audit = Audit { fills: 0, account: Ok(Account { free, held }) };
            audit.compare(&mut core, misfit).map_err(|why| why.to_string())
        };
        // Its orders are not answered yet: they count as resting, and reserve something.
        for (free, held) in [("10000", 0), ("9990", 0)] {
            assert_eq!(compare(free, held, Some(0)), Ok(None));
        }
        for (free, held, word) in [("10000.0001", 0, "free"), ("10000", 100, "position")] {
            assert_eq!(compare(free, held, None), Ok(Some(0)));
            // What did not fit before a fill may have been late, as may be what does not fit after it.
            assert_eq!(compare(free, held, Some(7)), Ok(Some(0)));
            let why = compare(free, held, Some(0)).unwrap_err();
            assert!(why.contains(word), "{why}");
        }
    }

    #[test]
    fn where_nothing_rests_cash_is_the_same_to_the_microdollar() {
        let now: Timestamp = "2026-11-16T10:00:00Z".parse().unwrap();
        let mut core = quoting(now);
        core.kill(now);
        for (free, misfit) in [("10000", None), ("9999.999999", Some(0))] {
            let account = Ok(Account { free: free.parse().unwrap(), held: [].into() });
            assert_eq!(Audit { fills: 0, account }.compare(&mut core, None).unwrap(), misfit);
        }
    }
}
