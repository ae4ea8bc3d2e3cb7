//! How far from its reservation price a quote earns most.
//!
//! Fills at a distance `d` from the fair value arrive at the rate `A e^(-k d)`, with `k` a dollar. A quote further
//! out earns more and trades less. Prices are in dollars a contract; for lots of `n` contracts, risk aversion is `n` times
//! that of one.

mod glft;

pub use glft::Glft;

use crate::math::ln_1p;

/// Returns the best distance in dollars from the reservation price, `ln(1 + gamma / k) / gamma`, and `1 / k` without
/// risk aversion.
///
/// Source: Avellaneda and Stoikov, "High-frequency trading in a limit order book" (2008), equation 3.18, for the
/// position held to settlement; the total of both sides is `(2 / gamma) ln(1 + gamma / k)`.
#[inline]
pub fn avellaneda_stoikov(risk_aversion: f64, fill_decay: f64) -> f64 {
    if risk_aversion == 0.0 { 1.0 / fill_decay } else { ln_1p(risk_aversion / fill_decay) / risk_aversion }
}
