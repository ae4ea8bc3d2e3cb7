//! The winner-take-all contract: which of many uncertain levels will be the greatest.

mod factor;
mod lanes;
mod list;
mod outcome;
mod parity;
mod race;
mod table;
mod trivariate;
mod workspace;

pub use list::{MOST_OUTCOMES, Probabilities, Sensitivities, Unlisted, WinnerTakeAll};
pub use outcome::Outcome;
pub use parity::{ParityBlock, parity_blocks};
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
