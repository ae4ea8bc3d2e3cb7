//! What it costs to take an event as a whole, and whether that leaves anything.
//!
//! Of contracts that exclude each other at most one pays. So whoever holds NO of *m* of them is paid at least *m* − 1
//! dollars, whatever happens: that costs less where the bids come to more than a dollar and the fees. Whoever holds YES of
//! all that are listed is paid a dollar **if one of them wins**, which exclusion alone doesn't promise.

use super::{FeeRule, FeeSchedule, Fill, Membership, OrderFees, Role};
use crate::Invalid;
use crate::market::{Action, Side};
use crate::units::{Cash, Price, Quantity};

/// The best levels of a contract's book: what can be sold and bought at once, and at which YES price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Touch {
    /// The highest bid for YES.
    pub bid: Option<(Price, Quantity)>,
    /// The lowest offer of YES.
    pub ask: Option<(Price, Quantity)>,
}

/// As many contracts of one side in each of some contracts of an event, taken at the best prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basket {
    /// YES of all contracts, or NO of some.
    pub side: Side,
    /// In how many contracts.
    pub legs: u32,
    /// How many of each.
    pub count: Quantity,
    /// What they cost without fees.
    pub cost: Cash,
    /// What a taker is charged, each leg an order.
    pub fees: Cash,
    /// What they pay in the end: of NO at least this, of YES this if one of the contracts pays.
    pub pays: Cash,
}

impl Basket {
    /// Returns what is left after cost and fees; negative where nothing is.
    pub const fn profit(&self) -> Cash {
        let spent = self.cost.microdollars().saturating_add(self.fees.microdollars());
        Cash::from_microdollars(self.pays.microdollars().saturating_sub(spent))
    }

    /// Returns YES of all contracts, `count` of each; nothing where one of them isn't offered or there is none.
    ///
    /// # Errors
    ///
    /// Names what is more than an amount of money holds.
    pub fn of_yes(
        event: &[Touch],
        count: Quantity,
        schedule: FeeSchedule,
        rule: FeeRule,
    ) -> Result<Option<Self>, Invalid> {
        let prices: Option<Vec<Price>> = event.iter().map(|touch| Some(touch.ask?.0)).collect();
        let Some(prices) = prices.filter(|prices| !prices.is_empty()) else { return Ok(None) };
        let basket = Self::bought(Side::Yes, &prices, count, schedule, rule)?;
        Ok(Some(Self { pays: Price::ONE.cost(count), ..basket }))
    }

    /// Returns NO of every contract that has a bid, `count` of each; nothing where none has.
    ///
    /// # Errors
    ///
    /// Names what is more than an amount of money holds.
    pub fn of_no(
        event: &[Touch],
        count: Quantity,
        schedule: FeeSchedule,
        rule: FeeRule,
    ) -> Result<Option<Self>, Invalid> {
        let prices: Vec<Price> = event.iter().filter_map(|touch| Some(touch.bid?.0.complement())).collect();
        if prices.is_empty() {
            return Ok(None);
        }
        let basket = Self::bought(Side::No, &prices, count, schedule, rule)?;
        let all_but_one = i64::from(basket.legs.saturating_sub(1));
        let pays = Price::ONE.cost(count).microdollars().saturating_mul(all_but_one);
        Ok(Some(Self { pays: Cash::from_microdollars(pays), ..basket }))
    }

    /// Returns the basket that leaves most at the best prices and for no more than rests there, of YES and of NO; nothing of
    /// a side that leaves nothing. What lies deeper in the books is not looked at.
    ///
    /// # Errors
    ///
    /// Names what is more than an amount of money holds.
    pub fn that_leave_something(
        event: &[Touch],
        schedule: FeeSchedule,
        rule: FeeRule,
    ) -> Result<[Option<Self>; 2], Invalid> {
        // A larger basket has fewer legs: those whose bid is as large. The best one has the size of one of them.
        let mut no: Option<Self> = None;
        for size in event.iter().filter_map(|touch| Some(touch.bid?.1)) {
            let large = |touch: &&Touch| touch.bid.is_some_and(|(_, bid)| bid >= size);
            let legs: Vec<Touch> = event.iter().filter(large).copied().collect();
            let found = Self::of_no(&legs, size, schedule, rule)?;
            no = found.into_iter().chain(no).max_by_key(Self::profit);
        }
        let smallest = event.iter().filter_map(|touch| Some(touch.ask?.1)).min();
        let yes = match smallest {
            Some(size) => Self::of_yes(event, size, schedule, rule)?,
            None => None,
        };
        let leaves = |basket: &Self| basket.profit() > Cash::ZERO;
        Ok([yes.filter(leaves), no.filter(leaves)])
    }

    fn bought(
        side: Side,
        prices: &[Price],
        count: Quantity,
        schedule: FeeSchedule,
        rule: FeeRule,
    ) -> Result<Self, Invalid> {
        let (mut cost, mut fees, mut legs) = (Cash::ZERO, Cash::ZERO, 0);
        let too_much = || Invalid::new("count", "costs more than an amount of money holds");
        for price in prices {
            let fill = Fill { rule, role: Role::Taker, action: Action::Buy, price: *price, count };
            let fee = OrderFees::new(schedule, Membership::Direct).fill(&fill)?.net;
            fees = fees.checked_add(fee).ok_or_else(too_much)?;
            cost = cost.checked_add(price.cost(count)).ok_or_else(too_much)?;
            legs += 1;
        }
        Ok(Self { side, legs, count, cost, fees, pays: Cash::ZERO })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::market::{FeeMultiplier, FeeType};

    fn schedule() -> FeeSchedule {
        FeeSchedule::new(FeeType::Quadratic, FeeMultiplier::ONE).unwrap()
    }

    fn level((cents, contracts): (i64, i64)) -> (Price, Quantity) {
        (Price::from_cents(cents).unwrap(), Quantity::from_contracts(contracts).unwrap())
    }

    fn touch(bid: (i64, i64), ask: (i64, i64)) -> Touch {
        Touch { bid: Some(level(bid)), ask: Some(level(ask)) }
    }

    fn hundred() -> Quantity {
        Quantity::from_contracts(100).unwrap()
    }

    #[test]
    fn an_event_costs_more_than_a_dollar_either_way() {
        let event = [touch((48, 10), (52, 10)), touch((27, 10), (31, 10)), touch((17, 10), (22, 10))];
        let yes = Basket::of_yes(&event, hundred(), schedule(), FeeRule::newest()).unwrap().unwrap();
        // 100 · (0.52 + 0.31 + 0.22), and 7 · (0.52 · 0.48 + 0.31 · 0.69 + 0.22 · 0.78).
        assert_eq!((yes.cost.to_string(), yes.fees.to_string()), ("105.000000".into(), "4.445700".into()));
        assert_eq!(yes.profit().to_string(), "-9.445700");
        let no = Basket::of_no(&event, hundred(), schedule(), FeeRule::newest()).unwrap().unwrap();
        // 100 · (0.52 + 0.73 + 0.83) for at least 200 dollars, and 7 · (0.48 · 0.52 + 0.27 · 0.73 + 0.17 · 0.83).
        assert_eq!((no.cost.to_string(), no.pays.to_string()), ("208.000000".into(), "200.000000".into()));
        assert_eq!(no.fees.to_string(), "4.114600");
        let left = Basket::that_leave_something(&event, schedule(), FeeRule::newest()).unwrap();
        assert_eq!(left, [None, None]);
    }

    #[test]
    fn bids_above_a_dollar_are_sold_in_the_size_that_leaves_most() {
        let event = [touch((60, 50), (70, 1)), touch((50, 50), (60, 1)), touch((9, 1), (12, 1))];
        let [yes, no] = Basket::that_leave_something(&event, schedule(), FeeRule::newest()).unwrap();
        let no = no.unwrap();
        // With the third leg it would be one of each.
        assert_eq!((no.legs, no.count), (2, Quantity::from_contracts(50).unwrap()));
        // 50 · (1.10 − 1) less 3.5 · (0.24 + 0.25).
        assert_eq!(no.profit().to_string(), "3.285000");
        assert_eq!(yes, None);
    }

    #[test]
    fn what_nobody_offers_can_t_be_bought_whole() {
        let event = [Touch { bid: None, ask: Some(level((3, 5))) }, Touch::default()];
        let rule = FeeRule::newest();
        assert_eq!(Basket::of_yes(&event, hundred(), schedule(), rule).unwrap(), None);
        assert_eq!(Basket::of_no(&event, hundred(), schedule(), rule).unwrap(), None);
        assert_eq!(Basket::of_yes(&[], hundred(), schedule(), rule).unwrap(), None);
        assert_eq!(Basket::that_leave_something(&event, schedule(), rule).unwrap(), [None, None]);
    }

    proptest! {
        /// Whatever wins, or nothing: holding the basket and settling it leaves at least what it says.
        #[test]
        fn a_basket_of_no_never_leaves_less_than_it_says(
            bids in prop::collection::vec((1..=99_i64, 1..=40_i64), 1..8),
        ) {
            let event: Vec<Touch> =
                bids.iter().map(|bid| Touch { bid: Some(level(*bid)), ask: None }).collect();
            let count = Quantity::from_contracts(3).unwrap();
            let basket = Basket::of_no(&event, count, schedule(), FeeRule::newest()).unwrap().unwrap();
            let spent = basket.cost.microdollars() + basket.fees.microdollars();
            for winner in 0..=bids.len() {
                let paid: i64 = (0..bids.len()).filter(|leg| *leg != winner).map(|_| 3_000_000).sum();
                prop_assert!(paid - spent >= basket.profit().microdollars());
            }
            let all: i64 = bids.iter().map(|(cents, _)| 30_000 * cents).sum();
            prop_assert_eq!(basket.profit().microdollars(), all - 3_000_000 - basket.fees.microdollars());
        }
    }
}
