//! What goes wrong, and when.

use axum::http::StatusCode;
use shared::units::Timestamp;

use super::Refusal;

/// What stands for what a request was signed in with.
pub(super) const ECHO: &str = "the secret of the request";

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No bearer is taken any more (401).
    Expired,
    /// The account's plan has ended (402).
    NotInPlan,
    /// Too many requests (429), to be asked again after so many seconds, or without a word of when.
    Limited(Option<u64>),
    /// The quota is used up (429).
    Quota,
    /// A fault of the server, with this status.
    Broken(u16),
    /// A fault of the server (500), which says with what it was asked: a secret.
    Echo,
    /// The connection breaks off in the middle of an answer.
    Cut,
    /// No answer ever comes.
    Silent,
    /// One day in three has no count.
    Missing,
    /// Numbers are texts.
    WrongTypes,
    /// The answer is of twelve million bytes.
    Huge,
}

impl Kind {
    /// Returns what is answered instead of what was asked for.
    pub(super) fn refusal(self) -> Option<Refusal> {
        Some(match self {
            Self::Expired => Refusal::new(StatusCode::UNAUTHORIZED, "the token has expired"),
            Self::NotInPlan => Refusal::new(StatusCode::PAYMENT_REQUIRED, "your plan doesn't have it"),
            Self::Limited(retry_after) => {
                Refusal { retry_after, ..Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests") }
            }
            Self::Quota => Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Self::Broken(status) => Refusal::new(
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                "something went wrong",
            ),
            Self::Echo => Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, ECHO),
            Self::Cut | Self::Silent | Self::Missing | Self::WrongTypes | Self::Huge => return None,
        })
    }
}

/// Something that goes wrong for some time, or some requests.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    kind: Kind,
    /// What must be in the path.
    path: &'static str,
    from: Timestamp,
    until: Timestamp,
    /// How many requests pass before it, and how many it then meets.
    after: u32,
    times: u32,
}

impl Fault {
    /// Returns a fault that meets all requests, always.
    pub(crate) const fn new(kind: Kind) -> Self {
        Self { kind, path: "", from: Timestamp::MIN, until: Timestamp::MAX, after: 0, times: u32::MAX }
    }

    /// Lets it meet only requests with this in their path: `spotify/v1`, `/stat/`, `/token`.
    #[must_use]
    pub(crate) const fn on(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// Lets it begin and end at these times of the servers' clock.
    #[must_use]
    pub(crate) const fn between(mut self, from: Timestamp, until: Timestamp) -> Self {
        (self.from, self.until) = (from, until);
        self
    }

    /// Lets so many requests pass, and meet it so many.
    #[must_use]
    pub(crate) const fn after(mut self, passed: u32, times: u32) -> Self {
        (self.after, self.times) = (passed, times);
        self
    }
}

/// Faults, with what they have met.
#[derive(Debug)]
pub(super) struct Schedule(Vec<Fault>);

impl Schedule {
    pub(super) const fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    /// Returns what goes wrong with a request: the first fault that meets it.
    pub(super) fn at(&mut self, now: Timestamp, path: &str) -> Option<Kind> {
        for fault in &mut self.0 {
            if !path.contains(fault.path) || now < fault.from || now >= fault.until || fault.times == 0 {
                continue;
            }
            if fault.after > 0 {
                fault.after -= 1;
                continue;
            }
            if fault.times < u32::MAX {
                fault.times -= 1;
            }
            return Some(fault.kind);
        }
        None
    }
}
