//! What a quoter is told of all parts whose settings it follows.

use super::Settings;
use crate::execution;
use crate::risk::Limits;
use crate::settings::Fee;

/// The settings that decide quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    /// How they are decided.
    pub quoting: Settings,
    /// When they are replaced.
    pub execution: execution::Settings,
    /// What they may never go beyond.
    pub limits: Limits,
    /// What a fill is reckoned to be charged.
    pub fee: Fee,
}
