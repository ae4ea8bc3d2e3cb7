//! The numbers of a subscription's frames, which count from 1 on without a hole.

/// How a frame follows the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    /// It is the next one.
    Next,
    /// Some before it were lost.
    AfterAGap,
    /// It was heard before.
    Again,
}

/// How far a subscription has been heard.
#[derive(Debug, Default)]
pub(super) struct Numbers(u64);

impl Numbers {
    /// Takes in a frame's number.
    pub(super) const fn hear(&mut self, seq: u64) -> Follows {
        if seq <= self.0 {
            return Follows::Again;
        }
        let is_next = seq == self.0 + 1;
        self.0 = seq;
        if is_next { Follows::Next } else { Follows::AfterAGap }
    }
}
