//! What one can know without a key: books and trades, asked for again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use shared::market::Ticker;
use shared::units::Timestamp;
use shared::wire::{Frame, Millis, Orderbook, OrderbookOf, Seconds, Trade, TradeMessage};

use crate::kalshi::{Client, Failure};

/// How often everything is asked for.
pub(super) const EVERY: Duration = Duration::from_secs(5);
/// After so many rounds trades of a contract are asked for although its book is as it was.
const ROUNDS: u32 = 12;
/// The subscription that its frames are said to be of; the exchange's own begin at 1.
const SID: u64 = 0;

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
pub(super) struct Poll {
    client: Client,
    contracts: BTreeMap<Ticker, Known>,
    seq: u64,
    /// Trades before this are not told.
    began: Timestamp,
}

impl Poll {
    pub(super) fn new(client: Client, tickers: impl IntoIterator<Item = Ticker>, began: Timestamp) -> Self {
        let mut poll = Self { client, contracts: BTreeMap::new(), seq: 0, began };
        poll.insert(tickers);
        poll
    }

    /// Asks for these contracts too.
    pub(super) fn insert(&mut self, tickers: impl IntoIterator<Item = Ticker>) {
        for ticker in tickers {
            self.contracts.entry(ticker).or_default();
        }
    }

    /// Asks once, and returns what was found as frames: all books, and the trades that are new.
    ///
    /// # Errors
    ///
    /// As [`Failure`] tells them apart; what was found before it is lost, and found again the next time.
    pub(super) async fn round(&mut self) -> Result<Vec<String>, Failure> {
        let tickers: Vec<Ticker> = self.contracts.keys().cloned().collect();
        let mut frames = Vec::new();
        for of in self.client.orderbooks(&tickers).await? {
            let OrderbookOf { ticker, orderbook_fp: book } = &of;
            let Some(known) = self.contracts.get_mut(ticker) else { continue };
            known.rounds += 1;
            let has_changed = known.book.as_ref() != Some(book);
            self.seq += 1;
            frames.push(Frame::OrderbookSnapshot {
                sid: SID,
                seq: self.seq,
                id: None,
                msg: of.at_yes_prices(),
            });
            // Who trades changes the book, but for what crosses it at once.
            if has_changed || known.rounds >= ROUNDS {
                let since = known.traded.unwrap_or(self.began);
                let trades = self.client.trades(ticker, Some(since)).await?;
                frames.extend(known.new_trades(&trades).map(|msg| Frame::Trade { sid: SID, seq: None, msg }));
                known.took(trades);
            }
            known.book = Some(book.clone());
        }
        // All that a frame holds can be written.
        Ok(frames.iter().filter_map(|frame| serde_json::to_string(frame).ok()).collect())
    }
}

impl Known {
    /// Returns the trades that were not told yet.
    fn new_trades(&self, trades: &[Trade]) -> impl Iterator<Item = TradeMessage> {
        trades.iter().filter(|trade| !self.told.contains(&trade.trade_id)).map(message)
    }

    /// Takes note of what was told.
    fn took(&mut self, trades: Vec<Trade>) {
        self.rounds = 0;
        let Some(last) = trades.iter().map(|trade| trade.created_time.0).max() else { return };
        if self.traded != Some(last) {
            self.told.clear();
        }
        self.traded = Some(last);
        let of_then = trades.into_iter().filter(|trade| trade.created_time.0 == last);
        self.told.extend(of_then.map(|trade| trade.trade_id));
    }
}

/// Returns a trade as the stream tells it.
fn message(trade: &Trade) -> TradeMessage {
    TradeMessage {
        trade_id: trade.trade_id.clone(),
        market_ticker: trade.ticker.clone(),
        yes_price_dollars: trade.yes_price_dollars,
        no_price_dollars: trade.no_price_dollars,
        count_fp: trade.count_fp,
        taker_side: trade.taker_side,
        taker_outcome_side: trade.taker_outcome_side,
        taker_book_side: trade.taker_book_side,
        is_block_trade: trade.is_block_trade,
        ts: Some(Seconds(trade.created_time.0)),
        ts_ms: Some(Millis(trade.created_time.0)),
    }
}
