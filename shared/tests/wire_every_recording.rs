//! Every answer that was recorded of Kalshi, of three generations of its interface: it is read whole by our types, or it is
//! refused by name. A recording that is listed nowhere fails, and so does one that is listed as refused and isn't.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;

use std::collections::BTreeSet;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::market::PriceGrid;
use shared::wire::{
    AccountLimits, Balance, BatchCandlesticks, CancelOrderAnswer, Candlestick, CandlesticksAnswer,
    CreateOrderAnswer, EndpointCosts, ErrorAnswer, EventAnswer, EventCandlesticks, EventMetadata, EventsPage,
    ExchangeStatus, FillsPage, IncentivesPage, Market, MarketAnswer, MarketsPage, OrderAnswer,
    OrderbookAnswer, OrderbookOf, OrdersPage, PositionsPage, ScheduleAnswer, SeriesAnswer, SeriesFeeChanges,
    SeriesList, SettlementsPage, Trade, TradesPage,
};

/// Reads a value as a type, or says why it isn't one.
type Read = fn(&str) -> Result<(), String>;

fn read<T: DeserializeOwned>(text: &str) -> Result<(), String> {
    serde_json::from_str::<T>(text).map(drop).map_err(|why| why.to_string())
}

/// What a file holds: where in it, `*` for each item there, and as what it is read.
struct Holds(&'static str, &'static [(&'static str, Read)]);

/// Why what a file holds is refused: the file, and a part of what is said.
struct Refused(&'static str, &'static str);

/// The demo exchange's, of June 2026, by what the first part of the name is.
const RECORDED: &[Holds] = &[
    Holds("account__endpoint_costs", &[("", read::<EndpointCosts>)]),
    Holds("account__limits", &[("", read::<AccountLimits>)]),
    Holds("auth__bad_signature", &[("", read::<ErrorAnswer>)]),
    Holds("auth__balance_alt_host", &[("", read::<Balance>)]),
    Holds("auth__balance_ok", &[("", read::<Balance>)]),
    Holds("auth__missing_signature_header", &[("", read::<ErrorAnswer>)]),
    Holds("auth__skew_minus30s", &[("", read::<ErrorAnswer>)]),
    Holds("auth__skew_minus5min", &[("", read::<ErrorAnswer>)]),
    Holds("auth__skew_minus5s", &[("", read::<Balance>)]),
    Holds("auth__skew_plus5min", &[("", read::<ErrorAnswer>)]),
    Holds("auth__skew_plus5s", &[("", read::<Balance>)]),
    Holds("auth__unknown_key_id", &[("", read::<ErrorAnswer>)]),
    Holds("cleanup__leftover_0", &[("", read::<ErrorAnswer>)]),
    Holds("cleanup__leftover_1", &[("", read::<ErrorAnswer>)]),
    Holds("cleanup__leftover_2", &[("", read::<ErrorAnswer>)]),
    Holds("cleanup__stp_resting", &[("", read::<CancelOrderAnswer>)]),
    Holds("exchange__status", &[("", read::<ExchangeStatus>)]),
    Holds("fills__after_taker", &[("", read::<FillsPage>)]),
    Holds("markets__garbage_cursor", &[("", read::<MarketsPage>)]),
    Holds("markets__high_temp", &[("", read::<MarketsPage>)]),
    Holds("markets__limit_over_max", &[("", read::<ErrorAnswer>)]),
    Holds("markets__page1", &[("", read::<MarketsPage>)]),
    Holds("markets__page2", &[("", read::<MarketsPage>)]),
    Holds("markets__page3", &[("", read::<MarketsPage>)]),
    Holds("markets__single", &[("", read::<MarketAnswer>)]),
    Holds("markets__single_filter_lastpage", &[("", read::<MarketsPage>)]),
    Holds("markets__status_closed", &[("", read::<MarketsPage>)]),
    Holds("markets__status_open", &[("", read::<MarketsPage>)]),
    Holds("markets__status_settled", &[("", read::<MarketsPage>)]),
    Holds("markets__unauth_list", &[("", read::<MarketsPage>)]),
    Holds("markets__unauth_single", &[("", read::<MarketAnswer>)]),
    Holds("orderbook__base", &[("", read::<OrderbookAnswer>)]),
    Holds("orders__cancel_already_canceled", &[("", read::<ErrorAnswer>)]),
    Holds("orders__cancel_executed", &[("", read::<ErrorAnswer>)]),
    Holds("orders__cancel_unknown_id", &[("", read::<ErrorAnswer>)]),
    Holds("orders__cancel_v2", &[("", read::<CancelOrderAnswer>)]),
    Holds("orders__create_v2_maker", &[("", read::<CreateOrderAnswer>)]),
    Holds("orders__create_v2_taker_ioc", &[("", read::<CreateOrderAnswer>)]),
    Holds("orders__duplicate_client_order_id", &[("", read::<ErrorAnswer>)]),
    Holds("orders__get_after_cancel", &[("", read::<OrderAnswer>)]),
    Holds("orders__get_after_create", &[("", read::<OrderAnswer>)]),
    Holds("orders__insufficient_balance", &[("", read::<ErrorAnswer>)]),
    Holds("orders__invalid_price_structure", &[("", read::<ErrorAnswer>)]),
    Holds("orders__legacy_cancel", &[("", read::<OrderAnswer>)]),
    Holds("orders__legacy_create", &[("", read::<OrderAnswer>)]),
    Holds("orders__numeric_field_types", &[("", read::<ErrorAnswer>)]),
    Holds("orders__post_only_cross", &[("", read::<ErrorAnswer>)]),
    Holds("orders__reuse_canceled_client_id", &[("", read::<ErrorAnswer>)]),
    Holds("orders__settlement_seed", &[("", read::<CreateOrderAnswer>)]),
    Holds("orders__stp_resting_after", &[("", read::<OrderAnswer>)]),
    Holds("orders__stp_self_cross", &[("", read::<CreateOrderAnswer>)]),
    Holds("orders__stp_setup", &[("", read::<CreateOrderAnswer>)]),
    Holds("portfolio__orders_list", &[("", read::<OrdersPage>)]),
    Holds("portfolio__positions", &[("", read::<PositionsPage>)]),
    Holds("series__fee_changes", &[("", read::<SeriesFeeChanges>)]),
    Holds("settlements__end_of_session", &[("", read::<SettlementsPage>)]),
    Holds("settlements__page", &[("", read::<SettlementsPage>)]),
    Holds("trades__public_recorded", &[("", read::<TradesPage>)]),
];

/// Public answers of January, March, July and August 2026, from within what they were kept in.
const RESPONSES: &[Holds] = &[
    Holds("cockpit_2026-08__candlesticks_mlb", &[("/markets/*/candlesticks/*", read::<Candlestick>)]),
    Holds(
        "cockpit_2026-08__candlesticks_pregame_mlb",
        &[("/market", read::<Market>), ("/candlesticks_response", read::<CandlesticksAnswer>)],
    ),
    Holds("cockpit_2026-08__combo_orderbooks", &[("/*", read::<OrderbookOf>)]),
    Holds(
        "cockpit_2026-08__market_single",
        &[
            ("/nested", read::<Market>),
            ("/single", read::<MarketAnswer>),
            ("/orderbook", read::<OrderbookAnswer>),
        ],
    ),
    Holds("cockpit_2026-08__markets_settled", &[("/markets/*", read::<Market>)]),
    Holds("cockpit_2026-08__price_grids", &[("/grids/*/price_ranges", read::<PriceGrid>)]),
    Holds("cockpit_2026-08__series_fee_fields", &[("/payloads/*", read::<SeriesAnswer>)]),
    Holds("golden_2026-01___recording_summary", &[]),
    Holds("golden_2026-01__candlesticks_batch_response", &[("/response", read::<BatchCandlesticks>)]),
    Holds("golden_2026-01__event_candlesticks_response", &[("/response", read::<EventCandlesticks>)]),
    Holds("golden_2026-01__event_metadata_response", &[("/response", read::<EventMetadata>)]),
    Holds("golden_2026-01__event_single_response", &[("/response", read::<EventAnswer>)]),
    Holds("golden_2026-01__events_list_response", &[("/response", read::<EventsPage>)]),
    Holds("golden_2026-01__exchange_schedule_response", &[("/response", read::<ScheduleAnswer>)]),
    Holds("golden_2026-01__exchange_status_response", &[("/response", read::<ExchangeStatus>)]),
    Holds("golden_2026-01__incentive_programs_response", &[("/response", read::<IncentivesPage>)]),
    Holds("golden_2026-01__market_single_response", &[("/response", read::<MarketAnswer>)]),
    Holds("golden_2026-01__markets_list_response", &[("/response", read::<MarketsPage>)]),
    // Collections of several legs and the list of tags are asked by nothing here.
    Holds("golden_2026-01__multivariate_event_collections_list_response", &[]),
    Holds("golden_2026-01__orderbook_response", &[("/response", read::<OrderbookAnswer>)]),
    Holds("golden_2026-01__series_candlesticks_response", &[("/response", read::<CandlesticksAnswer>)]),
    Holds("golden_2026-01__series_fee_changes_response", &[("/response", read::<SeriesFeeChanges>)]),
    Holds("golden_2026-01__series_list_response", &[("/response", read::<SeriesList>)]),
    Holds("golden_2026-01__series_single_response", &[("/response", read::<SeriesAnswer>)]),
    Holds("golden_2026-01__tags_by_categories_response", &[]),
    Holds("golden_2026-01__trades_list_response", &[("/response", read::<TradesPage>)]),
    Holds("pmvl_2026-07__kalshi_events", &[("", read::<EventsPage>)]),
    Holds("pmvl_2026-07__kalshi_markets", &[("", read::<MarketsPage>)]),
    Holds("pmvl_2026-07__kalshi_orderbook", &[("", read::<OrderbookAnswer>)]),
    Holds("pmvl_2026-07__kalshi_series", &[("", read::<SeriesAnswer>)]),
    Holds("pmvl_2026-07__kalshi_trades", &[("", read::<TradesPage>)]),
    Holds("soccer_2026-03__kalshi_market", &[("", read::<Market>)]),
    Holds("soccer_2026-03__kalshi_markets", &[("/*", read::<Market>)]),
    Holds("soccer_2026-03__kalshi_orderbook", &[("", read::<OrderbookAnswer>)]),
    Holds("soccer_2026-03__kalshi_trades", &[("/*", read::<Trade>)]),
];

/// What is refused, and by which name. All of it is of January 2026, when amounts were also told as whole cents and whole
/// contracts and some were told in no other way: a number that is only there as an integer is not taken for one in dollars.
const REFUSED: &[Refused] = &[
    Refused("golden_2026-01__candlesticks_batch_response", "missing field `volume_fp`"),
    Refused("golden_2026-01__event_candlesticks_response", "missing field `volume_fp`"),
    Refused("golden_2026-01__series_candlesticks_response", "missing field `volume_fp`"),
    Refused("golden_2026-01__orderbook_response", "missing field `orderbook_fp`"),
    Refused("golden_2026-01__trades_list_response", "missing field `count_fp`"),
];

/// Returns the values at a place, of which `*` stands for each item.
fn at<'a>(value: &'a Value, place: &str) -> Vec<&'a Value> {
    let mut found = vec![value];
    for part in place.split('/').skip(1) {
        found = found
            .into_iter()
            .flat_map(|value| -> Vec<&Value> {
                match (part, value) {
                    ("*", Value::Array(items)) => items.iter().collect(),
                    ("*", Value::Object(fields)) => fields.values().collect(),
                    (name, value) => value.get(name).into_iter().collect(),
                }
            })
            .collect();
    }
    found
}

/// Reads all files of a folder and returns how many values were read and how many were refused.
fn read_all(folder: &Path, listed: &[Holds]) -> (usize, usize) {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = name.strip_suffix(".json").filter(|name| !name.ends_with(".meta")) {
            names.insert(name.to_owned());
        }
    }
    // What was asked about each is beside it, and is not an answer.
    names.remove("session__manifest");
    let known: BTreeSet<String> = listed.iter().map(|holds| holds.0.to_owned()).collect();
    assert_eq!(names, known, "a recording is listed that isn't there, or is there and isn't listed");
    let (mut taken, mut refused, mut wrong) = (0, 0, Vec::new());
    for Holds(name, places) in listed {
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        let whole: Value = serde_json::from_str(&text).unwrap();
        let expected = REFUSED.iter().find(|refused| refused.0 == *name);
        for (place, read) in *places {
            let values = at(&whole, place);
            if values.is_empty() {
                wrong.push(format!("{name}: nothing is at {place}"));
            }
            for value in values {
                match (read(&value.to_string()), expected) {
                    (Ok(()), None) => taken += 1,
                    (Err(why), Some(Refused(_, expected))) if why.contains(expected) => refused += 1,
                    (Ok(()), Some(_)) => wrong.push(format!("{name}{place} is listed as refused, and isn't")),
                    (Err(why), _) => wrong.push(format!("{name}{place}: {why}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    (taken, refused)
}

#[test]
fn each_recording_is_read_or_refused_by_name() {
    let Some(a) = corpus::folder_of("data/kalshi-recorded/exchange__status.json") else { return };
    let Some(b) = corpus::folder_of("data/kalshi-responses/pmvl_2026-07__kalshi_trades.json") else { return };
    assert_eq!(read_all(&a, RECORDED), (58, 0));
    let (taken, refused) = read_all(&b, RESPONSES);
    assert!(taken > 100, "{taken}");
    assert_eq!(refused, REFUSED.len());
}

/// Reads what is at a place of a public answer.
fn kept<T: DeserializeOwned>(name: &str, place: &str) -> Option<T> {
    let text = corpus::read(&format!("data/kalshi-responses/{name}.json"))?;
    let whole: Value = serde_json::from_str(&text).unwrap();
    Some(serde_json::from_str(&whole.pointer(place).unwrap().to_string()).unwrap())
}

#[test]
fn prices_counts_and_fees_are_what_was_recorded() {
    let Some(MarketAnswer { market }) = kept("cockpit_2026-08__market_single", "/single") else { return };
    let quotes = market.quotes();
    let text = |price: Option<shared::units::Price>| price.map(|price| price.to_string());
    assert_eq!(text(quotes.bid).as_deref(), Some("0.8900"));
    assert_eq!(text(quotes.ask).as_deref(), Some("0.9400"));
    assert_eq!(text(quotes.last).as_deref(), Some("0.9500"));
    assert_eq!(market.yes_bid_size_fp.unwrap().to_string(), "343.49");
    let Some(SeriesAnswer { series }) = kept("cockpit_2026-08__series_fee_fields", "/payloads/KXMLBGAME")
    else {
        return;
    };
    assert_eq!(series.fee_type().unwrap().to_string(), "quadratic_with_maker_fees");
    assert_eq!(series.fee_multiplier.to_string(), "0.5");
    let Some(settled) = kept::<Vec<Market>>("cockpit_2026-08__markets_settled", "/markets") else { return };
    let won = settled.iter().filter(|market| market.result == shared::wire::MarketResult::Yes);
    assert_eq!(won.clone().count(), 21);
    assert!(won.clone().all(|market| market.settlement_value_dollars == Some(shared::units::Price::ONE)));
    let candles: Option<Vec<Candlestick>> =
        kept("cockpit_2026-08__candlesticks_mlb", "/markets/KXMLBGAME-26AUG071840TORPHI-TOR/candlesticks");
    let Some(candles) = candles else { return };
    assert_eq!(candles[0].price.mean_dollars.unwrap().to_string(), "0.3400");
    assert_eq!(candles[0].volume_fp.to_string(), "28.74");
    let Some(page) = kept::<IncentivesPage>("golden_2026-01__incentive_programs_response", "/response")
    else {
        return;
    };
    let first = &page.incentive_programs[0];
    assert_eq!(
        (first.period_reward, first.discount_factor_bps, first.target_size_fp),
        (200_000, Some(5_000), None)
    );
    let Some(ScheduleAnswer { schedule }) = kept("golden_2026-01__exchange_schedule_response", "/response")
    else {
        return;
    };
    // Thursdays have two sessions: between them is the maintenance.
    let thursday = &schedule.standard_hours[0].thursday;
    assert_eq!((thursday[0].close_time.as_str(), thursday[1].open_time.as_str()), ("03:00", "05:00"));
}
