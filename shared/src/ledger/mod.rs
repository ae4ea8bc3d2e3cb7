//! What is held, what it cost and what it is worth, to the microdollar.
//!
//! YES bought is cash paid, YES sold is cash received; a NO contract is a YES contract sold, for which the exchange holds
//! back $1. So a position has one sign, and buying NO at `1 - P` and selling YES at `P` are the same booking.
//!
//! ```
//! use shared::ledger::Ledger;
//! use shared::market::Action;
//! use shared::units::{Cash, Price};
//!
//! let mut ledger = Ledger::new("100".parse()?, 1);
//! ledger.fill(0, Action::Sell, "0.40".parse()?, "10".parse()?, Cash::ZERO).unwrap();
//! // Ten NO contracts for 60 cents each.
//! assert_eq!(ledger.balance().to_string(), "94.000000");
//! ledger.settle(0, Price::ZERO).unwrap();
//! assert_eq!(ledger.balance().to_string(), "104.000000");
//! # Ok::<(), shared::Invalid>(())
//! ```

mod error;

pub use error::Error;

use serde::{Deserialize, Serialize};

use crate::market::{Action, Position};
use crate::units::{Cash, Price, Quantity};

/// The account of one event: cash, and a position in each of its contracts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Cash with all bookings, NO's collateral not yet taken off.
    cash: Cash,
    /// What all positions are worth at their marks.
    worth: Cash,
    /// What is held back for NO contracts.
    collateral: Cash,
    /// What the exchange charged.
    fees: Cash,
    holdings: Vec<Holding>,
}

/// What is held of one contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Holding {
    position: Position,
    /// The YES price that the position is valued at.
    mark: Price,
    /// What a YES contract paid, once that is settled.
    settled: Option<Price>,
}

impl Ledger {
    /// Returns an account of `start` dollars in cash that holds nothing of `contracts` contracts.
    pub fn new(start: Cash, contracts: usize) -> Self {
        let mut ledger = Self {
            cash: start,
            worth: Cash::ZERO,
            collateral: Cash::ZERO,
            fees: Cash::ZERO,
            holdings: Vec::with_capacity(contracts),
        };
        (0..contracts).for_each(|_| ledger.list());
        ledger
    }

    /// Adds a contract, behind those there are.
    pub fn list(&mut self) {
        self.holdings.push(Holding { position: Position::FLAT, mark: Price::ZERO, settled: None });
    }

    /// Books that `count` contracts were bought or sold at a YES price, and what was charged for it.
    ///
    /// # Errors
    ///
    /// Returns [`Error`] if there is no such contract, it has settled, or an amount doesn't fit; nothing is booked then.
    #[inline]
    pub fn fill(
        &mut self,
        contract: usize,
        action: Action,
        price: Price,
        count: Quantity,
        fee: Cash,
    ) -> Result<(), Error> {
        let holding = self.open(contract)?;
        let position = holding.position.checked_after(action, count).ok_or(Error::TooMuch("position"))?;
        let cost = price.cost(count);
        let paid = match action {
            Action::Buy => cost,
            // A cost is not negative, so that its negation fits.
            Action::Sell => Cash::from_microdollars(-cost.microdollars()),
        };
        let cash = self.cash.checked_sub(paid).and_then(|cash| cash.checked_sub(fee));
        let cash = cash.ok_or(Error::TooMuch("cash"))?;
        let fees = self.fees.checked_add(fee).ok_or(Error::TooMuch("fees"))?;
        self.hold(contract, holding, position)?;
        (self.cash, self.fees) = (cash, fees);
        Ok(())
    }

    /// Values a contract at another YES price.
    ///
    /// # Errors
    ///
    /// As [`Ledger::fill`].
    #[inline]
    pub fn mark(&mut self, contract: usize, price: Price) -> Result<(), Error> {
        let holding = self.open(contract)?;
        if holding.position != Position::FLAT {
            let worth =
                replaced(self.worth, holding.position.worth(holding.mark), holding.position.worth(price));
            self.worth = worth.ok_or(Error::TooMuch("worth"))?;
        }
        if let Some(holding) = self.holdings.get_mut(contract) {
            holding.mark = price;
        }
        Ok(())
    }

    /// Books that a contract has settled to `value` dollars a YES contract, from $0 to $1: positions become cash, down to the
    /// cent as the exchange pays it.
    ///
    /// # Errors
    ///
    /// As [`Ledger::fill`].
    pub fn settle(&mut self, contract: usize, value: Price) -> Result<(), Error> {
        let holding = self.open(contract)?;
        let (worth, residue) = (holding.position.worth(value), holding.position.residue(value));
        let cash = self.cash.checked_add(worth).and_then(|cash| cash.checked_sub(residue));
        let cash = cash.ok_or(Error::TooMuch("cash"))?;
        self.hold(contract, holding, Position::FLAT)?;
        self.cash = cash;
        if let Some(holding) = self.holdings.get_mut(contract) {
            (holding.mark, holding.settled) = (value, Some(value));
        }
        Ok(())
    }

    /// Takes the exchange's word for what is held of a contract and returns what was thought before, if that was another
    /// position. What a position that we did not make has cost is not known: its value comes in as if it had been given.
    ///
    /// # Errors
    ///
    /// As [`Ledger::fill`].
    pub fn told_position(&mut self, contract: usize, position: Position) -> Result<Option<Position>, Error> {
        let holding = self.open(contract)?;
        if holding.position == position {
            return Ok(None);
        }
        self.hold(contract, holding, position)?;
        Ok(Some(holding.position))
    }

    /// Takes the exchange's word for the cash that is free and returns what was thought before, if that was another amount.
    ///
    /// # Errors
    ///
    /// Returns [`Error::TooMuch`] if an amount doesn't fit; nothing is booked then.
    pub fn told_balance(&mut self, balance: Cash) -> Result<Option<Cash>, Error> {
        let before = self.balance();
        if before == balance {
            return Ok(None);
        }
        self.cash = balance.checked_add(self.collateral).ok_or(Error::TooMuch("cash"))?;
        Ok(Some(before))
    }

    /// Returns how many contracts there are.
    pub fn contracts(&self) -> usize {
        self.holdings.len()
    }

    /// Returns what is held of a contract; nothing of one that there is not.
    pub fn position(&self, contract: usize) -> Position {
        self.holdings.get(contract).map_or(Position::FLAT, |holding| holding.position)
    }

    /// Returns what a YES contract paid, once it has settled.
    pub fn settled(&self, contract: usize) -> Option<Price> {
        self.holdings.get(contract).and_then(|holding| holding.settled)
    }

    /// Returns the cash that is free: what is held back for NO contracts is taken off.
    pub const fn balance(&self) -> Cash {
        // Both were checked when they were booked, and collateral is never negative.
        Cash::from_microdollars(self.cash.microdollars().saturating_sub(self.collateral.microdollars()))
    }

    /// Returns the cash with all bookings, what is held back for NO contracts not taken off: what there is if every position is
    /// worth nothing.
    pub const fn cash(&self) -> Cash {
        self.cash
    }

    /// Returns cash and positions at their marks.
    pub const fn equity(&self) -> Cash {
        // `hold` and `mark` keep both within what adds up.
        Cash::from_microdollars(self.cash.microdollars().saturating_add(self.worth.microdollars()))
    }

    /// Returns what the exchange charged so far.
    pub const fn fees(&self) -> Cash {
        self.fees
    }

    /// Returns a contract that can still be booked on.
    #[inline]
    fn open(&self, contract: usize) -> Result<Holding, Error> {
        match self.holdings.get(contract) {
            Some(holding) if holding.settled.is_none() => Ok(*holding),
            Some(_) => Err(Error::Settled { contract }),
            None => Err(Error::NoContract { contract, contracts: self.holdings.len() }),
        }
    }

    /// Holds `position` of a contract from now on.
    #[inline]
    fn hold(&mut self, contract: usize, before: Holding, position: Position) -> Result<(), Error> {
        let worth = replaced(self.worth, before.position.worth(before.mark), position.worth(before.mark));
        let collateral = replaced(self.collateral, before.position.collateral(), position.collateral());
        let worth = worth.ok_or(Error::TooMuch("worth"))?;
        let collateral = collateral.ok_or(Error::TooMuch("collateral"))?;
        if let Some(holding) = self.holdings.get_mut(contract) {
            holding.position = position;
            (self.worth, self.collateral) = (worth, collateral);
        }
        Ok(())
    }
}

/// Returns a sum in which one part took another's place.
#[inline]
fn replaced(sum: Cash, before: Cash, after: Cash) -> Option<Cash> {
    sum.checked_sub(before)?.checked_add(after)
}

#[cfg(test)]
mod tests;
