//! What happened to each contract, minute by minute: the best prices, the trades, and how many pairs were open.

use std::collections::{BTreeMap, VecDeque};

use shared::exchange::matching::{Event, Matching, What};
use shared::market::Action;
use shared::units::{Price, Timestamp};

/// How many minutes of a contract are kept, the latest: a month in which each has something.
const MINUTES: usize = 45_000;
/// A minute, in microseconds.
const MINUTE: i64 = 60_000_000;

/// The first, lowest, highest and last of prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) open: Price,
    pub(super) low: Price,
    pub(super) high: Price,
    pub(super) close: Price,
}

impl Range {
    /// Returns that of one price.
    pub(super) const fn of(price: Price) -> Self {
        Self { open: price, low: price, high: price, close: price }
    }

    /// Adds what came after it.
    pub(super) fn then(&mut self, later: Self) {
        self.low = self.low.min(later.low);
        self.high = self.high.max(later.high);
        self.close = later.close;
    }
}

/// What was traded in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Traded {
    pub(super) price: Range,
    /// In hundredths of a contract.
    pub(super) count: i64,
    /// Hundredths of a contract times centi-cents, for the mean.
    pub(super) weighted: i64,
}

/// A time in which something happened, from one minute to years long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candle {
    /// When it ended, in minutes since 1970.
    pub(super) end: i64,
    /// The best bid; none is zero.
    pub(super) bid: Range,
    /// The best offer; none is a dollar.
    pub(super) ask: Range,
    pub(super) traded: Option<Traded>,
    /// The price of the last trade until its end.
    pub(super) last: Option<Price>,
    /// How many pairs were open at its end, in hundredths of a contract.
    pub(super) open_interest: i64,
}

impl Candle {
    /// Adds what came after it.
    fn then(&mut self, later: &Self) {
        self.bid.then(later.bid);
        self.ask.then(later.ask);
        self.open_interest = later.open_interest;
        self.last = later.last.or(self.last);
        match (&mut self.traded, later.traded) {
            (Some(traded), Some(more)) => {
                traded.price.then(more.price);
                traded.count = traded.count.saturating_add(more.count);
                traded.weighted = traded.weighted.saturating_add(more.weighted);
            }
            (traded, more) => *traded = traded.or(more),
        }
    }
}

/// A contract's minutes.
#[derive(Debug, Default)]
struct OfMarket {
    minutes: VecDeque<Candle>,
    open_interest: i64,
    /// Something happened since the book was last looked at.
    is_touched: bool,
}

/// All contracts' minutes, by place.
#[derive(Debug, Default)]
pub(super) struct Candles(BTreeMap<usize, OfMarket>);

/// Returns the minute that an instant lies in, by its end.
const fn minute(at: Timestamp) -> i64 {
    at.micros().div_euclid(MINUTE) + 1
}

impl OfMarket {
    /// Returns the minute of an instant, which begins as the last one ended.
    fn at(&mut self, at: Timestamp, bid: Price, ask: Price) -> Option<&mut Candle> {
        let end = minute(at);
        let last = self.minutes.back();
        if last.is_none_or(|last| last.end < end) {
            let fresh = Candle {
                end,
                bid: Range::of(last.map_or(bid, |last| last.bid.close)),
                ask: Range::of(last.map_or(ask, |last| last.ask.close)),
                traded: None,
                last: last.and_then(|last| last.last),
                open_interest: self.open_interest,
            };
            self.minutes.push_back(fresh);
            if self.minutes.len() > MINUTES {
                self.minutes.pop_front();
            }
        }
        self.minutes.back_mut()
    }
}

impl Candles {
    /// Takes in what has happened.
    pub(super) fn note(&mut self, event: &Event) {
        match &event.what {
            What::Trade(trade) => {
                let of = self.0.entry(trade.market).or_default();
                of.is_touched = true;
                let Some(candle) = of.at(event.at, Price::ZERO, Price::ONE) else { return };
                let count = trade.count.hundredths();
                let weighted = count.saturating_mul(trade.price.centicents());
                let one = Traded { price: Range::of(trade.price), count, weighted };
                let later = Candle { traded: Some(one), last: Some(trade.price), ..*candle };
                candle.then(&later);
            }
            What::Fill(fill) => {
                let after = fill.position.hundredths();
                let change = match fill.action {
                    Action::Buy => fill.count.hundredths(),
                    Action::Sell => -fill.count.hundredths(),
                };
                // Open pairs are as many as YES is held.
                let of = self.0.entry(fill.market).or_default();
                of.open_interest += after.max(0) - (after - change).max(0);
            }
            What::Level { market, .. } => self.0.entry(*market).or_default().is_touched = true,
            _ => {}
        }
    }

    /// Looks at the books in which something has happened.
    pub(super) fn look(&mut self, exchange: &Matching) {
        let now = exchange.now();
        for (market, of) in self.0.iter_mut().filter(|(_, of)| of.is_touched) {
            of.is_touched = false;
            let Some(book) = exchange.markets().get(*market).map(|market| market.book()) else { continue };
            let bid = book.best(Action::Buy).unwrap_or(Price::ZERO);
            let ask = book.best(Action::Sell).unwrap_or(Price::ONE);
            let open_interest = of.open_interest;
            let Some(candle) = of.at(now, bid, ask) else { continue };
            candle.bid.then(Range::of(bid));
            candle.ask.then(Range::of(ask));
            candle.open_interest = open_interest;
        }
    }

    /// Returns the last minute of a contract that had ended by then.
    pub(super) fn before(&self, market: usize, at: Timestamp) -> Option<&Candle> {
        let minutes = &self.0.get(&market)?.minutes;
        let ended = minutes.partition_point(|one| one.end < minute(at));
        minutes.get(ended.checked_sub(1)?)
    }

    /// Returns a contract's candles of so many minutes each, in order; of the first and the last, what is kept.
    pub(super) fn of(&self, market: usize, minutes: i64) -> Vec<Candle> {
        let mut all: Vec<Candle> = Vec::new();
        for one in self.0.get(&market).into_iter().flat_map(|of| &of.minutes) {
            let end = (one.end + minutes - 1).div_euclid(minutes) * minutes;
            match all.last_mut().filter(|last| last.end == end) {
                Some(last) => last.then(one),
                None => all.push(Candle { end, ..*one }),
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use shared::exchange::matching::{Listing, NewOrder};
    use shared::fees::{FeeMultiplier, FeeSchedule, FeeType};
    use shared::market::PriceGrid;

    use super::*;

    #[test]
    fn minutes_open_as_the_last_one_closed_and_add_up_to_hours() {
        let at = |text: &str| format!("2026-11-16T{text}Z").parse::<Timestamp>().unwrap();
        let price = |text: &str| text.parse::<Price>().unwrap();
        let mut exchange = Matching::new(at("10:00:00"));
        let fees = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).unwrap();
        let listing = Listing { grid: PriceGrid::linear_cent(), fees, closes: None };
        let market = exchange.list(at("10:00:00"), listing);
        let accounts = [(), ()].map(|()| exchange.open_account());
        for account in accounts {
            exchange.pay(account, "100".parse().unwrap()).unwrap();
        }
        let mut candles = Candles::default();
        let mut place = |when: &str, who: usize, action, at_price: &str, count: &str| {
            let order = NewOrder::resting(market, action, price(at_price), count.parse().unwrap());
            exchange.place(at(when), accounts[who], &order).unwrap();
            for event in exchange.drain() {
                candles.note(&event);
            }
            candles.look(&exchange);
        };
        place("10:00:10", 0, Action::Buy, "0.40", "5");
        place("10:00:20", 0, Action::Buy, "0.42", "5");
        place("10:02:30", 1, Action::Sell, "0.40", "6");
        place("11:59:59", 1, Action::Sell, "0.50", "1");
        let minutes = candles.of(market, 1);
        let [first, second, third] = minutes[..] else { panic!("{minutes:?}") };
        assert_eq!((first.end, first.traded), (minute(at("10:00:00")), None));
        assert_eq!(
            first.bid,
            Range { open: price("0.40"), low: price("0.40"), high: price("0.42"), close: price("0.42") }
        );
        assert_eq!(
            second.bid,
            Range { open: price("0.42"), low: price("0.40"), high: price("0.42"), close: price("0.40") }
        );
        let traded = second.traded.unwrap();
        assert_eq!(
            (traded.count, traded.weighted, second.open_interest),
            (600, 500 * 4_200 + 100 * 4_000, 600)
        );
        assert_eq!((first.last, second.last, third.last), (None, Some(price("0.40")), Some(price("0.40"))));
        assert_eq!(candles.before(market, at("10:02:59")).map(|one| one.end), Some(first.end));
        assert_eq!(candles.before(market, at("10:03:00")).map(|one| one.end), Some(second.end));
        assert_eq!(candles.before(market, at("10:00:59")), None);
        assert_eq!((third.ask.open, third.ask.close), (Price::ONE, price("0.50")));
        let hours = candles.of(market, 60);
        assert_eq!(hours.iter().map(|hour| hour.end % 60).collect::<Vec<_>>(), [0, 0]);
        assert_eq!(
            (hours[0].traded, hours[0].bid.open, hours[0].bid.close),
            (second.traded, price("0.40"), price("0.40"))
        );
        assert_eq!(candles.of(market, 1_440).len(), 1);
    }
}
