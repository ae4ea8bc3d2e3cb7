//! What an event's contracts are worth at an instant, by each of those who have a say: the belief, the nowcast, the market,
//! the market corrected, and all of them together.
//!
//! [`Instant`] has what was known then, and nothing later; [`Instant::said`] what each makes of it. [`Values`] are told what
//! becomes known of an event, and are what a backtest and a desk take fair values from. The blend is a pool of
//! logarithms, `p_i ~ prod p_ki^w_k` over the outcomes and what is left to others, whose weights [`Pool`] learns from events
//! that have settled (Genest and Zidek, "Combining probability distributions", 1986).

mod instant;
mod pool;
#[cfg(test)]
mod tests;
mod values;

pub use instant::{Instant, Known};
pub use pool::{Pool, SOURCES, Sources};
pub use values::{Learned, Values};
