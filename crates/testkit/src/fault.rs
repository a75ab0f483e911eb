//! Everything that can go wrong at fal, by name, and exactly what it looks like on the wire.

use std::fmt;
use std::str::FromStr;

use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use chrono::{TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::hostile::Hostile;
use crate::reply::{
    self, FromIngress, X_FAL_BILLABLE_UNITS, X_FAL_ERROR_TYPE, X_FAL_NEEDS_RETRY, X_FAL_RETRYABLE,
};
use crate::route::app_of;

/// One way to fail. Its name (in the table below, and what `Display`, JSON and markers use) is in `backticks`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Failure {
    /// `unauthorized`: 401, no such key.
    Unauthorized,
    /// `bad-key-format`: 401, the key has no colon.
    BadKeyFormat,
    /// `locked`: 403, exhausted balance.
    Locked,
    /// `top-up`: 403, the lock that comes after a top-up.
    TopUp,
    /// `admin-lock`: 403, support must be asked.
    AdminLock,
    /// `no-scope`: 403, the key lacks a permission.
    NoScope,
    /// `unknown-app`: 404, fal serves no such application.
    UnknownApp,
    /// `not-found`: 404 `{"status":"NOT_FOUND"}`; also what an expired result answers.
    NotFound,
    /// `still-in-progress`: 400, a result asked for too early.
    StillInProgress,
    /// `validation`: 422 with `loc`, nothing billed.
    Validation,
    /// `policy`: 422 `content_policy_violation` on the prompt.
    Policy,
    /// `no-media`: 422 `no_media_generated` after the GPU has worked: a unit is billed.
    NoMedia,
    /// `busy`: 429 with `X-Fal-Needs-Retry: 1` and no `Retry-After`.
    Busy,
    /// `busy-retry-after-N`: the same with `Retry-After: N` (seconds).
    BusyRetryAfter(u32),
    /// `internal`: 500 of the model.
    Internal,
    /// `unavailable`: 500 of the model, retryable.
    Unavailable,
    /// `runner-lost`: 503 of fal's gateway, with a request id: a job exists.
    RunnerLost,
    /// `timeout`: 504 of fal's gateway, with a request id: a job exists.
    Timeout,
    /// `cancelled`: 499, what a cancelled job's result answers.
    Cancelled,
    /// `nginx-502`, `nginx-503`, `nginx-504`: the ingress, HTML, without `x-fal-request-id`: no job exists.
    Nginx(u16),
    /// `html`: 200 with a web page, as a captive portal answers.
    Html,
    /// `not-json`: 200 that says it is JSON and is not.
    NotJson,
    /// `cut-json`: 200 with JSON that stops in the middle.
    CutJson,
    /// `long-error`: 500 with 1000 characters of plain text.
    LongError,
    /// `reset`: the connection is reset without a byte.
    Reset,
    /// `hang`: no answer until the client goes away.
    Hang,
    /// `busy-until-N`: 429 whose `Retry-After` is an HTTP date, N seconds from now.
    BusyUntil(u32),
    /// `url-expired`: 403, what an upload URL answers that was used, or not used in time.
    UrlExpired,
    /// `drip-N`: 200, then one byte every N milliseconds, without end.
    Drip(u32),
    /// What wants to harm the client; the names are [`Hostile`]'s.
    Hostile(Hostile),
    /// `NNN`, three digits: that status with a plain `detail`; 429 says `X-Fal-Needs-Retry` as well.
    Status(u16),
}

const NAMES: [(&str, Failure); 35] = [
    ("unauthorized", Failure::Unauthorized),
    ("bad-key-format", Failure::BadKeyFormat),
    ("locked", Failure::Locked),
    ("top-up", Failure::TopUp),
    ("admin-lock", Failure::AdminLock),
    ("no-scope", Failure::NoScope),
    ("unknown-app", Failure::UnknownApp),
    ("not-found", Failure::NotFound),
    ("still-in-progress", Failure::StillInProgress),
    ("validation", Failure::Validation),
    ("policy", Failure::Policy),
    ("no-media", Failure::NoMedia),
    ("busy", Failure::Busy),
    ("internal", Failure::Internal),
    ("unavailable", Failure::Unavailable),
    ("runner-lost", Failure::RunnerLost),
    ("timeout", Failure::Timeout),
    ("cancelled", Failure::Cancelled),
    ("html", Failure::Html),
    ("not-json", Failure::NotJson),
    ("cut-json", Failure::CutJson),
    ("long-error", Failure::LongError),
    ("reset", Failure::Reset),
    ("hang", Failure::Hang),
    ("url-expired", Failure::UrlExpired),
    ("endless", Failure::Hostile(Hostile::Endless)),
    ("five-gigabytes", Failure::Hostile(Hostile::FiveGigabytes)),
    ("gzip-bomb", Failure::Hostile(Hostile::GzipBomb)),
    ("octets", Failure::Hostile(Hostile::Octets)),
    ("chunked-cut", Failure::Hostile(Hostile::ChunkedCut)),
    ("redirect-loop", Failure::Hostile(Hostile::RedirectLoop)),
    (
        "redirect-metadata",
        Failure::Hostile(Hostile::RedirectMetadata),
    ),
    (
        "redirect-loopback",
        Failure::Hostile(Hostile::RedirectLoopback),
    ),
    ("redirect-ipv6", Failure::Hostile(Hostile::RedirectIpv6)),
    ("echo", Failure::Hostile(Hostile::Echo)),
];

/// No failure has that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFailure(pub String);

impl fmt::Display for UnknownFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no failure is called {:?}", self.0)
    }
}

impl std::error::Error for UnknownFailure {}

impl FromStr for Failure {
    type Err = UnknownFailure;

    fn from_str(name: &str) -> Result<Self, UnknownFailure> {
        if let Some((_, failure)) = NAMES.iter().find(|(held, _)| *held == name) {
            return Ok(*failure);
        }
        let parsed = if let Some(seconds) = name.strip_prefix("busy-retry-after-") {
            seconds.parse().ok().map(Self::BusyRetryAfter)
        } else if let Some(seconds) = name.strip_prefix("busy-until-") {
            seconds.parse().ok().map(Self::BusyUntil)
        } else if let Some(pause) = name.strip_prefix("drip-") {
            pause.parse().ok().map(Self::Drip)
        } else if let Some(status) = name.strip_prefix("nginx-") {
            status_code(status).map(Self::Nginx)
        } else {
            status_code(name).map(Self::Status)
        };
        parsed.ok_or_else(|| UnknownFailure(name.to_owned()))
    }
}

/// HTTP cannot end an exchange with 1xx, so those are no failures.
fn status_code(text: &str) -> Option<u16> {
    text.parse().ok().filter(|code| (200..600).contains(code))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BusyRetryAfter(seconds) => write!(f, "busy-retry-after-{seconds}"),
            Self::BusyUntil(seconds) => write!(f, "busy-until-{seconds}"),
            Self::Drip(pause) => write!(f, "drip-{pause}"),
            Self::Nginx(status) => write!(f, "nginx-{status}"),
            Self::Status(status) => write!(f, "{status}"),
            named => f.write_str(
                NAMES
                    .iter()
                    .find(|(_, failure)| failure == named)
                    .map_or("", |(name, _)| name),
            ),
        }
    }
}

impl TryFrom<String> for Failure {
    type Error = UnknownFailure;

    fn try_from(name: String) -> Result<Self, UnknownFailure> {
        name.parse()
    }
}

impl From<Failure> for String {
    fn from(failure: Failure) -> Self {
        failure.to_string()
    }
}

impl Failure {
    /// The answer on the wire. [`Reset`](Self::Reset) and [`Hang`](Self::Hang) have none, and the hostile ones depend on the call; the
    /// server sees to all of them before it asks.
    pub(crate) fn answer(self, endpoint: &str) -> Response {
        match self {
            Self::Unauthorized => detail(401, "No user found for Key ID and Secret"),
            Self::BadKeyFormat => detail(
                401,
                "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.",
            ),
            Self::Locked => {
                locked("Exhausted balance. Top up your balance at fal.ai/dashboard/billing.")
            }
            Self::TopUp => locked("TOP_UP."),
            Self::AdminLock => locked("Admin lock. Please contact support@fal.ai."),
            Self::NoScope => detail(
                403,
                "This key does not have permission to access this resource.",
            ),
            Self::UnknownApp => {
                let alias = app_of(endpoint).rsplit('/').next().unwrap_or(endpoint);
                detail(404, &format!("Application \"{alias}\" not found"))
            }
            Self::NotFound => reply::json(404, &json!({"status": "NOT_FOUND"})),
            Self::StillInProgress => detail(400, "Request is still in progress"),
            Self::Validation | Self::Policy | Self::NoMedia => self.model_error(422, "0"),
            Self::Busy => busy(None),
            Self::BusyRetryAfter(seconds) => busy(Some(seconds.to_string())),
            Self::BusyUntil(seconds) => busy(Some(http_date_in(seconds))),
            Self::UrlExpired => detail(403, "Request has expired"),
            Self::Internal | Self::Unavailable => self.model_error(500, "0"),
            Self::RunnerLost => self.gateway_error(503),
            Self::Timeout => self.gateway_error(504),
            Self::Cancelled => self.gateway_error(499),
            Self::Nginx(status) => ingress(status),
            Self::Html => reply::with_type(
                200,
                "text/html; charset=utf-8",
                "<!doctype html><title>Welcome</title><p>Please sign in to this network.</p>",
            ),
            Self::NotJson => reply::with_type(200, "application/json", "this is { not JSON"),
            Self::CutJson => reply::with_type(
                200,
                "application/json",
                r#"{"status":"IN_QUEUE","request_id":"01a0c7e2-5b1d-7f"#,
            ),
            Self::LongError => reply::with_type(
                500,
                "text/plain; charset=utf-8",
                format!("{}0123456789{}", "x".repeat(290), "y".repeat(700)),
            ),
            Self::Reset | Self::Hang => reply::bare(500),
            Self::Drip(_) | Self::Hostile(_) => reply::bare(200),
            Self::Status(status) => {
                let mut response = detail(status, &format!("simulated fal says {status}"));
                if status == 429 {
                    reply::set(&mut response, X_FAL_NEEDS_RETRY, "1");
                }
                response
            }
        }
    }

    /// The sentence and the type a COMPLETED status tells of a job that ended this way.
    pub(crate) fn told(self) -> (String, &'static str) {
        let (sentence, kind) = match self {
            Self::Validation => ("Input should be less than or equal to 4", "less_than_equal"),
            Self::Policy => (
                "The content could not be processed because it contained material flagged by a content checker.",
                "content_policy_violation",
            ),
            Self::NoMedia => (
                "The model did not generate the expected output.",
                "no_media_generated",
            ),
            Self::Internal => ("Internal server error", "internal_server_error"),
            Self::Unavailable => (
                "Downstream service unavailable",
                "downstream_service_unavailable",
            ),
            Self::RunnerLost => ("Runner disconnected", "runner_disconnected"),
            Self::Timeout => ("Request timed out", "request_timeout"),
            Self::Cancelled => ("Request was cancelled", "client_cancelled"),
            Self::Busy | Self::BusyRetryAfter(_) | Self::BusyUntil(_) => {
                ("Too many concurrent requests", "concurrent_requests_limit")
            }
            other => return (format!("Simulated failure: {other}"), "internal_error"),
        };
        (sentence.to_owned(), kind)
    }

    fn model_error(self, status: u16, units: &str) -> Response {
        let (message, kind) = self.told();
        let mut error = json!({
            "loc": ["body"],
            "msg": message,
            "type": kind,
            "url": format!("https://docs.fal.ai/errors/#{kind}"),
        });
        let mut billed = units;
        match self {
            Self::Validation => {
                error["loc"] = json!(["body", "num_images"]);
                error["ctx"] = json!({"le": 4});
                error["input"] = json!(9);
            }
            Self::Policy => error["loc"] = json!(["body", "prompt"]),
            Self::NoMedia => billed = "1",
            _ => {}
        }
        let retryable = if matches!(self, Self::Unavailable) {
            "true"
        } else {
            "false"
        };
        model_errors(status, json!([error]), retryable, billed)
    }

    fn gateway_error(self, status: u16) -> Response {
        let (message, kind) = self.told();
        let mut response = reply::json(status, &json!({"detail": message, "error_type": kind}));
        reply::set(&mut response, X_FAL_ERROR_TYPE, kind);
        response
    }
}

/// A model's own refusal: a list of errors, whether it is worth another try, and the units billed for it.
pub(crate) fn model_errors(status: u16, errors: Value, retryable: &str, billed: &str) -> Response {
    let mut response = reply::json(status, &json!({ "detail": errors }));
    reply::set(&mut response, X_FAL_RETRYABLE, retryable);
    reply::set(&mut response, X_FAL_BILLABLE_UNITS, billed);
    response
}

pub(crate) fn detail(status: u16, text: &str) -> Response {
    reply::json(status, &json!({"detail": text}))
}

/// The platform API wraps its errors differently from every other host.
pub(crate) fn platform_error(status: u16, kind: &str, message: &str) -> Response {
    let body: Value = json!({"error": {
        "type": kind,
        "message": message,
        "docs_url": "https://docs.fal.ai/platform-apis",
        "request_id": uuid::Uuid::now_v7(),
    }});
    reply::json(status, &body)
}

fn locked(reason: &str) -> Response {
    detail(403, &format!("User is locked. Reason: {reason}"))
}

fn busy(retry_after: Option<String>) -> Response {
    let mut response = Failure::Busy.gateway_error(429);
    reply::set(&mut response, X_FAL_NEEDS_RETRY, "1");
    if let Some(when) = retry_after {
        reply::set(&mut response, RETRY_AFTER, when);
    }
    response
}

#[expect(
    clippy::disallowed_methods,
    reason = "an HTTP date is one of the client's clock, which is the computer's"
)]
fn http_date_in(seconds: u32) -> String {
    let then = Utc::now() + TimeDelta::seconds(seconds.into());
    then.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn ingress(status: u16) -> Response {
    let words = match status {
        502 => "502 Bad Gateway",
        503 => "503 Service Temporarily Unavailable",
        504 => "504 Gateway Time-out",
        _ => "Error",
    };
    let mut response = reply::with_type(
        status,
        "text/html",
        format!(
            "<html>\r\n<head><title>{words}</title></head>\r\n<body>\r\n<center><h1>{words}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        ),
    );
    response.extensions_mut().insert(FromIngress);
    response
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed parse is the test's failure")]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_the_failure_it_was_written_from() {
        let parametric = [
            Failure::BusyRetryAfter(3),
            Failure::BusyUntil(3),
            Failure::Drip(3),
            Failure::Nginx(502),
            Failure::Status(418),
        ];
        for failure in NAMES.iter().map(|(_, failure)| *failure).chain(parametric) {
            let name = failure.to_string();
            assert!(!name.is_empty(), "{failure:?} has no name");
            assert_eq!(name.parse::<Failure>().unwrap(), failure);
        }
    }

    #[test]
    fn every_name_is_in_the_documentation() {
        let documented = include_str!("../MARKERS.md");
        for (name, _) in NAMES {
            let row = format!("| `{name}` | ");
            assert!(documented.contains(&row), "MARKERS.md lacks {name}");
        }
    }

    #[test]
    fn an_unknown_name_is_refused() {
        for name in [
            "",
            "oops",
            "42",
            "100",
            "600",
            "nginx-",
            "busy-retry-after-x",
        ] {
            assert!(name.parse::<Failure>().is_err(), "{name:?} was taken");
        }
    }
}
