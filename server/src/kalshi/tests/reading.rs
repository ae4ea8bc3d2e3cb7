//! A client that only reads: whatever would change something is never sent.

use shared::wire::{AmendOrder, BatchCancel, BatchCreate, BookSide, DecreaseOrder, GroupLimit};

use super::{Exchange, order};
use crate::kalshi::{Failure, Sending};
use crate::paper::KeyKind;

#[tokio::test]
async fn who_only_reads_reads_and_changes_nothing_whatever_is_tried() {
    let exchange = Exchange::start(KeyKind::Ed25519).await;
    let member = &exchange.client;
    let ticker = exchange.tickers().await.remove(0);
    let bid = |name: &str| order(&ticker, name, BookSide::Bid, "0.0100", "5.00");
    let limit = GroupLimit { contracts_limit_fp: Some("5".parse().unwrap()), ..GroupLimit::default() };
    let id = member.create(&bid("a"), &mut Sending::default()).await.unwrap().order_id;
    let group = member.create_group(&limit).await.unwrap().order_group_id;
    let change = AmendOrder {
        ticker: ticker.clone(),
        side: BookSide::Bid,
        price: "0.0200".parse().unwrap(),
        count: "3.00".parse().unwrap(),
        client_order_id: None,
        updated_client_order_id: None,
        expiration_time: None,
        exchange_index: None,
    };
    let (resting, groups) = (member.resting().await.unwrap(), member.order_groups().await.unwrap());
    // Clones are as it is, whatever is made of them.
    for reader in [member.clone().reading(), member.clone().reading().apart().unwrap().patient()] {
        let mut sent = Sending::default();
        let by = DecreaseOrder {
            reduce_by: Some("1".parse().unwrap()),
            reduce_to: None,
            exchange_index: None,
            market_ticker: None,
        };
        let tried = [
            reader.create(&bid("b"), &mut sent).await.map(drop),
            reader.amend(&id, &change, &mut sent).await.map(drop),
            reader.decrease(&id, &by, &mut sent).await.map(drop),
            reader.cancel(&id, &mut sent).await.map(drop),
            reader.cancel_all().await,
            reader.batch_create(&BatchCreate { orders: vec![bid("c")] }, &mut sent).await.map(drop),
            reader.batch_cancel(&BatchCancel { orders: Vec::new() }, &mut sent).await.map(drop),
            reader.create_group(&limit).await.map(drop),
            reader.limit_group(&group, &limit).await,
            reader.trigger_group(&group).await,
            reader.reset_group(&group).await,
            reader.delete_group(&group).await,
        ];
        for (number, tried) in tried.into_iter().enumerate() {
            assert!(matches!(tried, Err(Failure::NotSent(_))), "{number}: {tried:?}");
        }
        assert_eq!(reader.resting().await.unwrap(), resting);
    }
    assert_eq!((member.resting().await.unwrap(), member.order_groups().await.unwrap()), (resting, groups));
}
