//! What befalls frames of the stream.

use shared::units::Timestamp;
use shared::wire::Channel;

use super::{Faults, later};
use shared::faults::What;

/// What befalls a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::paper) struct Fate {
    /// When it is sent, at the earliest.
    pub(in crate::paper) due: Timestamp,
    /// How many times: not at all where it is lost.
    pub(in crate::paper) copies: u8,
    /// Whether its client is cut off instead.
    pub(in crate::paper) is_cut: bool,
}

impl Fate {
    /// Returns that nothing befalls it.
    pub(in crate::paper) const fn none(due: Timestamp) -> Self {
        Self { due, copies: 1, is_cut: false }
    }
}

impl Faults {
    /// Returns what befalls a frame that a subscription to this channel is told.
    pub(in crate::paper) fn frame(&mut self, now: Timestamp, channel: Channel) -> Fate {
        let mut fate = Fate::none(now);
        for there in self.all.values_mut().filter(|there| there.fault.target.is_frame(channel)) {
            if there.run > 0 {
                there.run -= 1;
                fate.copies = 0;
                continue;
            }
            // A cut that has a time and no probability is an act of its own.
            let is_cut = there.from.is_none() || there.fault.when.probability < 1.0;
            let befalls = match there.fault.what {
                What::Latency(_) | What::Drop { .. } | What::Gap(_) | What::Duplicate => true,
                What::Cut => is_cut,
                _ => false,
            };
            if !befalls || !there.strikes_frame(now) {
                continue;
            }
            match there.fault.what {
                What::Latency(delay) => {
                    fate.due = later(fate.due, delay.draw(|| there.frame_draws.uniform()));
                }
                What::Gap(frames) => {
                    there.run = frames - 1;
                    fate.copies = 0;
                }
                What::Duplicate => fate.copies = fate.copies.saturating_mul(2),
                What::Cut => fate.is_cut = true,
                _ => fate.copies = 0,
            }
        }
        fate
    }

    /// Returns the status with which handshakes are refused, if they are.
    pub(in crate::paper) fn handshake(&mut self, now: Timestamp) -> Option<u16> {
        // While the stream is cut there is none.
        let is_cut = self.all.values().any(|there| {
            there.fault.what == What::Cut
                && there.fault.target.is_stream()
                && there.until.is_some()
                && there.is_active(now)
        });
        if is_cut {
            return Some(502);
        }
        let refused =
            self.strike(now, |fault| matches!(fault.what, What::Http { .. }) && fault.target.is_stream());
        refused.first().and_then(|there| match there.fault.what {
            What::Http { status, .. } => Some(status),
            _ => None,
        })
    }
}
