//! The best portfolio as whole contracts, or why there is nothing to buy.

use super::bet::{Sized, Sizing};
use super::event::{Event, SIDES, price};
use super::order::{Nothing, Order};
use crate::market::Side;
use crate::math::{ln, max, min};
use crate::search::Optimum;
use crate::units::Quantity;

/// What fees may be rounded up by, in dollars.
const CENT: f64 = 0.01;

impl Event<'_> {
    /// Returns the orders of whole contracts of `best`, each of which raises the expected logarithm.
    pub(super) fn whole(
        &self,
        best: &[f64],
        optimum: &Optimum,
        before: &[f64],
        shrink: f64,
        room: f64,
    ) -> Sizing {
        let order = |(i, best): (usize, &f64)| {
            let side = if *best > 0.0 { Side::Yes } else { Side::No };
            // The search ends a hair from its bounds: a hair less than a whole contract is one.
            let count = Quantity::from_contracts((best.abs() + 1e-6).floor() as i64).ok()?;
            if count.is_zero() {
                return None;
            }
            Order::new(side, price(&self.bets[i], side)?, count, self.charges).ok()
        };
        let mut orders: Vec<Option<Order>> = best.iter().enumerate().map(order).collect();
        // Whole contracts lose less than one each; rounded fees may still cost more than there is, or than they earn.
        let growth_of = |orders: &[Option<Order>]| self.growth(orders, before, max(room, 0.0));
        let mut growth = growth_of(&orders);
        loop {
            let mut drop = None;
            for i in 0..orders.len() {
                let Some(order) = orders[i].take() else { continue };
                let without = growth_of(&orders);
                orders[i] = Some(order);
                if without >= growth && drop.is_none_or(|(_, most)| without > most) {
                    drop = Some((i, without));
                }
            }
            let Some((i, without)) = drop else { break };
            orders[i] = None;
            growth = without;
        }
        let contracts = orders
            .into_iter()
            .enumerate()
            .map(|(i, order)| Sized {
                order: order.ok_or_else(|| self.why_not(i, best[i], room <= 0.0)),
                best: best[i],
            })
            .collect();
        let best_growth = optimum.growth;
        Sizing { contracts, shrink, growth, best_growth, gap: optimum.gap, worth: self.worth }
    }

    /// Returns by what orders raise the expected logarithm; minus infinity if they cost more than there is, or than there is
    /// `room` for.
    fn growth(&self, orders: &[Option<Order>], before: &[f64], room: f64) -> f64 {
        let mut after = before.to_vec();
        let (mut used, mut slack) = (0.0, 0.0);
        for (i, order) in orders.iter().enumerate() {
            let Some(order) = order else { continue };
            let (count, cost) = (order.count.to_contracts(), order.cost());
            let held = self.bets[i].position.contracts() * if order.side == Side::Yes { -1.0 } else { 1.0 };
            let closed = min(max(held, 0.0), count);
            used += cost - closed;
            // What is sold was made whole, too, and frees up to a dollar less than was planned with.
            slack += CENT + if closed > 0.0 { 1.0 } else { 0.0 };
            for (j, after) in after.iter_mut().enumerate() {
                let pays = (j == i) == (order.side == Side::Yes);
                *after += if pays { count - cost } else { -cost };
            }
        }
        if used > min(self.cash, room + slack) {
            return f64::NEG_INFINITY;
        }
        let mut growth = 0.0;
        for ((p, before), after) in self.probabilities.iter().zip(before).zip(after) {
            if *p > 0.0 {
                if after <= 0.0 {
                    return f64::NEG_INFINITY;
                }
                growth += p * ln(after / before);
            }
        }
        growth
    }

    /// Returns why nothing is bought of a contract of which `best` contracts would be best.
    pub(super) fn why_not(&self, i: usize, best: f64, is_spent: bool) -> Nothing {
        let bet = &self.bets[i];
        if !bet.is_signal {
            return Nothing::NoSignal;
        }
        if bet.quotes.bid.is_none() && bet.quotes.ask.is_none() {
            return Nothing::NoQuotes;
        }
        if best.abs() >= 1.0 - 1e-6 {
            return Nothing::Fee;
        }
        let worth = |side: Side| if side == Side::Yes { bet.fair } else { 1.0 - bet.fair };
        let is_good = |side: &Side| self.costs[i][*side as usize].is_some_and(|cost| worth(*side) > cost);
        let Some(side) = SIDES.into_iter().find(is_good) else {
            return if best.abs() > 1e-6 { Nothing::LessThanOne } else { Nothing::NoEdge };
        };
        let towards = bet.position.contracts() * if side == Side::Yes { 1.0 } else { -1.0 };
        let limit = self.account.max_position.map_or(f64::INFINITY, Quantity::to_contracts);
        if towards > limit - 1.0 {
            Nothing::AtLimit
        } else if best.abs() > 1e-6 {
            Nothing::LessThanOne
        } else if is_spent {
            Nothing::NoBudget
        } else {
            Nothing::Crowded
        }
    }
}
