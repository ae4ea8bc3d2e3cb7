//! The book of one contract.

use super::half::{Bad, Half, Level};
use super::misfit::Misfit;
use crate::market::{Action, Side, Ticker};
use crate::units::{Price, Quantity};
use crate::wire::{LevelText, OrderbookSnapshot, SignedCount};

/// At which prices bids for NO are told: a subscription says so when it begins (`use_yes_price`), frames don't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPrices {
    /// At the price of YES at which a bid for NO offers it.
    OfYes,
    /// At NO's own price, one dollar less that.
    OfNo,
}

impl NoPrices {
    /// Returns at which prices a book must have been told, as with the other reading somebody would bid as much as somebody
    /// else asks; `None` where both readings are possible, or neither is.
    pub fn told_by(snapshot: &OrderbookSnapshot) -> Option<Self> {
        let is_possible = |no_prices: &Self| {
            let mut book = Book::new(snapshot.market_ticker.clone(), *no_prices);
            book.replace(snapshot).is_ok() && !book.is_crossed()
        };
        let mut possible = [Self::OfYes, Self::OfNo].into_iter().filter(is_possible);
        possible.next().filter(|_| possible.next().is_none())
    }
}

/// The levels of one contract as the stream tells them. It knows nothing until a snapshot has come, and nothing more once
/// something hasn't fitted.
///
/// A bid for NO at a price is an offer of YES at one dollar less that price: that is the only kind of offer there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    ticker: Ticker,
    no_prices: NoPrices,
    is_known: bool,
    yes: Half,
    no: Half,
}

impl Book {
    /// Returns the book of a contract before anything was told of it.
    pub fn new(ticker: Ticker, no_prices: NoPrices) -> Self {
        Self { ticker, no_prices, is_known: false, yes: Half::default(), no: Half::default() }
    }

    /// Returns whose book it is.
    pub const fn ticker(&self) -> &Ticker {
        &self.ticker
    }

    /// Returns whether a snapshot has come since it was forgotten.
    pub const fn is_known(&self) -> bool {
        self.is_known
    }

    /// Takes all of the book: nothing of what was there before is left. Whose snapshot it is is not looked at.
    ///
    /// # Errors
    ///
    /// Returns [`Misfit::Twice`], and forgets the book, where a price is told twice.
    pub fn replace(&mut self, snapshot: &OrderbookSnapshot) -> Result<(), Misfit> {
        self.is_known = true;
        for (side, told) in [(Side::Yes, &snapshot.yes_dollars_fp), (Side::No, &snapshot.no_dollars_fp)] {
            let own = |level: &LevelText| Level { price: self.own(side, level.0), size: level.1 };
            let levels: Vec<Level> = told.iter().map(own).collect();
            if let Err(price) = self.half_mut(side).replace(levels.into_iter()) {
                self.forget();
                return Err(Misfit::Twice {
                    ticker: self.ticker.clone(),
                    side,
                    price: self.own(side, price),
                });
            }
        }
        Ok(())
    }

    /// Reads all that was told, and all that comes, as told at these prices.
    pub(super) fn read_at(&mut self, no_prices: NoPrices) {
        if self.no_prices != no_prices {
            self.no_prices = no_prices;
            self.no.complement();
        }
    }

    /// Takes a change of what is bid for an outcome at a price, which is told as snapshots tell it. A change of a book that
    /// isn't known changes nothing: the snapshot that comes has it.
    ///
    /// # Errors
    ///
    /// Returns a [`Misfit`], and forgets the book, where less than nothing would be left, or more than can be counted.
    #[inline]
    pub fn change(&mut self, side: Side, price: Price, change: SignedCount) -> Result<(), Misfit> {
        if !self.is_known {
            return Ok(());
        }
        let own = self.own(side, price);
        self.half_mut(side).add(own, change.hundredths()).map_err(|bad| self.misfit(side, price, change, bad))
    }

    #[cold]
    fn misfit(&mut self, side: Side, price: Price, change: SignedCount, bad: Bad) -> Misfit {
        self.forget();
        let ticker = self.ticker.clone();
        match bad {
            Bad::BelowZero(there) => Misfit::BelowZero { ticker, side, price, there, change },
            Bad::TooMuch(there) => Misfit::TooMuch { ticker, side, price, there, change },
        }
    }

    /// Forgets all of it: what comes next is a snapshot.
    pub fn forget(&mut self) {
        self.is_known = false;
        self.yes.clear();
        self.no.clear();
    }

    /// Returns the price at which an outcome's bids are kept: its own. What is told and what is kept are turned into each
    /// other in the same way.
    #[inline]
    fn own(&self, side: Side, price: Price) -> Price {
        match (side, self.no_prices) {
            (Side::No, NoPrices::OfYes) => price.complement(),
            _ => price,
        }
    }

    fn half_mut(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Yes => &mut self.yes,
            Side::No => &mut self.no,
        }
    }

    /// Returns what rests on the side that an order of this action would rest on, the best price first: bids for YES, or
    /// offers of it. All prices are YES prices.
    pub fn levels(&self, action: Action) -> impl DoubleEndedIterator<Item = (Price, Quantity)> {
        let (half, is_offered) = match action {
            Action::Buy => (&self.yes, false),
            Action::Sell => (&self.no, true),
        };
        let yes = move |price: Price| if is_offered { price.complement() } else { price };
        half.levels().map(move |level| (yes(level.price), level.size))
    }

    /// Returns the best price of that side, and how much is there.
    pub fn best(&self, action: Action) -> Option<(Price, Quantity)> {
        self.levels(action).next()
    }

    /// Returns how much rests at a YES price on that side.
    pub fn at(&self, action: Action, price: Price) -> Quantity {
        match action {
            Action::Buy => self.yes.at(price),
            Action::Sell => self.no.at(price.complement()),
        }
    }

    /// Returns how much rests on that side at a YES price and at all better ones; [`Quantity::MAX`] where it is more than
    /// can be counted.
    pub fn depth(&self, action: Action, price: Price) -> Quantity {
        let is_as_good = |level: &(Price, Quantity)| match action {
            Action::Buy => level.0 >= price,
            Action::Sell => level.0 <= price,
        };
        let all = self.levels(action).take_while(is_as_good);
        all.fold(Quantity::ZERO, |sum, level| sum.checked_add(level.1).unwrap_or(Quantity::MAX))
    }

    /// Returns the mean of best bid and best offer, each weighed by how much is on the *other* side, in dollars: the side
    /// with less in it gives way first. Nothing where a side is empty.
    ///
    /// Source: Gatheral and Oomen, "Zero-intelligence realized variance estimation", Finance and Stochastics 14 (2010).
    pub fn micro_price(&self) -> Option<f64> {
        let (bid, bid_size) = self.best(Action::Buy)?;
        let (ask, ask_size) = self.best(Action::Sell)?;
        let (bid_size, ask_size) = (bid_size.to_contracts(), ask_size.to_contracts());
        Some((bid.to_dollars() * ask_size + ask.to_dollars() * bid_size) / (bid_size + ask_size))
    }

    /// Returns whether somebody bids as much as somebody else asks, which can't stay so: it is seen between two changes of
    /// one action, or after something was lost.
    pub fn is_crossed(&self) -> bool {
        let both = self.best(Action::Buy).zip(self.best(Action::Sell));
        both.is_some_and(|((bid, _), (ask, _))| bid >= ask)
    }
}
