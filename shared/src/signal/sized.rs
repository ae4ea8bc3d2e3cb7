//! Signals turned into sizes: what of each contract to buy, by Kelly's rule over all of them at once and by the ladder.

use super::decision::{Action, PLACES, Quote};
use super::record::Signal;
use super::sizing::{Account, Bet, Charges, Settings, ladder, size};
use crate::decimal::rounded;
use crate::fees::Quotes;
use crate::market::{Position, Side};
use crate::units::Price;
use crate::{Invalid, math};

/// The ends of an interval of 95 % lie so many standard errors apart, if it is a normal's.
const ERRORS_APART: f64 = 2.0 * 1.96;

/// What there is to bet with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stake {
    /// The money, and the limits on single contracts.
    pub account: Account,
    /// How much of it is played with.
    pub settings: Settings,
    /// What a taker is charged.
    pub charges: Charges,
}

/// Sizes an event's lines, one a contract, as if nothing were held.
///
/// Of lines that hold nothing is bought. A standard error is what an interval of 95 % says, as if it were a normal's.
///
/// # Errors
///
/// As for [`size`].
pub(super) fn fill_in(lines: &mut [Signal], quotes: &[Quote], stake: &Stake) -> Result<(), Invalid> {
    let bets: Vec<Bet> = lines.iter().zip(quotes).map(|(line, quote)| bet(line, *quote)).collect();
    let sizing = size(&bets, 0.0, &stake.account, &stake.settings, &stake.charges)?;
    let capital = stake.account.cash.to_dollars();
    for ((line, sized), bet) in lines.iter_mut().zip(&sizing.contracts).zip(&bets) {
        let (contracts, why) = match sized.order {
            Ok(order) => {
                let count = order.count.hundredths() / 100;
                (if order.side == Side::Yes { count } else { -count }, None)
            }
            Err(why) => (0, Some(why)),
        };
        line.kelly_contracts = Some(contracts);
        line.kelly_reason = why.map(|why| why.to_string());
        line.ladder_contracts = Some(if bet.is_signal { by_ladder(line, bet, capital) } else { 0 });
    }
    Ok(())
}

fn bet(line: &Signal, quote: Quote) -> Bet {
    let error = match (line.fair_low, line.fair_high) {
        (Some(low), Some(high)) => rounded(math::max(high - low, 0.0) / ERRORS_APART, PLACES),
        _ => 0.0,
    };
    Bet {
        fair: line.fair_value,
        error,
        is_signal: line.signal != Action::Hold,
        quotes: Quotes { bid: quote.bid, ask: quote.ask },
        position: Position::FLAT,
    }
}

/// Returns the ladder's contracts, of NO counted negative; none where nobody quotes that side.
fn by_ladder(line: &Signal, bet: &Bet, capital: f64) -> i64 {
    let edge = line.edge.unwrap_or(0.0);
    let cost = if edge > 0.0 { bet.quotes.ask } else { bet.quotes.bid.map(Price::complement) };
    let contracts = cost.map_or(0, |cost| ladder(edge, cost.to_dollars(), capital));
    if edge > 0.0 { contracts } else { -contracts }
}
