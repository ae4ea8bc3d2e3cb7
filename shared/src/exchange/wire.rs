//! How long what is said takes to be heard.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{OrderCommand, OrderReport};

/// The delays between us and an exchange, in microseconds, none of them negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Latency {
    /// From a public print to our hearing of it.
    pub feed: i64,
    /// From a decision to the command's arrival in the book.
    pub order: i64,
    /// From what became of an order to our hearing of it.
    pub answer: i64,
}

/// What is on its way, in the order in which it will arrive: each kind takes the same time, so that what was said first is
/// heard first.
#[derive(Debug, Clone, Default)]
pub struct Wire {
    latency: Latency,
    commands: VecDeque<(i64, OrderCommand)>,
    reports: VecDeque<(i64, OrderReport)>,
}

impl Wire {
    /// Returns a wire with nothing on it.
    pub fn new(latency: Latency) -> Self {
        Self { latency, commands: VecDeque::with_capacity(64), reports: VecDeque::with_capacity(64) }
    }

    /// Sends a command.
    #[inline]
    pub fn send(&mut self, now: i64, command: OrderCommand) {
        self.commands.push_back((now.saturating_add(self.latency.order), command));
    }

    /// Sends a report back.
    #[inline]
    pub fn report(&mut self, now: i64, report: OrderReport) {
        self.reports.push_back((now.saturating_add(self.latency.answer), report));
    }

    /// Returns when the next command arrives, in microseconds; `i64::MAX` if none is on its way.
    #[inline]
    pub fn next_command(&self) -> i64 {
        self.commands.front().map_or(i64::MAX, |command| command.0)
    }

    /// Returns when the next report is heard.
    #[inline]
    pub fn next_report(&self) -> i64 {
        self.reports.front().map_or(i64::MAX, |report| report.0)
    }

    /// Takes the next command off the wire.
    #[inline]
    pub fn take_command(&mut self) -> Option<OrderCommand> {
        self.commands.pop_front().map(|command| command.1)
    }

    /// Takes the next report off the wire.
    #[inline]
    pub fn take_report(&mut self) -> Option<OrderReport> {
        self.reports.pop_front().map(|report| report.1)
    }

    /// Returns the delays.
    pub const fn latency(&self) -> Latency {
        self.latency
    }
}
