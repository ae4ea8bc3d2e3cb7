//! Whether and when the exchange runs, and what it pays for being there.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::exchange::matching::ExchangeState;
use shared::wire::{ExchangeStatus, Rfc3339};

use super::query::{Limit, Query};
use super::{Answer, Exchange};

/// The hours of a day.
#[derive(Debug, Clone, Serialize)]
struct Hours {
    open_time: &'static str,
    close_time: &'static str,
}

/// The hours of a week, in the time of New York.
#[derive(Debug, Serialize)]
struct Week {
    start_time: Rfc3339,
    end_time: Rfc3339,
    monday: Vec<Hours>,
    tuesday: Vec<Hours>,
    wednesday: Vec<Hours>,
    thursday: Vec<Hours>,
    friday: Vec<Hours>,
    saturday: Vec<Hours>,
    sunday: Vec<Hours>,
}

/// When orders are taken.
#[derive(Debug, Serialize)]
struct Hourly {
    standard_hours: Vec<Week>,
    /// Kalshi lists planned windows; the pauses of this exchange come unannounced.
    maintenance_windows: [(); 0],
}

/// The answer to `GET /exchange/schedule`.
#[derive(Debug, Serialize)]
pub(super) struct Schedule {
    schedule: Hourly,
}

/// The answer to `GET /exchange/user_data_timestamp`.
#[derive(Debug, Serialize)]
pub(super) struct AsOf {
    as_of_time: Rfc3339,
}

/// The answer to `GET /incentive_programs`: there are none.
#[derive(Debug, Serialize)]
pub(super) struct Incentives {
    incentive_programs: [(); 0],
    next_cursor: &'static str,
}

pub(super) async fn status(State(shared): Exchange) -> Json<ExchangeStatus> {
    let state = shared.with(|core| core.exchange.exchange_state());
    let (exchange_active, trading_active) = (state != ExchangeState::Paused, state == ExchangeState::Open);
    Json(ExchangeStatus { exchange_active, trading_active })
}

/// Says that the exchange never closes: its traders don't sleep.
pub(super) async fn schedule(State(shared): Exchange) -> Json<Schedule> {
    let (began, now) = shared.with_quietly(|core| (core.catalogue.began(), core.exchange.now()));
    let day = || vec![Hours { open_time: "00:00", close_time: "00:00" }];
    let week = Week {
        start_time: Rfc3339(began.unwrap_or(now)),
        end_time: Rfc3339(now.date().checked_add_days(366).map_or(now, shared::units::Date::midnight)),
        monday: day(),
        tuesday: day(),
        wednesday: day(),
        thursday: day(),
        friday: day(),
        saturday: day(),
        sunday: day(),
    };
    Json(Schedule { schedule: Hourly { standard_hours: vec![week], maintenance_windows: [] } })
}

pub(super) async fn user_data_timestamp(State(shared): Exchange) -> Json<AsOf> {
    Json(AsOf { as_of_time: Rfc3339(shared.with(|core| core.exchange.now())) })
}

pub(super) async fn incentive_programs(query: Query) -> Answer<Incentives> {
    query.number("limit", Limit::INCENTIVES)?;
    query.word("status", &["all", "active", "upcoming", "closed", "paid_out"])?;
    query.word("type", &["all", "liquidity", "volume", "margin_maker_volume", "margin_taker_volume"])?;
    Ok(Json(Incentives { incentive_programs: [], next_cursor: "" }))
}
