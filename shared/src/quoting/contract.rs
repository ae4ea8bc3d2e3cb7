//! One contract's state, and what of it makes its quotes be decided anew.

use super::amount::Nano;
use super::rules::Rules;
use super::toxicity::Toxicity;
use super::{
    Belief, Command, Decision, Position, Quote, Quotes, Reason, Regime, SideDecision, Stage, Withheld,
};
use crate::Invalid;
use crate::fees::FeeSchedule;
use crate::market::{Action, PriceGrid};
use crate::units::{Price, Quantity, Timestamp};

/// What a contract is quoted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The prices that are accepted.
    pub grid: PriceGrid,
    /// What its series charges, where that is known.
    pub fees: Option<FeeSchedule>,
    /// When its outcome is settled, where that is known.
    pub settles: Option<Timestamp>,
}

impl Default for Terms {
    /// Whole cents, and nothing else known.
    fn default() -> Self {
        Self { grid: PriceGrid::linear_cent(), fees: None, settles: None }
    }
}

/// One contract's state.
#[derive(Debug, Clone)]
pub(super) struct Contract {
    pub(super) terms: Terms,
    pub(super) belief: Option<Belief>,
    pub(super) position: Position,
    pub(super) book: (Option<Price>, Option<Price>),
    /// Whether the book changed since the last decision.
    pub(super) book_changed: bool,
    pub(super) toxicity: Toxicity,
    /// What rests: what was asked for, less what traded of it.
    pub(super) quotes: Quotes,
    pub(super) decision: Option<Decision>,
    /// The value that the quotes were made for.
    pub(super) made_for: Nano,
    /// Whether the position changed since the last decision.
    pub(super) filled: bool,
}

impl Contract {
    /// Returns the state of a contract that nothing is known of.
    pub(super) fn new(terms: Terms) -> Self {
        Self {
            terms,
            belief: None,
            position: Position::FLAT,
            book: (None, None),
            book_changed: false,
            toxicity: Toxicity::CALM,
            quotes: Quotes::default(),
            decision: None,
            made_for: 0,
            filled: false,
        }
    }

    /// Takes note of a trade of one of our orders.
    pub(super) fn fill(&mut self, action: Action, price: Price, count: Quantity) {
        self.position = self.position.after(action, count);
        self.filled = true;
        let side = match action {
            Action::Buy => &mut self.quotes.bid,
            Action::Sell => &mut self.quotes.ask,
        };
        // A fill at another price is of an order that was already replaced.
        if let Some(quote) = side.filter(|quote| quote.price == price) {
            *side = quote
                .count
                .checked_sub(count)
                .filter(|left| !left.is_zero())
                .map(|left| Quote { count: left, ..quote });
        }
    }

    /// Returns why the quotes must be decided anew, if they must.
    #[inline]
    pub(super) fn reason(
        &self,
        now: Timestamp,
        value: Nano,
        regime: Regime,
        rules: &Rules,
    ) -> Option<Reason> {
        let Some(last) = &self.decision else { return Some(Reason::Start) };
        if last.regime != regime {
            let account = last.regime == Regime::Halted || regime == Regime::Halted;
            Some(if account { Reason::Account } else { Reason::Regime })
        } else if self.filled {
            Some(Reason::Fill)
        } else if (value - self.made_for).abs() > rules.drift {
            Some(Reason::Drift)
        } else if self.held_back().is_some_and(|at| now.micros_since(at) >= rules.refresh) {
            Some(Reason::Refresh)
        } else {
            None
        }
    }

    /// Returns when the quotes were decided, if the book held one of them back and has changed since.
    #[inline]
    pub(super) fn held_back(&self) -> Option<Timestamp> {
        let last = self.decision.as_ref().filter(|_| self.book_changed)?;
        let by_book = |side: &SideDecision| {
            side.ladder.amount(Stage::PostOnly) != 0 || side.quote == Err(Withheld::WouldCross)
        };
        (by_book(&last.bid) || by_book(&last.ask)).then_some(last.at)
    }

    /// Asks for `quotes` if they are others than those that rest.
    pub(super) fn rest(
        &mut self,
        contract: usize,
        quotes: Quotes,
        reason: Reason,
        sink: &mut impl FnMut(Command),
    ) {
        if self.quotes != quotes {
            self.quotes = quotes;
            sink(Command { contract, quotes, reason });
        }
    }
}

/// Checks that a belief's numbers can be.
pub(super) fn possible(belief: &Belief) -> Result<(), Invalid> {
    let fair = belief.fair >= 0.0 && belief.fair <= 1.0;
    let alarm = belief.alarm >= 0.0 && belief.alarm <= 1.0 + 1e-9;
    if fair && alarm && belief.sd >= 0.0 && belief.sigma_b >= 0.0 && !belief.z.is_nan() {
        Ok(())
    } else {
        Err(Invalid::new(
            "belief",
            format!(
                "must have fair and alarm from 0 to 1, sd and sigma_b not negative and z a number, got {}, {}, {}, {} and {}",
                belief.fair, belief.alarm, belief.sd, belief.sigma_b, belief.z
            ),
        ))
    }
}
