//! Every frame that is sent is as Kalshi's description of its stream says.

use std::collections::BTreeSet;

use shared::wire::CreateOrderAnswer;

use crate::asyncapi::Frames;
use crate::member::Member;
use crate::{ORDERS, TICKER, order};

/// All channels but that of books, which must be of contracts.
const CHANNELS: &str = r#"["ticker","trade","fill","market_positions","market_lifecycle_v2","multivariate_market_lifecycle","communications","order_group_updates","user_orders","cfbenchmarks_value","cfbenchmarks_value_5hz","pyth_value"]"#;

#[tokio::test]
async fn every_frame_of_an_event_is_as_it_is_described() {
    let Some(described) = Frames::read() else { return };
    // Two days of the exchange in some nine seconds.
    let member = Member::join("frames", &["--speed", "20000", "--days", "2"]);
    let mut listener = member.listen().await;
    listener.say(&format!(r#"{{"id":1,"cmd":"subscribe","params":{{"channels":{CHANNELS}}}}}"#)).await;
    let books = format!(
        r#"{{"id":2,"cmd":"subscribe","params":{{"channels":["orderbook_delta"],"market_ticker":"{TICKER}","use_yes_price":true}}}}"#
    );
    listener.say(&books).await;
    // The benchmarks' channels are the tenth to the twelfth.
    for (id, command) in [
        (3, r#""cmd":"list_subscriptions""#),
        (
            4,
            r#""cmd":"update_subscription","params":{"sid":10,"action":"subscribe_indices","index_ids":["BRTI"]}"#,
        ),
        (5, r#""cmd":"update_subscription","params":{"sid":10,"action":"indexlist"}"#),
        (6, r#""cmd":"update_subscription","params":{"sid":11,"action":"indexlist"}"#),
        (
            7,
            r#""cmd":"update_subscription","params":{"sid":12,"action":"subscribe_underlyings","underlying_tickers":["all"]}"#,
        ),
        (8, r#""cmd":"update_subscription","params":{"sid":12,"action":"underlying_list"}"#),
        (9, r#""cmd":"update_subscription","params":{"sid":13,"action":"get_snapshot"}"#),
        (
            10,
            r#""cmd":"update_subscription","params":{"sid":13,"action":"add_markets","market_tickers":["KXTOPMONTHLY-SIM-BRA"]}"#,
        ),
        (11, r#""cmd":"unsubscribe","params":{"sids":[7]}"#),
        (12, r#""cmd":"dance""#),
    ] {
        listener.say(&format!(r#"{{"id":{id},{command}}}"#)).await;
    }
    let (mut kinds, mut ids, mut happened) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut is_asked = false;
    while !WHATS.split(' ').all(|what| happened.contains(what)) {
        let text = listener.text().await;
        kinds.insert(described.check(&text));
        let frame: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(frame["sending_ts_ms"].is_i64(), "{text}");
        ids.extend(frame["id"].as_u64());
        if let Some(what) = frame["msg"]["event_type"].as_str() {
            happened.insert(what.to_owned());
        }
        if !is_asked {
            is_asked = true;
            happen(&member);
        }
    }
    assert_eq!(kinds, KINDS.split(' ').map(str::to_owned).collect());
    assert_eq!(ids, (1..=12).collect());
}

/// What is told of contracts and groups before the event is over.
const WHATS: &str = "created activated deactivated price_level_structure_updated determined settled triggered reset limit_updated deleted";
/// The frames that there are.
const KINDS: &str = "cfbenchmarks_value_5hz_indexlist cfbenchmarks_value_indexlist error event_lifecycle fill market_lifecycle_v2 market_position ok order_group_updates orderbook_delta orderbook_snapshot pyth_value_underlying_list subscribed ticker trade unsubscribed user_order";

/// Lets everything happen that is told of, but for the end of the event.
fn happen(member: &Member) {
    let text = std::fs::read_to_string(&member.env).unwrap();
    let token = text.lines().find_map(|line| line.strip_prefix("TAUROI_PAPER_TOKEN=")).unwrap();
    let bearer = format!("Bearer {token}");
    let control = |path: &str, body: &str| {
        let answer = member.server.send("POST", path, &[("Authorization", &bearer)], body.as_bytes());
        assert!((200..300).contains(&answer.status), "{path} {body}: {}", answer.text());
    };
    member.read::<CreateOrderAnswer>(201, "POST", ORDERS, &order("held", "bid", "0.9900", "30", ""));
    let market = format!("/paper/markets/{TICKER}");
    for change in [r#"{"status":"paused"}"#, r#"{"status":"open"}"#, r#"{"grid":"deci_cent"}"#] {
        control(&market, change);
    }
    control(
        "/paper/events",
        r#"{"event":"KXTEST-1","series":"KXTEST","title":"Is it?","closes":"2100-01-01T00:00:00Z","contracts":[{"ticker":"KXTEST-1-YES","name":"It is"}]}"#,
    );
    let group: serde_json::Value =
        member.read(201, "POST", "/portfolio/order_groups/create", r#"{"contracts_limit":100}"#);
    let path = format!("/portfolio/order_groups/{}", group["order_group_id"].as_str().unwrap());
    let rests = format!(
        r#","post_only":true,"expiration_time":4000000000,"order_group_id":{}"#,
        group["order_group_id"]
    );
    member.read::<CreateOrderAnswer>(201, "POST", ORDERS, &order("rests", "bid", "0.0100", "3", &rests));
    for (method, what, body) in [
        ("PUT", "/limit", r#"{"contracts_limit":50}"#),
        ("PUT", "/trigger", "{}"),
        ("PUT", "/reset", "{}"),
        ("DELETE", "", ""),
    ] {
        let answer = member.ask(method, &format!("{path}{what}"), body);
        assert_eq!(answer.status, 200, "{method} {path}{what}: {}", answer.text());
    }
}
