//! What quoting may never go beyond.

mod settings;

pub use settings::Limits;
