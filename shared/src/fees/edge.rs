//! What there is to earn for who takes what the market quotes.

use super::{FeeRule, FeeSchedule, Fill, Membership, OrderFees, Role};
use crate::Invalid;
use crate::market::{Action, Side};
use crate::units::{Cash, Price, Quantity};

/// The best prices of YES at which one can sell and buy at once; none on a side that nobody quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotes {
    /// The highest bid.
    pub bid: Option<Price>,
    /// The lowest offer.
    pub ask: Option<Price>,
}

impl Quotes {
    /// Returns the quotes of a market of which only the last print is known: one could trade either way at its price.
    pub const fn at(last: Price) -> Self {
        Self { bid: Some(last), ask: Some(last) }
    }
}

/// The better of the two sides that a taker can buy, and what it is expected to earn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The outcome to buy: YES at the offer, or NO at what the bid leaves of a dollar, which is to sell YES at the bid.
    pub side: Side,
    /// What a contract of that outcome costs.
    pub price: Price,
    /// The taker's fee a contract, rounded up to a millionth of a dollar.
    pub fee: Cash,
    /// What a contract is expected to pay, less its price and fee; negative where the market leaves nothing to take.
    pub earns: Cash,
}

impl Edge {
    /// Returns the better side of `quotes`, YES if both earn the same, for who believes that YES comes true with
    /// probability `fair` and buys `count` contracts in one order by these rules; nothing where nobody quotes.
    ///
    /// ```
    /// use shared::fees::{Edge, FeeRule, FeeSchedule, Quotes};
    /// use shared::market::{FeeMultiplier, FeeType, Side};
    /// use shared::units::Quantity;
    ///
    /// let schedule = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE)?;
    /// let quotes = Quotes { bid: Some("0.4000".parse()?), ask: Some("0.4200".parse()?) };
    /// let (rule, count) = (FeeRule::newest(), Quantity::from_contracts(100)?);
    /// let edge = Edge::best(0.3, quotes, schedule, rule, count)?.expect("both sides are quoted");
    /// // NO for 60 cents, worth 70: 10 less the fee of 0.07 · 0.6 · 0.4.
    /// assert_eq!((edge.take(), edge.price.to_string()), (Some(Side::No), "0.6000".to_owned()));
    /// assert_eq!(edge.earns.to_string(), "0.083200");
    /// # Ok::<(), shared::Invalid>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Names `fair` if it is no probability, and `count` if nothing is bought or more than an amount of money holds.
    pub fn best(
        fair: f64,
        quotes: Quotes,
        schedule: FeeSchedule,
        rule: FeeRule,
        count: Quantity,
    ) -> Result<Option<Self>, Invalid> {
        if !(0.0..=1.0).contains(&fair) {
            return Err(Invalid::new("fair", format!("must be a probability, got {fair}")));
        }
        // To the millionth of a dollar that money is kept in.
        let fair = (fair * 1e6).round() as i64;
        let mut best: Option<Self> = None;
        for (side, price, worth) in
            [(Side::Yes, quotes.ask, fair), (Side::No, quotes.bid.map(Price::complement), 1_000_000 - fair)]
        {
            let Some(price) = price else { continue };
            let fill = Fill { rule, role: Role::Taker, action: Action::Buy, price, count };
            let total = OrderFees::new(schedule, Membership::Direct).fill(&fill)?.net;
            let fee = per_contract(total, count);
            let cost = 100 * price.centicents() + fee.microdollars();
            let earns = Cash::from_microdollars(worth - cost);
            if best.is_none_or(|other| earns > other.earns) {
                best = Some(Self { side, price, fee, earns });
            }
        }
        Ok(best)
    }

    /// Returns the outcome to buy, or nothing if neither earns anything.
    pub fn take(&self) -> Option<Side> {
        (self.earns > Cash::ZERO).then_some(self.side)
    }
}

/// Returns a contract's share of what `count` of them are charged, rounded up.
fn per_contract(total: Cash, count: Quantity) -> Cash {
    let hundredths = i128::from(count.hundredths().max(1));
    let share = (i128::from(total.microdollars()) * 100 + hundredths - 1).div_euclid(hundredths);
    Cash::from_microdollars(i64::try_from(share).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::market::{FeeMultiplier, FeeType};

    fn best(fair: f64, bid: Option<i64>, ask: Option<i64>) -> Option<Edge> {
        let price = |cents: i64| Price::from_cents(cents).unwrap();
        let schedule = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).unwrap();
        let quotes = Quotes { bid: bid.map(price), ask: ask.map(price) };
        Edge::best(fair, quotes, schedule, FeeRule::newest(), Quantity::from_contracts(100).unwrap()).unwrap()
    }

    #[test]
    fn a_cheap_yes_is_bought_and_a_dear_one_sold() {
        let yes = best(0.6, Some(48), Some(50)).unwrap();
        // 60 - 50 - 7 · ½ · ½ cents.
        assert_eq!((yes.take(), yes.earns), (Some(Side::Yes), Cash::from_microdollars(82_500)));
        let no = best(0.4, Some(50), Some(52)).unwrap();
        assert_eq!(
            (no.take(), no.price, no.earns),
            (Some(Side::No), Price::from_cents(50).unwrap(), yes.earns)
        );
    }

    #[test]
    fn between_the_quotes_or_within_the_fee_neither_is_taken() {
        let edge = best(0.5, Some(48), Some(52)).unwrap();
        assert_eq!((edge.take(), edge.side), (None, Side::Yes));
        assert!(edge.earns < Cash::from_microdollars(-20_000));
        // A cent of edge, and a fee of 1.75 cents.
        assert_eq!(best(0.51, Some(50), Some(50)).unwrap().take(), None);
        assert_eq!(best(0.5, None, None), None);
        // The side that nobody quotes can't be taken.
        assert_eq!(best(0.9, Some(50), None).unwrap().take(), None);
    }

    #[test]
    fn what_is_no_probability_or_no_order_is_named() {
        let schedule = FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).unwrap();
        let best = |fair, count| {
            Edge::best(fair, Quotes::at(Price::from_cents(50).unwrap()), schedule, FeeRule::newest(), count)
        };
        for fair in [-0.1, 1.1, f64::NAN] {
            assert_eq!(best(fair, Quantity::from_contracts(1).unwrap()).unwrap_err().field, "fair");
        }
        assert_eq!(best(0.5, Quantity::ZERO).unwrap_err().field, "count");
    }

    proptest! {
        #[test]
        fn at_most_one_side_earns_and_it_is_the_one_that_fair_lies_beyond(
            fair in 0.0..=1.0_f64, bid in 1..=98_i64, spread in 1..=10_i64,
        ) {
            let ask = (bid + spread).min(99);
            let edge = best(fair, Some(bid), Some(ask)).unwrap();
            match edge.take() {
                Some(Side::Yes) => prop_assert!(fair > ask as f64 / 100.0),
                Some(Side::No) => prop_assert!(fair < bid as f64 / 100.0),
                None => {}
            }
            // Mirrored: NO of this market is YES of the other.
            let mirror = best(1.0 - fair, Some(100 - ask), Some(100 - bid)).unwrap();
            prop_assert!((mirror.earns.microdollars() - edge.earns.microdollars()).abs() <= 1);
        }
    }
}
