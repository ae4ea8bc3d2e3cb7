//! A book as a ladder: a rung a price, what rests there, and what stands beside it.

use super::desk::{BookView, OwnOrder};
use crate::market::Action;
use crate::units::Price;

/// How many rungs are shown at most above the middle of the book, and below it.
const RUNGS: usize = 14;
/// As many empty prices in a row are shown as rungs of their own; more are one rung that says how many.
const EMPTY: i64 = 4;

/// A rung of a ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct Rung {
    /// The YES price; the highest of them where it stands for several.
    pub price: Price,
    /// How many prices without anything it stands for, if it stands for more than one.
    pub skipped: i64,
    /// Contracts bid for and offered at this price, ours included.
    pub sizes: [f64; 2],
    /// Contracts bid for and offered at this price and at all better ones.
    pub depths: [f64; 2],
    /// The quoter's bid and offer at this price.
    pub own: [Option<OwnOrder>; 2],
    /// The bid and the offer at this price that a person has placed by hand.
    pub hand: [Option<OwnOrder>; 2],
    /// Whether the last public trade was at this price.
    pub is_last: bool,
    /// Where the fair value is, from 0 at the rung's upper edge to 1 at its lower one, if it is beside this rung.
    pub fair: Option<f64>,
}

impl BookView {
    /// Returns the book's rungs, the highest price first: every price with something in it around the middle of the
    /// book, the empty ones between them, and wherever they are our orders, the last trade and the fair value.
    pub fn ladder(&self) -> Vec<Rung> {
        let tick = self.tick.centicents().max(1);
        // To the nearest price of the grid around the middle; a price at either end of all is none.
        let fair = self.fair.map(|fair| fair * 1e4);
        let fair_rung = fair.map(|fair| (fair / tick as f64).round() as i64 * tick);
        let fair_rung = fair_rung.map(|rung| rung.min(10_000 - tick).max(tick));
        let mut kept: Vec<i64> = self.around_the_middle();
        kept.extend(self.orders.iter().map(|order| order.price.centicents()));
        kept.extend(self.last.map(Price::centicents));
        kept.extend(fair_rung);
        kept.sort_unstable_by(|a, b| b.cmp(a));
        kept.dedup();

        let mut rungs = Vec::new();
        let mut above = None;
        for price in kept {
            if let Some(above) = above {
                let empty = (above - price - 1) / tick;
                if empty > EMPTY {
                    rungs.extend(rung(above - tick, empty));
                } else {
                    rungs.extend((1..=empty).filter_map(|k| rung(above - k * tick, 0)));
                }
            }
            above = Some(price);
            rungs.extend(rung(price, 0));
        }
        for rung in &mut rungs {
            self.fill(rung);
            if let Some(fair) = fair.filter(|_| fair_rung == Some(rung.price.centicents())) {
                let from_top = (rung.price.centicents() as f64 - fair) / tick as f64 + 0.5;
                rung.fair = Some(from_top.clamp(0.0, 1.0));
            }
        }
        rungs
    }

    /// Returns the prices with something in them that are nearest to the middle.
    fn around_the_middle(&self) -> Vec<i64> {
        let offered = self.levels.iter().filter(|level| !level.ask.is_zero()).rev().take(RUNGS);
        let bid = self.levels.iter().filter(|level| !level.bid.is_zero()).take(RUNGS);
        offered.chain(bid).map(|level| level.price.centicents()).collect()
    }

    /// Says what is at a rung's price.
    fn fill(&self, rung: &mut Rung) {
        if rung.skipped > 0 {
            return;
        }
        for level in &self.levels {
            let [bid, ask] = [level.bid, level.ask].map(|size| size.to_contracts());
            if level.price == rung.price {
                rung.sizes = [bid, ask];
            }
            if level.price >= rung.price {
                rung.depths[0] += bid;
            }
            if level.price <= rung.price {
                rung.depths[1] += ask;
            }
        }
        for order in self.orders.iter().filter(|order| order.price == rung.price) {
            let [bid, ask] = if order.is_by_hand { &mut rung.hand } else { &mut rung.own };
            *(if order.action == Action::Buy { bid } else { ask }) = Some(order.clone());
        }
        rung.is_last = self.last == Some(rung.price);
    }
}

/// Returns an empty rung; none where there is no such price.
fn rung(centicents: i64, skipped: i64) -> Option<Rung> {
    let price = Price::from_centicents(centicents).ok()?;
    Some(Rung {
        price,
        skipped,
        sizes: [0.0; 2],
        depths: [0.0; 2],
        own: [None, None],
        hand: [None, None],
        is_last: false,
        fair: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::LadderLevel;
    use crate::units::Quantity;

    fn price(cents: i64) -> Price {
        Price::from_cents(cents).unwrap()
    }

    fn count(contracts: i64) -> Quantity {
        Quantity::from_contracts(contracts).unwrap()
    }

    fn book(bids: &[(i64, i64)], asks: &[(i64, i64)]) -> BookView {
        let bid = |(p, n): &(i64, i64)| LadderLevel { price: price(*p), bid: count(*n), ask: count(0) };
        let ask = |(p, n): &(i64, i64)| LadderLevel { price: price(*p), bid: count(0), ask: count(*n) };
        let mut levels: Vec<_> = asks.iter().map(ask).chain(bids.iter().map(bid)).collect();
        levels.sort_by_key(|level| -level.price.centicents());
        BookView {
            ticker: "KXTOPMONTHLY-SIM-ALD".parse().unwrap(),
            tick: price(1),
            levels,
            orders: Vec::new(),
            last: None,
            fair: None,
            decided: None,
        }
    }

    fn cents(rungs: &[Rung]) -> Vec<(i64, i64)> {
        rungs.iter().map(|rung| (rung.price.centicents() / 100, rung.skipped)).collect()
    }

    #[test]
    fn empty_prices_between_are_rungs_until_there_are_many() {
        let rungs = book(&[(40, 5), (39, 7), (30, 1)], &[(43, 2)]).ladder();
        assert_eq!(cents(&rungs), [(43, 0), (42, 0), (41, 0), (40, 0), (39, 0), (38, 8), (30, 0)]);
        let rungs = book(&[(40, 5), (35, 7)], &[]).ladder();
        assert_eq!(cents(&rungs), [(40, 0), (39, 0), (38, 0), (37, 0), (36, 0), (35, 0)]);
    }

    #[test]
    fn a_depth_is_of_a_price_and_all_better_ones() {
        let rungs = book(&[(40, 5), (39, 7)], &[(42, 2), (41, 3)]).ladder();
        let found: Vec<_> = rungs.iter().map(|rung| (rung.sizes, rung.depths)).collect();
        assert_eq!(
            found,
            [
                ([0.0, 2.0], [0.0, 5.0]),
                ([0.0, 3.0], [0.0, 3.0]),
                ([5.0, 0.0], [5.0, 0.0]),
                ([7.0, 0.0], [12.0, 0.0])
            ]
        );
    }

    #[test]
    fn ours_the_last_trade_and_the_fair_value_are_there_wherever_they_are() {
        let mut view = book(&[(40, 5)], &[(42, 2)]);
        view.last = Some(price(44));
        view.fair = Some(0.4125);
        view.orders = vec![OwnOrder {
            action: Action::Buy,
            price: price(38),
            left: count(3),
            is_settled: true,
            ahead: Some(count(9)),
            is_by_hand: false,
        }];
        let rungs = view.ladder();
        assert_eq!(cents(&rungs).first(), Some(&(44, 0)));
        assert!(rungs.first().unwrap().is_last);
        let ours = rungs.last().unwrap();
        assert_eq!((ours.price, ours.own[0].as_ref().unwrap().left), (price(38), count(3)));
        let beside: Vec<_> = rungs.iter().filter_map(|rung| Some((rung.price, rung.fair?))).collect();
        assert_eq!(beside.len(), 1);
        assert_eq!(beside[0].0, price(41));
        assert!((beside[0].1 - 0.25).abs() < 1e-9, "a quarter of a tick above the rung's middle: {beside:?}");
    }

    #[test]
    fn a_deep_book_is_shown_around_its_middle() {
        let bids: Vec<_> = (1..50).map(|cents| (cents, 1)).collect();
        let asks: Vec<_> = (51..99).map(|cents| (cents, 1)).collect();
        let rungs = book(&bids, &asks).ladder();
        assert_eq!(rungs.len(), 2 * RUNGS + 1);
        assert_eq!((rungs[0].price, rungs[2 * RUNGS].price), (price(64), price(36)));
    }

    #[test]
    fn a_book_of_nothing_has_no_rungs() {
        assert!(book(&[], &[]).ladder().is_empty());
    }
}
