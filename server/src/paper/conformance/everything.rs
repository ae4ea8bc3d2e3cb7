//! One question, at least, for everything that is answered, and the refusals that each can give.

use serde_json::{Value, json};
use shared::units::Timestamp;

use super::client::Client;
use crate::clock::Clock;

const SERIES: &str = "KXTOPMONTHLY";
const TICKER: &str = "KXTOPMONTHLY-SIM-AUR";
const ORDERS: &str = "/portfolio/events/orders";
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// Returns the body of an order.
fn order(name: &str, side: &str, price: &str, count: &str, more: &Value) -> Value {
    let mut order = json!({
        "ticker": TICKER, "client_order_id": name, "side": side, "count": count, "price": price,
        "time_in_force": "good_till_canceled", "self_trade_prevention_type": "taker_at_cross",
    });
    let fields = order.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    order
}

/// Returns a field that is text.
fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}"))
}

/// Asks everything.
pub(super) async fn ask(client: &mut Client, clock: &Clock) {
    listed(client).await;
    account(client).await;
    orders(client).await;
    groups(client).await;
    portfolio(client).await;
    // The event ends and pays.
    let ended: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
    clock.put_on(ended);
    let paid = client.get(200, "GET", "/portfolio/settlements", "").await;
    assert!(!paid["settlements"].as_array().unwrap().is_empty(), "{paid}");
    client.get(200, "GET", "/markets?status=settled", "").await;
    client.get(200, "GET", "/portfolio/positions?settlement_status=settled", "").await;
    portfolio(client).await;
    listed(client).await;
    gone(client).await;
}

/// What anybody may ask.
async fn listed(client: &mut Client) {
    for path in ["/exchange/status", "/exchange/schedule", "/exchange/user_data_timestamp"] {
        client.get(200, "GET", path, "").await;
    }
    client.get(200, "GET", "/incentive_programs", "").await;
    client.get(400, "GET", "/incentive_programs?status=none", "").await;
    client.get(200, "GET", "/series?category=Entertainment&include_volume=true", "").await;
    client.get(200, "GET", "/series/fee_changes", "").await;
    client.get(200, "GET", &format!("/series/{SERIES}"), "").await;
    client.get(404, "GET", "/series/KXNONE", "").await;
    let events = client.get(200, "GET", "/events?with_nested_markets=true&with_milestones=true", "").await;
    let event = text(&events["events"][0], "event_ticker").to_owned();
    client.get(400, "GET", "/events?limit=201", "").await;
    client.get(200, "GET", "/events/multivariate", "").await;
    client.get(200, "GET", "/events/fee_changes", "").await;
    client.get(200, "GET", &format!("/events/{event}?with_nested_markets=true"), "").await;
    client.get(200, "GET", &format!("/events/{event}?exclude_markets=true"), "").await;
    client
        .get(400, "GET", &format!("/events/{event}?exclude_markets=true&with_nested_markets=true"), "")
        .await;
    client.get(404, "GET", "/events/KXNONE-1", "").await;
    client.get(200, "GET", &format!("/events/{event}/metadata"), "").await;
    client.get(404, "GET", "/events/KXNONE-1/metadata", "").await;
    client.get(200, "GET", &format!("/markets?event_ticker={event}&limit=3"), "").await;
    client.get(400, "GET", "/markets?limit=1001", "").await;
    client.get(400, "GET", "/markets?status=open&min_settled_ts=1", "").await;
    client.get(200, "GET", &format!("/markets/{TICKER}"), "").await;
    client.get(404, "GET", "/markets/KXNONE-1", "").await;
    client.get(200, "GET", &format!("/markets/{TICKER}/orderbook?depth=2"), "").await;
    client.get(404, "GET", "/markets/KXNONE-1/orderbook", "").await;
    client.get(200, "GET", &format!("/markets/orderbooks?tickers={TICKER}&tickers=KXNONE-1"), "").await;
    client.get(400, "GET", "/markets/orderbooks", "").await;
    client.get(200, "GET", &format!("/markets/trades?ticker={TICKER}&limit=5"), "").await;
    client.get(400, "GET", "/markets/trades?min_ts=soon", "").await;
    for period in [1, 60, 1_440] {
        let span = format!(
            "start_ts=1763280000&end_ts=1800000000&period_interval={period}&include_latest_before_start=true"
        );
        for path in [
            format!("/series/{SERIES}/markets/{TICKER}/candlesticks?{span}"),
            format!("/series/{SERIES}/events/{event}/candlesticks?{span}"),
            format!("/markets/candlesticks?market_tickers={TICKER},KXNONE-1&{span}"),
        ] {
            client.get(200, "GET", &path, "").await;
        }
        client.get(404, "GET", &format!("/series/KXNONE/markets/{TICKER}/candlesticks?{span}"), "").await;
        client.get(404, "GET", &format!("/series/{SERIES}/events/KXNONE-1/candlesticks?{span}"), "").await;
    }
    client.get(400, "GET", &format!("/series/{SERIES}/markets/{TICKER}/candlesticks"), "").await;
    client.get(400, "GET", "/markets/candlesticks?start_ts=1&end_ts=2&period_interval=5", "").await;
    client.get(400, "GET", &format!("/historical/markets/{TICKER}/candlesticks"), "").await;
    let hours = "start_ts=1&end_ts=2&period_interval=60";
    client.get(404, "GET", &format!("/historical/markets/{TICKER}/candlesticks?{hours}"), "").await;
    client.get(200, "GET", "/historical/cutoff", "").await;
    client.get(200, "GET", "/historical/markets", "").await;
    client.get(400, "GET", "/historical/markets?tickers=A&event_ticker=B", "").await;
    client.get(404, "GET", &format!("/historical/markets/{TICKER}"), "").await;
    client.get(200, "GET", "/historical/trades", "").await;
    for what in ["fills", "orders", "positions"] {
        client.get(200, "GET", &format!("/historical/{what}"), "").await;
        client.get(400, "GET", &format!("/historical/{what}?limit=1001"), "").await;
    }
}

/// What is asked about the member and its keys.
async fn account(client: &mut Client) {
    client.get(200, "GET", "/account/limits", "").await;
    client.get(200, "GET", "/account/endpoint_costs", "").await;
    for kind in ["ed25519", "rsa"] {
        let body = json!({ "name": kind, "key_type": kind, "scopes": ["write::trade"] }).to_string();
        let made = client.get(201, "POST", "/api_keys/generate", &body).await;
        let id = text(&made, "api_key_id").to_owned();
        client.get(204, "DELETE", &format!("/api_keys/{id}"), "").await;
        client.get(404, "DELETE", &format!("/api_keys/{id}"), "").await;
    }
    client.get(400, "POST", "/api_keys/generate", r#"{"name":"x","scopes":["write"]}"#).await;
    // A key that may ask for the balance, and nothing else.
    let body = r#"{"name":"narrow","key_type":"ed25519","scopes":["read::portfolio_balance"]}"#;
    let made = client.get(201, "POST", "/api_keys/generate", body).await;
    let mut narrow = client.with(text(&made, "api_key_id"), text(&made, "private_key"));
    narrow.get(200, "GET", "/portfolio/balance", "").await;
    narrow.get(403, "GET", "/api_keys", "").await;
    narrow.get(403, "POST", ORDERS, "{}").await;
    client.told.append(&mut narrow.told);
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n-----END PUBLIC KEY-----\n";
    let body = json!({ "name": "mine", "public_key": pem }).to_string();
    client.get(201, "POST", "/api_keys", &body).await;
    client.get(400, "POST", "/api_keys", r#"{"name":"mine","public_key":"nonsense"}"#).await;
    client.get(200, "GET", "/api_keys", "").await;
}

/// Orders, and what is done with them.
async fn orders(client: &mut Client) {
    let post_only = json!({ "post_only": true });
    let rests = order("rests", "bid", "0.0100", "5.00", &post_only);
    let placed = client.get(201, "POST", ORDERS, &rests.to_string()).await;
    let id = text(&placed, "order_id").to_owned();
    client.get(409, "POST", ORDERS, &rests.to_string()).await;
    // Takes what is offered, whatever it costs.
    let taken = client
        .get(201, "POST", ORDERS, &order("takes", "bid", "0.9900", "2.00", &json!({})).to_string())
        .await;
    assert_eq!(text(&taken, "fill_count"), "2.00");
    client.get(400, "POST", ORDERS, &order("off", "bid", "0.0150", "1", &post_only).to_string()).await;
    client
        .get(400, "POST", ORDERS, &order("dear", "bid", "0.0100", "90000000", &json!({})).to_string())
        .await;
    client.get(400, "POST", ORDERS, r#"{"count":1}"#).await;
    let other = rests.to_string().replace(TICKER, "KXNONE-1").replace("\"rests\"", "\"none\"");
    client.get(404, "POST", ORDERS, &other).await;
    client.get(200, "GET", &format!("/portfolio/orders/{id}"), "").await;
    client.get(404, "GET", &format!("/portfolio/orders/{NOBODY}"), "").await;
    let amend = json!({ "ticker": TICKER, "side": "bid", "price": "0.0200", "count": "4.00" });
    client.get(200, "POST", &format!("{ORDERS}/{id}/amend"), &amend.to_string()).await;
    client.get(404, "POST", &format!("{ORDERS}/{NOBODY}/amend"), &amend.to_string()).await;
    let renamed = amend.as_object().unwrap().clone();
    let mut renamed = Value::Object(renamed);
    renamed["updated_client_order_id"] = json!("takes");
    client.get(409, "POST", &format!("{ORDERS}/{id}/amend"), &renamed.to_string()).await;
    renamed["updated_client_order_id"] = json!("new");
    renamed["side"] = json!("ask");
    client.get(400, "POST", &format!("{ORDERS}/{id}/amend"), &renamed.to_string()).await;
    client.get(200, "GET", &format!("/portfolio/orders/{id}/queue_position"), "").await;
    client.get(200, "GET", &format!("/portfolio/orders/queue_positions?market_tickers={TICKER}"), "").await;
    client.get(404, "GET", &format!("/portfolio/orders/{NOBODY}/queue_position"), "").await;
    let decrease = format!("{ORDERS}/{id}/decrease");
    let told = client.get(200, "POST", &decrease, r#"{"reduce_by":"1.00"}"#).await;
    assert_eq!(text(&told, "remaining_count"), "3.00");
    let told = client.get(200, "POST", &decrease, r#"{"reduce_to":"1"}"#).await;
    assert_eq!(text(&told, "remaining_count"), "1.00");
    for body in ["{}", r#"{"reduce_to":"1","reduce_by":"1"}"#, r#"{"reduce_to":"2"}"#, r#"{"reduce_by":"2"}"#]
    {
        client.get(400, "POST", &decrease, body).await;
    }
    client.get(404, "POST", &format!("{ORDERS}/{NOBODY}/decrease"), r#"{"reduce_to":"1"}"#).await;
    client.get(200, "DELETE", &format!("{ORDERS}/{id}"), "").await;
    client.get(404, "DELETE", &format!("{ORDERS}/{id}"), "").await;
    let batch = json!({ "orders": [
        order("one", "bid", "0.0100", "1", &post_only),
        order("two", "bid", "0.0150", "1", &post_only),
        order("three", "ask", "0.9900", "1", &post_only),
        { "client_order_id": "four", "count": 1 },
    ] });
    let told = client.get(201, "POST", &format!("{ORDERS}/batched"), &batch.to_string()).await;
    let told = told["orders"].as_array().unwrap();
    let errors: Vec<&str> = told.iter().map(|one| one["error"]["code"].as_str().unwrap_or("")).collect();
    assert_eq!(errors, ["", "invalid_price", "", "bad_request"]);
    client.get(400, "POST", &format!("{ORDERS}/batched"), "{}").await;
    let ids = [text(&told[0], "order_id"), NOBODY].map(|id| json!({ "order_id": id }));
    let told =
        client.get(200, "DELETE", &format!("{ORDERS}/batched"), &json!({ "orders": ids }).to_string()).await;
    assert_eq!(told["orders"][0]["reduced_by"], "1.00");
    assert_eq!(told["orders"][1]["error"]["code"], "not_found");
    client.get(400, "DELETE", &format!("{ORDERS}/batched"), r#"{"orders":[{}]}"#).await;
    client.get(204, "DELETE", ORDERS, "").await;
}

/// Order groups.
async fn groups(client: &mut Client) {
    const GROUPS: &str = "/portfolio/order_groups";
    let made = client.get(201, "POST", &format!("{GROUPS}/create"), r#"{"contracts_limit":10}"#).await;
    let id = text(&made, "order_group_id").to_owned();
    for body in ["{}", r#"{"contracts_limit":0}"#, r#"{"contracts_limit":1,"contracts_limit_fp":"2.00"}"#] {
        client.get(400, "POST", &format!("{GROUPS}/create"), body).await;
    }
    let grouped = json!({ "post_only": true, "order_group_id": id });
    let in_group = |name: &str| order(name, "bid", "0.0100", "1", &grouped).to_string();
    let placed = client.get(201, "POST", ORDERS, &in_group("grouped")).await;
    let one = client.get(200, "GET", &format!("{GROUPS}/{id}"), "").await;
    assert_eq!(one["orders"], json!([placed["order_id"]]));
    assert_eq!(one["contracts_limit_fp"], "10.00");
    client.get(200, "GET", GROUPS, "").await;
    client.get(200, "PUT", &format!("{GROUPS}/{id}/limit"), r#"{"contracts_limit_fp":"5.50"}"#).await;
    client.get(400, "PUT", &format!("{GROUPS}/{id}/limit"), "{}").await;
    client.get(200, "PUT", &format!("{GROUPS}/{id}/trigger"), "{}").await;
    let gone = client.get(200, "GET", &format!("/portfolio/orders/{}", text(&placed, "order_id")), "").await;
    assert_eq!(
        (text(&gone["order"], "status"), text(&gone["order"], "order_group_id")),
        ("canceled", &id[..])
    );
    client.get(400, "POST", ORDERS, &in_group("too-soon")).await;
    client.get(200, "PUT", &format!("{GROUPS}/{id}/reset"), "").await;
    client.get(201, "POST", ORDERS, &in_group("again")).await;
    client.get(200, "DELETE", &format!("{GROUPS}/{id}"), "").await;
    client.get(404, "POST", ORDERS, &in_group("too-late")).await;
    client.get(404, "GET", &format!("{GROUPS}/{id}"), "").await;
    client.get(404, "DELETE", &format!("{GROUPS}/{id}"), "").await;
    for what in ["reset", "trigger"] {
        client.get(404, "PUT", &format!("{GROUPS}/{id}/{what}"), "{}").await;
    }
    client.get(404, "PUT", &format!("{GROUPS}/{id}/limit"), r#"{"contracts_limit":1}"#).await;
}

/// What is asked about the account.
async fn portfolio(client: &mut Client) {
    client.get(200, "GET", "/portfolio/balance", "").await;
    client.get(200, "GET", "/portfolio/positions", "").await;
    client.get(400, "GET", "/portfolio/positions?settlement_status=none", "").await;
    let fills = client.get(200, "GET", "/portfolio/fills", "").await;
    assert!(!fills["fills"].as_array().unwrap().is_empty());
    client.get(400, "GET", "/portfolio/fills?limit=1001", "").await;
    client.get(200, "GET", "/portfolio/settlements", "").await;
    client.get(400, "GET", "/portfolio/settlements?min_ts=x", "").await;
    let orders = client.get(200, "GET", "/portfolio/orders?limit=2", "").await;
    let next = text(&orders, "cursor");
    client.get(200, "GET", &format!("/portfolio/orders?limit=2&cursor={next}"), "").await;
    client.get(400, "GET", "/portfolio/orders?status=pending", "").await;
    client.get(200, "GET", "/portfolio/deposits", "").await;
    client.get(200, "GET", "/portfolio/withdrawals", "").await;
    client.get(200, "GET", "/portfolio/summary/total_resting_order_value", "").await;
}

/// What the first version had.
async fn gone(client: &mut Client) {
    for (method, path) in [
        ("POST", "/portfolio/orders"),
        ("DELETE", "/portfolio/orders/x"),
        ("POST", "/portfolio/orders/x/amend"),
        ("POST", "/portfolio/orders/x/decrease"),
        ("POST", "/portfolio/orders/batched"),
        ("DELETE", "/portfolio/orders/batched"),
    ] {
        client.get(410, method, path, "{}").await;
    }
    // Nobody's questions are refused as such.
    let path = "/portfolio/balance";
    assert_eq!(client.send("GET", path, &[], "").await.status, 401);
}
