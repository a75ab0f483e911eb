//! Making answers.

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::Value;

/// Marks an answer as one of the ingress before fal: it carries no `x-fal-request-id`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FromIngress;

pub(crate) fn json(status: u16, body: &Value) -> Response {
    with_type(status, "application/json", body.to_string())
}

pub(crate) fn with_type(status: u16, content_type: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut response, CONTENT_TYPE, content_type);
    response
}

/// An answer without a body, or one nobody will read because the wire is cut.
pub(crate) fn bare(status: u16) -> Response {
    let mut response = with_type(status, "text/plain", Body::empty());
    response.headers_mut().remove(CONTENT_TYPE);
    response
}

/// Sets a header; a value HTTP cannot carry is left out, because what a client sent may be echoed here.
pub(crate) fn set(response: &mut Response, name: HeaderName, value: impl AsRef<str>) {
    if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
        response.headers_mut().insert(name, value);
    }
}

pub(crate) fn set_length(response: &mut Response, length: usize) {
    set(response, CONTENT_LENGTH, length.to_string());
}

pub(crate) const X_FAL_REQUEST_ID: HeaderName = HeaderName::from_static("x-fal-request-id");
pub(crate) const X_FAL_RETRYABLE: HeaderName = HeaderName::from_static("x-fal-retryable");
pub(crate) const X_FAL_NEEDS_RETRY: HeaderName = HeaderName::from_static("x-fal-needs-retry");
pub(crate) const X_FAL_ERROR_TYPE: HeaderName = HeaderName::from_static("x-fal-error-type");
pub(crate) const X_FAL_BILLABLE_UNITS: HeaderName = HeaderName::from_static("x-fal-billable-units");
