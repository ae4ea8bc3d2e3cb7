//! From the quotes that are wanted to the orders that rest.

mod settings;

pub use settings::Settings;
