//! Every recorded tape loads entirely.
#![cfg(not(target_arch = "wasm32"))]

mod corpus;

use std::io::Read as _;

use shared::market::csv::{read_markets, read_trades};
use shared::market::{EventTape, Side, Trade};
use shared::units::Price;

/// Returns the trades of a compressed tape of the corpus.
fn tape(path: &str) -> Option<Vec<Trade>> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(corpus::bytes(path)?.as_slice())
        .read_to_end(&mut text)
        .expect("a whole gzip file");
    Some(read_trades(&text, path).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn every_monthly_listeners_trade_loads() {
    let mut total = 0;
    // Rows, contracts, contracts traded and the sum of last prices in cents, each counted with awk.
    for (month, rows, contracts, volume, last_prices) in [
        ("25JUN", 154, 10, 6_018, 124),
        ("25JUL", 353, 6, 11_224, 124),
        ("25AUG", 187, 6, 15_426, 131),
        ("25SEP", 100, 5, 4_580, 146),
        ("25OCT", 419, 5, 18_977, 118),
        ("25NOV", 140, 11, 4_896, 115),
        ("26FEB", 19_443, 11, 703_475, 109),
        ("26AUG", 29, 5, 948, 96),
    ] {
        let Some(trades) = tape(&format!("data/kxtopmonthly/KXTOPMONTHLY-{month}.trades.csv.gz")) else {
            return;
        };
        assert_eq!(trades.len(), rows, "{month}");
        total += trades.len();

        let events = EventTape::group(trades).unwrap();
        assert_eq!(events.len(), 1, "{month}");
        assert_eq!(events[0].event().as_str(), format!("KXTOPMONTHLY-{month}"));
        assert_eq!(events[0].contracts().len(), contracts, "{month}");
        assert_eq!(
            events[0].contracts().iter().map(|tape| tape.trades().len()).sum::<usize>(),
            rows,
            "{month}"
        );
        let traded: i64 = events[0].contracts().iter().map(|tape| tape.volume().hundredths()).sum();
        assert_eq!(traded, volume * 100, "{month}");
        let last: i64 = events[0].contracts().iter().map(|tape| tape.last_price().centicents()).sum();
        assert_eq!(last, last_prices * 100, "{month}");
    }
    assert_eq!(total, 20_825);
}

#[test]
fn every_trade_with_sub_cent_prices_and_fractional_counts_loads() {
    let Some(trades) = tape("data/trades/kxeth15m.trades.csv.gz") else { return };
    assert_eq!(trades.len(), 230_169);
    let sub_cent = trades.iter().filter(|trade| trade.price.centicents() % 100 != 0).count();
    let fractional = trades.iter().filter(|trade| trade.count.hundredths() % 100 != 0).count();
    assert_eq!((sub_cent, fractional), (34_398, 71_375));
    assert_eq!(trades.iter().filter(|trade| trade.taker_side == Some(Side::Yes)).count(), 117_468);
    assert!(trades.iter().all(|trade| trade.price > Price::ZERO && trade.price < Price::ONE));
    let events = EventTape::group(trades).unwrap();
    assert_eq!(events.iter().map(|event| event.contracts().len()).sum::<usize>(), 301);
}

#[test]
fn every_settled_event_has_one_winner() {
    let Some(bytes) = corpus::bytes("data/kxtopmonthly/markets.csv") else { return };
    let contracts = read_markets(&bytes, "markets.csv").unwrap().contracts;
    assert_eq!(contracts.len(), 59);
    for month in ["25JUN", "25JUL", "25AUG", "25SEP", "25OCT", "25NOV"] {
        let event = format!("KXTOPMONTHLY-{month}");
        let of_event = contracts.iter().filter(|contract| contract.event_ticker.as_str() == event);
        assert_eq!(of_event.filter(|contract| contract.result == Some(Side::Yes)).count(), 1, "{month}");
    }
    let open = contracts.iter().filter(|contract| contract.result.is_none()).count();
    assert_eq!(open, 16);
}
