//! What the original's clients are told when something cannot be: `{"detail": …}`, a sentence, or for a 422 the list of fields.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use overpaint_api::problem::Problem;
use overpaint_core::error::{Code, Error};
use serde_json::{Value, json};

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Refusal {
    NoRoute,
    NotWithThatMethod,
    NoJob,
    NoResultYet,
    /// The result's file is gone from the disk.
    FileLost,
    NoKey,
    NoFileName,
    /// Fields of the form that are missing or of the wrong kind.
    Fields(Vec<Value>),
    /// The form itself cannot be read.
    Form {
        status: StatusCode,
        detail: String,
    },
    Core(Error),
}

impl Refusal {
    /// What the static files answered for anything they did not have.
    pub(super) fn or_no_route(self) -> Self {
        match self {
            Self::NoJob | Self::FileLost => Self::NoRoute,
            other => other,
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound { what: "job", .. } => Self::NoJob,
            error => Self::Core(error),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let said = |text: &str| json!(text);
        let (status, detail) = match self {
            Self::NoRoute => (StatusCode::NOT_FOUND, said("Not Found")),
            Self::NotWithThatMethod => (StatusCode::METHOD_NOT_ALLOWED, said("Method Not Allowed")),
            Self::NoJob => (StatusCode::NOT_FOUND, said("Job not found")),
            Self::NoResultYet => (StatusCode::BAD_REQUEST, said("Job has no result yet")),
            Self::FileLost => (StatusCode::NOT_FOUND, said("Result file not found")),
            Self::NoKey => (
                StatusCode::INTERNAL_SERVER_ERROR,
                said("FAL_API_KEY not set in .env"),
            ),
            Self::NoFileName => (StatusCode::BAD_REQUEST, said("No file name")),
            Self::Fields(fields) => (StatusCode::UNPROCESSABLE_ENTITY, Value::Array(fields)),
            Self::Form { status, detail } => (status, Value::String(detail)),
            Self::Core(error) => told(&error),
        };
        (status, Json(json!({ "detail": detail }))).into_response()
    }
}

fn told(error: &Error) -> (StatusCode, Value) {
    let problem = Problem::from(error);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_server_error() {
        tracing::error!(error = error as &dyn std::error::Error, "a request failed");
    }
    // Paths on this computer's disk are nobody's business who asks over HTTP.
    let detail = match error.code() {
        Code::DiskFull | Code::DiskFailed | Code::FileUnreadable => problem.title,
        _ => problem.to_string(),
    };
    (status, Value::String(detail))
}
