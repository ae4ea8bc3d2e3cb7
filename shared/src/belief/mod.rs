//! What a contract is worth: a causal filter of its prints in log-odds.

mod aside;
mod beside;
pub mod book;
mod calibration;
mod contract;
mod engine;
mod event;
pub mod evidence;
mod experts;
mod forward;
pub mod held_out;
pub mod kalman;
pub mod legacy;
mod logit;
mod ml;
mod model;
mod prints;
pub mod probe;
mod recalibration;
#[cfg(test)]
mod recovery;
mod refused;
pub mod reversion;
mod run;
pub mod score;
mod settings;
mod snapshot;
mod stream;
pub mod surface;
pub mod switching;
mod track;
mod variational;
mod walk;

pub use beside::{Asked, Found};
pub use calibration::Calibration;
pub use engine::Engine;
pub use experts::{Design, EXPERTS};
pub use logit::{logit, price_logit, sigmoid};
pub use model::Model;
pub use refused::Refused;
pub use settings::Settings;
pub use snapshot::Snapshot;
pub use stream::{Closed, Stream, StreamSnapshot};
pub use track::{Belief, Point, Track};
pub use walk::{settlements, walk_designed, walk_forward, walk_in_pieces};
