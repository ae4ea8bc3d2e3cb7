//! What the exchange says when it refuses.

use serde::{Deserialize, Serialize};

/// What went wrong, in the exchange's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// A word for programs: `not_found`.
    pub code: String,
    /// The same for people.
    pub message: String,
    /// More of it: `post only cross`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

/// The four shapes in which Kalshi refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ErrorAnswer {
    /// Nearly always.
    Nested {
        /// What went wrong.
        error: ErrorBody,
    },
    /// Where there are too many requests (status 429).
    Text {
        /// What went wrong.
        error: String,
    },
    /// Where a body can't be decoded.
    Flat(ErrorBody),
    /// Where a query can't.
    Query {
        /// What went wrong.
        msg: String,
    },
}

impl ErrorAnswer {
    /// Returns the refusal with this code.
    pub fn nested(code: &str, message: &str, details: Option<&str>) -> Self {
        let details = details.map(str::to_owned);
        Self::Nested { error: ErrorBody { code: code.to_owned(), message: message.to_owned(), details } }
    }

    /// Returns the word for programs; empty where there is none.
    pub fn code(&self) -> &str {
        match self {
            Self::Nested { error } | Self::Flat(error) => &error.code,
            Self::Text { .. } | Self::Query { .. } => "",
        }
    }

    /// Returns all that was said, for people.
    pub fn text(&self) -> String {
        match self {
            Self::Nested { error } | Self::Flat(error) => match &error.details {
                Some(details) => format!("{}: {details}", error.message),
                None => error.message.clone(),
            },
            Self::Text { error } => error.clone(),
            Self::Query { msg } => msg.clone(),
        }
    }
}
