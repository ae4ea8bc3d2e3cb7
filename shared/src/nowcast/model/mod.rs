//! The state-space model of the logarithm of an artist's listeners: level, damped growth, the window's echo
//! and TikTok velocity, with a noise whose scale changes and which jumps.

use serde::{Deserialize, Serialize};

mod filter;
mod parameters;
mod reach;
mod track;
mod usual;

pub(crate) use filter::{Filter, State};
pub use parameters::{Dynamics, SLOPES, Shape, Volatility};
pub(crate) use reach::Reach;
pub(crate) use track::{ECHO_KNOWN, Track};

/// What a filter needs to run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// What the growth does.
    pub dynamics: Dynamics,
    /// How the noise's scale changes.
    pub volatility: Volatility,
    /// The shape of a day's standardised surprise, by which the scale is protected from jumps.
    pub surprise: Shape,
}
