//! Buy, sell or hold: what the fair value says against the market's price.

use serde::{Deserialize, Serialize};

use crate::decimal::rounded;
use crate::units::Price;

/// An edge of more than this, in dollars a contract, is a signal.
pub const THRESHOLD: f64 = 0.05;

/// The decimal places of fair values, prices and edges: enough for the half of the finest tick.
pub(super) const PLACES: usize = 6;

/// What the market shows of a contract. A bid of $0 and an ask of $1 are nobody's, and count as none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quote {
    /// The best bid for YES.
    pub bid: Option<Price>,
    /// The best ask for YES.
    pub ask: Option<Price>,
    /// The last trade.
    pub last: Option<Price>,
}

/// What a market price is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum PriceBasis {
    /// The middle of bid and ask.
    Mid,
    /// The last trade, as a side of the book is empty.
    Last,
    /// There is none: neither both sides nor a trade.
    #[default]
    None,
}

/// A contract's market price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarketPrice {
    /// In dollars, if there is one.
    pub dollars: Option<f64>,
    /// What it is.
    pub basis: PriceBasis,
}

impl Quote {
    /// Returns the middle of bid and ask; where a side is empty, or the two cross, the last trade.
    pub fn price(self) -> MarketPrice {
        let priced = |dollars: f64, basis| MarketPrice { dollars: Some(rounded(dollars, PLACES)), basis };
        let bid = self.bid.filter(|bid| *bid > Price::ZERO);
        let ask = self.ask.filter(|ask| *ask < Price::ONE);
        match (bid, ask, self.last) {
            (Some(bid), Some(ask), _) if bid <= ask => {
                priced(0.5 * (bid.to_dollars() + ask.to_dollars()), PriceBasis::Mid)
            }
            (_, _, Some(last)) => priced(last.to_dollars(), PriceBasis::Last),
            _ => MarketPrice { dollars: None, basis: PriceBasis::None },
        }
    }
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "UPPERCASE")]
pub enum Action {
    /// The contract is worth more than it costs.
    Buy,
    /// The contract is worth less than it costs.
    Sell,
    /// Neither, or nobody can tell.
    #[default]
    Hold,
}

impl Action {
    /// Returns its name, as the line has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Buy => "BUY",
            Self::Sell => "SELL",
            Self::Hold => "HOLD",
        }
    }

    /// Returns the action of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Buy, Self::Sell, Self::Hold].into_iter().find(|action| action.name() == name)
    }
}

/// What follows from a fair value and a price.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Fair value less price, in dollars a contract, to six places; none without a price.
    pub edge: Option<f64>,
    /// What to do.
    pub action: Action,
    /// Why, in a sentence.
    pub reason: String,
}

/// Returns what to do: buy above an edge of [`THRESHOLD`], sell below minus that, else hold.
///
/// The edge is decided on as it is written, to six places, so that exactly five cents is no signal whatever doubles make of
/// the difference.
pub fn decide(fair: f64, price: MarketPrice) -> Decision {
    let Some(dollars) = price.dollars else {
        let reason = "no price: a side of the book is empty, and nothing was traded".to_owned();
        return Decision { edge: None, action: Action::Hold, reason };
    };
    let edge = rounded(rounded(fair, PLACES) - dollars, PLACES);
    if !edge.is_finite() {
        let reason = "the fair value is not known".to_owned();
        return Decision { edge: None, action: Action::Hold, reason };
    }
    let against = match price.basis {
        PriceBasis::Last => "the last trade, as a side of the book is empty",
        PriceBasis::Mid | PriceBasis::None => "the middle of the book",
    };
    let (action, how) = if edge > THRESHOLD {
        (Action::Buy, "above +0.05")
    } else if edge < -THRESHOLD {
        (Action::Sell, "below -0.05")
    } else {
        (Action::Hold, "within 0.05")
    };
    Decision { edge: Some(edge), action, reason: format!("edge {edge:+.4} is {how} of {against}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(cents: i64) -> Price {
        Price::from_cents(cents).unwrap()
    }

    fn quote(bid: i64, ask: i64, last: Option<i64>) -> Quote {
        Quote { bid: Some(cents(bid)), ask: Some(cents(ask)), last: last.map(cents) }
    }

    #[test]
    fn a_price_is_the_middle_or_else_the_last_trade_and_says_which() {
        let price = |quote: Quote| (quote.price().dollars, quote.price().basis);
        assert_eq!(price(quote(18, 21, Some(30))), (Some(0.195), PriceBasis::Mid));
        assert_eq!(price(quote(0, 21, Some(30))), (Some(0.3), PriceBasis::Last));
        assert_eq!(price(quote(18, 100, Some(30))), (Some(0.3), PriceBasis::Last));
        assert_eq!(price(quote(22, 21, Some(30))), (Some(0.3), PriceBasis::Last));
        assert_eq!(price(quote(0, 21, None)), (None, PriceBasis::None));
        assert_eq!(price(Quote::default()), (None, PriceBasis::None));
    }

    #[test]
    fn exactly_five_cents_is_no_signal_at_any_price() {
        for price in 1..=94 {
            let fair = |ten_thousandths: f64| f64::from(price) / 100.0 + ten_thousandths / 1e4;
            let at = Quote { last: Some(cents(i64::from(price))), ..Quote::default() }.price();
            let action = |by: f64| decide(fair(by), at).action;
            assert_eq!(action(500.0), Action::Hold, "{price}");
            assert_eq!(action(501.0), Action::Buy, "{price}");
            let at = Quote { last: Some(cents(i64::from(price) + 5)), ..Quote::default() }.price();
            assert_eq!(decide(fair(0.0), at).action, Action::Hold, "{price}");
            assert_eq!(decide(fair(-1.0), at).action, Action::Sell, "{price}");
        }
    }

    #[test]
    fn without_a_price_or_a_fair_value_it_holds_and_says_so() {
        let none = decide(0.5, Quote::default().price());
        assert_eq!((none.edge, none.action), (None, Action::Hold));
        assert!(none.reason.starts_with("no price"), "{none:?}");
        let unknown = decide(f64::NAN, quote(18, 20, None).price());
        assert_eq!((unknown.edge, unknown.action), (None, Action::Hold));
    }
}
