//! What is known of the event that is followed. No socket and no clock.

use std::collections::VecDeque;

use shared::book::{Books, NoPrices};
use shared::fees::FeeSchedule;
use shared::market::{Action, Side, Ticker, Trade};
use shared::quoting::Status;
use shared::stream::{DepthView, TradeRow};
use shared::units::{Price, Quantity, Timestamp};
use shared::wire::{MarketLifecycle, OrderbookDelta, OrderbookSnapshot};

use crate::kalshi::Open;

/// What is known of an event.
pub(super) struct Core {
    pub(super) open: Open,
    /// What is charged, or why that isn't known.
    pub(super) fees: Result<FeeSchedule, String>,
    pub(super) books: Books,
    pub(super) contracts: Vec<Contract>,
}

/// What is known of a contract beside its book.
pub(super) struct Contract {
    pub(super) ticker: Ticker,
    pub(super) name: String,
    pub(super) status: Status,
    pub(super) closes: Timestamp,
    /// The grid's step at a price of half a dollar.
    pub(super) tick: Price,
    /// The latest trades, the newest first, and by which ids they are known.
    trades: VecDeque<Trade>,
    /// The last trade's price, of which nobody says when it was.
    listed: Option<Price>,
    /// How much was traded since this began to listen.
    pub(super) volume: Quantity,
}

/// How far a frame has changed what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Nothing,
    Something,
    /// A book can't be right: all are to be asked for again.
    Misfit,
}

impl Core {
    /// Begins with what is listed; no book is here yet.
    pub(super) fn new(open: Open, fees: Result<FeeSchedule, String>) -> Self {
        let contracts: Vec<Contract> = open.contracts.iter().map(Contract::listed).collect();
        // Every subscription of ours asks for that.
        let books = Books::new(contracts.iter().map(|contract| contract.ticker.clone()), NoPrices::OfYes);
        Self { open, fees, books, contracts }
    }

    fn contract(&mut self, ticker: &Ticker) -> Option<&mut Contract> {
        self.contracts.iter_mut().find(|contract| contract.ticker == *ticker)
    }

    /// Takes all of a book.
    pub(super) fn book(&mut self, told: &OrderbookSnapshot) -> Change {
        match self.books.replace(told) {
            Ok(true) => Change::Something,
            Ok(false) => Change::Nothing,
            Err(misfit) => Self::misfit(&misfit),
        }
    }

    /// Takes a change of a book.
    pub(super) fn level(&mut self, told: &OrderbookDelta) -> Change {
        match self.books.change(told) {
            Ok(true) => Change::Something,
            Ok(false) => Change::Nothing,
            Err(misfit) => Self::misfit(&misfit),
        }
    }

    fn misfit(misfit: &shared::book::Misfit) -> Change {
        tracing::warn!("{misfit}: books are asked for again");
        Change::Misfit
    }

    /// Takes a public trade, each once. `is_new` are those that happen while this listens.
    pub(super) fn trade(&mut self, trade: Trade, is_new: bool) -> Change {
        let contract = self.contract(&trade.ticker);
        if contract.is_some_and(|contract| contract.traded(trade, is_new)) {
            Change::Something
        } else {
            Change::Nothing
        }
    }

    /// Takes what happened to a contract.
    pub(super) fn lifecycle(&mut self, told: &MarketLifecycle) -> Change {
        let Some(contract) = self.contract(&told.market_ticker) else { return Change::Nothing };
        contract.status = match told.event_type.as_str() {
            "activated" => Status::Open,
            "deactivated" => Status::Paused,
            "determined" | "settled" => Status::Closed,
            _ => return Change::Nothing,
        };
        Change::Something
    }

    /// Takes what is listed now: where contracts stand, and their last prices.
    pub(super) fn listed(&mut self, markets: &[shared::wire::Market]) -> Change {
        for market in markets {
            let Some(contract) = self.contract(&market.ticker) else { continue };
            contract.status = crate::kalshi::trading_status(&market.status);
            contract.listed = last_price(market).or(contract.listed);
            contract.closes = market.close_time.0;
        }
        Change::Something
    }

    /// Takes note of the time: nobody says when a contract closes. Returns whether any can be traded.
    pub(super) fn pass(&mut self, now: Timestamp) -> bool {
        for contract in self.contracts.iter_mut().filter(|contract| now >= contract.closes) {
            contract.status = Status::Closed;
        }
        self.contracts.iter().any(|contract| contract.status != Status::Closed)
    }

    /// Returns the time of the last trade that is known of any contract.
    pub(super) fn last_trade(&self) -> Option<Timestamp> {
        self.contracts.iter().filter_map(|contract| contract.trades.front()).map(|trade| trade.at).max()
    }
}

/// Returns the price of a contract's last trade; zero stands for none.
fn last_price(market: &shared::wire::Market) -> Option<Price> {
    market.last_price_dollars.filter(|price| *price > Price::ZERO)
}

impl Contract {
    fn listed(market: &shared::wire::Market) -> Self {
        let half = Price::nearest(0.5);
        let ranges = market.price_ranges.iter().flat_map(|grid| grid.ranges());
        let tick = ranges.filter(|range| range.end >= half).map(|range| range.step).next();
        Self {
            ticker: market.ticker.clone(),
            name: market.yes_sub_title.clone(),
            status: crate::kalshi::trading_status(&market.status),
            closes: market.close_time.0,
            tick: tick.unwrap_or(Price::ZERO),
            trades: VecDeque::new(),
            listed: last_price(market),
            volume: Quantity::ZERO,
        }
    }

    /// Takes a trade, unless it is known or older than all that are kept; returns whether it is new here.
    fn traded(&mut self, trade: Trade, is_new: bool) -> bool {
        if self.trades.iter().any(|known| known.id == trade.id && known.at == trade.at) {
            return false;
        }
        if is_new {
            self.volume = self.volume.checked_add(trade.count).unwrap_or(self.volume);
        }
        // The newest stands first; trades come in order but for those that were asked for later.
        let place = self.trades.partition_point(|known| known.at > trade.at);
        self.trades.insert(place, trade);
        self.trades.truncate(DepthView::TRADES);
        true
    }

    /// Returns the last trade's price, and its time where that is known.
    pub(super) fn last(&self) -> Option<(Price, Option<Timestamp>)> {
        let trade = self.trades.front().map(|trade| (trade.price, Some(trade.at)));
        trade.or_else(|| Some((self.listed?, None)))
    }

    /// Returns the latest trades, the newest first.
    pub(super) fn trades(&self) -> Vec<TradeRow> {
        let row = |trade: &Trade| TradeRow {
            at: trade.at,
            price: trade.price,
            count: trade.count,
            taker: trade.taker_side.map(|side| match side {
                Side::Yes => Action::Buy,
                Side::No => Action::Sell,
            }),
            is_block: trade.is_block,
        };
        self.trades.iter().map(row).collect()
    }
}
