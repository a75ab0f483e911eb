//! Refusals on the wire: problem+json (RFC 9457) on our own routes, the original's `{"detail": …}` on its own. Both from the one table.

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use overpaint_api::problem::Problem;
use overpaint_core::error::{Code, Error};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

/// A problem as RFC 9457 writes it: the table's row and what happened in this case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Problem")]
pub(crate) struct ProblemDocument {
    /// A name for the kind of problem: `urn:overpaint:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    #[serde(flatten)]
    problem: Problem,
}

/// An error on its way out of a handler of ours.
#[derive(Debug)]
pub(crate) struct Refusal(Error);

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl Refusal {
    /// A request that makes no sense, with what is wrong about it.
    pub(crate) fn malformed(said: impl Into<String>) -> Self {
        Self(Error::Request {
            code: Code::RequestMalformed,
            said: said.into(),
        })
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        document(&self.0)
    }
}

/// The answer to a request for `path` that is refused.
pub(crate) fn answer(path: &str, error: &Error) -> Response {
    if path.starts_with("/api/v1/") {
        return document(error);
    }
    let problem = told(error);
    (
        status(&problem),
        Json(json!({ "detail": problem.detail, "code": problem.code })),
    )
        .into_response()
}

fn document(error: &Error) -> Response {
    let problem = told(error);
    let status = status(&problem);
    let document = ProblemDocument {
        kind: format!("urn:overpaint:problem:{}", problem.code),
        problem,
    };
    let mut response = (status, Json(document)).into_response();
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    response
}

/// What is said over HTTP: causes go to the log, paths on this computer's disk are nobody's business.
pub(crate) fn told(error: &Error) -> Problem {
    let mut problem = Problem::from(error);
    if problem.status >= 500 {
        tracing::error!(error = error as &dyn std::error::Error, "a request failed");
    }
    if error.code() == Code::KeyMissing {
        problem.detail = "This server has no fal key: set FAL_KEY where it runs, or add one in Settings. The model demo needs none.".to_owned();
    }
    if matches!(
        error.code(),
        Code::DiskFull | Code::DiskFailed | Code::FileUnreadable
    ) {
        problem.detail = overpaint_api::problem::row(error.code())
            .sentence
            .to_owned();
    }
    problem
}

fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
