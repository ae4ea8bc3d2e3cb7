//! How what is held would be sold: for each position the order that makes it smaller, down to a limit that a person sees
//! before anything is sent.
//!
//! A plan is made of what is held and of the books as they stand. It says what each order may bring at least, so that whoever
//! agrees to it knows the worst, and it says of what can't be sold why. Nothing in it leads beyond zero: an order is for what is
//! held, and no more.

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

use crate::fees::{FeeRule, FeeSchedule, Fill, Membership, OrderFees, Role};
use crate::format;
use crate::market::{Action, Position, Ticker};
use crate::quoting::{Status, Terms};
use crate::units::{Cash, Price, Quantity};

/// By how much a limit is worse than the best price if nobody says otherwise: two cents.
pub const SLIPPAGE: Price = Price::literal(200);

/// A position, and what there is to meet it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The contract.
    pub ticker: Ticker,
    /// What is held of it.
    pub position: Position,
    /// What it is traded on; `None` where the exchange doesn't list it.
    pub terms: Option<Terms>,
    /// The others' bids for YES, the best first.
    pub bids: Vec<(Price, Quantity)>,
    /// The others' offers of YES, the best first.
    pub offers: Vec<(Price, Quantity)>,
}

/// How all that is held would be sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The most contracts of one order; zero is no limit.
    pub max_order: Quantity,
    /// A row a position.
    pub rows: Vec<Row>,
}

/// How a position would be sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The contract.
    pub ticker: Ticker,
    /// What is held.
    pub position: Position,
    /// The worst YES price at which it is sold, or bought back where NO is held; `None` where it can't be.
    pub limit: Option<Price>,
    /// How much of it the book meets down to the limit, as it stands.
    pub there: Quantity,
    /// What that brings after fees, at the prices that are there. NO that is bought back brings $1 less its price.
    pub expected: Cash,
    /// What is charged of it; `None` where that is not known, and then nothing is taken off.
    pub fees: Option<Cash>,
    /// What as many contracts bring at the limit, after fees: none of them can bring less.
    pub worst: Cash,
    /// Why it can't be sold; empty if it can.
    pub why: String,
}

impl Plan {
    /// Returns how positions would be sold at limits that are `slippage` worse than the best prices, in orders of at most
    /// `max_order` contracts, charged by `rule`. What is flat is left out.
    pub fn new(holdings: &[Holding], slippage: Price, max_order: Quantity, rule: FeeRule) -> Self {
        let held = holdings.iter().filter(|holding| holding.position != Position::FLAT);
        Self { max_order, rows: held.map(|holding| row(holding, slippage, max_order, rule)).collect() }
    }

    /// Returns how many contracts would be asked to be sold, how many of them the books meet, and what those bring at least.
    pub fn total(&self) -> (Quantity, Quantity, Cash) {
        let sold = self.rows.iter().filter(|row| row.limit.is_some());
        let none = (Quantity::ZERO, Quantity::ZERO, Cash::ZERO);
        sold.fold(none, |(asked, there, worst), row| {
            let worst = worst.microdollars().saturating_add(row.worst.microdollars());
            (
                asked.saturating_add(row.position.size()),
                there.saturating_add(row.there),
                Cash::from_microdollars(worst),
            )
        })
    }
}

impl Row {
    /// Returns whether YES is sold, or bought back.
    pub fn action(&self) -> Action {
        reducing(self.position)
    }

    /// Returns the counts of the orders that together are for what is held, none where it can't be sold.
    pub fn orders(&self, max_order: Quantity) -> impl Iterator<Item = Quantity> + use<> {
        let whole = if self.limit.is_some() { self.position.size() } else { Quantity::ZERO };
        parts(whole, max_order)
    }

    /// Returns the order in words: what is done, and at which price at worst.
    pub fn says(&self) -> String {
        let Some(limit) = self.limit else { return self.why.clone() };
        let price = format::cents(limit.to_dollars(), 1);
        match self.action() {
            Action::Sell => format!("sell at {price} or more"),
            Action::Buy => format!("buy at {price} or less"),
        }
    }
}

/// Returns which way a position becomes smaller.
fn reducing(position: Position) -> Action {
    if position > Position::FLAT { Action::Sell } else { Action::Buy }
}

/// Returns parts of at most `most` that come to `whole`.
fn parts(whole: Quantity, most: Quantity) -> impl Iterator<Item = Quantity> {
    let most = if most.is_zero() { Quantity::MAX } else { most };
    let mut left = whole;
    std::iter::from_fn(move || {
        let part = left.min(most);
        left = left.saturating_sub(part);
        (!part.is_zero()).then_some(part)
    })
}

fn row(holding: &Holding, slippage: Price, max_order: Quantity, rule: FeeRule) -> Row {
    let position = holding.position;
    let mut row = Row {
        ticker: holding.ticker.clone(),
        position,
        limit: None,
        there: Quantity::ZERO,
        expected: Cash::ZERO,
        fees: None,
        worst: Cash::ZERO,
        why: String::new(),
    };
    let (terms, limit) = match limit(holding, slippage) {
        Ok(found) => found,
        Err(why) => {
            why.clone_into(&mut row.why);
            return row;
        }
    };
    let action = reducing(position);
    let (met, there) = met(holding, limit);
    let at_worst = [(limit, there)];
    let sum = |fills: &[(Price, Quantity)]| {
        let brings = brings(action, fills);
        let fees = terms.fees.and_then(|fees| charged(fees, rule, action, fills, max_order));
        let charged = fees.unwrap_or(Cash::ZERO).microdollars();
        (Cash::from_microdollars(brings.saturating_sub(charged)), fees)
    };
    (row.limit, row.there) = (Some(limit), there);
    (row.expected, row.fees) = sum(&met);
    row.worst = sum(&at_worst).0;
    row
}

/// Returns what a position is traded on, and the limit of the order that makes it smaller.
///
/// # Errors
///
/// Says why it can't be sold.
fn limit(holding: &Holding, slippage: Price) -> Result<(&Terms, Price), &'static str> {
    let terms = holding.terms.as_ref().ok_or("The exchange lists no prices for it.")?;
    match terms.status {
        Status::Open => {}
        Status::Paused => return Err("It is halted: nothing can be traded in it now."),
        Status::Closed => return Err("It is closed: it pays when it settles."),
    }
    let limit = match reducing(holding.position) {
        Action::Sell => {
            let (best, _) = holding.bids.first().ok_or("Nobody bids for it.")?;
            // Beyond the ends of the grid, its last price.
            terms.grid.round_up(best.checked_sub(slippage).unwrap_or(Price::ZERO))
        }
        Action::Buy => {
            let (best, _) = holding.offers.first().ok_or("Nobody offers it.")?;
            terms.grid.round_down(best.checked_add(slippage).unwrap_or(Price::ONE))
        }
    };
    limit.map(|limit| (terms, limit)).ok_or("It has no price within that.")
}

/// Returns what of the book a position trades with down to its limit, and how much that is.
fn met(holding: &Holding, limit: Price) -> (Vec<(Price, Quantity)>, Quantity) {
    let action = reducing(holding.position);
    let levels = if action == Action::Sell { &holding.bids } else { &holding.offers };
    let mut left = holding.position.size();
    let mut met = Vec::new();
    for (price, count) in levels {
        let is_within = if action == Action::Sell { *price >= limit } else { *price <= limit };
        let count = left.min(*count);
        if is_within && !count.is_zero() {
            met.push((*price, count));
            left = left.saturating_sub(count);
        }
    }
    (met, holding.position.size().saturating_sub(left))
}

/// Returns what contracts bring that are sold or bought back, before fees, in millionths of a dollar.
fn brings(action: Action, fills: &[(Price, Quantity)]) -> i64 {
    let each = fills.iter().map(|(price, count)| {
        // YES that is bought back makes $1 with the NO that is held.
        let price = if action == Action::Sell { *price } else { price.complement() };
        price.cost(*count).microdollars()
    });
    each.fold(0, i64::saturating_add)
}

/// Returns what a taker is charged for these fills by orders of at most so many contracts, if that can be said.
fn charged(
    schedule: FeeSchedule,
    rule: FeeRule,
    action: Action,
    fills: &[(Price, Quantity)],
    max_order: Quantity,
) -> Option<Cash> {
    let whole = fills.iter().fold(Quantity::ZERO, |sum, (_, count)| sum.saturating_add(*count));
    let mut orders = parts(whole, max_order);
    let mut room = Quantity::ZERO;
    let mut fees = OrderFees::new(schedule, Membership::Direct);
    let mut sum = Cash::ZERO;
    for (price, count) in fills {
        let mut left = *count;
        while !left.is_zero() {
            if room.is_zero() {
                // Each order's fees are rounded by themselves.
                (room, fees) = (orders.next()?, OrderFees::new(schedule, Membership::Direct));
            }
            let count = left.min(room);
            let fee = fees.fill(&Fill { rule, role: Role::Taker, action, price: *price, count }).ok()?;
            sum = sum.checked_add(fee.net)?;
            (left, room) = (left.saturating_sub(count), room.saturating_sub(count));
        }
    }
    Some(sum)
}
