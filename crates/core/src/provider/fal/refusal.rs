//! What an error answer means: fal's tables of errors (fal-contract 4) as our codes. Pure.

use reqwest::StatusCode;
use serde_json::Value;

use crate::error::{Charged, Code, Failure, Got, Step};

/// The failure an error answer to a submit or a result stands for.
pub(super) fn of(step: Step, status: StatusCode, body: &[u8]) -> Failure {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = said(body);
    let first = json
        .get("detail")
        .and_then(Value::as_array)
        .and_then(|list| list.first());
    let kind = first
        .and_then(|entry| entry.get("type")?.as_str())
        .or_else(|| json.get("error_type")?.as_str())
        .unwrap_or_default();
    let failure = match (kind, status.as_u16()) {
        // The policy may have looked at a finished picture: fal may charge for the work (fal-contract 4.1).
        ("content_policy_violation", _) => {
            Failure::free(Code::PolicyBlocked).charged(Charged::Maybe)
        }
        ("no_media_generated", _) => Failure::free(Code::NoPictureMade).charged(Charged::Maybe),
        ("image_too_large" | "file_too_large", _) => Failure::free(Code::RequestRefused),
        ("client_cancelled" | "client_disconnected", _) => {
            Failure::free(Code::ProviderFailed).charged(Charged::Maybe)
        }
        (_, 401) => Failure::free(Code::KeyRefused),
        (_, 403) if is_locked(&said) => Failure::free(Code::AccountLocked),
        (_, 403) => Failure::free(Code::KeyNotAllowed),
        (_, 404) => Failure::free(Code::ModelUnknown),
        (_, 429) => Failure::free(Code::RateLimited),
        (_, 504) => Failure::free(Code::ProviderTimeout),
        (_, 400..=499) => Failure::free(Code::RequestRefused),
        // 5xx are free (fal-contract 4.1).
        _ => Failure::free(Code::ProviderFailed),
    };
    let field = first
        .and_then(field_of)
        .map(|field| format!("{field}: {said}"));
    failure
        .saying(field.unwrap_or(said))
        .answered(step, Got::Status(status.as_u16()), body)
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

/// The human part of an error body: `detail` as text or as a list of `msg`, the platform's `error.message`, else the start of the body.
pub(super) fn said(body: &[u8]) -> String {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let detail = json.get("detail");
    if let Some(text) = detail.and_then(Value::as_str) {
        return text.to_owned();
    }
    let messages = detail.and_then(Value::as_array).map(|list| {
        list.iter()
            .filter_map(|e| e.get("msg")?.as_str())
            .collect::<Vec<_>>()
            .join("; ")
    });
    if let Some(messages) = messages.filter(|m| !m.is_empty()) {
        return messages;
    }
    if let Some(message) = json.pointer("/error/message").and_then(Value::as_str) {
        return message.to_owned();
    }
    let text = String::from_utf8_lossy(body);
    // A gateway's HTML page says nothing to a person.
    if text.trim_start().starts_with('<') {
        String::new()
    } else {
        text.chars().take(300).collect()
    }
}

fn is_locked(said: &str) -> bool {
    said.to_lowercase().contains("locked")
}

/// `num_images` of `["body", "num_images"]`.
fn field_of(entry: &Value) -> Option<String> {
    let loc = entry.get("loc")?.as_array()?;
    let parts: Vec<String> = loc
        .iter()
        .skip(1)
        .map(|part| {
            part.as_str()
                .map_or_else(|| part.to_string(), str::to_owned)
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join("."))
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

    #[test]
    fn a_gateways_html_page_is_not_repeated() {
        assert_eq!(said(b"<html><title>502 nginx</title></html>"), "");
    }
}
