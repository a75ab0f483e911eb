//! What an error answer means: fal's tables of errors (fal-contract 4) as our codes. Pure.

mod said;

pub(super) use said::said;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::http::{header, json};
use crate::error::{Charged, Code, Failure, Got, Step};

/// The failure an error answer to a submit or a result stands for.
pub(super) fn of(step: Step, status: StatusCode, body: &[u8]) -> Failure {
    let json = json(body).unwrap_or_default();
    let first = json
        .get("detail")
        .and_then(Value::as_array)
        .and_then(|list| list.first());
    let kind = first
        .and_then(|entry| entry.get("type")?.as_str())
        .or_else(|| json.get("error_type")?.as_str())
        .unwrap_or_default();
    let said = said(body);
    let (code, charged) = meaning(kind, status.as_u16(), &said);
    Failure::free(code).charged(charged).saying(said).answered(
        step,
        Got::Status(status.as_u16()),
        body,
    )
}

/// True for errors as only a model tells them, each with its type (fal-contract 4.1). A sentence alone could be anybody's.
pub(super) fn is_the_models(status: StatusCode, body: &[u8]) -> bool {
    let has_type = |error: &Value| error.get("type").is_some_and(Value::is_string);
    matches!(status.as_u16(), 400 | 422)
        && json(body).is_some_and(|json| {
            let errors = json.get("detail").and_then(Value::as_array);
            errors.is_some_and(|errors| errors.first().is_some_and(has_type))
        })
}

/// The word decides where there is one that we know; an unknown one is a refusal like any other of its status (fal-contract 4.1).
fn meaning(kind: &str, status: u16, said: &str) -> (Code, Charged) {
    let code = match (kind, status) {
        // The policy may have looked at a finished picture: fal may charge for the work (fal-contract 4.1).
        ("content_policy_violation", _) => return (Code::PolicyBlocked, Charged::Maybe),
        ("no_media_generated", _) => return (Code::NoPictureMade, Charged::Maybe),
        ("client_cancelled" | "client_disconnected", _) => {
            return (Code::ProviderFailed, Charged::Maybe);
        }
        ("image_too_large" | "image_too_small" | "file_too_large", _) => Code::PictureOverLimit,
        ("image_load_error" | "file_download_error" | "unsupported_image_format", _) => {
            Code::PictureNotTaken
        }
        ("generation_timeout" | "request_timeout" | "startup_timeout", _) => Code::ProviderTimeout,
        ("downstream_service_error" | "downstream_service_unavailable", _) => Code::ProviderFailed,
        ("concurrent_requests_limit", _) => Code::RateLimited,
        (_, 401) => Code::KeyRefused,
        (_, 403) if said.to_lowercase().contains("locked") => Code::AccountLocked,
        (_, 403) => Code::KeyNotAllowed,
        (_, 404) => Code::ModelUnknown,
        (_, 429) => Code::RateLimited,
        (_, 504) => Code::ProviderTimeout,
        (_, 400..=499) => Code::RequestRefused,
        // 5xx are free (fal-contract 4.1).
        _ => Code::ProviderFailed,
    };
    (code, Charged::No)
}

impl Failure {
    /// The same, with what the answer's headers add: whether it billed anything, and whether trying again may help.
    pub(super) fn hinted(mut self, headers: &HeaderMap) -> Self {
        match units(headers) {
            Some(units) if units > 0.0 => self.charged = Charged::Yes,
            Some(_) => self.charged = Charged::No,
            None => {}
        }
        // The older name and the newer one (fal-contract 4.1).
        let hint = ["x-fal-needs-retry", "x-fal-retryable"]
            .into_iter()
            .find_map(|name| header(headers, name));
        if let (Some(hint), Some(answer)) = (hint, &mut self.answer) {
            answer.retryable = match hint.trim().to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" => Some(true),
                "0" | "false" | "no" => Some(false),
                _ => None,
            };
        }
        self
    }
}

/// What an answer bills, in fal's units.
pub(super) fn units(headers: &HeaderMap) -> Option<f64> {
    let units = header(headers, "x-fal-billable-units")?
        .trim()
        .parse::<f64>()
        .ok()?;
    (units.is_finite() && units >= 0.0).then_some(units)
}

/// The failure an error answer to a poll stands for: the job itself is not judged by it.
pub(super) fn of_poll(status: StatusCode, body: &[u8]) -> Failure {
    let failure = of(Step::Look, status, body).charged(Charged::Maybe);
    let code = match failure.code {
        // On a poll a 404 is about the request, not the model.
        Code::ModelUnknown => Code::ResultGone,
        Code::RequestRefused => Code::ProviderFailed,
        other => other,
    };
    let said = failure.said.clone().unwrap_or_default();
    Failure { code, ..failure }.saying(format!("{status}: {said}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use serde_json::json;

    fn check(status: u16, body: &Value, code: Code, charged: Charged, words: &str) {
        let failure = of(
            Step::Submit,
            StatusCode::from_u16(status).unwrap(),
            body.to_string().as_bytes(),
        );
        assert_eq!((failure.code, failure.charged), (code, charged), "{body}");
        assert!(
            failure.said.clone().unwrap_or_default().contains(words),
            "{failure:?}"
        );
    }

    #[test]
    fn fals_errors_become_our_codes() {
        let detail = |text: &str| json!({ "detail": text });
        check(
            401,
            &detail("No user found for Key ID and Secret"),
            Code::KeyRefused,
            Charged::No,
            "No user",
        );
        check(
            403,
            &detail("User is locked. Reason: Exhausted balance."),
            Code::AccountLocked,
            Charged::No,
            "Exhausted",
        );
        check(
            403,
            &detail("Forbidden"),
            Code::KeyNotAllowed,
            Charged::No,
            "Forbidden",
        );
        check(
            404,
            &detail("Application \"x\" not found"),
            Code::ModelUnknown,
            Charged::No,
            "not found",
        );
        check(
            429,
            &json!({"detail": "slow down", "error_type": "concurrent_requests_limit"}),
            Code::RateLimited,
            Charged::No,
            "slow",
        );
        check(
            504,
            &json!({"detail": "Request timed out", "error_type": "request_timeout"}),
            Code::ProviderTimeout,
            Charged::No,
            "timed out",
        );
        check(
            500,
            &detail("boom"),
            Code::ProviderFailed,
            Charged::No,
            "boom",
        );
        let policy = json!({"detail": [{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}]});
        check(422, &policy, Code::PolicyBlocked, Charged::Maybe, "flagged");
        let field = json!({"detail": [{"loc": ["body", "num_images"], "msg": "too many", "type": "less_than_equal"}]});
        check(
            422,
            &field,
            Code::RequestRefused,
            Charged::No,
            "num_images: too many",
        );
    }

    /// The types of fal-contract 4.1 and 4.2, each with the status it comes with.
    #[test]
    fn every_type_of_fals_tables_has_its_code() {
        use Code as C;
        let table: &[(&str, u16, C, Charged)] = &[
            ("internal_server_error", 500, C::ProviderFailed, Charged::No),
            ("generation_timeout", 504, C::ProviderTimeout, Charged::No),
            (
                "downstream_service_error",
                400,
                C::ProviderFailed,
                Charged::No,
            ),
            (
                "downstream_service_error",
                500,
                C::ProviderFailed,
                Charged::No,
            ),
            (
                "downstream_service_unavailable",
                500,
                C::ProviderFailed,
                Charged::No,
            ),
            (
                "content_policy_violation",
                422,
                C::PolicyBlocked,
                Charged::Maybe,
            ),
            ("no_media_generated", 422, C::NoPictureMade, Charged::Maybe),
            ("image_too_small", 422, C::PictureOverLimit, Charged::No),
            ("image_too_large", 422, C::PictureOverLimit, Charged::No),
            ("file_too_large", 422, C::PictureOverLimit, Charged::No),
            ("image_load_error", 422, C::PictureNotTaken, Charged::No),
            ("file_download_error", 422, C::PictureNotTaken, Charged::No),
            (
                "unsupported_image_format",
                422,
                C::PictureNotTaken,
                Charged::No,
            ),
            ("face_detection_error", 422, C::RequestRefused, Charged::No),
            ("greater_than", 422, C::RequestRefused, Charged::No),
            ("greater_than_equal", 422, C::RequestRefused, Charged::No),
            ("less_than", 422, C::RequestRefused, Charged::No),
            ("less_than_equal", 422, C::RequestRefused, Charged::No),
            ("multiple_of", 422, C::RequestRefused, Charged::No),
            ("sequence_too_short", 422, C::RequestRefused, Charged::No),
            ("sequence_too_long", 422, C::RequestRefused, Charged::No),
            ("one_of", 422, C::RequestRefused, Charged::No),
            ("feature_not_supported", 422, C::RequestRefused, Charged::No),
            (
                "unsupported_audio_format",
                422,
                C::RequestRefused,
                Charged::No,
            ),
            (
                "unsupported_video_format",
                422,
                C::RequestRefused,
                Charged::No,
            ),
            ("invalid_archive", 422, C::RequestRefused, Charged::No),
            (
                "archive_file_count_below_minimum",
                422,
                C::RequestRefused,
                Charged::No,
            ),
            (
                "archive_file_count_exceeds_maximum",
                422,
                C::RequestRefused,
                Charged::No,
            ),
            (
                "audio_duration_too_long",
                422,
                C::RequestRefused,
                Charged::No,
            ),
            (
                "video_duration_too_short",
                422,
                C::RequestRefused,
                Charged::No,
            ),
            ("missing", 422, C::RequestRefused, Charged::No),
            ("literal_error", 422, C::RequestRefused, Charged::No),
            ("a_type_of_tomorrow", 422, C::RequestRefused, Charged::No),
            ("request_timeout", 504, C::ProviderTimeout, Charged::No),
            ("startup_timeout", 504, C::ProviderTimeout, Charged::No),
            (
                "runner_scheduling_failure",
                503,
                C::ProviderFailed,
                Charged::No,
            ),
            (
                "runner_connection_timeout",
                503,
                C::ProviderFailed,
                Charged::No,
            ),
            ("runner_disconnected", 503, C::ProviderFailed, Charged::No),
            (
                "runner_connection_refused",
                503,
                C::ProviderFailed,
                Charged::No,
            ),
            (
                "runner_connection_error",
                503,
                C::ProviderFailed,
                Charged::No,
            ),
            (
                "runner_incomplete_response",
                502,
                C::ProviderFailed,
                Charged::No,
            ),
            ("runner_server_error", 500, C::ProviderFailed, Charged::No),
            ("internal_error", 500, C::ProviderFailed, Charged::No),
            (
                "client_disconnected",
                499,
                C::ProviderFailed,
                Charged::Maybe,
            ),
            ("client_cancelled", 499, C::ProviderFailed, Charged::Maybe),
            ("bad_request", 400, C::RequestRefused, Charged::No),
            (
                "concurrent_requests_limit",
                429,
                C::RateLimited,
                Charged::No,
            ),
        ];
        for (kind, status, code, charged) in table {
            let of_model =
                json!({"detail": [{"loc": ["body", "image_url"], "msg": "words", "type": kind}]});
            check(*status, &of_model, *code, *charged, "image_url: words");
            let of_gateway = json!({"detail": "words", "error_type": kind});
            check(*status, &of_gateway, *code, *charged, "words");
        }
    }

    #[test]
    fn headers_say_what_was_billed_and_whether_to_try_again() {
        let hinted = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            let failure = of(
                Step::Look,
                StatusCode::UNPROCESSABLE_ENTITY,
                br#"{"detail": [{"msg": "m", "type": "content_policy_violation"}]}"#,
            );
            let failure = failure.hinted(&headers);
            (failure.charged, failure.answer.unwrap().retryable)
        };
        assert_eq!(hinted(&[]), (Charged::Maybe, None));
        assert_eq!(
            hinted(&[("x-fal-billable-units", "0")]),
            (Charged::No, None)
        );
        assert_eq!(
            hinted(&[
                ("x-fal-billable-units", "1.5"),
                ("x-fal-retryable", "false")
            ]),
            (Charged::Yes, Some(false))
        );
        assert_eq!(
            hinted(&[("x-fal-needs-retry", "1"), ("x-fal-billable-units", "NaN")]),
            (Charged::Maybe, Some(true))
        );
    }
}
