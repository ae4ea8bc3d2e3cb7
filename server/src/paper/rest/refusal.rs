//! Refusals, in Kalshi's words and with its status codes.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use shared::exchange::matching;
use shared::wire::{ErrorAnswer, ErrorBody};

/// A refusal, as it is answered.
#[derive(Debug)]
pub(in crate::paper) struct Refusal(StatusCode, ErrorAnswer);

impl Refusal {
    /// Returns a refusal in the shape that nearly all have.
    pub(in crate::paper) fn new(status: StatusCode, code: &str, details: Option<&str>) -> Self {
        Self(status, ErrorAnswer::nested(code, &code.replace('_', " "), details))
    }

    /// Returns that what was named isn't there, whatever the reason.
    pub(in crate::paper) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", None)
    }

    /// Returns that a body can't be decoded, for this reason.
    pub(super) fn body(details: &str) -> Self {
        let error = ErrorBody {
            code: "bad_request".to_owned(),
            message: "bad request".to_owned(),
            details: Some(details.to_owned()),
        };
        Self(StatusCode::BAD_REQUEST, ErrorAnswer::Flat(error))
    }

    /// Returns that something in a body is not as it must be.
    pub(super) fn parameters(details: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_parameters", Some(details))
    }

    /// Returns that a parameter of an operation's query is not as it must be: `tag` is the rule that it breaks.
    pub(super) fn query(operation: &str, parameter: &str, tag: &str) -> Self {
        // As the fields are called where Kalshi validates them: `min_ts` is `MinTs`.
        let field: String = parameter
            .split('_')
            .flat_map(|word| {
                let mut letters = word.chars();
                letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
            })
            .collect();
        let msg = format!(
            "Parameter validation failed for {operation}: Key: '{operation}Params.{field}' Error:Field validation for '{field}' failed on the '{tag}' tag"
        );
        Self(StatusCode::BAD_REQUEST, ErrorAnswer::Query { msg })
    }

    /// Returns that there are too many requests.
    pub(in crate::paper) fn too_many() -> Self {
        let error = ErrorAnswer::Text { error: "too many requests".to_owned() };
        Self(StatusCode::TOO_MANY_REQUESTS, error)
    }

    /// Returns that a key may not be used for this. Kalshi's words for it are not recorded.
    pub(super) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "insufficient_scope", None)
    }

    /// Returns what is not done here although the wire has it: nothing may rest that asked for more.
    pub(super) fn unsupported(what: &str) -> Self {
        Self::parameters(&format!("{what} is not supported by the paper exchange"))
    }

    /// Returns what went wrong, as it is told of one order among several.
    pub(super) fn item(self) -> ErrorBody {
        match self.1 {
            ErrorAnswer::Nested { error } | ErrorAnswer::Flat(error) => error,
            ErrorAnswer::Text { error } | ErrorAnswer::Query { msg: error } => {
                ErrorBody { code: "bad_request".to_owned(), message: error, details: None }
            }
        }
    }

    /// Returns that a path of the first version is gone.
    pub(super) fn deprecated() -> Self {
        let error = ErrorAnswer::nested(
            "deprecated_v1_order_endpoint",
            "Please switch to the V2 endpoints",
            Some("https://docs.kalshi.com/api-reference/orders/create-order-v2"),
        );
        Self(StatusCode::GONE, error)
    }

    /// Returns that a request is not known to be a member's.
    pub(super) fn authentication(details: &str) -> Self {
        let error = ErrorAnswer::nested("authentication_error", "authentication_error", Some(details));
        Self(StatusCode::UNAUTHORIZED, error)
    }

    /// Returns that a request misses a part of what shows whose it is.
    pub(super) fn unauthorized(code: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, None)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

/// Recorded are `invalid_price`, `invalid_order`, `insufficient_balance`, `fill_or_kill_…` and `not_found`; the words for
/// pauses, for a contract that is closed, for groups, counts and times are Kalshi's FIX names as REST would spell them.
impl From<matching::Refusal> for Refusal {
    fn from(refusal: matching::Refusal) -> Self {
        use matching::Refusal as R;
        let bad = |code: &str, details: Option<&str>| Self::new(StatusCode::BAD_REQUEST, code, details);
        match refusal {
            R::OffGrid(_) => bad("invalid_price", None),
            R::Count => bad("invalid_order_size", None),
            R::PostOnlyCross => bad("invalid_order", Some("post only cross")),
            R::Balance { .. } => bad("insufficient_balance", None),
            R::Inactive => bad("market_inactive", None),
            R::Expiry => bad("invalid_parameters", Some("Expiration timestamp must be in the future")),
            R::FillOrKill => {
                Self::new(StatusCode::CONFLICT, "fill_or_kill_insufficient_resting_volume", None)
            }
            R::ReduceOnly => {
                bad("invalid_parameters", Some("reduce_only requires time_in_force immediate_or_cancel"))
            }
            R::Increase => bad("invalid_order_size", Some("a decrease can't leave more than there is")),
            R::GroupTriggered => bad("order_group_triggered", None),
            R::GroupLimit | R::TooManyGroups => bad("invalid_parameters", Some(&refusal.to_string())),
            R::NoSuchGroup => Self::new(StatusCode::NOT_FOUND, "order_group_not_found", None),
            R::TradingPaused => Self::new(StatusCode::SERVICE_UNAVAILABLE, "exchange_paused", None),
            R::ExchangePaused => Self::new(StatusCode::SERVICE_UNAVAILABLE, "exchange_unavailable", None),
            R::NoSuchMarket => Self::new(StatusCode::NOT_FOUND, "market_not_found", None),
            R::NoSuchOrder | R::NoSuchAccount => Self::not_found(),
            other => bad("invalid_order", Some(&other.to_string())),
        }
    }
}

/// Answers for a path that there is not.
pub(super) async fn no_such_path() -> Refusal {
    Refusal::not_found()
}
