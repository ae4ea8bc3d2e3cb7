//! How a request to a source can fail.

use core::fmt;
use core::time::Duration;

use reqwest::StatusCode;
use shared::units::Timestamp;

/// The most that is shown of what a source said, in characters.
const SHOWN: usize = 160;
/// The longest time that a source is left alone for.
const DAY: Duration = Duration::from_secs(86_400);

/// A request that brought nothing, with what it was. No part of it is a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{source_name}, {what}: {why}")]
pub(crate) struct Failure {
    /// Who was asked.
    pub(crate) source_name: &'static str,
    /// What for, without any secret.
    pub(crate) what: String,
    /// Why it failed.
    pub(crate) why: Why,
}

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Why {
    /// No answer came: no connection, or one that broke off or stayed silent for too long.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// What we sign in with is not taken (400 or 401 to it, or 401 to a bearer that was just minted).
    #[error("not let in: {0}")]
    NotLetIn(String),
    /// The account's plan doesn't have it, or has ended (402).
    #[error("not in the account's plan: {0}")]
    NotInPlan(String),
    /// There is no such thing (404).
    #[error("not found: {0}")]
    NotFound(String),
    /// Too many requests (429), and waiting as long as we do was not enough.
    #[error("too many requests{}", wait(*.0))]
    Limited(Option<Duration>),
    /// The account's quota is used up (429 with `QUOTA_EXCEEDED`): no waiting within this run helps.
    #[error("the quota is used up{}", wait(*.0))]
    QuotaExceeded(Option<Duration>),
    /// The source has a fault of its own (5xx).
    #[error("it is out of order ({0}): {1}")]
    OutOfOrder(u16, String),
    /// Refused for another reason.
    #[error("refused ({0}): {1}")]
    Refused(u16, String),
    /// The answer is not what it should be.
    #[error("an answer that can't be read: {0}")]
    Odd(String),
    /// The answer is longer than any that is asked for; so many bytes are the most.
    #[error("an answer of more than {0} bytes")]
    TooLong(usize),
}

fn wait(wait: Option<Duration>) -> String {
    wait.map_or_else(String::new, |wait| format!(", to be asked again in {} s", wait.as_secs()))
}

impl Failure {
    /// Returns whether whatever else is asked of this source would fail in the same way: then a run stops asking it.
    pub(crate) const fn is_of_source(&self) -> bool {
        matches!(
            self.why,
            Why::NoAnswer(_)
                | Why::NotLetIn(_)
                | Why::Limited(_)
                | Why::QuotaExceeded(_)
                | Why::OutOfOrder(..)
        )
    }

    /// Returns whether the same question about other artists would fail in the same way.
    pub(crate) const fn is_of_question(&self) -> bool {
        matches!(self.why, Why::NotInPlan(_))
    }

    /// Returns until when the source must be left alone, if it has failed at `now`.
    pub(crate) fn again(&self, now: Timestamp) -> Option<Timestamp> {
        let wait = match self.why {
            Why::Limited(wait) => wait?,
            // Nobody says when a quota is filled up again: four times a day is asked.
            Why::QuotaExceeded(wait) => wait.unwrap_or(Duration::from_secs(6 * 3_600)),
            _ => return None,
        };
        // Whatever a source says, it is asked once a day whether it still means it.
        let micros = i64::try_from(wait.min(DAY).as_micros()).unwrap_or(i64::MAX);
        Some(now.checked_add_micros(micros).unwrap_or(Timestamp::MAX))
    }
}

impl Why {
    /// Returns what an answer that is neither a success nor about signing in or limits means.
    pub(super) fn of_status(status: StatusCode, said: String) -> Self {
        match status.as_u16() {
            402 => Self::NotInPlan(said),
            404 => Self::NotFound(said),
            code if status.is_server_error() => Self::OutOfOrder(code, said),
            code => Self::Refused(code, said),
        }
    }
}

/// Returns the beginning of a text, on one line, with none of these secrets in it.
pub(super) fn shown(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "***");
    }
    let mut line = String::new();
    for letter in text.trim().chars().take(SHOWN) {
        if letter.is_control() { line.push(' ') } else { line.push(letter) }
    }
    if text.trim().chars().nth(SHOWN).is_some() {
        line.push('…');
    }
    line
}

/// Returns what a source said in an answer that is an error: the message where it is JSON that has one, with none of these
/// secrets in it.
pub(super) fn said(body: &[u8], secrets: &[&str]) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let message = json.as_ref().and_then(|json| {
        ["/error/message", "/error_description", "/message", "/error"]
            .iter()
            .find_map(|place| json.pointer(place)?.as_str())
    });
    let text = message.map_or_else(|| String::from_utf8_lossy(body.get(..4_096).unwrap_or(body)), Into::into);
    let text = shown(&text, secrets);
    if text.is_empty() { "it says nothing".to_owned() } else { text }
}

/// What a request is called in a failure.
pub(super) fn named(path: &[&str]) -> String {
    struct Path<'a>(&'a [&'a str]);
    impl fmt::Display for Path<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.iter().try_for_each(|part| write!(f, "/{part}"))
        }
    }
    Path(path).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_short_on_one_line_and_has_no_secret() {
        assert_eq!(said(br#"{"error":{"status":429,"message":"Too many"}}"#, &[]), "Too many");
        assert_eq!(said(br#"{"error":"no such token abc"}"#, &["abc", ""]), "no such token ***");
        assert_eq!(said(b"<html>\n<b>abc</b>", &["abc"]), "<html> <b>***</b>");
        assert_eq!(said(b" ", &[]), "it says nothing");
        let long = said("x".repeat(5_000).as_bytes(), &[]);
        assert_eq!(long.chars().count(), SHOWN + 1);
    }

    #[test]
    fn a_quota_is_waited_for_and_a_fault_is_not() {
        let now = Timestamp::from_micros(0).unwrap();
        let again = |why| {
            let failure = Failure { source_name: "Spotify", what: String::new(), why };
            failure.again(now).map(|at| at.micros() / 1_000_000)
        };
        assert_eq!(again(Why::QuotaExceeded(None)), Some(21_600));
        assert_eq!(again(Why::Limited(Some(Duration::from_secs(90)))), Some(90));
        assert_eq!(again(Why::Limited(Some(Duration::MAX))), Some(86_400));
        assert_eq!(again(Why::Limited(None)), None);
        assert_eq!(again(Why::OutOfOrder(500, String::new())), None);
    }
}
