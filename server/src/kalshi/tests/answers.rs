//! Any bytes as an answer, as whatever may be asked for.

use core::fmt::Debug;

use reqwest::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::wire::{
    AccountLimits, AmendOrderAnswer, Balance, BatchCancelAnswer, BatchCandlesticks, BatchCreateAnswer,
    CancelOrderAnswer, CandlesticksAnswer, CreateOrderAnswer, DecreaseOrderAnswer, EndpointCosts,
    ErrorAnswer, EventAnswer, EventCandlesticks, EventFeeChanges, EventMetadata, EventsPage, ExchangeStatus,
    FillsPage, GroupCreated, HistoricalCandlesticks, HistoricalCutoff, IncentivesPage, MarketAnswer,
    MarketsPage, OrderAnswer, OrderGroupAnswer, OrderGroups, OrderbookAnswer, OrderbooksAnswer, OrdersPage,
    PositionsPage, QueuePosition, QueuePositions, ScheduleAnswer, SeriesAnswer, SeriesFeeChanges, SeriesList,
    SettlementsPage, TradesPage, UserDataTimestamp,
};

use crate::kalshi::Failure;

/// Reads a body as an answer; one that is taken says the same when it is written and read again.
fn reads<T: DeserializeOwned + Serialize + PartialEq + Debug>(body: &[u8]) -> usize {
    let Ok(read) = serde_json::from_slice::<T>(body) else { return 0 };
    let written = serde_json::to_vec(&read).unwrap();
    assert_eq!(serde_json::from_slice::<T>(&written).unwrap(), read);
    1
}

/// Returns as how many answers a body is taken.
pub(in crate::kalshi) fn taken_as(body: &[u8]) -> usize {
    for status in [301, 400, 401, 404, 408, 409, 410, 422, 429, 500, 503] {
        let status = StatusCode::from_u16(status).unwrap();
        let failure = Failure::answered("GET /x", status, body);
        let is_refused = status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT;
        assert_eq!(matches!(failure, Failure::Refused { .. }), is_refused, "{status}: {failure}");
    }
    macro_rules! all {
        ($($answer:ty),* $(,)?) => { 0 $(+ reads::<$answer>(body))* };
    }
    all!(
        AccountLimits,
        AmendOrderAnswer,
        Balance,
        BatchCancelAnswer,
        BatchCandlesticks,
        BatchCreateAnswer,
        CancelOrderAnswer,
        CandlesticksAnswer,
        CreateOrderAnswer,
        DecreaseOrderAnswer,
        EndpointCosts,
        ErrorAnswer,
        EventAnswer,
        EventCandlesticks,
        EventFeeChanges,
        EventMetadata,
        EventsPage,
        ExchangeStatus,
        FillsPage,
        GroupCreated,
        HistoricalCandlesticks,
        HistoricalCutoff,
        IncentivesPage,
        MarketAnswer,
        MarketsPage,
        OrderAnswer,
        OrderGroupAnswer,
        OrderGroups,
        OrderbookAnswer,
        OrderbooksAnswer,
        OrdersPage,
        PositionsPage,
        QueuePosition,
        QueuePositions,
        ScheduleAnswer,
        SeriesAnswer,
        SeriesFeeChanges,
        SeriesList,
        SettlementsPage,
        TradesPage,
        UserDataTimestamp,
    )
}
