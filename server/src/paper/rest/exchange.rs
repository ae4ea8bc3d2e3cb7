//! Whether and when the exchange runs, and what it pays for being there.

use axum::Json;
use axum::extract::State;
use shared::exchange::matching::ExchangeState;
use shared::wire::{
    DailySchedule, ExchangeStatus, IncentivesPage, Rfc3339, Schedule, ScheduleAnswer, UserDataTimestamp,
    WeeklySchedule,
};

use super::query::{Limit, Query};
use super::{Answer, Exchange};

pub(super) async fn status(State(shared): Exchange) -> Json<ExchangeStatus> {
    let state = shared.with(|core| core.exchange.exchange_state());
    let (exchange_active, trading_active) = (state != ExchangeState::Paused, state == ExchangeState::Open);
    Json(ExchangeStatus {
        exchange_active,
        trading_active,
        exchange_estimated_resume_time: None,
        exchange_index_statuses: None,
    })
}

/// Says that the exchange never closes: its traders don't sleep.
pub(super) async fn schedule(State(shared): Exchange) -> Json<ScheduleAnswer> {
    let (began, now) = shared.with_quietly(|core| (core.catalogue.began(), core.exchange.now()));
    let day = || vec![DailySchedule { open_time: "00:00".to_owned(), close_time: "00:00".to_owned() }];
    let week = WeeklySchedule {
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
    // Kalshi lists planned windows; the pauses of this exchange come unannounced.
    Json(ScheduleAnswer {
        schedule: Schedule { standard_hours: vec![week], maintenance_windows: Vec::new() },
    })
}

pub(super) async fn user_data_timestamp(State(shared): Exchange) -> Json<UserDataTimestamp> {
    Json(UserDataTimestamp { as_of_time: Rfc3339(shared.with(|core| core.exchange.now())) })
}

pub(super) async fn incentive_programs(query: Query) -> Answer<IncentivesPage> {
    query.number("limit", Limit::INCENTIVES)?;
    query.word("status", &["all", "active", "upcoming", "closed", "paid_out"])?;
    query.word("type", &["all", "liquidity", "volume", "margin_maker_volume", "margin_taker_volume"])?;
    // There are none.
    Ok(Json(IncentivesPage { incentive_programs: Vec::new(), next_cursor: Some(String::new()) }))
}
