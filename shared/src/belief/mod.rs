//! What a contract is worth: a causal filter of its prints in log-odds.

mod bounce;
mod calibration;
pub mod coherence;
pub mod drift;
pub mod em;
pub mod evidence;
mod filter;
mod forward;
pub mod kalman;
pub mod legacy;
mod logit;
mod ml;
mod model;
mod prints;
#[cfg(test)]
mod recovery;
mod run;
pub mod score;
mod settings;
pub mod surface;
pub mod switching;
pub mod tick;
mod track;
mod variational;
mod walk;

pub use calibration::Calibration;
pub use filter::{Belief, Filter};
pub use logit::{logit, price_logit, sigmoid};
pub use model::Model;
pub use run::filter_with;
pub use settings::Settings;
pub use track::{Point, Track};
pub use walk::{WalkForward, walk_forward};
