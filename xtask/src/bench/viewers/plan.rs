//! Who watches, what they go by, and what they have to say of it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A kind of viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It reads as it is told.
    Reads,
    /// It reads less than it is told.
    Slow,
    /// It reads nothing.
    Deaf,
    /// It cuts the connection without a word and comes back.
    Cuts,
    /// It sends what makes no sense, or too much of what does.
    Garbage,
}

impl Kind {
    /// Returns the kind of viewer number `k`: of a hundred one is slow, one deaf, two cut, and one sends garbage.
    pub(super) const fn of(k: usize) -> Self {
        match k % 100 {
            13 => Self::Slow,
            63 => Self::Deaf,
            27 | 77 => Self::Cuts,
            41 => Self::Garbage,
            _ => Self::Reads,
        }
    }
}

/// What all viewers go by.
pub(super) struct Plan {
    /// Who tells them: one server, or replicas.
    pub(super) servers: Vec<SocketAddr>,
    /// The contracts.
    pub(super) tickers: Vec<String>,
    /// How many of their books each follows.
    pub(super) books: usize,
    /// The desk's clock: what it showed at which of the machine's times, in microseconds, and how fast it runs.
    pub(super) clock: (i64, i64, f64),
    phase: AtomicU8,
}

/// Everybody comes; it is measured; it is over.
const COMING: u8 = 0;
const MEASURED: u8 = 1;
const OVER: u8 = 2;

impl Plan {
    pub(super) fn new(
        servers: Vec<SocketAddr>,
        tickers: Vec<String>,
        books: usize,
        clock: (i64, i64, f64),
    ) -> Self {
        Self { servers, tickers, books, clock, phase: AtomicU8::new(COMING) }
    }

    /// Returns whom viewer number `k` asks when it has come so many times: the next one whenever its own doesn't answer.
    pub(super) fn server(&self, k: usize, failures: usize) -> SocketAddr {
        let place = (k + failures) % self.servers.len().max(1);
        self.servers.get(place).copied().unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    pub(super) fn measure(&self) {
        self.phase.store(MEASURED, Ordering::Relaxed);
    }

    pub(super) fn end(&self) {
        self.phase.store(OVER, Ordering::Relaxed);
    }

    pub(super) fn is_measured(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == MEASURED
    }

    pub(super) fn is_over(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == OVER
    }

    /// Returns how long ago the desk's clock showed a time, in microseconds.
    pub(super) fn since(&self, shown: i64) -> i64 {
        let (at, machine, speed) = self.clock;
        let made = machine as f64 + (shown - at) as f64 / speed;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1e6);
        (now - made) as i64
    }
}

/// What a viewer heard while it was measured, and what became of its connections all the time.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// From the making of a desk's state until it was read, in microseconds.
    pub(super) late: Vec<i64>,
    pub(super) frames: u64,
    pub(super) bytes: u64,
    /// The longest time between two of the desk's states.
    pub(super) silence: Duration,
    pub(super) gaps: u64,
    pub(super) repeated: u64,
    pub(super) skipped: u64,
    pub(super) opened: u64,
    pub(super) refused: u64,
    /// How many of its connections the server ended.
    pub(super) ended: u64,
    /// Why its last connection ended.
    pub(super) why: String,
}

impl Heard {
    pub(super) fn add(&mut self, other: Self) {
        self.late.extend(other.late);
        self.frames += other.frames;
        self.bytes += other.bytes;
        self.silence = self.silence.max(other.silence);
        self.gaps += other.gaps;
        self.repeated += other.repeated;
        self.skipped += other.skipped;
        self.opened += other.opened;
        self.refused += other.refused;
        self.ended += other.ended;
        if self.why.is_empty() {
            self.why = other.why;
        }
    }
}
