//! The market as those who watch it see it.

use shared::fees::{Basket, FeeRule, Touch};
use shared::market::Action;
use shared::stream::{BasketView, BookView, DepthView, LadderLevel, MarketRow, MarketView};
use shared::units::{Price, Quantity, Timestamp};

use super::core::{Contract, Core};
use crate::clock::Clock;

/// How many levels of a side are told.
const LEVELS: usize = 40;
/// Of how many contracts a basket of the whole event is counted: as many as make the rounding of fees small.
const HUNDRED: i64 = 10_000;

/// Returns the market before anything is known of it.
pub(super) fn nothing(clock: &Clock, has_key: bool) -> MarketView {
    let why = "The exchange is asked which event is open.".to_owned();
    MarketView { is_polled: !has_key, ..MarketView::unknown(clock.now(), clock.speed(), why) }
}

impl Core {
    /// Writes what is known.
    pub(super) fn show(&self, now: Timestamp, market: &mut MarketView) {
        market.event = Some(self.open.event.event_ticker.clone());
        market.title = self.open.event.title.clone();
        market.is_exclusive = self.open.event.mutually_exclusive;
        market.closes = Some(self.open.closes);
        market.now = now;
        let touches: Vec<Touch> = self.contracts.iter().map(|contract| self.touch(contract)).collect();
        match self.baskets(&touches, now) {
            Ok((whole, leaves, fee)) => (market.whole, market.leaves, market.fee) = (whole, leaves, fee),
            Err(why) => (market.whole, market.leaves, market.fee) = ([None; 2], [None; 2], why),
        }
        market.rows = self.contracts.iter().map(|contract| self.row(contract)).collect();
        let price = |row: &MarketRow| row.micro.or_else(|| row.last.map(|(price, _)| price.to_dollars()));
        let sum: f64 = market.rows.iter().filter_map(price).sum();
        for row in &mut market.rows {
            row.share = price(row).filter(|_| sum > 0.0).map(|price| price / sum);
        }
    }

    fn touch(&self, contract: &Contract) -> Touch {
        let Some(book) = self.books.get(contract.ticker.as_str()) else { return Touch::default() };
        Touch { bid: book.best(Action::Buy), ask: book.best(Action::Sell) }
    }

    /// Returns what the event as a whole costs, what leaves something, and what is charged in words.
    fn baskets(&self, event: &[Touch], now: Timestamp) -> Result<Baskets, String> {
        let schedule = *self.fees.as_ref().map_err(|why| format!("What is charged isn't known: {why}."))?;
        let rule = FeeRule::at(now);
        let told = |basket: Option<Basket>| basket.map(BasketView::from);
        let of = || {
            let hundred = Quantity::from_hundredths(HUNDRED)?;
            let [yes, no] = Basket::that_leave_something(event, schedule, rule)?;
            let whole = [
                Basket::of_yes(event, hundred, schedule, rule)?,
                Basket::of_no(event, hundred, schedule, rule)?,
            ];
            Ok((whole.map(told), [told(yes), told(no)]))
        };
        let (whole, mut leaves) = of().map_err(|error: shared::Invalid| error.to_string())?;
        if !self.open.event.mutually_exclusive {
            // Neither YES of all nor NO of some pays what it would.
            leaves = [None; 2];
        }
        Ok((
            whole,
            leaves,
            "Sums are of 100 contracts each at the best prices, with a taker's fees.".to_owned(),
        ))
    }

    fn row(&self, contract: &Contract) -> MarketRow {
        let book = self.books.get(contract.ticker.as_str()).filter(|book| book.is_known());
        let touch = self.touch(contract);
        MarketRow {
            ticker: contract.ticker.clone(),
            name: contract.name.clone(),
            status: contract.status,
            best: [touch.bid, touch.ask],
            is_known: book.is_some(),
            micro: book.and_then(shared::book::Book::micro_price),
            share: None,
            last: contract.last(),
            volume: contract.volume,
        }
    }

    /// Returns a contract's book and trades.
    pub(super) fn depth(&self, contract: &Contract) -> Option<DepthView> {
        let book = self.books.get(contract.ticker.as_str()).filter(|book| book.is_known())?;
        let level = |action: Action| {
            move |(price, size): (Price, Quantity)| match action {
                Action::Buy => LadderLevel { price, bid: size, ask: Quantity::ZERO },
                Action::Sell => LadderLevel { price, bid: Quantity::ZERO, ask: size },
            }
        };
        let side = |action| book.levels(action).take(LEVELS).map(level(action));
        let mut levels: Vec<LadderLevel> = side(Action::Sell).collect();
        levels.reverse();
        levels.extend(side(Action::Buy));
        let view = BookView {
            ticker: contract.ticker.clone(),
            tick: contract.tick,
            levels,
            orders: Vec::new(),
            last: contract.last().map(|(price, _)| price),
            fair: None,
            decided: None,
        };
        Some(DepthView { book: view, trades: contract.trades() })
    }
}

/// What the event as a whole costs, what leaves something, and a note.
type Baskets = ([Option<BasketView>; 2], [Option<BasketView>; 2], String);
