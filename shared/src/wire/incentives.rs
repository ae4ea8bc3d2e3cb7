//! What the exchange pays for being there.

use serde::{Deserialize, Serialize};

use super::Rfc3339;
use crate::market::Ticker;
use crate::units::Quantity;

/// A programme for one contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncentiveProgram {
    /// The exchange's id.
    pub id: String,
    /// The contract.
    pub market_ticker: Ticker,
    /// `liquidity` or `volume`, or a new word.
    pub incentive_type: String,
    /// The same for people; answers of early 2026 have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incentive_description: Option<String>,
    /// From when on.
    pub start_date: Rfc3339,
    /// Until when.
    pub end_date: Rfc3339,
    /// What is paid to all together, in ten-thousandths of a dollar.
    pub period_reward: i64,
    /// Whether it was paid.
    pub paid_out: bool,
    /// By how much less an order counts with each tick behind the best, in hundredths of a percent. Whether it is the factor
    /// or what is taken from it isn't settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_factor_bps: Option<i64>,
    /// How many contracts of a side count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_size_fp: Option<Quantity>,
    /// The most that one account is paid, in ten-thousandths of a dollar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_reward_per_account: Option<i64>,
}

/// The answer to `GET /incentive_programs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncentivesPage {
    /// The programmes.
    pub incentive_programs: Vec<IncentiveProgram>,
    /// Where the next page begins, by another name than elsewhere; empty or left out on the last.
    #[serde(default)]
    pub next_cursor: Option<String>,
}
