//! Why a job has no result, in the original's words and then in ours. Its clients show the text, and scripts of its users look for how it
//! begins; what follows is for people.

use overpaint_api::problem::row;
use overpaint_core::error::{Answer, Charged, Code, Failure, Got, Step};
use overpaint_core::job::{Job, State};

/// The text of `error`; none for a job that is well.
pub(super) fn error(job: &Job) -> Option<String> {
    match (job.state, &job.failure) {
        (State::Failed | State::Unconfirmed, Some(failure)) => Some(of_failure(failure)),
        (State::Failed | State::Unconfirmed, None) => Some("It failed.".to_owned()),
        (State::Cancelled, _) => Some("Cancelled.".to_owned()),
        _ => None,
    }
}

fn of_failure(failure: &Failure) -> String {
    let row = row(failure.code);
    let charged = match failure.charged {
        Charged::No => "",
        Charged::Maybe => " It may have been charged, once.",
        Charged::Yes => " It was charged.",
    };
    let ours = format!("{}. {}{charged}", row.title, row.sentence);
    match (&failure.answer, &failure.said) {
        // The words its clients were shown when it failed there.
        (_, Some(said)) if failure.code == Code::OldBackendFailed => said.clone(),
        (Some(answer), _) => format!("{}\n{ours}", originals(answer)),
        (None, Some(said)) => format!("{said}\n{ours}"),
        (None, None) => ours,
    }
}

/// What the original wrote, from the tables of its behaviour (`tests/conformance/BEHAVIOUR.md`); parts of it are Python's and httpx's.
fn originals(answer: &Answer) -> String {
    let body = &answer.body;
    match (answer.step, answer.got) {
        (Step::Submit, Got::Status(200)) | (Step::Look, Got::Status(200..=299))
            if !is_json(body) =>
        {
            "Expecting value: line 1 column 1 (char 0)".to_owned()
        }
        (Step::Submit, Got::Status(200)) => format!("no image url in response (200): {body}"),
        (Step::Submit, Got::Status(202)) => format!("no poll url (202): {body}"),
        (Step::Submit | Step::Upload, Got::Status(status)) => format!("fal error {status}: {body}"),
        (Step::Look, Got::Status(status)) => format!("poll failed {status}: {body}"),
        (Step::Download, Got::Status(status)) => of_download(status, answer.url.as_deref()),
        (_, Got::SaidFailed) => format!("fal job failed: {body}"),
        (_, Got::NoPictures) => format!("completed but no image url: {body}"),
        (_, Got::StillAtWork) => "fal polling timeout".to_owned(),
        (_, Got::NoConnection) => "[Errno 111] Connection refused".to_owned(),
        (_, Got::Silence) => "timed out".to_owned(),
        (_, Got::HungUp) => "Server disconnected without sending a response.".to_owned(),
        (_, Got::BrokeOff) => {
            "peer closed connection without sending complete message body".to_owned()
        }
    }
}

fn of_download(status: u16, url: Option<&str>) -> String {
    let kind = match status {
        300..=399 => "Redirect response",
        400..=499 => "Client error",
        _ => "Server error",
    };
    let reason = axum::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    format!(
        "{kind} '{status} {reason}' for url '{}'",
        url.unwrap_or_default()
    )
}

/// By its first letter: the body is cut, so it cannot be parsed.
fn is_json(body: &str) -> bool {
    let first = body.trim_start().chars().next();
    first.is_some_and(|first| "{[\"-0123456789tfn".contains(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(step: Step, got: Got, body: &str, begins: &str) {
        let answer = Answer {
            step,
            got,
            body: body.to_owned(),
            url: Some("http://f/x.png".to_owned()),
            retryable: None,
        };
        let failure = Failure {
            answer: Some(answer),
            ..Failure::free(Code::ProviderFailed)
        };
        let text = of_failure(&failure);
        assert!(text.starts_with(begins), "{text}");
        assert!(
            text.ends_with("\nThe model failed. Try again, or choose another model."),
            "{text}"
        );
    }

    #[test]
    fn an_error_begins_with_the_originals_words_and_goes_on_with_ours() {
        check(
            Step::Submit,
            Got::Status(422),
            "{\"a\":1}",
            "fal error 422: {\"a\":1}\n",
        );
        check(
            Step::Submit,
            Got::Status(200),
            "{}",
            "no image url in response (200): {}",
        );
        check(Step::Submit, Got::Status(200), "<html>", "Expecting value");
        check(Step::Submit, Got::Status(202), "", "no poll url (202): ");
        check(Step::Look, Got::Status(500), "x", "poll failed 500: x");
        check(Step::Look, Got::SaidFailed, "x", "fal job failed: x");
        check(
            Step::Look,
            Got::NoPictures,
            "x",
            "completed but no image url: x",
        );
        check(Step::Look, Got::StillAtWork, "", "fal polling timeout");
        check(Step::Submit, Got::Silence, "", "timed out");
        check(
            Step::Download,
            Got::Status(404),
            "",
            "Client error '404 Not Found' for url 'http://f/x.png'",
        );
        check(
            Step::Download,
            Got::Status(502),
            "",
            "Server error '502 Bad Gateway'",
        );
    }

    #[test]
    fn what_it_may_have_cost_is_said() {
        let failure = Failure::free(Code::SubmitUnclear).charged(Charged::Maybe);
        assert!(of_failure(&failure).ends_with("It may have been charged, once."));
    }
}
