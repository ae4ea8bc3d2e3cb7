//! What the loop is set to.

use crate::quoting::Fair;
use crate::risk::Limits;
use crate::settings::Fee;
use crate::{execution, quoting};

/// The settings of all parts of the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    /// How quotes are decided.
    pub quoting: quoting::Settings,
    /// When they are replaced.
    pub execution: execution::Settings,
    /// What they may never go beyond.
    pub limits: Limits,
    /// What a fill is reckoned to be charged.
    pub fee: Fee,
}

impl Parameters {
    /// Returns them for a maker that is told the fair values which `fair` asks for in the place of beliefs.
    #[must_use]
    pub const fn as_told(mut self) -> Self {
        self.quoting.fair = Fair::Belief;
        self
    }
}
