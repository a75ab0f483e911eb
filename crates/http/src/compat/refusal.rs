//! What the original's clients are told when something cannot be: `{"detail": …}`, a sentence, or for a 422 the list of fields.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use overpaint_core::error::Error;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::problem;

/// A sentence.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Detail {
    detail: String,
}

impl Detail {
    pub(super) fn of(text: &str) -> Self {
        Self {
            detail: text.to_owned(),
        }
    }
}

/// What is wrong with a request: the fields that are, or a sentence where it is the picture.
#[derive(ToSchema)]
#[schema(title = "HTTPValidationError")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct ValidationErrors {
    detail: SentenceOrFields,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum SentenceOrFields {
    Sentence(String),
    Fields(Vec<FieldError>),
}

/// One field that is missing or of the wrong kind.
#[derive(Serialize, ToSchema)]
#[schema(title = "ValidationError")]
struct FieldError {
    /// What is wrong, as a word: `missing`, `string_type`, `value_error`, `int_parsing`, …
    #[serde(rename = "type")]
    kind: String,
    /// Where: `["body", "prompt"]`.
    loc: Vec<String>,
    /// What is wrong, as a sentence.
    msg: String,
}

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
    let problem = problem::told(error);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Value::String(problem.to_string()))
}
