//! Who is let in, and how often.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::machine_time;

/// A sliding window of one second of the machine's time, and the bearers that are taken.
#[derive(Debug)]
pub(super) struct Gate {
    name: &'static str,
    limit: u32,
    passed: VecDeque<Instant>,
    minted: u32,
    bearers: Vec<String>,
}

/// What a request is told of the limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// Whether it is one too many.
    pub(super) is_over: bool,
    /// How many requests there may be in a second, and how many more in this one.
    pub(super) limit: u32,
    pub(super) remaining: u32,
    /// The second since 1970 from which on a request succeeds.
    pub(super) reset: u64,
}

impl Gate {
    pub(super) fn new(name: &'static str, limit: u32) -> Self {
        Self { name, limit: limit.max(1), passed: VecDeque::new(), minted: 0, bearers: Vec::new() }
    }

    /// Counts a request.
    pub(super) fn pass(&mut self) -> Told {
        let now = Instant::now();
        while self.passed.front().is_some_and(|at| now.duration_since(*at) >= Duration::from_secs(1)) {
            self.passed.pop_front();
        }
        let is_over = self.passed.len() >= self.limit as usize;
        self.passed.push_back(now);
        let remaining = self.limit.saturating_sub(u32::try_from(self.passed.len()).unwrap_or(u32::MAX));
        let second = u64::try_from(machine_time().micros() / 1_000_000).unwrap_or(0);
        let reset = if remaining > 0 { second } else { second + 1 };
        Told { is_over, limit: self.limit, remaining, reset }
    }

    /// Returns a new bearer.
    pub(super) fn mint(&mut self) -> String {
        self.minted += 1;
        let bearer = format!("a-bearer-of-{}-{}", self.name, self.minted);
        self.bearers.push(bearer.clone());
        bearer
    }

    /// Takes no bearer any more that was minted so far.
    pub(super) fn expire(&mut self) {
        self.bearers.clear();
    }

    pub(super) fn knows(&self, bearer: &str) -> bool {
        self.bearers.iter().any(|known| known == bearer)
    }
}
