//! What is known of the listeners, by whom and when, and what it makes the contracts worth.

use super::super::{PERSISTENCE, VIEW_ERROR, growth_deviation};
use super::{HOUR, PUBLISHED_AFTER};
use crate::Invalid;
use crate::pricing::winner::{Outcome, Unlisted, WinnerTakeAll, Workspace};
use crate::random::Random;
use crate::units::Timestamp;

/// How much of the rival's error it keeps from one look to the next, and how much is new, so that its size stays.
const KEPT: f64 = 0.98;
const NEW: f64 = 0.198_997_487_421_323_98;

/// Returns how many days' counts have been published, the first day's, which is known at the start, apart.
pub(super) fn published_days(opens: Timestamp, now: Timestamp) -> usize {
    let hours = now.micros_since(opens).max(0) / HOUR;
    usize::try_from((hours - PUBLISHED_AFTER).div_euclid(24).max(0)).unwrap_or(0)
}

/// The levels of all artists and what traders make of them.
pub(super) struct Views {
    /// The logarithm of the listeners of each artist on each day.
    levels: Vec<Vec<f64>>,
    opens: Timestamp,
    /// By how much the rival is off, by artist.
    errors: Vec<f64>,
}

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// One who knows what is public, and is off.
    Rival,
    /// One who knows what today's count will be.
    Informed,
}

impl Views {
    pub(super) fn new(levels: Vec<Vec<f64>>, opens: Timestamp, random: &mut Random) -> Self {
        let errors = levels.iter().map(|_| VIEW_ERROR * random.normal()).collect();
        Self { levels, opens, errors }
    }

    /// Lets the rival's errors drift.
    pub(super) fn drift(&mut self, random: &mut Random) {
        for error in &mut self.errors {
            *error = KEPT * *error + NEW * VIEW_ERROR * random.normal();
        }
    }

    /// Returns what YES of each contract is worth to somebody, in dollars.
    pub(super) fn worth(
        &self,
        who: Who,
        now: Timestamp,
        workspace: &mut Workspace,
    ) -> Result<Vec<f64>, Invalid> {
        let days = self.levels.first().map_or(0, Vec::len).saturating_sub(1) as f64;
        let today = now.micros_since(self.opens).max(0) as f64 / (24 * HOUR) as f64;
        let known = match who {
            Who::Rival => published_days(self.opens, now) as f64,
            Who::Informed => today,
        };
        let known = if known < days { known } else { days };
        let left = days - known;
        let outcomes: Vec<_> = self
            .levels
            .iter()
            .zip(&self.errors)
            .map(|(levels, error)| {
                let off = if who == Who::Rival { *error } else { 0.0 };
                Outcome::Normal {
                    a: expected(levels, known, left) + off,
                    s: growth_deviation(left),
                    beta: 0.0,
                }
            })
            .collect();
        let won = WinnerTakeAll::new(&outcomes, Unlisted::Excluded)?.probabilities(workspace)?;
        Ok(won.listed().to_vec())
    }
}

/// Returns the level that is expected `left` days after the instant `known`, in days: the growth of the last day goes on,
/// and fades.
fn expected(levels: &[f64], known: f64, left: f64) -> f64 {
    let day = known as usize;
    let level = |day: usize| levels.get(day).or(levels.last()).copied().unwrap_or(0.0);
    let share = known - day as f64;
    let now = level(day) + share * (level(day + 1) - level(day));
    let growth =
        if share > 0.0 { level(day + 1) - level(day) } else { level(day) - level(day.saturating_sub(1)) };
    let (mut ahead, mut kept) = (0.0, 1.0);
    for _ in 0..left as usize {
        kept *= PERSISTENCE;
        ahead += kept;
    }
    now + growth * ahead
}
