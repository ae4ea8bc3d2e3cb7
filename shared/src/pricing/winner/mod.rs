//! The winner-take-all contract: which of many uncertain levels will be the greatest.
//!
//! Up to thirty outcomes each have a level at settlement, normal or with Merton jumps, and may load on one common
//! factor. [`WinnerTakeAll`] checks a list of them and returns every outcome's probability, and on request how it moves
//! with each level and spread. The probabilities are conditional on the winner being listed, unless [`Unlisted`] says
//! how OTHER may win.
//!
//! Given the factor the levels are independent, and each chance is one integral over the levels, taken by
//! Gauss-Legendre panels that check themselves. The factor is averaged by the trapezoid rule with a step whose error is
//! bounded beforehand. Everything is deterministic: the same bits natively and as WebAssembly.

mod contract;
mod factor;
mod lanes;
mod outcome;
mod race;
mod table;
mod workspace;

pub use contract::{MOST_OUTCOMES, Probabilities, Sensitivities, Unlisted, WinnerTakeAll};
pub use outcome::Outcome;
pub use workspace::Workspace;

/// The most levels in one race: the outcomes listed, and OTHER.
const CONTENDERS: usize = MOST_OUTCOMES + 1;

/// One number for each pair of levels.
type Square = [[f64; CONTENDERS]; CONTENDERS];

/// What an integration is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantities {
    Probabilities,
    Sensitivities,
}
