//! From an event's contracts to what to buy of them.

use super::bet::{Account, Bet, Sized, Sizing};
use super::event::Event;
use super::order::{Charges, Nothing};
use super::settings::Settings;
use crate::fees::Quotes;
use crate::market::Side;
use crate::units::Cash;
use crate::{Invalid, invalid};

/// The most contracts an event may have here.
pub const MOST_CONTRACTS: usize = 64;

/// By how much probabilities that were written with few digits may sum to more than one.
const ROUNDED: f64 = 1e-4;

/// Returns what to buy of an event's contracts, of which at most one pays.
///
/// Whatever their fair values don't add up to is the probability that none of them pays, whose standard error is
/// `other_error`.
///
/// # Errors
///
/// Names the contract whose numbers can't be, as `contracts[3].fair`, `contracts` if there are too many of them or their
/// probabilities sum to more than one, and `cash` that is negative.
pub fn size(
    bets: &[Bet],
    other_error: f64,
    account: &Account,
    settings: &Settings,
    charges: &Charges,
) -> Result<Sizing, Invalid> {
    check(bets, other_error, account)?;
    let event = Event::new(bets, account, charges)?;
    let nothing = |why: &dyn Fn(usize) -> Nothing, shrink| Sizing {
        contracts: (0..bets.len()).map(|i| Sized { order: Err(why(i)), best: 0.0 }).collect(),
        shrink,
        growth: 0.0,
        best_growth: 0.0,
        gap: 0.0,
        worth: event.worth,
    };
    if event.worth <= 0.0 {
        return Ok(nothing(&|_| Nothing::NoBudget, 1.0));
    }
    let shrink = event.shrink(other_error)?;
    let played = settings.kelly_fraction.to_f64() * shrink * event.worth;
    if played <= 0.0 {
        return Ok(nothing(&|i| event.why_not(i, 0.0, false), shrink));
    }
    let (ways, problem) = event.problem(played, settings)?;
    let optimum = problem.solve();
    let mut best = vec![0.0; bets.len()];
    for ((contract, side), amount) in ways.into_iter().zip(&optimum.amounts) {
        best[contract] += if side == Side::Yes { *amount } else { -*amount };
    }
    Ok(event.whole(&best, &optimum, &problem.wealth_with(&[]), shrink, event.room(settings)))
}

fn check(bets: &[Bet], other_error: f64, account: &Account) -> Result<(), Invalid> {
    if bets.len() > MOST_CONTRACTS {
        return Err(Invalid::new("contracts", format!("are {}, more than {MOST_CONTRACTS}", bets.len())));
    }
    for (i, bet) in bets.iter().enumerate() {
        let within = |invalid: Invalid| invalid.within(format_args!("contracts[{i}]"));
        if !(0.0..=1.0).contains(&bet.fair) {
            return Err(within(Invalid::new("fair", format!("must be a probability, got {}", bet.fair))));
        }
        invalid::non_negative("error", bet.error).map_err(within)?;
        if let Quotes { bid: Some(bid), ask: Some(ask) } = bet.quotes
            && bid > ask
        {
            return Err(within(Invalid::new("quotes", format!("are crossed: {bid} is bid, {ask} asked"))));
        }
    }
    let sum: f64 = bets.iter().map(|bet| bet.fair).sum();
    if sum > 1.0 + ROUNDED {
        return Err(Invalid::new("contracts", format!("have probabilities that sum to {sum}")));
    }
    invalid::non_negative("other_error", other_error)?;
    if account.cash < Cash::ZERO {
        return Err(Invalid::new("cash", format!("must not be negative, got {}", account.cash)));
    }
    Ok(())
}
