//! What is simulated.

use crate::desk::{Desk, Effect, Event, Input, Left, Settings, Wish};
use crate::market::{Position, Ticker};
use crate::units::{Cash, Timestamp};

/// A desk as it is simulated: told inputs, it answers with effects. The desk is one; a broken one shows that it would be
/// noticed.
pub trait Trader {
    /// Begins a run; `run` is a number above those of all runs before, and `left` what they left.
    fn begin(
        now: Timestamp,
        run: i64,
        settings: Settings,
        event: Event,
        left: Left,
        wish: Wish,
        effects: &mut Vec<Effect>,
    ) -> Self;

    /// Takes in something.
    fn step(&mut self, now: Timestamp, input: Input, effects: &mut Vec<Effect>);

    /// Returns when it is to be told that time has passed.
    fn due(&self) -> Option<Timestamp>;

    /// Returns whether it takes frames of the stream now.
    fn hears(&self) -> bool;

    /// Returns what a person wants, or what they may be taken to want after what has happened.
    fn wanted(&self) -> Wish;

    /// Returns its cash, orders' reserves included, once it knows it.
    fn cash(&self) -> Option<Cash>;

    /// Returns what it holds of a contract, once it knows that.
    fn position(&self, ticker: &Ticker) -> Option<Position>;

    /// Returns what the account has otherwise than was reckoned, in words, if it halts over that.
    fn drift(&self) -> Option<&str>;

    /// Returns what its event's loss counts from, once it knows that.
    fn start(&self) -> Option<Cash>;
}

impl Trader for Desk {
    fn begin(
        now: Timestamp,
        run: i64,
        settings: Settings,
        event: Event,
        left: Left,
        wish: Wish,
        effects: &mut Vec<Effect>,
    ) -> Self {
        Self::begin(now, run, settings, event, left, wish, effects)
    }

    fn step(&mut self, now: Timestamp, input: Input, effects: &mut Vec<Effect>) {
        self.step(now, input, effects);
    }

    fn due(&self) -> Option<Timestamp> {
        self.due()
    }

    fn hears(&self) -> bool {
        self.hears()
    }

    fn wanted(&self) -> Wish {
        self.wanted()
    }

    fn cash(&self) -> Option<Cash> {
        self.cash()
    }

    fn position(&self, ticker: &Ticker) -> Option<Position> {
        self.position(ticker)
    }

    fn drift(&self) -> Option<&str> {
        self.drift()
    }

    fn start(&self) -> Option<Cash> {
        self.start()
    }
}
