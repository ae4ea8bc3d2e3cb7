//! Whether and when the exchange runs.

use serde::{Deserialize, Serialize};

use super::Rfc3339;

/// The answer to `GET /exchange/status`, also where its status code says that the exchange doesn't run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeStatus {
    /// Whether anything can be changed, cancellations included.
    pub exchange_active: bool,
    /// Whether orders are taken.
    pub trading_active: bool,
    /// When it is expected to go on; that is not promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_estimated_resume_time: Option<Rfc3339>,
    /// The same by part of the exchange; what stands above is of part 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_index_statuses: Option<Vec<IndexStatus>>,
}

/// Whether a part of the exchange runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexStatus {
    /// The part.
    pub exchange_index: i64,
    /// What is traded on it.
    pub description: String,
    /// Whether anything can be changed, cancellations included.
    pub exchange_active: bool,
    /// Whether orders are taken.
    pub trading_active: bool,
}

/// The hours of a session, in the time of New York: `08:00`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailySchedule {
    /// When it begins.
    pub open_time: String,
    /// When it ends; `00:00` is the end of the day.
    pub close_time: String,
}

/// The hours of a week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeeklySchedule {
    /// From when on it holds.
    pub start_time: Rfc3339,
    /// Until when.
    pub end_time: Rfc3339,
    /// The sessions of Mondays.
    pub monday: Vec<DailySchedule>,
    /// The sessions of Tuesdays.
    pub tuesday: Vec<DailySchedule>,
    /// The sessions of Wednesdays.
    pub wednesday: Vec<DailySchedule>,
    /// The sessions of Thursdays.
    pub thursday: Vec<DailySchedule>,
    /// The sessions of Fridays.
    pub friday: Vec<DailySchedule>,
    /// The sessions of Saturdays.
    pub saturday: Vec<DailySchedule>,
    /// The sessions of Sundays.
    pub sunday: Vec<DailySchedule>,
}

/// When the exchange may not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceWindow {
    /// From when on.
    pub start_datetime: Rfc3339,
    /// Until when.
    pub end_datetime: Rfc3339,
}

/// When orders are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The hours; outside of them nothing is traded.
    pub standard_hours: Vec<WeeklySchedule>,
    /// What was announced besides.
    pub maintenance_windows: Vec<MaintenanceWindow>,
}

/// The answer to `GET /exchange/schedule`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleAnswer {
    /// When orders are taken.
    pub schedule: Schedule,
}

/// The answer to `GET /exchange/user_data_timestamp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDataTimestamp {
    /// Until when balances, orders, fills and positions are told.
    pub as_of_time: Rfc3339,
}
