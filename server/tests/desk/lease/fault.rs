//! What befalls desks, and chance.

use crate::ways::Pass;

/// What befalls a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// SIGKILL, and another process.
    Killed,
    /// SIGKILL, and another process whose clock is off by so much.
    Skewed,
    /// SIGTERM, and another process.
    Ended,
    /// SIGSTOP, and SIGCONT later.
    Stopped,
    /// Its ways are cut or held: to the database, to the exchange.
    Ways(Pass, bool, bool),
    /// The database drops everybody, and what its memory alone has.
    Crashed,
}

/// All of them, in the order in which the first ones are tried.
pub(super) const ALL: [Fault; 11] = [
    Fault::Stopped,
    Fault::Ways(Pass::Held, true, true),
    Fault::Killed,
    Fault::Ways(Pass::Cut, true, false),
    Fault::Ways(Pass::Cut, false, true),
    Fault::Ways(Pass::Held, true, false),
    Fault::Ways(Pass::Held, false, true),
    Fault::Ways(Pass::Cut, true, true),
    Fault::Skewed,
    Fault::Ended,
    Fault::Crashed,
];

/// Knuth's MMIX generator.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}
