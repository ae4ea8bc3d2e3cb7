//! How long what is said takes to be heard: always the same, or drawn.

use std::collections::VecDeque;

use crate::math::ln;
use crate::random::SplitMix64;

/// A delay in microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Delay {
    /// Always the same.
    Constant(i64),
    /// At least so much, and beyond it exponential with a mean: what a network does, whose delays have a floor and a tail.
    Drawn {
        /// The least.
        least: i64,
        /// The mean of what comes on top.
        mean: i64,
        /// The state of the generator; the seed at first.
        state: u64,
    },
}

impl Delay {
    /// Returns the delay of the next message.
    #[inline]
    pub(super) fn draw(&mut self) -> i64 {
        match self {
            Self::Constant(micros) => *micros,
            Self::Drawn { least, mean, state } => {
                let mut random = SplitMix64::new(*state);
                *state = random.next();
                // `uniform` may be zero, and is never one.
                least.saturating_add((-ln(1.0 - random.uniform()) * *mean as f64) as i64)
            }
        }
    }
}

/// The delays to an exchange and back. That of the feed is the tape's, [`BookTape::heard_after`](super::BookTape::heard_after).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Delays {
    /// From a decision to the command's arrival in the book.
    pub order: Delay,
    /// From what became of an order to our hearing of it.
    pub answer: Delay,
}

impl Delays {
    /// Returns delays that are always the same, in microseconds.
    pub const fn constant(order: i64, answer: i64) -> Self {
        Self { order: Delay::Constant(order), answer: Delay::Constant(answer) }
    }
}

/// What is on its way in one direction. Nothing overtakes anything: it is one connection.
#[derive(Debug, Clone)]
pub(super) struct Line<T> {
    delay: Delay,
    last: i64,
    queue: VecDeque<(i64, T)>,
}

impl<T> Line<T> {
    pub(super) fn new(delay: Delay) -> Self {
        Self { delay, last: i64::MIN, queue: VecDeque::with_capacity(64) }
    }

    /// Sends something.
    #[inline]
    pub(super) fn send(&mut self, now: i64, what: T) {
        self.last = self.last.max(now.saturating_add(self.delay.draw()));
        self.queue.push_back((self.last, what));
    }

    /// Returns when the next one arrives; `i64::MAX` if none is on its way.
    #[inline]
    pub(super) fn next(&self) -> i64 {
        self.queue.front().map_or(i64::MAX, |next| next.0)
    }

    /// Takes the next one.
    #[inline]
    pub(super) fn take(&mut self) -> Option<T> {
        self.queue.pop_front().map(|next| next.1)
    }
}
