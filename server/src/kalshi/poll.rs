//! What one can know without a key: books and trades, asked for again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::{Orderbook, OrderbookSnapshot, Trade};

use super::rest::{Client, Failure};

/// How often everything is asked for.
pub(crate) const EVERY: Duration = Duration::from_secs(5);
/// After so many rounds trades of a contract are asked for although its book is as it was.
const ROUNDS: u32 = 12;

/// What is known of a contract.
#[derive(Default)]
struct Known {
    book: Option<Orderbook>,
    /// The last instant of which trades were told, and those of it.
    traded: Option<Timestamp>,
    told: BTreeSet<String>,
    /// How many rounds ago its trades were asked for.
    rounds: u32,
}

/// What is asked for, and how far.
pub(crate) struct Poll {
    client: Client,
    contracts: BTreeMap<Ticker, Known>,
    /// Trades before this are not told.
    began: Timestamp,
}

/// What a round found.
#[derive(Debug)]
pub(crate) struct Round {
    /// All books, at YES prices, whether they have changed or not.
    pub(crate) books: Vec<OrderbookSnapshot>,
    /// The trades that no round told before, the oldest of each contract first.
    pub(crate) trades: Vec<Trade>,
}

impl Poll {
    /// Returns who has asked for nothing yet.
    pub(crate) fn new(client: Client, tickers: impl IntoIterator<Item = Ticker>) -> Self {
        let began = client.clock().now();
        let mut poll = Self { client, contracts: BTreeMap::new(), began };
        poll.insert(tickers);
        poll
    }

    /// Asks for these contracts too.
    pub(crate) fn insert(&mut self, tickers: impl IntoIterator<Item = Ticker>) {
        for ticker in tickers {
            self.contracts.entry(ticker).or_default();
        }
    }

    /// Asks for everything once.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart; what was found before it is found again the next time.
    pub(crate) async fn round(&mut self) -> Result<Round, Failure> {
        let tickers: Vec<Ticker> = self.contracts.keys().cloned().collect();
        let books = self.client.orderbooks(&tickers).await?;
        let mut traded = Vec::new();
        for of in &books {
            let Some(known) = self.contracts.get(&of.ticker) else { continue };
            // Who trades changes the book, but for what crosses it at once.
            if known.book.as_ref() != Some(&of.orderbook_fp) || known.rounds + 1 >= ROUNDS {
                let since = known.traded.unwrap_or(self.began);
                traded.push((of.ticker.clone(), self.client.trades(&of.ticker, Some(since)).await?));
            }
        }
        // Nothing is taken for told before all answers are here.
        let mut round = Round { books: Vec::with_capacity(books.len()), trades: Vec::new() };
        for of in books {
            round.books.push(of.at_yes_prices());
            if let Some(known) = self.contracts.get_mut(&of.ticker) {
                (known.book, known.rounds) = (Some(of.orderbook_fp), known.rounds + 1);
            }
        }
        for (ticker, trades) in traded {
            if let Some(known) = self.contracts.get_mut(&ticker) {
                round.trades.extend(known.took(trades));
            }
        }
        Ok(round)
    }
}

impl Known {
    /// Takes note of trades that are told, and returns those that were not told before.
    fn took(&mut self, trades: Vec<Trade>) -> Vec<Trade> {
        self.rounds = 0;
        let new: Vec<Trade> =
            trades.into_iter().filter(|trade| !self.told.contains(&trade.trade_id)).collect();
        let Some(last) = new.iter().map(|trade| trade.created_time.0).max() else { return new };
        if self.traded != Some(last) {
            self.told.clear();
        }
        self.traded = Some(last);
        let of_then = new.iter().filter(|trade| trade.created_time.0 == last);
        self.told.extend(of_then.map(|trade| trade.trade_id.clone()));
        new
    }
}
