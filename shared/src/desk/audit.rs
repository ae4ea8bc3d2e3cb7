//! Whether the exchange holds what is thought.

use super::Account;
use super::trading::Trading;

/// How many fills of each contract were heard when the account was asked for, in the order of the contracts.
pub(super) type Heard = Vec<u32>;

/// Something that the exchange says otherwise than was reckoned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misfit {
    /// The contract; none for cash.
    place: Option<usize>,
    /// How many fills there were until then of what it is about.
    fills: u32,
    /// Both sides, in words.
    pub(super) text: String,
}

impl Misfit {
    /// Returns whether it is about the same, with no fill between: then it is no delay any more.
    pub(super) fn is_again(&self, before: &[Self]) -> bool {
        before.iter().any(|before| (before.place, before.fills) == (self.place, self.fills))
    }
}

/// Returns how many fills of each contract were heard by now.
pub(super) fn heard(trading: &Trading) -> Heard {
    trading.contracts.iter().map(|contract| contract.fills).collect()
}

/// Returns what the exchange says otherwise than was reckoned, of what had no fill since it was asked. Each contract is looked
/// at by itself: in a busy event there is never a moment without any fill.
pub(super) fn differs(trading: &Trading, account: &Account, asked: &Heard) -> Vec<Misfit> {
    let Some(maker) = trading.maker() else { return Vec::new() };
    let (cash, free) = (maker.ledger().balance(), account.free);
    let rests = trading.orders.all().next().is_some();
    // What orders reserve of it while they rest is the exchange's to say.
    let is_other = if rests { free > cash } else { free != cash };
    let mut misfits = Vec::new();
    if is_other && *asked == heard(trading) && trading.orders.is_idle() {
        let text = format!("The exchange has $ {free} free, where $ {cash} were reckoned.");
        misfits.push(Misfit { place: None, fills: asked.iter().sum(), text });
    }
    for (place, (contract, asked)) in trading.contracts.iter().zip(asked).enumerate() {
        let (told, held) = (account.held(&contract.ticker), maker.position(place));
        let is_settled = maker.ledger().settled(place).is_some();
        if told != held && *asked == contract.fills && !is_settled {
            let contracts = |hundredths: i64| hundredths as f64 / 100.0;
            let text = format!(
                "The exchange holds {} contracts of {}, where {} were reckoned.",
                contracts(told.hundredths()),
                contract.ticker,
                contracts(held.hundredths())
            );
            misfits.push(Misfit { place: Some(place), fills: contract.fills, text });
        }
    }
    misfits
}
