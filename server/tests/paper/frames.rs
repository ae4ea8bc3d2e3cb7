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
    // Two days of the exchange in some four seconds.
    let member = Member::join("frames", &["--speed", "50000", "--days", "2"]);
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
    while !happened.contains("settled") {
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
            member.read::<CreateOrderAnswer>(201, "POST", ORDERS, &order("held", "bid", "0.9900", "30", ""));
            let rests = r#","post_only":true,"expiration_time":4000000000"#;
            member.read::<CreateOrderAnswer>(
                201,
                "POST",
                ORDERS,
                &order("rests", "bid", "0.0100", "3", rests),
            );
        }
    }
    let wanted = "cfbenchmarks_value_5hz_indexlist cfbenchmarks_value_indexlist error fill market_lifecycle_v2 \
        market_position ok orderbook_delta orderbook_snapshot pyth_value_underlying_list subscribed ticker trade \
        unsubscribed user_order";
    assert_eq!(kinds, wanted.split_whitespace().map(str::to_owned).collect());
    assert_eq!(ids, (1..=12).collect());
}
