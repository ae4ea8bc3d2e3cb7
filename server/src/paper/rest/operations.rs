//! Everything that is answered: a line says the method and path, who may ask, what it costs, and what answers.

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodFilter, on};

use super::{
    Shared, account, batch, candles, exchange, groups, historical, markets, orders, portfolio, public, queue,
    signed,
};
use crate::paper::keyring::Scope;
use crate::paper::tier::Bucket;

/// The default cost of a request, in tokens.
pub(super) const DEFAULT_COST: u64 = 10;

/// Who may ask.
#[derive(Debug, Clone, Copy)]
pub(in crate::paper) enum Access {
    /// Anybody.
    Public,
    /// A member whose key has one of these scopes.
    Signed(&'static [Scope]),
}

/// What a request costs, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::paper) enum Cost {
    /// Nothing.
    Free,
    /// So much, from this bucket.
    Tokens(Bucket, u64),
    /// So much for each item of its body, which its handler takes.
    PerItem(Bucket, u64),
}

/// Something that is answered.
#[derive(Debug)]
pub(in crate::paper) struct Operation {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub(in crate::paper) method: &'static str,
    /// Its path below [`shared::wire::REST_PATH`].
    pub(in crate::paper) path: &'static str,
    /// Its name in Kalshi's `OpenAPI` document; empty where that has it no more.
    pub(in crate::paper) name: &'static str,
    pub(in crate::paper) access: Access,
    pub(in crate::paper) cost: Cost,
}

const OPEN: Access = Access::Public;
const READ: Access = Access::Signed(&[Scope::Read]);
const BALANCE: Access = Access::Signed(&[Scope::Read, Scope::ReadBalance]);
const TRADE: Access = Access::Signed(&[Scope::Write, Scope::WriteTrade]);
const WRITE: Access = Access::Signed(&[Scope::Write]);

const FREE: Cost = Cost::Free;
const ASK: Cost = Cost::Tokens(Bucket::Read, DEFAULT_COST);
const ASK_ONE: Cost = Cost::Tokens(Bucket::Read, 2);
const ASK_BALANCE: Cost = Cost::Tokens(Bucket::Balance, 1);
const ACT: Cost = Cost::Tokens(Bucket::Write, DEFAULT_COST);
const CANCEL: Cost = Cost::Tokens(Bucket::Write, 2);
const ACT_EACH: Cost = Cost::PerItem(Bucket::Write, DEFAULT_COST);
const CANCEL_EACH: Cost = Cost::PerItem(Bucket::Write, 2);

/// Declares what is answered.
macro_rules! operations {
    ($($method:ident $path:literal $name:literal $access:ident $cost:ident => $handler:path,)*) => {
        /// Everything that is answered.
        pub(in crate::paper) const OPERATIONS: &[Operation] = &[$(Operation {
            method: stringify!($method),
            path: $path,
            name: $name,
            access: $access,
            cost: $cost,
        }),*];

        /// Returns the paths with what answers, behind the check of who asks and how much.
        pub(super) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
            let router = Router::new();
            $(
                let operation: &'static Operation = const {
                    &Operation {
                        method: stringify!($method),
                        path: $path,
                        name: $name,
                        access: $access,
                        cost: $cost,
                    }
                };
                let admission =
                    axum::middleware::from_fn_with_state((Arc::clone(shared), operation), signed::admit);
                let router =
                    router.route($path, on(MethodFilter::$method, $handler).route_layer(admission));
            )*
            router
        }
    };
}

operations! {
    GET "/exchange/status" "GetExchangeStatus" OPEN ASK => exchange::status,
    GET "/exchange/schedule" "GetExchangeSchedule" OPEN ASK => exchange::schedule,
    GET "/exchange/user_data_timestamp" "GetUserDataTimestamp" OPEN ASK => exchange::user_data_timestamp,
    GET "/series" "GetSeriesList" OPEN ASK => public::all_series,
    GET "/series/fee_changes" "GetSeriesFeeChanges" OPEN ASK => public::fee_changes,
    GET "/series/{series_ticker}" "GetSeries" OPEN ASK => public::series,
    GET "/events" "GetEvents" OPEN ASK => public::events,
    GET "/events/multivariate" "GetMultivariateEvents" OPEN ASK => public::multivariate,
    GET "/events/fee_changes" "GetEventFeeChanges" OPEN ASK => public::event_fee_changes,
    GET "/events/{event_ticker}" "GetEvent" OPEN ASK => public::event,
    GET "/events/{event_ticker}/metadata" "GetEventMetadata" OPEN ASK => public::metadata,
    GET "/markets" "GetMarkets" OPEN ASK => markets::markets,
    GET "/markets/orderbooks" "GetMarketOrderbooks" OPEN ASK => markets::orderbooks,
    GET "/markets/trades" "GetTrades" OPEN ASK => markets::trades,
    GET "/markets/{ticker}" "GetMarket" OPEN ASK => markets::market,
    GET "/markets/{ticker}/orderbook" "GetMarketOrderbook" OPEN ASK => markets::orderbook,
    GET "/markets/candlesticks" "BatchGetMarketCandlesticks" OPEN ASK => candles::of_markets,
    GET "/series/{series_ticker}/markets/{ticker}/candlesticks" "GetMarketCandlesticks" OPEN ASK
        => candles::of_market,
    GET "/series/{series_ticker}/events/{ticker}/candlesticks" "GetMarketCandlesticksByEvent" OPEN ASK
        => candles::of_event,
    GET "/incentive_programs" "GetIncentivePrograms" OPEN ASK => exchange::incentive_programs,

    GET "/historical/cutoff" "GetHistoricalCutoff" OPEN ASK => historical::cutoff,
    GET "/historical/markets" "GetHistoricalMarkets" OPEN ASK => historical::markets,
    GET "/historical/markets/{ticker}" "GetHistoricalMarket" OPEN ASK => historical::market,
    GET "/historical/markets/{ticker}/candlesticks" "GetMarketCandlesticksHistorical" OPEN ASK
        => candles::of_past_market,
    GET "/historical/trades" "GetTradesHistorical" OPEN ASK => historical::trades,
    GET "/historical/fills" "GetFillsHistorical" READ ASK => historical::fills,
    GET "/historical/orders" "GetHistoricalOrders" READ ASK => historical::orders,
    GET "/historical/positions" "GetHistoricalPositions" READ ASK => historical::positions,

    GET "/portfolio/balance" "GetBalance" BALANCE ASK_BALANCE => portfolio::balance,
    GET "/portfolio/positions" "GetPositions" READ ASK => portfolio::positions,
    GET "/portfolio/fills" "GetFills" READ ASK => portfolio::fills,
    GET "/portfolio/settlements" "GetSettlements" READ ASK => portfolio::settlements,
    GET "/portfolio/deposits" "GetDeposits" READ ASK => account::deposits,
    GET "/portfolio/withdrawals" "GetWithdrawals" READ ASK => account::withdrawals,
    GET "/portfolio/summary/total_resting_order_value" "GetPortfolioRestingOrderTotalValue" READ ASK
        => portfolio::resting_value,
    GET "/portfolio/orders" "GetOrders" READ ASK => portfolio::orders,
    GET "/portfolio/orders/{order_id}" "GetOrder" READ ASK_ONE => portfolio::order,
    GET "/portfolio/orders/queue_positions" "GetOrderQueuePositions" READ ASK => queue::positions,
    GET "/portfolio/orders/{order_id}/queue_position" "GetOrderQueuePosition" READ ASK => queue::position,

    POST "/portfolio/events/orders" "CreateOrderV2" TRADE ACT => orders::create,
    DELETE "/portfolio/events/orders" "CancelAllOrders" TRADE CANCEL => orders::cancel_all,
    POST "/portfolio/events/orders/batched" "BatchCreateOrdersV2" TRADE ACT_EACH => batch::create,
    DELETE "/portfolio/events/orders/batched" "BatchCancelOrdersV2" TRADE CANCEL_EACH => batch::cancel,
    DELETE "/portfolio/events/orders/{order_id}" "CancelOrderV2" TRADE CANCEL => orders::cancel,
    POST "/portfolio/events/orders/{order_id}/amend" "AmendOrderV2" TRADE ACT => orders::amend,

    POST "/portfolio/events/orders/{order_id}/decrease" "DecreaseOrderV2" TRADE ACT => orders::decrease,

    GET "/portfolio/order_groups" "GetOrderGroups" READ ASK => groups::all,
    POST "/portfolio/order_groups/create" "CreateOrderGroup" TRADE ACT => groups::create,
    GET "/portfolio/order_groups/{order_group_id}" "GetOrderGroup" READ ASK => groups::one,
    DELETE "/portfolio/order_groups/{order_group_id}" "DeleteOrderGroup" TRADE ACT => groups::delete,
    PUT "/portfolio/order_groups/{order_group_id}/reset" "ResetOrderGroup" TRADE ACT => groups::reset,
    PUT "/portfolio/order_groups/{order_group_id}/trigger" "TriggerOrderGroup" TRADE ACT => groups::trigger,
    PUT "/portfolio/order_groups/{order_group_id}/limit" "UpdateOrderGroupLimit" TRADE ACT => groups::limit,

    GET "/account/limits" "GetAccountApiLimits" READ ASK => account::limits,
    GET "/account/endpoint_costs" "GetAccountEndpointCosts" OPEN ASK => account::endpoint_costs,
    GET "/api_keys" "GetApiKeys" READ ASK => account::keys,
    POST "/api_keys" "CreateApiKey" WRITE ACT => account::create_key,
    POST "/api_keys/generate" "GenerateApiKey" WRITE ACT => account::generate_key,
    DELETE "/api_keys/{api_key}" "DeleteApiKey" WRITE ACT => account::delete_key,

    // The first version's, which are gone.
    POST "/portfolio/orders" "" OPEN FREE => orders::gone,
    DELETE "/portfolio/orders/{order_id}" "" OPEN FREE => orders::gone,
    POST "/portfolio/orders/{order_id}/amend" "" OPEN FREE => orders::gone,
    POST "/portfolio/orders/{order_id}/decrease" "" OPEN FREE => orders::gone,
    POST "/portfolio/orders/batched" "" OPEN FREE => orders::gone,
    DELETE "/portfolio/orders/batched" "" OPEN FREE => orders::gone,
}
