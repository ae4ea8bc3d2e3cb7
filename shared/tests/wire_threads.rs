//! What went wrong elsewhere, as public threads about clients of Kalshi tell it, and must not here: what an answer doesn't say
//! is not made up, and a number is what is written.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::market::PriceGrid;
use shared::units::{Cash, Price, Quantity};
use shared::wire::{
    CancelOrderAnswer, Candlestick, CreateOrderAnswer, Fill, Market, MarketPosition, Order, Orderbook,
    Series, Settlement, Trade,
};

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    serde_json::from_str(&value.to_string()).map_err(|why| why.to_string())
}

/// Takes each field away and makes it null: it is named, and no number stands in for it.
fn each_is_needed<T: DeserializeOwned>(whole: &Value, fields: &[&str]) {
    assert_eq!(read::<T>(whole).map(drop), Ok(()));
    for field in fields {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(*field).unwrap();
        let why = read::<T>(&without).map(drop).unwrap_err();
        assert!(why.contains(&format!("missing field `{field}`")), "{field}: {why}");
        let mut null = whole.clone();
        null[*field] = Value::Null;
        assert!(read::<T>(&null).is_err(), "{field} may be null");
        let mut empty = whole.clone();
        empty[*field] = json!("");
        // A word may be a new one, and the word for a result that isn't known yet is the empty one.
        let is_word = matches!(*field, "status" | "result" | "market_result" | "order_id");
        assert!(read::<T>(&empty).is_err() || is_word, "{field} may be empty");
    }
}

const AT: &str = "2026-11-11T06:29:30.164956Z";

fn trade() -> Value {
    json!({"trade_id":"t","ticker":"A-B","count_fp":"7.77","yes_price_dollars":"0.0300",
        "no_price_dollars":"0.9700","taker_outcome_side":"yes","created_time":AT})
}

fn fill() -> Value {
    json!({"fill_id":"f","trade_id":"t","order_id":"o","ticker":"A-B","outcome_side":"yes","book_side":"bid",
        "count_fp":"1.00","yes_price_dollars":"0.5200","no_price_dollars":"0.4800","is_taker":true,
        "fee_cost":"0.017500","created_time":AT})
}

fn market() -> Value {
    json!({"ticker":"A-B","event_ticker":"A","market_type":"binary","yes_sub_title":"y","no_sub_title":"n",
        "open_time":AT,"close_time":AT,"status":"active","result":"","yes_bid_dollars":"0.4700",
        "yes_bid_size_fp":"3.00","yes_ask_dollars":"0.5200","yes_ask_size_fp":"1.00",
        "no_bid_dollars":"0.4800","no_ask_dollars":"0.5300","last_price_dollars":"0.5200"})
}

/// ryanfrigo/kalshi-ai-trading-bot#40 and #91: what was missing was read as zero, or as 50 cents.
#[test]
fn a_field_that_money_depends_on_is_named_when_it_is_missing_and_never_zero_or_fifty_cents() {
    each_is_needed::<Trade>(&trade(), &["count_fp", "yes_price_dollars", "no_price_dollars", "created_time"]);
    each_is_needed::<Fill>(
        &fill(),
        &["order_id", "count_fp", "yes_price_dollars", "fee_cost", "outcome_side", "book_side", "is_taker"],
    );
    each_is_needed::<Market>(&market(), &["event_ticker", "status", "result", "close_time"]);
    each_is_needed::<CreateOrderAnswer>(
        &json!({"order_id":"o","fill_count":"0.00","remaining_count":"1.00","ts_ms":1_781_159_360_866_i64}),
        &["fill_count", "remaining_count", "ts_ms"],
    );
    each_is_needed::<CancelOrderAnswer>(
        &json!({"order_id":"o","reduced_by":"1.00","ts_ms":1_781_159_360_866_i64}),
        &["reduced_by", "ts_ms"],
    );
    each_is_needed::<Order>(
        &json!({"order_id":"o","user_id":"u","client_order_id":"c","ticker":"A-B","outcome_side":"yes",
            "book_side":"bid","type":"limit","status":"resting","yes_price_dollars":"0.9900",
            "no_price_dollars":"0.0100","initial_count_fp":"1.00","fill_count_fp":"0.00",
            "remaining_count_fp":"1.00","taker_fill_cost_dollars":"0.000000",
            "maker_fill_cost_dollars":"0.000000","taker_fees_dollars":"0.000000","maker_fees_dollars":"0.000000"}),
        &["yes_price_dollars", "fill_count_fp", "remaining_count_fp", "taker_fees_dollars", "book_side"],
    );
    each_is_needed::<MarketPosition>(
        &json!({"ticker":"A-B","position_fp":"-1.00","total_traded_dollars":"1.000000",
            "market_exposure_dollars":"1.000000","realized_pnl_dollars":"0.000000","fees_paid_dollars":"0.000000",
            "last_updated_ts":AT}),
        &["position_fp", "market_exposure_dollars", "fees_paid_dollars"],
    );
    each_is_needed::<Settlement>(
        &json!({"ticker":"A-B","event_ticker":"A","market_result":"yes","yes_count_fp":"1.00",
            "yes_total_cost_dollars":"0.500000","no_count_fp":"0.00","no_total_cost_dollars":"0.000000",
            "revenue":100,"settled_time":AT,"fee_cost":"0.0000"}),
        &["market_result", "yes_count_fp", "no_count_fp", "revenue", "fee_cost"],
    );
    each_is_needed::<Series>(
        &json!({"ticker":"A","title":"t","frequency":"monthly","category":"c","fee_type":"quadratic",
            "fee_multiplier":1}),
        &["fee_multiplier"],
    );
    let side = json!({"open_dollars":"0.1","low_dollars":"0.1","high_dollars":"0.1","close_dollars":"0.1"});
    each_is_needed::<Candlestick>(
        &json!({"end_period_ts":1,"yes_bid":side,"yes_ask":side,"price":{},"volume_fp":"0.00",
            "open_interest_fp":"0.00"}),
        &["end_period_ts", "yes_bid", "yes_ask", "volume_fp", "open_interest_fp"],
    );
    // What may be missing is nothing, and not zero.
    let mut bare = market();
    for field in ["yes_bid_dollars", "yes_ask_dollars", "last_price_dollars"] {
        bare.as_object_mut().unwrap().remove(field);
    }
    let quotes = read::<Market>(&bare).unwrap().quotes();
    assert_eq!((quotes.bid, quotes.ask, quotes.last), (None, None, None));
}

/// qoery-com/pmxt#202: 0.575 × 100 was 57 in floating-point numbers.
#[test]
fn a_price_of_57_5_cents_is_57_5_cents() {
    let price: Price = "0.575".parse().unwrap();
    assert_eq!((price.centicents(), price.to_string()), (5_750, "0.5750".to_owned()));
    let hundred: Quantity = "100".parse().unwrap();
    assert_eq!(price.cost(hundred).microdollars(), 57_500_000);
    // A number instead of a text isn't read at all, whatever it looks like.
    let mut number = trade();
    number["yes_price_dollars"] = json!(0.575);
    assert!(read::<Trade>(&number).is_err());
}

/// py-clob-client-v2#59: 16.90 became 16.89 on the way out.
#[test]
fn an_amount_is_written_as_it_was_read() {
    for text in ["16.90", "0.07", "1.10", "0.29", "4.35", "1000000.01"] {
        let count: Quantity = text.parse().unwrap();
        assert_eq!(serde_json::to_string(&count).unwrap(), format!("\"{text}\""));
        let cash: Cash = text.parse().unwrap();
        assert_eq!(cash.to_string(), format!("{text}0000"));
    }
    // Every cent and every tenth of a cent comes back.
    for centicents in (0..=10_000).step_by(10) {
        let price = Price::from_centicents(centicents).unwrap();
        assert_eq!(price.to_string().parse::<Price>().unwrap().centicents(), centicents);
    }
}

/// DarriEy/Auramaur#284: a filter on a field that Kalshi had removed rejected nearly every market.
#[test]
fn a_field_that_kalshi_has_removed_is_missed_by_nobody() {
    let now: Market = read(&market()).unwrap();
    let mut then = market();
    for (field, value) in [
        ("liquidity", json!(0)),
        ("liquidity_dollars", json!("0.0000")),
        ("tick_size", json!(1)),
        ("response_price_units", json!("usd_cent")),
        ("fractional_trading_enabled", json!(true)),
        ("a_field_of_next_year", json!({"a":[1]})),
    ] {
        then[field] = value;
    }
    assert_eq!(read::<Market>(&then).unwrap(), now);
}

/// pmxt#517: fills lost `client_order_id`; whoever looked orders up by it found none.
#[test]
fn a_fill_names_its_order_by_the_exchanges_id_alone() {
    let mut with = fill();
    with["client_order_id"] = json!("ours");
    let (with, without): (Fill, Fill) = (read(&with).unwrap(), read(&fill()).unwrap());
    assert_eq!((&with, with.order_id.as_str()), (&without, "o"));
}

/// pmxt#117: a listing said zero while the book was full. Both ways of saying that a side is empty are no quote.
#[test]
fn a_listed_price_of_zero_or_a_dollar_is_no_quote() {
    for (bid, ask) in [("0.0000", "1.0000"), ("0.0000", "0.0000"), ("1.0000", "1.0000")] {
        for size in [json!("0.00"), Value::Null, json!("-3.00"), json!("5.00")] {
            let mut empty = market();
            for (field, value) in [
                ("yes_bid_dollars", json!(bid)),
                ("yes_ask_dollars", json!(ask)),
                ("yes_bid_size_fp", size.clone()),
                ("yes_ask_size_fp", size.clone()),
                ("last_price_dollars", json!("0.0000")),
            ] {
                empty[field] = value;
            }
            let quotes = read::<Market>(&empty).unwrap().quotes();
            assert_eq!((quotes.bid, quotes.ask, quotes.last), (None, None, None), "{bid} {ask} {size}");
        }
    }
    // The size alone tells, whatever the price says.
    let mut stale = market();
    stale["yes_bid_size_fp"] = json!("0.00");
    let quotes = read::<Market>(&stale).unwrap().quotes();
    assert_eq!((quotes.bid, quotes.ask.map(|ask| ask.to_string()).as_deref()), (None, Some("0.5200")));
}

/// Combos were quoted at 1.0000 on both sides of both outcomes.
#[test]
fn a_combo_at_a_dollar_on_both_sides_has_no_quotes() {
    let mut combo = market();
    for field in ["yes_bid_dollars", "yes_ask_dollars", "no_bid_dollars", "no_ask_dollars"] {
        combo[field] = json!("1.0000");
    }
    combo.as_object_mut().unwrap().remove("yes_bid_size_fp");
    combo.as_object_mut().unwrap().remove("yes_ask_size_fp");
    let quotes = read::<Market>(&combo).unwrap().quotes();
    assert_eq!((quotes.bid, quotes.ask), (None, None));
}

/// kurealnum/husker-mini#189: NO was priced at 1 − the offer of YES, and the spread was booked as slippage. What NO is offered
/// at is what YES is bid at.
#[test]
fn no_is_offered_at_the_complement_of_the_bid_and_never_of_the_offer() {
    let market: Market = read(&market()).unwrap();
    let quotes = market.quotes();
    assert_eq!(market.no_ask_dollars, quotes.bid.map(Price::complement));
    assert_eq!(market.no_bid_dollars, quotes.ask.map(Price::complement));
    assert_ne!(market.no_ask_dollars, quotes.ask.map(Price::complement));
    // A trade's two prices are of one trade.
    let trade: Trade = read(&trade()).unwrap();
    assert_eq!(trade.no_price_dollars, trade.yes_price_dollars.complement());
}

/// DarriEy/Auramaur#119: offers of YES were looked for and not derived. A book has bids alone, NO's at NO's own price.
#[test]
fn offers_of_yes_are_the_bids_for_no() {
    let book: Orderbook =
        read(&json!({"yes_dollars":[["0.4600","9.00"],["0.4700","3.00"]],"no_dollars":[["0.4700","1.00"],["0.4800","3.00"]]}))
            .unwrap();
    let offers: Vec<String> = book.offers().map(|level| format!("{} of {}", level.1, level.0)).collect();
    assert_eq!(offers, ["3.00 of 0.5200", "1.00 of 0.5300"]);
    // Sorted here, whatever the order of the answer: Kalshi's document and its exchange differ on it.
    let turned: Orderbook =
        read(&json!({"yes_dollars":[],"no_dollars":[["0.4800","3.00"],["0.4700","1.00"]]})).unwrap();
    assert_eq!(turned.offers().next().unwrap().0.to_string(), "0.5200");
    // A book of which a side is missing or null is no book.
    assert!(read::<Orderbook>(&json!({"yes_dollars":[]})).is_err());
    assert!(read::<Orderbook>(&json!({"yes_dollars":[],"no_dollars":null})).is_err());
}

/// A label of the grid was gone by instead of the grid: `price_ranges` alone says which prices are taken.
#[test]
fn the_grid_is_the_ranges_and_not_their_label() {
    let mut labelled = market();
    labelled["price_level_structure"] = json!("linear_cent");
    assert_eq!(read::<Market>(&labelled).unwrap().price_ranges, None);
    labelled["price_level_structure"] = json!("a new one");
    labelled["price_ranges"] = json!([{"start":"0.0000","end":"1.0000","step":"0.0100"}]);
    assert_eq!(read::<Market>(&labelled).unwrap().price_ranges, Some(PriceGrid::linear_cent()));
}
