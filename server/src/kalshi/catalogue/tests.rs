use serde_json::json;
use shared::market::PriceGrid;
use shared::wire::MarketStatus;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn facts() -> Facts {
    let market = |name: &str| {
        json!({"ticker":format!("KXA-1-{name}"),"event_ticker":"KXA-1","market_type":"binary",
            "yes_sub_title":name,"no_sub_title":name,"open_time":"2026-11-01T00:00:00Z",
            "close_time":"2026-11-30T00:00:00Z","status":"active","result":"","yes_bid_dollars":"0.4700",
            "yes_bid_size_fp":"3.00","volume_fp":"10.00",
            "price_ranges":[{"start":"0.0000","end":"1.0000","step":"0.0100"}]})
    };
    Facts {
        series: serde_json::from_value(
            json!({"ticker":"KXA","title":"t","frequency":"monthly","category":"c",
            "fee_type":"quadratic","fee_multiplier":0.5}),
        )
        .unwrap(),
        event: serde_json::from_value(json!({"event_ticker":"KXA-1","series_ticker":"KXA","title":"t",
            "sub_title":"s","collateral_return_type":"MECNET","mutually_exclusive":true}))
        .unwrap(),
        contracts: ["A", "B"].map(|name| serde_json::from_value(market(name)).unwrap()).into(),
    }
}

#[tokio::test]
async fn what_was_known_at_a_time_is_told_and_only_what_is_new_is_written() {
    let path = std::env::temp_dir().join(format!("tauroi-{}-catalogue.sqlite", std::process::id()));
    database::begin_anew(&path).unwrap();
    let mut catalogue = Catalogue::open(&path).await.unwrap();
    let first = facts();
    let event = first.event.event_ticker.clone();
    assert_eq!(catalogue.note(at("2026-11-01T00:00:00Z"), &first).await.unwrap(), 4);
    // Trading alone is nothing new.
    let mut traded = first.clone();
    traded.contracts[0].volume_fp = Some("11.00".parse().unwrap());
    traded.contracts[0].yes_bid_dollars = None;
    assert_eq!(catalogue.note(at("2026-11-02T00:00:00Z"), &traded).await.unwrap(), 0);
    // A fee and a close are.
    let mut later = first.clone();
    later.series.fee_multiplier = "1".parse().unwrap();
    later.contracts[1].status = MarketStatus::Closed;
    assert_eq!(catalogue.note(at("2026-11-03T00:00:00Z"), &later).await.unwrap(), 2);
    drop(catalogue);
    let mut catalogue = Catalogue::open(&path).await.unwrap();
    assert_eq!(catalogue.facts(&event, at("2026-10-31T23:59:59Z")).await.unwrap(), None);
    let then = catalogue.facts(&event, at("2026-11-02T12:00:00Z")).await.unwrap().unwrap();
    assert_eq!((then.series, then.event), (first.series, first.event));
    assert!(then.contracts.iter().all(|market| market.status == MarketStatus::Active));
    assert_eq!(then.contracts[0].price_ranges, Some(PriceGrid::linear_cent()));
    assert_eq!(then.contracts[0].quotes().bid, None);
    let now = catalogue.facts(&event, at("2026-11-03T00:00:00Z")).await.unwrap().unwrap();
    assert_eq!(now.series.fee_multiplier.to_string(), "1");
    assert_eq!(
        now.contracts.iter().map(|market| market.status.as_str()).collect::<Vec<_>>(),
        ["active", "closed"]
    );
    drop(catalogue);
    database::begin_anew(&path).unwrap();
}
