//! What an account's resting orders reserve.
//!
//! Orders on one side of a contract reserve what their contracts pay, but for those that may close a position: these are
//! taken to be the cheapest. So whatever fills next, and in whatever order, a fill frees at least what it costs.
//!
//! Most often all of them open a position or all of them close one, and sums say what is reserved ([`Tally`]). Only where
//! some do this and some that is it asked which are the cheapest ([`Side`]).
//!
//! [`Tally`]: super::tally::Tally

use crate::units::{Price, Quantity};

/// What rests of one account on one side of a contract, by what it pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Side {
    /// All hundredths of a contract.
    count: i64,
    /// What they pay, in microdollars.
    cost: i64,
    /// Hundredths of a contract by what they pay, the cheapest first.
    ladder: Vec<Change>,
}

/// A change of what rests: what a contract pays, and how many hundredths of one are more or less.
pub(super) type Change = (Price, i64);

impl Side {
    pub(super) const fn new() -> Self {
        Self { count: 0, cost: 0, ladder: Vec::new() }
    }

    /// Adds hundredths of a contract at what they pay, or takes them away.
    pub(super) fn change(&mut self, (own, hundredths): Change) {
        if hundredths == 0 {
            return;
        }
        self.count += hundredths;
        self.cost += own.centicents() * hundredths;
        let place = self.ladder.partition_point(|step| step.0 < own);
        match self.ladder.get_mut(place).filter(|step| step.0 == own) {
            Some(step) if step.1 + hundredths == 0 => drop(self.ladder.remove(place)),
            Some(step) => step.1 += hundredths,
            None => self.ladder.insert(place, (own, hundredths)),
        }
    }

    /// Returns what is to be reserved, in microdollars, where `against` contracts may be closed, if a few things changed.
    pub(super) fn needs(&self, against: Quantity, changes: &[Change]) -> i128 {
        let count = changes.iter().fold(self.count, |sum, change| sum.saturating_add(change.1));
        let each = |(own, hundredths): &Change| i128::from(own.centicents()) * i128::from(*hundredths);
        let cost = changes.iter().map(each).fold(i128::from(self.cost), |sum, part| sum + part);
        let closing = against.hundredths().min(count);
        if closing <= 0 {
            return cost;
        }
        if closing == count {
            return 0;
        }
        cost - self.cheapest(closing, changes)
    }

    /// Returns what the cheapest `closing` hundredths of a contract pay.
    fn cheapest(&self, closing: i64, changes: &[Change]) -> i128 {
        let mut cheapest = Cheapest { closing, cost: 0 };
        if changes.is_empty() {
            for step in &self.ladder {
                if cheapest.take(*step) {
                    break;
                }
            }
            return cheapest.cost;
        }
        let mut last = None;
        let mut steps = self.ladder.iter().peekable();
        loop {
            // The next price of either list; of a price both may say something.
            let later = |own: &Price| last.is_none_or(|last| *own > last);
            let changed = changes.iter().map(|change| change.0).filter(later).min();
            let own = match (steps.peek().map(|step| step.0), changed) {
                (Some(step), Some(changed)) => step.min(changed),
                (Some(own), None) | (None, Some(own)) => own,
                (None, None) => break,
            };
            let there = steps.next_if(|step| step.0 == own).map_or(0, |step| step.1);
            let more: i64 = changes.iter().filter(|change| change.0 == own).map(|change| change.1).sum();
            if cheapest.take((own, there + more)) {
                break;
            }
            last = Some(own);
        }
        cheapest.cost
    }
}

/// What is still to be closed, and what the contracts pay that do so already, in microdollars.
struct Cheapest {
    closing: i64,
    cost: i128,
}

impl Cheapest {
    /// Closes with the next cheapest contracts, and returns whether that is enough.
    fn take(&mut self, (own, hundredths): Change) -> bool {
        let part = self.closing.min(hundredths);
        self.cost += i128::from(own.centicents()) * i128::from(part);
        self.closing -= part;
        self.closing == 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exchange::matching::tally::Tally;
    use crate::market::Action;

    /// Reserves by looking at every hundredth of a contract.
    fn by_hand(orders: &[(i64, i64)], against: i64) -> i128 {
        let each = orders.iter().flat_map(|(own, count)| (0..*count).map(|_| *own));
        let mut all: Vec<i64> = each.collect();
        all.sort_unstable();
        all.iter().skip(against as usize).map(|own| i128::from(*own)).sum()
    }

    fn orders() -> impl Strategy<Value = Vec<(i64, i64)>> {
        proptest::collection::vec((1..12_i64, 1..9_i64), 0..12)
    }

    proptest! {
        #[test]
        fn the_cheapest_contracts_are_those_that_close(
            resting in orders(), extra in orders(), gone in 0..12_usize, against in 0..120_i64,
        ) {
            let own = |own: i64| Price::literal(own);
            let mut side = Side::new();
            for (price, count) in &resting {
                side.change((own(*price), *count));
            }
            let against_all = Quantity::from_hundredths(against).unwrap();
            prop_assert_eq!(side.needs(against_all, &[]), by_hand(&resting, against));
            let gone = gone.min(resting.len());
            let mut changes: Vec<Change> = extra.iter().map(|(price, count)| (own(*price), *count)).collect();
            changes.extend(resting[..gone].iter().map(|(price, count)| (own(*price), -count)));
            let left: Vec<(i64, i64)> = resting[gone..].iter().chain(&extra).copied().collect();
            prop_assert_eq!(side.needs(against_all, &changes), by_hand(&left, against));
            for change in &changes {
                side.change(*change);
            }
            prop_assert_eq!(side.needs(against_all, &[]), by_hand(&left, against));
            let steps: i64 = side.ladder.iter().map(|step| step.1).sum();
            prop_assert_eq!((steps, side.ladder.iter().all(|step| step.1 > 0)), (side.count, true));
        }

        /// What an account that has a dollar for each contract needn't work out.
        #[test]
        fn a_contract_that_rests_or_trades_takes_no_more_than_a_dollar(
            resting in orders(), extra in orders(), gone in 0..12_usize, against in 0..120_i64, traded in 0..20_i64,
        ) {
            let kept: Vec<(i64, i64)> = resting.iter().skip(gone).chain(&extra).copied().collect();
            let more: i64 = extra.iter().map(|order| order.1).sum();
            // The dearest of these contracts costs 11.
            let most = by_hand(&resting, against) + 11 * i128::from(more + traded);
            prop_assert!(by_hand(&kept, (against - traded).max(0)) <= most);
        }

        /// Sums where they suffice and a ladder where not, which comes and goes, say the same as a ladder that is kept.
        #[test]
        fn a_tally_needs_what_its_prices_do(steps in proptest::collection::vec((1..12_i64, 1..9_i64, 0..60_i64), 0..60)) {
            let (mut side, mut tally) = (Side::new(), Tally::new());
            let mut all: Vec<Change> = Vec::new();
            for (own, count, against) in steps {
                // One in three goes, if there is one.
                let change = match all.len() {
                    len if count % 3 == 0 && len > 0 => {
                        let (own, count) = all.swap_remove(own as usize % len);
                        (own, -count)
                    }
                    _ => {
                        all.push((Price::literal(own), count));
                        (Price::literal(own), count)
                    }
                };
                side.change(change);
                tally.change(change);
                let against = Quantity::from_hundredths(against).unwrap();
                let needs = side.needs(against, &[]);
                let others = core::iter::once((Action::Sell, (Price::literal(5), 100)));
                let own = all.iter().map(|order| (Action::Buy, *order));
                prop_assert_eq!(tally.total_now(against).map_or(needs, i128::from), needs);
                prop_assert_eq!(tally.total(against, &[]).unwrap_or(needs), needs);
                prop_assert_eq!(tally.by_price(Action::Buy, others.chain(own)).needs(against, &[]), needs);
            }
        }
    }
}
