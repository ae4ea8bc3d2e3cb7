//! Traders that whoever runs the exchange lets do as they like: what happens in a market can so be written down and done.

use serde::{Deserialize, Serialize};
use shared::exchange::matching::{AccountNumber, NewOrder, OrderNumber, TimeInForce};
use shared::market::{Action, Ticker};
use shared::units::{Cash, Price, Quantity, Timestamp};

use super::core::Core;

/// What each of them has: more than they can lose.
const PURSE: i64 = 1_000_000;

/// What one of them is to order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Strange {
    ticker: Ticker,
    action: Action,
    /// The YES price.
    price: Price,
    count: Quantity,
    /// Whether it takes what is there at once and leaves nothing; else what is left of it rests.
    #[serde(default)]
    takes: bool,
}

/// What became of it.
#[derive(Debug, Serialize)]
pub(super) struct Became {
    filled: Quantity,
    rests: Quantity,
}

/// Who they are, once one was asked to do something: one rests and another takes, so that they can trade with each other.
#[derive(Debug)]
pub(super) struct Strangers {
    rests: AccountNumber,
    takes: AccountNumber,
}

impl Core {
    /// Returns the strangers, who come when they are first asked for.
    fn strangers(&mut self) -> Result<&Strangers, String> {
        if self.strangers.is_none() {
            let purse = Cash::from_microdollars(PURSE * 1_000_000);
            let mut one = || {
                let account = self.exchange.open_account();
                self.exchange.pay(account, purse).map(|()| account).map_err(|why| why.to_string())
            };
            self.strangers = Some(Strangers { rests: one()?, takes: one()? });
        }
        self.strangers.as_ref().ok_or_else(|| "there are no strangers".to_owned())
    }

    /// Lets one of them order something.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it, as the exchange does.
    pub(super) fn order_strangely(&mut self, now: Timestamp, strange: &Strange) -> Result<Became, String> {
        let &Strange { ref ticker, action, price, count, takes } = strange;
        let market = self.catalogue.place(ticker.as_str()).ok_or_else(|| format!("there is no {ticker}"))?;
        let strangers = self.strangers()?;
        let account = if takes { strangers.takes } else { strangers.rests };
        let resting = NewOrder::resting(market, action, price, count);
        let order = if takes {
            NewOrder { time_in_force: TimeInForce::ImmediateOrCancel, ..resting }
        } else {
            resting
        };
        let placed = self.order(None, |exchange| exchange.place(now, account, &order));
        let placed = placed.map_err(|why| why.to_string())?;
        Ok(Became { filled: placed.filled, rests: placed.left })
    }

    /// Takes back all that rests of theirs.
    pub(super) fn withdraw_strangers(&mut self, now: Timestamp) {
        let Some(Strangers { rests, .. }) = self.strangers else { return };
        let orders: Vec<OrderNumber> = self.exchange.resting(rests).map(|order| order.number).collect();
        for order in orders {
            // What is not there any more needn't be taken back.
            let _ = self.exchange.cancel(now, rests, order);
        }
        self.publish();
    }
}
