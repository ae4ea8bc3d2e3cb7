//! What the exchange says otherwise than was reckoned is noticed, whatever else goes on.

use super::{cash, event, settings};
use crate::desk::Account;
use crate::desk::audit::{differs, heard};
use crate::desk::trading::Trading;
use crate::market::Position;

/// A fill of one contract was never heard, while others trade all the time.
#[test]
fn a_fill_that_was_lost_is_noticed_between_fills_of_other_contracts() {
    let (of, other) = ("KXTOPMONTHLY-26NOV-A", "KXTOPMONTHLY-26NOV-B");
    let now = "2026-11-16T10:00:00Z".parse().unwrap();
    let settings = settings("preset=seed-fixed3");
    let mut trading = Trading::new(1, now, &settings, &event(&[of, other]), &cash("1000")).unwrap();
    let account = Account {
        held: vec![(of.parse().unwrap(), Position::from_hundredths(400).unwrap())],
        ..cash("1000")
    };
    let first = differs(&trading, &account, &heard(&trading));
    assert_eq!(first.len(), 1);
    assert!(first[0].text.contains("holds 4 contracts of KXTOPMONTHLY-26NOV-A, where 0"), "{first:?}");
    trading.contracts[1].fills += 1;
    let asked = heard(&trading);
    let second = differs(&trading, &account, &asked);
    assert!(second[0].is_again(&first), "{second:?}");
    // A fill of this one since it was asked, or since the last time: that may be a delay.
    trading.contracts[0].fills += 1;
    assert!(differs(&trading, &account, &asked).is_empty());
    let third = differs(&trading, &account, &heard(&trading));
    assert!(!third[0].is_again(&second));
}
