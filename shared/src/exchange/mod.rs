//! What is assumed of an exchange.

mod settings;

pub use settings::Assumptions;
