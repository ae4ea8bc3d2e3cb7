//! How a request can fail.

use reqwest::StatusCode;
use shared::wire::{ErrorAnswer, ErrorBody};

/// How much is shown of a refusal that can't be read, in characters.
const MOST_SHOWN: usize = 200;

/// Why a request was not done, as far as is known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The exchange refused it: it changed nothing.
    #[error("refused ({status}): {text}")]
    Refused {
        /// The status code.
        status: u16,
        /// The exchange's word for programs, `order_already_exists`; empty where it has none.
        code: String,
        /// What the exchange said.
        text: String,
    },
    /// It was never sent: it changed nothing.
    #[error("not sent: {0:#}")]
    NotSent(anyhow::Error),
    /// It was sent, and no answer came that says what became of it. The exchange must be asked.
    #[error("unknown what became of it: {0:#}")]
    Unknown(anyhow::Error),
}

impl Failure {
    /// Returns whether what was named isn't there: of an order, that it doesn't rest any more or never did.
    pub(crate) const fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// Returns whether an order with its own id was taken in before, so that a repetition of it has changed nothing.
    pub(crate) fn already_exists(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code == "order_already_exists")
    }

    /// Returns why an order of a batch was refused: as it would have been by itself, as far as its word tells.
    pub(super) fn of_item(error: &ErrorBody) -> Self {
        let status = match error.code.as_str() {
            "not_found" => StatusCode::NOT_FOUND,
            "order_already_exists" => StatusCode::CONFLICT,
            _ => StatusCode::BAD_REQUEST,
        };
        let text = ErrorAnswer::Flat(error.clone()).text();
        Self::Refused { status: status.as_u16(), code: error.code.clone(), text }
    }

    /// Returns what an answer that isn't a success means.
    pub(in crate::kalshi) fn answered(
        what: impl core::fmt::Display,
        status: StatusCode,
        body: &[u8],
    ) -> Self {
        let said = serde_json::from_slice(body);
        let (code, text) = said.map_or_else(
            |_| (String::new(), excerpt(body)),
            |said: ErrorAnswer| (said.code().to_owned(), said.text()),
        );
        // The exchange's own refusals leave nothing behind; what a server or something between says after it may have
        // acted says nothing of that. One that was too busy (429) did not act, but may be asked again.
        if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT {
            Self::Refused { status: status.as_u16(), code, text }
        } else {
            Self::Unknown(anyhow::anyhow!("{what}: {status} {text}"))
        }
    }
}

/// Returns the beginning of what can't be read, for people: a shape of an error that isn't known is shown as it is.
fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut shown: String =
        text.trim().chars().take(MOST_SHOWN).filter(|shown| !shown.is_control()).collect();
    if text.trim().chars().nth(MOST_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exchanges_own_refusals_are_refusals() {
        let of = |status: u16, body: &str| {
            Failure::answered("GET /x", StatusCode::from_u16(status).unwrap(), body.as_bytes())
        };
        let exists = of(409, r#"{"error":{"code":"order_already_exists","message":"order already exists"}}"#);
        assert!(exists.already_exists() && !exists.is_not_found());
        assert_eq!(exists.to_string(), "refused (409): order already exists");
        assert!(of(404, r#"{"error":{"code":"not_found","message":"not found"}}"#).is_not_found());
        assert_eq!(
            of(429, r#"{"error":"too many requests"}"#).to_string(),
            "refused (429): too many requests"
        );
        assert_eq!(
            of(403, "{\"reason\":\"location\"}\n").to_string(),
            "refused (403): {\"reason\":\"location\"}"
        );
        let long = of(403, &"é".repeat(300)).to_string();
        assert!(long.ends_with("é…") && long.chars().count() == 216, "{long}");
        for status in [302, 408, 500, 502, 503, 504] {
            assert!(matches!(of(status, "<html>"), Failure::Unknown(_)), "{status}");
        }
    }
}
