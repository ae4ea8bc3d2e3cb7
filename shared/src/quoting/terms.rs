//! What a contract is quoted on.

use serde::{Deserialize, Serialize};

use crate::fees::FeeSchedule;
use crate::market::PriceGrid;
use crate::units::Timestamp;

/// What a contract is quoted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The prices that are accepted.
    pub grid: PriceGrid,
    /// What its series charges, where that is known.
    pub fees: Option<FeeSchedule>,
    /// When its outcome is settled, where that is known.
    pub settles: Option<Timestamp>,
    /// Whether it can be traded.
    pub status: Status,
}

/// Whether a contract can be traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It can.
    Open,
    /// Not now: the exchange has paused it.
    Paused,
    /// Not any more: it awaits its settlement.
    Closed,
}

impl Default for Terms {
    /// Whole cents, open, and nothing else known.
    fn default() -> Self {
        Self { grid: PriceGrid::linear_cent(), fees: None, settles: None, status: Status::Open }
    }
}
