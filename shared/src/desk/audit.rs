//! Whether the exchange holds what is thought.

use super::Account;
use super::trading::Trading;

/// Returns what the exchange says otherwise than was reckoned: both sides, in words.
pub(super) fn differs(trading: &Trading, account: &Account) -> Option<String> {
    let maker = trading.maker()?;
    let (cash, free) = (maker.ledger().balance(), account.free);
    let rests = trading.orders.all().next().is_some();
    // What orders reserve of it while they rest is the exchange's to say.
    let is_other = if rests { free > cash } else { free != cash };
    if is_other {
        return Some(format!("The exchange has $ {free} free, where $ {cash} were reckoned."));
    }
    trading.contracts.iter().zip(0..).find_map(|(contract, place)| {
        let (told, held) = (account.held(&contract.ticker), maker.position(place));
        (told != held && maker.ledger().settled(place).is_none()).then(|| {
            let contracts = |hundredths: i64| hundredths as f64 / 100.0;
            format!(
                "The exchange holds {} contracts of {}, where {} were reckoned.",
                contracts(told.hundredths()),
                contract.ticker,
                contracts(held.hundredths())
            )
        })
    })
}
