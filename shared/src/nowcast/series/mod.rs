//! Daily listener histories on whole publication days, read from CSV and seen as of a day.

mod history;
mod read;
mod rows;

pub(crate) use history::collinear;
pub use history::{AsOf, History, Observation};
pub use read::{EVENTS_COLUMNS, LISTENERS_COLUMNS, Source, read_histories};
