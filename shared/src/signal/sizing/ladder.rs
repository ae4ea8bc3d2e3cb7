//! The ladder: a share of the capital by how far the price is off, whatever the price and whatever else is held.
//!
//! It stands beside Kelly's sizes for comparison. It knows no odds: at an edge of 5 cents it stakes the same on a contract
//! of 10 cents and on one of 90.

use crate::math;

/// From which edge on, in dollars a contract, which share of the capital is staked.
struct Rung {
    /// The least edge, in dollars.
    edge: f64,
    /// The share of the capital.
    share: f64,
}

/// The ladder, from its highest rung down.
const LADDER: [Rung; 3] =
    [Rung { edge: 0.25, share: 0.06 }, Rung { edge: 0.15, share: 0.04 }, Rung { edge: 0.05, share: 0.02 }];

/// Returns the share of the capital that the ladder stakes at an `edge` of that size in dollars, either way; nothing below
/// 5 cents.
///
/// ```
/// use shared::signal::sizing::rung;
///
/// assert_eq!([0.3, -0.2, 0.05, 0.049].map(rung), [0.06, 0.04, 0.02, 0.0]);
/// ```
pub fn rung(edge: f64) -> f64 {
    LADDER.iter().find(|rung| edge.abs() >= rung.edge).map_or(0.0, |rung| rung.share)
}

/// Returns how many whole contracts the ladder buys at a `cost` a contract, price and fee, in dollars, with so much
/// `capital`; none at a cost that is not positive.
pub fn ladder(edge: f64, cost: f64, capital: f64) -> i64 {
    let contracts = rung(edge) * math::max(capital, 0.0) / cost;
    // A conversion saturates, and NaN becomes 0.
    if cost > 0.0 { contracts.floor() as i64 } else { 0 }
}
