//! What should rest for one contract: the rules' price, on the grid, resting, and none where the regime says so.

use super::coherent::{Coherent, Reservation};
use super::numbers::Numbers;
use super::waterfall::Waterfall;
use super::{Belief, Position, Quote, Regime, Widening, Withheld, rest, seed};
use crate::market::{Action, PriceGrid};
use crate::units::Price;

/// What a contract's quotes are decided on.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The prices that are accepted.
    pub grid: &'a PriceGrid,
    /// What is believed.
    pub belief: &'a Belief,
    /// The belief volatility at which the dynamic half-spread is the plain one.
    pub sigma_scale: f64,
    /// What is held.
    pub position: Position,
    /// In which regime.
    pub regime: Regime,
    /// What widens the quotes from outside.
    pub widening: Option<Widening>,
    /// What is known of the others' highest bid and lowest offer.
    pub book: (Option<Price>, Option<Price>),
}

/// What should rest, limits on risk aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Targets {
    /// The bid for YES.
    pub bid: Result<Quote, Withheld>,
    /// The offer of YES.
    pub ask: Result<Quote, Withheld>,
    /// Whether the book kept one of them from where it should be.
    pub held_back: bool,
}

/// Where the prices come from.
#[derive(Debug, Clone, Copy)]
pub enum Pricing<'a> {
    /// The belief in this contract alone.
    Single,
    /// The reservation prices of all outcomes: of the contract at a place, with the probability that agrees.
    Together(&'a Coherent, usize, Reservation, f64),
}

impl Targets {
    /// Decides what should rest; `trace`, where it is asked for, becomes the way to each price.
    #[inline]
    pub fn decide(
        numbers: &Numbers,
        pricing: Pricing<'_>,
        view: &View<'_>,
        trace: Option<&mut [Waterfall; 2]>,
    ) -> Self {
        if let (None, None, Pricing::Together(coherent, contract, reservation, _)) =
            (&trace, view.widening, pricing)
            && let Some([bid, ask]) = coherent.quick(contract, reservation, view.regime)
        {
            let none = (Err(Withheld::NoPrice), false);
            let [most, least] = rest::within(view.belief.fair, view.grid);
            let bid = bid.zip(most).map(|(price, most)| price.min(most));
            let ask = ask.zip(least).map(|(price, least)| price.max(least));
            let bid = bid.map_or(none, |price| rest::below(price, view.grid, view.book.1));
            let ask = ask.map_or(none, |price| rest::above(price, view.grid, view.book.0));
            return Self::sized(numbers, view, bid, ask);
        }
        Self::by_steps(numbers, pricing, view, trace)
    }

    /// Decides by going the whole way from the fair value.
    fn by_steps(
        numbers: &Numbers,
        pricing: Pricing<'_>,
        view: &View<'_>,
        mut trace: Option<&mut [Waterfall; 2]>,
    ) -> Self {
        if let Some(trace) = trace.as_deref_mut() {
            *trace = [Waterfall::default(); 2];
        }
        let way = trace.as_deref_mut();
        let [bid, ask] = match pricing {
            Pricing::Single => seed::wanted(numbers, view, way),
            Pricing::Together(coherent, contract, reservation, p) => {
                coherent.wanted(contract, reservation, p, view, way)
            }
        };
        let (bids, asks) = match trace {
            Some([bid, ask]) => (Some(bid), Some(ask)),
            None => (None, None),
        };
        let bid = rest::bid(bid, view.grid, view.book.1, bids);
        let ask = rest::ask(ask, view.grid, view.book.0, asks);
        let mut targets = Self::sized(numbers, view, bid, ask);
        if let (Pricing::Together(coherent, contract, ..), Ok(quote)) = (pricing, targets.ask)
            && let Some(most) = coherent.most_asked(contract, quote.price)
        {
            let count = quote.count.min(most);
            targets.ask = if count.is_zero() { Err(Withheld::Kelly) } else { Ok(Quote { count, ..quote }) };
        }
        targets
    }

    /// Gives prices that rest their size, or says why there is to be none.
    #[inline]
    fn sized(numbers: &Numbers, view: &View<'_>, bid: rest::Resting, ask: rest::Resting) -> Self {
        let withheld = match view.regime {
            Regime::Halted => Some(Withheld::Account),
            Regime::Pulled => Some(Withheld::Toxic),
            Regime::Alarmed => Some(Withheld::Alarm),
            Regime::Catalyst => Some(Withheld::Catalyst),
            Regime::Calm | Regime::Widened => None,
        };
        let sized = |action, price: Result<Price, Withheld>| {
            let price = price?;
            if let Some(withheld) = withheld {
                return Err(withheld);
            }
            if view.position.towards(action).hundredths() > numbers.pull_at {
                return Err(Withheld::Exposure);
            }
            Ok(Quote { price, count: numbers.size })
        };
        Self { bid: sized(Action::Buy, bid.0), ask: sized(Action::Sell, ask.0), held_back: bid.1 || ask.1 }
    }
}
