//! What members hold, told whenever it changes.

use std::collections::{BTreeMap, BTreeSet};

use shared::exchange::matching::OwnFill;
use shared::units::{Cash, Quantity};
use shared::wire::{Channel, Frame, PositionMessage};

use crate::paper::core::Core;

/// What the accounts don't say of positions.
#[derive(Debug, Default)]
pub(in crate::paper) struct Positions {
    /// What was charged for what is held now, in microdollars, by member and contract.
    fees: BTreeMap<(usize, usize), i64>,
    /// Whose position in what is to be told.
    changed: BTreeSet<(usize, usize)>,
    /// Contracts that have been listed.
    listed: BTreeSet<usize>,
    /// Contracts that have settled since positions were last told.
    settled: BTreeSet<usize>,
}

impl Positions {
    /// Takes a fill in.
    pub(super) fn fill(&mut self, member: usize, fill: &OwnFill) {
        let place = (member, fill.market);
        self.changed.insert(place);
        let fees = self.fees.entry(place).or_insert(0);
        *fees = charged(*fees, fill);
    }

    /// Takes in that a contract was opened, and returns whether that is because it was listed.
    pub(super) fn lists(&mut self, market: usize) -> bool {
        self.listed.insert(market)
    }

    /// Takes in that a contract has settled.
    pub(super) fn settled(&mut self, market: usize) {
        self.settled.insert(market);
        self.fees.retain(|(_, held), _| *held != market);
    }
}

/// Returns what was charged for what is held after a fill, where `before` was for what was held before it: what closes takes
/// its share with it, rounded down, and what opens brings its own.
fn charged(before: i64, fill: &OwnFill) -> i64 {
    let after = i128::from(fill.position.towards(fill.action).hundredths());
    let count = i128::from(fill.count.hundredths());
    // Negative where what was held was of the other side.
    let held = after - count;
    let closing = (-held).clamp(0, count);
    let (before, fee) = (i128::from(before), i128::from(fill.fee.microdollars()));
    let kept = before - (before * closing).checked_div(held.abs()).unwrap_or(0);
    let brought = (fee * (count - closing)).checked_div(count).unwrap_or(0);
    // No more than was ever charged.
    i64::try_from(kept + brought).unwrap_or(i64::MAX)
}

/// Tells what has changed since this was last called.
pub(in crate::paper) fn tell_positions(core: &mut Core) {
    let mut changed = core::mem::take(&mut core.positions.changed);
    for market in core::mem::take(&mut core.positions.settled) {
        let holders =
            core.members.iter().enumerate().filter(|(_, member)| member.bought.contains_key(&market));
        changed.extend(holders.map(|(number, _)| (number, market)));
    }
    let now = core.exchange.now();
    for (owner, market) in changed {
        let Some(msg) = position(core, owner, market) else { continue };
        core.hub.tell(now, Channel::MarketPositions, Some(market), &mut |member, sid, _| {
            (member == owner).then(|| Frame::MarketPosition { sid, msg: msg.clone() })
        });
    }
}

/// Returns what a member holds of a contract.
fn position(core: &Core, owner: usize, market: usize) -> Option<PositionMessage> {
    let (member, ticker) = (core.members.get(owner)?, core.catalogue.ticker(market)?);
    let account = core.exchange.account(member.account)?;
    let (_, holding) = account.holdings().find(|(place, _)| *place == market)?;
    Some(PositionMessage {
        user_id: member.user_id.clone(),
        market_ticker: ticker.clone(),
        position_fp: holding.position.into(),
        position_cost_dollars: holding.cost,
        realized_pnl_dollars: holding.realized,
        fees_paid_dollars: holding.fees,
        position_fee_cost_dollars: Cash::from_microdollars(
            core.positions.fees.get(&(owner, market)).copied().unwrap_or(0),
        ),
        volume_fp: member.bought.get(&market).copied().unwrap_or(Quantity::ZERO),
        subaccount: Some(0),
    })
}

#[cfg(test)]
mod tests {
    use shared::exchange::matching::{Matching, OrderNumber};
    use shared::fees::Role;
    use shared::market::{Action, Position};

    use super::*;

    #[test]
    fn fees_of_what_is_held_leave_with_it() {
        let account = Matching::new("2026-11-16T10:00:00Z".parse().unwrap()).open_account();
        let fill = |action, count: &str, fee: &str, after: i64| OwnFill {
            trade: 1,
            account,
            order: OrderNumber(1),
            market: 0,
            action,
            price: "0.5".parse().unwrap(),
            count: count.parse().unwrap(),
            role: Role::Taker,
            fee: fee.parse().unwrap(),
            position: Position::from_hundredths(after).unwrap(),
        };
        let bought = charged(0, &fill(Action::Buy, "4", "0.07", 400));
        assert_eq!(bought, 70_000);
        // A quarter of it goes with a quarter of the position, and none of what the sale is charged is for what is left.
        let sold = charged(bought, &fill(Action::Sell, "1", "0.0175", 300));
        assert_eq!(sold, 52_500);
        // Sold beyond what is held: what closes takes the rest, and a quarter of the fee is for what opens.
        assert_eq!(charged(sold, &fill(Action::Sell, "4", "0.08", -100)), 20_000);
    }
}
