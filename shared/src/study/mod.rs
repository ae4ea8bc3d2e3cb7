//! Studies that were registered before they were run: a hypothesis, how it is tried, on which events, and when to stop.
//!
//! A [`Study`] is read from a file whose SHA-256 names it. [`Looks`] counts every run of it; a [`StudyReport`] can't be made
//! without saying on which [`Side`] of the split it is, and which look it was. What is called real has to pass two tests
//! ([`judge`]), as each alone says yes too often: an interval over events, deflated by the number of looks, and whether a
//! market whose prices were right could have paid as much. [`false_edge`] tries the procedure where nothing is to be found.

pub mod false_edge;
mod file;
mod held;
mod judged;
mod looks;
mod report;

pub use file::{Metric, Stop, Study, Unchecked};
pub use held::{Held, Outcomes};
pub use judged::{DRAWS, Judged, coverage_after, judge};
pub use looks::{Look, Looks};
pub use report::{EventRow, ModelRow, StudyReport};

/// Which part of a study's events a run is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Those that may be looked at while a hypothesis is made.
    Explore,
    /// Those that say whether it holds.
    Confirm,
}

impl Side {
    /// Returns its name in files and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Explore => "explore",
            Self::Confirm => "confirm",
        }
    }
}

#[cfg(test)]
mod tests;
