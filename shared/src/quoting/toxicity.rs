//! The reaction to prints that surprise.

use super::Regime;
use super::rules::Rules;
use crate::units::Timestamp;

/// What the last prints of one contract say about the danger of being picked off.
///
/// An innovation of at least `z_widen` widens until a calm print, or until nothing has happened for one refresh. One
/// of at least `z_pull` pulls until for one refresh no print had `z_widen`: the move has settled. A tape that is quiet
/// is settled too, as a contract that prints twice a day must not stay pulled until its next print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Toxicity {
    /// The last print of at least `z_widen`.
    restless_at: Option<Timestamp>,
    /// Whether that was the last print.
    surprised: bool,
    /// Whether a print had `z_pull` since quotes were last calm.
    pulled: bool,
}

impl Toxicity {
    pub(super) const CALM: Self = Self { restless_at: None, surprised: false, pulled: false };

    /// Takes note of a print's standardised innovation.
    #[inline]
    pub(super) fn observe(&mut self, now: Timestamp, z: f64, rules: &Rules) {
        // What was over before this print must not be prolonged by it.
        if self.regime(now, rules) != Regime::Pulled {
            self.pulled = false;
        }
        let size = z.abs();
        self.surprised = size >= rules.z_widen;
        if self.surprised {
            self.restless_at = Some(now);
            self.pulled |= size >= rules.z_pull;
        }
    }

    /// Returns the regime at `now`.
    #[inline]
    pub(super) fn regime(&self, now: Timestamp, rules: &Rules) -> Regime {
        match self.restless_at {
            Some(at) if now.micros_since(at) < rules.refresh => {
                if self.pulled {
                    Regime::Pulled
                } else if self.surprised {
                    Regime::Widened
                } else {
                    Regime::Calm
                }
            }
            _ => Regime::Calm,
        }
    }

    /// Returns when the regime ends if no print comes before.
    pub(super) fn settles(&self, rules: &Rules) -> Option<Timestamp> {
        self.restless_at?.checked_add_micros(rules.refresh)
    }
}
