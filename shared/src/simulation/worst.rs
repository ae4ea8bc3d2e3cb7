//! What an event can lose at the worst, as it stands at the exchange: reckoned apart from how a desk does.

use std::ops::Range;

use super::monitor::ours;
use super::venue::Venue;
use crate::exchange::matching::MarketStatus;
use crate::market::Action;
use crate::risk::Outcomes;
use crate::units::{Cash, Price};

/// Returns whether what rests of the desk's on a side brings a contract's position nearer to zero, and no further.
pub(super) fn lessens(venue: &Venue, market: usize, action: Action) -> bool {
    let account = venue.matching.account(venue.account);
    let towards = account.map_or(0, |account| account.position(market).towards(action).hundredths());
    let side = ours(venue).filter(|order| order.market == market && order.action == action);
    towards + side.map(|order| order.left.hundredths()).sum::<i64>() <= 0
}

/// Returns what the account can lose of `start`, in microdollars, by what it holds and what rests of the desk's in some contracts,
/// fees of what may fill left out, and what brings a position nearer to zero, which is let through. None where a contract has settled: what the others may pay is not known then.
pub(super) fn worst(venue: &Venue, markets: Range<usize>, start: Cash, outcomes: Outcomes) -> Option<i128> {
    let account = venue.matching.account(venue.account)?;
    let all = venue.matching.markets().get(markets.clone())?;
    if all.iter().any(|market| matches!(market.status(), MarketStatus::Settled(_))) {
        return None;
    }
    let mut cash = i128::from(account.free().microdollars()) + i128::from(account.reserved().microdollars());
    let mut lost: Vec<[i128; 2]> = Vec::with_capacity(markets.len());
    for market in markets.clone() {
        let held = account.position(market);
        // Whoever holds NO has paid a dollar less for it than whoever has sold YES.
        cash += i128::from(held.collateral().microdollars());
        lost.push([0, Price::ONE.centicents()].map(|pays| -i128::from(held.hundredths()) * i128::from(pays)));
    }
    for order in ours(venue).filter(|order| !lessens(venue, order.market, order.action)) {
        let Some(lost) = order.market.checked_sub(markets.start).and_then(|place| lost.get_mut(place)) else {
            continue;
        };
        for (lost, pays) in lost.iter_mut().zip([0, Price::ONE.centicents()]) {
            let each = match order.action {
                Action::Buy => order.price.centicents() - pays,
                Action::Sell => pays - order.price.centicents(),
            };
            // What would gain is taken not to fill.
            *lost += i128::from(each.max(0)) * i128::from(order.left.hundredths());
        }
    }
    let before = i128::from(start.microdollars()) - cash;
    Some(match outcomes {
        Outcomes::Exclusive => {
            let none: i128 = lost.iter().map(|[none, _]| none).sum();
            before + none + lost.iter().map(|[none, one]| one - none).max().unwrap_or(0).max(0)
        }
        Outcomes::Apart => before + lost.iter().map(|[none, one]| none.max(one)).sum::<i128>(),
    })
}
