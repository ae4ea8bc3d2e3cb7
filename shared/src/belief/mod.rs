//! What a contract is worth: a causal filter of its prints in log-odds.

mod calibration;
mod logit;
pub mod surface;
mod track;
mod walk;

pub use calibration::Calibration;
pub use logit::{logit, price_logit, sigmoid};
pub use track::{Point, Track};
pub use walk::{WalkForward, walk_forward};
