//! What the API answers when it can't do what was asked.

use axum::Json;
use axum::extract::rejection::{FormRejection, JsonRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use shared::api::Problem;

/// An error as the outside sees it.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// What was named does not exist.
    NotFound(String),
    /// It is refused, with this status.
    Refused(StatusCode, String),
    /// The answer could not be made: a fault of this program.
    Failed(String),
}

/// Declares that a request which can't be read is refused in axum's words.
macro_rules! refused {
    ($($rejection:ty)+) => {
        $(impl From<$rejection> for ApiError {
            fn from(rejection: $rejection) -> Self {
                Self::Refused(rejection.status(), rejection.body_text())
            }
        })+
    };
}

refused!(FormRejection JsonRejection QueryRejection);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::NotFound(what) => (StatusCode::NOT_FOUND, what),
            Self::Refused(status, why) => (status, why),
            Self::Failed(why) => {
                tracing::error!("an answer could not be made: {why}");
                (StatusCode::INTERNAL_SERVER_ERROR, "the server could not make this answer".to_owned())
            }
        };
        (status, Json(Problem { error })).into_response()
    }
}
