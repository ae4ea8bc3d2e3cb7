//! What to buy after something was said: by Kelly's rule, or by the ladder.

use super::Config;
use super::book::{Held, of_side, towards};
use super::said::{Said, error};
use crate::Invalid;
use crate::fees::{FeeRule, Quotes, Role};
use crate::market::Side;
use crate::math::max;
use crate::signal::sizing::{Account, Bet, Charges, Nothing, ladder, size};
use crate::signal::{Action, Signal, THRESHOLD};
use crate::units::{Cash, Price, Quantity};

/// How much is bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Fractional Kelly over all outcomes of the event.
    Kelly,
    /// A share of the capital by the edge.
    Ladder,
}

impl Rule {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Kelly, Self::Ladder];

    /// Returns its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kelly => "kelly",
            Self::Ladder => "ladder",
        }
    }
}

/// What is to be bought of one contract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Choice {
    /// So many contracts of an outcome, at most at this price.
    Buy {
        /// The outcome.
        side: Side,
        /// How many.
        count: Quantity,
        /// The most that the others' price of it may be.
        limit: Price,
    },
    /// Nothing, and why.
    Nothing(Nothing),
}

/// What is held of a contract beside its line.
pub(super) struct Beside<'a> {
    pub(super) line: &'a Signal,
    pub(super) held: &'a Held,
}

impl Beside<'_> {
    /// Returns the outcome that the line says to buy, of a contract that isn't left alone, with the market's price of YES.
    fn signal(&self) -> Option<(Side, Price)> {
        let side = match self.line.signal {
            Action::Buy => Side::Yes,
            Action::Sell => Side::No,
            Action::Hold => return None,
        };
        if self.held.is_stopped { None } else { Some((side, self.held.last?)) }
    }

    /// Returns the most that the others' price may be for a signal to still be one.
    fn limit(&self, side: Side) -> Price {
        let worth = if side == Side::Yes { self.line.fair_value } else { 1.0 - self.line.fair_value };
        Price::nearest(max(worth - THRESHOLD, 0.0))
    }
}

/// Returns what to buy of each contract.
pub(super) fn decide(
    rule: Rule,
    said: &Said,
    contracts: &[Beside<'_>],
    (cash, equity): (i64, i64),
    config: &Config,
) -> Result<Vec<Choice>, Invalid> {
    let fees = FeeRule::at(said.at);
    match rule {
        Rule::Kelly => kelly(contracts, said.rest_error, fees, cash, config),
        Rule::Ladder => contracts.iter().map(|one| rung(one, equity, config)).collect(),
    }
}

fn kelly(
    contracts: &[Beside<'_>],
    rest_error: f64,
    rule: FeeRule,
    cash: i64,
    config: &Config,
) -> Result<Vec<Choice>, Invalid> {
    let bet = |one: &Beside<'_>| {
        let ask = one.held.last.and_then(|last| last.checked_add(config.slippage));
        let bid = one.held.last.and_then(|last| last.checked_sub(config.slippage));
        Bet {
            fair: one.line.fair_value,
            error: error(one.line),
            is_signal: one.signal().is_some(),
            quotes: Quotes { bid, ask },
            position: one.held.position,
        }
    };
    let bets: Vec<Bet> = contracts.iter().map(bet).collect();
    let Some(first) = contracts.first() else { return Ok(Vec::new()) };
    let charges = Charges { schedule: first.held.schedule(), rule };
    let account = Account {
        cash: Cash::from_microdollars(cash.max(0)),
        max_order: config.max_order,
        max_position: config.max_position,
    };
    let sized = size(&bets, rest_error, &account, &config.sizing, &charges)?;
    let choice = |(one, sized): (&Beside<'_>, &crate::signal::sizing::Sized)| match sized.order {
        Ok(order) => Choice::Buy { side: order.side, count: order.count, limit: one.limit(order.side) },
        Err(why) => Choice::Nothing(why),
    };
    Ok(contracts.iter().zip(&sized.contracts).map(choice).collect())
}

fn rung(one: &Beside<'_>, equity: i64, config: &Config) -> Result<Choice, Invalid> {
    let Some((side, last)) = one.signal() else { return Ok(Choice::Nothing(Nothing::NoSignal)) };
    let Some(price) = of_side(side, last).checked_add(config.slippage).filter(|price| *price < Price::ONE)
    else {
        return Ok(Choice::Nothing(Nothing::NoQuotes));
    };
    let schedule = one.held.schedule();
    let fee = schedule.model_fee(Role::Taker, price, Quantity::from_contracts(1)?).to_dollars();
    let edge = one.line.edge.unwrap_or(0.0);
    let capital = equity as f64 / 1e6;
    let target = ladder(edge, price.to_dollars() + fee, capital).saturating_mul(100);
    let most = config.max_position.map_or(i64::MAX, Quantity::hundredths);
    let held = towards(one.held.position, side);
    let order = config.max_order.map_or(i64::MAX, Quantity::hundredths);
    // Whole contracts.
    let count = target.min(most).saturating_sub(held).min(order) / 100 * 100;
    if count <= 0 {
        return Ok(Choice::Nothing(if held > 0 { Nothing::AtLimit } else { Nothing::LessThanOne }));
    }
    Ok(Choice::Buy { side, count: Quantity::from_hundredths(count)?, limit: one.limit(side) })
}
