//! Books and trades as Kalshi's stream tells them, onto a tape.

use super::decoder::{Decoder, Level};
use super::tape::BookTape;
use crate::Invalid;
use crate::book::NoPrices;
use crate::market::{Action, Side, Ticker};
use crate::sort;
use crate::units::{Price, Timestamp};
use crate::wire::{LevelText, OrderbookDelta, OrderbookSnapshot, TradeMessage};

/// Puts a tape together from the messages of a stream.
///
/// A change says when it was made, a snapshot doesn't: it is taken to be of when it was received. Who has no clock of its
/// own beside the messages gives the time of the last one. A change of a book of which no snapshot has come is left out:
/// the snapshot has it. Block trades were made off the book and are left out too.
#[derive(Debug, Clone)]
pub struct Told {
    no_prices: NoPrices,
    decoder: Decoder,
    tickers: Vec<Ticker>,
    /// Whether a contract's book is known.
    known: Vec<bool>,
}

impl Told {
    /// Returns a tape's beginning, where bids for NO are told at these prices.
    pub fn new(no_prices: NoPrices) -> Self {
        Self { no_prices, decoder: Decoder::new(), tickers: Vec::new(), known: Vec::new() }
    }

    /// Returns the contract's place.
    fn place(&mut self, ticker: &Ticker) -> usize {
        self.tickers.iter().position(|known| known == ticker).unwrap_or_else(|| {
            self.tickers.push(ticker.clone());
            self.known.push(false);
            self.tickers.len() - 1
        })
    }

    /// Returns the side of the book that bids for an outcome are on, and the YES price of one that was told at `price`.
    fn level(&self, side: Side, price: Price) -> (Action, Price) {
        match (side, self.no_prices) {
            (Side::Yes, _) => (Action::Buy, price),
            (Side::No, NoPrices::OfNo) => (Action::Sell, price.complement()),
            (Side::No, NoPrices::OfYes) => (Action::Sell, price),
        }
    }

    /// Takes in all of a book.
    pub fn snapshot(&mut self, received: Timestamp, snapshot: &OrderbookSnapshot) {
        let place = self.place(&snapshot.market_ticker);
        let sides = [(Side::Yes, &snapshot.yes_dollars_fp), (Side::No, &snapshot.no_dollars_fp)];
        let of = |(side, told): (Side, &Vec<LevelText>)| {
            let level = |LevelText(price, size): &LevelText| {
                let (side, price) = self.level(side, *price);
                Level { side, price, size: *size }
            };
            told.iter().map(level).collect::<Vec<_>>()
        };
        let levels = sides.map(of).concat();
        self.decoder.snapshot(received, received, place, &levels);
        self.known[place] = true;
    }

    /// Takes in a change of a book.
    ///
    /// # Errors
    ///
    /// Names `change` where less than nothing would be left; the book is then unknown until its snapshot comes.
    pub fn change(&mut self, received: Timestamp, delta: &OrderbookDelta) -> Result<(), Invalid> {
        let place = self.place(&delta.market_ticker);
        if !self.known[place] {
            return Ok(());
        }
        let at = delta.ts_ms.map(|at| at.0).or(delta.ts.map(|at| at.0)).unwrap_or(received);
        let level = self.level(delta.side, delta.price_dollars);
        let done = self.decoder.change(at, received, place, level, delta.delta_fp.hundredths());
        self.known[place] = done.is_ok();
        done
    }

    /// Takes in a trade.
    ///
    /// # Errors
    ///
    /// Names `taker_side` where it isn't said who took.
    pub fn trade(&mut self, received: Timestamp, trade: &TradeMessage) -> Result<(), Invalid> {
        if trade.is_block_trade == Some(true) {
            return Ok(());
        }
        let place = self.place(&trade.market_ticker);
        let taker = trade.taker_outcome_side.or(trade.taker_side);
        let side = match taker.ok_or_else(|| Invalid::new("taker_side", "is missing"))? {
            Side::Yes => Action::Sell,
            Side::No => Action::Buy,
        };
        let at = trade.ts_ms.map(|at| at.0).or(trade.ts.map(|at| at.0)).unwrap_or(received);
        let level = Level { side, price: trade.yes_price_dollars, size: trade.count_fp };
        self.decoder.trade(at, received, place, level);
        Ok(())
    }

    /// Forgets all books: something was missed, and what comes next are snapshots.
    pub fn forget(&mut self) {
        self.known.fill(false);
    }

    /// Returns the tape, and its contracts by place, in order of their tickers.
    ///
    /// # Errors
    ///
    /// As [`BookTape::new`].
    pub fn tape(self) -> Result<(Vec<Ticker>, BookTape), Invalid> {
        let contracts = self.tickers.len();
        let order = sort::places(contracts, &|a, b| self.tickers[a] < self.tickers[b]);
        let mut places = vec![0; contracts];
        for (to, from) in order.iter().enumerate() {
            places[*from] = to;
        }
        let tickers = order.iter().map(|from| self.tickers[*from].clone()).collect();
        Ok((tickers, self.decoder.placed(&places)?))
    }
}
