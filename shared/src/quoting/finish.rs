//! From the price wanted to the quote: outward to the grid, resting, and within the limits.

use super::amount::{of_price, price_above, price_below};
use super::decision::Stage;
use super::rules::Rules;
use super::{Position, Quote, Regime, SideDecision, Withheld};
use crate::market::PriceGrid;
use crate::units::{Price, Quantity};

/// Decides the bid that the ladder of `side` leads to: the highest price of the grid that isn't above its sum and stays below the
/// others' lowest offer.
pub(super) fn bid(
    side: &mut SideDecision,
    rules: &Rules,
    grid: &PriceGrid,
    position: Position,
    regime: Regime,
    lowest_ask: Option<Price>,
) {
    let ladder = &mut side.ladder;
    let wanted = ladder.sum();
    let price = price_below(wanted).and_then(|price| grid.round_down(price));
    let Some(price) = price else {
        side.quote = Err(Withheld::NoPrice);
        return;
    };
    ladder.add(Stage::Grid, of_price(price) - wanted);
    let resting = match lowest_ask {
        Some(ask) if price >= ask => grid.next_below(ask),
        _ => Some(price),
    };
    let Some(resting) = resting else {
        side.quote = Err(Withheld::WouldCross);
        return;
    };
    ladder.add(Stage::PostOnly, of_price(resting) - of_price(price));
    side.quote = limited(rules, regime, position.hundredths(), resting);
}

/// Decides the offer that the ladder of `side` leads to: the lowest price of the grid that isn't below its sum and stays above
/// the others' highest bid.
pub(super) fn ask(
    side: &mut SideDecision,
    rules: &Rules,
    grid: &PriceGrid,
    position: Position,
    regime: Regime,
    highest_bid: Option<Price>,
) {
    let ladder = &mut side.ladder;
    let wanted = ladder.sum();
    let price = price_above(wanted).and_then(|price| grid.round_up(price));
    let Some(price) = price else {
        side.quote = Err(Withheld::NoPrice);
        return;
    };
    ladder.add(Stage::Grid, of_price(price) - wanted);
    let resting = match highest_bid {
        Some(bid) if price <= bid => grid.next_above(bid),
        _ => Some(price),
    };
    let Some(resting) = resting else {
        side.quote = Err(Withheld::WouldCross);
        return;
    };
    ladder.add(Stage::PostOnly, of_price(resting) - of_price(price));
    side.quote = limited(rules, regime, -position.hundredths(), resting);
}

/// Returns the quote at `price` as large as the limits allow; `exposure` is the position in the direction that a fill
/// would add to, in hundredths of a contract.
fn limited(rules: &Rules, regime: Regime, exposure: i64, price: Price) -> Result<Quote, Withheld> {
    match regime {
        Regime::Halted => return Err(Withheld::Account),
        Regime::Pulled => return Err(Withheld::Toxic),
        Regime::Alarmed => return Err(Withheld::Alarm),
        Regime::Calm | Regime::Widened => {}
    }
    if exposure > rules.pull_at {
        return Err(Withheld::Exposure);
    }
    let room = rules.max_position.saturating_sub(exposure).min(rules.size.hundredths());
    match Quantity::from_hundredths(room) {
        Ok(count) if !count.is_zero() => Ok(Quote { price, count }),
        _ => Err(Withheld::PositionLimit),
    }
}
