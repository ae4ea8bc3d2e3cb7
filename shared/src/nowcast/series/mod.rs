//! Daily listener histories on whole publication days, read from CSV and seen as of a day.

mod cells;
mod events;
mod history;
mod owner;
mod read;
mod rows;

pub use events::{EventKind, ListenerEvent, impacts, read_events};
pub(crate) use history::collinear;
pub use history::{AsOf, History, Observation};
pub use read::{EVENTS_COLUMNS, HistoriesRead, LISTENERS_COLUMNS, Source, read_histories};

#[cfg(test)]
mod tests;
