//! The reaction to prints that surprise.

use serde::{Deserialize, Serialize};

use super::Regime;
use super::numbers::Numbers;
use super::tails::ONE_SIDED_LASTS;
use crate::units::Timestamp;

/// What the last prints of one contract say about the danger of being picked off.
///
/// An innovation of at least `z_widen` widens until a calm print, or until nothing has happened for one refresh. One
/// of at least `z_pull` pulls until for one refresh no print had `z_widen`: the move has settled. A tape that is quiet
/// is settled too, as a contract that prints twice a day must not stay pulled until its next print.
///
/// A print that is more likely than `alarm_pull` to be stray or a jump pulls until the next print, which tells which of
/// them it was, and for no longer than one refresh.
///
/// With `z_over=60s` the innovation is that of all moves within the last minute: their sum over the root of their number,
/// which varies as one of them does where none is foreseen.
///
/// Where only offers are made, prints that go up again and again pull too: flow from one side tells that somebody knows what
/// makers don't (R. Bartlett and M. O'Hara, SSRN 6615739, on markets in single names). A print that doesn't go up ends that,
/// and so does a day without any.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Toxicity {
    /// The last print of at least `z_widen`.
    restless_at: Option<Timestamp>,
    /// Whether that was the last print.
    surprised: bool,
    /// Whether a print had `z_pull` since quotes were last calm.
    pulled: bool,
    /// The last print, if it was an alarm.
    alarmed_at: Option<Timestamp>,
    /// The innovations of the last minute, and when they were; none where they don't count.
    moved_at: Vec<Timestamp>,
    #[serde(with = "crate::bits")]
    moves: Vec<f64>,
    /// How many innovations in a row were upward, where that counts, and since when they were too many.
    upward: u32,
    one_sided_at: Option<Timestamp>,
}

/// A minute, in microseconds.
const MINUTE: i64 = 60_000_000;

impl Toxicity {
    /// No print has surprised yet.
    pub const CALM: Self = Self {
        restless_at: None,
        surprised: false,
        pulled: false,
        alarmed_at: None,
        moved_at: Vec::new(),
        moves: Vec::new(),
        upward: 0,
        one_sided_at: None,
    };

    /// Takes note of a print: its standardised innovation, and the probability that it is stray or a jump.
    #[inline]
    pub fn observe(&mut self, now: Timestamp, z: f64, alarm: f64, numbers: &Numbers) {
        // What was over before this print must not be prolonged by it.
        if self.pulled && self.regime(now, numbers) != Regime::Pulled {
            self.pulled = false;
        }
        let size = if numbers.over_minute { self.over_minute(now, z) } else { z }.abs();
        self.surprised = size >= numbers.z_widen;
        if self.surprised {
            self.restless_at = Some(now);
            self.pulled |= size >= numbers.z_pull;
        }
        self.alarmed_at = (alarm > numbers.alarm_pull).then_some(now);
        if let Some(many) = numbers.one_sided {
            self.upward = if z > 0.0 { self.upward.saturating_add(1) } else { 0 };
            self.one_sided_at = (self.upward >= many).then_some(now);
        }
    }

    /// Takes note of an innovation, and returns that of the last minute.
    fn over_minute(&mut self, now: Timestamp, z: f64) -> f64 {
        let over = self.moved_at.iter().take_while(|at| now.micros_since(**at) >= MINUTE).count();
        self.moved_at.drain(..over);
        self.moves.drain(..over.min(self.moves.len()));
        self.moved_at.push(now);
        self.moves.push(z);
        let sum: f64 = self.moves.iter().sum();
        // Two moves that can't be, one up and one down, are no calm.
        if sum.is_nan() { f64::INFINITY } else { sum / (self.moves.len() as f64).sqrt() }
    }

    /// Returns the regime at `now`.
    #[inline]
    pub fn regime(&self, now: Timestamp, numbers: &Numbers) -> Regime {
        if !self.surprised && !self.pulled && self.alarmed_at.is_none() && self.one_sided_at.is_none() {
            return Regime::Calm;
        }
        let lasts = |at: Option<Timestamp>| at.is_some_and(|at| now.micros_since(at) < numbers.refresh);
        let restless = lasts(self.restless_at);
        let is_one_sided = self.one_sided_at.is_some_and(|at| now.micros_since(at) < ONE_SIDED_LASTS);
        if restless && self.pulled || is_one_sided {
            Regime::Pulled
        } else if lasts(self.alarmed_at) {
            Regime::Alarmed
        } else if restless && self.surprised {
            Regime::Widened
        } else {
            Regime::Calm
        }
    }

    /// Returns when the regime may end if no print comes before, after `now`.
    pub fn settles(&self, now: Timestamp, numbers: &Numbers) -> Option<Timestamp> {
        let ends = [self.restless_at, self.alarmed_at];
        let ends = ends.into_iter().flatten().filter_map(|at| at.checked_add_micros(numbers.refresh));
        let ends = ends.chain(self.one_sided_at.and_then(|at| at.checked_add_micros(ONE_SIDED_LASTS)));
        ends.filter(|end| *end > now).min()
    }
}
